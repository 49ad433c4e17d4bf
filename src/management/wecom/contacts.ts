import type { WecomApp } from '#connectors/wecom/connection.ts'
import { type ExternalContact, type FollowUser, getContact } from '#connectors/wecom/contacts.ts'
import { isWecomError, WecomError, WecomUnreachable } from '#connectors/wecom/errors.ts'
import type { Lane } from '#connectors/wecom/limits.ts'
import { endFollow, startFollow } from '#management/customers/commands.ts'
import { identify } from '#management/identity/commands.ts'
import type { CustomerFacts, Identity } from '#management/identity/schema.ts'
import type { Context } from '#platform/context.ts'
import { addWayName } from './add-ways.ts'
import { employeeOf } from './members.ts'
import { type Change, momentOf, newSteps, type Step, standing, withChange } from './relation.ts'
import { applyTags, type ServerTag } from './tags.ts'

/** What WeCom says about a customer. `gone`: nobody follows them any more, or nobody we may see. */
export type Reading = { contact: ExternalContact; follows: ServerFollow[] } | 'gone' | 'unreadable'

/** A friendship as WeCom shows it, from either of the two endpoints that do. */
export type ServerFollow = {
  userId: string
  createdAt: number
  addWay?: number | undefined
  state?: string | undefined
  operator?: string | undefined
  remark?: string | undefined
  description?: string | undefined
  mobiles?: string[] | undefined
  tags: ServerTag[]
}

type Asking = { lane?: Lane; timeoutMs?: number; requestId: string }

/** Reads a customer. Trouble on the way is an answer too: callbacks can be applied without details, which then come later. */
export async function readCustomer(
  app: WecomApp,
  externalUserId: string,
  { lane = 'first', timeoutMs = 3_000, requestId }: Asking,
): Promise<Reading> {
  try {
    const { contact, follows } = await getContact(app, externalUserId, { lane, requestId, signal: AbortSignal.timeout(timeoutMs) })
    return contact ? { contact, follows: follows.map(serverFollow) } : 'gone'
  } catch (error) {
    // No relation (any more, or not confirmed yet), or nobody inside our visible range has one.
    if (isWecomError(error, 84061, 84084, 40096, 60111)) return 'gone'
    if (error instanceof WecomError || error instanceof WecomUnreachable || isTimeout(error)) return 'unreadable'
    throw error
  }
}

const isTimeout = (error: unknown): boolean => error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')

const serverFollow = (follow: FollowUser): ServerFollow => ({
  ...commonFields(follow),
  tags: (follow.tags ?? []).flatMap((tag) =>
    tag.tag_id && tag.type !== 2 ? [{ id: tag.tag_id, name: tag.tag_name, group: tag.group_name }] : [],
  ),
})

type CommonFollow = Pick<
  FollowUser,
  'userid' | 'createtime' | 'add_way' | 'state' | 'oper_userid' | 'remark' | 'description' | 'remark_mobiles'
>

export const commonFields = (follow: CommonFollow): Omit<ServerFollow, 'tags'> => ({
  userId: follow.userid,
  createdAt: follow.createtime ?? 0,
  addWay: follow.add_way,
  state: follow.state || undefined,
  operator: follow.oper_userid,
  remark: follow.remark,
  description: follow.description,
  mobiles: follow.remark_mobiles,
})

export type Relation = { corp: number; externalUserId: string; userId: string }

/** What a callback says about one friendship, beside what WeCom shows now. */
export type Told = Relation & { change: Change; state?: string | undefined; reading?: Reading }

/** Applies a callback: event time makes the story, WeCom's present answer the details. */
export async function applyTold(ctx: Context, told: Told): Promise<void> {
  const { reading, change } = told
  const readable = typeof reading === 'object' ? reading : undefined
  const shown = readable?.follows.find(({ userId }) => userId === told.userId)
  await applyChanges(ctx, told, [change, ...goneMeanwhile(ctx, told, shown)], { contact: readable?.contact, shown, state: told.state })
  if (readable) await applyReading(ctx, told.corp, readable, { except: told.userId })
}

const lateSeconds = 60

/** An old "added" of a friendship that WeCom does not know any more: its end was lost, or is on its way still. */
function goneMeanwhile(ctx: Context, { change, reading }: Told, shown: ServerFollow | undefined): Change[] {
  const now = seconds(ctx.now())
  const isOver = change.what === 'added' && reading !== undefined && reading !== 'unreadable' && !shown && now - change.at > lateSeconds
  return isOver ? [{ at: now, what: 'ended', by: 'employee', key: `absent ${change.key}` }] : []
}

type Scope = {
  except?: string
  run?: number | undefined /** When WeCom was asked: what changed since is left alone. */
  askedAt?: Date
  customerId?: number | undefined
}

/** Makes everything here agree with what WeCom shows of a customer; returns what had to be put right. */
export async function applyReading(
  ctx: Context,
  corp: number,
  { contact, follows }: { contact: ExternalContact; follows: ServerFollow[] },
  scope: Scope = {},
): Promise<Repair[]> {
  const repairs: Repair[] = []
  for (const shown of follows) {
    if (shown.userId === scope.except) continue
    const relation = { corp, externalUserId: contact.external_userid, userId: shown.userId }
    repairs.push(...(await applyShown(ctx, relation, contact, shown, scope)))
  }
  return repairs
}

export type Repair = {
  kind: 'follow_missing' | 'follow_gone' | 'details' | 'tags'
  externalUserId: string
  userId: string
  customerId: number | null
  details: Record<string, unknown>
}

export async function applyShown(
  ctx: Context,
  relation: Relation,
  contact: ExternalContact,
  shown: ServerFollow,
  { run, askedAt, customerId }: Scope,
): Promise<Repair[]> {
  const row = await lockRow(ctx, relation)
  if (row && askedAt && row.changedAt > askedAt) return []
  const change = changeFromShown(ctx, row, shown)
  return applyChanges(ctx, relation, change ? [change] : [], { contact, shown, run, customerId })
}

/** A friendship that WeCom shows and that is not live here. */
function changeFromShown(ctx: Context, row: Row | undefined, { createdAt }: ServerFollow): Change | undefined {
  const { live, half, steps } = standing(row?.history ?? [])
  const last = row?.history.at(-1)
  if (live && !half) return undefined
  if (live) return { at: Math.max(createdAt, last?.at ?? 0), what: 'added', key: `shown ${createdAt}` }
  const end = steps.at(-1)
  // The customer deleted the member: WeCom goes on showing the member's side, which brings nobody back.
  if (end?.what === 'end' && end.by === 'customer' && createdAt <= end.at) return undefined
  if (!end && last?.what === 'ended' && last.by === 'customer' && createdAt > last.at)
    return { at: createdAt, what: 'added', key: `shown ${createdAt}` }
  const ended = end?.at ?? last?.at ?? 0
  const at = createdAt >= ended ? createdAt : last?.by === 'customer' ? createdAt : seconds(ctx.now())
  return { at, what: 'added', key: `shown ${at}` }
}

/** What is no longer shown although it is live here: the member's side is gone. */
export async function applyAbsence(ctx: Context, relation: Relation, run: number, askedAt: Date): Promise<Repair[]> {
  const row = await lockRow(ctx, relation)
  if (!row || row.changedAt > askedAt) return []
  return applyChanges(ctx, relation, [{ at: seconds(ctx.now()), what: 'ended', by: 'employee', key: `absent ${run}` }], { run })
}

type Known = {
  contact?: ExternalContact | undefined
  shown?: ServerFollow | undefined
  state?: string | undefined
  run?: number | undefined /** Identified already. */
  customerId?: number | undefined
}

async function applyChanges(ctx: Context, relation: Relation, changes: Change[], known: Known): Promise<Repair[]> {
  const row = await lockRow(ctx, relation)
  const history = changes.reduce<Change[]>((all, change) => withChange(all, change), row?.history ?? [])
  const [before, after] = [standing(row?.history ?? []), standing(history)]
  const steps = newSteps(before, after)
  // An end that nothing is known to have begun names nobody yet: the beginning, when it comes, tells both.
  const nameless = !row?.customerId && steps.length === 0 && !known.contact
  const customerId = nameless ? null : (known.customerId ?? (await customerOf(ctx, relation, row, known.contact)))
  const employeeId = nameless ? null : (row?.employeeId ?? (await employeeOf(ctx, relation.corp, relation.userId)))
  if (customerId !== null && employeeId !== null)
    for (const step of steps) await tell(ctx, { relation, customerId, employeeId, step, known })
  const repairs: Repair[] = []
  const repair = (kind: Repair['kind'], details: Record<string, unknown>) =>
    repairs.push({ kind, externalUserId: relation.externalUserId, userId: relation.userId, customerId, details })
  if (before.live !== after.live) repair(after.live ? 'follow_missing' : 'follow_gone', { steps })
  const shown = after.live ? known.shown : undefined
  if (shown && before.live && row && differs(row, shown)) {
    repair('details', changedDetails(row, shown))
    if (customerId !== null && employeeId !== null) await tellDetails(ctx, { customerId, employeeId, since: lastStart(after), shown })
  }
  const tagged =
    shown && customerId !== null ? await applyTags(ctx, relation, { customerId, before: row?.tagIds ?? [], shown: shown.tags }) : undefined
  if (tagged && before.live && tagged.added.length + tagged.removed.length > 0) repair('tags', tagged)
  await saveRow(ctx, relation, { row, customerId, employeeId, history, after, shown, changed: changes.length > 0, run: known.run })
  return repairs
}

const lastStart = ({ steps }: { steps: Step[] }): Date => {
  const start = steps.findLast(({ what }) => what === 'start')
  return start ? momentOf(start) : new Date(0)
}

const differs = (row: Row, shown: ServerFollow): boolean =>
  (shown.remark ?? '') !== (row.remark ?? '') ||
  (shown.description ?? '') !== (row.description ?? '') ||
  (row.addWay === null && shown.addWay !== undefined)

const changedDetails = (row: Row, shown: ServerFollow) => ({
  remark: [row.remark ?? '', shown.remark ?? ''],
  description: [row.description ?? '', shown.description ?? ''],
})

async function customerOf(
  ctx: Context,
  { corp, externalUserId }: Relation,
  row: Row | undefined,
  contact: ExternalContact | undefined,
): Promise<number> {
  if (row?.customerId && !contact) return row.customerId
  return identify(ctx, [...(await identitiesOf(ctx, corp, externalUserId, contact))], contact ? factsOf(contact) : {}, 'wecom')
}

/** The external user id belongs to one corp, the union id to the person across corps and apps. */
export async function identitiesOf(
  _ctx: Context,
  _corp: number,
  externalUserId: string,
  contact: ExternalContact | undefined,
): Promise<Identity[]> {
  return [
    { kind: 'wecom_external_userid', value: externalUserId },
    ...(contact?.unionid ? [{ kind: 'unionid' as const, value: contact.unionid }] : []),
  ]
}

export function factsOf(contact: ExternalContact): CustomerFacts {
  const gender = contact.gender === 1 ? 'male' : contact.gender === 2 ? 'female' : undefined
  return {
    ...(contact.name && { name: contact.name }),
    ...(contact.avatar && { avatar: contact.avatar }),
    ...(gender && { gender }),
    ...(contact.corp_name && { company: contact.corp_name }),
    ...(contact.position && { position: contact.position }),
  }
}

type Telling = { relation: Relation; customerId: number; employeeId: number; step: Step; known: Known }

async function tell(ctx: Context, { customerId, employeeId, step, known }: Telling): Promise<void> {
  const at = momentOf(step)
  if (step.what === 'end') return void (await endFollow(ctx, { customerId, employeeId, by: step.by, at }))
  const { shown } = known
  const state = known.state ?? shown?.state
  await startFollow(ctx, {
    customerId,
    employeeId,
    at,
    ...(shown?.addWay !== undefined && { addWay: addWayName(shown.addWay) }),
    ...(state && { state }),
    ...(shown?.operator && { operator: shown.operator }),
    ...(shown?.remark !== undefined && { remark: shown.remark }),
    ...(shown?.description !== undefined && { description: shown.description }),
  })
}

type Details = { customerId: number; employeeId: number; since: Date; shown: ServerFollow }

/** The same beginning told again with what is known now: no second event, newer remarks. */
const tellDetails = (ctx: Context, { customerId, employeeId, since, shown }: Details) =>
  startFollow(ctx, {
    customerId,
    employeeId,
    at: since,
    remark: shown.remark ?? '',
    description: shown.description ?? '',
    ...(shown.addWay !== undefined && { addWay: addWayName(shown.addWay) }),
    ...(shown.state && { state: shown.state }),
  })

export type Row = {
  customerId: number | null
  employeeId: number | null
  live: boolean
  half: boolean
  history: Change[]
  /** Sorted. */
  tagIds: string[]
  remark: string | null
  description: string | null
  addWay: number | null
  changedAt: Date
}

/** Nothing to do about it: most of a nightly comparison. */
export function isUnchanged(row: Row | undefined, shown: ServerFollow): boolean {
  if (!row?.live || row.half || row.customerId === null || differs(row, shown)) return false
  const ids = shown.tags.map(({ id }) => id).sort()
  return ids.length === row.tagIds.length && ids.every((id, i) => id === row.tagIds[i])
}

const columns = ['customerId', 'employeeId', 'live', 'half', 'history', 'tagIds', 'remark', 'description', 'addWay', 'changedAt'] as const

/** Many rows at once, by `external_userid user_id`. */
export async function readRows(
  ctx: Context,
  corp: number,
  relations: readonly { externalUserId: string; userId: string }[],
): Promise<Map<string, Row>> {
  if (relations.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('wecomFollows')
    .select(['externalUserid', 'userId', ...columns])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('externalUserid', 'in', [...new Set(relations.map(({ externalUserId }) => externalUserId))])
    .execute()
  return new Map(
    rows.map(({ externalUserid, userId, ...row }) => [
      `${externalUserid} ${userId}`,
      { ...row, history: row.history as unknown as Change[] },
    ]),
  )
}

async function lockRow(ctx: Context, { corp, externalUserId, userId }: Relation): Promise<Row | undefined> {
  const row = await ctx.db
    .selectFrom('wecomFollows')
    .select(columns)
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('externalUserid', '=', externalUserId)
    .where('userId', '=', userId)
    .forUpdate()
    .executeTakeFirst()
  return row && { ...row, history: row.history as unknown as Change[] }
}

type Saving = {
  row: Row | undefined
  customerId: number | null
  employeeId: number | null
  history: Change[]
  after: { live: boolean; half: boolean }
  shown: ServerFollow | undefined
  changed: boolean
  run: number | undefined
}

async function saveRow(
  ctx: Context,
  { corp, externalUserId, userId }: Relation,
  { row, customerId, employeeId, history, after, shown, changed, run }: Saving,
): Promise<void> {
  const values = {
    customerId,
    employeeId,
    live: after.live,
    half: after.half,
    history: JSON.stringify(history),
    ...(changed || !row ? { changedAt: ctx.now() } : {}),
    ...(after.live ? {} : { tagIds: [] as string[] }),
    ...(shown && {
      tagIds: shown.tags.map(({ id }) => id).sort(),
      addWay: shown.addWay ?? null,
      state: shown.state ?? null,
      remark: shown.remark ?? null,
      description: shown.description ?? null,
    }),
    ...(run !== undefined && { seenIn: run }),
  }
  await ctx.db
    .insertInto('wecomFollows')
    .values({ tenantId: ctx.tenantId, corp, externalUserid: externalUserId, userId, ...values })
    .onConflict((conflict) => conflict.columns(['tenantId', 'corp', 'externalUserid', 'userId']).doUpdateSet(values))
    .execute()
}

export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)
