import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import { adjust } from './cuped.ts'
import { followAll } from './oracle.ts'
import type { ExperimentResult } from './schema.ts'
import { compareMeans, compareShares, neededPersons, sampleRatio } from './statistics.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const base = {
  type: 'experiment',
  exposure: { event: 'shown', variant: 'group' },
  control: 'A',
  metrics: [{ name: 'bought', event: 'bought' }],
}
const run = async (events: TestEvent[], report: object = {}): Promise<ExperimentResult> =>
  (await loadWorld(await workspace.newTenant(), { events })).run<ExperimentResult>({ ...base, ...report })
const at = (person: string, event: string, day: number, properties: Record<string, unknown> = {}): TestEvent => ({
  person,
  event,
  timestamp: new Date(Date.UTC(2026, 2, 1, 8) + day * 86_400_000).toISOString(),
  properties,
})
const groups = (many: number) => Array.from({ length: many }, (_, i) => at(`p${i}`, 'shown', 1, { group: i % 2 ? 'B' : 'A' }))

describe('experiment', () => {
  test('the first exposure decides; what came before it does not count, nor what came too late', async () => {
    const events = [
      ...groups(8),
      at('p0', 'bought', 0),
      at('p1', 'bought', 2),
      at('p3', 'bought', 8.99),
      at('p5', 'bought', 9),
      at('p2', 'shown', 3, { group: 'A' }),
    ]
    const { variants, metrics } = await run(events, { windowDays: 8 })
    expect(variants).toEqual([
      { name: 'A', persons: 4, open: 0 },
      { name: 'B', persons: 4, open: 0 },
    ])
    expect(metrics).toMatchObject([{ name: 'bought', variant: 'B', control: 0, treatment: 0.5, lift: 0.5, relativeLift: null }])
  })

  test('who met two variants is named and left out', async () => {
    const { variants, excluded } = await run([...groups(4), at('p1', 'shown', 2, { group: 'A' }), at('x', 'shown', 2, { other: 1 })])
    expect(excluded).toEqual({ count: 1, persons: ['p1'] })
    expect(variants.map(({ persons }) => persons)).toEqual([2, 1])
    expect((await run([...groups(4), at('p1', 'shown', 2, { group: 'A' })], { persons: { excluded: true } })).persons).toEqual(['p1'])
  })

  test('whose window is open is marked and left out of the means', async () => {
    const now = { person: 'late', event: 'shown', timestamp: new Date(Date.now() - 86_400_000).toISOString(), properties: { group: 'B' } }
    const { variants, metrics } = await run([...groups(4), now, at('p1', 'bought', 2)], { windowDays: 7 })
    expect(variants[1]).toEqual({ name: 'B', persons: 3, open: 1 })
    expect(metrics[0]).toMatchObject({ treatment: 0.5, persons: { control: 2, treatment: 2 } })
  })

  test('sums of money are major units with their currency; two currencies have no sum', async () => {
    const paid = (person: string, amount: number, currency = 'CNY') => at(person, 'order.paid', 2, { amount, currency })
    const metrics = [{ name: 'revenue', event: 'order.paid', measure: 'sum(amount)' }]
    const events = [...groups(4), paid('p1', 1050), paid('p1', 50), paid('p0', 300)]
    expect((await run(events, { metrics })).metrics[0]).toMatchObject({ control: 1.5, treatment: 5.5, lift: 4, currency: 'CNY' })
    await expect(run([...events, paid('p2', 1, 'JPY')], { metrics })).rejects.toMatchObject({ field: 'metrics.0.where' })
  })

  test('the dates are those of the exposure, and where looks at exposures alone', async () => {
    const events = [...groups(4), at('q', 'shown', 9, { group: 'B', site: 'x' }), at('q', 'bought', 10)]
    const { variants } = await run(events, { dateFrom: '2026-03-01', dateTo: '2026-03-05' })
    expect(variants.map(({ persons }) => persons)).toEqual([2, 2])
    const only = await run([...events, at('r', 'shown', 9, { group: 'A', site: 'x' })], { where: { site: 'x' } })
    expect(only.metrics[0]).toMatchObject({ control: 0, treatment: 1 })
  })

  test('the people behind a share are as many as it says', async () => {
    const events = [...groups(6), at('p1', 'bought', 2), at('p3', 'bought', 2)]
    expect((await run(events, { persons: { variant: 'B', metric: 0 } })).persons).toEqual(['p1', 'p3'])
    expect((await run(events, { persons: { variant: 'B', metric: 0, converted: false } })).persons).toEqual(['p5'])
    expect((await run(events, { persons: { variant: 'A' } })).persons).toEqual(['p0', 'p2', 'p4'])
  })

  test('nothing exposed is no error, an unseen control or share is', async () => {
    expect(await run([at('a', 'bought', 1)])).toMatchObject({ variants: [], metrics: [], srm: { p: null, ok: true } })
    await expect(run(groups(4), { control: 'C' })).rejects.toMatchObject({ code: 'experiment.variant_unseen', field: 'control' })
    await expect(run(groups(4), { expected: { A: 1, C: 1 } })).rejects.toMatchObject({ field: 'expected.C' })
    await expect(run(groups(4), { expected: { A: 1 } })).rejects.toMatchObject({ code: 'experiment.share_missing', field: 'expected' })
    expect((await run(groups(40), { expected: { A: 9, B: 1 } })).srm.ok).toBe(false)
  })

  test.each([
    [{ metrics: [] }, 'metrics'],
    [{ metrics: [{ name: 'x', event: 'y', measure: 'median(z)' }] }, 'metrics.0.measure'],
    [{ windowDays: 0 }, 'windowDays'],
    [{ control: undefined }, 'control'],
    [{ exposure: { event: 'shown' } }, 'exposure.variant'],
    [{ expected: { A: -1 } }, 'expected.A'],
    [{ confidence: 1 }, 'confidence'],
    [{ plan: { lift: 0 } }, 'plan.lift'],
    [{ persons: {} }, 'persons'],
    [{ persons: { variant: 'A', metric: 7 } }, 'persons.metric'],
    [{ covariate: { event: 'seen', days: 0 } }, 'covariate'],
    [{ dateFrom: '2026-03-05', dateTo: '2026-03-01' }, 'dateTo'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { ...base, ...wrong })).rejects.toMatchObject({
      field: expect.stringMatching(new RegExp(`^${field.replaceAll('.', '\\.')}`)),
    })
  })
})

test('counts, means, variances and covariates are those of following every person', async () => {
  const act = fc.record({
    person: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    event: fc.constantFrom('shown', 'shown', 'bought', 'seen'),
    hour: fc.uniqueArray(fc.nat(400), { minLength: 1, maxLength: 1 }).map(([hour]) => hour ?? 0),
    group: fc.constantFrom('A', 'A', 'A', 'B'),
    price: fc.integer({ min: -5, max: 50 }),
  })
  const worlds = fc.uniqueArray(act, { maxLength: 30, selector: ({ hour }) => hour })
  await fc.assert(
    fc.asyncProperty(worlds, fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }), async (acts, windowDays) => {
      const shown = (person: string, group: string, hour: number) => ({ person, event: 'shown', hour, group, price: 0 })
      const events = [...acts, shown('y', 'A', 401), shown('z', 'B', 402)].map(({ person, event, hour, group, price }) =>
        at(person, event, hour / 24, { group, price }),
      )
      const truth = followAll(events, { windowDays, beforeDays: 3, now: Date.now() })
      const result = await run(events, {
        ...(windowDays === undefined ? {} : { windowDays }),
        metrics: [...base.metrics, { name: 'spent', event: 'bought', measure: 'sum(price)' }],
        covariate: { event: 'seen', days: 3 },
        persons: { variant: 'B', metric: 0 },
      })
      const [a, b] = [truth.variant('A'), truth.variant('B')]
      expect(result.excluded.persons.toSorted()).toEqual(truth.excluded)
      expect(result.variants).toEqual([
        { name: 'A', persons: a.persons, open: a.open },
        { name: 'B', persons: b.persons, open: b.open },
      ])
      expect(result.persons?.toSorted()).toEqual(b.buyers)
      const near = (found: object | undefined, wanted: object) => {
        for (const [key, value] of Object.entries(wanted))
          if (typeof value === 'number') expect((found as Record<string, number>)[key], key).toBeCloseTo(value, 9)
          else expect((found as Record<string, unknown>)[key], key).toBe(value)
      }
      near(result.metrics[0], compareShares(a.sample('bought'), b.sample('bought'), 0.95))
      near(result.metrics[1], compareMeans(a.sample('y'), b.sample('y'), 0.95))
      near(result.metrics[1]?.cuped, adjust(a.sample('y'), b.sample('y'), 0.95))
    }),
    { numRuns: runs(25) },
  )
})

describe('statistics', () => {
  test('Welch’s test meets its published example', () => {
    // Student's sleep data: 10 and 10 patients, t = −1.8608, df = 17.776, p = 0.07939, interval −3.3655 … 0.2055.
    const found = compareMeans({ n: 10, mean: 2.33, variance: 4.009 }, { n: 10, mean: 0.75, variance: 3.200556 }, 0.95)
    expect([found.z, found.p, found.low, found.high].map((one) => one?.toFixed(3))).toEqual(['-1.861', '0.079', '-3.365', '0.205'])
  })

  test('persons needed are enough: the planned trial has the power it was planned for', () => {
    const needed = neededPersons({ n: 100, mean: 0.1, variance: 0.09 }, 0.02, { share: true, power: 0.8, confidence: 0.95 }) ?? 0
    expect(needed).toBe(3841)
    const sample = (mean: number) => ({ n: needed, mean, variance: mean * (1 - mean) })
    expect(compareShares(sample(0.1), sample(0.12), 0.95).power).toBeCloseTo(0.8, 2)
    expect(neededPersons({ n: 9, mean: 0.99, variance: 0.01 }, 0.02, { share: true, power: 0.8, confidence: 0.95 })).toBeNull()
  })

  test('an A/A split alarms about as often as it says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 90_000 }), (n) => {
        expect(sampleRatio([n, n], [1, 1])).toEqual({ p: 1, ok: true })
        expect(sampleRatio([n, 2 * n], [1, 2]).ok).toBe(true)
        expect(sampleRatio([n, Math.round(n * 1.2)], [1, 1]).ok).toBe(false)
      }),
    )
  })
})
