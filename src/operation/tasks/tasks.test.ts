import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { startFollow } from '#management/customers/commands.ts'
import { identify } from '#management/identity/commands.ts'
import { mergeCustomers } from '#management/identity/merging.ts'
import { createEmployee, updateEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { postponeTask } from './changing.ts'
import { assignTasks, completeTask, completeTasks, createTasks, reassignTasks, type TaskWish, withdrawTasks } from './commands.ts'
import { tellOverdue } from './overdue.ts'
import { countTasks, listTasks } from './queries.ts'
import { TaskQuery } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-03-12T04:00:00.000Z')
})

const employee = async (ctx: Context, facts: Partial<Parameters<typeof createEmployee>[1]> = {}): Promise<number> =>
  (await createEmployee(ctx, { name: '小王', roleId: await roleOf(ctx, 'employee'), ...facts })).id

let customers = 0
const friendOf = async (ctx: Context, ...employees: number[]): Promise<number> => {
  const id = await identify(ctx, [{ kind: 'member_no', value: `m${++customers}` }])
  for (const [at, employeeId] of employees.entries())
    await startFollow(ctx, { customerId: id, employeeId, at: new Date(Date.UTC(2026, 0, 1 + at)) })
  return id
}

const department = async (ctx: Context, name: string, parentId: number | null = null): Promise<number> =>
  (await ctx.db.insertInto('departments').values({ tenantId: ctx.tenantId, name, parentId }).returning('id').executeTakeFirstOrThrow()).id

const wish = (key: string, facts: Partial<TaskWish> = {}): TaskWish => ({
  key,
  kind: 'contact',
  title: key,
  source: { kind: 'journey', id: 1, step: 'a' },
  ...facts,
})

const as = (ctx: Context, id: number, scope: 'all' | number[] = [id], permissions = ['tasks.read', 'tasks.write']): Context => ({
  ...ctx,
  actor: { kind: 'employee', id, name: '小王', permissions: new Set(permissions), scope },
})

const list = async (ctx: Context, query: Partial<TaskQuery> = {}) =>
  (await listTasks(ctx, TaskQuery.parse({ whose: 'team', limit: 200, ...query }))).items

const told = async (ctx: Context, name: string) =>
  (await ctx.db.selectFrom('eventLog').select(['customerId', 'properties']).where('name', '=', name).orderBy('seq').execute()).map(
    ({ customerId, properties }) => ({ customerId, ...(properties as Record<string, unknown>) }),
  )

const idsOf = async (ctx: Context): Promise<Map<string, number>> =>
  new Map(
    (await ctx.db.selectFrom('employeeTasks').select(['id', 'key']).where('tenantId', '=', ctx.tenantId).execute()).map(({ id, key }) => [
      key,
      id,
    ]),
  )

describe('a wish', () => {
  test('goes to whom it names, else to the friend of longest standing who is active, else to nobody', async () => {
    const ctx = await workspace.newTenant()
    const [first, second, gone] = [
      await employee(ctx, { name: '甲' }),
      await employee(ctx, { name: '乙' }),
      await employee(ctx, { name: '丙' }),
    ]
    const customer = await friendOf(ctx, gone, first, second)
    await ctx.db.updateTable('employees').set({ status: 'left' }).where('tenantId', '=', ctx.tenantId).where('id', '=', gone).execute()
    const other = await friendOf(ctx)
    await mergeCustomers(ctx, { keepId: customer, mergeId: other, reason: 'hand' })
    await assignTasks(ctx, [
      wish('named', { employeeId: second, customerId: customer }),
      wish('named who left', { employeeId: gone, customerId: customer }),
      wish('primary', { customerId: customer }),
      wish('primary of the merged', { customerId: other }),
      wish('stranger', { customerId: await friendOf(ctx) }),
      wish('no customer'),
    ])
    expect(Object.fromEntries((await list(ctx)).map(({ title, employee }) => [title, employee?.name ?? null]))).toEqual({
      named: '乙',
      'named who left': '甲',
      primary: '甲',
      'primary of the merged': '甲',
      stranger: null,
      'no customer': null,
    })
    expect((await list(ctx, { view: 'unassigned' })).map(({ title }) => title)).toEqual(['no customer', 'stranger'])
  })

  test('is one task and told once, also when two ask at the same moment in different orders', async () => {
    const ctx = await workspace.newTenant()
    const wishes = Array.from({ length: 40 }, (_, at) => wish(`w${at}`))
    await Promise.all([assignTasks(ctx, wishes), assignTasks(ctx, wishes.toReversed()), assignTasks(ctx, [...wishes, ...wishes])])
    expect((await list(ctx)).length).toBe(40)
    expect(new Set((await told(ctx, 'task.assigned')).map((told) => 'taskTitle' in told && told.taskTitle)).size).toBe(40)
    expect((await told(ctx, 'task.assigned')).length).toBe(40)
  })

  test('comes to nothing when the transaction around it fails', async () => {
    const ctx = await workspace.newTenant()
    await expect(
      inTransaction(ctx, async (ctx) => {
        await assignTasks(ctx, [wish('lost')])
        throw new Error('after all not')
      }),
    ).rejects.toThrow('after all not')
    expect(await list(ctx)).toEqual([])
    expect(await told(ctx, 'task.assigned')).toEqual([])
  })
})

describe('completing', () => {
  test('twice is once; what ended otherwise is refused; strangers see nothing', async () => {
    const ctx = await workspace.newTenant()
    const [mine, theirs] = [await employee(ctx), await employee(ctx)]
    const customer = await friendOf(ctx, mine)
    await assignTasks(ctx, [wish('one', { employeeId: mine, customerId: customer }), wish('two', { employeeId: mine })])
    const ids = await idsOf(ctx)
    const [one, two] = [ids.get('one') ?? 0, ids.get('two') ?? 0]
    const me = as(ctx, mine)
    await expect(completeTask(as(ctx, theirs), one, { result: 'done' })).rejects.toMatchObject({ code: 'task.not_found', status: 404 })
    await Promise.all([completeTask(me, one, { result: 'done', note: '好' }), completeTask(me, one, { result: 'done' })])
    await expect(completeTask(me, one, { result: 'skipped' })).rejects.toMatchObject({ code: 'task.over', status: 409 })
    expect(await withdrawTasks(ctx, { kind: 'journey', id: 1 })).toBe(1)
    await expect(completeTask(me, two, { result: 'done' })).rejects.toMatchObject({ code: 'task.over' })
    expect(await completeTasks(me, [one, two], { result: 'done' })).toBe(0)
    expect(await told(ctx, 'task.completed')).toMatchObject([
      { customerId: customer, task: one, source: 'journey', sourceId: 1, step: 'a', result: 'done', employee: mine },
    ])
    expect(await countTasks(me, 'mine')).toMatchObject({ open: 0, doneToday: 1 })
  })

  test('another company’s tasks are not there', async () => {
    const [here, there] = [await workspace.newTenant(), await workspace.newTenant()]
    await assignTasks(here, [wish('ours')])
    const id = (await idsOf(here)).get('ours') ?? 0
    await expect(completeTask(there, id, { result: 'done' })).rejects.toMatchObject({ code: 'task.not_found' })
    expect(await list(there)).toEqual([])
  })
})

describe('what is overdue', () => {
  test('is told once, to the nearest leader, whatever the clock does', async () => {
    const ctx = await workspace.newTenant()
    const top = await department(ctx, '总部')
    const below = await department(ctx, '门店', top)
    const chief = await employee(ctx, { name: '总', scope: 'department_and_below', departmentIds: [top] })
    const peer = await employee(ctx, { departmentIds: [below] })
    const alone = await employee(ctx)
    const due = new Date('2026-03-12T05:00:00.000Z')
    await assignTasks(ctx, [
      wish('late', { employeeId: peer, dueAt: due }),
      wish('nobody above', { employeeId: alone, dueAt: due }),
      wish('later', { employeeId: peer, dueAt: new Date('2026-03-13T05:00:00.000Z') }),
      wish('no time', { employeeId: peer }),
    ])
    expect(await tellOverdue(ctx)).toBe(0)
    workspace.setNow('2026-03-12T05:00:00.000Z')
    expect((await Promise.all([tellOverdue(ctx), tellOverdue(ctx)])).reduce((a, b) => a + b)).toBe(2)
    workspace.setNow('2026-03-12T04:30:00.000Z')
    expect(await tellOverdue(ctx)).toBe(0)
    workspace.setNow('2026-03-12T06:00:00.000Z')
    expect(await tellOverdue(ctx)).toBe(0)
    // Two workers divide them as they come.
    const overdue = (await told(ctx, 'task.overdue')) as { employee?: number; escalatedTo?: number }[]
    expect(overdue.toSorted((a, b) => Number(a.employee) - Number(b.employee))).toMatchObject([
      { employee: peer, escalatedTo: chief },
      { employee: alone },
    ])
    expect((await list(ctx, { view: 'overdue' })).map(({ title, escalatedTo }) => [title, escalatedTo?.name])).toEqual([
      ['late', '总'],
      ['nobody above', undefined],
    ])
    workspace.setNow('2026-03-12T04:00:00.000Z')
  })
})

describe('whose tasks', () => {
  test('follow the data scope; what nobody has is seen by those who assign', async () => {
    const ctx = await workspace.newTenant()
    const [one, two, leader] = [await employee(ctx), await employee(ctx), await employee(ctx)]
    const customer = await friendOf(ctx, one)
    await assignTasks(ctx, [wish('one’s', { employeeId: one }), wish('two’s', { employeeId: two }), wish('nobody’s')])
    await ctx.db
      .insertInto('employeeTasks')
      .values({
        tenantId: ctx.tenantId,
        key: 'lost',
        customerId: customer,
        kind: 'todo',
        title: 'lost',
        sourceKind: 'hand',
        sourceId: 0,
        createdAt: ctx.now(),
      })
      .execute()
    const titles = async (ctx: Context, query = {}) => (await list(ctx, query)).map(({ title }) => title).sort()
    expect(await titles(as(ctx, one))).toEqual(['one’s'])
    expect(await titles(as(ctx, leader, [one, leader], ['tasks.read', 'tasks.assign']))).toEqual(['lost', 'one’s'])
    expect(await titles(ctx)).toEqual(['lost', 'nobody’s', 'one’s', 'two’s'])
    expect(await titles(ctx, { employee: publicId(ctx, 'emp', two) })).toEqual(['two’s'])
    await updateEmployee(ctx, two, { departmentIds: [await department(ctx, '部')] })
    await expect(
      reassignTasks(as(ctx, leader, [one, leader], ['tasks.assign']), [...(await idsOf(ctx)).values()], two),
    ).rejects.toMatchObject({
      code: 'employee.not_found',
      field: 'employeeId',
    })
    expect(await reassignTasks(as(ctx, leader, [one, leader], ['tasks.assign']), [...(await idsOf(ctx)).values()], leader)).toBe(2)
    expect(await titles(as(ctx, leader))).toEqual(['lost', 'one’s'])
  })

  test('by hand are one’s own, unless one may assign; with customers one each', async () => {
    const ctx = await workspace.newTenant()
    const [me, other] = [await employee(ctx), await employee(ctx)]
    const ours = await Promise.all([friendOf(ctx, me), friendOf(ctx, me)])
    const customerIds = ours.map((id) => publicId(ctx, 'cus', id))
    const input = { title: '回访', kind: 'contact' as const, customerIds }
    await expect(createTasks(as(ctx, me), { ...input, employeeId: publicId(ctx, 'emp', other) })).rejects.toMatchObject({ status: 403 })
    await expect(createTasks(as(ctx, other), input)).rejects.toMatchObject({ code: 'customer.not_found' })
    expect(await createTasks(as(ctx, me), input)).toBe(2)
    expect(await createTasks(ctx, input)).toBe(2)
    expect((await list(as(ctx, me), { whose: 'mine' })).length).toBe(4)
    expect((await list(ctx, { customer: customerIds[0] ?? '' })).length).toBe(2)
  })
})

test('pages give every task once, in the order of time, with those without one last', async () => {
  const ctx = await workspace.newTenant()
  const hours = [3, 1, undefined, 2, 1, undefined, 3]
  await assignTasks(
    ctx,
    hours.map((hour, at) => wish(`p${at}`, hour === undefined ? {} : { dueAt: new Date(Date.UTC(2026, 2, 20, hour)) })),
  )
  const seen: (string | null)[] = []
  for (let cursor: string | undefined, pages = 0; pages < 9; pages++) {
    const page = await listTasks(ctx, TaskQuery.parse({ whose: 'team', limit: 2, cursor }))
    seen.push(...page.items.map(({ title }) => title))
    expect(page.total).toBe(7)
    if (!page.next) break
    cursor = page.next
  }
  expect(seen).toEqual(['p1', 'p4', 'p3', 'p0', 'p6', 'p2', 'p5'])
})

test('any acts in any order leave what a plain list of them says', async () => {
  const keys = ['a', 'b', 'c', 'd']
  const act = fc.oneof(
    fc.record({
      what: fc.constant('assign' as const),
      keys: fc.subarray(keys, { minLength: 1 }),
      dueHour: fc.option(fc.integer({ min: 0, max: 6 })),
    }),
    fc.record({
      what: fc.constant('complete' as const),
      key: fc.constantFrom(...keys),
      result: fc.constantFrom('done' as const, 'skipped' as const),
    }),
    fc.record({ what: fc.constant('withdraw' as const), source: fc.integer({ min: 0, max: 1 }) }),
    fc.record({ what: fc.constant('look' as const), hour: fc.integer({ min: 0, max: 7 }) }),
  )
  const at = (hour: number) => new Date(Date.UTC(2026, 2, 12, hour))
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 10 }), async (acts) => {
      const ctx = await workspace.newTenant()
      const model = new Map<string, { state: string; due: number | null; late: boolean }>()
      let completed = 0
      for (const one of acts) {
        if (one.what === 'assign') {
          const dueAt = one.dueHour === null ? {} : { dueAt: at(one.dueHour) }
          await assignTasks(
            ctx,
            one.keys.map((key) => wish(key, { source: { kind: 'journey', id: key < 'c' ? 0 : 1 }, ...dueAt })),
          )
          for (const key of one.keys) if (!model.has(key)) model.set(key, { state: 'open', due: one.dueHour, late: false })
        } else if (one.what === 'complete') {
          const id = (await idsOf(ctx)).get(one.key)
          const task = model.get(one.key)
          completed += await completeTasks(ctx, id === undefined ? [] : [id], { result: one.result })
          if (task?.state === 'open') task.state = one.result
        } else if (one.what === 'withdraw') {
          await withdrawTasks(ctx, { kind: 'journey', id: one.source })
          for (const [key, task] of model) if (task.state === 'open' && (key < 'c' ? 0 : 1) === one.source) task.state = 'withdrawn'
        } else {
          workspace.setNow(at(one.hour))
          const expected = [...model.values()].filter(
            (task) => task.state === 'open' && !task.late && task.due !== null && task.due <= one.hour,
          )
          expect(await tellOverdue(ctx)).toBe(expected.length)
          for (const task of expected) task.late = true
        }
      }
      const rows = await ctx.db
        .selectFrom('employeeTasks')
        .select(['key', 'state', 'overdueAt'])
        .where('tenantId', '=', ctx.tenantId)
        .execute()
      expect(Object.fromEntries(rows.map((row) => [row.key, [row.state, row.overdueAt !== null]]))).toEqual(
        Object.fromEntries([...model].map(([key, task]) => [key, [task.state, task.late]])),
      )
      expect(completed).toBe([...model.values()].filter(({ state }) => state === 'done' || state === 'skipped').length)
    }),
    { numRuns: runs(15) },
  )
})

describe('another time', () => {
  test('is late no more and late again when it passes; what is over or ends with a campaign has none', async () => {
    workspace.setNow('2026-03-12T04:00:00.000Z')
    const ctx = await workspace.newTenant()
    const one = await employee(ctx)
    await assignTasks(ctx, [
      wish('call', { employeeId: one, dueAt: new Date('2026-03-12T03:00:00.000Z') }),
      wish('campaign', { employeeId: one, kind: 'marketing' }),
    ])
    const ids = await idsOf(ctx)
    const [call = 0, campaign = 0] = [ids.get('call'), ids.get('campaign')]
    expect(await tellOverdue(ctx)).toBe(1)
    const due = new Date('2026-03-12T06:00:00.000Z')
    await postponeTask(as(ctx, one), call, due)
    expect((await list(ctx, { view: 'open' })).find(({ title }) => title === 'call')).toMatchObject({
      dueAt: due.toISOString(),
      isOverdue: false,
    })
    expect(await tellOverdue(ctx)).toBe(0)
    workspace.setNow('2026-03-12T06:00:01.000Z')
    expect(await tellOverdue(ctx)).toBe(1)
    await expect(postponeTask(ctx, call, due)).resolves.toBeUndefined()
    await expect(postponeTask(ctx, call, new Date('2026-03-12T05:00:00.000Z'))).rejects.toMatchObject({
      code: 'task.due_in_the_past',
      field: 'dueAt',
    })
    await expect(postponeTask(ctx, campaign, null)).rejects.toMatchObject({ code: 'task.due_of_campaign' })
    await expect(postponeTask(as(ctx, 999), call, null)).rejects.toMatchObject({ code: 'task.not_found' })
    await postponeTask(ctx, call, null)
    expect((await list(ctx, { view: 'overdue' })).map(({ title }) => title)).toEqual([])
    await completeTask(ctx, call, { result: 'done' })
    await expect(postponeTask(ctx, call, due)).rejects.toMatchObject({ code: 'task.over' })
    workspace.setNow('2026-03-12T04:00:00.000Z')
  })
})
