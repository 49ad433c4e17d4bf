import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent, type World } from '../testing.ts'
import { removalEffects } from './markov.ts'
import { attributeByHand, type Expected } from './oracle.ts'
import { type AttributionResult, attributionModels } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const base = {
  type: 'attribution',
  dateFrom: '2026-03-01',
  dateTo: '2026-03-31',
  timezone: 'UTC',
  conversion: { event: 'buy' },
  touchpoint: { event: 'visit', property: 'source' },
}
const at = (day: number, event: string, properties: object = {}, person = 'a'): TestEvent => ({
  person,
  event,
  timestamp: new Date(Date.UTC(2026, 2, 1, 12) + day * 86_400_000).toISOString(),
  properties: { ...properties },
})
const run = async (world: World, report: object = {}) =>
  (await loadWorld(await workspace.newTenant(), world)).run<AttributionResult>({ ...base, ...report })
const creditOf = ({ rows }: AttributionResult, model: (typeof attributionModels)[number]) =>
  Object.fromEntries(rows.map((row) => [row.touchpoint ?? 'none', row[model]]))

describe('attribution', () => {
  const journey = [
    at(1, 'visit', { source: 'ad' }),
    at(3, 'visit', { source: 'chat' }),
    at(10, 'visit', { source: 'direct' }),
    at(10, 'buy'),
  ]

  test('gives one conversion to its touches as each model says', async () => {
    const result = await run({ events: journey })
    expect(result).toMatchObject({ conversions: 1, value: null, withoutConversion: 0, open: 0, base: 1 })
    expect(creditOf(result, 'first')).toEqual({ ad: 1, chat: 0, direct: 0 })
    expect(creditOf(result, 'last')).toEqual({ ad: 0, chat: 0, direct: 1 })
    expect(creditOf(result, 'last_non_direct')).toEqual({ ad: 0, chat: 1, direct: 0 })
    expect(creditOf(result, 'position')).toEqual({ ad: 0.4, chat: 0.2, direct: 0.4 })
    expect(creditOf(result, 'linear')).toEqual({ ad: 0.333334, chat: 0.333333, direct: 0.333333 })
  })

  test('a touch a half life earlier weighs half', async () => {
    const events = [at(3, 'visit', { source: 'ad' }), at(10, 'visit', { source: 'chat' }), at(12, 'buy')]
    expect(creditOf(await run({ events }), 'time_decay')).toEqual({ ad: 0.333333, chat: 0.666667 })
  })

  test('looks back as far as the window and no further, also before the dates', async () => {
    const events = [
      at(-6, 'visit', { source: 'early' }),
      at(-5, 'visit', { source: 'before' }),
      at(0, 'visit', { source: 'in' }),
      at(2, 'buy'),
    ]
    expect(creditOf(await run({ events }, { windowDays: 7 }), 'linear')).toEqual({ before: 0.5, in: 0.5 })
  })

  test('conversions without a touch stand in a row of their own, and persons behind every number', async () => {
    const events = [...journey, at(5, 'buy', {}, 'b'), at(5, 'visit', { source: 'ad' }, 'c')]
    const result = await run({ events }, { persons: { touchpoint: null } })
    expect(creditOf(result, 'markov').none).toBe(1)
    expect(result.persons).toEqual(['b'])
    expect((await run({ events }, { persons: { touchpoint: 'ad' } })).persons).toEqual(['a'])
    expect((await run({ events }, { persons: { touchpoint: 'ad', of: 'touched' } })).persons).toEqual(['a', 'c'])
    expect((await run({ events }, { persons: {} })).persons).toEqual(['a', 'b'])
    expect((await run({ events }, { limit: 1, persons: { other: true } })).persons).toEqual(['a'])
  })

  test('amounts of orders are major units, divided to the last cent', async () => {
    const events = [
      at(1, 'visit', { source: 'ad' }),
      at(2, 'visit', { source: 'chat' }),
      at(3, 'visit', { source: 'code' }),
      at(4, 'order.paid', { amount: 1000, currency: 'CNY' }),
    ]
    const result = await run({ events }, { conversion: { event: 'order.paid', value: 'amount' }, models: ['linear'] })
    expect(result).toMatchObject({ value: 10, currency: 'CNY' })
    expect(result.rows.map(({ values }) => values?.linear)).toEqual([3.34, 3.33, 3.33])
  })

  test('paths longer than two hundred touches keep their first and their latest', async () => {
    const many = Array.from({ length: 250 }, (_, i) => at(2 + i / 100, 'visit', { source: i === 0 ? 'first' : 'many' }))
    const result = await run({ events: [...many, at(6, 'buy')] })
    expect(result.cut).toBe(1)
    expect(creditOf(result, 'linear')).toEqual({ first: 0.005, many: 0.995 })
  })

  test('a touch whose window has not ended is open, neither a success nor a failure', async () => {
    workspace.setNow('2026-03-20T00:00:00Z')
    const events = [at(1, 'visit', { source: 'ad' }), at(15, 'visit', { source: 'ad' }, 'b')]
    expect(await run({ events }, { windowDays: 10 })).toMatchObject({ withoutConversion: 1, open: 1, base: 0 })
    workspace.setNow('2026-11-01T00:00:00Z')
  })

  test.each([
    [{ windowDays: 0 }, 'windowDays'],
    [{ models: ['best'] }, 'models.0'],
    [{ models: ['last', 'last'] }, 'models'],
    [{ models: [] }, 'models'],
    [{ touchpoint: { event: 'visit' } }, 'touchpoint.property'],
    [{ conversion: { event: 'buy', amount: 'x' } }, 'conversion.amount'],
    [{ halfLifeDays: 0 }, 'halfLifeDays'],
    [{ limit: 1000 }, 'limit'],
    [{ persons: { touchpoint: null, of: 'touched' } }, 'persons.of'],
    [{ dateTo: '2026-02-01' }, 'dateTo'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { ...base, ...wrong })).rejects.toMatchObject({ field })
  })
})

const act = fc.record({
  isTouch: fc.boolean(),
  quarter: fc.integer({ min: -60 * 4, max: 60 * 4 }),
  source: fc.constantFrom('ad', 'chat', 'direct', '', undefined),
  amount: fc.integer({ min: 0, max: 50 }),
  test: fc.boolean(),
})
const worlds = fc.array(fc.uniqueArray(act, { maxLength: 9, selector: ({ quarter, isTouch }) => `${quarter}${isTouch}` }), {
  minLength: 6,
  maxLength: 12,
})

test('agrees with attributing by hand on random worlds', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(worlds, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 3, max: 12 }), async (people, windowDays, halfLifeDays) => {
      const now = Date.parse('2026-04-10T00:00:00Z')
      workspace.setNow(new Date(now))
      const events = people.flatMap((acts, i) =>
        acts.map(({ isTouch, quarter, source, amount, test }) =>
          at(quarter / 4, isTouch ? 'visit' : 'buy', isTouch ? (source === undefined ? {} : { source }) : { amount, test }, `p${i}`),
        ),
      )
      const conversion = { event: 'buy', value: 'amount', where: { test: { ne: true } } }
      const found = await run({ events }, { conversion, windowDays, halfLifeDays })
      const dayMs = 86_400_000
      const expected = attributeByHand(events, {
        from: Date.parse('2026-03-01T00:00:00Z'),
        to: Date.parse('2026-04-01T00:00:00Z'),
        now,
        windowMs: windowDays * dayMs,
        halfLifeMs: halfLifeDays * dayMs,
        direct: ['direct'],
      })
      expectSame(found, expected)
    }),
    { numRuns: runs(10) },
  )
  workspace.setNow('2026-11-01T00:00:00Z')
})

const busy = fc.record({
  touches: fc.uniqueArray(fc.record({ minute: fc.nat(40_000), source: fc.constantFrom('ad', 'chat', 'direct') }), {
    ...{ minLength: 150, maxLength: 700, size: 'max' },
    selector: ({ minute }) => minute,
  }),
  buys: fc.uniqueArray(fc.nat(50_000), { maxLength: 25 }),
  windowDays: fc.constantFrom(1, 7, 15, 60),
})

test('somebody with many touches and conversions: agrees with attributing by hand', async () => {
  await fc.assert(
    fc.asyncProperty(busy, async ({ touches, buys, windowDays }) => {
      const now = Date.parse('2026-05-10T00:00:00Z')
      workspace.setNow(new Date(now))
      const events = [
        ...touches.map(({ minute, source }) => at(minute / 1440 - 2, 'visit', { source }, 'busy')),
        ...buys.map((minute, i) => at(minute / 1440 - 2, 'buy', { amount: i }, 'busy')),
        at(3, 'visit', { source: 'ad' }, 'other'),
        at(3.5, 'buy', { amount: 3 }, 'other'),
      ]
      const found = await run({ events }, { conversion: { event: 'buy', value: 'amount' }, windowDays })
      const [from, to] = [Date.parse('2026-03-01T00:00:00Z'), Date.parse('2026-04-01T00:00:00Z')]
      const day = 86_400_000
      expectSame(found, attributeByHand(events, { from, to, now, windowMs: windowDays * day, halfLifeMs: 7 * day, direct: ['direct'] }))
    }),
    { numRuns: runs(6) },
  )
  workspace.setNow('2026-11-01T00:00:00Z')
})

test('ten thousand touches times ten thousand conversions of one person have an answer', async () => {
  const ctx = await workspace.newTenant()
  const each = (event: string, second: number, properties: string) =>
    ctx.clickhouse.command(
      `insert into events (tenant, person, at, day, name, id, properties, received_at, load)
       select {tenant:UInt32}, 1, toDateTime64('2026-03-02 00:00:00', 3, 'UTC') + toIntervalSecond(number * 20 + {second:UInt32}) as at, toDate(at), {event:String},
         generateUUIDv4(), map(${properties}), at, 0 from numbers(10000)`,
      { tenant: ctx.tenantId, event, second },
    )
  await each('visit', 0, "'source', if(number % 4 = 0, 'ad', 'chat')")
  await each('buy', 10, "'amount', '1'")
  const names = { nameOf: String, personOf: Number }
  const found = (await runReport(ctx, { ...base, conversion: { event: 'buy', value: 'amount' } }, names)).result as AttributionResult
  expect(found).toMatchObject({ conversions: 10_000, value: 10_000, cut: 9800 })
  expect(creditOf(found, 'first')).toEqual({ ad: 10_000, chat: 0 })
  expect(creditOf(found, 'last')).toEqual({ ad: 2500, chat: 7500 })
})

/** Every figure of the report against attributing by hand. */
function expectSame(found: AttributionResult, expected: Expected): void {
  const { conversions, value, withoutConversion, open, cut } = expected
  expect(found).toMatchObject({ conversions, value, withoutConversion, open, cut })
  const names = [...new Set(found.rows.map(({ touchpoint }) => touchpoint))]
  const index = new Map(names.map((name, i) => [name, i]))
  const { effects } = removalEffects(
    expected.journeys.map(({ touches, ...rest }) => ({ ...rest, touches: touches.map((one) => index.get(one) ?? -1) })),
    names.length,
  )
  const lost = effects.reduce((sum, one) => sum + one, 0)
  const alone = expected.credits.get('linear')?.get(null) ?? 0
  for (const row of found.rows) {
    const touchpoint = row.touchpoint
    expect(row.converted).toBe(expected.converted.get(touchpoint)?.size ?? 0)
    expect(row.touches).toBe(touchpoint === null ? 0 : (expected.touches.get(touchpoint) ?? 0))
    expect(row.touched).toBe(touchpoint === null ? 0 : (expected.touched.get(touchpoint)?.size ?? 0))
    for (const model of attributionModels) {
      const markov = touchpoint === null ? alone : ((effects[index.get(touchpoint) ?? 0] ?? 0) / (lost || 1)) * (conversions - alone)
      const credit = model === 'markov' ? markov : (expected.credits.get(model)?.get(touchpoint) ?? 0)
      expect(Math.abs((row[model] ?? 0) - credit)).toBeLessThan(2e-6)
      if (model !== 'markov')
        expect(Math.abs((row.values?.[model] ?? 0) - (expected.values.get(model)?.get(touchpoint) ?? 0))).toBeLessThan(2e-6)
    }
  }
  for (const model of attributionModels)
    expect(found.rows.reduce((sum, row) => sum + Math.round((row[model] ?? 0) * 1e6), 0)).toBe(conversions * 1e6)
}
