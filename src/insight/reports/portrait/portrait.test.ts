import fc from 'fast-check'
import { DateTime } from 'luxon'
import { beforeAll, describe, expect, test } from 'vitest'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { readStores } from '../../stores/dirty.ts'
import { runReport } from '../run.ts'
import { idsOf } from '../segment/bits.ts'
import { membersOf } from '../segment/members.ts'
import { momentOf, resolveRule } from '../segment/resolve.ts'
import { readRule } from '../segment/rule.ts'
import { event, type Known, writeNouns, writePeople } from '../segment/testing.ts'
import { asOf, isCustomer, people } from '../segment/worlds.ts'
import type { PortraitResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow(asOf)
})

const run = async (ctx: Parameters<typeof runReport>[0], report: object) => (await runReport(ctx, report)).result
const portraitOf = async (ctx: Parameters<typeof runReport>[0], report: object) =>
  (await run(ctx, { type: 'portrait', ...report })) as PortraitResult
const valuesOf = (portrait: PortraitResult, key: string) => portrait.dimensions.find((one) => one.key === key)?.values ?? []

async function peopleOf(ctx: Parameters<typeof runReport>[0], rule: unknown): Promise<number[]> {
  const read = readRule(rule)
  if ('message' in read) throw new Error(read.message)
  const moment = momentOf(ctx, 'Asia/Shanghai', 'CNY', undefined)
  const node = await resolveRule({ ctx, moment, personOf: Number, within: [] }, read.rule)
  return idsOf(await membersOf({ ctx, moment, stores: await readStores(ctx) }, node))
}

const nobody: Known = { attributes: {}, tags: [], follows: [], stays: [], events: [] }

/** Somebody's hours, from everybody merged into them. */
function hoursOf(world: readonly Known[], id: number): Set<string> {
  const from = Date.parse(asOf) - 90 * 86_400_000
  const events = world.flatMap((one, i) => (i + 1 === id || one.mergedInto === id ? one.events : []))
  return new Set(
    events
      .filter(({ ms }) => ms > from && ms <= Date.parse(asOf))
      .map(({ ms }) => DateTime.fromMillis(ms, { zone: 'Asia/Shanghai' }).toFormat('HH')),
  )
}

describe('portraits', () => {
  test('every value counts whom its own rule finds, and shares are of those the portrait is of', async () => {
    const of = { event: { event: 'a' } }
    await fc.assert(
      fc.asyncProperty(people, async (world) => {
        const ctx = await workspace.newTenant()
        await writeNouns(ctx)
        await writePeople(ctx, world)
        await ctx.db
          .insertInto('attributes')
          .values(['city', 'age'].map((key) => ({ tenantId: ctx.tenantId, key, name: key, type: 'text' })))
          .execute()
        const portrait = await portraitOf(ctx, { of, few: 2, limit: 100 })
        const mine = await peopleOf(ctx, of)
        expect([portrait.of.count, portrait.base.count]).toEqual([mine.length, world.filter(isCustomer).length])
        for (const { key, values } of portrait.dimensions)
          for (const { value, rule, ...figures } of values) {
            if (rule === null) continue
            const those = await peopleOf(ctx, rule)
            const found = { key, value, count: those.filter((id) => mine.includes(id)).length, baseCount: those.length }
            expect({ key, value, count: figures.count, baseCount: figures.baseCount }).toEqual(found)
            expect(figures.few).toBe(found.baseCount < 2)
            expect(figures.share).toBe(portrait.of.count === 0 ? null : found.count / portrait.of.count)
          }
        const customers = world.flatMap((one, i) => (isCustomer(one) ? [i + 1] : []))
        for (const { value, baseCount } of valuesOf(portrait, 'hour'))
          expect(baseCount).toBe(customers.filter((id) => hoursOf(world, id).has(value ?? '')).length)
      }),
      { numRuns: runs(3) },
    )
  })

  test('what is typical of some people stands out: twice the share is 200', async () => {
    const ctx = await workspace.newTenant()
    const from = (city: string, bought: boolean): Known => ({
      ...nobody,
      attributes: { city },
      events: bought
        ? [event('order.paid', '2026-03-01T00:00:00Z', { order: Math.random(), amount: 100, currency: 'CNY', products: ['p'] })]
        : [],
    })
    await writePeople(ctx, [
      from('上海', true),
      from('上海', true),
      from('上海', false),
      from('北京', true),
      ...Array.from({ length: 4 }, () => from('北京', false)),
    ])
    await ctx.db.insertInto('attributes').values({ tenantId: ctx.tenantId, key: 'city', name: '城市', type: 'text' }).execute()
    const portrait = await portraitOf(ctx, {
      of: { orders: { count: { gte: 1 } } },
      dimensions: ['attribute:city', 'product', 'ordersCount'],
      few: 4,
    })
    expect(portrait.of).toEqual({ count: 3 })
    expect(valuesOf(portrait, 'attribute:city')).toMatchObject([
      { value: '上海', count: 2, share: 2 / 3, baseCount: 3, baseShare: 3 / 8, tgi: 177.8, few: true },
      { value: '北京', count: 1, baseCount: 5, tgi: 53.3, few: false },
    ])
    expect(valuesOf(portrait, 'product')).toMatchObject([{ value: 'p', label: 'p', count: 3, baseCount: 3, tgi: 266.7 }])
    expect(valuesOf(portrait, 'ordersCount').map(({ value, count, baseCount }) => [value, count, baseCount])).toEqual([
      ['0', 0, 5],
      ['1', 3, 3],
    ])
  })

  test('the way somebody came is the channels one after the other', async () => {
    const ctx = await workspace.newTenant()
    await ctx.db
      .insertInto('channels')
      .values(['门店', '抖音'].map((name) => ({ tenantId: ctx.tenantId, name, kind: 'other', createdAt: new Date() })))
      .execute()
    const [store = 0, feed = 0] = (
      await ctx.db.selectFrom('channels').select('id').where('tenantId', '=', ctx.tenantId).orderBy('id').execute()
    ).map(({ id }) => id)
    const friend = (employee: number, channel: number, day: string) => ({
      employee,
      addedAt: Date.parse(day),
      endedAt: null,
      endedBy: null,
      channel,
      addWay: null,
    })
    await writePeople(ctx, [
      { ...nobody, follows: [friend(1, store, '2026-01-01'), friend(2, store, '2026-01-02'), friend(3, feed, '2026-01-03')] },
      { ...nobody, follows: [friend(1, feed, '2026-01-01')] },
    ])
    const portrait = await portraitOf(ctx, { of: { follow: { channels: [publicId(ctx, 'cha', store)] } }, dimensions: ['path', 'channel'] })
    expect(valuesOf(portrait, 'path').map(({ value, count, baseCount }) => [value, count, baseCount])).toEqual([
      ['门店 → 抖音', 1, 1],
      ['抖音', 0, 1],
    ])
    expect(valuesOf(portrait, 'channel').map(({ label, count, baseCount }) => [label, count, baseCount])).toEqual([
      ['抖音', 1, 2],
      ['门店', 1, 1],
    ])
  })

  test('a cell of products against RFM groups is the people of its rule', async () => {
    const ctx = await workspace.newTenant()
    const dayMs = 86_400_000
    const paidAt = (i: number, n: number) => Date.parse('2026-03-01') - i * n * dayMs
    const viewedAt = (i: number) => Date.parse('2026-02-27') + (i % 5) * dayMs
    const buyer = (i: number): Known => ({
      ...nobody,
      events: [
        ...Array.from({ length: (i % 4) + 1 }, (_, n) =>
          event('order.paid', paidAt(i, n), {
            order: i * 10 + n,
            amount: i * 700 + n,
            currency: 'CNY',
            products: [['p', 'q'][(i + n) % 2]],
          }),
        ),
        ...(i % 3 === 0 ? [] : [event('product.viewed', viewedAt(i), { product: 'p' })]),
      ],
    })
    await writePeople(
      ctx,
      Array.from({ length: 12 }, (_, i) => buyer(i + 1)),
    )
    const returned = [2, 5, 6, 11]
    await ctx.clickhouse.insert(
      'order_lines',
      returned.map((person, i) => ({
        ...{ tenant: ctx.tenantId, kind: 'refunded', document: 900 + i, line: 1, person, ord: 1, at: '2026-03-02 00:00:00.000' },
        ...{
          product: 'p',
          sku: '',
          title: 'P',
          quantity: '1',
          amount: 100,
          currency: 'CNY',
          region: '',
          channel: '',
          employee: '',
          shop: '',
        },
        ...{ version: 1, deleted: 0 },
      })),
    )
    const { matrix } = await portraitOf(ctx, { matrix: true, dimensions: ['product'], windowDays: 365 })
    for (const cell of matrix?.rows.find(({ product }) => product === 'p')?.cells ?? []) {
      const { and } = cell.rule as { and: unknown[] }
      const group = await peopleOf(ctx, { and: [and[1]] })
      const viewers = group.filter((i) => i % 3 !== 0)
      const bought = viewers.filter((i) => [0, 1, 2, 3].some((n) => n <= i % 4 && (i + n) % 2 === 0 && paidAt(i, n) >= viewedAt(i)))
      const back = group.filter((i) => returned.includes(i))
      expect(cell).toMatchObject({ viewers: viewers.length, viewToOrder: viewers.length === 0 ? null : bought.length / viewers.length })
      expect(cell).toMatchObject({ refunded: back.length, refundShare: cell.count === 0 ? null : back.length / cell.count })
    }
    expect(matrix?.columns.reduce((sum, { count }) => sum + count, 0)).toBe(12)
    expect(matrix?.rows.map(({ product }) => product).sort()).toEqual(['p', 'q'])
    for (const { cells } of matrix?.rows ?? [])
      for (const { rule, count } of cells.filter((one) => one.count > 0)) expect((await peopleOf(ctx, rule)).length).toBe(count)
  })

  test.each([
    [{ of: { and: [{ event: {} }] } }, 'of.and.0.event.event'],
    [{ base: { segment: 'seg_none' } }, 'base.segment'],
    [{ dimensions: ['gender', 'shoe size'] }, 'dimensions.1'],
    [{ limit: 0 }, 'limit'],
    [{ windowDays: 0 }, 'windowDays'],
    [{ where: {} }, 'where'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'portrait', ...wrong })).rejects.toMatchObject({ field })
  })
})
