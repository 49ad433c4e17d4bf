import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import { attemptsOf, deepest } from './attempts.ts'
import { type OracleEvent, type OracleReport, oracleDepth } from './oracle.ts'
import { windowEnd } from './query.ts'
import type { FunnelResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

/** `a 09:00 view, 09:05 buy{product:x}` on 2026-03-02 in Shanghai; `+n` days before the hour. */
function day(...lines: string[]): TestEvent[] {
  return lines.flatMap((line) => {
    const [person = '', ...rest] = line.split(' ')
    return rest
      .join(' ')
      .split(', ')
      .map((one) => {
        const [, days, time, event = '', properties] = /^(?:\+(\d+) )?(\d\d:\d\d) ([\w.]+)(?:\{(.*)\})?$/.exec(one) ?? []
        const at = new Date(Date.parse(`2026-03-02T${time}:00+08:00`) + Number(days ?? 0) * 86_400_000)
        return {
          person,
          event,
          timestamp: at.toISOString(),
          properties: Object.fromEntries(
            (properties ?? '')
              .split(';')
              .filter(Boolean)
              .map((pair) => pair.split(':')),
          ),
        }
      })
  })
}

const steps = (...names: string[]) => names.map((event) => ({ event }))
const base = { type: 'funnel', dateFrom: '2026-03-02', dateTo: '2026-03-02' }
const run = async (events: TestEvent[], report: object, persons = {}): Promise<FunnelResult> =>
  (await loadWorld(await workspace.newTenant(), { events, persons })).run<FunnelResult>({ ...base, ...report })
const counts = async (events: TestEvent[], report: object) => (await run(events, report)).steps.map(({ count }) => count)

describe('funnel', () => {
  test('counts a person once, at the deepest step from any start', async () => {
    const events = day('a 09:00 view, 09:10 view, 09:20 buy', 'b 09:00 view', 'c 09:00 buy')
    expect(await run(events, { steps: steps('view', 'buy') })).toEqual({
      steps: [
        { count: 2, inProgress: 0, averageSeconds: null, medianSeconds: null },
        { count: 1, inProgress: 0, averageSeconds: 1200, medianSeconds: 1200 },
      ],
    })
  })

  test('averages and medians are of the waits from the step before', async () => {
    const events = day('a 09:00 view, 09:01 buy', 'b 09:00 view, 09:02 buy', 'c 09:00 view, 09:09 buy', 'd 09:00 view, 09:04 buy')
    expect((await run(events, { steps: steps('view', 'buy') })).steps[1]).toMatchObject({ averageSeconds: 240, medianSeconds: 180 })
  })

  test('the edge of the window belongs to it', async () => {
    const events = day('a 09:00 view, 10:00 buy', 'b 09:00 view, 10:01 buy')
    expect(await counts(events, { steps: steps('view', 'buy'), window: { value: 1, unit: 'hour' } })).toEqual([2, 1])
  })

  test('a month is a calendar month of the zone', async () => {
    const events = day('a 00:00 view, +31 00:00 buy', 'b 00:00 view, +31 00:01 buy')
    expect(await counts(events, { steps: steps('view', 'buy'), window: { value: 1, unit: 'month' } })).toEqual([2, 1])
  })

  test('strict lets nothing lie between, any order takes the steps as they come', async () => {
    const events = day('a 09:00 view, 09:05 buy', 'b 09:00 view, 09:01 other, 09:05 buy', 'c 09:00 buy, 09:05 view')
    expect(await counts(events, { steps: steps('view', 'buy'), order: 'strict' })).toEqual([3, 1])
    expect(await counts(events, { steps: steps('view', 'buy'), order: 'unordered' })).toEqual([3, 3])
    expect(await counts(events, { steps: steps('view', 'buy') })).toEqual([3, 2])
  })

  test('repeated steps need as many events', async () => {
    const events = day('a 09:00 view', 'b 09:00 view, 09:01 view', 'c 09:00 view, 09:01 view, 09:02 view')
    for (const order of ['ordered', 'strict', 'unordered'])
      expect(await counts(events, { steps: steps('view', 'view', 'view'), order })).toEqual([3, 2, 1])
  })

  test('an exclusion voids its attempt, another start may succeed', async () => {
    const events = day(
      'a 09:00 view, 09:01 leave, 09:02 buy',
      'b 09:00 view, 09:01 leave, 09:02 view, 09:03 buy',
      'c 09:00 view, 09:02 buy, 09:03 leave',
      'd 09:00 leave, 09:01 view',
    )
    expect(await counts(events, { steps: steps('view', 'buy'), exclusions: [{ event: 'leave', fromStep: 0, toStep: 1 }] })).toEqual([3, 2])
  })

  test('held properties have one value in all steps', async () => {
    const events = day('a 09:00 view{p:x}, 09:01 buy{p:y}', 'b 09:00 view{p:x}, 09:01 view{p:y}, 09:02 buy{p:y}', 'c 09:00 view, 09:01 buy')
    expect(await counts(events, { steps: steps('view', 'buy'), holding: ['p'] })).toEqual([3, 1])
  })

  test('only the first step must lie in the dates, unless all must', async () => {
    const events = day('a 23:50 view, +1 00:10 buy', 'b +1 00:10 view, +1 00:20 buy')
    expect(await counts(events, { steps: steps('view', 'buy') })).toEqual([1, 1])
    expect(await counts(events, { steps: steps('view', 'buy'), range: 'every_step' })).toEqual([1, 0])
  })

  test('lists who reached a step and who dropped off before it', async () => {
    const events = day('a 09:00 view, 09:01 buy', 'b 09:00 view')
    expect((await run(events, { steps: steps('view', 'buy'), persons: { step: 1 } })).persons).toEqual(['a'])
    expect((await run(events, { steps: steps('view', 'buy'), persons: { step: 1, dropped: true } })).persons).toEqual(['b'])
    expect((await run(events, { steps: steps('view', 'buy'), persons: { step: 0 } })).persons).toEqual(['a', 'b'])
  })

  test('whoever still has time is in progress and has not dropped off', async () => {
    const events = day('a 09:00 view', 'b 01:00 view', 'c 09:00 view, 09:01 buy')
    workspace.setNow('2026-03-02T10:00:00+08:00')
    const result = await run(events, {
      steps: steps('view', 'buy'),
      window: { value: 2, unit: 'hour' },
      persons: { step: 1, dropped: true },
    })
    workspace.setNow('2026-11-22T10:00:00+08:00')
    expect(result).toMatchObject({
      steps: [
        { count: 3, inProgress: 1 },
        { count: 1, inProgress: 0 },
      ],
      persons: ['b'],
    })
  })

  test('the trend counts people by the interval they started in', async () => {
    const events = day('a 09:00 view, 09:01 buy, +1 09:00 view', 'b +1 09:00 view, +1 09:01 buy')
    const { trend } = await run(events, {
      dateTo: '2026-03-04',
      steps: steps('view', 'buy'),
      trend: 'day',
      window: { value: 1, unit: 'hour' },
    })
    expect(trend).toEqual([
      { start: '2026-03-02', steps: [{ count: 1 }, { count: 1 }], conversionRate: 1 },
      { start: '2026-03-03', steps: [{ count: 2 }, { count: 1 }], conversionRate: 0.5 },
      { start: '2026-03-04', steps: [{ count: 0 }, { count: 0 }], conversionRate: null },
    ])
  })

  test('breakdowns put a person under one value, by touch, step or person', async () => {
    const long = { person: 'a', event: 'view', timestamp: '2020-01-01T00:00:00Z', properties: { q: 'z' } }
    const events = [...day('a 09:00 view{p:x}, 09:01 buy{p:y}', 'b 09:00 view, 09:01 buy{p:y}', 'c 09:00 view{p:x}'), long]
    const split = async (breakdown: object, persons = {}) =>
      (await run(events, { steps: steps('view', 'buy'), breakdown }, persons)).breakdown?.map(({ value, steps }) => [
        value,
        ...steps.map(({ count }) => count),
      ])
    expect(await split({ property: 'p' })).toEqual([
      ['x', 2, 1],
      ['y', 1, 1],
    ])
    expect(await split({ property: 'p', attribution: 'last_touch' })).toEqual([
      ['y', 2, 2],
      ['x', 1, 0],
    ])
    expect(await split({ property: 'p', attribution: 'step:1' })).toEqual([['y', 2, 2]])
    expect(await split({ property: 'p', attribution: 'step:0' })).toEqual([
      ['x', 2, 1],
      [null, 1, 1],
    ])
    expect(await split({ property: 'p', attribution: 'all_steps' })).toEqual([
      ['x', 2, 0],
      [null, 1, 0],
    ])
    const values = day('a 09:00 view{p:x}, 09:01 view{p:y}, 09:02 view{p:z}, 09:03 buy{p:z}', 'b 09:00 view{p:x}', 'c 09:00 view{p:y}')
    const all = { steps: steps('view', 'buy'), breakdown: { property: 'p', attribution: 'all_steps', limit: 1 } }
    expect((await run(values, all)).breakdown?.map(({ value, steps }) => [value, ...steps.map(({ count }) => count)])).toEqual([
      ['x', 2, 0],
      ['Other', 2, 1],
    ])
    expect(await split({ properties: ['p', 'q'], limit: 1 })).toEqual([
      [['x', null], 2, 1],
      ['Other', 1, 1],
    ])
    expect(await split({ property: 'level', scope: 'person' }, { a: { level: 'gold' } })).toEqual([
      [null, 2, 1],
      ['gold', 1, 1],
    ])
  })

  test.each([
    [{ steps: [] }, 'steps'],
    [{ steps: Array.from({ length: 10_000 }, () => ({ event: 'x' })) }, 'steps'],
    [{ window: { value: 0, unit: 'day' } }, 'window.value'],
    [{ window: { value: 1, unit: 'eon' } }, 'window.unit'],
    [{ order: 'sideways' }, 'order'],
    [{ exclusions: [{ event: 'x', fromStep: 1, toStep: 0 }] }, 'exclusions.0.toStep'],
    [{ exclusions: [{ event: 'x', fromStep: 0, toStep: 2 }] }, 'exclusions.0.toStep'],
    [{ persons: { step: 5 } }, 'persons.step'],
    [{ persons: { step: 0, dropped: true } }, 'persons.step'],
    [{ persons: { step: 1, inProgress: true } }, 'persons.step'],
    [{ persons: { step: 1, dropped: true, inProgress: true } }, 'persons.inProgress'],
    [{ persons: { step: 1, value: 'x' } }, 'persons.value'],
    [{ persons: { step: 1, value: 'x' }, breakdown: { properties: ['p', 'q'] } }, 'persons.value'],
    [{ persons: { step: 1, interval: 0 } }, 'persons.interval'],
    [{ persons: { step: 1, interval: 9 }, trend: 'day' }, 'persons.interval'],
    [{ persons: { step: 0, interval: 0, inProgress: true }, trend: 'day' }, 'persons.interval'],
    [{ breakdown: { property: 'p', attribution: 'step:9' } }, 'breakdown.attribution'],
    [{ breakdown: { attribution: 'first_touch' } }, 'breakdown'],
    [{ among: ['nobody'] }, 'among.0'],
    [{ dateTo: '2026-03-01' }, 'dateTo'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { ...base, steps: steps('view', 'buy'), ...wrong })).rejects.toMatchObject({
      field,
    })
  })
})

const hour = 3_600_000
const start = Date.parse('2026-03-02T00:00:00+08:00')

/** Few hours, few names, few values: ties, repeats and near misses everywhere. */
const world = fc.array(
  fc.record({
    event: fc.constantFrom('A', 'B', 'C', 'X'),
    hours: fc.integer({ min: -2, max: 28 }),
    p: fc.constantFrom(undefined, 'x', 'y'),
  }),
  { maxLength: 7 },
)

const reports = fc.record({
  steps: fc.array(
    fc.constantFrom('A', 'B', 'C', '*').map((event) => ({ event })),
    { minLength: 1, maxLength: 4 },
  ),
  order: fc.constantFrom('ordered' as const, 'strict' as const, 'unordered' as const),
  window: fc.constantFrom<OracleReport['window']>(
    { value: 1, unit: 'hour' },
    { value: 3, unit: 'hour' },
    { value: 9, unit: 'hour' },
    { value: 1, unit: 'day' },
    { value: 1, unit: 'month' },
  ),
  range: fc.constantFrom('first_step' as const, 'every_step' as const),
  holding: fc.constantFrom<string[]>([], ['p']),
  exclusions: fc.array(fc.record({ event: fc.constantFrom('X', 'C'), fromStep: fc.nat(2), toStep: fc.integer({ min: 1, max: 3 }) }), {
    maxLength: 2,
  }),
})

type Options = typeof reports extends fc.Arbitrary<infer T> ? T : never
type Acts = { event: string; hours: number; p: string | undefined }[]

const oracleReport = (options: Options): OracleReport => ({
  ...options,
  exclusions: options.exclusions.filter(({ fromStep, toStep }) => fromStep < toStep && toStep < options.steps.length),
  from: start,
  to: start + 24 * hour,
  zone: 'Asia/Shanghai',
})

const listOf = (acts: Acts): OracleEvent[] =>
  acts
    .map(({ event, hours, p }): OracleEvent => ({ event, ms: start + hours * hour, properties: p === undefined ? {} : { p } }))
    .sort((a, b) => a.ms - b.ms)

test('the rules agree with trying every choice of events, on random worlds with every option', { timeout: 120_000 }, () => {
  const mask = (matchers: { event: string }[], { event }: OracleEvent) =>
    matchers.reduce((bits, one, i) => bits | (one.event === '*' || one.event === event ? 1 << i : 0), 0)
  fc.assert(
    fc.property(world, reports, (acts, options) => {
      const report = oracleReport(options)
      const list = listOf(acts)
      const rules = {
        ...report,
        steps: report.steps.length,
        windowEnd: windowEnd(report.window, report.zone),
        everyStep: report.range === 'every_step',
      }
      const events = list.map((event) => ({
        ms: event.ms,
        steps: mask(report.steps, event),
        exclusions: mask(report.exclusions, event),
        held: report.holding.map((name) => event.properties[name] ?? null),
      }))
      expect(deepest(attemptsOf(events, rules), rules.steps)?.times ?? []).toEqual(oracleDepth(list, report).times)
    }),
    { numRuns: 5000 },
  )
})

test('and so does the whole way through ClickHouse', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(world, { minLength: 30, maxLength: 30 }), reports, async (people, options) => {
      const report = oracleReport(options)
      const lists = people.map(listOf)
      const found = lists.map((events) => oracleDepth(events, report))
      const events = lists.flatMap((list, i) =>
        list.map(({ event, ms, properties }) => ({ person: `p${i}`, event, timestamp: new Date(ms).toISOString(), properties })),
      )
      const { steps, persons } = await run(events, {
        ...options,
        exclusions: report.exclusions,
        persons: { step: options.steps.length - 1 },
      })
      for (const [i, { count, averageSeconds }] of steps.entries()) {
        const reached = found.filter(({ depth }) => depth > i)
        const waits = reached.map(({ times }) => ((times[i] ?? 0) - (times[i - 1] ?? 0)) / 1000)
        expect(count).toBe(reached.length)
        if (i === 0 || waits.length === 0) expect(averageSeconds).toBeNull()
        else expect(averageSeconds).toBeCloseTo(waits.reduce((sum, one) => sum + one, 0) / waits.length, 6)
      }
      expect(persons?.length).toBe(steps.at(-1)?.count)
    }),
    { numRuns: runs(15) },
  )
})

test('behind every number stand as many people: of each value, of those with time left, of each interval', {
  timeout: 300_000,
}, async () => {
  const asked = fc.record({ attribution: fc.constantFrom('first_touch', 'last_touch', 'step:0', 'all_steps'), now: fc.nat(30) })
  await fc.assert(
    fc.asyncProperty(fc.array(world, { minLength: 20, maxLength: 20 }), reports, asked, async (people, options, { attribution, now }) => {
      workspace.setNow(new Date(start + now * hour).toISOString())
      const report = oracleReport(options)
      const events = people.flatMap((acts, i) =>
        listOf(acts).map(({ event, ms, properties }) => ({ person: `p${i}`, event, timestamp: new Date(ms).toISOString(), properties })),
      )
      const { run } = await loadWorld(await workspace.newTenant(), { events })
      const document = { ...base, ...options, exclusions: report.exclusions }
      const split = { trend: 'hour', breakdown: { property: 'p', attribution, limit: 10 } }
      const whole = await run<FunnelResult>({ ...document, ...split })
      const behind = async (persons: object, more: object = split) =>
        (await run<FunnelResult>({ ...document, ...more, persons })).persons ?? []
      const step = options.steps.length - 1
      expect((await behind({ step })).length).toBe(whole.steps[step]?.count)
      if (step > 0) {
        expect((await behind({ step: step - 1, inProgress: true })).length).toBe(whole.steps[step - 1]?.inProgress)
        expect(await behind({ step: step - 1, inProgress: true }, {})).toEqual(await behind({ step: step - 1, inProgress: true }))
      }
      for (const { value, steps } of whole.breakdown ?? []) expect((await behind({ step, value })).length).toBe(steps[step]?.count)
      const started = (whole.trend ?? []).map(({ steps }, interval) => ({ steps, interval })).filter(({ steps }) => steps[0]?.count)
      for (const { steps, interval } of started.slice(-2)) expect((await behind({ step, interval })).length).toBe(steps[step]?.count)
      const { breakdown } = await run<FunnelResult>({
        ...document,
        breakdown: { ...split.breakdown, attribution: 'first_touch', limit: 1 },
      })
      const rest = breakdown?.find(({ other }) => other)
      const few = { breakdown: { property: 'p', limit: 1 } }
      if (rest) expect((await behind({ step: 0, other: true }, few)).length).toBe(rest.steps[0]?.count)
    }),
    { numRuns: runs(6) },
  )
  workspace.setNow('2026-11-22T10:00:00+08:00')
})
