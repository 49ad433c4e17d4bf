import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from './run.ts'

// Whoever did not do the first event is left out before the properties are looked at: the answer is the same without. Where every
// day is marked, nobody knows beforehand who did it, so the same document is then answered from all the events.

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const names = { nameOf: String, personOf: Number }
const start = Date.parse('2026-02-27T16:00:00Z')
const hour = 3_600_000
const people = 12

const fact = fc.record({
  person: fc.integer({ min: 0, max: people }),
  // The first step is rare, so that most people are left out in most worlds.
  name: fc.constantFrom('a', 'b', 'b', 'b', 'c', 'c', 'c'),
  hours: fc.integer({ min: 0, max: 24 * 12 }),
  plan: fc.constantFrom('x', 'y'),
})
const world = fc.record({
  facts: fc.array(fact, { minLength: 10, maxLength: 60 }),
  merges: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 7, max: people })), {
    maxLength: 4,
    selector: ([one]) => one,
  }),
  marked: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
})
type World = typeof world extends fc.Arbitrary<infer One> ? One : never

/** One of six who did the first step, and went on by the name they had before. */
const friends: World = {
  facts: [
    { person: 7, name: 'a', hours: 72, plan: 'x' },
    { person: 1, name: 'b', hours: 73, plan: 'x' },
    { person: 1, name: 'c', hours: 74, plan: 'x' },
    ...[2, 3, 4, 5, 6].map((person) => ({ person, name: 'b', hours: 75, plan: 'x' }) as const),
  ],
  merges: [[1, 7]],
  marked: undefined,
}

const filtered = { event: 'b', where: { plan: 'x' } }
const dates = { dateFrom: '2026-03-02', dateTo: '2026-03-06' }
const steps = [{ event: 'a' }, filtered, { event: 'c' }]
const reports = [
  { type: 'funnel', ...dates, steps },
  { type: 'funnel', ...dates, steps, timezone: 'America/Los_Angeles', persons: { step: 0 } },
  { type: 'funnel', ...dates, steps: [{ event: 'a' }, { event: 'c' }], where: { plan: 'x' }, trend: 'day' },
  { type: 'funnel', ...dates, steps, order: 'strict', range: 'every_step', persons: { step: 1, dropped: true } },
  {
    type: 'funnel',
    ...dates,
    steps: [{ event: 'a', where: { plan: 'y' } }, { event: 'c' }],
    exclusions: [{ ...filtered, fromStep: 0, toStep: 1 }],
  },
  ...['recurring', 'first_time_in_range', 'first_time_ever', 'first_time_matching'].map((cohort) => ({
    ...{ type: 'retention', cohort, from: '2026-03-02', intervals: 4 },
    ...{ start: { event: 'a', where: { plan: 'x' } }, return: { event: 'b' } },
  })),
  { type: 'interval', ...dates, start: { event: 'a' }, end: filtered, persons: { open: true } },
]

const dayOf = (at: number): string => new Date(at + 8 * hour).toISOString().slice(0, 10)

async function load(ctx: Context, { facts, merges, marked }: World): Promise<void> {
  const tenant = ctx.tenantId
  const wrong = marked === undefined ? undefined : dayOf(start + marked * 24 * hour)
  const rows = facts.map(({ person, name, hours, plan }, i) => {
    const at = start + hours * hour
    // The stores know nothing of a marked day's events.
    const day = dayOf(at) === wrong ? '2026-01-01' : dayOf(at)
    const id = `00000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`
    return { tenant, person, at, day, name, id, properties: { plan }, received_at: at, load: 0 }
  })
  await ctx.clickhouse.insert('events', rows)
  const merged = merges.map(([person, canonical]) => ({ tenant, person, canonical, properties: {}, version: 1 }))
  await ctx.clickhouse.insert('persons', merged)
  if (wrong) await mark(ctx, wrong, wrong)
}

const mark = (ctx: Context, first: string, last: string) =>
  sql`select mark_dirty_days(${ctx.tenantId}, ${first}::date, ${last}::date)`.execute(ctx.databases.system)

test('choosing people first changes no answer, whoever was merged and whatever days are marked', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (one) => {
      const ctx = await workspace.newTenant()
      await load(ctx, one)
      const ask = () => Promise.all(reports.map(async (report) => (await runReport(ctx, report, names)).result))
      const chosen = await ask()
      await mark(ctx, '1970-01-01', '2149-06-06')
      expect(chosen).toEqual(await ask())
    }),
    { numRuns: runs(3), examples: [[friends]] },
  )
})
