import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { inTransaction, writeEvents } from '#platform/events/emit.ts'
import { remember } from '#platform/remember.ts'
import type { Act, Missed, Shared } from './acts.ts'
import { type Answers, type Ask, advance, type Effect, type Outcome, type Passed, type Properties } from './advance.ts'
import { type Count, countPeople } from './counts.ts'
import { carryOut } from './effects.ts'
import { type EndState, tellEnded } from './ending.ts'
import { settledGreetings } from './greeting-ends.ts'
import { askRule, type Rules } from './rules.ts'
import { dealSteps, type Lots } from './trials.ts'
import { readVersions, type Version, versionKey } from './versions.ts'

/** So many people move on in one transaction: few enough that nobody waits long for its end. */
export const batchPeople = 1000
/** Whoever could not be asked about is looked at again. */
const againMs = 30_000

export type Run = {
  id: number
  journeyId: number
  version: number
  customerId: number
  step: string | null
  since: Date | null
  until: Date | null
  wakeAt: Date | null
  entry: Properties
  happened: Properties
  signal: Properties | null
  goalAt: Date | null
  turns: number
}

/**
 * Moves those of a journey who are due to where they have to wait next, or to their end: their places, what happens to them, the
 * trace and the counts together or not at all. Several workers share a journey. Returns how many were looked at; `ifMany` is called
 * as soon as a full batch has its answers: there may be others, and what could not be asked is known.
 */
export const advanceDue = (ctx: Context, rules: Rules, journey: number, ifMany: () => void): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    if (!(await isMoving(ctx, journey))) return 0
    const runs = await takeDue(ctx, journey)
    if (runs.length === 0) return 0
    const versions = await readVersions(ctx, runs)
    const lots = await dealSteps(
      ctx,
      journey,
      runs.map(({ customerId }) => customerId),
    )
    const { turns: decided, missed } = await decide(ctx, rules, versions, runs, lots)
    if (runs.length === batchPeople) ifMany()
    await lots.expose(decided.flatMap(metOf))
    const done = await carryOut(ctx, decided.flatMap(actsOf))
    const turns = withShared(withMissed(decided, [...missed, ...done.missed]), done.shared)
    const endings = alike(ctx, turns)
    await saveTurns(ctx, endings)
    for (const turn of turns) if (turn.end) tellEnded(ctx, turn.version.name, { ...turn.run, ...turn.end })
    // Last of all: until this transaction ends, whoever counts the same ways waits.
    await writeEvents(ctx)
    await countPeople(ctx, endings.flatMap(countsOf))
    return runs.length
  })

/** Nobody pauses or stops it before this transaction has ended. */
async function isMoving(ctx: Context, journey: number): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('journeys')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', journey)
    .where('state', 'in', ['running', 'draining'])
    .forShare()
    .executeTakeFirst()
  return row !== undefined
}

async function takeDue(ctx: Context, journey: number): Promise<Run[]> {
  const { rows } = await sql<Run>`
    select id, journey_id, version, customer_id, step, since, until_at as until, wake_at, entry, happened, signal, goal_at, turns from journey_runs
    where tenant_id = ${ctx.tenantId} and journey_id = ${journey} and state = 'active' and wake_at <= ${ctx.now()}
    order by wake_at limit ${batchPeople} for update skip locked`.execute(ctx.db)
  return rows.map((run) => ({ ...run, id: Number(run.id) }))
}

/** A run with what became of it. `later`: the rules could not be asked. */
type Turn = {
  run: Run
  version: Version
  outcome: Exclude<Outcome, { kind: 'asks' }> | { kind: 'later' }
  end?: { state: EndState; reason: string }
}

/** `refused`: it can never be asked, and holds for nobody. */
type Found = ReadonlySet<number> | 'away' | 'refused'

/** Everybody as far as they get without a question; then each question once, about all who have it; and again. */
async function decide(
  ctx: Context,
  rules: Rules,
  versions: ReadonlyMap<string, Version>,
  runs: readonly Run[],
  lots: Lots,
): Promise<{ turns: Turn[]; missed: Missed[] }> {
  const known = new Map<string, Found>()
  const turns: Turn[] = []
  const missed: Missed[] = []
  for (let open = [...runs]; open.length > 0; ) {
    const asked = new Map<string, { ask: Ask; people: Set<number> }>()
    const still: Run[] = []
    for (const run of open) {
      const version = versions.get(versionKey(run))
      if (!version) continue
      const outcome = outcomeOf(ctx, version, run, lots, (ask) => {
        const found = known.get(askKey(run, ask))
        if (found === 'refused') missed.push({ run: run.id, step: ask.step, reason: 'rule_refused' })
        return answerOf(found, run)
      })
      if (outcome.kind !== 'asks') turns.push({ run, version, outcome, ...endOf(outcome) })
      else if (outcome.asks.some((ask) => known.get(askKey(run, ask)) === 'away')) turns.push({ run, version, outcome: { kind: 'later' } })
      else {
        still.push(run)
        for (const ask of outcome.asks) {
          const key = askKey(run, ask)
          const entry = asked.get(key) ?? { ask, people: new Set<number>() }
          asked.set(key, entry)
          entry.people.add(run.customerId)
        }
      }
    }
    for (const [key, { ask, people }] of asked) known.set(key, await answer(ctx, rules, key, ask, people))
    open = still
  }
  return { turns, missed }
}

const askKey = (run: Run, { step, place }: Ask): string => `${versionKey(run)} ${step} ${place}`

function answerOf(found: Found | undefined, run: Run): boolean | undefined {
  if (found === undefined || found === 'away') return undefined
  return found !== 'refused' && found.has(run.customerId)
}

/** Questions that had no answer, and when they were asked. */
const silent = new WeakMap<Rules, Map<string, number>>()
/** Every try holds a transaction until the engine's time is out: those behind do not wait for it once more. */
const silentMs = 3_000

async function answer(ctx: Context, rules: Rules, key: string, { about }: Ask, people: ReadonlySet<number>): Promise<Found> {
  if (about === 'greeting') return settledGreetings(ctx, [...people])
  const waiting = remember(silent, rules, () => new Map<string, number>())
  const name = `${ctx.tenantId} ${key}`
  // A clock may have gone back meanwhile.
  if (Math.abs(ctx.now().getTime() - (waiting.get(name) ?? 0)) < silentMs) return 'away'
  try {
    const found = await askRule(ctx, rules, about.rule, [...people])
    waiting.delete(name)
    return found
  } catch (error) {
    ctx.log.warn({ err: error }, 'a rule of a journey cannot be asked now')
    waiting.set(name, ctx.now().getTime())
    return 'away'
  }
}

const outcomeOf = (ctx: Context, { way }: Version, run: Run, lots: Lots, answers: Answers): Outcome =>
  advance(way, run, {
    now: ctx.now(),
    subject: run.customerId,
    answers,
    lot: (step) => lots.of(step, run.customerId),
    signal: run.signal ?? undefined,
  })

const endOf = (outcome: Outcome): { end?: { state: EndState; reason: string } } =>
  outcome.kind === 'ends' ? { end: { state: outcome.how === 'done' ? 'done' : 'failed', reason: outcome.how } } : {}

const actsOf = ({ run, version, outcome }: Turn): Act[] =>
  outcome.kind === 'later'
    ? []
    : outcome.effects.map((effect) => ({ effect, version, run: run.id, turn: run.turns, customerId: run.customerId }))

/** What could not be done stands behind its step, on the trace and in the counts. */
function withMissed(turns: readonly Turn[], missed: readonly Missed[]): readonly Turn[] {
  if (missed.length === 0) return turns
  const reasons = new Map(missed.map(({ run, step, reason }) => [`${run} ${step}`, reason]))
  return turns.map((turn) => {
    const { run, outcome } = turn
    if (outcome.kind === 'later') return turn
    const passed = outcome.passed.flatMap((one) => {
      const reason = 'way' in one ? reasons.get(`${run.id} ${one.step}`) : undefined
      return reason ? [one, { step: one.step, way: `missed:${reason}` }] : [one]
    })
    return { ...turn, outcome: { ...outcome, passed } }
  })
}

/** Wishes that are a group's stand with the person by whose coming they were made too. */
function withShared(turns: readonly Turn[], shared: readonly Shared[]): readonly Turn[] {
  if (shared.length === 0) return turns
  const wishes = new Map(shared.map(({ run, step, keys }) => [`${run} ${step}`, keys]))
  return turns.map((turn) => {
    const { run, outcome } = turn
    if (outcome.kind === 'later') return turn
    const passed = outcome.passed.map((one): Passed => {
      const keys = 'way' in one ? wishes.get(`${run.id} ${one.step}`) : undefined
      return keys ? { ...one, wishes: keys } : one
    })
    return { ...turn, outcome: { ...outcome, passed } }
  })
}

const metOf = ({ run, outcome }: Turn) =>
  outcome.kind === 'later' ? [] : outcome.met.map((step) => ({ step, customerId: run.customerId }))

/** What is written and counted of runs that ended alike. */
type Ending = { turn: Turn; row: object; runs: number[] }

/** Most people of a batch end alike: what becomes of them is worked out once, and handed to PostgreSQL once. */
function alike(ctx: Context, turns: readonly Turn[]): Ending[] {
  const endings = new Map<string, Ending>()
  for (const turn of turns) {
    const row = rowOf(ctx, turn)
    remember(endings, JSON.stringify(row), (): Ending => ({ turn, row, runs: [] })).runs.push(turn.run.id)
  }
  return [...endings.values()]
}

/** What a turn changes, but for whose it is. */
function rowOf(ctx: Context, { run, version: { version }, outcome, end }: Turn): object {
  if (outcome.kind === 'later') return { ...placeOf(run), wake_at: new Date(ctx.now().getTime() + againMs), turn: 0, keeps: true }
  return {
    ...placeOf(outcome.standing),
    version,
    state: end?.state ?? 'active',
    reason: end?.reason ?? null,
    wake_at: outcome.kind === 'rests' ? outcome.standing.wakeAt : null,
    goal: reachesGoal(run, outcome),
    turn: outcome.passed.length > 0 ? 1 : 0,
    passed: outcome.passed,
  }
}

/** For the first time. */
const reachesGoal = ({ goalAt }: Run, { effects }: { effects: readonly Effect[] }): boolean =>
  goalAt === null && effects.some(({ type }) => type === 'goal')

function countsOf({ turn: { run, version, outcome, end }, runs }: Ending): Count[] {
  if (outcome.kind === 'later') return []
  const all = (step: string, way: string): Count => ({ journey: run.journeyId, version: version.version, step, way, people: runs.length })
  return [
    // Who comes to a wait and who goes on from it are counted apart.
    ...outcome.passed.map((passed) => all(passed.step, 'way' in passed ? passed.way : 'waits')),
    ...(reachesGoal(run, outcome) ? [all('', 'goal')] : []),
    ...(end ? [all('', end.state === 'done' ? 'done' : `failed:${end.reason}`)] : []),
  ]
}

/**
 * PostgreSQL expects a hundred rows of either list, so that runs are found by their ids; of an array it would know the length, and
 * read the whole table for a thousand.
 */
async function saveTurns(ctx: Context, endings: readonly Ending[]): Promise<void> {
  const runs = endings.flatMap(({ runs }, place) => runs.map((id) => ({ id, place })))
  const rows = endings.map(({ row }, place) => ({ ...row, place }))
  const recordset = sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as e(place int, state text, reason text, step text, since timestamptz, until timestamptz, happened jsonb, wake_at timestamptz, goal boolean, turn int, passed jsonb, keeps boolean)`
  await sql`
    with moved as (
      update journey_runs r set state = coalesce(e.state, r.state), reason = e.reason, step = e.step, since = e.since, until_at = e.until, happened = e.happened, wake_at = e.wake_at, signal = case when e.keeps then r.signal end,
        goal_at = case when e.goal then ${ctx.now()}::timestamptz else r.goal_at end, turns = r.turns + e.turn,
        ended_at = case when coalesce(e.state, 'active') <> 'active' then ${ctx.now()}::timestamptz end
      from jsonb_to_recordset(${JSON.stringify(runs)}::jsonb) as n(id bigint, place int) join ${recordset} using (place)
      where r.tenant_id = ${ctx.tenantId} and r.id = n.id
      returning r.id, r.turns, e.passed)
    insert into journey_traces (tenant_id, run_id, turn, at, passed)
    select ${ctx.tenantId}, id, turns, ${ctx.now()}, passed from moved where jsonb_array_length(passed) > 0`.execute(ctx.db)
}

const placeOf = ({ step, since, until, happened }: Pick<Run, 'step' | 'since' | 'until' | 'happened'>) => ({ step, since, until, happened })
