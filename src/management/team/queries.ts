import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'

/** The employee behind a WeCom member, also one who has left: old follows still name them. */
export async function findEmployeeByAccount(ctx: Context, corpId: number, userId: string): Promise<number | undefined> {
  const found = await accounts(ctx, corpId).select('employeeId').where('userId', '=', userId).executeTakeFirst()
  return found?.employeeId
}

/** The same for many: those of these members, or of all, who were ever seen. */
export async function employeesByAccount(ctx: Context, corpId: number, userIds?: readonly string[]): Promise<Map<string, number>> {
  if (userIds?.length === 0) return new Map()
  const rows = await accounts(ctx, corpId)
    .select(['userId', 'employeeId'])
    .$if(userIds !== undefined, (query) => query.where('userId', 'in', [...new Set(userIds)]))
    .execute()
  return new Map(rows.map(({ userId, employeeId }) => [userId, employeeId]))
}

/** Members of a corp who have not left it. */
export async function presentAccounts(ctx: Context, corpId: number): Promise<Map<string, number>> {
  const rows = await accounts(ctx, corpId).select(['userId', 'employeeId']).where('leftAt', 'is', null).execute()
  return new Map(rows.map(({ userId, employeeId }) => [userId, employeeId]))
}

/** Under which member id an employee acts in a corp; the present one before one that has left. */
export async function accountOf(ctx: Context, corpId: number, employeeId: number): Promise<string | undefined> {
  const found = await accounts(ctx, corpId)
    .select('userId')
    .where('employeeId', '=', employeeId)
    .orderBy('leftAt', (order) => order.desc().nullsFirst())
    .limit(1)
    .executeTakeFirst()
  return found?.userId
}

const accounts = (ctx: Context, corpId: number) =>
  ctx.db.selectFrom('employeeAccounts').where('tenantId', '=', ctx.tenantId).where('corpId', '=', corpId)

/** Names beside ids where people read them. */
export async function employeeNames(ctx: Context, ids: readonly number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('employees')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', 'in', [...new Set(ids)])
    .execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** What WeCom's directory can change about an employee, by member id; departments by their numbers there. */
export async function directoryFacts(
  ctx: Context,
  corpId: number,
  userIds: readonly string[],
): Promise<Map<string, Record<string, unknown>>> {
  const { rows } = await sql<{ userId: string; facts: Record<string, unknown> }>`
    select a.user_id, jsonb_build_object('name', e.name, 'position', e.position, 'status', e.status, 'departments',
      coalesce((select jsonb_agg(d.wecom_id order by d.wecom_id) from employee_departments m
        join departments d on d.tenant_id = m.tenant_id and d.id = m.department_id and d.corp_id = a.corp_id
        where m.tenant_id = a.tenant_id and m.employee_id = a.employee_id), '[]')) as facts
    from employee_accounts a join employees e on e.tenant_id = a.tenant_id and e.id = a.employee_id
    where a.tenant_id = ${ctx.tenantId} and a.corp_id = ${corpId} and a.user_id = any(${userIds}::text[])`.execute(ctx.db)
  return new Map(rows.map(({ userId, facts }) => [userId, facts]))
}

/** The same of departments, by their numbers there. */
export async function departmentFacts(ctx: Context, corpId: number): Promise<Map<number, Record<string, unknown>>> {
  const { rows } = await sql<{ wecomId: number; facts: Record<string, unknown> }>`
    select d.wecom_id, jsonb_build_object('name', d.name, 'parent', p.wecom_id, 'order', d."order") as facts
    from departments d left join departments p on p.tenant_id = d.tenant_id and p.id = d.parent_id
    where d.tenant_id = ${ctx.tenantId} and d.corp_id = ${corpId}`.execute(ctx.db)
  return new Map(rows.map(({ wecomId, facts }) => [wecomId, facts]))
}

/** Every department of the corp by its number there. */
export async function departmentsByWecomId(ctx: Context, corpId: number): Promise<Map<number, number>> {
  const rows = await ctx.db
    .selectFrom('departments')
    .select(['id', 'wecomId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corpId', '=', corpId)
    .execute()
  return new Map(rows.flatMap(({ id, wecomId }) => (wecomId === null ? [] : [[wecomId, id] as const])))
}

/** Everybody in these departments and those below. */
export async function employeesBelow(ctx: Context, departments: readonly number[]): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with recursive below as (
      select id from departments where tenant_id = ${ctx.tenantId} and id = any(${[...departments]}::int[])
      union select d.id from below b join departments d on d.tenant_id = ${ctx.tenantId} and d.parent_id = b.id
    )
    select distinct m.employee_id as id from below b join employee_departments m on m.tenant_id = ${ctx.tenantId} and m.department_id = b.id`.execute(
    ctx.db,
  )
  return rows.map(({ id }) => id)
}
