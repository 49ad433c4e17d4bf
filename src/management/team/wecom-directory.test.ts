import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { verifyAudit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import {
  markEmployeeLeft,
  removeDepartmentFromWecom,
  renameAccount,
  upsertDepartmentFromWecom,
  upsertEmployeeFromWecom,
} from './commands.ts'
import { createDepartment } from './departments/commands.ts'
import { listDepartments } from './departments/queries.ts'
import { createEmployee, dismissEmployee, suspendEmployee, updateEmployee } from './employees/commands.ts'
import { getEmployee } from './employees/queries.ts'
import { accountOf, employeesByAccount, findEmployeeByAccount, presentAccounts } from './queries.ts'
import { roleOf } from './testing/people.ts'

let workspace: TestWorkspace
let ctx: Context
beforeAll(async () => {
  workspace = await openTestWorkspace()
})
beforeEach(async () => {
  ctx = await workspace.newTenant()
})

const [first, second] = [1, 2]

const events = async () =>
  (await ctx.db.selectFrom('eventLog').select('name').where('tenantId', '=', ctx.tenantId).orderBy('seq').execute()).map(({ name }) => name)

describe('members', () => {
  test('become employees once, however often and at however many doors they arrive', async () => {
    const member = { userId: 'ZhangSan', name: '张三', departments: [1, 2], position: '顾问', mobile: '13800138000', status: 1 }
    const ids = await Promise.all(Array.from({ length: 6 }, () => upsertEmployeeFromWecom(ctx, first, member)))
    expect(new Set(ids).size).toBe(1)
    expect(await events()).toEqual(['employee.joined'])
    expect(await getEmployee(ctx, Number(ids[0]))).toMatchObject({
      name: '张三',
      position: '顾问',
      phoneMasked: '138******00',
      state: 'active',
      scope: 'self',
      role: { name: '员工' },
      wecomUserId: 'ZhangSan',
      login: null,
    })
    expect(await findEmployeeByAccount(ctx, first, 'ZhangSan')).toBe(ids[0])
    expect(await accountOf(ctx, first, Number(ids[0]))).toBe('ZhangSan')
    expect(await findEmployeeByAccount(ctx, second, 'ZhangSan')).toBeUndefined()
  })

  test('what a callback leaves out stays as it was, and what people here decided stays too', async () => {
    const id = await upsertEmployeeFromWecom(ctx, first, {
      userId: 'li',
      name: '李四',
      departments: [3],
      position: '店长',
      avatar: 'https://a.example/1.png',
    })
    const own = await createDepartment(ctx, { name: '项目组' })
    const wecom = await upsertDepartmentFromWecom(ctx, first, { id: 3, name: '三部' })
    await updateEmployee(ctx, id, { roleId: await roleOf(ctx, 'lead_operator'), login: `li${ctx.tenantId}`, departmentIds: [wecom, own] })
    await upsertEmployeeFromWecom(ctx, first, { userId: 'li', departments: [4] })
    const found = await getEmployee(ctx, id)
    expect(found).toMatchObject({
      name: '李四',
      position: '店长',
      avatar: 'https://a.example/1.png',
      role: { name: '操盘手' },
      scope: 'all',
      login: `li${ctx.tenantId}`,
    })
    expect(found.departments.map(({ name }) => name).sort()).toEqual(['4', '项目组'])
    await expect(updateEmployee(ctx, id, { departmentIds: [own] })).rejects.toMatchObject({
      code: 'department.managed_by_wecom',
      field: 'departmentIds',
    })
  })

  test('a member of two corps leaves with the second goodbye, and may come back', async () => {
    const id = await upsertEmployeeFromWecom(ctx, first, { userId: 'wang', name: '王五' })
    await ctx.db
      .insertInto('employeeAccounts')
      .values({ tenantId: ctx.tenantId, corpId: second, userId: 'wang5', employeeId: id })
      .execute()
    await markEmployeeLeft(ctx, first, 'wang')
    expect(await getEmployee(ctx, id)).toMatchObject({ state: 'active', wecomUserId: 'wang5' })
    expect([...(await presentAccounts(ctx, first)).keys()]).toEqual([])
    await markEmployeeLeft(ctx, second, 'wang5')
    await markEmployeeLeft(ctx, second, 'wang5')
    expect((await getEmployee(ctx, id)).state).toBe('left')
    expect(await employeesByAccount(ctx, first)).toEqual(new Map([['wang', id]]))
    expect(await upsertEmployeeFromWecom(ctx, first, { userId: 'wang', status: 1 })).toBe(id)
    expect((await getEmployee(ctx, id)).state).toBe('active')
    expect(await events()).toEqual(['employee.joined', 'employee.left', 'employee.joined'])
    await expect(dismissEmployee(ctx, id)).rejects.toMatchObject({ code: 'employee.managed_by_wecom' })
  })

  test('disabled in WeCom is suspended here; what people suspended here WeCom does not lift', async () => {
    const id = await upsertEmployeeFromWecom(ctx, first, { userId: 'zhao', name: '赵六', status: 2 })
    const state = async () => (await getEmployee(ctx, id)).state
    expect(await state()).toBe('suspended')
    await upsertEmployeeFromWecom(ctx, first, { userId: 'zhao', status: 1 })
    expect(await state()).toBe('active')
    await suspendEmployee(ctx, id)
    await upsertEmployeeFromWecom(ctx, first, { userId: 'zhao', status: 1 })
    expect(await state()).toBe('suspended')
    await upsertEmployeeFromWecom(ctx, first, { userId: 'zhao', status: 5 })
    expect(await state()).toBe('left')
  })

  test('WeCom cannot send the last owner away', async () => {
    const id = await upsertEmployeeFromWecom(ctx, first, { userId: 'boss', name: '老板' })
    await updateEmployee(ctx, id, { roleId: await roleOf(ctx, 'owner') })
    await markEmployeeLeft(ctx, first, 'boss')
    expect((await getEmployee(ctx, id)).state).toBe('active')
    const kept = await ctx.db
      .selectFrom('auditLog')
      .select('action')
      .where('tenantId', '=', ctx.tenantId)
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst()
    expect(kept?.action).toBe('employee.last_owner_kept')
    expect(await verifyAudit(ctx)).toMatchObject({ ok: true })
    await createEmployee(ctx, { name: '二把手', roleId: await roleOf(ctx, 'owner') })
    await markEmployeeLeft(ctx, first, 'boss')
    expect((await getEmployee(ctx, id)).state).toBe('left')
  })

  test('a changed member id is the same person', async () => {
    const id = await upsertEmployeeFromWecom(ctx, first, { userId: 'old', name: '孙七' })
    await renameAccount(ctx, first, 'old', 'new')
    await renameAccount(ctx, first, 'old', 'new')
    expect(await upsertEmployeeFromWecom(ctx, first, { userId: 'new', name: '孙七' })).toBe(id)
    expect(await findEmployeeByAccount(ctx, first, 'old')).toBeUndefined()
  })
})

describe('departments', () => {
  const tree = async () => {
    const all = await listDepartments(ctx)
    const nameOf = new Map(all.map(({ id, name }) => [id, name]))
    return Object.fromEntries(all.map(({ name, parentId }) => [name, parentId && nameOf.get(parentId)]))
  }

  test('arrive in any order, the child before the parent too', async () => {
    await upsertDepartmentFromWecom(ctx, first, { id: 7, name: '一组', parentId: 5 })
    await upsertDepartmentFromWecom(ctx, first, { id: 5, name: '销售部', parentId: 1 })
    await Promise.all([
      upsertDepartmentFromWecom(ctx, first, { id: 1, name: '总部', parentId: 0 }),
      upsertDepartmentFromWecom(ctx, first, { id: 1, name: '总部', parentId: 0 }),
    ])
    expect(await tree()).toEqual({ 总部: null, 销售部: '总部', 一组: '销售部' })
    await upsertDepartmentFromWecom(ctx, first, { id: 7, parentId: 1 })
    expect(await tree()).toEqual({ 总部: null, 销售部: '总部', 一组: '总部' })
  })

  test('removed ones hand what hangs below to their parent', async () => {
    await upsertDepartmentFromWecom(ctx, first, { id: 1, name: '总部', parentId: 0 })
    await upsertDepartmentFromWecom(ctx, first, { id: 5, name: '销售部', parentId: 1 })
    await upsertDepartmentFromWecom(ctx, first, { id: 7, name: '一组', parentId: 5 })
    const id = await upsertEmployeeFromWecom(ctx, first, { userId: 'li', name: '李四', departments: [5] })
    await removeDepartmentFromWecom(ctx, first, 5)
    await removeDepartmentFromWecom(ctx, first, 5)
    expect(await tree()).toEqual({ 总部: null, 一组: '总部' })
    expect((await getEmployee(ctx, id)).departments).toEqual([])
  })
})
