import Big from 'big.js'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { dayOf } from '#platform/time.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import type { DistributionResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-04' }
const seen = (person: string, day: number, ms?: unknown): TestEvent => ({
  person,
  event: 'page.viewed',
  timestamp: `2026-03-0${day}T04:00:00.000Z`,
  properties: ms === undefined ? {} : { ms },
})

const run = async (events: TestEvent[], report: object): Promise<DistributionResult> =>
  (await loadWorld(await workspace.newTenant(), { events })).run({ type: 'distribution', ...dates, event: 'page.viewed', ...report })

describe('distribution', () => {
  test('persons by how often, with what they have in the middle', async () => {
    const events = [seen('a', 1), seen('a', 1), seen('a', 2), seen('b', 3), seen('', 3)]
    const { bins, rows, persons } = await run(events, { bins: { method: 'each', most: 2 }, persons: { bin: 2 } })
    expect(bins).toEqual([
      { from: 1, to: 2 },
      { from: 2, to: 3 },
      { from: 3, to: null },
    ])
    expect(rows).toEqual([{ persons: 2, mean: 2, median: 2, min: 1, max: 3, counts: [1, 0, 1] }])
    expect(persons).toEqual(['a'])
  })

  test('amounts fall into bins of round width, or between the edges that were given', async () => {
    const events = [seen('a', 1, 12), seen('a', 2, 0.5), seen('b', 3, 88), seen('c', 3, 'many')]
    const auto = await run(events, { measure: 'sum(ms)', bins: { method: 'auto', most: 5 } })
    expect(auto.bins.map(({ from, to }) => [from, to])).toEqual([
      [0, 20],
      [20, 40],
      [40, 60],
      [60, 80],
      [80, 100],
    ])
    expect(auto.rows[0]).toMatchObject({ persons: 2, counts: [1, 0, 0, 0, 1], mean: 50.25 })
    const fixed = await run(events, { measure: 'max(ms)', bins: { method: 'fixed', edges: [12, 50] } })
    expect(fixed.bins).toHaveLength(3)
    expect(fixed.rows[0]?.counts).toEqual([0, 1, 1])
  })

  test.each([{ currency: 'CNY' }, {}])('declared amounts are major units in bins and figures, told with %j', async (told) => {
    const paid = (person: string, amount: number): TestEvent => ({
      ...seen(person, 2),
      event: 'order.paid',
      properties: { amount, ...told },
    })
    const result = await run([paid('a', 1250), paid('a', 50), paid('b', 9900)], {
      event: 'order.paid',
      measure: 'sum(amount)',
      bins: { method: 'fixed', edges: [13] },
      persons: { bin: 1 },
    })
    expect(result).toMatchObject({ currency: 'CNY', rows: [{ min: 13, max: 99, counts: [0, 2] }], persons: ['b', 'a'] })
  })

  test.each([
    [{ measure: 'sum' }, 'measure'],
    [{ bins: { method: 'fixed', edges: [2, 1] } }, 'bins.edges'],
    [{ bins: { method: 'fixed', edges: [] } }, 'bins.edges'],
    [{ bins: { method: 'each', most: 0 } }, 'bins.most'],
    [{ event: '' }, 'event'],
    [{ interval: 'year' }, 'interval'],
    [{ persons: { bin: 99 } }, 'persons.bin'],
    [{ persons: { bin: 0, interval: 3 } }, 'persons.interval'],
    [{ dateTo: '2026-02-01' }, 'dateTo'],
    [{ evnet: 'x' }, 'evnet'],
  ])('refuses %j and names %s', async (wrong, field) => {
    const ctx = await workspace.newTenant()
    await expect(runReport(ctx, { type: 'distribution', ...dates, event: 'page.viewed', ...wrong })).rejects.toMatchObject({ field })
  })

  test('is what counting by hand says', async () => {
    const event = fc.record({
      person: fc.constantFrom('a', 'b', 'c', 'd', ''),
      hour: fc.integer({ min: -30, max: 120 }),
      ms: fc.integer({ min: -20, max: 60 }),
    })
    const options = fc.record({
      measure: fc.constantFrom('times', 'days', 'sum(ms)', 'avg(ms)', 'min(ms)', 'max(ms)'),
      interval: fc.constantFrom('period', 'day', 'week'),
      edges: fc.uniqueArray(fc.integer({ min: -10, max: 40 }), { minLength: 1, maxLength: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 25 }), options, async (facts, { measure, interval, edges }) => {
        const sorted = edges.toSorted((one, other) => one - other)
        const events = facts.map(({ person, hour, ms }) => ({
          person,
          event: 'page.viewed',
          timestamp: new Date(Date.parse('2026-03-01T00:00:00+08:00') + hour * 3_600_000).toISOString(),
          properties: { ms },
        }))
        const found = await run(events, { measure, interval, bins: { method: 'fixed', edges: sorted } })
        expect(found.rows.map(({ persons, counts }) => [persons, counts])).toEqual(byHand(events, measure, interval, sorted))
      }),
      { numRuns: runs(25) },
    )
  })
})

function byHand(events: TestEvent[], measure: string, interval: string, edges: number[]): [number, number[]][] {
  const days = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04']
  // 1 March 2026 is a Sunday: two weeks are touched.
  const buckets = interval === 'period' ? [days] : interval === 'day' ? days.map((day) => [day]) : [days.slice(0, 1), days.slice(1)]
  return buckets.map((own) => {
    const people = Map.groupBy(
      events.filter(({ person, timestamp }) => person !== '' && own.includes(dayOf(new Date(timestamp), 'Asia/Shanghai'))),
      ({ person }) => person,
    )
    const values = [...people.values()].map((all) => valueByHand(all, measure))
    const inBin = (bin: number) => values.filter((value) => edges.filter((edge) => value.gte(edge)).length === bin).length
    return [values.length, Array.from({ length: edges.length + 1 }, (_, bin) => inBin(bin))]
  })
}

function valueByHand(events: TestEvent[], measure: string): Big {
  const numbers = events.map(({ properties }) => new Big(properties?.ms as number))
  const sum = numbers.reduce((all, one) => all.plus(one), new Big(0))
  if (measure === 'times') return new Big(events.length)
  if (measure === 'days') return new Big(new Set(events.map(({ timestamp }) => dayOf(new Date(timestamp), 'Asia/Shanghai'))).size)
  if (measure === 'sum(ms)') return sum
  if (measure === 'avg(ms)') return sum.div(numbers.length)
  return numbers.reduce((best, one) => ((measure === 'min(ms)' ? one.lt(best) : one.gt(best)) ? one : best))
}
