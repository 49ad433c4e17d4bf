import Big from 'big.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type World } from '../testing.ts'
import { evaluateFormula, parseFormula } from './formula.ts'
import type { TrendResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const trend = async (world: World, report: object): Promise<TrendResult> =>
  (await loadWorld(await workspace.newTenant(), world)).run<TrendResult>({ type: 'trend', ...report })
const event = (person: string, name: string, timestamp: string, properties: Record<string, unknown> = {}) => ({
  person,
  event: name,
  timestamp,
  properties,
})

/** Names of properties that a careless query would take for its own words. */
const strange = { bracket: "x'] or 1=1 --", slash: 'a\\' }
const visits: World = {
  events: [
    // 2026-03-01 23:30 and 2026-03-02 00:30 in Shanghai.
    event('a', 'page.viewed', '2026-03-01T15:30:00.000Z', { city: '上海', ms: 5 }),
    event('a', 'page.viewed', '2026-03-01T16:30:00.000Z', { city: '上海', ms: 7 }),
    event('b', 'page.viewed', '2026-03-01T17:00:00.000Z', { city: '北京', ms: 1.5 }),
    event('c', 'page.viewed', '2026-03-04T01:00:00.000Z', { ms: '2', [strange.bracket]: 'z', [strange.slash]: 'z' }),
    event('c', 'cart.filled', '2026-03-04T02:00:00.000Z', {}),
  ],
}
const days = { dateFrom: '2026-03-01', dateTo: '2026-03-04' }

describe('trend', () => {
  test('counts events and persons by the days of the zone', async () => {
    const { intervals, series } = await trend(visits, {
      ...days,
      series: [{ event: 'page.viewed' }, { event: '*', measure: 'persons' }, { event: 'page.viewed', measure: 'per_person' }],
    })
    expect(intervals).toEqual(['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'])
    expect(series.map(({ values }) => values)).toEqual([
      [1, 2, 0, 1],
      [1, 2, 0, 1],
      [1, 1, null, 1],
    ])
    const london = await trend(visits, { ...days, timezone: 'Europe/London', series: [{ event: 'page.viewed' }] })
    expect(london.series[0]?.values).toEqual([3, 0, 0, 1])
  })

  test('sums, averages, medians and bounds are exact, and text that is no number is left out', async () => {
    const world = {
      events: [0.1, 0.2, 0.3, '0.4', 'many', true].map((amount, i) =>
        event(`p${i}`, 'thing.bought', '2026-03-02T04:00:00.000Z', { amount }),
      ),
    }
    const { series } = await trend(world, {
      dateFrom: '2026-03-02',
      dateTo: '2026-03-03',
      series: ['sum', 'avg', 'min', 'max', 'median'].map((of) => ({ event: 'thing.bought', measure: `${of}(amount)` })),
    })
    expect(series.map(({ values }) => values)).toEqual([
      [1, 0],
      [0.25, null],
      [0.1, null],
      [0.4, null],
      [0.25, null],
    ])
  })

  test('declared amounts are minor units inside and major units in the answer; two currencies have no sum', async () => {
    const paid = (currency: string, amount: number) => event('a', 'order.paid', '2026-03-02T04:00:00.000Z', { amount, currency })
    const report = { dateFrom: '2026-03-02', dateTo: '2026-03-02', series: [{ event: 'order.paid', measure: 'sum(amount)' }] }
    const { series } = await trend({ events: [paid('CNY', 1234), paid('CNY', 1)] }, report)
    expect(series).toEqual([{ name: 'order.paid · sum(amount)', values: [12.35], currency: 'CNY' }])
    expect((await trend({ events: [paid('JPY', 1234)] }, report)).series[0]).toMatchObject({ values: [1234], currency: 'JPY' })
    await expect(trend({ events: [paid('CNY', 1234), paid('JPY', 1)] }, report)).rejects.toMatchObject({ code: 'report.currencies_mixed' })
    const commission = { events: [event('a', 'commission.paid', '2026-03-02T04:00:00.000Z', { amount: 1234 })] }
    const untold = await trend(commission, { ...report, series: [{ event: 'commission.paid', measure: 'sum(amount)' }] })
    expect(untold.series[0]).toMatchObject({ values: [12.34], currency: 'CNY' })
  })

  test('filters by equality, lists, comparisons, text, absence and trees', async () => {
    const count = async (where: object) =>
      (await trend(visits, { dateFrom: '2026-03-01', dateTo: '2026-03-04', interval: 'month', series: [{ event: 'page.viewed', where }] }))
        .series[0]?.values[0]
    expect(await count({ city: '上海' })).toBe(2)
    expect(await count({ city: ['上海', '北京'] })).toBe(3)
    expect(await count({ city: null })).toBe(1)
    expect(await count({ city: { ne: '上海' } })).toBe(2)
    expect(await count({ ms: { gt: 1.5, lte: 5 } })).toBe(2)
    expect(await count({ ms: 2 })).toBe(1)
    expect(await count({ ms: { gte: '1.50' } })).toBe(4)
    expect(await count({ city: { contains: '海' } })).toBe(2)
    expect(await count({ or: [{ city: '北京' }, { and: [{ ms: 7 }, { not: { city: '北京' } }] }] })).toBe(2)
    expect(await count({ property: 'city', op: 'exists', value: false })).toBe(1)
    expect(await count({ city: "上海' or 1=1 --" })).toBe(0)
    expect(await count({ [strange.bracket]: 'y' })).toBe(0)
    expect(await count({ [strange.slash]: "\\'\n\t{p0:String}" })).toBe(0)
  })

  test('filters by properties of the person, with merges applied', async () => {
    const world = { ...visits, persons: { a: { level: 'gold' }, c: { level: 'plain' } }, merges: { b: 'a' } }
    const report = {
      ...days,
      interval: 'month',
      series: [
        { event: 'page.viewed', measure: 'persons' },
        { event: 'page.viewed', where: { property: 'level', op: 'eq', value: 'gold', scope: 'person' } },
      ],
    }
    expect((await trend(world, report)).series.map(({ values }) => values)).toEqual([[2], [3]])
  })

  test('splits by a property, keeps the biggest and puts the rest into Other', async () => {
    const { series } = await trend(visits, {
      ...days,
      interval: 'month',
      series: [{ event: 'page.viewed' }],
      breakdown: { property: 'city', limit: 2 },
    })
    expect(series.map(({ value, values, other }) => [value, values, other])).toEqual([
      ['上海', [2], undefined],
      ['北京', [1], undefined],
      ['Other', [1], true],
    ])
    const all = await trend(visits, { ...days, interval: 'month', series: [{ event: 'page.viewed' }], breakdown: { property: 'city' } })
    expect(all.series.map(({ value }) => value)).toEqual(['上海', '北京', null])
  })

  test('compares with the period before and the year before', async () => {
    const world = {
      events: ['2025-03-02', '2026-02-28', '2026-03-01', '2026-03-02'].map((day) => event('a', 'page.viewed', `${day}T04:00:00.000Z`)),
    }
    const report = { dateFrom: '2026-03-01', dateTo: '2026-03-02', series: [{ event: 'page.viewed' }] }
    expect((await trend(world, { ...report, compare: 'previous_period' })).series[0]).toMatchObject({ values: [1, 1], compare: [0, 1] })
    expect((await trend(world, { ...report, compare: 'previous_year' })).series[0]).toMatchObject({ values: [1, 1], compare: [0, 1] })
  })

  test('a formula answers in place of its series and is empty where it would divide by zero', async () => {
    const report = { ...days, series: [{ event: 'cart.filled' }, { event: 'page.viewed' }], formula: 'A / B * 100' }
    expect((await trend(visits, report)).series).toEqual([{ name: 'A / B * 100', values: [0, 0, null, 100] }])
  })

  test('weeks begin on Monday or Sunday, hours survive the change of the clocks', async () => {
    const world = { events: [event('a', 'page.viewed', '2026-03-08T04:00:00.000Z'), event('a', 'page.viewed', '2026-03-09T04:00:00.000Z')] }
    const report = { dateFrom: '2026-03-04', dateTo: '2026-03-10', interval: 'week', series: [{ event: 'page.viewed' }] }
    expect(await trend(world, report)).toMatchObject({ intervals: ['2026-03-02', '2026-03-09'], series: [{ values: [1, 1] }] })
    expect(await trend(world, { ...report, weekStart: 'sunday' })).toMatchObject({
      intervals: ['2026-03-01', '2026-03-08'],
      series: [{ values: [0, 2] }],
    })
    const night = { events: ['2026-11-01T05:30:00.000Z', '2026-11-01T06:30:00.000Z'].map((at) => event('a', 'page.viewed', at)) }
    const hours = await trend(night, {
      dateFrom: '2026-11-01',
      dateTo: '2026-11-01',
      timezone: 'America/New_York',
      interval: 'hour',
      series: [{ event: 'page.viewed' }],
    })
    expect(hours.intervals).toHaveLength(25)
    expect(hours.series[0]?.values.slice(0, 4)).toEqual([0, 1, 1, 0])
  })

  test.each([
    [{ dateFrom: '2026-03-05', dateTo: '2026-03-01' }, 'dateTo'],
    [{ dateFrom: '2026-02-30' }, 'dateFrom'],
    [{ timezone: 'Mars/Base' }, 'timezone'],
    [{ series: [] }, 'series'],
    [{ series: [{ event: '' }] }, 'series.0.event'],
    [{ series: [{ event: 'a\0b' }] }, 'series.0.event'],
    [{ series: [{ event: 'x', measure: 'sum' }] }, 'series.0.measure'],
    [{ series: [{ event: 'x', where: { a: { like: 'b' } } }] }, 'series.0.where.a.like'],
    [{ series: [{ event: 'x', where: [1] }] }, 'series.0.where'],
    [{ series: [{ event: 'x', wehre: {} }] }, 'series.0.wehre'],
    [{ interval: 'fortnight' }, 'interval'],
    [{ interval: 'hour', dateFrom: '1990-01-01' }, 'interval'],
    [{ formula: 'A; drop table events' }, 'formula'],
    [{ formula: 'A/C' }, 'formula'],
    [{ formula: '(A' }, 'formula'],
    [{ compare: 'yesterday' }, 'compare'],
    [{ segment: 'x' }, 'segment'],
    [{ type: 'wish' }, 'type'],
  ])('refuses %j and names %s', async (wrong, field) => {
    const ctx = await workspace.newTenant()
    await expect(runReport(ctx, { type: 'trend', ...days, series: [{ event: 'page.viewed' }], ...wrong })).rejects.toMatchObject({
      field,
      code: expect.stringMatching(/^(report|date|segment)\./),
    })
  })
})

test('formulas compute what arithmetic says', () => {
  const tree: fc.Arbitrary<string> = fc.letrec((tie) => ({
    leaf: fc.oneof(fc.constantFrom('A', 'B', 'C'), fc.nat(99).map(String)),
    node: fc.oneof(
      { depthSize: 'small' },
      tie('leaf'),
      fc.tuple(tie('node'), fc.constantFrom('+', '-', '*'), tie('node')).map(([left, sign, right]) => `(${left} ${sign} ${right})`),
      tie('node').map((of) => `- ${of}`),
    ),
  })).node as fc.Arbitrary<string>
  fc.assert(
    fc.property(tree, (text) => {
      const values = { A: 7, B: -3, C: 12 }
      const expected = Function('A', 'B', 'C', `return ${text}`)(values.A, values.B, values.C)
      const found = evaluateFormula(parseFormula(text), (letter) => new Big(values[letter as 'A']))
      expect(Number(found)).toBeCloseTo(expected, 6)
    }),
  )
})
