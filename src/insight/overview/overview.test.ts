import { beforeAll, describe, expect, test } from 'vitest'
import { orderPaid } from '#conversion/events.ts'
import { liveCodeAdded, liveCodeViewed } from '#growth/events.ts'
import { customerFollowed, customerTagged } from '#management/events.ts'
import { identify } from '#management/identity/commands.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { listStepPeople, readOverview } from './queries.ts'

let workspace: TestWorkspace
let ctx: Context
let store = 0
const people: number[] = []

const at = (day: number, hour = 12) => new Date(Date.parse('2026-03-01T00:00:00+08:00') + (day - 1) * 86_400_000 + hour * 3_600_000)
const by = { employee: 7, employeeName: '小王' }
const code = { code: 1, codeName: '门店码' }

/** Two came through the store's code on the 2nd, one by a plain name card on the 3rd; two were tagged, one bought. */
beforeAll(async () => {
  workspace = await openTestWorkspace()
  ctx = await workspace.newTenant()
  store = (
    await ctx.db
      .insertInto('channels')
      .values({ tenantId: ctx.tenantId, name: '门店', kind: 'store', position: 0, createdAt: at(1) })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id
  for (const name of ['甲', '乙', '丙']) people.push(await identify(ctx, [{ kind: 'member_no', value: name }], { name }))
  const [a = 0, b = 0, c = 0] = people
  const through = { ...code, channel: store, channelName: '门店' }
  await inTransaction(ctx, async (ctx) => {
    for (let opened = 0; opened < 5; opened++)
      emit(ctx, liveCodeViewed, { customerId: null, at: at(2), properties: { ...through, device: 'wechat' } })
    for (const customerId of [a, b]) {
      emit(ctx, customerFollowed, { customerId, at: at(2), properties: { ...by, again: false } })
      emit(ctx, liveCodeAdded, { customerId, at: at(2), properties: { ...through, ...by, corp: 1, again: false } })
    }
    emit(ctx, liveCodeAdded, { customerId: a, at: at(3), properties: { ...code, code: 2, ...by, corp: 1, again: false } })
    emit(ctx, customerFollowed, { customerId: c, at: at(3), properties: { ...by, again: false } })
    for (const customerId of [a, c])
      emit(ctx, customerTagged, {
        customerId,
        at: at(3),
        properties: { tag: 1, tagName: '新客', group: 1, groupName: '来源', source: 'live_code', by: '系统' },
      })
    emit(ctx, orderPaid, {
      customerId: a,
      at: at(4),
      properties: {
        order: 1,
        orderNo: '1',
        shop: 0,
        amount: 100,
        currency: 'CNY',
        items: 1,
        source: 'manual',
        lines: 1,
        products: [],
        first: true,
      },
    })
    emit(ctx, orderPaid, {
      customerId: null,
      at: at(4),
      properties: {
        order: 2,
        orderNo: '2',
        shop: 0,
        amount: 100,
        currency: 'CNY',
        items: 1,
        source: 'manual',
        lines: 1,
        products: [],
        first: true,
      },
    })
  })
  while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
})

describe('overview', () => {
  test('counts the loop by day and by the channel the customer came through', async () => {
    const found = await readOverview(ctx, { from: '2026-03-02', to: '2026-03-05' })
    expect(found.loop).toEqual({
      scans: { total: 6, before: 0 },
      adds: { total: 3, before: 0 },
      tagged: { total: 2, before: 0 },
      ordered: { total: 1, before: 0 },
    })
    expect(found.days).toEqual([
      { day: '2026-03-02', scans: 5, adds: 2, tagged: 0, ordered: 0 },
      { day: '2026-03-03', scans: 1, adds: 1, tagged: 2, ordered: 0 },
      { day: '2026-03-04', scans: 0, adds: 0, tagged: 0, ordered: 1 },
      { day: '2026-03-05', scans: 0, adds: 0, tagged: 0, ordered: 0 },
    ])
    expect(found.channels).toEqual([
      { channel: { id: publicId(ctx, 'cha', store), name: '门店' }, scans: 5, adds: 2, tagged: 1, ordered: 1 },
      { channel: null, scans: 1, adds: 1, tagged: 1, ordered: 0 },
    ])
  })

  test('compares with as many days before', async () => {
    expect((await readOverview(ctx, { from: '2026-03-04', to: '2026-03-05' })).loop.adds).toEqual({ total: 0, before: 3 })
  })

  test('opens the people behind a number, page by page', async () => {
    const span = { from: '2026-03-02', to: '2026-03-05' }
    const list = async (query: object) =>
      (await listStepPeople(ctx, { ...span, step: 'adds', limit: 50, ...query })).items.map(({ name }) => name)
    expect(await list({})).toEqual(['丙', '乙', '甲'])
    expect(await list({ channel: publicId(ctx, 'cha', store) })).toEqual(['乙', '甲'])
    expect(await list({ channel: 'none' })).toEqual(['丙'])
    expect(await list({ step: 'ordered' })).toEqual(['甲'])
    const first = await listStepPeople(ctx, { ...span, step: 'adds', limit: 2 })
    expect(first).toMatchObject({
      total: 3,
      items: [{ employee: { name: '小王' }, at: '2026-03-03T04:00:00.000Z' }, { channel: { name: '门店' } }],
    })
    expect(await list({ cursor: first.next ?? '' })).toEqual(['甲'])
  })

  test('an employee sees the own customers only', async () => {
    await ctx.db
      .insertInto('follows')
      .values({ tenantId: ctx.tenantId, customerId: people[1] ?? 0, canonicalId: people[1] ?? 0, employeeId: 7, addedAt: at(2) })
      .execute()
    const own: Context = { ...ctx, actor: { ...ctx.actor, scope: [7] } }
    const { loop } = await readOverview(own, { from: '2026-03-02', to: '2026-03-05' })
    expect([loop.scans.total, loop.adds.total, loop.ordered.total]).toEqual([1, 1, 0])
    expect(
      (await listStepPeople(own, { from: '2026-03-02', to: '2026-03-05', step: 'adds', limit: 9 })).items.map(({ name }) => name),
    ).toEqual(['乙'])
  })

  test('refuses dates that run backwards', async () => {
    await expect(readOverview(ctx, { from: '2026-03-05', to: '2026-03-02' })).rejects.toMatchObject({ code: 'date.range_backwards' })
  })
})
