import { sql } from 'kysely'
import { idsTaken, namesOneOf, type UsersOf } from '#management/uses.ts'
import { publicId } from '#platform/ids.ts'

/** Messages that are going to be sent to an audience that names it. A draft is looked at when it is submitted. */
export const messagesUsing: UsersOf = async (ctx, taken) => {
  if ('attribute' in taken || 'journey' in taken) return {}
  const { rows } = await sql<{ id: number; name: string }>`
    select m.id, m.name from messages m
    where m.tenant_id = ${ctx.tenantId} and (m.state in ('review', 'scheduled') or (m.state = 'sending' and m.intended_at is null))
      and ${namesOneOf(sql`m.audience`, idsTaken(taken))}
    order by m.name`.execute(ctx.db)
  return { messages: rows.map(({ id, name }) => ({ id: publicId(ctx, 'msg', id), name })) }
}
