import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { addDays, dayOf } from '#platform/time.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import type { TrendResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const zone = 'Asia/Shanghai'
const dates = { dateFrom: '2026-03-03', dateTo: '2026-03-08' }
const measures = ['count', 'persons', 'per_person', 'sum(n)', 'avg(n)', 'min(n)', 'max(n)', 'median(n)'] as const

const fact = fc.record({
  person: fc.constantFrom('a', 'b', 'c', ''),
  city: fc.constantFrom('上海', '北京', undefined),
  hour: fc.integer({ min: -150, max: 150 }),
  n: fc.integer({ min: -9, max: 9 }),
})

const options = fc.record({
  measure: fc.constantFrom(...measures),
  interval: fc.constantFrom('day', 'week', 'period'),
  cumulative: fc.boolean(),
  split: fc.boolean(),
  compare: fc.constantFrom(undefined, 'previous_period' as const),
})

test('trends are what counting by hand says, counted up or not, split or not, and so are the people behind them', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fact, { maxLength: 30 }), options, async (facts, { measure, interval, cumulative, split, compare }) => {
      const events = facts.map(
        ({ person, city, hour, n }): TestEvent => ({
          person,
          event: 'thing.done',
          timestamp: new Date(Date.parse('2026-03-03T00:00:00+08:00') + hour * 3_600_000).toISOString(),
          properties: { n, ...(city ? { city } : {}) },
        }),
      )
      const world = await loadWorld(await workspace.newTenant(), { events })
      const report = {
        type: 'trend',
        ...dates,
        interval,
        cumulative,
        series: [{ event: 'thing.done', measure }],
        ...(split ? { breakdown: { property: 'city' } } : {}),
        ...(compare ? { compare } : {}),
      }
      const found = await world.run<TrendResult>(report)
      for (const line of found.series) {
        const own = events.filter(({ properties }) => !split || ((properties?.city as string | undefined) ?? null) === line.value)
        expect(line.values).toEqual(byHand(own, dates.dateFrom, 6, measure, interval, cumulative))
        if (compare) expect(line.compare).toEqual(byHand(own, '2026-02-25', 6, measure, interval, cumulative).slice(0, line.values.length))
        const at = line.values.length - 1
        const people = await world.run<TrendResult>({ ...report, persons: { interval: at, ...(split ? { value: line.value } : {}) } })
        const counted = Array.from({ length: at + 1 }, (_, i) =>
          cumulative || i === at ? inBucket(own, dates.dateFrom, 6, interval, i) : [],
        )
        expect(people.persons?.toSorted()).toEqual([...new Set(counted.flat().map(({ person }) => person))].filter(Boolean).sort())
      }
    }),
    { numRuns: runs(25) },
  )
})

/** Both spans touch two weeks of which one is 6 and 5 days long: 3–8 March lies in one week, 25 February–2 March in two. */
function bucketsByHand(first: string, days: number, interval: string): string[][] {
  const all = Array.from({ length: days }, (_, i) => addDays(first, i))
  if (interval === 'period') return [all]
  if (interval === 'day') return all.map((day) => [day])
  return [...Map.groupBy(all, (day) => mondayOf(day)).values()]
}

const mondayOf = (day: string): string => addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7))

const inBucket = (events: TestEvent[], first: string, days: number, interval: string, at: number): TestEvent[] =>
  events.filter(({ timestamp }) => bucketsByHand(first, days, interval)[at]?.includes(dayOf(new Date(timestamp), zone)))

function byHand(events: TestEvent[], first: string, days: number, measure: string, interval: string, cumulative: boolean) {
  const buckets = bucketsByHand(first, days, interval)
  return buckets.map((_, at) => {
    const from = cumulative ? 0 : at
    const own = Array.from({ length: at - from + 1 }, (_, i) => inBucket(events, first, days, interval, from + i)).flat()
    return valueByHand(own, measure)
  })
}

function valueByHand(events: TestEvent[], measure: string): unknown {
  const persons = new Set(events.map(({ person }) => person).filter((person) => person !== '')).size
  const numbers = events.map(({ properties }) => properties?.n as number).sort((one, other) => one - other)
  const sum = numbers.reduce((all, one) => all + one, 0)
  if (measure === 'count') return events.length
  if (measure === 'persons') return persons
  if (measure === 'sum(n)') return sum
  if (measure === 'per_person') return persons === 0 ? null : expect.closeTo(events.length / persons, 9)
  if (numbers.length === 0) return null
  if (measure === 'avg(n)') return expect.closeTo(sum / numbers.length, 9)
  if (measure === 'median(n)')
    return ((numbers[Math.floor((numbers.length - 1) / 2)] ?? 0) + (numbers[Math.floor(numbers.length / 2)] ?? 0)) / 2
  return measure === 'min(n)' ? numbers[0] : numbers.at(-1)
}
