import { sql } from 'kysely'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { type ListedMassMessage, listMassMessages, listMassResults, listMassTasks, type MassTask } from '#connectors/wecom/mass-messages.ts'
import type { Page } from '#connectors/wecom/paging.ts'
import { patiently, type RepairRow, repairing, type Sync } from '#management/wecom/sync-state.ts'
import { noteUnreached, type Unreached } from '#management/wecom/unreached.ts'
import type { Context } from '#platform/context.ts'

/** Members send what they are asked to within days. */
const daysBack = 3
/** doc 93338. */
const sent = 2
const noFriend = 2
const beingDispatched = 41063

/** Customers whom a mass message did not reach because they deleted the member: friendships end here that WeCom goes on showing. */
export async function syncUnreached(sync: Sync): Promise<void> {
  const { ctx, app, saved, task } = sync
  const to = Math.floor(ctx.now().getTime() / 1000)
  const asked = { kind: 'single', from: to - daysBack * 86_400, to } as const
  const messages = await unlessRefused(sync, () => allOf(sync, (cursor) => listMassMessages(app, asked, { cursor }, optionsOf(sync))))
  saved.total = messages.length
  for (const message of messages) {
    await readMessage(sync, message)
    saved.done++
    await task.save(saved)
  }
}

async function readMessage(sync: Sync, { msgid }: ListedMassMessage): Promise<void> {
  const { ctx, app, corp } = sync
  const tasks = await unlessRefused(sync, () => allOf(sync, (cursor) => listMassTasks(app, msgid, { cursor }, optionsOf(sync))))
  for (const { userid, status, send_time } of tasks) {
    if (status !== sent || !send_time) continue
    const asked = { msgId: msgid, sender: userid }
    const results = await unlessRefused(sync, () => allOf(sync, (cursor) => listMassResults(app, asked, { cursor }, optionsOf(sync))))
    const lost = results.flatMap((one): Unreached[] =>
      one.status === noFriend && one.external_userid
        ? [{ externalUserId: one.external_userid, userId: userid, at: new Date(send_time * 1000) }]
        : [],
    )
    if (lost.length > 0)
      await repairing({ ...sync, ctx }, async (ctx) => {
        const standing = await stillFriends(ctx, corp, lost)
        await noteUnreached(ctx, corp, msgid, standing)
        return standing.map((one): RepairRow => repairOf(one, msgid))
      })
  }
}

const repairOf = ({ externalUserId, userId, customerId, at }: Standing, message: string): RepairRow => ({
  kind: 'follow_gone',
  externalUserId,
  userId,
  customerId,
  details: { message, at: at.toISOString() },
})

type Standing = Unreached & { customerId: number }

/** Those who count as friends here since before the message was sent. */
export async function stillFriends(ctx: Context, corp: number, lost: readonly Unreached[]): Promise<Standing[]> {
  const { rows } = await sql<Standing>`
    select n."externalUserId" as external_user_id, n."userId" as user_id, n.at, w.customer_id
    from jsonb_to_recordset(${JSON.stringify(lost)}::jsonb) as n("externalUserId" text, "userId" text, at timestamptz)
      join wecom_follows w on w.tenant_id = ${ctx.tenantId} and w.corp = ${corp} and w.external_userid = n."externalUserId" and w.user_id = n."userId" and w.live
      join follows f on f.tenant_id = w.tenant_id and f.customer_id = w.customer_id and f.employee_id = w.employee_id
    where f.added_at <= n.at and f.ended_at is null`.execute(ctx.db)
  return rows
}

const optionsOf = ({ ctx, task }: Sync) => ({ lane: 'bulk', requestId: ctx.requestId, signal: task.signal }) as const

/** An app that may not read messages, a message that is gone or still on its way: nothing is learnt, and nothing else stops for it. */
async function unlessRefused<Item extends MassTask | object>(sync: Sync, read: () => Promise<Item[]>): Promise<Item[]> {
  try {
    return await read()
  } catch (error) {
    const isRefusal = error instanceof WecomError && ['configure', 'tell', 'fix_request', 'skip_item'].includes(error.reaction)
    if (!isRefusal && !isWecomError(error, beingDispatched)) throw error
    sync.ctx.log.warn({ err: error, corp: sync.corp }, 'results of mass messages cannot be read')
    return []
  }
}

async function allOf<Item>(sync: Sync, read: (cursor: string | undefined) => Promise<Page<Item>>): Promise<Item[]> {
  const found: Item[] = []
  for (let cursor: string | undefined; ; ) {
    sync.task.signal.throwIfAborted()
    const { items, next } = await patiently(sync, () => read(cursor))
    found.push(...items)
    if (!next || next === cursor) return found
    cursor = next
  }
}
