import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { loadWorld, type TestEvent } from '../reports/testing.ts'
import { isCrossed, judgeAlerts, listAlerts, listNotices, markSeen } from './alerts.ts'
import { changeAlert, createAlert, deleteAlert, setTarget } from './commands.ts'
import { deleteOwnMetric, saveOwnMetric } from './own.ts'
import { lastPeriod, periodsToJudge, targetOf } from './periods.ts'
import { listMetrics, readValues } from './queries.ts'

let workspace: TestWorkspace
let ctx: Context
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-03-12T04:00:00.000Z')
  ctx = await workspace.newTenant()
  await loadWorld(ctx, { events: [...visits('2026-03-10', 4), ...visits('2026-03-11', 2)] })
})

const visits = (day: string, count: number): TestEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    person: `p${i}`,
    event: 'page.viewed',
    timestamp: `${day}T04:0${i}:00.000Z`,
    properties: { stay: 10 },
  }))

const span = { dateFrom: '2026-03-10', dateTo: '2026-03-11', interval: 'day' }

describe('the dictionary', () => {
  test('says what is fed, what waits for events and what for a feature', async () => {
    const items = await listMetrics(ctx)
    const stateOf = (key: string) => items.find((item) => item.key === key)?.state
    expect([stateOf('landing_uv'), stateOf('paid_amount'), stateOf('lift'), stateOf('spend')]).toEqual(['fed', 'unfed', 'waiting', 'fed'])
    expect(items.find(({ key }) => key === 'net_amount')?.feeds).toEqual(['order.amended', 'order.paid', 'order.refunded'])
    const quickOf = (key: string) => items.find((item) => item.key === key)?.quick
    expect(['net_amount', 'cost_per_add', 'silent_rate', 'loyalty_score'].map(quickOf)).toEqual([true, true, false, false])
    expect(items.every(({ zh, en, formula }) => zh && en && formula.zh && formula.en)).toBe(true)
  })

  test('computes several at once, and one that cannot be computed takes no other along', async () => {
    const { items } = await readValues(ctx, { ...span, keys: ['landing_pv', 'wish', 'landing_uv'] })
    expect(items.map(({ result, problem }) => result?.total ?? problem?.code)).toEqual([6, 'metric.not_found', 4])
  })

  test('holds metrics of one’s own, computed by the same engine', async () => {
    const definition = {
      parts: [{ event: 'page.viewed', measure: 'sum(stay)' }, { event: 'page.viewed' }],
      formula: 'A / B',
      unit: 'number',
    }
    const id = await saveOwnMetric(ctx, { name: '平均停留', definition })
    const key = publicId(ctx, 'met', id)
    const { items } = await readValues(ctx, { ...span, keys: [key], compare: 'previous_period' })
    expect(items[0]?.result).toMatchObject({ total: 10, before: null, values: [10, 10], metric: { zh: '平均停留', loop: null } })
    expect((await listMetrics(ctx)).find((item) => item.key === key)).toMatchObject({ own: true, definition, state: 'fed' })
    await deleteOwnMetric(ctx, id)
    await expect(deleteOwnMetric(ctx, id)).rejects.toMatchObject({ code: 'metric.not_found' })
  })

  test.each([
    [{ parts: [] }, 'definition.parts'],
    [{ parts: [{ event: 'x', measure: 'most' }] }, 'definition.parts.0.measure'],
    [{ parts: [{ event: 'x' }], formula: 'A / B' }, 'definition.formula'],
    [{ parts: [{ event: 'x' }], fromula: 'A' }, 'definition.fromula'],
  ])('refuses %j and names %s', async (definition, field) => {
    await expect(saveOwnMetric(ctx, { name: 'x', definition })).rejects.toMatchObject({ code: 'metric.invalid', field })
  })
})

describe('targets', () => {
  const month = { period: 'month' as const, since: '2026-02-01', value: 310 }
  test('of what adds up are shared out by days, the newest one counts', () => {
    expect(targetOf([month], true, { dateFrom: '2026-03-01', dateTo: '2026-03-10' })).toBe(100)
    const newer = { ...month, since: '2026-03-06', value: 620 }
    expect(targetOf([month, newer], true, { dateFrom: '2026-03-01', dateTo: '2026-03-10' })).toBe(150)
    expect(
      targetOf([month, { period: 'day', since: '2026-03-01', value: 7 }], true, { dateFrom: '2026-03-01', dateTo: '2026-03-02' }),
    ).toBe(14)
    expect(targetOf([month], true, { dateFrom: '2026-01-30', dateTo: '2026-02-02' })).toBeNull()
  })

  test('of a level or a ratio are the same all the time', () => {
    expect(targetOf([{ ...month, value: 0.3 }], false, { dateFrom: '2026-03-01', dateTo: '2026-03-02' })).toBe(0.3)
  })

  test('stand beside the value, and null takes them away', async () => {
    const target = { metric: 'landing_pv', period: 'day' as const, since: '2026-03-01' }
    const read = async (by = ctx) => (await readValues(by, { ...span, keys: ['landing_pv'] })).items[0]?.target
    await setTarget(ctx, { ...target, value: 4 })
    expect(await read()).toBe(8)
    // The company's target beside some of its customers would only mislead.
    expect(await read({ ...ctx, actor: { ...ctx.actor, scope: [1] } })).toBeNull()
    await setTarget(ctx, { ...target, value: null })
    expect(await read()).toBeNull()
    await expect(setTarget(ctx, { ...target, metric: 'wish', value: 1 })).rejects.toMatchObject({ field: 'metric' })
  })
})

/** As an employee who sees all customers. */
async function as(name: string): Promise<Context> {
  const { id: roleId } = await ctx.db
    .selectFrom('roles')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .limit(1)
    .executeTakeFirstOrThrow()
  const { id } = await ctx.db
    .insertInto('employees')
    .values({ tenantId: ctx.tenantId, name, roleId })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { ...ctx, actor: { ...ctx.actor, kind: 'employee', id } }
}

describe('alerts', () => {
  const told = (ctx: Context) =>
    ctx.db.selectFrom('eventLog').select('properties').where('tenantId', '=', ctx.tenantId).where('name', '=', 'metric.alerted').execute()

  test('tell once what a period came to, also when it is judged twice at the same moment or again after a crash', async () => {
    const id = await createAlert(ctx, { metric: 'landing_pv', rule: { kind: 'fall', value: 40, period: 'day' }, active: true })
    await createAlert(ctx, { metric: 'landing_pv', rule: { kind: 'above', value: 2, period: 'day' }, active: true })
    await Promise.all([judgeAlerts(ctx), judgeAlerts(ctx)])
    // As if the mark had been lost.
    await ctx.db.updateTable('metricAlerts').set({ judgedUntil: null }).where('tenantId', '=', ctx.tenantId).execute()
    await judgeAlerts(ctx)
    expect((await listNotices(ctx)).items).toMatchObject([
      { metric: 'landing_pv', value: 2, before: 4, periodStart: '2026-03-11', seen: false },
    ])
    expect((await told(ctx)).map(({ properties }) => properties)).toEqual([
      expect.objectContaining({ rule: 'fall', value: 2, before: 4, metricName: '落地页 PV' }),
    ])
    expect((await listAlerts(ctx)).map(({ judgedUntil }) => judgedUntil)).toEqual(['2026-03-11', '2026-03-11'])
    await changeAlert(ctx, id, { active: false })
    await deleteAlert(ctx, id)
    expect((await listNotices(ctx)).items).toEqual([])
  })

  test('wait until all facts of the period are in the answers', async () => {
    const id = await createAlert(ctx, { metric: 'landing_pv', rule: { kind: 'fall', value: 40, period: 'day' }, active: true })
    // A fact of that day that the loader has not come to yet.
    const { seq } = await ctx.db
      .insertInto('eventInbox')
      .values({ tenantId: ctx.tenantId, receivedAt: '2026-03-11T16:00:01Z', events: 1, payload: '[]' })
      .returning('seq')
      .executeTakeFirstOrThrow()
    await judgeAlerts(ctx)
    expect((await listNotices(ctx)).items).toEqual([])
    expect((await listAlerts(ctx))[0]?.judgedUntil).toBeNull()
    await ctx.db.deleteFrom('eventInbox').where('tenantId', '=', ctx.tenantId).where('seq', '=', seq).execute()
    await judgeAlerts(ctx)
    expect((await listNotices(ctx)).items).toHaveLength(1)
    await deleteAlert(ctx, id)
  })

  test('tell what was missed while nobody judged, day by day, but nothing of days while they were off', async () => {
    const id = await createAlert(ctx, { metric: 'landing_pv', rule: { kind: 'above', value: 1, period: 'day' }, active: true })
    await ctx.db.updateTable('metricAlerts').set({ judgedUntil: '2026-03-09' }).where('id', '=', id).execute()
    await judgeAlerts(ctx)
    expect((await listNotices(ctx)).items.map(({ periodStart, value }) => [periodStart, value]).toSorted()).toEqual([
      ['2026-03-10', 4],
      ['2026-03-11', 2],
    ])
    await changeAlert(ctx, id, { active: false })
    await ctx.db.updateTable('metricAlerts').set({ judgedUntil: '2026-03-01' }).where('id', '=', id).execute()
    await changeAlert(ctx, id, { active: true })
    expect((await listAlerts(ctx))[0]?.judgedUntil).toBeNull()
    await deleteAlert(ctx, id)
  })

  test('are read by each employee for themselves, and by nobody who sees only some customers', async () => {
    await createAlert(ctx, { metric: 'landing_pv', rule: { kind: 'fall', value: 40, period: 'day' }, active: true })
    await judgeAlerts(ctx)
    const [one, other] = [await as('甲'), await as('乙')]
    await markSeen(one)
    await markSeen(one)
    expect([(await listNotices(one)).unseen, (await listNotices(other)).unseen]).toEqual([0, 1])
    expect(await listNotices({ ...other, actor: { ...other.actor, scope: [1] } })).toEqual({ items: [], unseen: 0 })
  })

  test('are for who sees everybody', async () => {
    const narrow: Context = { ...ctx, actor: { ...ctx.actor, scope: [1] } }
    const alert = { metric: 'landing_pv', rule: { kind: 'above' as const, value: 1, period: 'day' as const }, active: true }
    await expect(createAlert(narrow, alert)).rejects.toMatchObject({ code: 'permission.scope' })
    await expect(createAlert(ctx, { ...alert, metric: 'wish' })).rejects.toMatchObject({ field: 'metric' })
  })

  test('look at values and at changes', () => {
    const crossed = (kind: 'above' | 'below' | 'rise' | 'fall', value: number | null, before: number | null = 100) =>
      isCrossed({ kind, value: 20, period: 'day' }, value, before)
    expect([crossed('above', 21), crossed('above', 20), crossed('below', 19), crossed('below', null)]).toEqual([true, false, true, false])
    expect([crossed('rise', 120), crossed('rise', 119), crossed('fall', 80), crossed('fall', 50, 0)]).toEqual([true, false, true, false])
  })

  test('judge every period since the last one that was judged, and no more than a month of days', () => {
    const calendar = { timezone: 'Asia/Shanghai', weekStart: 'monday' as const }
    const now = new Date('2026-03-12T04:00:00Z')
    const of = (period: 'day' | 'month', judged: string | null) =>
      periodsToJudge(calendar, period, now, judged).map(({ dateFrom }) => dateFrom)
    expect([of('day', null), of('day', '2026-03-09'), of('day', '2026-03-11')]).toEqual([['2026-03-11'], ['2026-03-10', '2026-03-11'], []])
    expect([of('day', '2025-01-01').length, of('day', '2025-01-01')[0]]).toEqual([31, '2026-02-09'])
    expect(of('month', '2025-12-01')).toEqual(['2026-01-01', '2026-02-01'])
  })

  test('judge the last day, week and month that are over by the company’s clock', () => {
    const calendar = { timezone: 'America/Los_Angeles', weekStart: 'monday' as const }
    const now = new Date('2026-01-01T07:00:00Z')
    expect(lastPeriod(calendar, 'day', now)).toEqual({ dateFrom: '2025-12-30', dateTo: '2025-12-30' })
    expect(lastPeriod(calendar, 'week', now)).toEqual({ dateFrom: '2025-12-22', dateTo: '2025-12-28' })
    expect(lastPeriod(calendar, 'month', new Date('2026-01-01T09:00:00Z'))).toEqual({ dateFrom: '2025-12-01', dateTo: '2025-12-31' })
  })
})
