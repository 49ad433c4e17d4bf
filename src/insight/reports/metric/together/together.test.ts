import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { openScope } from '../../run.ts'
import type { Scope } from '../../scope.ts'
import { loadWorld, type TestEvent } from '../../testing.ts'
import { metricCatalogue } from '../catalogue.ts'
import { countPart } from '../count.ts'
import type { Counted } from '../counted.ts'
import { metricReport } from '../schema.ts'
import { type Spans, spansOf } from '../spans.ts'
import { countParts } from './together.ts'

// Parts counted together, out of stores or not, come to what each of them comes to out of the events by itself.

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-03-20T00:00:00.000Z')
})

const employees = fc.constantFrom('x', 'y')
const kinds = fc.oneof(
  fc.record({
    event: fc.constant('customer.followed'),
    properties: fc.record({ employee: employees, again: fc.boolean(), channel: fc.constantFrom('1', '') }),
  }),
  fc.record({
    event: fc.constant('customer.unfollowed'),
    properties: fc.record({ employee: employees, by: fc.constantFrom('customer', 'employee', 'transfer') }),
  }),
  fc.record({
    event: fc.constantFrom('order.paid', 'order.amended', 'order.refunded', 'order.placed'),
    properties: fc.record({ amount: fc.constantFrom(0, 150, 300), items: fc.constantFrom(1, 2), currency: fc.constant('CNY') }),
  }),
  fc.record({ event: fc.constantFrom('group.joined', 'group.left'), properties: fc.record({ chat: fc.constantFrom('1', '2') }) }),
  fc.record({
    event: fc.constantFrom('page.viewed', 'message.received', 'group_message.sent', 'checkin.done', 'welcome.sent', 'live_code.viewed'),
    properties: fc.constant({}),
  }),
)

/** Around the night when Los Angeles puts its clocks forward; nobody known does things too. */
const worlds = fc.record({
  zone: fc.constantFrom('Asia/Shanghai', 'America/Los_Angeles'),
  facts: fc.uniqueArray(fc.tuple(fc.integer({ min: -45 * 24, max: 12 * 24 }), fc.constantFrom('a', 'b', 'c', 'd', 'e', ''), kinds), {
    minLength: 20,
    maxLength: 90,
    selector: ([at]) => at,
  }),
  merges: fc.constantFrom<Record<string, string>[]>({}, { b: 'a' }, { c: 'a', d: 'a' }),
  interval: fc.constantFrom('day', 'week', 'month', 'period'),
  compare: fc.constantFrom('previous_period', 'previous_year', undefined),
  weekStart: fc.constantFrom('monday', 'sunday'),
  among: fc.constantFrom(undefined, undefined, ['a', 'e']),
})

const origin = Date.parse('2026-03-05T08:30:00Z')

test('parts that are counted together come to the same', { timeout: 120_000 }, async () => {
  const routes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(worlds, async ({ zone, facts, merges, ...asked }) => {
      const ctx = await workspace.newTenant({ timezone: zone })
      const events = facts.map(
        ([hours, person, kind]): TestEvent => ({ person, timestamp: new Date(origin + hours * 3_600_000).toISOString(), ...kind }),
      )
      const { ids } = await loadWorld(ctx, { events, merges })
      const report = metricReport.parse({ type: 'metric', metric: 'several', dateFrom: '2026-03-04', dateTo: '2026-03-15', ...asked })
      const { scope } = await openScope(ctx, report, { nameOf: String, personOf: (name) => ids.get(name) ?? 0 }, (route) =>
        routes.add(route),
      )
      const spans = spansOf(scope, report)
      const countOf = countParts({ scope, report }, spans, metricCatalogue)
      for (const metric of fc.sample(fc.constantFrom(...metricCatalogue), 4))
        for (const part of metric.parts) {
          const alone = await countPart({ scope: eventsOnly(scope), report }, spans, metric, part, undefined)
          expect([metric.key, numbersOf(await countOf(part), spans)]).toEqual([metric.key, numbersOf(alone, spans)])
        }
    }),
    { numRuns: runs(3) },
  )
  expect([...routes]).toEqual(['active'])
})

/** No store may be asked: every day is marked. */
const eventsOnly = (scope: Scope): Scope => ({
  ...scope,
  stores: { ...scope.stores, dirty: [{ first: '1970-01-01', last: '2149-06-06' }] },
})

const numbersOf = (counted: Counted, { now, before }: Spans): unknown => [
  counted.currency,
  ...[now, ...(before ? [before] : [])].flatMap(({ isNow, buckets }) =>
    ['', ...buckets.map(({ key }) => key)].map((key) => `${isNow} ${key} ${counted.at(isNow, key)}`),
  ),
]
