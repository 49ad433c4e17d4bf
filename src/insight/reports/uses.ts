import { sql } from 'kysely'
import { idsTaken, namesOneOf, type UsersOf } from '#management/uses.ts'
import { publicId } from '#platform/ids.ts'

/** Saved reports that name it anywhere: in the rule of their people, in their own question, or as whom they compare. Boards show saved reports. */
export const reportsUsing: UsersOf = async (ctx, taken) => {
  const ids = idsTaken(taken)
  if (ids.length === 0) return {}
  const { rows } = await sql<{ id: number; name: string }>`
    select id, name from reports where tenant_id = ${ctx.tenantId} and ${namesOneOf(sql`document`, ids)} order by name`.execute(ctx.db)
  return { reports: rows.map(({ id, name }) => ({ id: publicId(ctx, 'rep', id), name })) }
}
