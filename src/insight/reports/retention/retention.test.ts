import fc from 'fast-check'
import { DateTime } from 'luxon'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import type { RetentionResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const zone = 'Asia/Shanghai'
const base = { type: 'retention', start: { event: 'join' }, return: { event: 'come' }, from: '2026-03-02', intervals: 4 }
const run = async (events: TestEvent[], report: object = {}): Promise<RetentionResult> =>
  (await loadWorld(await workspace.newTenant(), { events })).run<RetentionResult>({ ...base, ...report })
const values = async (events: TestEvent[], report: object = {}) => (await run(events, report)).cohorts.map((cohort) => cohort.values)

/** `join 0, come 2` → events of a person on those days after 2 March, at noon. */
const person = (name: string, acts: string): TestEvent[] =>
  acts.split(', ').map((act) => {
    const [event = '', day, properties] = act.split(' ')
    return {
      person: name,
      event,
      timestamp: new Date(Date.parse('2026-03-02T12:00:00+08:00') + Number(day) * 86_400_000).toISOString(),
      properties: Object.fromEntries(
        (properties ?? '')
          .split(';')
          .filter(Boolean)
          .map((pair) => pair.split(':')),
      ),
    }
  })

describe('retention', () => {
  test('is triangular; interval 0 holds the cohort itself', async () => {
    const events = [...person('a', 'join 0, come 1, come 3'), ...person('b', 'join 0, come 0'), ...person('c', 'join 2, come 3, come 9')]
    expect(await run(events)).toEqual({
      cohorts: [
        { start: '2026-03-02', size: 2, values: [2, 1, 0, 1] },
        { start: '2026-03-03', size: 0, values: [0, 0, 0] },
        { start: '2026-03-04', size: 1, values: [1, 1] },
        { start: '2026-03-05', size: 0, values: [0] },
      ],
    })
  })

  test('on or after counts whoever came then or later', async () => {
    expect(await values([...person('a', 'join 0, come 3'), ...person('b', 'join 0, come 1')], { mode: 'on_or_after' })).toEqual([
      [2, 2, 1, 1],
      [0, 0, 0],
      [0, 0],
      [0],
    ])
  })

  test('brackets follow one another, as long as they say, and look past the last cohort', async () => {
    const events = [
      ...person('a', 'join 0, come 1'),
      ...person('b', 'join 0, come 3, come 4'),
      ...person('c', 'join 0, come 5'),
      ...person('d', 'join 0, come 12'),
    ]
    expect(await values(events, { intervals: 1, mode: 'brackets', brackets: [1, 3, 7] })).toEqual([[4, 1, 1, 1]])
  })

  test('recurring people stand in every cohort they start in, first-time people in one', async () => {
    const events = [...person('a', 'join -5, join 0, join 1, come 2'), ...person('b', 'join -5 plan:free, join 1 plan:paid, come 2')]
    const sizes = async (report: object) => (await run(events, report)).cohorts.map(({ size }) => size)
    expect(await sizes({ cohort: 'recurring' })).toEqual([1, 2, 0, 0])
    expect(await sizes({ cohort: 'first_time_in_range' })).toEqual([1, 1, 0, 0])
    expect(await sizes({ cohort: 'first_time_matching' })).toEqual([0, 0, 0, 0])
    expect(await sizes({ cohort: 'first_time_matching', start: { event: 'join', where: { plan: 'paid' } } })).toEqual([0, 1, 0, 0])
    expect(await sizes({ cohort: 'first_time_ever', start: { event: 'join', where: { plan: 'paid' } } })).toEqual([0, 0, 0, 0])
    expect(await sizes({ cohort: 'first_time_ever', from: '2026-02-25' })).toEqual([2, 0, 0, 0])
  })

  test('dates say the intervals where nothing else does, and hide what lies on other days', async () => {
    const events = [...person('a', 'join -1, join 2, come 3, come 8'), ...person('b', 'join 0, come 1, come 7')]
    const dates = { from: undefined, intervals: undefined, dateFrom: '2026-03-03', dateTo: '2026-03-09' }
    expect(await run(events, dates)).toEqual(await run(events, { from: '2026-03-03', intervals: 7 }))
    const weeks = await run(events, { ...dates, period: 'week' })
    expect(weeks.cohorts).toEqual([
      { start: '2026-03-02', size: 1, values: [1, 0] },
      { start: '2026-03-09', size: 0, values: [0] },
    ])
    expect((await run(events, { period: 'week', intervals: 2 })).cohorts[0]).toMatchObject({ size: 2, values: [2, 2] })
    expect((await run(events, { period: 'week', intervals: 2, dateTo: '2026-03-09' })).cohorts[0]).toMatchObject({
      size: 2,
      values: [2, 1],
    })
    expect((await run(events, { ...dates, period: 'week', cohort: 'first_time_ever' })).cohorts[0]).toMatchObject({ size: 0 })
  })

  test('may ask for several returns in one interval', async () => {
    expect(
      await values([...person('a', 'join 0, come 1, come 1'), ...person('b', 'join 0, come 1, come 2')], { minOccurrences: 2 }),
    ).toMatchObject([[2, 1, 0, 0], {}, {}, {}])
  })

  test('weeks begin where the report says, hours are hours, months are months', async () => {
    const events = person('a', 'join 6, come 7, come 30')
    expect((await run(events, { period: 'week' })).cohorts.slice(0, 2)).toMatchObject([
      { start: '2026-03-02', values: [1, 1, 0, 0] },
      { start: '2026-03-09' },
    ])
    expect((await run(events, { period: 'week', weekStart: 'sunday' })).cohorts.slice(0, 2)).toMatchObject([
      { start: '2026-03-01', values: [0, 0, 0, 0] },
      { start: '2026-03-08', values: [1, 0, 0] },
    ])
    expect((await run(events, { period: 'month', intervals: 2 })).cohorts).toMatchObject([
      { start: '2026-03-01', values: [1, 1] },
      { start: '2026-04-01' },
    ])
    expect((await run(person('a', 'join 0, come 0'), { period: 'hour', from: '2026-03-02T11:00', intervals: 2 })).cohorts).toMatchObject([
      { start: '2026-03-02T11:00:00+08:00', size: 0 },
      { start: '2026-03-02T12:00:00+08:00', values: [1] },
    ])
  })

  test('counts devices where asked, and lists the people of a cohort', async () => {
    const events = [...person('a', 'join 0 $device:x, come 1 $device:y'), ...person('a', 'join 0 $device:y'), ...person('b', 'join 1')]
    expect(await values(events, { unit: 'device' })).toEqual([[2, 1, 0, 0], [0, 0, 0], [0, 0], [0]])
    expect((await run(events, { persons: { cohort: 1 } })).persons).toEqual(['b'])
  })

  test('splits by the first channel people came through, whenever that was', async () => {
    const came = (name: string, day: number, channel: string) => person(name, `customer.followed ${day} channel:${channel}`)
    const events = [
      ...came('a', -9, '店'),
      ...came('a', 1, '群'),
      ...came('b', 3, '店'),
      ...came('c', 0, '群'),
      ...['a', 'b', 'c', 'd'].flatMap((name) => person(name, 'join 0')),
      ...person('a', 'come 1'),
    ]
    const { breakdown } = await run(events, { breakdown: { dimension: 'channel' } })
    expect(breakdown?.map(({ value, name, cohorts }) => [value, name, cohorts[0]?.values])).toEqual([
      ['店', '店', [2, 1, 0, 0]],
      ['群', '群', [1, 0, 0, 0]],
      [null, null, [1, 0, 0, 0]],
    ])
    const asked = { breakdown: { dimension: 'channel' }, persons: { cohort: 0, value: '店', interval: 1, kept: false } }
    expect((await run(events, asked)).persons).toEqual(['b'])
  })

  test.each([
    [{ intervals: 0 }, 'intervals'],
    [{ from: 'yesterday' }, 'from'],
    [{ period: 'year' }, 'period'],
    [{ mode: 'brackets' }, 'brackets'],
    [{ brackets: [0], mode: 'brackets' }, 'brackets.0'],
    [{ persons: { cohort: 4 } }, 'persons.cohort'],
    [{ persons: { cohort: 1, interval: 3 } }, 'persons.interval'],
    [{ persons: { cohort: 1, kept: false } }, 'persons.kept'],
    [{ persons: { cohort: 1, value: 'x' } }, 'persons.value'],
    [{ breakdown: { limit: 3 } }, 'breakdown'],
    [{ breakdown: { property: 'city' }, unit: 'device' }, 'breakdown'],
    [{ segments: ['seg_a', 'seg_a'] }, 'segments'],
    [{ segments: ['seg_a'], segment: 'seg_b' }, 'segments'],
    [{ start: undefined }, 'start'],
    [{ from: undefined }, 'from'],
    [{ intervals: undefined }, 'intervals'],
    [{ intervals: undefined, dateTo: '2026-03-01' }, 'dateTo'],
    [{ intervals: undefined, dateTo: '2028-03-01' }, 'period'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { ...base, ...wrong })).rejects.toMatchObject({ field })
  })
})

const act = fc.record({ event: fc.constantFrom('join', 'come'), hours: fc.integer({ min: -60, max: 24 * 40 }), good: fc.boolean() })
const worlds = fc.array(fc.array(act, { maxLength: 6 }), { minLength: 20, maxLength: 20 })

test('agrees with counting by hand on random worlds', { timeout: 300_000 }, async () => {
  const from = DateTime.fromISO('2026-03-02', { zone })
  const placeOf = (ms: number, period: 'day' | 'week' | 'month') =>
    Math.round(
      DateTime.fromMillis(ms, { zone })
        .startOf(period)
        .diff(from.startOf(period), `${period}s` as 'days')
        .as(`${period}s` as 'days'),
    )
  await fc.assert(
    fc.asyncProperty(
      worlds,
      fc.constantFrom('day' as const, 'week' as const, 'month' as const),
      fc.constantFrom('recurring', 'first_time_in_range', 'first_time_matching', 'first_time_ever'),
      fc.constantFrom('on', 'on_or_after'),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      async (people, period, cohort, mode, minOccurrences, same) => {
        const intervals = 5
        const expected = Array.from({ length: intervals }, (_, c) => {
          const counts = Array.from({ length: intervals - c }, () => 0)
          for (const acts of people) {
            const timed = acts.map((one) => ({
              ...one,
              ms: from.toMillis() + one.hours * 3_600_000,
              place: placeOf(from.toMillis() + one.hours * 3_600_000, period),
            }))
            const inRange = timed.filter(({ place }) => place >= 0 && place < intervals)
            const starts = inRange.filter(({ event, good }) => event === 'join' && good)
            const joins = timed.filter(({ event, place }) => event === 'join' && place < intervals)
            const earliest = (list: typeof timed) => list.filter(({ ms }) => ms === Math.min(...list.map((one) => one.ms)))
            const cohorts = {
              recurring: starts.map(({ place }) => place),
              first_time_in_range: earliest(starts).map(({ place }) => place),
              first_time_matching: earliest(joins.filter(({ good }) => good)).map(({ place }) => place),
              first_time_ever: earliest(joins)
                .filter(({ good }) => good)
                .map(({ place }) => place),
            }[cohort as 'recurring']
            if (!cohorts.includes(c)) continue
            const returns = inRange
              .filter(({ event, good }) => (same ? event === 'join' && good : event === 'come'))
              .map(({ place }) => place)
            const often = returns.filter((place) => returns.filter((one) => one === place).length >= minOccurrences)
            for (let k = 0; k < counts.length; k++)
              if (k === 0 || often.some((place) => (mode === 'on' ? place === c + k : place >= c + k))) counts[k] = (counts[k] ?? 0) + 1
          }
          return counts
        })
        const events = people.flatMap((acts, i) =>
          acts.map(({ event, hours, good }) => ({
            person: `p${i}`,
            event,
            timestamp: from.plus({ hours }).toUTC().toISO() ?? '',
            properties: { good },
          })),
        )
        const start = { event: 'join', where: { good: true } }
        expect(
          await values(events, { start, return: same ? start : { event: 'come' }, period, cohort, mode, minOccurrences, intervals }),
        ).toEqual(expected)
      },
    ),
    { numRuns: runs(20) },
  )
})

test('behind every value stand as many people, of whichever store, mode or value of a breakdown', { timeout: 120_000 }, async () => {
  const plan = fc.record({
    cohort: fc.constantFrom('recurring', 'first_time_in_range', 'first_time_ever'),
    counting: fc.constantFrom({ mode: 'on' }, { mode: 'on_or_after' }, { mode: 'brackets', brackets: [1, 2] }),
    asked: fc.record({ cohort: fc.nat(4), interval: fc.nat(4), kept: fc.boolean() }),
  })
  await fc.assert(
    fc.asyncProperty(worlds, plan, async (people, { cohort, counting, asked }) => {
      const events = people.flatMap((acts, i) =>
        acts.map(({ event, hours }) => ({
          person: `p${i}`,
          event,
          timestamp: new Date(Date.parse('2026-03-02T00:00:00+08:00') + hours * 3_600_000).toISOString(),
        })),
      )
      const cities = [{ city: '上海' }, { city: '北京' }, { city: '杭州' }, {}]
      const persons = Object.fromEntries(people.map((_, i) => [`p${i}`, cities[i % 4] ?? {}]))
      const world = await loadWorld(await workspace.newTenant(), { events, persons })
      const ask = (more: object) => world.run<RetentionResult>({ ...base, period: 'week', intervals: 5, cohort, ...counting, ...more })
      const { cohorts } = await ask({})
      const { size = 0, values = [] } = cohorts[asked.cohort] ?? {}
      const interval = Math.min(asked.interval, values.length - 1)
      const cell = { cohort: asked.cohort, interval, kept: asked.kept }
      const number = asked.kept ? values[interval] : size - (values[interval] ?? 0)
      const stored = (await ask({ persons: cell })).persons
      expect(stored).toHaveLength(number ?? 0)
      expect((await ask({ persons: cell, where: { and: [] } })).persons).toEqual(stored)
      const whole = (await ask({ persons: { cohort: asked.cohort } })).persons
      expect(whole).toEqual(expect.arrayContaining(stored ?? []))
      const breakdown = { property: 'city', limit: 2 }
      const split = await ask({ breakdown })
      expect(split.cohorts).toEqual(cohorts)
      const listed = []
      for (const { value, other, cohorts: own } of split.breakdown ?? []) {
        const of = other ? { other } : { value }
        const found = (await ask({ breakdown, persons: { ...cell, ...of } })).persons ?? []
        const one = own[asked.cohort]
        expect(found).toHaveLength(asked.kept ? (one?.values[interval] ?? 0) : (one?.size ?? 0) - (one?.values[interval] ?? 0))
        const fits = (name: string) => (persons[name] as { city?: string }).city ?? null
        if (!other) expect(found.every((name) => fits(name) === value)).toBe(true)
        listed.push(...found)
      }
      expect(listed.sort()).toEqual(stored?.toSorted())
    }),
    { numRuns: runs(8) },
  )
})

test('says how many values of each cohort are over, by every clock and mode, whichever store answers', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        period: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
        timezone: fc.constantFrom('Asia/Shanghai', 'America/Los_Angeles'),
        intervals: fc.integer({ min: 1, max: 5 }),
        brackets: fc.option(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }), { nil: undefined }),
        where: fc.constantFrom({ and: [] }, undefined),
      }),
      fc.integer({ min: -5 * 24, max: 200 * 24 }),
      async ({ brackets, ...asked }, hours) => {
        const from = DateTime.fromISO('2026-03-02', { zone: asked.timezone }).startOf(asked.period)
        const now = from.plus({ hours })
        workspace.setNow(now.toJSDate())
        const { cohorts, complete } = await run([], { ...asked, ...(brackets ? { mode: 'brackets', brackets } : {}) })
        const isOver = (interval: number) => from.plus({ [asked.period]: interval + 1 }) <= now
        const lastOf = (k: number) => (brackets ? brackets.slice(0, k).reduce((sum, length) => sum + length, 0) : k)
        const expected = cohorts.map(({ values }, c) => values.filter((_, k) => isOver(c + lastOf(k))).length)
        expect(complete).toEqual(cohorts.every(({ values }, c) => values.length === expected[c]) ? undefined : expected)
      },
    ),
    { numRuns: runs(20) },
  )
  workspace.setNow('2026-11-22T00:00:00Z')
})
