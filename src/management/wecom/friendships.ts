import type { ExternalContact } from '#connectors/wecom/contacts.ts'
import { type FollowTurn, tellFollows } from '#management/customers/following.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { canonicalIds } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { addWayName } from './add-ways.ts'
import { factsOf, identitiesOf, type Reading, type ServerFollow } from './contacts.ts'
import { corpIdOf } from './corp-ids.ts'
import { lockRows, markSeen, nameOf, type Pair, type Row, type Saving, saveRows } from './follow-rows.ts'
import { employeesOf } from './members.ts'
import { type Change, momentOf, newSteps, type Step, standing, withChange } from './relation.ts'
import { pushWaitingTags } from './tag-pushes.ts'
import { applyTags, type Tagged } from './tags.ts'

/** What is heard about one friendship: a change that WeCom told of, how WeCom shows it, or that it shows it no more. */
export type News = Pair & {
  change?: Change
  /** Not shown by WeCom although it is live here. */
  absent?: boolean
  contact?: ExternalContact | undefined
  shown?: ServerFollow | undefined
  /** Of the code they scanned, as the callback says it. */
  state?: string | undefined
  /** When WeCom was asked: what changed here since is newer than the answer. */
  askedAt?: Date | undefined
}

export type Repair = {
  kind: 'follow_missing' | 'follow_gone' | 'details' | 'tags'
  externalUserId: string
  userId: string
  customerId: number | null
  details: Record<string, unknown>
}

export type Heard = {
  /** What had to be put right. */
  repairs: Repair[]
  /** Whose answers were left aside because their friendship had changed since the question. */
  stale: string[]
}

/** What WeCom shows of a customer, friend by friend. */
export const newsOf = ({ contact, follows }: Exclude<Reading, string>, askedAt: Date): News[] =>
  follows.map((shown) => ({ externalUserId: contact.external_userid, userId: shown.userId, contact, shown, askedAt }))

/**
 * Makes everything here agree with the news, in their order, in a handful of statements however many they are: a callback is
 * a list of one. Event time makes the story, WeCom's present answer the details; the same again changes nothing. `run`: the
 * sync that asked.
 */
export const applyNews = (ctx: Context, corp: number, news: readonly News[], run?: number): Promise<Heard> =>
  inTransaction(ctx, async (ctx) => {
    const heard: Heard = { repairs: [], stale: [] }
    for (const round of rounds(news)) {
      const { repairs, stale } = await applyRound(ctx, corp, round, run)
      heard.repairs.push(...repairs)
      heard.stale.push(...stale)
    }
    return heard
  })

/** In their order, each friendship once a round; nearly always there is one. */
function rounds(news: readonly News[]): News[][] {
  const found: News[][] = []
  let names = new Set<string>()
  for (const one of news) {
    if (found.length === 0 || names.has(nameOf(one))) {
      found.push([])
      names = new Set()
    }
    names.add(nameOf(one))
    found.at(-1)?.push(one)
  }
  return found
}

async function applyRound(ctx: Context, corp: number, news: readonly News[], run: number | undefined): Promise<Heard> {
  const rows = await lockRows(ctx, corp, news)
  const now = ctx.now()
  const told = news.map((one) => tellUnlessOlder(one, rows.get(nameOf(one)), now, run))
  const chapters = told.flatMap(({ chapter }) => chapter ?? [])
  await nameThem(ctx, corp, chapters)
  await tellFollows(ctx, chapters.flatMap(turnsOf))
  await applyTags(ctx, corp, chapters.flatMap(taggedIn))
  await saveRows(ctx, corp, chapters.filter(isChanged).map(savingOf), run)
  await markSeen(
    ctx,
    corp,
    chapters.filter((chapter) => !isChanged(chapter)),
    run,
  )
  await pushWaitingTags(
    ctx,
    chapters.flatMap(({ customerId, beginsWhole }) => (customerId !== null && beginsWhole ? [customerId] : [])),
  )
  return {
    repairs: chapters.flatMap(repairsOf),
    stale: news.filter((_, i) => told[i]?.isStale).map(({ externalUserId }) => externalUserId),
  }
}

/** One piece of news on its friendship: where that stood before and where it stands now. */
type Chapter = Pair & {
  news: News
  isNew: boolean
  before: Row
  after: Row
  steps: Step[]
  /** WeCom's answer, where it counts. */
  shown: ServerFollow | undefined
  hasOtherDetails: boolean
  tags: { added: string[]; removed: string[] }
  /** Both sides know it from now on: what waited for the friendship can be done. */
  beginsWhole: boolean
  changed: boolean
  customerId: number | null
  employeeId: number | null
}

const empty: Omit<Row, 'changedAt'> = {
  customerId: null,
  employeeId: null,
  live: false,
  half: false,
  history: [],
  tagIds: [],
  addWay: null,
  state: null,
  remark: null,
  description: null,
}

/** An answer from before the last change here counts only as far as it says nothing else; a change that was told counts always. */
function tellUnlessOlder(news: News, row: Row | undefined, now: Date, run: number | undefined): { chapter?: Chapter; isStale: boolean } {
  const chapter = tell(news, row, now, run)
  const { askedAt, change } = news
  const isOlder = row !== undefined && askedAt !== undefined && row.changedAt > askedAt
  if (!isOlder || !chapter.changed) return { chapter, isStale: false }
  if (!change) return { isStale: true }
  return {
    chapter: tell({ ...news, shown: undefined, absent: false }, row, now, run),
    isStale: news.shown !== undefined || news.absent === true,
  }
}

function tell(news: News, row: Row | undefined, now: Date, run: number | undefined): Chapter {
  const before = row ?? { ...empty, changedAt: now }
  const changes = changesIn(news, row, now, run)
  const history = changes.reduce<Change[]>((all, change) => withChange(all, change), before.history)
  const [stood, stands] = [standing(before.history), standing(history)]
  const shown = stands.live ? news.shown : undefined
  const tagIds = shown?.tags.map(({ id }) => id).sort() ?? (stands.live ? before.tagIds : [])
  const tags = {
    added: shown ? tagIds.filter((id) => !before.tagIds.includes(id)) : [],
    removed: shown ? before.tagIds.filter((id) => !tagIds.includes(id)) : [],
  }
  const hasOtherDetails = shown !== undefined && stood.live && row !== undefined && differs(row, shown)
  const changed = changes.length > 0 || hasOtherDetails || tags.added.length + tags.removed.length > 0
  return {
    externalUserId: news.externalUserId,
    userId: news.userId,
    news,
    isNew: row === undefined,
    before,
    steps: newSteps(stood, stands),
    shown,
    hasOtherDetails,
    tags,
    beginsWhole: stands.live && !stands.half && (!stood.live || stood.half),
    changed,
    customerId: before.customerId,
    employeeId: before.employeeId,
    after: {
      ...before,
      live: stands.live,
      half: stands.half,
      history,
      tagIds,
      ...(shown && {
        addWay: shown.addWay ?? null,
        state: shown.state ?? null,
        remark: shown.remark ?? null,
        description: shown.description ?? null,
      }),
      changedAt: changed ? now : before.changedAt,
    },
  }
}

function changesIn(news: News, row: Row | undefined, now: Date, run: number | undefined): Change[] {
  if (news.change) return [news.change, ...goneMeanwhile(news, news.change, now)]
  if (news.absent) return [{ at: seconds(now), what: 'ended', by: 'employee', key: `absent ${run}` }]
  const change = news.shown && changeFromShown(row, news.shown, now)
  return change ? [change] : []
}

const lateSeconds = 60

/** An old "added" of a friendship that WeCom does not know any more: its end was lost, or is on its way still. */
function goneMeanwhile({ absent }: News, change: Change, now: Date): Change[] {
  const isOver = change.what === 'added' && absent === true && seconds(now) - change.at > lateSeconds
  return isOver ? [{ at: seconds(now), what: 'ended', by: 'employee', key: `absent ${change.key}` }] : []
}

/** A friendship that WeCom shows and that is not live here. */
function changeFromShown(row: Row | undefined, { createdAt }: ServerFollow, now: Date): Change | undefined {
  const { live, half, steps } = standing(row?.history ?? [])
  const last = row?.history.at(-1)
  if (live && !half) return undefined
  if (live) {
    const at = Math.max(createdAt, last?.at ?? 0)
    return { at, what: 'added', key: `shown ${at}` }
  }
  const end = steps.at(-1)
  // The customer deleted the member: WeCom goes on showing the member's side, which brings nobody back.
  if (end?.what === 'end' && end.by === 'customer' && createdAt <= end.at) return undefined
  if (!end && last?.what === 'ended' && last.by === 'customer' && createdAt > last.at)
    return { at: createdAt, what: 'added', key: `shown ${createdAt}` }
  const ended = end?.at ?? last?.at ?? 0
  const at = createdAt >= ended ? createdAt : last?.by === 'customer' ? createdAt : seconds(now)
  return { at, what: 'added', key: `shown ${at}` }
}

const differs = (row: Row, shown: ServerFollow): boolean =>
  (shown.remark ?? '') !== (row.remark ?? '') ||
  (shown.description ?? '') !== (row.description ?? '') ||
  (row.addWay === null && shown.addWay !== undefined)

/** Says which customer and which employee each friendship is between. */
async function nameThem(ctx: Context, corp: number, chapters: readonly Chapter[]): Promise<void> {
  const corpId = await corpIdOf(ctx, corp)
  const unnamed = chapters.filter((chapter) => !isNameless(chapter) && (chapter.news.contact || chapter.before.customerId === null))
  const customers = await identifyMany(
    ctx,
    unnamed.map(({ news: { externalUserId, contact, shown }, steps: [first] }) => {
      const since = first ? momentOf(first) : shown && shown.createdAt > 0 ? new Date(shown.createdAt * 1000) : undefined
      return {
        identities: identitiesOf(corpId, externalUserId, contact),
        about: 'wecom_external_userid',
        ...(contact && { facts: factsOf(contact) }),
        ...(since && { since }),
      }
    }),
    'wecom',
  )
  unnamed.forEach((chapter, i) => {
    chapter.customerId = customers[i] ?? null
  })
  await keepMerged(ctx, unnamed)
  const without = chapters.filter((chapter) => !isNameless(chapter) && chapter.before.employeeId === null)
  const employees = await employeesOf(
    ctx,
    corp,
    without.map(({ userId }) => userId),
  )
  for (const chapter of without) chapter.employeeId = employees.get(chapter.userId) ?? null
}

/** Merged meanwhile: a friendship stays with the customer it was told of, whose rows count as the other's by themselves. */
async function keepMerged(ctx: Context, chapters: readonly Chapter[]): Promise<void> {
  const moved = chapters.flatMap((chapter) => {
    const { customerId } = chapter
    const told = chapter.before.customerId
    return told !== null && customerId !== null && told !== customerId ? [{ chapter, told, customerId }] : []
  })
  const canonicals = await canonicalIds(
    ctx,
    moved.flatMap(({ told, customerId }) => [told, customerId]),
  )
  for (const { chapter, told, customerId } of moved) if (canonicals.get(told) === canonicals.get(customerId)) chapter.customerId = told
}

/** An end that nothing is known to have begun names nobody yet: the beginning, when it comes, tells both. */
const isNameless = ({ before, steps, news }: Chapter): boolean => before.customerId === null && steps.length === 0 && !news.contact

function turnsOf(chapter: Chapter): FollowTurn[] {
  const { customerId, employeeId, news, shown, steps, hasOtherDetails } = chapter
  if (customerId === null || employeeId === null) return []
  const who = { customerId, employeeId }
  const state = news.state ?? shown?.state
  const turns = steps.map(
    (step): FollowTurn =>
      step.what === 'end'
        ? { what: 'end', ...who, by: step.by, at: momentOf(step), ...(step.since && { since: momentOf(step.since) }) }
        : {
            what: 'start',
            ...who,
            at: momentOf(step),
            ...(shown?.addWay !== undefined && { addWay: addWayName(shown.addWay) }),
            ...(state && { state }),
            ...(shown?.operator && { operator: shown.operator }),
            ...(shown?.remark !== undefined && { remark: shown.remark }),
            ...(shown?.description !== undefined && { description: shown.description }),
          },
  )
  return shown && hasOtherDetails ? [...turns, { what: 'start', ...who, ...detailsOf(chapter, shown) }] : turns
}

/** The same beginning told again with what is known now: no second event, newer remarks. */
function detailsOf({ after }: Chapter, { remark, description, addWay, state }: ServerFollow) {
  const start = standing(after.history).steps.findLast(({ what }) => what === 'start')
  return {
    at: start ? momentOf(start) : new Date(0),
    remark: remark ?? '',
    description: description ?? '',
    ...(addWay !== undefined && { addWay: addWayName(addWay) }),
    ...(state && { state }),
  }
}

const taggedIn = (chapter: Chapter): Tagged[] => {
  const { customerId, before, shown, tags } = chapter
  const name = nameOf(chapter)
  if (customerId === null) return []
  if (shown && tags.added.length + tags.removed.length > 0)
    return [{ name, customerId, added: shown.tags.filter(({ id }) => tags.added.includes(id)), removed: tags.removed }]
  return before.customerId !== null && before.customerId !== customerId ? [{ name, customerId, added: [], removed: [] }] : []
}

const isChanged = ({ isNew, changed, customerId, employeeId, before }: Chapter): boolean =>
  isNew || changed || customerId !== before.customerId || employeeId !== before.employeeId

const savingOf = ({ externalUserId, userId, after, customerId, employeeId }: Chapter): Saving => ({
  ...after,
  externalUserId,
  userId,
  customerId,
  employeeId,
})

function repairsOf({ externalUserId, userId, customerId, before, after, steps, shown, hasOtherDetails, tags }: Chapter): Repair[] {
  const repair = (kind: Repair['kind'], details: Record<string, unknown>): Repair => ({ kind, externalUserId, userId, customerId, details })
  return [
    ...(before.live === after.live ? [] : [repair(after.live ? 'follow_missing' : 'follow_gone', { steps })]),
    ...(shown && hasOtherDetails
      ? [
          repair('details', {
            remark: [before.remark ?? '', shown.remark ?? ''],
            description: [before.description ?? '', shown.description ?? ''],
          }),
        ]
      : []),
    ...(before.live && tags.added.length + tags.removed.length > 0 ? [repair('tags', tags)] : []),
  ]
}

export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)
