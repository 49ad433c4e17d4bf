import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { createInboxWriter } from '#platform/events/inbox.ts'
import { holdLoaderLock, loadOnce } from '#platform/events/loader.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../reports/run.ts'
import { rebuildSome } from './rebuild.ts'

// Whatever store answers, the answer is that of the events. A filter that lets everything pass is what sends a report there.

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const names = { nameOf: String, personOf: Number }
const persons = async (_tenant: number, references: { person?: string }[]) => references.map(({ person }) => Number(person))

/** Around where clocks move (8 March, 1 November in Los Angeles) and where years end, with hours that are other days elsewhere. */
const origins = ['2026-03-01T00:00:00Z', '2026-10-25T00:00:00Z', '2025-12-20T00:00:00Z']
const zones = ['Asia/Shanghai', 'UTC', 'America/Los_Angeles']

const event = fc.record({
  person: fc.integer({ min: 0, max: 12 }),
  name: fc.constantFrom('a', 'b', 'c'),
  hours: fc.integer({ min: 0, max: 24 * 30 }),
  edge: fc.constantFrom(0, 0, 1, -1, 1_800_000),
})
const world = fc.record({
  zone: fc.constantFrom(...zones),
  origin: fc.constantFrom(...origins),
  blocks: fc.array(fc.record({ events: fc.array(event, { minLength: 1, maxLength: 25 }), dies: fc.constantFrom(false, false, true) }), {
    minLength: 1,
    maxLength: 4,
  }),
  merges: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 7, max: 12 })), {
    maxLength: 4,
    selector: ([from]) => from,
  }),
  undone: fc.boolean(),
  dirty: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 3 }),
  rebuilt: fc.boolean(),
})

const matcher = fc.constantFrom('a', 'b', '*').map((event) => ({ event }))
const frame = {
  weekStart: fc.constantFrom('monday', 'sunday'),
  among: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 12 }).map(String)), { nil: undefined }),
}
const interval = fc.constantFrom('day', 'week', 'month')
const dates = { first: fc.integer({ min: -3, max: 20 }), length: fc.integer({ min: 0, max: 25 }) }
const retention = fc.record({
  type: fc.constant('retention'),
  ...frame,
  first: dates.first,
  start: matcher,
  return: fc.option(matcher, { nil: undefined }),
  cohort: fc.constantFrom('recurring', 'first_time_in_range', 'first_time_ever', 'first_time_matching'),
  period: interval,
  intervals: fc.integer({ min: 1, max: 8 }),
  mode: fc.constantFrom('on', 'on_or_after'),
  brackets: fc.option(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }), { nil: undefined }),
  minOccurrences: fc.constantFrom(1, 1, 2),
})
const lifecycle = fc.record({
  type: fc.constant('lifecycle'),
  ...frame,
  ...dates,
  event: fc.constantFrom('a', '*'),
  interval,
  persons: fc.option(fc.record({ interval: fc.constant(0), status: fc.constantFrom('new', 'returning', 'resurrected', 'dormant') }), {
    nil: undefined,
  }),
})
const stickiness = fc.record({
  type: fc.constant('stickiness'),
  ...frame,
  ...dates,
  event: fc.constantFrom('a', '*'),
  interval,
  persons: fc.option(fc.constant({ intervals: 1 }), { nil: undefined }),
})
const trend = fc.record({
  type: fc.constant('trend'),
  ...frame,
  ...dates,
  series: fc.array(fc.record({ event: fc.constantFrom('a', 'b', '*'), measure: fc.constantFrom('count', 'persons', 'per_person') }), {
    minLength: 1,
    maxLength: 3,
  }),
  interval: fc.constantFrom('day', 'week', 'month', 'period'),
  cumulative: fc.boolean(),
  compare: fc.option(fc.constant('previous_period'), { nil: undefined }),
  persons: fc.option(fc.record({ interval: fc.constant(0), series: fc.constant(0) }), { nil: undefined }),
})

const dayAfter = (origin: string, days: number) => new Date(Date.parse(origin) + days * 86_400_000).toISOString().slice(0, 10)

type Asked = { type: string; first: number; length?: number; mode?: string; brackets?: number[] | undefined }

function documentOf(origin: string, { first, length, ...report }: Asked): object {
  if (report.type === 'retention')
    return { ...report, from: dayAfter(origin, first), ...(report.brackets ? { mode: 'brackets' } : {}), persons: { cohort: 0 } }
  return { ...report, dateFrom: dayAfter(origin, first), dateTo: dayAfter(origin, first + (length ?? 0)) }
}

async function live(
  ctx: Context,
  { origin, blocks, merges, undone, dirty, rebuilt }: typeof world extends fc.Arbitrary<infer World> ? World : never,
) {
  for (const { events, dies } of blocks) {
    const sent = events.map(({ person, name, hours, edge }) => ({
      name,
      person: String(person),
      at: new Date(Date.parse(origin) + hours * 3_600_000 + edge).toISOString(),
      properties: {},
    }))
    await createInboxWriter(workspace.databases).append(ctx.tenantId, sent)
    if (dies) await expect(loadOnce(dying(), persons)).rejects.toThrow('killed')
    while ((await loadOnce(workspace, persons)) > 0);
  }
  const people = (version: number, keep: (from: number, to: number) => number) =>
    workspace.clickhouse.insert(
      'persons',
      merges.map(([from, to]) => ({ tenant: ctx.tenantId, person: from, canonical: keep(from, to), properties: {}, version })),
    )
  await people(1, (_from, to) => to)
  if (undone) await people(2, (from) => (from % 2 === 0 ? from : (merges.find(([one]) => one === from)?.[1] ?? from)))
  if (rebuilt) await rebuildAll()
  for (const day of dirty) await spoil(ctx, dayAfter(origin, day))
}

/** Dies after the insert, so that the block comes again. */
const dying = (): TestWorkspace => ({
  ...workspace,
  clickhouse: {
    ...workspace.clickhouse,
    insert: async (...parts) => {
      await workspace.clickhouse.insert(...parts)
      throw new Error('killed')
    },
  },
})

async function rebuildAll() {
  await workspace.databases.systemPool.query("update dirty_days set ready_at = now() - interval '1 second'")
  await holdLoaderLock(workspace, async (holder) => {
    while (await rebuildSome(workspace, holder));
  })
}

/** A marked day may hold anything in the stores: nobody reads it there. */
async function spoil(ctx: Context, day: string) {
  await workspace.databases.systemPool.query('select mark_dirty_days($1, $2, $2)', [ctx.tenantId, day])
  const params = { tenant: ctx.tenantId, day }
  await workspace.clickhouse.command(
    "insert into active select {tenant:UInt32}, arrayJoin(['*', 'a', 'b']), {day:Date}, bitmapBuild([3, 777]::Array(UInt32)), 5",
    params,
  )
  await workspace.clickhouse.command("insert into person_day select {tenant:UInt32}, arrayJoin(['a', 'b']), {day:Date}, 3, 5", params)
}

test('every store gives the answer of the events', { timeout: 300_000 }, async () => {
  const routes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      world,
      fc.array(fc.oneof(retention, lifecycle, stickiness, trend), { minLength: 6, maxLength: 10 }),
      async (made, reports) => {
        const ctx = await workspace.newTenant({ timezone: made.zone })
        await live(ctx, made)
        for (const report of reports) {
          const document = documentOf(made.origin, report)
          const [stored, told] = await Promise.all([
            runReport(ctx, document, names),
            runReport(ctx, { ...document, where: { and: [] } }, names),
          ])
          expect(told.route).toBe('events')
          expect({ document, result: stored.result }).toEqual({ document, result: told.result })
          routes.add(stored.route)
        }
      },
    ),
    { numRuns: runs(8) },
  )
  expect([...routes].sort()).toEqual(['active', 'person_day'])
})

test('another zone, hours and filters are answered by the events', async () => {
  const ctx = await workspace.newTenant()
  const base = { type: 'trend', dateFrom: '2026-03-01', dateTo: '2026-03-02', series: [{ event: 'a' }] }
  const routeOf = async (change: object) => (await runReport(ctx, { ...base, ...change }, names)).route
  expect(await routeOf({})).toBe('active')
  expect(await routeOf({ among: ['1'] })).toBe('person_day')
  for (const change of [
    { timezone: 'UTC' },
    { interval: 'hour' },
    { where: { city: '上海' } },
    { series: [{ event: 'a', where: { city: '上海' } }] },
    { series: [{ event: 'a', measure: 'sum(n)' }] },
    { breakdown: { property: 'city' } },
  ])
    expect(await routeOf(change)).toBe('events')
})
