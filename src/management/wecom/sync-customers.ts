import pLimit from 'p-limit'
import { callWecom } from '#connectors/wecom/client.ts'
import { contactLimits, type FollowedContact, listFollowUsers } from '#connectors/wecom/contacts.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { listUnassigned } from '#connectors/wecom/handovers.ts'
import { chunks, pages } from '#connectors/wecom/paging.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { commonFields, readCustomer, type ServerFollow } from './contacts.ts'
import { applyNews, type News, newsOf } from './friendships.ts'
import { patiently, repairing, type Sync } from './sync-state.ts'
import { applyTagGroups, readTagGroups, unknownTags } from './tags.ts'

/** A cursor that WeCom forgot starts its batch anew; forgetting for ever is no cursor but a fault. */
const mostRestarts = 5

/** Batches of members that are read side by side. WeCom takes its time for a page, and bears five calls of an api at once. */
const batchesAtOnce = 4
type Batch = Sync['saved']['open'][number]
/**
 * A sync whose batches are stopped together, and whose pages are written one after the other: larger turns are no faster, and
 * whoever greets a friend in the same process would wait behind each of them.
 */
type Reading = Sync & { write(page: Page): Promise<void> }

/** The customers of all members with the customer-contact function, batch by batch of members, page by page. */
export async function syncCustomers(sync: Sync): Promise<void> {
  const { ctx, app, saved, task } = sync
  const members = (await patiently(sync, () => listFollowUsers(app, { requestId: ctx.requestId }))).sort()
  const left = saved.lastMember === undefined ? members : members.filter((member) => member > (saved.lastMember ?? ''))
  saved.total = members.length
  saved.done = members.length - left.length - saved.open.reduce((sum, { members }) => sum + members.length, 0)
  const size = Math.min(contactLimits.membersPerBatch, Math.max(1, Math.ceil(members.length / (4 * batchesAtOnce))))
  const begun = [...saved.open]
  await sideBySide([...begun, ...chunks(left, size)], sync, async (reading, batch) => {
    await readMembers(reading, Array.isArray(batch) ? begin(sync, batch) : batch)
    await task.save(saved)
  })
  await checkLeavers(sync)
}

function begin({ ctx, saved }: Sync, members: string[]): Batch {
  const batch: Batch = { members, startedAt: ctx.now().toISOString() }
  saved.open.push(batch)
  saved.lastMember = members.at(-1)
  return batch
}

/** Side by side, until all are done or one fails: then the others stop where they are. */
async function sideBySide<Item>(items: readonly Item[], sync: Sync, work: (reading: Reading, item: Item) => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const signal = AbortSignal.any([sync.task.signal, stop.signal])
  const oneAtATime = pLimit(1)
  const reading: Reading = { ...sync, task: { ...sync.task, signal }, write: (page) => oneAtATime(writePage, sync, page) }
  const limit = pLimit(batchesAtOnce)
  let failure: { error: unknown } | undefined
  const one = async (item: Item) => {
    if (failure) return
    try {
      await work(reading, item)
    } catch (error) {
      failure ??= { error }
      stop.abort(error)
    }
  }
  await Promise.all(items.map((item) => limit(one, item)))
  if (failure) throw failure.error
}

async function readMembers(sync: Reading, batch: Batch): Promise<void> {
  const { saved } = sync
  await readBatch(sync, batch, batch.members)
  await checkAbsent(sync, batch)
  saved.open.splice(saved.open.indexOf(batch), 1)
  saved.done += batch.members.length
}

async function readBatch(sync: Reading, batch: Batch, members: readonly string[]): Promise<void> {
  const { saved, task } = sync
  let cursor = members === batch.members ? batch.cursor : undefined
  let upcoming = readPage(sync, members, cursor)
  for (let restarts = 0; ; ) {
    const page = await upcoming
    task.signal.throwIfAborted()
    if (page === 'cursor_expired') {
      // What was applied already is applied again and changes nothing.
      if (++restarts > mostRestarts) throw new Error('WeCom forgets the cursor of the customer list again and again')
      upcoming = readPage(sync, members, undefined)
      continue
    }
    if (page === 'split') {
      for (const half of halves(members)) await readBatch(sync, batch, half)
      return
    }
    const next = page.next === cursor ? undefined : page.next
    // The next page is on its way while this one is written.
    if (next) upcoming = readPage(sync, members, next)
    upcoming.catch(() => undefined)
    await sync.write(page)
    if (!next) return
    cursor = next
    if (members === batch.members) batch.cursor = cursor
    await task.save(saved)
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

async function writePage(sync: Sync, page: Page): Promise<void> {
  const { corp, task } = sync
  const news = newsOfPage(page)
  await learnTags(
    sync,
    news.flatMap(({ shown }) => shown.tags.map(({ id }) => id)),
  )
  await repairing(sync, async (ctx) => (await applyNews(ctx, corp, news, task.id)).repairs)
}

const newsOfPage = ({ items, askedAt }: Page): (News & { shown: ServerFollow })[] =>
  items.flatMap(({ external_contact: contact, follow_info: follow }) => {
    if (!contact || !follow) return []
    const shown: ServerFollow = { ...commonFields(follow), tags: (follow.tag_id ?? []).map((id) => ({ id })) }
    return [{ externalUserId: contact.external_userid, userId: follow.userid, contact, shown, askedAt }]
  })

/** The batch endpoint gives ids of tags only: a new one sends us to the list of names first, once. */
async function learnTags(sync: Sync, ids: readonly string[]): Promise<void> {
  const { ctx, corp, app, askedTags } = sync
  const unknown = await unknownTags(
    ctx,
    corp,
    ids.filter((id) => !askedTags.has(id)),
  )
  if (unknown.length === 0) return
  for (const id of unknown) askedTags.add(id)
  const groups = await patiently(sync, () => readTagGroups(app, ctx.requestId))
  await inTransaction(ctx, (ctx) => applyTagGroups(ctx, corp, groups))
}

/**
 * Live here and not in the list: each is asked for by name before it is ended, because ending is told to people. A half friend
 * whom WeCom does not show may still be confirmed; then the confirmation begins the friendship anew.
 */
async function checkAbsent(sync: Sync, { members, startedAt }: Batch): Promise<void> {
  const { ctx, corp, app, task } = sync
  const absent = await ctx.db
    .selectFrom('wecomFollows')
    .select(['externalUserid', 'userId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('userId', 'in', members)
    .where('live', '=', true)
    .where((eb) => eb.or([eb('seenIn', 'is', null), eb('seenIn', '<>', task.id)]))
    .where('changedAt', '<', new Date(startedAt))
    .execute()
  for (const { externalUserid: externalUserId, userId } of absent) {
    task.signal.throwIfAborted()
    const askedAt = ctx.now()
    const reading = await readCustomer(app, externalUserId, { lane: 'bulk', timeoutMs: 10_000, requestId: ctx.requestId })
    if (reading === 'unreadable') continue
    const shown = reading === 'gone' ? [] : newsOf(reading, askedAt)
    const news = shown.some((one) => one.userId === userId) ? shown : [...shown, { externalUserId, userId, absent: true, askedAt }]
    await repairing(sync, async (ctx) => (await applyNews(ctx, corp, news, task.id)).repairs)
  }
}

/**
 * Customers of somebody who left are shown in one list only, until they are handed over; a handover whose callback was lost is
 * found by their absence from it.
 */
async function checkLeavers(sync: Sync): Promise<void> {
  const { ctx, corp, app, task } = sync
  const startedAt = ctx.now()
  const left = await ctx.db
    .selectFrom('wecomFollows as f')
    .innerJoin('employeeAccounts as a', (join) =>
      join.onRef('a.tenantId', '=', 'f.tenantId').onRef('a.corpId', '=', 'f.corp').onRef('a.userId', '=', 'f.userId'),
    )
    .select(['f.externalUserid as externalUserId', 'f.userId'])
    .where('f.tenantId', '=', ctx.tenantId)
    .where('f.corp', '=', corp)
    .where('f.live', '=', true)
    .where('a.leftAt', 'is not', null)
    .where('f.changedAt', '<', startedAt)
    .execute()
  if (left.length === 0) return
  const waiting = new Set<string>()
  const read = (cursor: string | undefined) =>
    patiently(sync, () => listUnassigned(app, { cursor }, { requestId: ctx.requestId, signal: task.signal }))
  try {
    for await (const { handover_userid: userId, external_userid: externalUserId } of pages(read)) waiting.add(`${externalUserId} ${userId}`)
  } catch (error) {
    if (!(error instanceof WecomError) || error.reaction !== 'configure') throw error
    return ctx.log.warn({ err: error, corp }, 'customers of leavers cannot be compared')
  }
  const at = Math.floor(startedAt.getTime() / 1000)
  const gone = left.filter(({ externalUserId, userId }) => !waiting.has(`${externalUserId} ${userId}`))
  for (const some of chunks(gone, contactLimits.contactsPerPage))
    await repairing(sync, async (ctx) => {
      const news = some.map(
        (pair): News => ({ ...pair, change: { at, what: 'ended', by: 'transfer', key: `left ${task.id}` }, askedAt: startedAt }),
      )
      return (await applyNews(ctx, corp, news, task.id)).repairs
    })
}
