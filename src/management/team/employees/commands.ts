import { sql } from 'kysely'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { employeeJoined } from '../../events.ts'
import { forgetCallers } from '../authenticate.ts'
import { sealMobile } from '../commands.ts'
import { hashPassword, newPassword } from '../passwords.ts'
import type { DataScope } from '../presets.ts'
import { findRole, guardAccount, guardPermissions, guardScope } from '../rank.ts'
import { endSessions } from '../sessions/commands.ts'
import { loginText } from './login.ts'
import { keepAnOwner, leave, rejoin, resume, suspend } from './status.ts'

export type EmployeeFacts = {
  name?: string | undefined
  login?: string | null | undefined
  avatar?: string | null | undefined
  position?: string | null | undefined
  mobile?: string | null | undefined
  roleId?: number | undefined
  scope?: DataScope | undefined
  scopeDepartmentIds?: number[] | undefined
  departmentIds?: number[] | undefined
}

/** With a login comes a first password, which the first login replaces. */
export async function createEmployee(ctx: Context, facts: EmployeeFacts & { name: string }): Promise<{ id: number; password?: string }> {
  const password = facts.login ? newPassword() : undefined
  const passwordHash = password ? await hashPassword(password) : null
  const id = await inTransaction(ctx, async (ctx) => {
    const role = await findRole(ctx, facts.roleId ?? (await ordinaryRole(ctx)), 'roleId')
    guardPermissions(ctx, role.permissions, 'roleId')
    const scope = facts.scope ?? role.scope
    guardScope(ctx, scope)
    const { id } = await orLoginTaken(
      ctx.db
        .insertInto('employees')
        .values({
          tenantId: ctx.tenantId,
          name: facts.name,
          ...columns(ctx, facts),
          roleId: role.id,
          scope,
          passwordHash,
          mustChangePassword: password !== undefined,
        })
        .returning('id')
        .executeTakeFirstOrThrow(),
    )
    await place(ctx, id, facts)
    emit(ctx, employeeJoined, { customerId: null, properties: { employee: id, employeeName: facts.name, by: 'hand' } })
    await audit(ctx, 'employee.created', ['emp', id], { name: facts.name, role: role.preset ?? role.id, scope })
    return id
  })
  return password ? { id, password } : { id }
}

export async function updateEmployee(ctx: Context, id: number, facts: EmployeeFacts): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await guardAccount(ctx, id)
    const before = await ctx.db
      .selectFrom('employees')
      .select(['name', 'login', 'roleId', 'scope', 'position', 'status'])
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!before) throw notFound('employee')
    const rights = await newRights(ctx, id, before, facts)
    const change = { ...columns(ctx, facts), ...(facts.name === undefined ? {} : { name: facts.name }), ...rights }
    if (Object.keys(change).length > 0)
      await orLoginTaken(ctx.db.updateTable('employees').set(change).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute())
    await place(ctx, id, facts)
    forgetCallers(ctx, ctx.tenantId)
    const action = 'roleId' in rights || 'scope' in rights ? 'employee.rights_changed' : 'employee.updated'
    await audit(ctx, action, ['emp', id], {
      name: facts.name ?? before.name,
      fields: Object.keys(change),
      ...(action === 'employee.rights_changed' ? { from: { role: before.roleId, scope: before.scope }, to: rights } : {}),
    })
  })
  forgetCallers(ctx, ctx.tenantId)
}

/** A new role brings its usual data scope unless one is named. */
async function newRights(
  ctx: Context,
  id: number,
  before: { roleId: number; scope: string; status: string },
  facts: EmployeeFacts,
): Promise<{ roleId?: number; scope?: DataScope }> {
  const rights: { roleId?: number; scope?: DataScope } = {}
  if (facts.roleId !== undefined && facts.roleId !== before.roleId) {
    const role = await findRole(ctx, facts.roleId, 'roleId')
    guardPermissions(ctx, role.permissions, 'roleId')
    if (role.preset !== 'owner') await keepAnOwner(ctx, id)
    rights.roleId = role.id
    rights.scope = role.scope
  }
  if (facts.scope !== undefined) rights.scope = facts.scope
  if (rights.scope !== undefined && rights.scope !== before.scope) guardScope(ctx, rights.scope)
  if (facts.scopeDepartmentIds !== undefined) guardScope(ctx, 'chosen', 'scopeDepartmentIds')
  if (rights.scope === before.scope) delete rights.scope
  return rights
}

export async function suspendEmployee(ctx: Context, id: number): Promise<void> {
  if (ctx.actor.kind === 'employee' && ctx.actor.id === id)
    throw appError('employee.own_suspension', { status: 409, message: 'Nobody can suspend themselves.' })
  await changeStatus(ctx, id, 'employee.suspended', (ctx) => suspend(ctx, id, 'hand'))
}

export const resumeEmployee = (ctx: Context, id: number): Promise<void> =>
  changeStatus(ctx, id, 'employee.resumed', (ctx) => resume(ctx, id, 'hand'))

/** For those whom no directory speaks of; a member of WeCom leaves there. */
export async function dismissEmployee(ctx: Context, id: number): Promise<void> {
  if (ctx.actor.kind === 'employee' && ctx.actor.id === id)
    throw appError('employee.own_suspension', { status: 409, message: 'Nobody can send themselves away.' })
  await changeStatus(ctx, id, 'employee.left', async (ctx) => {
    const member = await ctx.db
      .selectFrom('employeeAccounts')
      .select('userId')
      .where('tenantId', '=', ctx.tenantId)
      .where('employeeId', '=', id)
      .where('leftAt', 'is', null)
      .limit(1)
      .executeTakeFirst()
    if (member)
      throw appError('employee.managed_by_wecom', {
        status: 409,
        message: `${member.userId} is still a member in WeCom. Remove the member there, or suspend the employee here.`,
      })
    return leave(ctx, id, 'hand')
  })
}

export const rehireEmployee = (ctx: Context, id: number): Promise<void> =>
  changeStatus(ctx, id, 'employee.rejoined', (ctx) => rejoin(ctx, id, 'hand'))

async function changeStatus(ctx: Context, id: number, action: string, change: (ctx: Context) => Promise<boolean>): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await guardAccount(ctx, id)
    if (await change(ctx)) await audit(ctx, action, ['emp', id])
  })
  forgetCallers(ctx, ctx.tenantId)
}

/** A new first password; every session ends. */
export async function resetPassword(ctx: Context, id: number): Promise<string> {
  const password = newPassword()
  const passwordHash = await hashPassword(password)
  await inTransaction(ctx, async (ctx) => {
    await guardAccount(ctx, id)
    const changed = await ctx.db
      .updateTable('employees')
      .set({ passwordHash, mustChangePassword: true })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .where('login', 'is not', null)
      .executeTakeFirst()
    if (changed.numUpdatedRows === 0n)
      throw appError('employee.no_login', { status: 409, message: 'This employee has no login. Give them one first.', field: 'login' })
    await endSessions(ctx, id)
    await audit(ctx, 'password.reset', ['emp', id])
  })
  forgetCallers(ctx, ctx.tenantId)
  return password
}

const columns = (ctx: Context, facts: EmployeeFacts) => ({
  ...(facts.login === undefined ? {} : { login: facts.login === null ? null : loginText(facts.login) }),
  ...(facts.avatar === undefined ? {} : { avatar: facts.avatar }),
  ...(facts.position === undefined ? {} : { position: facts.position }),
  ...(facts.mobile === undefined ? {} : { mobileSealed: sealMobile(ctx, facts.mobile) }),
})

async function place(ctx: Context, employeeId: number, { departmentIds, scopeDepartmentIds }: EmployeeFacts): Promise<void> {
  if (departmentIds) {
    await keepWecomPlaces(ctx, employeeId, departmentIds)
    await replaceDepartments(ctx, 'employeeDepartments', employeeId, departmentIds, 'departmentIds')
  }
  if (scopeDepartmentIds) await replaceDepartments(ctx, 'employeeScopeDepartments', employeeId, scopeDepartmentIds, 'scopeDepartmentIds')
}

/** Where WeCom puts a member only WeCom changes: the next sync would undo it. */
async function keepWecomPlaces(ctx: Context, employeeId: number, wanted: number[]): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select d.name from departments d
    left join employee_departments m on m.tenant_id = d.tenant_id and m.department_id = d.id and m.employee_id = ${employeeId}
    where d.tenant_id = ${ctx.tenantId} and (m.department_id is not null) <> (d.id = any (${wanted}::int[]))
      and exists (select from employee_accounts a where a.tenant_id = d.tenant_id and a.employee_id = ${employeeId} and a.corp_id = d.corp_id and a.left_at is null)
    limit 1`.execute(ctx.db)
  if (rows[0])
    throw appError('department.managed_by_wecom', {
      status: 409,
      message: `Who belongs to ${rows[0].name} is decided in WeCom.`,
      field: 'departmentIds',
    })
}

async function replaceDepartments(
  ctx: Context,
  table: 'employeeDepartments' | 'employeeScopeDepartments',
  employeeId: number,
  ids: number[],
  field: string,
): Promise<void> {
  const wanted = [...new Set(ids)]
  const known =
    wanted.length === 0
      ? []
      : await ctx.db.selectFrom('departments').select('id').where('tenantId', '=', ctx.tenantId).where('id', 'in', wanted).execute()
  if (known.length < wanted.length) throw appError('department.not_found', { status: 404, message: 'No such department.', field })
  await ctx.db.deleteFrom(table).where('tenantId', '=', ctx.tenantId).where('employeeId', '=', employeeId).execute()
  if (wanted.length > 0)
    await ctx.db
      .insertInto(table)
      .values(wanted.map((departmentId) => ({ tenantId: ctx.tenantId, employeeId, departmentId })))
      .execute()
}

async function ordinaryRole(ctx: Context): Promise<number> {
  const { id } = await ctx.db
    .selectFrom('roles')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('preset', '=', 'employee')
    .executeTakeFirstOrThrow()
  return id
}

async function orLoginTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if ((error as { constraint?: string }).constraint === 'employees_login')
      throw appError('employee.login_taken', { status: 409, message: 'This login is taken.', field: 'login', cause: error })
    throw error
  }
}
