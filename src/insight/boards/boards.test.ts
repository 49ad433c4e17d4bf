import { beforeAll, describe, expect, test } from 'vitest'
import { createWebhook } from '#connectors/webhooks/commands.ts'
import type { Context } from '#platform/context.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { setTarget } from '../metrics/commands.ts'
import { saveReport } from '../reports/commands.ts'
import { metricByKey } from '../reports/metric/catalogue.ts'
import { runReport } from '../reports/run.ts'
import { loadWorld } from '../reports/testing.ts'
import { builtInBoards, layoutOf } from './built-in.ts'
import { changeBoard, createBoard, deleteBoard } from './commands.ts'
import { contentOf } from './content.ts'
import { pictureOf, svgOf } from './drawing.ts'
import { readEmployeeBoard } from './employee-board.ts'
import type { Figure } from './figures.ts'
import { nextMoment } from './moments.ts'
import { overDays } from './over-days.ts'
import { getBoard, listBoards } from './queries.ts'
import { createSchedule, listSchedules, sendNow } from './schedules.ts'
import { Layout } from './schema.ts'
import { planSendings, sendPlanned } from './sending.ts'
import { mostBytes, textOf } from './words.ts'

let workspace: TestWorkspace
let ctx: Context
beforeAll(async () => {
  process.env.LIULIANG_ALLOW_PRIVATE_TARGETS = '1'
  workspace = await openTestWorkspace()
  workspace.setNow('2026-03-12T04:00:00.000Z')
  ctx = await workspace.newTenant()
  await loadWorld(ctx, {
    events: [
      {
        person: 'a',
        event: 'order.paid',
        timestamp: '2026-03-10T04:00:00.000Z',
        properties: { amount: 123456, currency: 'CNY', order: 1 },
      },
      { person: 'b', event: 'order.paid', timestamp: '2026-01-20T04:00:00.000Z', properties: { amount: 61728, currency: 'CNY', order: 2 } },
    ],
  })
})

const layout = Layout.parse({
  days: 30,
  cards: [
    { kind: 'metric', metric: 'paid_amount' },
    { kind: 'note', text: '看这里' },
  ],
})

const roleAndEmployee = async (): Promise<{ role: number; as: Context }> => {
  const values = { tenantId: ctx.tenantId, name: `role ${Math.random()}`, permissions: ['reports.read'] }
  const { id: role } = await ctx.db.insertInto('roles').values(values).returning('id').executeTakeFirstOrThrow()
  const { id } = await ctx.db
    .insertInto('employees')
    .values({ tenantId: ctx.tenantId, name: '小王', roleId: role })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { role, as: { ...ctx, actor: { kind: 'employee', id, name: '小王', permissions: new Set(['reports.read']), scope: [id] } } }
}

describe('boards', () => {
  test('built in hold one key number and at most five others, all of the dictionary', () => {
    for (const board of builtInBoards) {
      expect(board.supporting.length).toBeLessThanOrEqual(5)
      expect([board.key, ...board.supporting].every((key) => metricByKey.has(key))).toBe(true)
      expect(Layout.parse(layoutOf(board)).cards).toHaveLength(board.supporting.length + 2)
    }
  })

  test('an employee’s own board counts the customers they follow, without the company’s targets', async () => {
    const { as } = await roleAndEmployee()
    const dates = { from: '2026-01-01', to: '2026-03-11', interval: 'period' as const }
    await setTarget(ctx, { metric: 'buyers', period: 'month', since: '2026-01-01', value: 100 })
    const buyers = async (asker: Context) => {
      const { items } = await readEmployeeBoard(asker, dates)
      const found = items.find(({ key }) => key === 'buyers')
      return [found?.result?.total, found?.target === null]
    }
    expect(await buyers(as)).toEqual([0, true])
    await ctx.db
      .insertInto('follows')
      .values({ tenantId: ctx.tenantId, customerId: 1, canonicalId: 1, employeeId: as.actor.id ?? 0, addedAt: ctx.now() })
      .execute()
    expect(await buyers(as)).toEqual([1, true])
    expect(await buyers(ctx)).toEqual([2, false])
  })

  test('are seen by their maker and by the roles they are shared with, and changed by their maker', async () => {
    const [maker, other, third] = [await roleAndEmployee(), await roleAndEmployee(), await roleAndEmployee()]
    const id = await createBoard(maker.as, { name: '我的', layout, roles: [publicId(ctx, 'rol', other.role)] })
    expect((await listBoards(other.as)).map(({ name, mine }) => [name, mine])).toEqual([['我的', false]])
    expect(await listBoards(third.as)).toEqual([])
    await expect(getBoard(third.as, id)).rejects.toMatchObject({ code: 'board.not_found' })
    await expect(changeBoard(other.as, id, { name: 'x' })).rejects.toMatchObject({ code: 'board.not_yours', status: 403 })
    await changeBoard(maker.as, id, { roles: null, name: '大家的' })
    expect((await getBoard(third.as, id)).name).toBe('大家的')
    await deleteBoard(maker.as, id)
    await expect(getBoard(maker.as, id)).rejects.toMatchObject({ code: 'board.not_found' })
  })

  test.each([
    [{ days: 31, cards: [] }],
    [{ days: 30, cards: [{ kind: 'metric' }] }],
    [{ days: 30, cards: [{ kind: 'note', text: 'x', sise: 'small' }] }],
  ])('refuse the layout %j', (wrong) => {
    expect(Layout.safeParse(wrong).success).toBe(false)
  })
})

describe('sending', () => {
  const webhookOf = async () =>
    (await createWebhook(ctx, { name: 'x', url: 'http://127.0.0.1:9/hook', events: ['thing.never'], active: true })).id
  const deliveries = (webhook: string) =>
    ctx.db
      .selectFrom('webhookDeliveries')
      .select(['eventName', 'body'])
      .where('tenantId', '=', ctx.tenantId)
      .where('webhookId', '=', internalId(ctx, 'whk', webhook))
      .execute()

  test('says the figures of the last whole days, each against the days before', async () => {
    const id = await createBoard(ctx, { name: '周报', layout, roles: null })
    const content = await contentOf(ctx, { kind: 'board', id: publicId(ctx, 'brd', id) })
    expect(content).toMatchObject({
      dateFrom: '2026-02-10',
      dateTo: '2026-03-11',
      rows: [{ name: '支付金额', value: '¥1,234.56', change: '▲ +100%' }],
    })
    expect(content.text.split('\n')).toEqual(['周报　2026-02-10 – 2026-03-11', '支付金额　¥1,234.56　▲ +100%', content.url])
  })

  test('of a saved trend says its whole of the days', async () => {
    const report = {
      type: 'trend',
      dateFrom: '2026-01-01',
      dateTo: '2026-01-02',
      series: [{ event: 'order.paid', measure: 'persons', name: '买家' }],
    }
    const id = await saveReport(ctx, { name: '买家趋势', report })
    expect((await contentOf(ctx, { kind: 'report', id: publicId(ctx, 'rep', id) })).rows).toMatchObject([
      { name: '买家趋势 · 买家', value: '1' },
    ])
  })

  test('of a saved report looks at the board’s days, whatever its type calls them', async () => {
    const days = { dateFrom: '2026-03-02', dateTo: '2026-03-08' }
    const retention = { type: 'retention', start: { event: 'order.paid' }, period: 'week', from: '2025-01-01', intervals: 8 }
    expect(overDays(retention, days)).toEqual({ type: 'retention', start: { event: 'order.paid' }, period: 'week', ...days })
    expect((await runReport(ctx, overDays(retention, days))).result).toMatchObject({ cohorts: [{ start: '2026-03-02' }] })
    expect(overDays({ ...retention, period: 'hour' }, days)).toMatchObject({ from: '2025-01-01', intervals: 8 })
    expect(overDays({ type: 'trend', dateFrom: '2025-01-01', dateTo: '2025-01-02' }, days)).toEqual({ type: 'trend', ...days })
    expect(overDays({ type: 'rfm', windowDays: 90 }, days)).toEqual({ type: 'rfm', windowDays: 90, asOf: '2026-03-08' })
    expect(overDays({ type: 'clv', horizon: 4 }, days)).toEqual({ type: 'clv', horizon: 4 })
  })

  test('goes out once at its moment, however often it is looked at, and the rhythm goes on', async () => {
    const webhook = await webhookOf()
    const target = { kind: 'webhook' as const, webhook }
    await createSchedule(ctx, { subject: { kind: 'board', id: 'operator' }, rhythm: { every: 'day', hour: 13 }, target })
    await planSendings(ctx)
    expect(await deliveries(webhook)).toEqual([])
    workspace.setNow('2026-03-12T05:00:30.000Z')
    await Promise.all([planSendings(ctx), planSendings(ctx)])
    await Promise.all([sendPlanned(ctx), sendPlanned(ctx)])
    // As if the program had died before it wrote down that it had sent; another try begins when this one is taken for dead.
    await ctx.db.updateTable('boardSendings').set({ state: 'planned' }).where('tenantId', '=', ctx.tenantId).execute()
    workspace.setNow('2026-03-12T05:11:00.000Z')
    await planSendings(ctx)
    await sendPlanned(ctx)
    const sent = await deliveries(webhook)
    expect(sent.map(({ eventName }) => eventName)).toEqual(['board.sent'])
    const { picture, ...data } = JSON.parse(sent[0]?.body ?? '{}').data
    expect(sizeOf(Buffer.from(picture.base64, 'base64')).width).toBe(1800)
    expect(data).toMatchObject({
      title: expect.stringContaining('运营看板'),
      rows: expect.arrayContaining([expect.objectContaining({ name: '净增' })]),
    })
    expect((await listSchedules(ctx))[0]).toMatchObject({ nextAt: '2026-03-13T05:00:00.000Z', last: { state: 'sent', error: null } })
    workspace.setNow('2026-03-12T04:00:00.000Z')
  })

  test('draws its table and its runs as one picture, whatever names say', async () => {
    const rows = [{ name: '<b>支付 & 退款</b>', value: '¥1,234', change: '▲ +3%', target: '¥2,000' }]
    const figures: Figure[] = [
      { title: '买家', kind: 'line', labels: ['3-1', '3-2'], series: [{ name: '买家', values: [1, null] }] },
      { title: '分层', kind: 'bar', labels: ['会员'], series: [{ name: '分层', values: [3] }] },
    ]
    const svg = svgOf({ title: '周报', rows, figures })
    expect(svg).toContain('&#60;b&#62;支付 &#38; 退款')
    expect(svg.match(/<svg /g)).toHaveLength(3)
    const [plain, drawn] = [sizeOf(pictureOf({ title: '周报', rows, figures: [] })), sizeOf(pictureOf({ title: '周报', rows, figures }))]
    expect(drawn).toEqual({ width: 1800, height: plain.height + 2 * 2 * 316 })
  })

  test('of saved layers and scores says what they count', async () => {
    for (const [report, names] of [
      [{ type: 'layers' }, ['基础用户', '普通用户', '会员', '活跃粉丝']],
      [{ type: 'rfm' }, ['重要价值', '重要发展', '重要保持', '重要挽留', '一般价值', '一般发展', '一般保持', '一般挽留']],
    ] as const) {
      const id = await saveReport(ctx, { name: '谁', report })
      const content = await contentOf(ctx, { kind: 'report', id: publicId(ctx, 'rep', id) })
      expect(content.rows.map(({ name }) => name)).toEqual(names.map((name) => `谁 · ${name}`))
      expect(content.figures).toMatchObject([{ title: '谁', kind: 'bar' }])
    }
  })

  test('is given up with its reason when nobody of them is in WeCom', async () => {
    const { as } = await roleAndEmployee()
    const target = { kind: 'wecom' as const, employees: [publicId(ctx, 'emp', as.actor.id)] }
    const id = await createSchedule(ctx, {
      subject: { kind: 'board', id: 'employee' },
      rhythm: { every: 'week', hour: 9, weekday: 1 },
      target,
    })
    await sendNow(ctx, id)
    await sendPlanned(ctx)
    expect((await listSchedules(ctx))[0]?.last).toMatchObject({
      state: 'failed',
      error: 'None of these employees has an account in WeCom.',
    })
  })

  test('of what cannot be computed waits longer after each try, ends with its reason, and holds back nobody else', async () => {
    const target = { kind: 'webhook' as const, webhook: await webhookOf() }
    const rhythm = { every: 'day' as const, hour: 9 }
    const report = await saveReport(ctx, { name: '坏了', report: { type: 'rfm' } })
    const broken = await createSchedule(ctx, { subject: { kind: 'report', id: publicId(ctx, 'rep', report) }, rhythm, target })
    // As one that an older version could answer.
    await ctx.db
      .updateTable('reports')
      .set({ document: JSON.stringify({ type: 'rfm', bins: 'old' }) })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', report)
      .execute()
    for (let i = 0; i < 20; i++) {
      workspace.setNow(new Date(Date.parse('2026-03-12T04:00:00.000Z') + i).toISOString())
      await sendNow(ctx, broken)
    }
    const whole = await createSchedule(ctx, { subject: { kind: 'board', id: 'employee' }, rhythm, target })
    await sendNow(ctx, whole)
    await sendPlanned(ctx)
    await sendPlanned(ctx)
    const lastOf = async (id: number) => (await listSchedules(ctx)).find((one) => one.id === publicId(ctx, 'bsc', id))?.last
    expect(await lastOf(whole)).toMatchObject({ state: 'sent', attempts: 1, nextTryAt: null })
    expect(await lastOf(broken)).toMatchObject({ state: 'planned', attempts: 1, nextTryAt: '2026-03-12T04:01:00.019Z' })
    for (const minutes of [2, 8, 24, 90]) {
      workspace.setNow(new Date(Date.parse('2026-03-12T04:00:00.000Z') + minutes * 60_000).toISOString())
      await sendPlanned(ctx)
    }
    expect(await lastOf(broken)).toMatchObject({ state: 'failed', attempts: 5, nextTryAt: null, error: expect.stringMatching(/./) })
    workspace.setNow('2026-03-12T04:00:00.000Z')
  })

  test('that took the program down at every try is given up too', async () => {
    const target = { kind: 'webhook' as const, webhook: await webhookOf() }
    const id = await createSchedule(ctx, { subject: { kind: 'board', id: 'employee' }, rhythm: { every: 'day', hour: 9 }, target })
    await sendNow(ctx, id)
    await ctx.db
      .updateTable('boardSendings')
      .set({ attempts: 5 })
      .where('tenantId', '=', ctx.tenantId)
      .where('scheduleId', '=', id)
      .execute()
    await sendPlanned(ctx)
    expect((await listSchedules(ctx))[0]?.last).toMatchObject({ state: 'failed', problem: 'board.no_end' })
  })

  test('is planned only by who sees all customers, to what is there', async () => {
    const { as } = await roleAndEmployee()
    const target = { kind: 'webhook' as const, webhook: await webhookOf() }
    const plan = { subject: { kind: 'board' as const, id: 'operator' }, rhythm: { every: 'day' as const, hour: 9 }, target }
    await expect(createSchedule(as, plan)).rejects.toMatchObject({ code: 'permission.scope' })
    await expect(createSchedule(ctx, { ...plan, subject: { kind: 'board', id: 'nobodys' } })).rejects.toMatchObject({ status: 404 })
    await expect(createSchedule(ctx, { ...plan, target: { kind: 'webhook', webhook: 'whk_x' } })).rejects.toMatchObject({ status: 404 })
  })

  test('keeps to what one message holds and says how much is left out', () => {
    const lines = Array.from({ length: 200 }, (_, i) => ({ name: `指标 ${i}`, value: '1', change: '', target: '' }))
    const text = textOf('看板', lines, 'http://x', 'zh')
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(mostBytes)
    expect(text).toMatch(/还有 \d+ 项/)
  })
})

/** What stands in the head of a PNG. */
const sizeOf = (png: Buffer) => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) })

test('moments are by the company’s clock', () => {
  const now = new Date('2026-03-12T04:00:00Z')
  expect(nextMoment({ every: 'day', hour: 9 }, now, 'Asia/Shanghai').toISOString()).toBe('2026-03-13T01:00:00.000Z')
  expect(nextMoment({ every: 'week', hour: 9, weekday: 1 }, now, 'UTC').toISOString()).toBe('2026-03-16T09:00:00.000Z')
  expect(nextMoment({ every: 'month', hour: 0, day: 1 }, now, 'America/Los_Angeles').toISOString()).toBe('2026-04-01T07:00:00.000Z')
})
