import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { experimentExposed, messageSent } from '#operation/events.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, sendingTrial, type TestEvent, toldEvent } from '../testing.ts'
import type { BalanceResult } from './schema.ts'

let workspace: TestWorkspace
const dayMs = 86_400_000
const start = Date.parse('2026-03-01T00:00:00Z')
const now = Date.parse('2026-04-20T00:00:00Z')
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow(new Date(now))
})

const base = { type: 'balance', dateFrom: '2026-03-01', dateTo: '2026-03-31', timezone: 'UTC', repeatDays: 30 }
const act = (person: string, day: number, event: string, properties: Record<string, unknown> = {}): TestEvent => ({
  person,
  event,
  timestamp: new Date(start + day * dayMs).toISOString(),
  properties: { employee: 1, ...properties },
})
const follow = (person: string, day: number) => act(person, day, 'customer.followed')
const leave = (person: string, day: number) => act(person, day, 'customer.unfollowed')
const pay = (person: string, day: number, order: number, shopName = '天猫', amount = 100) =>
  act(person, day, 'order.paid', { order, amount, currency: 'CNY', items: 1, shop: 7, shopName })
const run = async (events: TestEvent[], report: object = {}) =>
  (await loadWorld(await workspace.newTenant(), { events })).run<BalanceResult>({ ...base, ...report })

describe('public and private domain', () => {
  const events = [
    ...[follow('a', 1), pay('a', 2, 1), pay('a', 12, 2), leave('a', 20), pay('a', 25, 3)],
    ...[pay('b', 3, 4), follow('b', 6), pay('b', 4, 5)],
    ...[pay('c', 5, 6, '京东'), pay('c', 13, 7, '京东', 300)],
    ...[pay('d', 29, 8)],
    ...[pay('', 8, 9)],
  ]

  test('an order is private whose buyer was a friend when paying', async () => {
    const result = await run(events, { interval: 'week' })
    expect(result.total).toEqual({
      private: { orders: 2, buyers: 1, amount: 2 },
      public: { orders: 7, buyers: 4, amount: 9 },
    })
    expect(result.intervals.map(({ start, private: own }) => [start, own.orders])).toEqual([
      ['2026-02-23', 0],
      ['2026-03-02', 1],
      ['2026-03-09', 1],
      ['2026-03-16', 0],
      ['2026-03-23', 0],
      ['2026-03-30', 0],
    ])
  })

  test('how many buyers of a shop are friends by now', async () => {
    expect((await run(events)).shops).toEqual([
      { shop: '天猫', buyers: 3, settled: 1 },
      { shop: '京东', buyers: 1, settled: 0 },
    ])
  })

  test('repeats after the days for joining; who still has time is in neither side', async () => {
    expect((await run(events)).repeat).toMatchObject({
      brought: { buyers: 2, repeated: 1 },
      not: { buyers: 1, repeated: 1 },
      open: 1,
      difference: -0.5,
    })
  })

  test('people behind the numbers', async () => {
    const people = async (persons: object) => (await run(events, { persons })).persons
    expect(await people({ domain: 'private' })).toEqual(['a'])
    expect(await people({ domain: 'public' })).toEqual(['a', 'b', 'c', 'd'])
    expect(await people({ domain: 'private', bucket: 3 })).toEqual([])
    expect(await people({ shop: '天猫', of: 'outside' })).toEqual(['a', 'd'])
    expect(await people({ brought: true, repeated: false })).toEqual(['b'])
  })

  test('orders of a shop that a private touch came before, and the proof by those held out by a trial on a message', async () => {
    const ctx = await workspace.newTenant()
    const experiment = await sendingTrial(ctx, { kind: 'message', id: 1 })
    const at = (day: number) => new Date(start + day * dayMs).toISOString()
    const dealt = (person: string, day: number, ghost: boolean) =>
      toldEvent(experimentExposed, person, at(day), { experiment, experimentName: '', variant: ghost ? 'holdout' : 'a', ghost })
    const sent = (person: string, day: number) => [
      dealt(person, day, false),
      toldEvent(messageSent, person, at(day), { source: 'message', sourceId: 1, content: 1, kind: 'marketing' }),
    ]
    const world = [
      ...[pay('a', 2, 1), ...sent('a', 3), pay('a', 9, 2), pay('a', 20, 3, '京东')],
      ...[pay('b', 2, 4), dealt('b', 4, true), pay('b', 6, 5)],
      ...[
        ...sent('c', 1),
        act('c', 5, 'order.paid', { order: 6, amount: 100, currency: 'CNY', items: 1, shop: 0 }),
        pay('c', 8.5, 7, '京东', 300),
      ],
      ...[...sent('d', 5), pay('d', 5, 8)],
    ]
    const loaded = await loadWorld(ctx, { events: world })
    const run = (report: object) => loaded.run<BalanceResult>({ ...base, ...report })
    const result = await run({ persons: { driven: '天猫' } })
    expect(result.driven).toEqual([
      { shop: '天猫', orders: 5, driven: 1, amount: 5, drivenAmount: 1 },
      { shop: '京东', orders: 2, driven: 0, amount: 4, drivenAmount: 0 },
    ])
    expect(result.persons).toEqual(['a'])
    expect((await run({ touchDays: 8 })).driven.map(({ driven }) => driven)).toEqual([1, 1])
    expect(result.trial).toMatchObject({ reached: { buyers: 1, repeated: 1 }, heldOut: { buyers: 1, repeated: 0 }, difference: 1 })
  })

  test('a batch of parcel cards is known by its code', async () => {
    const ctx = await workspace.newTenant()
    const { id } = await ctx.db
      .insertInto('channels')
      .values({ tenantId: ctx.tenantId, name: '包裹卡', kind: 'parcel_card', position: 0, createdAt: new Date() })
      .returning('id')
      .executeTakeFirstOrThrow()
    const came = (person: string, day: number, code: string, channel = id) =>
      act(person, day, 'live_code.added', { code, codeName: `${code} 批`, channel })
    const events = [
      ...[pay('a', 1, 1), came('a', 2, '春'), pay('a', 9, 2)],
      ...[pay('b', 1, 3), came('b', 3, '春')],
      ...[came('c', 3, '春'), came('d', 30, '夏'), pay('d', 29, 4), came('e', 3, '店', 0)],
    ]
    const { batches } = await (await loadWorld(ctx, { events })).run<BalanceResult>(base)
    expect(batches).toEqual([
      { code: '春', name: '春 批', added: 3, buyers: 2, repeated: 1, open: 0 },
      { code: '夏', name: '夏 批', added: 1, buyers: 1, repeated: 0, open: 1 },
    ])
  })

  test.each([
    [{ touchDays: 0 }, 'touchDays'],
    [{ interval: 'year' }, 'interval'],
    [{ joinDays: 30 }, 'repeatDays'],
    [{ currency: 'x' }, 'currency'],
    [{ persons: { domain: 'both' } }, 'persons'],
    [{ dateTo: '2026-02-01' }, 'dateTo'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { ...base, ...wrong })).rejects.toMatchObject({ field })
  })
})

const acts = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom('follow', 'leave', 'pay', 'pay', 'touch'),
    half: fc.integer({ min: -30, max: 95 }),
    shop: fc.constantFrom('x', 'y'),
  }),
  { maxLength: 9, selector: ({ half }) => half },
)

test('agrees with counting by hand on random worlds', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 5, maxLength: 10 }), fc.integer({ min: 0, max: 9 }), async (people, joinDays) => {
      const repeatDays = 30
      const to = start + 31 * dayMs
      const total = { private: { orders: 0, buyers: 0 }, public: { orders: 0, buyers: 0 } }
      const shops = new Map<string, [number, number]>()
      let driven = 0
      const repeat = { brought: { buyers: 0, repeated: 0 }, not: { buyers: 0, repeated: 0 }, open: 0 }
      for (const own of people) {
        const timed = own.map((one) => ({ ...one, ms: start + one.half * 0.5 * dayMs })).sort((a, b) => a.ms - b.ms)
        const isFriend = (at: number) => timed.findLast(({ kind, ms }) => kind !== 'pay' && kind !== 'touch' && ms <= at)?.kind === 'follow'
        const orders = timed.filter(({ kind }) => kind === 'pay')
        for (const domain of ['private', 'public'] as const) {
          const mine = orders.filter(({ ms }) => ms >= start && ms < to && isFriend(ms) === (domain === 'private'))
          total[domain].orders += mine.length
          total[domain].buyers += mine.length > 0 ? 1 : 0
        }
        for (const shop of new Set(orders.filter(({ ms }) => ms < to).map((order) => order.shop))) {
          const [buyers, settled] = shops.get(shop) ?? [0, 0]
          shops.set(shop, [buyers + 1, settled + (isFriend(to - 1) ? 1 : 0)])
        }
        for (const order of orders.filter(({ ms }) => ms >= start && ms < to))
          driven += timed.some(({ kind, ms }) => kind === 'touch' && ms < order.ms && ms >= order.ms - 7 * dayMs) ? 1 : 0
        const first = orders[0]?.ms ?? 0
        if (first < start || first >= to) continue
        if (first + repeatDays * dayMs > now) {
          repeat.open += 1
          continue
        }
        const side = isFriend(first + joinDays * dayMs) ? repeat.brought : repeat.not
        side.buyers += 1
        side.repeated += orders.slice(1).some(({ ms }) => ms > first + joinDays * dayMs && ms <= first + repeatDays * dayMs) ? 1 : 0
      }
      let order = 0
      const events = people.flatMap((own, i) =>
        own.map(({ kind, half, shop }) =>
          kind === 'follow'
            ? follow(`p${i}`, half / 2)
            : kind === 'leave'
              ? leave(`p${i}`, half / 2)
              : kind === 'touch'
                ? act(`p${i}`, half / 2, 'message.received')
                : pay(`p${i}`, half / 2, ++order, shop),
        ),
      )
      const result = await run(events, { joinDays })
      expect(result).toMatchObject({ total, repeat })
      expect(result.driven.reduce((sum, shop) => sum + shop.driven, 0)).toBe(driven)
      expect(Object.fromEntries(result.shops.map(({ shop, buyers, settled }) => [shop, [buyers, settled]]))).toEqual(
        Object.fromEntries(shops),
      )
      for (const domain of ['private', 'public'] as const)
        expect(result.intervals.reduce((sum, one) => sum + one[domain].orders, 0)).toBe(total[domain].orders)
    }),
    { numRuns: runs(12) },
  )
})
