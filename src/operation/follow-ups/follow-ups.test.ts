import { beforeAll, expect, test } from 'vitest'
import { startFollow } from '#management/customers/commands.ts'
import { identify } from '#management/identity/commands.ts'
import { mergeCustomers } from '#management/identity/merging.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import { completeTasks } from '#operation/tasks/commands.ts'
import { listTasks } from '#operation/tasks/queries.ts'
import { TaskQuery } from '#operation/tasks/schema.ts'
import type { Context } from '#platform/context.ts'
import { storeFile } from '#platform/files.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { changeFollowUp, saveStages } from './commands.ts'
import { customerFollowUps, listFollowUps, listStages } from './queries.ts'
import { FollowUpQuery } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-03-12T04:00:00.000Z')
})

let customers = 0
async function company() {
  const ctx = await workspace.newTenant()
  const { id } = await createEmployee(ctx, { name: '小王', roleId: await roleOf(ctx, 'employee') })
  const me: Context = {
    ...ctx,
    actor: { kind: 'employee', id, name: '小王', permissions: new Set(['tasks.read', 'tasks.write']), scope: [id] },
  }
  const friend = async () => {
    const customerId = await identify(ctx, [{ kind: 'member_no', value: `u${++customers}` }])
    await startFollow(ctx, { customerId, employeeId: id, at: ctx.now() })
    return customerId
  }
  const stages = await listStages(ctx, { whose: 'team' })
  return { ctx, me, friend, stages, stage: (at: number) => stages[at]?.id ?? '' }
}

const open = async (ctx: Context) =>
  (await listTasks(ctx, TaskQuery.parse({ whose: 'team' }))).items.map(({ title, kind, dueAt }) => [title, kind, dueAt])

test('every company begins with four stages, and makes its own list of them', async () => {
  const { ctx, me, friend, stages, stage } = await company()
  expect(stages.map(({ name }) => name)).toEqual(['破冰', '深度互动', '挖掘需求', '提出方案'])
  await changeFollowUp(me, await friend(), { stageId: stage(1) })
  await saveStages(ctx, { stages: [{ id: stage(1), name: '破冰' }, { id: stage(0), name: '深度互动' }, { name: '成交' }] })
  expect((await listStages(ctx, { whose: 'team' })).map(({ name, count }) => [name, count])).toEqual([
    ['破冰', 1],
    ['深度互动', 0],
    ['成交', 0],
  ])
  await expect(saveStages(ctx, { stages: [{ id: stage(0), name: 'x' }] })).rejects.toMatchObject({
    code: 'follow_up_stage.in_use',
    status: 409,
  })
  await expect(saveStages(ctx, { stages: [{ id: stage(1), name: 'x' }, { name: 'x' }] })).rejects.toMatchObject({ field: 'stages.1.name' })
  await expect(
    saveStages(ctx, {
      stages: [
        { id: stage(3), name: 'x' },
        { id: stage(1), name: 'y' },
      ],
    }),
  ).rejects.toMatchObject({ field: 'stages.0.id' })
  expect((await listStages(ctx, { whose: 'team' })).length).toBe(3)
})

test('a next action is one task at a time, and no next action once it is done', async () => {
  const { me, friend, stage } = await company()
  const customer = await friend()
  const at = '2026-03-14T02:00:00.000Z'
  await changeFollowUp(me, customer, { stageId: stage(0), next: { action: '发资料', at: null } })
  await changeFollowUp(me, customer, { next: { action: '打电话', at } })
  expect(await open(me)).toEqual([['打电话', 'todo', at]])
  expect((await customerFollowUps(me, customer)).items).toMatchObject([{ nextAction: '打电话', nextAt: at, stage: { name: '破冰' } }])
  const [task] = (await listTasks(me, TaskQuery.parse({ whose: 'mine' }))).items
  await completeTasks(me, [internalId(me, 'tsk', task?.id ?? '')], { result: 'done' })
  expect((await customerFollowUps(me, customer)).items).toMatchObject([{ nextAction: null, nextAt: null }])
  await changeFollowUp(me, customer, { next: { action: '再打', at } })
  await changeFollowUp(me, customer, { next: null })
  expect(await open(me)).toEqual([])
})

test('records keep words, files and the stage they led to, and are told', async () => {
  const { ctx, me, friend, stage } = await company()
  const customer = await friend()
  const file = await storeFile(ctx, { name: '报价.csv', bytes: Buffer.from('a,b\n') })
  await changeFollowUp(me, customer, { stageId: stage(2), text: '想要报价', fileIds: [publicId(ctx, 'fil', file.id)] })
  await changeFollowUp(me, customer, { stageId: stage(2) })
  await changeFollowUp(me, customer, { stageId: stage(3) })
  expect((await customerFollowUps(me, customer)).records).toMatchObject([
    { text: '', stage: { name: '提出方案' }, files: [] },
    { text: '想要报价', stage: { name: '挖掘需求' }, files: [{ name: '报价.csv', contentType: 'text/csv' }], employee: { name: '小王' } },
  ])
  const told = await ctx.db
    .selectFrom('eventLog')
    .select(['name', 'customerId'])
    .where('name', 'like', 'follow\\_up.%')
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('seq')
    .execute()
  expect(told.map(({ name }) => name)).toEqual(['follow_up.moved', 'follow_up.noted', 'follow_up.moved'])
  expect(told.every(({ customerId }) => customerId === customer)).toBe(true)
  await expect(changeFollowUp(me, customer, { fileIds: [publicId(ctx, 'fil', 999)] })).rejects.toMatchObject({ field: 'fileIds.0' })
})

test('the board shows one’s own by stage, merged customers once, and strangers nothing', async () => {
  const { ctx, me, friend, stage } = await company()
  const [one, two] = [await friend(), await friend()]
  await Promise.all([changeFollowUp(me, one, { stageId: stage(0) }), changeFollowUp(me, one, { stageId: stage(0), text: '同时' })])
  await changeFollowUp(me, two, { stageId: stage(0) })
  const column = async (ctx: Context, at: number) =>
    (await listFollowUps(ctx, FollowUpQuery.parse({ stage: stage(at), whose: 'team' }))).items
  expect((await column(me, 0)).length).toBe(2)
  workspace.setNow('2026-03-12T05:00:00.000Z')
  await mergeCustomers(ctx, { keepId: one, mergeId: two })
  await changeFollowUp(me, two, { stageId: stage(1) })
  expect((await column(me, 1)).map(({ customer }) => customer.id)).toEqual([publicId(ctx, 'cus', one)])
  expect(await column(me, 0)).toEqual([])
  expect((await listStages(me, { whose: 'mine' })).map(({ count }) => count)).toEqual([0, 1, 0, 0])
  const other = { ...me, actor: { ...me.actor, id: 999, scope: [999] } }
  expect(await column(other, 1)).toEqual([])
  await expect(changeFollowUp(other, one, { text: 'x' })).rejects.toMatchObject({ code: 'customer.not_found', status: 404 })
  await expect(changeFollowUp(ctx, one, { text: 'x' })).rejects.toMatchObject({ code: 'follow_up.not_a_person' })
})
