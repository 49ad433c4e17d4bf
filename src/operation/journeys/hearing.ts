import { sql } from 'kysely'
import { customerMerged } from '#management/events.ts'
import { kinOf } from '#management/identity/queries.ts'
import { journeyGoalReached, taskCompleted } from '#operation/events.ts'
import type { Context, Installation } from '#platform/context.ts'
import type { Consumer, LoggedEvent } from '#platform/events/consumers.ts'
import { emit } from '#platform/events/emit.ts'
import { eventFits } from '#platform/events/where-holds.ts'
import { internalId } from '#platform/ids.ts'
import { cancelIntents } from '../outbound/commands.ts'
import { withdrawTasks } from '../tasks/commands.ts'
import { runKey } from './acts.ts'
import { arrivalsOf, dropArrivals } from './arrivals.ts'
import { type Count, countPeople } from './counts.ts'
import { type Awaited, type Definition, readFilter, waitsForRule } from './definition.ts'
import { type EndState, tellEnded } from './ending.ts'
import { entryKeyOf, letIn, lockDoor } from './entering.ts'
import { segmentEvents } from './listeners.ts'
import { readVersions, type Version, versionKey } from './versions.ts'

/** Journeys hear of what happens: people come in by it, leave, reach the goal, or go on from a wait. */
export const journeyReactions: Consumer = {
  name: 'journeys',
  from: 'now',
  events: heardOf,
  async handle(ctx, events) {
    const concerning = events.filter(({ customerId }) => customerId !== null)
    const listening = await readListening(ctx, [...new Set(concerning.map(({ name }) => name))])
    if (listening.length > 0) {
      const versions = await readVersions(ctx, listening)
      for (const part of await inParts(ctx, listening, concerning)) {
        await moveOn(ctx, versions, listening, part)
        await welcome(ctx, versions, listening, part)
      }
    }
    for (const event of concerning) if (event.name === customerMerged.name) await endDoubles(ctx, event)
  },
}

/** What journeys of any company listen for, and merges. */
async function heardOf({ databases }: Installation): Promise<readonly string[]> {
  const { rows } = await databases.systemPool.query<{ event: string }>('select distinct event from journey_listeners')
  return [...new Set([customerMerged.name, ...rows.map(({ event }) => event)])]
}

/**
 * What happens to somebody after they came in concerns them already: nobody's part of the list goes on behind an event that may let
 * them in. Mostly that is one part or two.
 */
async function inParts(ctx: Context, listening: readonly Listening[], events: readonly LoggedEvent[]): Promise<LoggedEvent[][]> {
  const doors = new Set(listening.flatMap(({ role, event }) => (role === 'entry' ? [event] : [])))
  const heard = new Set(listening.map(({ event }) => event))
  const own = events.filter(({ name }) => heard.has(name))
  const canonicals = await kinOf(ctx, [...new Set(own.map(({ customerId }) => customerId ?? 0))])
  const parts: LoggedEvent[][] = []
  const places = new Map<number, number>()
  for (const event of own) {
    const person = canonicals.get(event.customerId ?? 0) ?? event.customerId ?? 0
    const place = places.get(person) ?? 0
    while (parts.length <= place) parts.push([])
    parts[place]?.push(event)
    if (doors.has(event.name)) places.set(person, place + 1)
  }
  return parts
}

type Listening = { journeyId: number; version: number; role: string; event: string; startedAt: Date | null }

const readListening = (ctx: Context, names: readonly string[]): Promise<Listening[]> =>
  names.length === 0
    ? Promise.resolve([])
    : ctx.db
        .selectFrom('journeyListeners as l')
        .innerJoin('journeys as j', (join) => join.onRef('j.tenantId', '=', 'l.tenantId').onRef('j.id', '=', 'l.journeyId'))
        .select(['l.journeyId', 'l.version', 'l.role', 'l.event', 'j.startedAt'])
        .where('l.tenantId', '=', ctx.tenantId)
        .where('l.event', 'in', [...names])
        .orderBy('l.journeyId')
        .execute()

function fits(ctx: Context, journey: number, happens: Awaited, { name, properties }: LoggedEvent): boolean {
  if ('rule' in happens) return false
  if ('event' in happens) return happens.event === name && eventFits(readFilter(happens.where), properties)
  if ('segment' in happens) return segmentEvents[happens.moves] === name && properties.segment === internalId(ctx, 'seg', happens.segment)
  const { source, sourceId, step, result } = properties
  const isOwn = name === taskCompleted.name && source === 'journey' && sourceId === journey && step === happens.task
  return isOwn && (happens.result === undefined || happens.result === result)
}

/** WeCom and shops tell times in whole seconds: what happened in the second of a moment is not from before it. */
const isSince = ({ at }: LoggedEvent, moment: Date): boolean => at.getTime() >= Math.floor(moment.getTime() / 1000) * 1000

/** Lists of those who come in, journey by journey. What happened before it was started brings nobody. */
async function welcome(
  ctx: Context,
  versions: ReadonlyMap<string, Version>,
  listening: readonly Listening[],
  events: readonly LoggedEvent[],
): Promise<void> {
  const doors = new Map(listening.filter(({ role }) => role === 'entry').map((one) => [one.journeyId, one]))
  for (const door of doors.values()) {
    const entry = versions.get(versionKey(door))?.definition.entry
    if (!entry || (entry.by !== 'event' && entry.by !== 'segment')) continue
    const arrivals = events
      .filter((event) => door.startedAt !== null && isSince(event, door.startedAt) && fits(ctx, door.journeyId, entry, event))
      .map(({ customerId, properties, at }) => ({ customerId: customerId ?? 0, entry: properties, at }))
    if (arrivals.length > 0) await letIn(ctx, door.journeyId, arrivals)
  }
}

type Active = {
  id: number
  journeyId: number
  version: number
  customerId: number
  canonicalId: number
  entryKey: string
  step: string | null
  since: Date | null
  goalAt: Date | null
  enteredAt: Date
}

type Change = { end?: { state: EndState; reason: string }; goalAt?: Date; signal?: unknown; look?: boolean }

/** Whoever is on the way in a journey that listens: what happened since they came counts, whenever it is heard of. */
async function moveOn(
  ctx: Context,
  versions: ReadonlyMap<string, Version>,
  listening: readonly Listening[],
  events: readonly LoggedEvent[],
): Promise<void> {
  const journeys = [...new Set(listening.filter(({ role }) => role !== 'entry').map(({ journeyId }) => journeyId))]
  if (journeys.length === 0) return
  const canonicals = await kinOf(ctx, [...new Set(events.map(({ customerId }) => customerId ?? 0))])
  // Whoever is being let in meanwhile is on the way when this is done.
  await turnBack(ctx, versions, { journeys, canonicals }, events)
  const runs = await lockRuns(ctx, journeys, canonicals)
  const looks = new Set(listening.flatMap((one) => (one.role === 'look' ? [`${versionKey(one)} ${one.event}`] : [])))
  const changes: (Change & { id: number })[] = []
  const counts: Count[] = []
  for (const run of runs) {
    const version = versions.get(versionKey(run))
    if (!version) continue
    const own = events.filter(({ customerId }) => canonicals.get(customerId ?? 0) === run.canonicalId)
    const change = { ...changeOf(ctx, run, version, own), ...lookAt(run, version, looks, own) }
    if (Object.keys(change).length === 0) continue
    changes.push({ id: run.id, ...change })
    const count = (way: string): Count => ({ journey: run.journeyId, version: run.version, step: '', way, people: 1 })
    const journey = { journey: run.journeyId, journeyName: version.name, version: run.version }
    if (change.goalAt) {
      counts.push(count('goal'))
      emit(ctx, journeyGoalReached, { customerId: run.customerId, at: change.goalAt, properties: journey })
    }
    if (change.end) {
      counts.push(count(`left:${change.end.reason}`))
      tellEnded(ctx, version.name, { ...run, ...change.end })
    }
  }
  await saveChanges(ctx, changes)
  await withdrawAll(
    ctx,
    runs.filter(({ id }) => changes.some((change) => change.id === id && change.end)),
  )
  await countPeople(ctx, counts)
}

/** What was to be said to somebody who is out, or asked of a colleague for them, is not any more. Their other runs go on. */
async function withdrawAll(ctx: Context, runs: readonly Pick<Active, 'id' | 'journeyId' | 'customerId'>[]): Promise<void> {
  for (const [journey, list] of Map.groupBy(runs, ({ journeyId }) => journeyId)) {
    const customerIds = list.map(({ customerId }) => customerId)
    const asked = { kind: 'journey', id: journey, customerIds, keys: list.map(({ id }) => `${runKey(journey, Number(id))} `) } as const
    await withdrawTasks(ctx, asked)
    await cancelIntents(ctx, asked)
  }
}

type Kin = ReadonlyMap<number, number>

/** Who waits at a paused journey and meets what it is left by does not come in later. */
async function turnBack(
  ctx: Context,
  versions: ReadonlyMap<string, Version>,
  { journeys, canonicals }: { journeys: readonly number[]; canonicals: Kin },
  events: readonly LoggedEvent[],
): Promise<void> {
  const leaving = (await arrivalsOf(ctx, journeys, [...canonicals.keys()])).filter(({ journeyId, version, customerId, entryKey, at }) => {
    const walked = versions.get(versionKey({ journeyId, version }))
    const own = events.filter((event) => canonicals.get(event.customerId ?? 0) === canonicals.get(customerId))
    return walked && changeOf(ctx, { journeyId, entryKey, enteredAt: at, step: null, since: null, goalAt: null }, walked, own).end
  })
  for (const [journey, list] of Map.groupBy(leaving, ({ journeyId }) => journeyId)) {
    const door = await lockDoor(ctx, journey)
    const ids = list.map(({ id }) => id)
    if (door) await dropArrivals(ctx, { journey, version: door.version, ids })
  }
}

/** In one order, so that two who hear of the same people wait for each other. */
async function lockRuns(ctx: Context, journeys: readonly number[], canonicals: Kin): Promise<Active[]> {
  const { rows } = await sql<Omit<Active, 'canonicalId'>>`
    select r.id, r.journey_id, r.version, r.customer_id, r.entry_key, r.step, r.since, r.goal_at, r.entered_at from journey_runs r
    where r.tenant_id = ${ctx.tenantId} and r.customer_id = any(${[...canonicals.keys()]}::int[])
      and r.state = 'active' and r.journey_id = any(${[...journeys]}::int[])
    order by r.id for update of r`.execute(ctx.db)
  return rows.map((run) => ({ ...run, id: Number(run.id), canonicalId: canonicals.get(run.customerId) ?? run.customerId }))
}

type Walker = Pick<Active, 'journeyId' | 'entryKey' | 'enteredAt' | 'step' | 'since' | 'goalAt'>

function changeOf(ctx: Context, run: Walker, { definition }: Version, events: readonly LoggedEvent[]): Change {
  const change: Change = {}
  const step = definition.steps.find(({ id }) => id === run.step)
  for (const event of events) {
    if (!isSince(event, run.enteredAt) || !isAbout(event, run, definition)) continue
    const isGoal = definition.goal?.when.some((one) => fits(ctx, run.journeyId, one, event)) ?? false
    if (isGoal && !run.goalAt && !change.goalAt) change.goalAt = event.at
    const reason =
      isGoal && definition.goal?.leaves ? 'goal' : definition.exits.some((one) => fits(ctx, run.journeyId, one, event)) ? 'exit' : undefined
    if (reason) return { ...change, end: { state: 'left', reason } }
    const isAwaited =
      step?.type === 'wait_for' &&
      run.since !== null &&
      isSince(event, run.since) &&
      step.happens.some((one) => fits(ctx, run.journeyId, one, event))
    if (isAwaited && change.signal === undefined) change.signal = event.properties
  }
  return change
}

/** Where there is a run for each order, what happens to one order is not about the others. What names none is about all. */
function isAbout({ properties }: LoggedEvent, { entryKey }: Walker, { reentry }: Definition): boolean {
  const key = reentry.policy === 'each' ? entryKeyOf(reentry, properties) : undefined
  return key === undefined || key === entryKey
}

/** Whoever waits for a rule is asked about at once when something happened that it asks about, also when it was long ago. */
function lookAt(run: Active, { definition }: Version, looks: ReadonlySet<string>, events: readonly LoggedEvent[]): Change {
  const waits = run.since !== null && waitsForRule(definition.steps.find(({ id }) => id === run.step))
  return waits && events.some(({ name }) => looks.has(`${versionKey(run)} ${name}`)) ? { look: true } : {}
}

async function saveChanges(ctx: Context, changes: readonly (Change & { id: number })[]): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map(({ id, end, goalAt, signal, look }) => ({
    id,
    state: end?.state,
    reason: end?.reason,
    goal_at: goalAt,
    signal,
    look,
  }))
  const passed = changes.flatMap(({ id, end, goalAt }) =>
    end || goalAt ? [{ id, passed: [{ step: '', way: end?.reason ?? 'goal' }] }] : [],
  )
  await sql`
    with changed as (
      update journey_runs r set state = coalesce(n.state, r.state), reason = n.reason, goal_at = coalesce(r.goal_at, n.goal_at), signal = coalesce(r.signal, n.signal),
        wake_at = case when n.state is not null then null when n.signal is not null or n.look then ${ctx.now()}::timestamptz else r.wake_at end,
        ended_at = case when n.state is not null then ${ctx.now()}::timestamptz end, turns = r.turns + case when p.passed is null then 0 else 1 end
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(id bigint, state text, reason text, goal_at timestamptz, signal jsonb, look boolean)
        left join jsonb_to_recordset(${JSON.stringify(passed)}::jsonb) as p(id bigint, passed jsonb) using (id)
      where r.tenant_id = ${ctx.tenantId} and r.id = n.id
      returning r.id, r.turns, p.passed)
    insert into journey_traces (tenant_id, run_id, turn, at, passed)
    select ${ctx.tenantId}, id, turns, ${ctx.now()}, passed from changed where passed is not null`.execute(ctx.db)
}

/** Two who turn out to be one go on once: on the way they began first. Runs that are about something of their own stay. */
async function endDoubles(ctx: Context, { customerId }: LoggedEvent): Promise<void> {
  const { rows } = await sql<Active & { name: string }>`
    update journey_runs r set state = 'left', reason = 'merged', wake_at = null, ended_at = ${ctx.now()}
    from (
      select r.id, j.name, row_number() over (partition by r.journey_id, r.entry_key order by r.id) as place
      from customers one join customers m on m.tenant_id = one.tenant_id and m.canonical_id = one.canonical_id
        join journey_runs r on r.tenant_id = m.tenant_id and r.customer_id = m.id and r.state = 'active'
        join journeys j on j.tenant_id = r.tenant_id and j.id = r.journey_id
      where one.tenant_id = ${ctx.tenantId} and one.id = ${customerId}) d
    where r.tenant_id = ${ctx.tenantId} and r.id = d.id and d.place > 1
    returning r.id, r.journey_id, r.version, r.customer_id, d.name`.execute(ctx.db)
  await withdrawAll(ctx, rows)
  for (const run of rows) tellEnded(ctx, run.name, { ...run, state: 'left', reason: 'merged' })
  await countPeople(
    ctx,
    rows.map(({ journeyId, version }) => ({ journey: journeyId, version, step: '', way: 'left:merged', people: 1 })),
  )
}
