import { sql } from 'kysely'
import { getArchivedRoom } from '#connectors/wecom/archive/msgaudit.ts'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { isWecomError } from '#connectors/wecom/errors.ts'
import type { Context } from '#platform/context.ts'
import type { Rooms } from './rooms.ts'
import { archiveApp, type Source } from './sources.ts'

const roomsAtOnce = 200
/** Rooms of colleagues only have to be asked for one by one. */
const questionsAtOnce = 20
const againMs = 3600_000
/** The group may be heard of in a moment. */
const soonMs = 60_000

const ago = (ctx: Context, ms: number): Date => new Date(ctx.now().getTime() - ms)

type Room = { id: number; chatId: string; name: string; groupId: number | null }

/** What rooms are called: those without a name at once, the others when an hour has passed since and something was said. */
export async function nameRooms(ctx: Context, corp: number, rooms: Rooms, source?: Source): Promise<void> {
  const { rows } = await sql<Room>`
    select t.id, t.key as chat_id, t.name, t.group_id from archive_talks t
    where t.tenant_id = ${ctx.tenantId} and t.corp = ${corp} and t.kind = 'room'
      and (t.named_at is null or (t.name = '' and t.named_at < ${ago(ctx, soonMs)}) or (t.named_at < t.last_at and t.named_at < ${ago(ctx, againMs)}))
    order by t.named_at nulls first, t.id limit ${roomsAtOnce}`.execute(ctx.db)
  if (rows.length === 0) return
  const groups = await rooms.find(
    ctx,
    corp,
    rows.map(({ chatId }) => chatId),
  )
  const app = source && (await archiveApp(ctx, source))
  let questions = questionsAtOnce
  for (const room of rows) {
    const group = groups.get(room.chatId)
    const name = group?.name ?? (app && questions-- > 0 ? await askName(ctx, app, room.chatId) : undefined)
    await ctx.db
      .updateTable('archiveTalks')
      .set({ namedAt: ctx.now(), name: name ?? room.name, groupId: group?.id ?? room.groupId })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', room.id)
      .execute()
  }
}

async function askName(ctx: Context, app: WecomApp, roomId: string): Promise<string | undefined> {
  try {
    return (await getArchivedRoom(app, roomId, { requestId: ctx.requestId })).roomname
  } catch (error) {
    // A customer group, or trouble on the way: neither may hold up the messages.
    if (!isWecomError(error, 301059)) ctx.log.warn({ err: error, roomId }, 'a room of the archive could not be asked for')
    return undefined
  }
}
