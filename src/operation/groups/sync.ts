import type { WecomApp } from '#connectors/wecom/connection.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { getGroup, groupLimits, listGroupIds } from '#connectors/wecom/groups.ts'
import { chunks } from '#connectors/wecom/paging.ts'
import { employeesByAccount } from '#management/team/queries.ts'
import { patiently, repairing, type Sync } from '#management/wecom/sync-state.ts'
import { applyNews, type News } from './commands.ts'
import { answerOf, refusal } from './reading.ts'

/** Groups read side by side and written in one transaction. */
const perBatch = 10
const mostRestarts = 5
/** A group that changes under our eyes again and again is told by its callbacks. */
const mostReadings = 3

/** Every group that WeCom lists, and every one that is alive here and not in its list. */
export async function syncGroups(sync: Sync): Promise<void> {
  const { ctx, corp, saved, task } = sync
  const listed = await listAll(sync)
  saved.groupsAreNew ??= !(await anyGroup(sync))
  const alive = await ctx.db
    .selectFrom('groups')
    .select('chatId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('dismissedAt', 'is', null)
    .execute()
  const all = [...new Set([...listed, ...alive.map(({ chatId }) => chatId)])].sort()
  const left = saved.lastGroup === undefined ? all : all.filter((chatId) => chatId > (saved.lastGroup ?? ''))
  saved.total = all.length
  saved.done = all.length - left.length
  for (const batch of chunks(left, perBatch)) {
    task.signal.throwIfAborted()
    await compare(saved.groupsAreNew ? { ...sync, saved: { ...saved, first: true } } : sync, batch)
    saved.done += batch.length
    saved.lastGroup = batch.at(-1)
    await task.save(saved)
  }
}

const anyGroup = async ({ ctx, corp }: Sync): Promise<boolean> =>
  (await ctx.db
    .selectFrom('groups')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .limit(1)
    .executeTakeFirst()) !== undefined

async function compare(sync: Sync, chatIds: readonly string[], readings = 1): Promise<void> {
  const news = (await Promise.all(chatIds.map((chatId) => patiently(sync, () => ask(sync, chatId))))).filter((one) => one !== undefined)
  const again = new Set<string>()
  await repairing(sync, async (ctx) => {
    again.clear()
    const heard = await applyNews(ctx, sync.corp, news)
    for (const chatId of heard.again) again.add(chatId)
    return heard.repairs
  })
  if (again.size > 0 && readings < mostReadings) await compare(sync, [...again], readings + 1)
}

async function ask({ ctx, app, task }: Sync, chatId: string): Promise<News | undefined> {
  const askedAt = ctx.now()
  try {
    const chat = await getGroup(app, chatId, { lane: 'bulk', requestId: ctx.requestId, signal: task.signal })
    return chat?.member_list ? { chatId, answer: answerOf(chat, askedAt) } : undefined
  } catch (error) {
    const said = refusal(error)
    if (!said) throw error
    return said === 'gone' ? { chatId, gone: askedAt } : undefined
  }
}

/** With too many members in sight, WeCom wants to be asked for some owners at a time. */
async function listAll(sync: Sync): Promise<Set<string>> {
  try {
    return await listOf(sync, undefined)
  } catch (error) {
    if (!isWecomError(error, 81017)) throw error
  }
  // Those who left too: their groups stay theirs until somebody takes them over.
  const members = [...(await employeesByAccount(sync.ctx, sync.corp)).keys()].sort()
  const found = new Set<string>()
  for (const owners of chunks(members, groupLimits.ownersPerCall)) for (const chatId of await listOfThose(sync, owners)) found.add(chatId)
  return found
}

/** One member whom we may not see (any more) spoils the whole call: the others are asked for without them. */
async function listOfThose(sync: Sync, owners: readonly string[]): Promise<string[]> {
  try {
    return [...(await listOf(sync, owners))]
  } catch (error) {
    if (!isWecomError(error, 60111, 60011, 40003)) throw error
    if (owners.length <= 1) return []
    const halves = chunks(owners, Math.ceil(owners.length / 2))
    return (await Promise.all(halves.map((half) => listOfThose(sync, half)))).flat()
  }
}

async function listOf(sync: Sync, owners: readonly string[] | undefined): Promise<Set<string>> {
  for (let restarts = 0; ; restarts++) {
    try {
      return await readPages(sync, sync.app, owners)
    } catch (error) {
      const isExpired = error instanceof WecomError && error.reaction === 'restart_paging'
      if (!isExpired || restarts === mostRestarts) throw error
    }
  }
}

async function readPages(sync: Sync, app: WecomApp, owners: readonly string[] | undefined): Promise<Set<string>> {
  const { ctx, task } = sync
  const found = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    task.signal.throwIfAborted()
    const asked = { owners, cursor }
    const { items, next } = await patiently(sync, () =>
      listGroupIds(app, asked, { lane: 'bulk', requestId: ctx.requestId, signal: task.signal }),
    )
    for (const chatId of items) found.add(chatId)
    if (!next || next === cursor) return found
    cursor = next
  }
}
