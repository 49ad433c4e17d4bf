import { callWecom } from '#connectors/wecom/client.ts'
import { contactLimits, type FollowedContact, listFollowUsers } from '#connectors/wecom/contacts.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { chunks } from '#connectors/wecom/paging.ts'
import { identifyMany } from '#management/identity/commands.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import {
  applyAbsence,
  applyReading,
  applyShown,
  commonFields,
  factsOf,
  identitiesOf,
  isUnchanged,
  type Repair,
  readCustomer,
  readRows,
  type ServerFollow,
} from './contacts.ts'
import { noteRepairs, patiently, type Sync } from './sync-state.ts'
import { applyTagGroups, readTagGroups, unknownTags } from './tags.ts'

/** A cursor that WeCom forgot starts its batch anew; forgetting for ever is no cursor but a fault. */
const mostRestarts = 5

/** The customers of all members with the customer-contact function, a hundred members at a time, page by page. */
export async function syncCustomers(sync: Sync): Promise<void> {
  const { ctx, app, saved, task } = sync
  const members = (await patiently(sync, () => listFollowUsers(app, { requestId: ctx.requestId }))).sort()
  const left = saved.lastMember === undefined ? members : members.filter((member) => member > (saved.lastMember ?? ''))
  saved.total = members.length
  saved.done = members.length - left.length
  for (const batch of chunks(left, contactLimits.membersPerBatch)) {
    saved.batchStartedAt ??= ctx.now().toISOString()
    await readBatch(sync, batch, saved.cursor)
    await checkAbsent(sync, batch, new Date(saved.batchStartedAt))
    saved.done += batch.length
    Object.assign(saved, { lastMember: batch.at(-1), cursor: undefined, batchStartedAt: undefined })
    await task.save(saved)
  }
}

async function readBatch(sync: Sync, batch: readonly string[], from?: string): Promise<void> {
  const { saved, task } = sync
  let cursor = from
  for (let restarts = 0; ; ) {
    task.signal.throwIfAborted()
    const page = await readPage(sync, batch, cursor)
    if (page === 'cursor_expired') {
      // What was applied already is applied again and changes nothing.
      if (++restarts > mostRestarts) throw new Error('WeCom forgets the cursor of the customer list again and again')
      cursor = undefined
      continue
    }
    if (page === 'split') {
      for (const half of halves(batch)) await readBatch(sync, half)
      return
    }
    await applyPage(sync, page.items, page.askedAt)
    if (!page.next || page.next === cursor) return
    cursor = page.next
    await task.save({ ...saved, cursor })
  }
}

const halves = (batch: readonly string[]): string[][] => chunks(batch, Math.ceil(batch.length / 2))

type Page = { items: FollowedContact[]; next: string | undefined; askedAt: Date }

async function readPage(sync: Sync, batch: readonly string[], cursor: string | undefined): Promise<Page | 'cursor_expired' | 'split'> {
  const { ctx, app } = sync
  const askedAt = ctx.now()
  try {
    const body = { userid_list: [...batch], limit: contactLimits.contactsPerPage, ...(cursor && { cursor }) }
    const answer = await patiently(sync, () =>
      callWecom(app, 'externalcontact/batch/get_by_user', { body }, { requestId: ctx.requestId, signal: sync.task.signal }),
    )
    return { items: answer.external_contact_list ?? [], next: answer.next_cursor || undefined, askedAt }
  } catch (error) {
    if (isWecomError(error, 84061)) return { items: [], next: undefined, askedAt }
    if (error instanceof WecomError && error.reaction === 'restart_paging') return 'cursor_expired'
    // One member who may not serve customers (any more) spoils the whole call: the others are read without them.
    if (isWecomError(error, 60111, 60011, 84074, 84083, 40003)) return batch.length > 1 ? 'split' : { items: [], next: undefined, askedAt }
    throw error
  }
}

async function applyPage(sync: Sync, items: readonly FollowedContact[], askedAt: Date): Promise<void> {
  const { ctx, corp, task } = sync
  const shown = items.flatMap(({ external_contact: contact, follow_info: follow }) =>
    contact && follow
      ? [{ contact, follow: { ...commonFields(follow), tags: (follow.tag_id ?? []).map((id) => ({ id })) } satisfies ServerFollow }]
      : [],
  )
  await learnTags(
    sync,
    shown.flatMap(({ follow }) => follow.tags.map(({ id }) => id)),
  )
  await inTransaction(ctx, async (ctx) => {
    const identified = await Promise.all(
      shown.map(async ({ contact }) => ({
        identities: await identitiesOf(ctx, corp, contact.external_userid, contact),
        facts: factsOf(contact),
      })),
    )
    const customers = await identifyMany(ctx, identified, 'wecom')
    const rows = await readRows(
      ctx,
      corp,
      shown.map(({ contact, follow }) => ({ externalUserId: contact.external_userid, userId: follow.userId })),
    )
    const repairs: Repair[] = []
    const same: { externalUserId: string; userId: string }[] = []
    for (const [i, { contact, follow }] of shown.entries()) {
      const relation = { corp, externalUserId: contact.external_userid, userId: follow.userId }
      if (isUnchanged(rows.get(`${relation.externalUserId} ${relation.userId}`), follow)) same.push(relation)
      else repairs.push(...(await applyShown(ctx, relation, contact, follow, { run: task.id, askedAt, customerId: customers[i] })))
    }
    await markSeen(ctx, corp, same, task.id)
    await noteRepairs(ctx, sync, repairs)
  })
}

/** The batch endpoint gives ids of tags only: a new one sends us to the list of names first. */
async function learnTags(sync: Sync, ids: readonly string[]): Promise<void> {
  const { ctx, corp, app } = sync
  if ((await unknownTags(ctx, corp, ids)).length === 0) return
  const groups = await patiently(sync, () => readTagGroups(app, ctx.requestId))
  await inTransaction(ctx, (ctx) => applyTagGroups(ctx, corp, groups))
}

async function markSeen(
  ctx: Context,
  corp: number,
  relations: readonly { externalUserId: string; userId: string }[],
  run: number,
): Promise<void> {
  for (const some of chunks(relations, 200))
    await ctx.db
      .updateTable('wecomFollows')
      .set({ seenIn: run })
      .where('tenantId', '=', ctx.tenantId)
      .where('corp', '=', corp)
      .where((eb) =>
        eb(
          eb.refTuple('externalUserid', 'userId'),
          'in',
          some.map(({ externalUserId, userId }) => eb.tuple(externalUserId, userId)),
        ),
      )
      .execute()
}

/**
 * Live here and not in the list: each is asked for by name before it is ended, because ending is told to people. A half friend
 * whom WeCom does not show may still be confirmed; then the confirmation begins the friendship anew.
 */
async function checkAbsent(sync: Sync, batch: readonly string[], startedAt: Date): Promise<void> {
  const { ctx, corp, app, task } = sync
  const absent = await ctx.db
    .selectFrom('wecomFollows')
    .select(['externalUserid', 'userId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('userId', 'in', batch)
    .where('live', '=', true)
    .where((eb) => eb.or([eb('seenIn', 'is', null), eb('seenIn', '<>', task.id)]))
    .where('changedAt', '<', startedAt)
    .execute()
  for (const { externalUserid: externalUserId, userId } of absent) {
    task.signal.throwIfAborted()
    const askedAt = ctx.now()
    const reading = await readCustomer(app, externalUserId, { lane: 'bulk', timeoutMs: 10_000, requestId: ctx.requestId })
    if (reading === 'unreadable') continue
    const isShown = reading !== 'gone' && reading.follows.some((follow) => follow.userId === userId)
    await inTransaction(ctx, async (ctx) => {
      const repairs = reading === 'gone' ? [] : await applyReading(ctx, corp, reading, { askedAt, run: task.id })
      if (!isShown) repairs.push(...(await applyAbsence(ctx, { corp, externalUserId, userId }, task.id, askedAt)))
      await noteRepairs(ctx, sync, repairs)
    })
  }
}
