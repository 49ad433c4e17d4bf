import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createChannel } from '#growth/channels/commands.ts'
import { NewChannel } from '#growth/channels/schema.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type World } from '../testing.ts'
import { anyOrders, dayOfHours, dayText, paidOf, sumOf, type TestOrder, worldOf } from '../testing-orders.ts'
import type { CohortRevenueResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(() => workspace.setNow('2026-03-15T12:00:00+08:00'))

const run = async (world: World, report: object): Promise<CohortRevenueResult> =>
  (await loadWorld(await workspace.newTenant(), world)).run<CohortRevenueResult>({ type: 'cohort_revenue', ...report })

const order = (id: number, person: string, day: number, amount: number, rest: Partial<TestOrder> = {}): TestOrder => ({
  id,
  person,
  hours: day * 24,
  amount,
  amended: 0,
  items: 1,
  region: '',
  channel: '抖音',
  products: ['tea'],
  ...rest,
})
const shop = worldOf([
  order(1, 'a', 0, 10_000),
  order(2, 'a', 32, 5_000, { refund: { hours: 24, amount: 1000, type: 'refund_only' } }),
  order(3, 'b', 10, 2_000, { channel: '门店' }),
  order(4, 'c', 40, 4_000),
])
const quarter = { dateFrom: '2026-01-01', dateTo: '2026-03-31' }

describe('cohort revenue', () => {
  test('buyers, revenue and its sum by interval since the first order; the running interval is not over', async () => {
    const { cohorts, curve } = await run(shop, quarter)
    expect(cohorts).toEqual([
      {
        start: '2026-01-01',
        size: 2,
        buyers: [2, 1, 0],
        orders: [2, 1, 0],
        revenue: [120, 40, 0],
        cumulative: [120, 160, 160],
        complete: 2,
      },
      { start: '2026-02-01', size: 1, buyers: [1, 0], orders: [1, 0], revenue: [40, 0], cumulative: [40, 40], complete: 1 },
      { start: '2026-03-01', size: 0, buyers: [0], orders: [0], revenue: [0], cumulative: [0], complete: 0 },
    ])
    expect(curve).toEqual([
      { interval: 0, customers: 3, buyers: 3, value: 53.33 },
      { interval: 1, customers: 2, buyers: 1, value: 80 },
    ])
    expect((await run(shop, { ...quarter, amount: 'gross' })).cohorts[0]?.revenue).toEqual([120, 50, 0])
  })

  test('by channel of the first order, and from the first friendship on', async () => {
    const { channels } = await run(shop, { ...quarter, by: 'channel' })
    expect(channels?.map(({ value, size, revenue }) => [value, size, revenue])).toEqual([
      ['抖音', 2, 180],
      ['门店', 1, 20],
    ])
    const followed = { person: 'a', event: 'customer.followed', timestamp: '2026-01-20T00:00:00Z', properties: { channel: '门店' } }
    const since = await run({ events: [...shop.events, followed] }, { ...quarter, start: 'first_follow', by: 'channel' })
    expect(since.cohorts[0]).toMatchObject({ size: 1, buyers: [0, 1, 0], revenue: [0, 40, 0] })
    expect(since.channels).toMatchObject([{ value: '门店', size: 1, revenue: 40 }])
  })

  test('when what the channels cost has come back', async () => {
    const ctx = await workspace.newTenant()
    const { run } = await loadWorld(ctx, shop)
    const channel = await createChannel(ctx, NewChannel.parse({ name: '抖音', parentId: null }))
    const spend = {
      tenantId: ctx.tenantId,
      channelId: channel,
      day: '2026-01-05',
      currency: 'CNY',
      amountMinor: 7000,
      changedAt: ctx.now(),
    }
    await ctx.db
      .insertInto('channelSpends')
      .values(spend as never)
      .execute()
    const found = await run<CohortRevenueResult>({ type: 'cohort_revenue', ...quarter, margin: 0.5, by: 'channel' })
    expect(found.cohorts.map(({ spend, payback }) => [spend, payback])).toEqual([
      [70, 1],
      [undefined, undefined],
      [undefined, undefined],
    ])
    expect(found.channels?.[0]).toMatchObject({ value: '抖音', spend: 70, payback: 0 })
  })

  test('the people of a cohort, and those who bought in one of its intervals', async () => {
    const people = async (persons: object) => (await run(shop, { ...quarter, persons })).persons
    expect(await people({ cohort: 0 })).toEqual(['a', 'b'])
    expect(await people({ cohort: 0, interval: 1 })).toEqual(['a'])
  })

  test.each([
    [{ start: 'birth' }, 'start'],
    [{ interval: 'hour' }, 'interval'],
    [{ margin: 0 }, 'margin'],
    [{ by: 'city' }, 'by'],
    [{ persons: { cohort: 7 } }, 'persons.cohort'],
    [{ persons: { cohort: 1, interval: 7 } }, 'persons.interval'],
    [{ currency: 'cny' }, 'currency'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'cohort_revenue', ...quarter, ...wrong })).rejects.toMatchObject({ field })
  })
})

test('random worlds: every cell is what adding up order by order gives', async () => {
  workspace.setNow('2026-06-01T00:00:00Z')
  await fc.assert(
    fc.asyncProperty(anyOrders, fc.constantFrom('net', 'gross'), async (orders, amount) => {
      const { cohorts } = await run(worldOf(orders), { ...quarter, interval: 'week', amount })
      const weekOf = (hours: number) => cohorts.findLastIndex(({ start }) => start <= dayText(dayOfHours(hours)))
      const known = orders.filter((one) => one.person !== '' && paidOf(one) > 0)
      const firstOf = (person: string) => Math.min(...known.filter((one) => one.person === person).map(({ hours }) => hours))
      const buyersOf = (i: number) => [...new Set(known.map(({ person }) => person))].filter((person) => weekOf(firstOf(person)) === i)
      cohorts.forEach(({ size, buyers, revenue, cumulative }, i) => {
        const people = buyersOf(i)
        expect(size).toBe(people.length)
        buyers.forEach((count, k) => {
          const own = known.filter((one) => people.includes(one.person) && weekOf(one.hours) === i + k)
          // Money goes back for orders of any amount, once the person is a customer.
          const back = orders.filter(
            ({ person, hours, refund }) =>
              refund &&
              people.includes(person) &&
              hours + refund.hours >= firstOf(person) &&
              weekOf(hours + refund.hours) === i + k &&
              hours + refund.hours < 90 * 24,
          )
          expect(count).toBe(new Set(own.map(({ person }) => person)).size)
          const minor = sumOf(own, paidOf) - (amount === 'net' ? sumOf(back, ({ refund }) => refund?.amount ?? 0) : 0)
          expect(Math.round((revenue[k] ?? 0) * 100)).toBe(minor)
        })
        expect(Math.round((cumulative.at(-1) ?? 0) * 100)).toBe(Math.round(sumOf(revenue, (value) => value * 100)))
      })
    }),
    { numRuns: runs(12) },
  )
})
