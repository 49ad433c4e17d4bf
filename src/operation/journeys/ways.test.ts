import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { identifyMany } from '#management/identity/commands.ts'
import { ensureTag } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createJourney, enterByHand, pauseJourney, publishJourney, resumeJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { journeyReactions } from './hearing.ts'
import { moveOnce } from './loop.ts'
import type { Rules } from './rules.ts'
import { rules as noRules } from './testing-rules.ts'

// Random doors, drawings and lives: where everybody ends on the database is where somebody with a pencil, tick by tick, says.

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [journeyReactions])
})

const names = ['thing.a', 'thing.b', 'thing.c'] as const
const events = names.map((name) => defineEvent(name, { title: { zh: name, en: name }, properties: z.object({ n: z.int() }) }))
const start = Date.parse('2026-03-02T02:00:00Z')
/** A third of a day, so that a policy of days is met by a handful of them. */
const tickHours = 8
const ticksADay = 24 / tickHours
const lastTick = 24
const momentOf = (tick: number): Date => new Date(start + tick * tickHours * 3_600_000)

/** Steps lead to later ones only; the last place is the end. */
const stepAt = (place: number, places: number) => {
  const to = fc.integer({ min: place + 1, max: places })
  const ticks = fc.integer({ min: 1, max: 6 })
  const name = fc.constantFrom(...names)
  return fc.oneof(
    { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ticks, to }) },
    fc.record({ type: fc.constant('wait_for' as const), name, ticks, to, late: to }),
    fc.record({
      type: fc.constant('branch' as const),
      n: fc.integer({ min: 1, max: 3 }),
      asks: fc.constantFrom('happened', 'rule', 'entry'),
      to,
      late: to,
    }),
    fc.record({ type: fc.constant('tag' as const), tag: fc.integer({ min: 0, max: 1 }), remove: fc.boolean(), to }),
    fc.record({ type: fc.constant('goal' as const), to }),
  )
}
const policies = [{ policy: 'once' }, { policy: 'inactive' }, { policy: 'after', days: 1 }, { policy: 'after', days: 2 }] as const
/** Everybody is let in by hand, maybe a second time; or whoever does this comes in by it. */
const door = fc.oneof(
  fc.record({ by: fc.constant('hand' as const), second: fc.constantFrom(null, 2, 3, 6, 8), again: fc.constantFrom(...policies) }),
  fc.record({
    by: fc.constant('event' as const),
    name: fc.constantFrom(...names),
    n: fc.constantFrom(null, null, 1, 2),
    again: fc.constantFrom(...policies, { policy: 'each' } as const),
  }),
)
type Door = typeof door extends fc.Arbitrary<infer T> ? T : never
const drawing = fc.integer({ min: 1, max: 7 }).chain((places) =>
  fc.record({
    door,
    steps: fc.tuple(...Array.from({ length: places }, (_, place) => stepAt(place, places))),
    exit: fc.option(fc.constantFrom(...names), { nil: undefined, freq: 2 }),
    goal: fc.option(fc.record({ name: fc.constantFrom(...names), leaves: fc.boolean() }), { nil: undefined }),
    pause: fc.option(
      fc.record({
        from: fc.integer({ min: 1, max: 16 }),
        ticks: fc.integer({ min: 1, max: 6 }),
        arrivals: fc.constantFrom('enter', 'drop'),
      }),
      { nil: undefined, freq: 2 },
    ),
  }),
)
type Drawing = typeof drawing extends fc.Arbitrary<infer T> ? T : never
const life = fc.array(
  fc.record({ tick: fc.integer({ min: -2, max: lastTick }), name: fc.constantFrom(...names), n: fc.integer({ min: 1, max: 3 }) }),
  { maxLength: 10, size: 'max' },
)
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never

/** People whose number leaves this when divided by three: what rules are here. */
const rules: Rules = {
  ...noRules,
  holds: async (_ctx, rule, ids) => new Set(ids.filter((id) => id % 3 === (rule as { rest: number }).rest)),
}

const idOf = (place: number, places: number): string | null => (place >= places ? null : `s${place}`)

function definitionOf(ctx: Context, { door, steps, exit, goal }: Drawing, tags: readonly number[]): Definition {
  const places = steps.length
  const wait = (ticks: number) => ({ value: ticks * tickHours, unit: 'hour' })
  return Definition.parse({
    entry: door.by === 'hand' ? { by: 'hand' } : { by: 'event', event: door.name, ...(door.n !== null && { where: { n: door.n } }) },
    reentry: door.again.policy === 'each' ? { policy: 'each', property: 'n' } : door.again,
    exits: exit ? [{ event: exit }] : [],
    goal: goal ? { when: [{ event: goal.name }], leaves: goal.leaves } : null,
    start: 's0',
    steps: steps.map((step, place) => {
      const common = { id: `s${place}`, next: idOf(step.to, places) }
      if (step.type === 'wait') return { ...common, type: 'wait', for: wait(step.ticks) }
      if (step.type === 'tag') return { ...common, type: 'tag', tag: publicId(ctx, 'tag', tags[step.tag] ?? 0), remove: step.remove }
      if (step.type === 'goal') return { ...common, type: 'goal' }
      const otherwise = idOf(step.late, places)
      if (step.type === 'wait_for')
        return { ...common, type: 'wait_for', happens: [{ event: step.name }], timeout: wait(step.ticks), otherwise }
      const when = step.asks === 'rule' ? { rule: { rest: step.n - 1 } } : { [step.asks]: { n: step.n } }
      return { id: `s${place}`, type: 'branch', paths: [{ name: '是', when, next: common.next }], otherwise }
    }),
  })
}

type End = { state: string; reason: string | null; step: string | null; goal: boolean }
/** A person's runs, the first one first, and which tags they have; undefined where two of their runs changed a tag in the same tick. */
type Lived = { ends: End[]; tags: (boolean | undefined)[] }

type Pencilled = {
  enteredAt: number
  entry: number | undefined
  key: number
  place: number
  since: number
  happened: number
  answer: number | undefined
  reached: boolean
  end?: { state: string; reason: string }
}

/** With a pencil, tick by tick: what happens to those on the way and who comes in by it, then whoever is due moves on. */
function byHand(made: Drawing, life: Life, person: number): Lived {
  const { door, pause } = made
  const runs: Pencilled[] = []
  let waiting: Pencilled[] = []
  const tags: (boolean | undefined)[] = [false, false]
  for (let tick = 0; tick <= lastTick; tick++) {
    const isPaused = pausedAt(made, tick)
    if (pause && tick === pause.from + pause.ticks && pause.arrivals === 'drop') waiting = []
    for (const one of life) {
      if (one.tick !== tick) continue
      for (const run of [...runs, ...waiting]) if (!run.end) hear(made, run, one)
      waiting = waiting.filter(({ end }) => !end)
      const come = comingBy(door, tick, one)
      if (isPaused) waiting.push(...come.filter(({ key }) => waiting.every((other) => other.key !== key)))
      else letIn(door, runs, tick, come)
    }
    if (isPaused) continue
    letIn(door, runs, tick, waiting.splice(0))
    if (door.by === 'hand' && (tick === 0 || tick === door.second)) letIn(door, runs, tick, [newcomer(tick)])
    const changes = runs.flatMap((run) => (run.end ? [] : [...moveAlong(made, run, tick, person)]))
    for (const [tag, list] of Map.groupBy(changes, ([tag]) => tag)) {
      const ends = new Set(list.map(([, has]) => has))
      tags[tag] = ends.size === 1 ? list[0]?.[1] : undefined
    }
  }
  const ends = runs.map(({ end, place, reached }) => ({
    state: end?.state ?? 'active',
    reason: end?.reason ?? null,
    step: idOf(place, made.steps.length),
    goal: reached,
  }))
  return { ends, tags }
}

/** Journeys by hand are let in at times of their own, and are not paused here. */
const pausedAt = ({ door, pause }: Drawing, tick: number): boolean =>
  door.by === 'event' && pause !== undefined && tick >= pause.from && tick < pause.from + pause.ticks

function hear({ door, steps, exit, goal }: Drawing, run: Pencilled, { name, n }: Life[number]): void {
  // Of one run an order, what happens to another order is not about it.
  if (door.again.policy === 'each' && run.key !== n) return
  if (goal?.name === name) run.reached = true
  const reason = goal?.name === name && goal.leaves ? 'goal' : exit === name ? 'exit' : undefined
  if (reason) {
    run.end = { state: 'left', reason }
    return
  }
  const step = steps[run.place]
  if (step?.type === 'wait_for' && run.since >= 0 && step.name === name && run.answer === undefined) run.answer = n
}

const newcomer = (tick: number, entry?: number, key = 0): Pencilled => ({
  enteredAt: tick,
  entry,
  key,
  place: 0,
  since: -1,
  happened: 0,
  answer: undefined,
  reached: false,
})

const comingBy = (door: Door, tick: number, { name, n }: Life[number]): Pencilled[] =>
  door.by === 'event' && name === door.name && (door.n === null || n === door.n)
    ? [newcomer(tick, n, door.again.policy === 'each' ? n : 0)]
    : []

function letIn(door: Door, runs: Pencilled[], tick: number, come: readonly Pencilled[]): void {
  for (const one of come) if (mayCome(door.again, runs, tick, one.key)) runs.push({ ...one, reached: false })
}

function mayCome(again: Door['again'], runs: readonly Pencilled[], tick: number, key: number): boolean {
  if (again.policy === 'once') return runs.length === 0
  if (again.policy === 'each') return runs.every((run) => run.key !== key)
  if (runs.some(({ end }) => !end)) return false
  return again.policy === 'inactive' || runs.every(({ enteredAt }) => tick - enteredAt >= again.days * ticksADay)
}

/** To where they have to wait, or to the end; the tags that they have then, of those that were changed. */
function moveAlong({ steps }: Drawing, run: Pencilled, tick: number, person: number): Map<number, boolean> {
  const changed = new Map<number, boolean>()
  for (;;) {
    const step = steps[run.place]
    if (!step) {
      run.end = { state: 'done', reason: 'done' }
      return changed
    }
    const isWait = step.type === 'wait' || step.type === 'wait_for'
    if (isWait && run.since < 0) run.since = tick
    if (isWait && run.answer === undefined && tick < run.since + step.ticks) return changed
    if (step.type === 'tag') changed.set(step.tag, !step.remove)
    if (step.type === 'goal') run.reached = true
    if (step.type === 'wait_for' && run.answer !== undefined) run.happened = run.answer
    const isLate = step.type === 'wait_for' ? run.answer === undefined : step.type === 'branch' && !holds(step, run, person)
    run.place = isLate && 'late' in step ? step.late : step.to
    run.since = -1
    run.answer = undefined
  }
}

const holds = ({ asks, n }: { asks: string; n: number }, { entry, happened }: Pencilled, person: number): boolean =>
  asks === 'rule' ? person % 3 === n - 1 : (asks === 'entry' ? entry : happened) === n

async function onDatabase(ctx: Context, made: Drawing, lives: readonly Life[]): Promise<{ people: number[]; lived: Lived[] }> {
  workspace.setNow(momentOf(0))
  const tags = [await ensureTag(ctx, '组', '甲'), await ensureTag(ctx, '组', '乙')]
  const people = await identifyMany(
    ctx,
    lives.map((_, i) => ({ identities: [{ kind: 'member_no', value: `M${i}` }] })),
    'test',
  )
  const journey = await createJourney(ctx, { name: '旅程', note: '', draft: definitionOf(ctx, made, tags) })
  await publishJourney(ctx, rules, journey)
  const tell = (tick: number) =>
    inTransaction(ctx, async (ctx) => {
      for (const [i, life] of lives.entries())
        for (const { name, n, tick: at } of life) {
          const event = events.find((one) => one.name === name)
          if (at === tick && event) emit(ctx, event, { customerId: people[i] ?? 0, at: momentOf(at), properties: { n } })
        }
    })
  await tell(-2)
  await tell(-1)
  for (let tick = 0; tick <= lastTick; tick++) {
    workspace.setNow(momentOf(tick))
    if (pausedAt(made, tick) && !pausedAt(made, tick - 1)) await pauseJourney(ctx, journey)
    if (pausedAt(made, tick - 1) && !pausedAt(made, tick)) await resumeJourney(ctx, journey, made.pause)
    await tell(tick)
    await consumeAll(workspace, [journeyReactions])
    if (made.door.by === 'hand' && (tick === 0 || tick === made.door.second)) await enterByHand(ctx, journey, people)
    while ((await moveOnce(workspace, rules)) > 0);
  }
  return { people, lived: await livedOf(ctx, people, tags) }
}

async function livedOf(ctx: Context, people: readonly number[], tags: readonly number[]): Promise<Lived[]> {
  const { rows } = await sql<End & { customerId: number }>`
    select customer_id, state, reason, step, goal_at is not null as goal from journey_runs where tenant_id = ${ctx.tenantId} order by id`.execute(
    ctx.db,
  )
  const given = await sql<{
    customerId: number
    tagId: number
  }>`select customer_id, tag_id from customer_tags where tenant_id = ${ctx.tenantId}`.execute(ctx.db)
  return people.map((id) => ({
    ends: rows.flatMap(({ customerId, ...end }) => (customerId === id ? [end] : [])),
    tags: tags.map((tag) => given.rows.some(({ customerId, tagId }) => customerId === id && tagId === tag)),
  }))
}

test('everybody comes in and ends where a pencil says', { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(drawing, fc.array(life, { minLength: 1, maxLength: 8 }), async (made, lives) => {
      const { people, lived } = await onDatabase(await workspace.newTenant(), made, lives)
      const pencilled = lives.map((life, i) => byHand(made, life, people[i] ?? 0))
      const known = lived.map((one, i) => ({
        ...one,
        tags: one.tags.map((has, tag) => (pencilled[i]?.tags[tag] === undefined ? undefined : has)),
      }))
      expect(known).toEqual(pencilled)
    }),
    { numRuns: runs(16), endOnFailure: true },
  )
})
