import { beforeAll, expect, test } from 'vitest'
import { createEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { assignTasks } from './commands.ts'
import { planDay, planReminders } from './reminders.ts'
import { reminderDay, reminderText } from './reminding.ts'
import { changeTaskSettings } from './settings.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

test.each([
  ['2026-03-12T00:59:00.000Z', undefined],
  ['2026-03-12T01:00:00.000Z', '2026-03-12'],
  ['2026-03-12T04:59:00.000Z', '2026-03-12'],
  ['2026-03-12T05:00:00.000Z', undefined],
  ['2026-03-12T17:30:00.000Z', undefined],
])('at %s in Shanghai employees are reminded at nine of the day %s', (now, day) => {
  expect(reminderDay(new Date(now), 'Asia/Shanghai', 540)).toBe(day)
})

test('a reminder says what is not zero', () => {
  expect(reminderText({ today: 3, overdue: 0, passedUp: 2 }, 'zh', 'u')).toBe('【任务提醒】今天到期 3 项，团队逾期 2 项。\nu')
  expect(reminderText({ today: 0, overdue: 1, passedUp: 0 }, 'en', 'u')).toBe('Tasks: 1 overdue.\nu')
})

test('is planned once a day, when switched on, for those whom an app may write to', async () => {
  workspace.setNow('2026-03-12T02:00:00.000Z')
  const ctx = await workspace.newTenant()
  const roleId = await roleOf(ctx, 'employee')
  const [reached, withoutApp, free] = [
    (await createEmployee(ctx, { name: '甲', roleId })).id,
    (await createEmployee(ctx, { name: '乙', roleId })).id,
    (await createEmployee(ctx, { name: '丙', roleId })).id,
  ]
  const none = Buffer.from('')
  const corp = { tenantId: ctx.tenantId, secret: none, callbackToken: none, callbackKey: none }
  const made = await ctx.db
    .insertInto('wecomCorps')
    .values([
      { ...corp, corpId: 'ww1', name: '有应用', agentId: 1000002 },
      { ...corp, corpId: 'ww2', name: '没有应用' },
    ])
    .returning('id')
    .execute()
  const [withApp = 0, without = 0] = made.map(({ id }) => id).sort()
  await ctx.db
    .insertInto('employeeAccounts')
    .values([
      { tenantId: ctx.tenantId, corpId: withApp, userId: 'a', employeeId: reached },
      { tenantId: ctx.tenantId, corpId: without, userId: 'b', employeeId: withoutApp },
      { tenantId: ctx.tenantId, corpId: withApp, userId: 'c', employeeId: free },
    ])
    .execute()
  const source = { kind: 'hand' as const, id: 0 }
  const at = (hour: number) => new Date(Date.UTC(2026, 2, 12, hour))
  await assignTasks(ctx, [
    { key: '1', kind: 'todo', title: 'late', employeeId: reached, dueAt: at(1), source },
    { key: '2', kind: 'todo', title: 'today', employeeId: reached, dueAt: at(15), source },
    { key: '3', kind: 'todo', title: 'tomorrow', employeeId: free, dueAt: at(16), source },
    { key: '4', kind: 'todo', title: 'today', employeeId: withoutApp, dueAt: at(15), source },
  ])
  expect(await planDay(ctx)).toBe(0)
  await changeTaskSettings(ctx, { remind: true })
  expect((await Promise.all([planDay(ctx), planDay(ctx)])).reduce((a, b) => a + b)).toBe(1)
  workspace.setNow('2026-03-11T02:00:00.000Z')
  await changeTaskSettings(ctx, { remindAt: 541 })
  workspace.setNow('2026-03-12T03:00:00.000Z')
  expect(await planDay(ctx)).toBe(0)
  const rows = await ctx.db.selectFrom('taskReminders').select(['employeeId', 'text']).where('tenantId', '=', ctx.tenantId).execute()
  expect(rows).toEqual([{ employeeId: reached, text: expect.stringContaining('今天到期 1 项，已逾期 1 项') }])
  expect(await planReminders(ctx, [{ key: 'x', employeeId: withoutApp, text: 'x' }])).toEqual([])
})
