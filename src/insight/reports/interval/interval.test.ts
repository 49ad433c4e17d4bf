import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type World } from '../testing.ts'
import type { IntervalResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const run = async (world: World, report: object): Promise<IntervalResult> =>
  (await loadWorld(await workspace.newTenant(), world)).run<IntervalResult>({ type: 'interval', ...report })

const january = { dateFrom: '2026-01-01', dateTo: '2026-01-31' }
const start = Date.parse('2026-01-01T00:00:00+08:00')
const at = (person: string, event: string, hours: number) => ({
  person,
  event,
  timestamp: new Date(start + hours * 3_600_000).toISOString(),
})

const world: World = {
  events: [
    at('a', 'page.viewed', 0),
    at('a', 'page.viewed', 10),
    at('a', 'order.paid', 34),
    at('b', 'page.viewed', 700),
    at('b', 'order.paid', 820),
    at('c', 'page.viewed', 5),
  ],
}
const viewToOrder = { start: { event: 'page.viewed' }, end: { event: 'order.paid' } }

describe('interval', () => {
  test('every start to the next end, also one after the dates; who still waits is open', async () => {
    expect(await run(world, { ...january, ...viewToOrder, unit: 'hour', bins: [30, 100], persons: { open: true } })).toEqual({
      intervals: 3,
      open: 1,
      people: 3,
      average: 59.333333,
      lowerQuartile: 24,
      median: 34,
      upperQuartile: 120,
      bins: [
        { from: 0, to: 30, intervals: 1, persons: 1 },
        { from: 30, to: 100, intervals: 1, persons: 1 },
        { from: 100, to: null, intervals: 1, persons: 1 },
      ],
      persons: ['c'],
    })
  })

  test('the first start only, days, filters, nothing at all', async () => {
    expect(await run(world, { ...january, ...viewToOrder, match: 'first', persons: { bin: 1 } })).toMatchObject({
      intervals: 2,
      lowerQuartile: 1.416667,
      median: 3.208333,
      upperQuartile: 5,
      persons: ['a'],
    })
    expect(await run(world, { ...january, ...viewToOrder, among: ['b'] })).toMatchObject({ intervals: 1, median: 5 })
    expect(await run({ events: [] }, january)).toMatchObject({ intervals: 0, open: 0, median: null, average: null })
  })

  test.each([
    [{ bins: [] }, 'bins'],
    [{ bins: [2, 1] }, 'bins'],
    [{ unit: 'year' }, 'unit'],
    [{ start: { event: '' } }, 'start.event'],
    [{ persons: { bin: 50 } }, 'persons.bin'],
    [{ end: { name: 'x' } }, 'end.event'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'interval', ...january, ...wrong })).rejects.toMatchObject({ field })
  })
})

test('random lives: the same as looking for each next event by hand', async () => {
  const acts = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y'), fc.integer({ min: 0, max: 1000 })), {
    maxLength: 30,
  })
  await fc.assert(
    fc.asyncProperty(acts, fc.constantFrom('each', 'first'), fc.constantFrom('x', 'y'), async (list, match, end) => {
      const report = { ...january, start: { event: 'x' }, end: { event: end }, match, unit: 'hour', bins: [24, 100] }
      const found = await run({ events: list.map(([person, name, hours]) => at(person, name, hours)) }, report)
      const lengths: (number | null)[] = ['a', 'b', 'c'].flatMap((person) => {
        const own = list.filter(([who]) => who === person)
        const starts = [...new Set(own.filter(([, name, hours]) => name === 'x' && hours < 31 * 24).map(([, , hours]) => hours))].sort(
          (p, q) => p - q,
        )
        const ends = own.filter(([, name]) => name === end).map(([, , hours]) => hours)
        return (match === 'first' ? starts.slice(0, 1) : starts).map((from) => {
          const after = ends.filter((to) => to > from)
          return after.length === 0 ? null : Math.min(...after) - from
        })
      })
      const known = lengths.filter((length) => length !== null).sort((p, q) => p - q)
      expect(found).toMatchObject({ intervals: known.length, open: lengths.length - known.length })
      expect(found.bins.map(({ intervals }) => intervals)).toEqual([
        known.filter((length) => length < 24).length,
        known.filter((length) => length >= 24 && length < 100).length,
        known.filter((length) => length >= 100).length,
      ])
      const middle = known.length === 0 ? null : ((known[(known.length - 1) >> 1] ?? 0) + (known[known.length >> 1] ?? 0)) / 2
      expect(found.median).toBe(middle)
    }),
    { numRuns: runs(15) },
  )
})
