import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { mirrorPersons } from '#management/customers/mirror.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { AppError } from '#platform/errors.ts'
import { watchEvents } from '#platform/events/watches.ts'
import { publicId } from '#platform/ids.ts'
import { holdLock } from '#platform/locks.ts'
import { dayOf } from '#platform/time.ts'
import { fewOf } from '../../reports/segment/asking.ts'
import { membersOf } from '../../reports/segment/members.ts'
import { resolveSaved } from '../../reports/segment/resolve.ts'
import { savedSegment } from '../../reports/segment/saved.ts'
import { askNow } from '../queries.ts'
import { type Listening, listeningOf } from './listening.ts'
import { movedByTime } from './passing.ts'
import { settle, type Why } from './stays.ts'

/** Segments made of rules are kept true: facts move people at once, and so does the passing of time. */

const restMs = 300
/** So often the ends of windows are looked at: whoever falls out is out within a minute. */
const timeMs = 15_000
/** So often everybody is asked about by a rule that cannot be asked at once. */
const slowMs = 15 * 60_000
/** So many people are asked about by their own events; more are everybody. */
const mostFew = 20_000
const touchesAtOnce = 200
/** So long one that could not be asked is left alone. */
const asideMs = 30_000

/** Keeps the segments of every tenant until aborted; one process does, another takes over when it dies. */
export async function keepSegments(installation: Installation, signal: AbortSignal): Promise<void> {
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    try {
      await holdLock(installation, 'liuliang.segments', async () => {
        while (!signal.aborted) if ((await keepOnce(installation)) === 0) await pause(restMs)
      })
    } catch (error) {
      installation.log.warn({ err: error }, 'keeper of segments interrupted, trying again')
    }
    await pause(1000)
  }
}

/** One round over every tenant with something to do; returns how many segments were asked. */
export async function keepOnce(installation: Installation): Promise<number> {
  const now = installation.now()
  const { rows } = await installation.databases.systemPool.query<{ tenant: number }>(
    `select distinct tenant_id as tenant from segments
     where rule is not null and archived_at is null and (asked_at is null or followed_until is null or followed_until < $1 or followed_until > $2)
     union select distinct tenant_id from touches`,
    [new Date(now.getTime() - timeMs), now],
  )
  let asked = 0
  for (const { tenant } of rows)
    asked += await keepTenant(createContext(installation, tenant, systemActor, 'segments')).catch((error) => {
      installation.log.warn({ err: error, tenantId: tenant }, 'segments of a company wait for the next round')
      return 0
    })
  return asked
}

type Live = { id: number; ruleVersion: number; askedAt: Date | null; followedUntil: Date | null; listening: Listening }

export async function keepTenant(ctx: Context): Promise<number> {
  const touches = await takeTouches(ctx)
  const live = await readLive(ctx)
  // Waited for before anybody is asked about: what happens from now on is told, what happened before is found.
  await watchEvents(
    ctx,
    live.flatMap(({ listening }) => (listening.slow ? [] : listening.names)),
  )
  await untilMirrored(ctx)
  let asked = 0
  for (const one of live) asked += await keepSegment(ctx, one, touches).catch((error) => setAside(ctx, one, error))
  await dropTouches(ctx, touches)
  return asked
}

async function readLive(ctx: Context): Promise<Live[]> {
  const rows = await ctx.db
    .selectFrom('segments')
    .select(['id', 'ruleVersion', 'askedAt', 'followedUntil'])
    .where('tenantId', '=', ctx.tenantId)
    .where('rule', 'is not', null)
    .where('archivedAt', 'is', null)
    .orderBy('id')
    .execute()
  const live: Live[] = []
  for (const row of rows) {
    const listening = await listeningOfSaved(ctx, publicId(ctx, 'seg', row.id)).catch(unlessAway)
    if (listening) live.push({ ...row, listening })
    else await note(ctx, row, { askedAt: ctx.now(), followedUntil: ctx.now() })
  }
  return live
}

async function listeningOfSaved(ctx: Context, segment: string): Promise<Listening | undefined> {
  const { rule } = await savedSegment(ctx, segment, 'segment')
  return rule ? listeningOf(ctx, rule) : undefined
}

/** What a rule names may be gone: then it stands as it is until it is changed. Engines that are away are asked again. */
function unlessAway(error: unknown): undefined {
  if (!(error instanceof AppError) || error.status >= 500) throw error
}

/** Who counts as whom, and what is known of them, reaches ClickHouse some seconds later; what is said of them is asked after that. */
async function untilMirrored(ctx: Context): Promise<void> {
  const waiting = (upTo: number) =>
    sql<{ last: number | null }>`select max(seq) as last from person_changes where tenant_id = ${ctx.tenantId} and seq <= ${upTo}`.execute(
      ctx.db,
    )
  const { rows } = await waiting(Number.MAX_SAFE_INTEGER)
  const last = rows[0]?.last
  if (last == null) return
  while ((await waiting(last)).rows[0]?.last != null) if ((await mirrorPersons(ctx)) === 0) await sleep(50)
}

type Touches = { seqs: string[]; people: Map<string, number[]> }

async function takeTouches(ctx: Context): Promise<Touches> {
  const { rows } = await sql<{ seq: string; name: string; customers: number[] }>`
    select seq::text, name, customers from touches where tenant_id = ${ctx.tenantId} order by seq limit ${touchesAtOnce}`.execute(ctx.db)
  const people = new Map<string, number[]>()
  for (const { name, customers } of rows) people.set(name, [...(people.get(name) ?? []), ...customers])
  return { seqs: rows.map(({ seq }) => seq), people }
}

/** Only when everybody they concern was asked about: cut off before, they are taken again. */
const dropTouches = (ctx: Context, { seqs }: Touches) =>
  sql`delete from touches where tenant_id = ${ctx.tenantId} and seq = any(${seqs}::bigint[])`.execute(ctx.db)

/** One that cannot be asked now keeps no other waiting: it is asked about everybody later, so that it needs no touches. */
async function setAside(ctx: Context, live: Live, error: unknown): Promise<number> {
  ctx.log.warn({ err: error, segment: live.id }, 'a segment is asked again later')
  resting.set(keyOf(ctx, live), ctx.now().getTime() + asideMs)
  await note(ctx, live, { followedUntil: null })
  return 0
}

/** Until when; a keeper that dies takes this along, and the next one asks at once. */
const resting = new Map<string, number>()
const keyOf = ({ tenantId }: Context, { id, ruleVersion }: Live): string => `${tenantId} ${id} ${ruleVersion}`

async function keepSegment(ctx: Context, live: Live, { people }: Touches): Promise<number> {
  const { listening, askedAt, followedUntil } = live
  const now = ctx.now()
  const since = (before: Date | null) => (before === null ? Number.POSITIVE_INFINITY : now.getTime() - before.getTime())
  if ((resting.get(keyOf(ctx, live)) ?? 0) > now.getTime()) return 0
  resting.delete(keyOf(ctx, live))
  if (askedAt === null) return askAbout(ctx, live, undefined, 'rule')
  const isDue = since(followedUntil) >= timeMs
  // A clock that was put back has made windows longer again for everybody.
  const isForAll = listening.slow
    ? since(askedAt) >= slowMs
    : since(followedUntil) < 0 || (isDue && (await hasDayBegun(ctx, followedUntil, now)))
  if (isForAll) return askAbout(ctx, live, undefined, 'time')
  const touched = listening.slow ? [] : touchedBy(listening, people)
  const moved = isDue && followedUntil && !listening.slow ? await movedByTime(ctx, listening, { from: followedUntil, to: now }) : []
  let asked = 0
  if (touched.length > 0) asked += await askAbout(ctx, live, touched, 'fact')
  if (moved.length > 0) asked += await askAbout(ctx, live, moved, 'time')
  if (isDue) await note(ctx, live, { followedUntil: now })
  return asked
}

const touchedBy = ({ names }: Listening, people: Touches['people']): number[] =>
  [...people].flatMap(([name, customers]) => (names.includes(name) || names.includes('*') ? customers : []))

/** Every night everybody is asked about: days of the calendar began, and what no event told is put right. */
async function hasDayBegun(ctx: Context, before: Date | null, now: Date): Promise<boolean> {
  const { timezone } = await ctx.db.selectFrom('tenants').select('timezone').where('id', '=', ctx.tenantId).executeTakeFirstOrThrow()
  return before === null || dayOf(before, timezone) !== dayOf(now, timezone)
}

/** Asks the rule about these, or everybody, and writes the moves down; 1, where it was asked. */
async function askAbout(ctx: Context, live: Live, people: readonly number[] | undefined, why: Why): Promise<number> {
  const few = people && people.length <= mostFew ? await fewOf(ctx, people) : undefined
  const { asking, resolving } = await askNow(ctx)
  const { at } = asking.moment
  const node = await resolveSaved(resolving, publicId(ctx, 'seg', live.id), 'segment').catch(unlessAway)
  if (node) {
    const members = await membersOf({ ...asking, ...(few ? { few } : {}) }, node)
    await settle(ctx, { segment: live.id, ruleVersion: live.ruleVersion, at, members, few, why })
  }
  if (!few) await note(ctx, live, { askedAt: at, followedUntil: at })
  return 1
}

/** Of the rule as it stood: one that was changed meanwhile is asked again. */
const note = (
  ctx: Context,
  { id, ruleVersion }: Pick<Live, 'id' | 'ruleVersion'>,
  facts: { askedAt?: Date; followedUntil?: Date | null },
) =>
  ctx.db
    .updateTable('segments')
    .set(facts)
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('ruleVersion', '=', ruleVersion)
    .execute()
