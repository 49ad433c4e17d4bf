import { beforeAll, expect, test } from 'vitest'
import { createDepartment } from '#management/team/departments/commands.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import { createJourney, pauseJourney, publishJourney, stopJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { rules } from '#operation/journeys/testing-rules.ts'
import { createMarketingTask, stopMarketingTask } from '#operation/marketing-tasks/commands.ts'
import { MarketingTaskInput } from '#operation/marketing-tasks/schema.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { collisionsOf, limitsOf } from './collisions.ts'
import { readCalendar } from './queries.ts'
import type { CalendarItem } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const item = (id: string, day: string, more: Partial<CalendarItem> = {}): CalendarItem => ({
  kind: 'message',
  id,
  title: id,
  state: 'scheduled',
  at: `${day}T02:00:00.000Z`,
  day,
  audience: '',
  audienceSize: null,
  senders: [],
  ...more,
})
const cap = { frequency: { most: 2, days: 7 }, platform: null }

test('plans for the same people on one day get in each other’s way, a plan for everybody in each one’s', () => {
  const items = [
    item('a', '2026-03-02', { audience: 'vip' }),
    item('b', '2026-03-02', { audience: 'new' }),
    item('c', '2026-03-02'),
    item('d', '2026-03-02', { kind: 'moment' }),
    item('e', '2026-03-03'),
  ]
  expect(collisionsOf(items.slice(0, 2), cap)).toEqual([])
  expect(collisionsOf(items, cap).filter(({ kind }) => kind === 'same_day')).toEqual([
    { kind: 'same_day', day: '2026-03-02', ids: ['c', 'a'] },
    { kind: 'same_day', day: '2026-03-02', ids: ['c', 'b'] },
  ])
})

test('the third message in the days of the cap is one too many, the fourth a week later is not', () => {
  const items = [item('a', '2026-03-01'), item('b', '2026-03-04'), item('c', '2026-03-07'), item('d', '2026-03-12')]
  expect(collisionsOf(items, cap)).toEqual([{ kind: 'frequency', day: '2026-03-07', ids: ['a', 'b', 'c'] }])
  expect(collisionsOf(items, { frequency: null, platform: null })).toEqual([])
})

test('where WeCom takes one a day, the second is said to be too many', () => {
  const items = [item('a', '2026-03-01'), item('b', '2026-03-01')]
  expect(collisionsOf(items, { frequency: null, platform: 'day' })).toEqual([
    { kind: 'platform_limit', day: '2026-03-01', ids: ['a', 'b'] },
    { kind: 'same_day', day: '2026-03-01', ids: ['a', 'b'] },
  ])
})

test('the fullest day, week and month are told beside what WeCom takes, whichever it holds the company to', () => {
  const items = ['02', '03', '04', '05', '06', '07', '08'].map((day) => item(day, `2026-03-${day}`))
  const platform = { platform: 'week' as const, lifted: {} }
  const eighth = item('x', '2026-03-08', { audience: 'vip', at: '2026-03-08T03:00:00.000Z' })
  expect(limitsOf([...items, eighth], { ...platform, at: new Date('2026-03-01T00:00:00Z') })).toEqual([
    { period: 'day', applies: false, most: 1, planned: 2, day: '2026-03-08' },
    { period: 'week', applies: true, most: 7, planned: 8, day: '2026-03-08' },
    { period: 'month', applies: false, most: 31, planned: 8, day: '2026-03-08' },
  ])
  const kinds = collisionsOf([...items, eighth], { frequency: null, ...platform }).map(({ kind, day }) => [kind, day])
  expect(kinds).toContainEqual(['platform_limit', '2026-03-08'])
  expect(collisionsOf(items, { frequency: null, ...platform })).toEqual([])
})

test('what comes by schedule stands on each of its days, a marketing task on the day it is due, for whoever may read them', async () => {
  // Noon of a Monday in Beijing.
  workspace.setNow(new Date('2026-03-02T04:00:00Z'))
  const ctx = await workspace.newTenant()
  const begin = async (name: string, repeat: object) => {
    const entry = { by: 'schedule', segment: publicId(ctx, 'seg', 1), repeat }
    const draft = Definition.parse({ entry, start: 'end', steps: [{ id: 'end', type: 'end' }] })
    const id = await createJourney(ctx, { name, note: '', draft })
    await publishJourney(ctx, rules, id)
    return id
  }
  const weekly = await begin('每周唤醒', { every: 'week', at: '10:00', weekdays: [1] })
  await pauseJourney(ctx, await begin('每月一次', { every: 'month', at: '09:00', day: 31 }))
  await stopJourney(ctx, await begin('停了', { every: 'day', at: '09:00' }))
  const { id: employee } = await createEmployee(ctx, { name: '小王', roleId: await roleOf(ctx, 'employee') })
  const task = (name: string) =>
    createMarketingTask(
      ctx,
      MarketingTaskInput.parse({
        name,
        targetUrl: 'https://example.com/spring',
        goal: 5,
        endsAt: '2026-03-20T10:00:00Z',
        employeeIds: [publicId(ctx, 'emp', employee)],
      }),
    )
  const due = await task('春茶冲刺')
  await stopMarketingTask(ctx, await task('不做了'))
  const shown = async (ctx: Context, dateFrom: string, dateTo: string) =>
    (await readCalendar(ctx, { dateFrom, dateTo })).items.map(({ kind, title, day, audienceSize }) => [kind, title, day, audienceSize])
  const weekday = (day: string) => ['journey', '每周唤醒', day, null]
  expect(await shown(ctx, '2026-03-01', '2026-03-31')).toEqual([
    ...['2026-03-09', '2026-03-16'].map(weekday),
    ['marketing_task', '春茶冲刺', '2026-03-20', 1],
    ...['2026-03-23', '2026-03-30'].map(weekday),
    ['journey', '每月一次', '2026-03-31', null],
  ])
  expect(await shown(ctx, '2026-04-20', '2026-04-30')).toEqual([
    ...['2026-04-20', '2026-04-27'].map(weekday),
    ['journey', '每月一次', '2026-04-30', null],
  ])
  // A task has its people; a journey is whoever's the customer is.
  const { id: idle } = await createEmployee(ctx, { name: '小李', roleId: await roleOf(ctx, 'employee') })
  const kindsOf = async (query: object) =>
    new Set((await readCalendar(ctx, { dateFrom: '2026-03-01', dateTo: '2026-03-31', ...query })).items.map(({ kind }) => kind))
  expect(await kindsOf({ employee: publicId(ctx, 'emp', employee) })).toEqual(new Set(['journey', 'marketing_task']))
  expect(await kindsOf({ employee: publicId(ctx, 'emp', idle) })).toEqual(new Set(['journey']))
  const north = await createDepartment(ctx, { name: '北区' })
  const shop = await createDepartment(ctx, { name: '一店', parentId: north })
  await ctx.db.insertInto('employeeDepartments').values({ tenantId: ctx.tenantId, employeeId: employee, departmentId: shop }).execute()
  for (const [department, kinds] of [
    [north, ['journey', 'marketing_task']],
    [shop, ['journey', 'marketing_task']],
    [await createDepartment(ctx, { name: '南区' }), ['journey']],
  ] as const)
    expect(await kindsOf({ department: publicId(ctx, 'dep', department) })).toEqual(new Set(kinds))
  expect(await kindsOf({ department: publicId(ctx, 'dep', north), employee: publicId(ctx, 'emp', idle) })).toEqual(new Set(['journey']))
  await expect(kindsOf({ department: 'dep_nothing' })).rejects.toMatchObject({ status: 404 })
  expect(await kindsOf({ group: publicId(ctx, 'grp', 1) })).toEqual(new Set())
  await expect(kindsOf({ employee: 'emp_nobody' })).rejects.toMatchObject({ status: 404 })
  const { items, collisions } = await readCalendar(ctx, {})
  expect(collisions).toEqual([])
  expect(new Set(items.map(({ id }) => id))).toContain(publicId(ctx, 'jny', weekly))
  expect(new Set(items.map(({ id }) => id))).toContain(publicId(ctx, 'mtk', due))
  const actor = (permission: string, scope: number[]): Context => ({
    ...ctx,
    actor: { kind: 'employee', id: 999, name: '别人', permissions: new Set([permission]), scope },
  })
  expect(await shown(actor('messages.read', [999]), '2026-03-01', '2026-03-31')).toEqual([])
  expect(await shown(actor('tasks.read', [999]), '2026-03-01', '2026-03-31')).toEqual([])
  expect(await shown(actor('tasks.read', [employee]), '2026-03-01', '2026-03-31')).toEqual([
    ['marketing_task', '春茶冲刺', '2026-03-20', 1],
  ])
})
