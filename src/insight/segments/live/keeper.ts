import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { mirrorPersons } from '#management/customers/mirror.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { watchEvents } from '#platform/events/watches.ts'
import { publicId } from '#platform/ids.ts'
import { holdLock } from '#platform/locks.ts'
import { dayOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { membersOf } from '../../reports/segment/members.ts'
import { resolveSaved } from '../../reports/segment/resolve.ts'
import { askNow } from '../queries.ts'
import { askFew } from './asking-few.ts'
import { type Live, note, readLive, unlessAway } from './living.ts'
import { movedByTime } from './passing.ts'
import { settle, type Why } from './stays.ts'
import { tellMoves } from './telling.ts'

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

/** One round over every tenant with something to do; returns how many segments were asked and lists of moves told. */
export async function keepOnce(installation: Installation): Promise<number> {
  const now = installation.now()
  const { rows } = await installation.databases.systemPool.query<{ tenant: number }>(
    `select distinct tenant_id as tenant from segments
     where rule is not null and archived_at is null and (asked_at is null or followed_until is null or followed_until < $1 or followed_until > $2)
     union select distinct tenant_id from touches union select distinct tenant_id from untold_moves`,
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

/** One company's segments; returns how many were asked and lists of moves told. */
export async function keepTenant(ctx: Context): Promise<number> {
  const touches = await takeTouches(ctx)
  const live = await readLive(ctx)
  // Waited for before anybody is asked about: what happens from now on is told, what happened before is found.
  await watchEvents(
    ctx,
    live.flatMap(({ listening }) => (listening.slow ? [] : listening.names)),
  )
  await untilMirrored(ctx)
  const asked = await keepAll(
    ctx,
    live.filter((one) => !isResting(ctx, one)),
    touches,
  )
  await dropTouches(ctx, touches)
  return asked + (await tellMoves(ctx))
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
  for (const [name, some] of Map.groupBy(rows, (row) => row.name))
    people.set(name, [...new Set(some.flatMap(({ customers }) => customers))])
  return { seqs: rows.map(({ seq }) => seq), people }
}

/** Only when everybody they concern was asked about: cut off before, they are taken again. */
const dropTouches = (ctx: Context, { seqs }: Touches) =>
  sql`delete from touches where tenant_id = ${ctx.tenantId} and seq = any(${seqs}::bigint[])`.execute(ctx.db)

/** One that cannot be asked now keeps no other waiting: it is asked about everybody later, so that it needs no touches. */
async function setAside(ctx: Context, live: Live, error: unknown): Promise<void> {
  ctx.log.warn({ err: error, segment: live.id }, 'a segment is asked again later')
  resting.set(keyOf(ctx, live), ctx.now().getTime() + asideMs)
  await note(ctx, [live], { followedUntil: null })
}

/** Until when; a keeper that dies takes this along, and the next one asks at once. */
const resting = new Map<string, number>()
const keyOf = ({ tenantId }: Context, { id, ruleVersion }: Live): string => `${tenantId} ${id} ${ruleVersion}`

function isResting(ctx: Context, live: Live): boolean {
  if ((resting.get(keyOf(ctx, live)) ?? 0) > ctx.now().getTime()) return true
  resting.delete(keyOf(ctx, live))
  return false
}

/** Everybody where the rule is new, a day began or the rule ranks people; otherwise whom facts or the passing of time may have moved. */
async function keepAll(ctx: Context, live: readonly Live[], { people }: Touches): Promise<number> {
  const timezone = await timezoneOf(ctx)
  const now = ctx.now()
  let asked = 0
  const following: Live[] = []
  for (const one of live) {
    const why = whyEverybody(one, now, timezone)
    if (why) asked += await askEverybody(ctx, one, why)
    else if (!one.listening.slow) following.push(one)
  }
  const due = following.filter(({ followedUntil }) => isDue(followedUntil, now))
  const moved = await movedSince(ctx, due, now)
  const concerned = following.flatMap((live) => {
    const [touched, passed] = [touchedBy(live, people), moved.get(live.id) ?? []]
    return touched.length + passed.length > 0 ? [{ live, touched, moved: passed }] : []
  })
  for (const { live } of concerned.filter(isMany)) asked += await askEverybody(ctx, live, 'fact')
  asked += await askFew(
    ctx,
    concerned.filter((one) => !isMany(one)),
    setAside,
  )
  // Not of those that were just set aside: they are asked about everybody.
  const followed = due.filter((one) => !isResting(ctx, one))
  await note(ctx, followed, { followedUntil: now })
  return asked
}

const isDue = (followedUntil: Date | null, now: Date): boolean =>
  followedUntil === null || now.getTime() - followedUntil.getTime() >= timeMs

/** A clock that was put back has made windows longer again for everybody. */
function whyEverybody({ listening, askedAt, followedUntil }: Live, now: Date, zone: string): Why | undefined {
  if (askedAt === null) return 'rule'
  if (listening.slow) return now.getTime() - askedAt.getTime() >= slowMs ? 'time' : undefined
  const isBack = followedUntil !== null && followedUntil > now
  const hasDayBegun = isDue(followedUntil, now) && (followedUntil === null || dayOf(followedUntil, zone) !== dayOf(now, zone))
  return isBack || hasDayBegun ? 'time' : undefined
}

const isMany = ({ touched, moved }: { touched: number[]; moved: number[] }): boolean => touched.length + moved.length > mostFew

const touchedBy = ({ listening: { names } }: Live, people: Touches['people']): number[] =>
  [...people].flatMap(([name, customers]) => (names.includes(name) || names.includes('*') ? customers : []))

/** Every night everybody is asked about; between two nights, those whose events crossed the edge of a window. */
async function movedSince(ctx: Context, due: readonly Live[], now: Date): Promise<ReadonlyMap<number, number[]>> {
  const moved = await movedByTime(
    ctx,
    due.map(({ listening, followedUntil }) => ({ listening, from: followedUntil ?? now, to: now })),
  )
  return new Map(due.map(({ id }, i) => [id, moved[i] ?? []]))
}

/** Asks the rule about everybody and writes the moves down; 1, where it was asked. */
async function askEverybody(ctx: Context, live: Live, why: Why): Promise<number> {
  try {
    const { asking, resolving } = await askNow(ctx)
    const { at } = asking.moment
    const node = await resolveSaved(resolving, publicId(ctx, 'seg', live.id), 'segment').catch(unlessAway)
    if (node) await settle(ctx, { segment: live.id, ruleVersion: live.ruleVersion, at, members: await membersOf(asking, node), why })
    await note(ctx, [live], { askedAt: at, followedUntil: at })
    return 1
  } catch (error) {
    await setAside(ctx, live, error)
    return 0
  }
}
