import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { createInboxWriter } from '#platform/events/inbox.ts'
import { holdLoaderLock, loadOnce } from '#platform/events/loader.ts'
import { forgetTrails } from '#platform/events/trail-marks.ts'
import { holdLock } from '#platform/locks.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../reports/run.ts'
import { differingDays } from './compare.ts'
import { readStores } from './dirty.ts'
import { storeKeeper } from './rebuild.ts'
import type { Span } from './span.ts'
import { buildNext, type TrailRules } from './trail-builder.ts'
import { divideTrails } from './trails.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  // Days of the tests have come to their end.
  workspace.setNow('2027-01-01T00:00:00Z')
})

/** Nothing of an earlier test or world is built again. */
async function forgetEverything() {
  await pool().query('delete from trail_marks')
  await pool().query('delete from trails')
  await workspace.clickhouse.command('truncate table active')
}
beforeEach(forgetEverything)

const rules: TrailRules = { enoughEvents: 1, markedShare: 0, restMs: 0, graceMs: 0, eventsAtOnce: 10 }
const names = { nameOf: String, personOf: Number }
const persons = async (_tenant: number, references: { person?: string }[]) => references.map(({ person }) => Number(person))
const pool = () => workspace.databases.systemPool

type Sent = { person: number; name?: string; at: string; amount?: number; currency?: string }

const send = (ctx: Context, events: readonly Sent[]) =>
  createInboxWriter(workspace.databases).append(
    ctx.tenantId,
    events.map(({ person, name = 'a', at, ...properties }) => ({ name, person: String(person), at, properties })),
  )

async function load(ctx: Context, events: readonly Sent[]) {
  await send(ctx, events)
  while ((await loadOnce(workspace, persons)) > 0);
}

const buildAll = async (by = workspace, which = rules) => {
  await holdLock(by, 'liuliang.trails', async (holder) => {
    while (await buildNext(by, holder, which));
  })
}

/** An installation that dies before or after it has told ClickHouse something that the pattern fits. */
const dying = (pattern: RegExp, when: 'before' | 'after'): TestWorkspace => {
  const { clickhouse } = workspace
  const around = async (text: string, work: () => Promise<void>) => {
    const isMeant = pattern.test(text)
    if (!isMeant || when === 'after') await work()
    if (isMeant) throw new Error('killed')
  }
  return {
    ...workspace,
    clickhouse: {
      ...clickhouse,
      insert: (table, ...rest) => around(table, () => clickhouse.insert(table, ...rest)),
      command: (sql, params) => around(sql, () => clickhouse.command(sql, params)),
    },
  }
}

const funnel = { type: 'funnel', dateFrom: '2026-03-01', dateTo: '2026-03-31', steps: [{ event: 'a' }, { event: 'b' }] }
const ask = (ctx: Context, document: object = funnel) => runReport(ctx, document, names)

/** The report's route, after its answer was found to be that of the events. */
async function routeOf(ctx: Context, document: object = funnel): Promise<string> {
  const [kept, told] = [await ask(ctx, document), await ask(ctx, { ...document, where: { and: [] } })]
  expect({ document, result: kept.result }).toEqual({ document, result: told.result })
  expect(told.route).toBe('events')
  return kept.route
}

const markedDays = async (ctx: Context) => (await readStores(ctx)).trails.map(({ marked }) => marked)
const days = (...list: string[]) => list.map((day, i) => ({ person: i + 1, at: `2026-${day}T08:00:00Z` }))

describe('the answer of trails is that of the events', () => {
  const event = fc.record({
    person: fc.integer({ min: 0, max: 9 }),
    name: fc.constantFrom('a', 'b', 'c', 'order.paid', 'order.paid', 'order.refunded'),
    amount: fc.constantFrom(100, 250, 9900),
    currency: fc.constantFrom('CNY', 'CNY', 'CNY', 'USD'),
    hours: fc.integer({ min: 0, max: 24 * 40 }),
    edge: fc.constantFrom(0, 0, 1, -1, 600_000),
  })
  type Act = { person: number; name: string; amount: number; currency: string; hours: number; edge: number }
  type Dies = '' | 'before' | 'after'
  type Deed = { block: Act[]; dies?: Dies } | { build: Dies } | { spoil: true }
  const block = fc.array(event, { minLength: 1, maxLength: 25 })
  const deed = fc.oneof(
    { weight: 4, arbitrary: fc.record({ block, dies: fc.constantFrom('', '', 'before', 'after') }) },
    { weight: 2, arbitrary: fc.record({ build: fc.constantFrom('', '', 'before', 'after') }) },
    { weight: 1, arbitrary: fc.constant({ spoil: true }) },
  )
  const world = fc.record({
    zone: fc.constantFrom('Asia/Shanghai', 'UTC', 'America/Los_Angeles'),
    /** Where clocks move, and where years end. */
    origin: fc.constantFrom('2026-02-20T00:00:00Z', '2025-12-12T00:00:00Z', '2025-12-12T00:00:00Z'),
    first: fc.record({ block }),
    deeds: fc.array(deed, { minLength: 2, maxLength: 6 }),
    merges: fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 9 })), {
      maxLength: 3,
      selector: ([from]) => from,
    }),
    undone: fc.boolean(),
  })
  const frame = {
    first: fc.integer({ min: -5, max: 15 }),
    length: fc.integer({ min: 0, max: 40 }),
    timezone: fc.option(fc.constantFrom('Asia/Kolkata', 'UTC'), { nil: undefined }),
    among: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 9 }).map(String)), { nil: undefined }),
  }
  const step = fc.constantFrom('a', 'b', 'c').map((event) => ({ event }))
  const funnels = fc.record({
    type: fc.constant('funnel'),
    ...frame,
    steps: fc.oneof(fc.uniqueArray(step, { minLength: 1, maxLength: 3, selector: ({ event }) => event }), fc.constant([{ event: '*' }])),
    window: fc.constantFrom({ value: 2, unit: 'hour' }, { value: 9, unit: 'day' }),
    range: fc.constantFrom('first_step', 'every_step'),
    persons: fc.constant({ step: 0 }),
  })
  const walks = fc.record({
    type: fc.constant('paths'),
    ...frame,
    sessionGapMinutes: fc.constantFrom(60, 1440),
    stepLimit: fc.constantFrom(2, 5),
    collapseRepeats: fc.boolean(),
    startPoint: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
    includeEvents: fc.constantFrom([], ['a', 'b']),
    excludeEvents: fc.constantFrom([], ['c']),
    cleaning: fc.constantFrom([], [{ pattern: 'c', alias: 'b' }]),
  })
  const intervals = fc.record({
    type: fc.constant('interval'),
    ...frame,
    start: fc.constantFrom('a', '*').map((event) => ({ event })),
    end: step,
    match: fc.constantFrom('each', 'first'),
    persons: fc.constant({ open: true }),
  })

  const buyers = fc.record({
    type: fc.constant('rfm'),
    ...frame,
    currency: fc.constantFrom('CNY', 'USD'),
    amount: fc.constantFrom('net', 'gross'),
    rows: fc.boolean(),
  })

  async function act(ctx: Context, origin: string, one: Deed): Promise<void> {
    if ('spoil' in one) return spoil(ctx)
    if ('build' in one) {
      // Where nothing is to be built nobody is killed.
      if (one.build !== '') await buildAll(dying(/insert into trails/, one.build)).catch((error) => expect(error.message).toBe('killed'))
      return buildAll()
    }
    const { block, dies = '' } = one
    await send(
      ctx,
      block.map(({ hours, edge, ...rest }) => ({ ...rest, at: new Date(Date.parse(origin) + hours * 3_600_000 + edge).toISOString() })),
    )
    if (dies !== '') await expect(loadOnce(dying(/^events$/, dies), persons)).rejects.toThrow('killed')
    while ((await loadOnce(workspace, persons)) > 0);
  }

  /** On a marked day between its first and its last a build may hold anything: nobody reads it there. */
  async function spoil(ctx: Context) {
    for (const { build, marked, first, last } of (await readStores(ctx)).trails)
      for (const day of marked.filter((one) => first <= one && one <= last))
        await workspace.clickhouse.command(
          "insert into trails (tenant, build, name, person, currency, moments, amounts) select {tenant:UInt32}, {build:UInt64}, arrayJoin(['a', 'b', 'order.paid']), 3, 'CNY', [{moment:Int64}, {moment:Int64} + 60000], [700, 700]",
          { tenant: ctx.tenantId, build, moment: Date.parse(day) + 3_600_000 },
        )
  }

  test('in random worlds', { timeout: 300_000 }, async () => {
    const routes = new Set<string>()
    let marked = 0
    await fc.assert(
      fc.asyncProperty(
        world,
        fc.array(fc.oneof(funnels, walks, intervals, buyers), { minLength: 5, maxLength: 7 }),
        async ({ zone, origin, first, deeds, merges, undone }, reports) => {
          const ctx = await workspace.newTenant({ timezone: zone })
          for (const one of [first, { build: '' }, ...deeds] as Deed[]) await act(ctx, origin, one)
          const people = (version: number, counts: (from: number, to: number) => number) =>
            workspace.clickhouse.insert(
              'persons',
              merges.map(([from, to]) => ({ tenant: ctx.tenantId, person: from, canonical: counts(from, to), properties: {}, version })),
            )
          await people(1, (_from, to) => to)
          if (undone) await people(2, (from, to) => (from % 2 === 0 ? from : to))
          const dayAfter = (count: number) => new Date(Date.parse(origin) + count * 86_400_000).toISOString().slice(0, 10)
          for (const { first, length, ...report } of reports)
            routes.add(await routeOf(ctx, { ...report, dateFrom: dayAfter(first), dateTo: dayAfter(first + length) }))
          expect((await differingDays(ctx)).trails).toEqual([])
          marked += (await markedDays(ctx)).flat().length
          await forgetEverything()
        },
      ),
      { numRuns: runs(6) },
    )
    expect([...routes].sort()).toEqual(['events', 'trails'])
    expect(marked).toBeGreaterThan(0)
  })
})

describe('trails', () => {
  test('a late event marks its UTC day until the year is built again; the replaced build is gone after its grace', async () => {
    const ctx = await workspace.newTenant({ timezone: 'UTC' })
    await load(ctx, days('03-02', '03-09'))
    expect(await routeOf(ctx)).toBe('events')
    await buildAll()
    expect([await markedDays(ctx), await routeOf(ctx)]).toEqual([[[]], 'trails'])
    await load(ctx, [{ person: 1, name: 'b', at: '2026-03-03T23:59:59.999Z' }])
    expect([await markedDays(ctx), await routeOf(ctx)]).toEqual([[['2026-03-03']], 'trails'])
    await buildAll(workspace, { ...rules, markedShare: 0.5 })
    expect(await markedDays(ctx)).toEqual([['2026-03-03']])
    const [before] = (await readStores(ctx)).trails
    await buildAll(workspace, { ...rules, graceMs: 60_000 })
    expect([await markedDays(ctx), await routeOf(ctx)]).toEqual([[[]], 'trails'])
    const rowsOf = async (build = 0) =>
      (await workspace.clickhouse.rows<{ c: number }>('select count() as c from trails where build = {build:UInt64}', { build }))[0]?.c
    expect(await rowsOf(before?.build)).toBe(2)
    await buildAll()
    expect(await rowsOf(before?.build)).toBe(0)
  })

  test('what a killed loader has brought into ClickHouse lies on marked days already', async () => {
    const ctx = await workspace.newTenant()
    await load(ctx, days('03-02', '03-09'))
    await buildAll()
    await send(ctx, [{ person: 1, name: 'b', at: '2026-03-03T08:00:00Z' }])
    await expect(loadOnce(dying(/^events$/, 'after'), persons)).rejects.toThrow('killed')
    expect([await markedDays(ctx), await routeOf(ctx)]).toEqual([[['2026-03-03']], 'trails'])
    while ((await loadOnce(workspace, persons)) > 0);
    expect([await markedDays(ctx), await routeOf(ctx)]).toEqual([[['2026-03-03']], 'trails'])
  })

  test('a build of an earlier layout answers nothing and is built anew', async () => {
    const ctx = await workspace.newTenant()
    await load(ctx, days('03-02', '03-09'))
    await buildAll()
    await pool().query('update trails set layout = 1 where tenant_id = $1', [ctx.tenantId])
    expect(await routeOf(ctx)).toBe('events')
    await buildAll(workspace, { ...rules, markedShare: 1 })
    expect(await routeOf(ctx)).toBe('trails')
  })

  test('a year waits for its next build, and one of few events for its first', async () => {
    const ctx = await workspace.newTenant()
    await load(ctx, days('03-02', '03-09'))
    await buildAll(workspace, { ...rules, enoughEvents: 3 })
    expect(await markedDays(ctx)).toEqual([])
    await buildAll()
    await load(ctx, days('03-05'))
    await buildAll(workspace, { ...rules, restMs: 60_000 })
    expect(await markedDays(ctx)).toEqual([['2026-03-05']])
    await buildAll()
    expect(await markedDays(ctx)).toEqual([[]])
  })

  test('a day that is not over asks for no build, but is read from the events', async () => {
    const ctx = await workspace.newTenant()
    await load(ctx, days('03-02'))
    await buildAll()
    await load(ctx, [{ person: 2, at: '2026-12-31T10:00:00Z' }])
    workspace.setNow('2026-12-31T12:00:00Z')
    await buildAll()
    expect(await markedDays(ctx)).toEqual([['2026-12-31']])
    workspace.setNow('2027-01-01T00:00:00Z')
    await buildAll()
    expect(await markedDays(ctx)).toEqual([[]])
  })

  test('a build waits for loads that began before it, and holds what they bring', async () => {
    const ctx = await workspace.newTenant()
    await load(ctx, days('03-02'))
    await send(ctx, days('03-03'))
    await expect(loadOnce(dying(/^events$/, 'before'), persons)).rejects.toThrow('killed')
    const building = buildAll()
    while ((await pool().query('select from trails where tenant_id = $1', [ctx.tenantId])).rowCount === 0) await sleep(10)
    expect(await markedDays(ctx)).toEqual([])
    while ((await loadOnce(workspace, persons)) > 0);
    await building
    expect([await markedDays(ctx), await routeOf(ctx), (await differingDays(ctx)).trails]).toEqual([[[]], 'trails', []])
  })

  test.each([
    ['among its days', ['03-02', '03-05']],
    ['before and after them', ['03-01', '03-20']],
  ])('a load that begins while a year is built marks its days %s', async (_where, late) => {
    const ctx = await workspace.newTenant()
    const by = (factor: number, list: string[]) => days(...list).map((one) => ({ ...one, person: one.person * factor }))
    await load(ctx, by(10, ['03-02', '03-09']))
    const { clickhouse } = workspace
    const interrupted = {
      ...workspace,
      clickhouse: {
        ...clickhouse,
        command: async (sql: string, params?: object) => {
          if (/insert into trails/.test(sql)) await load(ctx, by(9, late))
          await clickhouse.command(sql, { ...params })
        },
      },
    }
    await holdLock(workspace, 'liuliang.trails', async (holder) => expect(await buildNext(interrupted, holder, rules)).toBe(true))
    expect([await markedDays(ctx), await routeOf(ctx)]).toEqual([[late.map((day) => `2026-${day}`)], 'trails'])
    const held = await workspace.clickhouse.rows(
      "select min(toDate(fromUnixTimestamp64Milli(arrayJoin(moments)), 'UTC')) >= '2026-03-02' as first, max(toDate(fromUnixTimestamp64Milli(arrayJoin(moments)), 'UTC')) <= '2026-03-09' as last from trails where tenant = {t:UInt32}",
      { t: ctx.tenantId },
    )
    expect(held).toEqual([{ first: 1, last: 1 }])
  })

  test.each(['before', 'after'] as const)('a builder killed %s its insert leaves nothing that counts, and nothing behind', async (when) => {
    const ctx = await workspace.newTenant()
    await load(ctx, days('03-02', '03-09'))
    await expect(buildAll(dying(/insert into trails/, when))).rejects.toThrow('killed')
    expect([await markedDays(ctx), await routeOf(ctx)]).toEqual([[], 'events'])
    await buildAll(workspace, { ...rules, restMs: 60_000 })
    expect(await markedDays(ctx)).toEqual([])
    await buildAll()
    expect([await markedDays(ctx), await routeOf(ctx)]).toEqual([[[]], 'trails'])
    const held = await workspace.clickhouse.rows('select distinct build from trails where tenant = {t:UInt32}', { t: ctx.tenantId })
    expect(held).toHaveLength(1)
  })

  test('what is forgotten while it is built does not count', async () => {
    const ctx = await workspace.newTenant()
    await load(ctx, days('03-02'))
    const { clickhouse } = workspace
    const interrupted = {
      ...workspace,
      clickhouse: {
        ...clickhouse,
        command: async (sql: string, params?: object) => {
          await clickhouse.command(sql, { ...params })
          if (/insert into trails/.test(sql)) await forgetTrails(pool(), ctx.tenantId)
        },
      },
    }
    await holdLock(workspace, 'liuliang.trails', async (holder) => expect(await buildNext(interrupted, holder, rules)).toBe(true))
    expect(await markedDays(ctx)).toEqual([])
  })

  test('while loads come from a version without marks the events answer; then their days are marked', async () => {
    const ctx = await workspace.newTenant()
    await load(ctx, days('03-02', '03-09'))
    await buildAll()
    await holdLoaderLock(workspace, (holder) => storeKeeper.taken(workspace, holder))
    await load(ctx, days('03-05', '03-09'))
    // As that version leaves it: no marks, and nothing noted but the load.
    await pool().query('delete from trail_marks where tenant_id = $1', [ctx.tenantId])
    await pool().query("update installation set value = (value::bigint - 1)::text where name = 'trails_load'")
    expect([await markedDays(ctx), await routeOf(ctx)]).toEqual([[], 'events'])
    await load(ctx, days('03-06'))
    expect(await routeOf(ctx)).toBe('events')
    await holdLoaderLock(workspace, (holder) => storeKeeper.taken(workspace, holder))
    expect([await markedDays(ctx), await routeOf(ctx)]).toEqual([[['2026-03-05', '2026-03-06', '2026-03-09']], 'trails'])
  })

  test('a build that is gone although it is said to count gives no answer', async () => {
    const ctx = await workspace.newTenant()
    await load(ctx, days('03-02'))
    await buildAll()
    const [one] = (await readStores(ctx)).trails
    await workspace.clickhouse.command(`alter table trails drop partition ${one?.build}`)
    await expect(ask(ctx)).rejects.toThrow('trails.gone')
    expect((await differingDays(ctx)).trails).toEqual(['2026-03-02'])
    await forgetTrails(pool(), ctx.tenantId)
    await buildAll()
    expect([await routeOf(ctx), (await differingDays(ctx)).trails]).toEqual(['trails', []])
  })

  test('properties, devices and a few days of a long year are the events’', async () => {
    const ctx = await workspace.newTenant()
    await load(ctx, days('01-02', '03-05', '12-30'))
    await buildAll()
    const whole = { ...funnel, dateFrom: '2026-01-01', dateTo: '2026-12-31' }
    expect([await routeOf(ctx, whole), await routeOf(ctx)]).toEqual(['trails', 'events'])
    expect((await ask(ctx, { ...whole, steps: [{ event: 'a', where: { $device: 'd1' } }] })).route).toBe('events')
    expect((await ask(ctx, { ...whole, trend: 'month' })).route).toBe('events')
    expect((await ask(ctx, { type: 'paths', dateFrom: '2026-01-01', dateTo: '2026-12-31', node: 'page' })).route).toBe('events')
  })
})

test('a span is divided into days of trails and instants of events without gap or overlap', () => {
  const day = fc
    .integer({ min: 0, max: 800 })
    .map((count) => new Date(Date.UTC(2024, 10, 1) + count * 86_400_000).toISOString().slice(0, 10))
  const instant = fc.option(
    fc.integer({ min: 0, max: 800 * 24 }).map((hours) => new Date(Date.UTC(2024, 10, 1) + hours * 3_600_000)),
    { nil: undefined },
  )
  fc.assert(
    fc.property(fc.array(day, { maxLength: 6 }), fc.subarray([2024, 2025, 2026]), instant, instant, (marked, years, from, to) => {
      const builds = years.map((year) => ({
        year,
        build: year,
        first: `${year}-01-01`,
        last: `${year}-12-31`,
        marked: marked.filter((one) => one.startsWith(String(year))),
      }))
      const { pieces, events } = divideTrails(builds, { from, to })
      const isWithin = (at: number, span: Span) =>
        (span.from?.getTime() ?? Number.NEGATIVE_INFINITY) <= at && at < (span.to?.getTime() ?? Number.POSITIVE_INFINITY)
      const wrong: string[] = []
      for (let hour = -30; hour < 830 * 24; hour += 11) {
        const at = Date.UTC(2024, 10, 1) + hour * 3_600_000
        const today = new Date(at).toISOString().slice(0, 10)
        const inTrails = pieces.filter(
          ({ build, days }) => String(build.year) === today.slice(0, 4) && days.some(({ first, last }) => first <= today && today <= last),
        ).length
        const inEvents = events.filter((span) => isWithin(at, span)).length
        const isRight = inTrails + inEvents === (isWithin(at, { from, to }) ? 1 : 0) && (inTrails === 0 || !marked.includes(today))
        if (!isRight) wrong.push(new Date(at).toISOString())
      }
      expect(wrong).toEqual([])
    }),
    { numRuns: runs(50) },
  )
})
