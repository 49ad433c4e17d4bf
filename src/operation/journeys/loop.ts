import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { isRefusal } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { advanceDue, batchPeople } from './advancing.ts'
import { takeArrivals } from './arrivals.ts'
import { letIn, lockDoor } from './entering.ts'
import { nextRepeat } from './moments.ts'
import type { Rules } from './rules.ts'
import { readVersions, versionKey } from './versions.ts'

const restMs = 200
/** So many of a schedule's people, or of those who waited, are let in at a time. */
const doorPeople = 5000
/** One journey does not keep the others waiting. */
const batchesInARow = 5
/** Of a journey with many: while the database works on one batch, the other is thought about. */
const batchesAtOnce = 2

/** Moves people through the journeys of every company until aborted. Any number of workers may. */
export async function runJourneys(installation: Installation, rules: Rules, signal: AbortSignal): Promise<void> {
  const pause = (ms: number) => sleep(ms, undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    const moved = await moveOnce(installation, rules, signal).catch((error) => {
      installation.log.warn({ err: error }, 'journeys interrupted, trying again')
      return 0
    })
    if (moved === 0) await pause(restMs)
  }
}

type Due = { tenant: number; journey: number; entering: boolean; waiting: boolean }

/** One round over every journey with somebody who is due; returns how many people were looked at. */
export async function moveOnce(installation: Installation, rules: Rules, signal?: AbortSignal): Promise<number> {
  const { rows } = await installation.databases.systemPool.query<Due>(
    `select j.tenant_id as tenant, j.id as journey, coalesce(j.due_at <= $1, false) and j.state = 'running' as entering, a.waiting from journeys j, lateral (
       select j.state = 'running' and exists (select from journey_arrivals a where a.tenant_id = j.tenant_id and a.journey_id = j.id) as waiting) a
     where j.state in ('running', 'draining') and ((j.due_at <= $1 and j.state = 'running') or a.waiting
       or exists (select from journey_runs r where r.tenant_id = j.tenant_id and r.journey_id = j.id and r.state = 'active' and r.wake_at <= $1))`,
    [installation.now()],
  )
  let moved = 0
  for (const { tenant, journey, entering, waiting } of rows) {
    const ctx = createContext(installation, tenant, systemActor, `journey-${journey}`)
    // Whoever cannot come in keeps nobody from going on.
    if (waiting) moved += await orNextRound(ctx, journey, enterWaiting(ctx, journey))
    if (entering) moved += await orNextRound(ctx, journey, enterDue(ctx, rules, journey))
    moved += await orNextRound(ctx, journey, advanceMany(ctx, rules, journey, signal))
  }
  return moved
}

const orNextRound = (ctx: Context, journey: number, moving: Promise<number>): Promise<number> =>
  moving.catch((error) => {
    ctx.log.warn({ err: error, journey }, 'a journey waits for the next round')
    return 0
  })

/**
 * Everybody who is due, or the first of them where they are many: then another row of batches goes beside the first as soon as that
 * has its answers. An error in one row does not end the other.
 */
async function advanceMany(ctx: Context, rules: Rules, journey: number, signal?: AbortSignal): Promise<number> {
  const rows: Promise<number>[] = []
  const begin = (): void => {
    const row = advanceInARow(ctx, rules, journey, { signal, ifMany: () => rows.length < batchesAtOnce && begin() })
    row.catch(() => undefined)
    rows.push(row)
  }
  begin()
  const ends: PromiseSettledResult<number>[] = []
  // Rows that begin meanwhile are among them.
  for (const row of rows) ends.push(...(await Promise.allSettled([row])))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return ends.reduce((sum, end) => sum + (end.status === 'fulfilled' ? end.value : 0), 0)
}

type Row = { signal: AbortSignal | undefined; ifMany: () => void }

async function advanceInARow(ctx: Context, rules: Rules, journey: number, { signal, ifMany }: Row): Promise<number> {
  let moved = 0
  for (let batch = 0; batch < batchesInARow && !signal?.aborted; batch++) {
    const people = await advanceDue(ctx, rules, journey, ifMany)
    moved += people
    if (people < batchPeople) break
  }
  return moved
}

/** Lets in a part of those who came while the journey was paused; cut off, they wait as before. */
const enterWaiting = (ctx: Context, journey: number): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const door = await lockDoor(ctx, journey)
    if (door?.state !== 'running') return 0
    const arrivals = await takeArrivals(ctx, journey, doorPeople)
    await letIn(ctx, journey, arrivals)
    return arrivals.length
  })

/** Lets in the people of a schedule that is due, a part at a time; cut off, the next one goes on behind the last who came in. */
async function enterDue(ctx: Context, rules: Rules, journey: number): Promise<number> {
  const asked = await readDue(ctx, journey)
  if (!asked) return 0
  const members = await membersDue(ctx, rules, journey, asked.segment)
  return inTransaction(ctx, async (ctx) => {
    const row = await sql<{ dueAfter: number | null }>`
      select due_after from journeys where tenant_id = ${ctx.tenantId} and id = ${journey} and state = 'running' and due_at = ${asked.dueAt} for update skip locked`.execute(
      ctx.db,
    )
    const [found] = row.rows
    if (!found) return 0
    const people = members.filter((id) => id > (found.dueAfter ?? 0)).slice(0, doorPeople)
    await letIn(
      ctx,
      journey,
      people.map((customerId) => ({ customerId })),
    )
    const rest = people.length === doorPeople ? { dueAfter: people.at(-1) ?? null } : { dueAt: asked.next, dueAfter: null }
    await ctx.db.updateTable('journeys').set(rest).where('tenantId', '=', ctx.tenantId).where('id', '=', journey).execute()
    return people.length
  })
}

/** Nobody, where the segment is gone: this time passes, and the drawing says on its page what is wrong with it. */
async function membersDue(ctx: Context, rules: Rules, journey: number, segment: string): Promise<readonly number[]> {
  try {
    return await rules.membersOf(ctx, segment)
  } catch (error) {
    if (!isRefusal(error)) throw error
    ctx.log.warn({ err: error, journey }, 'nobody comes into a journey, because its segment cannot be asked')
    return []
  }
}

async function readDue(ctx: Context, journey: number): Promise<{ segment: string; dueAt: Date; next: Date | null } | undefined> {
  const row = await ctx.db
    .selectFrom('journeys as j')
    .innerJoin('tenants as t', 't.id', 'j.tenantId')
    .select(['j.version', 'j.dueAt', 't.timezone'])
    .where('j.tenantId', '=', ctx.tenantId)
    .where('j.id', '=', journey)
    .executeTakeFirst()
  if (!row?.dueAt) return undefined
  const walked = { journeyId: journey, version: row.version }
  const entry = (await readVersions(ctx, [walked])).get(versionKey(walked))?.definition.entry
  if (entry?.by !== 'schedule') return undefined
  // What was missed while nothing ran is made up for once, not as often as it was missed.
  return { segment: entry.segment, dueAt: row.dueAt, next: nextRepeat(ctx.now(), entry.repeat, row.timezone) ?? null }
}
