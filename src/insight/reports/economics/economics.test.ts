import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createChannel } from '#growth/channels/commands.ts'
import { NewChannel } from '#growth/channels/schema.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import type { EconomicsResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-06-01T00:00:00Z')
})

const base = { type: 'economics', dateFrom: '2026-03-01', dateTo: '2026-03-31', timezone: 'UTC' }
const start = Date.parse('2026-03-01T12:00:00Z')
const dayMs = 86_400_000

const event = (person: string, day: number, name: string, properties: Record<string, unknown>): TestEvent => ({
  person,
  event: name,
  timestamp: new Date(start + day * dayMs).toISOString(),
  properties,
})
const follow = (person: string, day: number, channel?: number, employee = 1) =>
  event(person, day, 'customer.followed', { employee, ...(channel ? { channel } : {}) })
const unfollow = (person: string, day: number, employee = 1) => event(person, day, 'customer.unfollowed', { employee, by: 'customer' })
const pay = (person: string, day: number, amount: number, order: number, currency = 'CNY') =>
  event(person, day, 'order.paid', { order, amount, currency, items: 1 })
const refund = (person: string, day: number, amount: number, order: number) =>
  event(person, day, 'order.refunded', { order, amount, currency: 'CNY', refund: order })

async function spend(ctx: Context, channelId: number, amountMinor: number, day = '2026-03-05', currency = 'CNY', kind = 'media') {
  await ctx.db
    .insertInto('channelSpends')
    .values({ tenantId: ctx.tenantId, channelId, day, kind, item: '', nth: 1, currency, amountMinor, changedAt: ctx.now() })
    .execute()
}

const newChannel = (ctx: Context, name: string, parent?: number) =>
  createChannel(ctx, NewChannel.parse({ name, parentId: parent ? publicId(ctx, 'cha', parent) : null }))

const run = async (ctx: Context, events: TestEvent[], report: object = {}) =>
  (await loadWorld(ctx, { events })).run<EconomicsResult>({ ...base, ...report })

describe('channel economics', () => {
  test('what a channel cost, whom it brought and what they brought, with everything below it', async () => {
    const ctx = await workspace.newTenant()
    const ads = await newChannel(ctx, '广告')
    const feed = await newChannel(ctx, '信息流', ads)
    await spend(ctx, feed, 10_000)
    await spend(ctx, ads, 2_000, '2026-03-31', 'CNY', 'labour')
    await spend(ctx, ads, 99_900, '2026-04-01')
    const events = [
      ...[follow('a', 0, feed), follow('a', 2, undefined, 2), pay('a', 5, 9_000, 1), refund('a', 40, 1_000, 1)],
      ...[follow('b', 1, ads), unfollow('b', 20), pay('b', 10, 6_000, 2)],
      ...[follow('c', 3), pay('c', 1, 700, 3)],
      ...[follow('d', -9, feed), follow('d', 4, feed, 2), pay('d', 5, 80_000, 4)],
    ]
    const result = await run(ctx, events, { marginRate: 0.5 })
    const [root, below, none] = result.rows
    expect(result.total).toMatchObject({ spend: 120, adds: 5, newCustomers: 3, payingCustomers: 2, revenue: 140, margin: 70, ltv: 23.33 })
    expect(root).toMatchObject({ name: '广告', depth: 0, spend: 120, spendByKind: { media: 100, labour: 20 }, newCustomers: 2, cac: 60 })
    expect(root).toMatchObject({ costPerAdd: 60, roi: 1.1667, marginRoi: 0.5833, payback: 'not_yet', paybackDays: null, completeDays: 90 })
    expect(below).toMatchObject({ name: '信息流', depth: 1, adds: 3, newCustomers: 1, revenue: 80, ltv: 40, spend: 100 })
    expect(none).toMatchObject({ channel: null, newCustomers: 1, payingCustomers: 0, cac: null, roi: null, payback: 'no_spend' })
    expect(root?.retention).toEqual([
      { days: 7, old: 2, kept: 2 },
      { days: 30, old: 2, kept: 1 },
      { days: 60, old: 2, kept: 1 },
      { days: 90, old: 2, kept: 1 },
    ])
  })

  test('the day the spend came back, and days not everybody has lived yet', async () => {
    const ctx = await workspace.newTenant()
    const ads = await newChannel(ctx, '广告')
    await spend(ctx, ads, 10_000)
    const events = [follow('a', 0, ads), pay('a', 5, 6_000, 1), follow('b', 30, ads), pay('b', 37, 4_000, 2)]
    const { rows } = await run(ctx, events, { horizonDays: 70 })
    expect(rows[0]).toMatchObject({ payback: 'paid_back', paybackDays: 7, completeDays: 61 })
    expect(rows[0]?.curve.slice(4, 9)).toEqual([0, 60, 60, 100, 100])
    expect((await run(ctx, [], { windowDays: 3 })).total.revenue).toBe(0)
  })

  test('people behind the numbers; of some people spend says nothing', async () => {
    const ctx = await workspace.newTenant()
    const ads = await newChannel(ctx, '广告')
    const feed = await newChannel(ctx, '信息流', ads)
    await spend(ctx, ads, 10_000)
    const events = [follow('a', 0, feed), pay('a', 5, 6_000, 1), follow('b', 1, ads), unfollow('b', 3), follow('c', 2)]
    const world = await loadWorld(ctx, { events })
    const people = async (persons: object) => (await world.run<EconomicsResult>({ ...base, persons })).persons
    expect(await people({ of: 'new' })).toEqual(['a', 'b', 'c'])
    expect(await people({ of: 'new', channel: publicId(ctx, 'cha', ads) })).toEqual(['a', 'b'])
    expect(await people({ of: 'paying', channel: publicId(ctx, 'cha', feed) })).toEqual(['a'])
    expect(await people({ of: 'adds', channel: null })).toEqual(['c'])
    expect(await people({ of: 'kept', days: 7 })).toEqual(['a', 'c'])
    expect((await world.run<EconomicsResult>({ ...base, among: ['a'] })).total).toMatchObject({ spend: null, cac: null, newCustomers: 1 })
  })

  test('two currencies have no sum, one may be chosen', async () => {
    const ctx = await workspace.newTenant()
    const ads = await newChannel(ctx, '广告')
    await spend(ctx, ads, 10_000)
    const world = await loadWorld(ctx, { events: [follow('a', 0, ads), pay('a', 1, 500, 1, 'JPY')] })
    await expect(world.run({ ...base })).rejects.toMatchObject({ code: 'report.currencies_mixed', field: 'currency' })
    expect((await world.run<EconomicsResult>({ ...base, currency: 'JPY' })).total).toMatchObject({ spend: 0, revenue: 500, cac: null })
  })

  test.each([
    [{ windowDays: 0 }, 'windowDays'],
    [{ marginRate: 2 }, 'marginRate'],
    [{ retentionDays: [30, 7] }, 'retentionDays'],
    [{ horizonDays: 10_000 }, 'horizonDays'],
    [{ currency: 'yuan' }, 'currency'],
    [{ persons: { of: 'kept' } }, 'persons.days'],
    [{ persons: { of: 'rich' } }, 'persons.of'],
    [{ dateFrom: '2026-02-30' }, 'dateFrom'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { ...base, ...wrong })).rejects.toMatchObject({ field })
  })
})

const act = fc.record({
  kind: fc.constantFrom('follow', 'follow', 'unfollow', 'pay', 'refund'),
  quarter: fc.integer({ min: -40, max: 60 * 4 }),
  channel: fc.constantFrom(undefined, 71, 72),
  employee: fc.integer({ min: 1, max: 2 }),
  amount: fc.integer({ min: 1, max: 500 }),
})
const worlds = fc.array(fc.uniqueArray(act, { maxLength: 8, selector: ({ quarter }) => quarter }), { minLength: 5, maxLength: 12 })

test('agrees with counting by hand on random worlds', { timeout: 300_000 }, async () => {
  const now = start + 70 * dayMs
  workspace.setNow(new Date(now))
  await fc.assert(
    fc.asyncProperty(worlds, fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }), async (people, windowDays) => {
      const retentionDays = [3, 30]
      const expected = new Map<string, { adds: number; fresh: number; paying: number; revenue: number; old: number[]; kept: number[] }>()
      const events = people.flatMap((acts, i) => {
        const who = `p${i}`
        let order = i * 100
        return acts.map(({ kind, quarter, channel, employee, amount }) => {
          if (kind === 'follow') return follow(who, quarter / 4, channel, employee)
          if (kind === 'unfollow') return unfollow(who, quarter / 4, employee)
          order += 1
          return kind === 'pay' ? pay(who, quarter / 4, amount, order) : refund(who, quarter / 4, amount, order - 1)
        })
      })
      for (const [who, own] of Map.groupBy(events, ({ person }) => person)) {
        const timed = own.map((one) => ({ ...one, ms: Date.parse(one.timestamp), of: one.properties ?? {} })).sort((a, b) => a.ms - b.ms)
        const follows = timed.filter((one) => one.event === 'customer.followed')
        const inDates = follows.filter(({ ms }) => ms >= Date.parse('2026-03-01T00:00:00Z') && ms < Date.parse('2026-04-01T00:00:00Z'))
        const [first] = follows
        if (!first || inDates.length === 0) continue
        const through = String(follows.find(({ of }) => of.channel !== undefined)?.of.channel ?? '')
        const row = expected.get(through) ?? { adds: 0, fresh: 0, paying: 0, revenue: 0, old: [0, 0], kept: [0, 0] }
        expected.set(through, row)
        row.adds += inDates.length
        if (!inDates.includes(first)) continue
        row.fresh += 1
        const until = windowDays === undefined ? Infinity : first.ms + windowDays * dayMs
        const orders = timed.filter((one) => one.event === 'order.paid' && one.ms >= first.ms && one.ms <= until)
        if (orders.length > 0) row.paying += 1
        for (const { of } of orders) {
          const back = timed.filter((one) => one.event === 'order.refunded' && one.of.order === of.order)
          row.revenue += Number(of.amount) - back.reduce((sum, one) => sum + Number(one.of.amount), 0)
        }
        for (const [n, days] of retentionDays.entries()) {
          const at = first.ms + days * dayMs
          if (at > now) continue
          row.old[n] = (row.old[n] ?? 0) + 1
          const isFriend = [1, 2].some(
            (employee) =>
              timed.findLast((one) => one.event.startsWith('customer.') && one.of.employee === employee && one.ms <= at)?.event ===
              'customer.followed',
          )
          if (isFriend) row.kept[n] = (row.kept[n] ?? 0) + 1
        }
        expect(who).toBe(first.person)
      }
      const { rows } = await run(await workspace.newTenant(), events, { retentionDays, ...(windowDays ? { windowDays } : {}) })
      const found = rows.map((row) => [
        row.channel ?? '',
        {
          adds: row.adds,
          fresh: row.newCustomers,
          paying: row.payingCustomers,
          revenue: Math.round(row.revenue * 100),
          old: row.retention.map(({ old }) => old),
          kept: row.retention.map(({ kept }) => kept),
        },
      ])
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
    }),
    { numRuns: runs(15) },
  )
  workspace.setNow('2026-06-01T00:00:00Z')
})
