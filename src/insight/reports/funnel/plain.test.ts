import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { loadWorld } from '../testing.ts'
import { type OracleEvent, oracleDepth } from './oracle.ts'
import type { FunnelResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const hour = 3_600_000
const start = Date.parse('2026-03-02T00:00:00+08:00')

/** Whole and half hours, so that many events share an instant. */
const acts = fc.array(
  fc.record({
    event: fc.constantFrom('A', 'B', 'C', 'D', 'other'),
    ms: fc.integer({ min: -6, max: 80 }).map((halves) => start + (halves * hour) / 2),
    p: fc.constantFrom('x', 'y'),
  }),
  { maxLength: 14 },
)

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('A', 'B', 'C', 'D').map((event) => ({ event })) },
  { weight: 1, arbitrary: fc.record({ event: fc.constantFrom('A', 'B'), where: fc.record({ p: fc.constantFrom('x', 'y') }) }) },
)

const reports = fc
  .record({
    steps: fc.uniqueArray(step, { minLength: 1, maxLength: 4, selector: (one) => JSON.stringify(one) }),
    window: fc.constantFrom(
      { value: 30, unit: 'minute' },
      { value: 3, unit: 'hour' },
      { value: 9, unit: 'hour' },
      { value: 1, unit: 'day' },
    ),
    range: fc.constantFrom('first_step' as const, 'every_step' as const),
    step: fc.nat(3),
    dropped: fc.boolean(),
  })
  .map(({ step, dropped, ...report }) => {
    const asked = Math.min(step, report.steps.length - 1)
    return { ...report, persons: { step: asked, dropped: dropped && asked > 0 } }
  })

const days = { type: 'funnel', dateFrom: '2026-03-02', dateTo: '2026-03-02' }

const eventsOf = (people: { event: string; ms: number; p: string }[][]) =>
  people.flatMap((list, i) =>
    list.map(({ event, ms, p }) => ({ person: `p${i}`, event, timestamp: new Date(ms).toISOString(), properties: { p } })),
  )

/** A funnel with a trend is decided person by person outside ClickHouse; without it ClickHouse decides. */
test('ClickHouse decides plain funnels like the rules do, with ties, open windows and filters of one event', {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(acts, { minLength: 40, maxLength: 40 }),
      reports,
      fc.integer({ min: 0, max: 40 }),
      async (people, report, hours) => {
        workspace.setNow(new Date(start + hours * hour).toISOString())
        const { run } = await loadWorld(await workspace.newTenant(), { events: eventsOf(people) })
        const { trend: _trend, ...slow } = await run<FunnelResult>({ ...days, ...report, trend: 'month' })
        const fast = await run<FunnelResult>({ ...days, ...report })
        expect(fast).toEqual({
          ...slow,
          steps: slow.steps.map((one) => ({
            ...one,
            averageSeconds: one.averageSeconds === null ? null : expect.closeTo(one.averageSeconds, 6),
          })),
        })
      },
    ),
    { numRuns: runs(20) },
  )
})

test('and as deep as trying every choice of events gets', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 20, maxLength: 20 }), reports, async (people, { persons: _persons, ...report }) => {
      const steps = report.steps.map(({ event }, i) => ({ event: 'ABCD'[i] ?? event }))
      const { run } = await loadWorld(await workspace.newTenant(), { events: eventsOf(people) })
      const result = await run<FunnelResult>({ ...days, ...report, steps })
      const window =
        report.window.unit === 'minute' ? { value: 0.5, unit: 'hour' as const } : (report.window as { value: number; unit: 'hour' | 'day' })
      const found = people.map((list) => {
        const sorted = list.map(({ event, ms }): OracleEvent => ({ event, ms, properties: {} })).sort((a, b) => a.ms - b.ms)
        return oracleDepth(sorted, {
          ...report,
          steps,
          window,
          order: 'ordered',
          from: start,
          to: start + 24 * hour,
          zone: 'Asia/Shanghai',
          holding: [],
          exclusions: [],
        })
      })
      expect(result.steps.map(({ count }) => count)).toEqual(steps.map((_, i) => found.filter(({ depth }) => depth > i).length))
    }),
    { numRuns: runs(10) },
  )
})
