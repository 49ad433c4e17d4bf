import { sql } from 'kysely'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { forgetCallers } from '../authenticate.ts'

export type DepartmentFacts = { name?: string | undefined; parentId?: number | null | undefined; order?: number | undefined }

export function createDepartment(ctx: Context, facts: DepartmentFacts & { name: string }): Promise<number> {
  return inTransaction(ctx, async (ctx) => {
    await lockTree(ctx)
    if (facts.parentId) await checkParent(ctx, undefined, facts.parentId)
    const { id } = await ctx.db
      .insertInto('departments')
      .values({ tenantId: ctx.tenantId, name: facts.name, parentId: facts.parentId ?? null, order: facts.order ?? 0 })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(ctx, 'department.created', ['dep', id], { name: facts.name })
    return id
  })
}

export async function updateDepartment(ctx: Context, id: number, facts: DepartmentFacts): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await lockTree(ctx)
    await findOwn(ctx, id)
    if (facts.parentId) await checkParent(ctx, id, facts.parentId)
    const change = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
    if (Object.keys(change).length === 0) return
    await ctx.db.updateTable('departments').set(change).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await audit(ctx, 'department.updated', ['dep', id], change)
  })
  forgetCallers(ctx, ctx.tenantId)
}

export function deleteDepartment(ctx: Context, id: number): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    await lockTree(ctx)
    const { name } = await findOwn(ctx, id)
    const { rows } = await sql<{ used: boolean }>`
      select exists (select from departments where tenant_id = ${ctx.tenantId} and parent_id = ${id})
        or exists (select from employee_departments m join employees e on e.tenant_id = m.tenant_id and e.id = m.employee_id
          where m.tenant_id = ${ctx.tenantId} and m.department_id = ${id} and e.status <> 'left') as used`.execute(ctx.db)
    if (rows[0]?.used) throw appError('department.not_empty', { status: 409, message: 'Move its employees and departments first.' })
    await ctx.db.deleteFrom('employeeDepartments').where('tenantId', '=', ctx.tenantId).where('departmentId', '=', id).execute()
    await ctx.db.deleteFrom('departments').where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await audit(ctx, 'department.deleted', ['dep', id], { name })
  })
}

/** Two moves at once could close a circle that neither sees. */
const lockTree = (ctx: Context) => sql`select pg_advisory_xact_lock(hashtext('liuliang.departments'), ${ctx.tenantId})`.execute(ctx.db)

async function findOwn(ctx: Context, id: number): Promise<{ name: string }> {
  const found = await ctx.db
    .selectFrom('departments')
    .select(['name', 'corpId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!found) throw notFound('department')
  if (found.corpId !== null)
    throw appError('department.managed_by_wecom', { status: 409, message: 'This department comes from WeCom; change it there.' })
  return found
}

async function checkParent(ctx: Context, id: number | undefined, parentId: number): Promise<void> {
  const { rows } = await sql<{ id: number }>`
    with recursive above as (
      select id, parent_id from departments where tenant_id = ${ctx.tenantId} and id = ${parentId}
      union select d.id, d.parent_id from departments d join above on d.id = above.parent_id where d.tenant_id = ${ctx.tenantId}
    ) select id from above`.execute(ctx.db)
  if (rows.length === 0) throw appError('department.not_found', { status: 404, message: 'No such department.', field: 'parentId' })
  if (rows.some((row) => row.id === id))
    throw appError('department.cycle', { status: 409, message: 'A department cannot lie within itself.', field: 'parentId' })
  if (rows.length >= deepest)
    throw appError('department.too_deep', { status: 409, message: `Departments may be nested ${deepest} deep.`, field: 'parentId' })
}

const deepest = 15
