import { sql } from 'kysely'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { AppError } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { employeeJoined } from '../events.ts'
import { forgetCallers } from './authenticate.ts'
import { leave, rejoin, resume, suspend } from './employees/status.ts'

// What the directory of a WeCom corp says. Any order and any repetition of these ends in the same rows.

/** A member as WeCom describes it. What is absent is not known to have changed. */
export type WecomMember = {
  userId: string
  name?: string | undefined
  avatar?: string | undefined
  position?: string | undefined
  mobile?: string | undefined
  /** Department numbers of this corp. */
  departments?: readonly number[] | undefined
  /** 1 active, 2 disabled, 4 not yet activated, 5 left (doc 90196). */
  status?: number | undefined
}

/** → the employee's id. Role, data scope and login stay what people here have made them. */
export function upsertEmployeeFromWecom(ctx: Context, corpId: number, member: WecomMember): Promise<number> {
  return inTransaction(ctx, async (ctx) => {
    await lockAccount(ctx, corpId, member.userId)
    const known = await findAccount(ctx, corpId, member.userId)
    if (member.status === 5 && known) {
      await endAccount(ctx, corpId, member.userId, known.employeeId)
      return known.employeeId
    }
    const id = known ? await updateMember(ctx, corpId, member, known) : await addMember(ctx, corpId, member)
    if (member.departments) await placeMember(ctx, corpId, id, member.departments)
    if (member.status === 2) await unlessLastOwner(ctx, id, () => suspend(ctx, id, 'wecom'))
    else if (member.status !== undefined) await resume(ctx, id, 'wecom')
    return id
  })
}

/** The employee leaves the company with the last of their accounts: sessions end, `employee.left` is said. */
export function markEmployeeLeft(ctx: Context, corpId: number, userId: string): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    await lockAccount(ctx, corpId, userId)
    const known = await findAccount(ctx, corpId, userId)
    if (known) await endAccount(ctx, corpId, userId, known.employeeId)
  })
}

/** WeCom lets a member id be changed once; the person stays who they are. */
export function renameAccount(ctx: Context, corpId: number, userId: string, newUserId: string): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    for (const id of [userId, newUserId].sort()) await lockAccount(ctx, corpId, id)
    if (userId === newUserId || (await findAccount(ctx, corpId, newUserId))) return
    await accountRow(ctx, corpId, userId).set({ userId: newUserId }).execute()
  })
}

export type WecomDepartment = { id: number; name?: string | undefined; parentId?: number | undefined; order?: number | undefined }

/** → the department's id here. A parent that was not heard of yet gets a row that waits for its name. */
export function upsertDepartmentFromWecom(ctx: Context, corpId: number, department: WecomDepartment): Promise<number> {
  return inTransaction(ctx, async (ctx) => {
    const { parentId, name, order } = department
    const parent = parentId === undefined ? undefined : parentId === 0 ? null : await placeholder(ctx, corpId, parentId)
    const id = await placeholder(ctx, corpId, department.id)
    const change = {
      ...(name ? { name } : {}),
      ...(order === undefined ? {} : { order }),
      ...(parent === undefined || parent === id ? {} : { parentId: parent }),
    }
    if (Object.keys(change).length > 0) await departmentRow(ctx, corpId, department.id).set(change).execute()
    forgetCallers(ctx, ctx.tenantId)
    return id
  })
}

/** WeCom removes empty departments only; news may still come in another order, so what hangs below moves up. */
export function removeDepartmentFromWecom(ctx: Context, corpId: number, wecomId: number): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const gone = await ctx.db
      .selectFrom('departments')
      .select(['id', 'parentId'])
      .where('tenantId', '=', ctx.tenantId)
      .where('corpId', '=', corpId)
      .where('wecomId', '=', wecomId)
      .forUpdate()
      .executeTakeFirst()
    if (!gone) return
    await ctx.db
      .updateTable('departments')
      .set({ parentId: gone.parentId })
      .where('tenantId', '=', ctx.tenantId)
      .where('parentId', '=', gone.id)
      .execute()
    await ctx.db.deleteFrom('employeeDepartments').where('tenantId', '=', ctx.tenantId).where('departmentId', '=', gone.id).execute()
    await ctx.db.deleteFrom('departments').where('tenantId', '=', ctx.tenantId).where('id', '=', gone.id).execute()
    forgetCallers(ctx, ctx.tenantId)
  })
}

type Known = { employeeId: number; leftAt: Date | null; name: string; avatar: string | null; position: string | null; status: string }

const findAccount = (ctx: Context, corpId: number, userId: string): Promise<Known | undefined> =>
  ctx.db
    .selectFrom('employeeAccounts as a')
    .innerJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 'a.tenantId').onRef('e.id', '=', 'a.employeeId'))
    .select(['a.employeeId', 'a.leftAt', 'e.name', 'e.avatar', 'e.position', 'e.status'])
    .where('a.tenantId', '=', ctx.tenantId)
    .where('a.corpId', '=', corpId)
    .where('a.userId', '=', userId)
    .executeTakeFirst()

/** Callback and sync may speak of the same member at the same moment. */
const lockAccount = (ctx: Context, corpId: number, userId: string) =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`employee account ${ctx.tenantId} ${corpId} ${userId}`}, 0))`.execute(ctx.db)

async function addMember(ctx: Context, corpId: number, member: WecomMember): Promise<number> {
  const name = member.name || member.userId
  const { id } = await ctx.db
    .insertInto('employees')
    .values((values) => ({
      tenantId: ctx.tenantId,
      name,
      avatar: member.avatar ?? null,
      position: member.position ?? null,
      mobileSealed: sealMobile(ctx, member.mobile),
      roleId: values.selectFrom('roles').select('id').where('tenantId', '=', ctx.tenantId).where('preset', '=', 'employee'),
    }))
    .returning('id')
    .executeTakeFirstOrThrow()
  await ctx.db.insertInto('employeeAccounts').values({ tenantId: ctx.tenantId, corpId, userId: member.userId, employeeId: id }).execute()
  emit(ctx, employeeJoined, { customerId: null, properties: { employee: id, employeeName: name, by: 'wecom' } })
  return id
}

async function updateMember(ctx: Context, corpId: number, member: WecomMember, known: Known): Promise<number> {
  const id = known.employeeId
  if (known.leftAt) await accountRow(ctx, corpId, member.userId).set({ leftAt: null }).execute()
  if (known.status === 'left') await rejoin(ctx, id, 'wecom')
  const change = {
    ...(member.name && member.name !== known.name ? { name: member.name } : {}),
    ...(member.avatar !== undefined && member.avatar !== known.avatar ? { avatar: member.avatar } : {}),
    ...(member.position !== undefined && member.position !== known.position ? { position: member.position } : {}),
    ...(member.mobile ? { mobileSealed: sealMobile(ctx, member.mobile) } : {}),
  }
  if (Object.keys(change).length > 0)
    await ctx.db.updateTable('employees').set(change).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
  return id
}

export const sealMobile = (ctx: Context, mobile: string | null | undefined): Buffer | null =>
  mobile ? ctx.secrets.seal(mobile, 'employees.mobile') : null

/** Departments of other corps and those given by hand stay. */
async function placeMember(ctx: Context, corpId: number, employeeId: number, wecomIds: readonly number[]): Promise<void> {
  const wanted: number[] = []
  for (const wecomId of [...new Set(wecomIds)].sort((a, b) => a - b)) wanted.push(await placeholder(ctx, corpId, wecomId))
  const changed = await sql`
    with gone as (
      delete from employee_departments m using departments d
      where m.tenant_id = ${ctx.tenantId} and m.employee_id = ${employeeId} and d.tenant_id = m.tenant_id and d.id = m.department_id
        and d.corp_id = ${corpId} and d.id <> all (${wanted}::int[]) returning 1
    ), come as (
      insert into employee_departments (tenant_id, employee_id, department_id)
      select ${ctx.tenantId}, ${employeeId}, id from unnest(${wanted}::int[]) as id on conflict do nothing returning 1
    )
    select from gone union all select from come`.execute(ctx.db)
  if (changed.rows.length > 0) forgetCallers(ctx, ctx.tenantId)
}

/** The department with this number, made under its number when it was not heard of yet. */
async function placeholder(ctx: Context, corpId: number, wecomId: number): Promise<number> {
  const find = () =>
    ctx.db
      .selectFrom('departments')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('corpId', '=', corpId)
      .where('wecomId', '=', wecomId)
      .executeTakeFirst()
  const known = await find()
  if (known) return known.id
  await ctx.db
    .insertInto('departments')
    .values({ tenantId: ctx.tenantId, name: String(wecomId), corpId, wecomId })
    .onConflict((conflict) => conflict.columns(['tenantId', 'corpId', 'wecomId']).where('corpId', 'is not', null).doNothing())
    .execute()
  return Number((await find())?.id)
}

async function endAccount(ctx: Context, corpId: number, userId: string, employeeId: number): Promise<void> {
  await accountRow(ctx, corpId, userId).set({ leftAt: ctx.now() }).where('leftAt', 'is', null).execute()
  const others = await ctx.db
    .selectFrom('employeeAccounts')
    .select('userId')
    .where('tenantId', '=', ctx.tenantId)
    .where('employeeId', '=', employeeId)
    .where('leftAt', 'is', null)
    .limit(1)
    .execute()
  if (others.length === 0) await unlessLastOwner(ctx, employeeId, () => leave(ctx, employeeId, 'wecom'))
}

/** WeCom cannot lock the company out of its own workspace: the last owner stays, and the log says so. */
async function unlessLastOwner(ctx: Context, employeeId: number, act: () => Promise<boolean>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'employee.last_owner') throw error
    await audit(ctx, 'employee.last_owner_kept', ['emp', employeeId])
  }
}

const accountRow = (ctx: Context, corpId: number, userId: string) =>
  ctx.db.updateTable('employeeAccounts').where('tenantId', '=', ctx.tenantId).where('corpId', '=', corpId).where('userId', '=', userId)

const departmentRow = (ctx: Context, corpId: number, wecomId: number) =>
  ctx.db.updateTable('departments').where('tenantId', '=', ctx.tenantId).where('corpId', '=', corpId).where('wecomId', '=', wecomId)
