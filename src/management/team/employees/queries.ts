import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import { type DataScope, roleFacts } from '../presets.ts'
import type { Employee } from './schema.ts'

export type EmployeeFilter = {
  limit: number
  cursor?: string | undefined
  q?: string | undefined
  departmentId?: number | undefined
  roleId?: number | undefined
  state?: string | undefined
}

export async function listEmployees(
  ctx: Context,
  filter: EmployeeFilter,
): Promise<{ items: Employee[]; next: string | null; total: number }> {
  const after = decodeCursor(z.int(), filter.cursor)
  const matching = ctx.db
    .selectFrom('employees as e')
    .where('e.tenantId', '=', ctx.tenantId)
    .$if(filter.state !== 'any', (query) =>
      filter.state ? query.where('e.status', '=', filter.state) : query.where('e.status', '<>', 'left'),
    )
    .$if(filter.roleId !== undefined, (query) => query.where('e.roleId', '=', Number(filter.roleId)))
    .$if(Boolean(filter.q), (query) => query.where(named(String(filter.q))))
    .$if(filter.departmentId !== undefined, (query) => query.where(inDepartment(ctx, Number(filter.departmentId))))
  const [{ total }, ids] = await Promise.all([
    matching.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    matching
      .select('e.id')
      .$if(after !== undefined, (query) => query.where('e.id', '>', Number(after)))
      .orderBy('e.id')
      .limit(filter.limit + 1)
      .execute(),
  ])
  const page = toPage(ids, filter.limit, ({ id }) => id)
  return {
    items: await describeEmployees(
      ctx,
      page.items.map(({ id }) => id),
    ),
    next: page.next,
    total,
  }
}

/** A company has thousands of employees, not millions: a scan of the tenant's is quick. */
const named = (text: string) => {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`(e.name ilike ${pattern} or e.login ilike ${pattern} or exists (select from employee_accounts a where a.tenant_id = e.tenant_id and a.employee_id = e.id and a.user_id ilike ${pattern}))`
}

/** In it or anywhere below. */
const inDepartment = (ctx: Context, departmentId: number) => sql<boolean>`e.id in (
  with recursive below as (
    select ${departmentId}::int as id
    union select d.id from departments d join below on d.parent_id = below.id where d.tenant_id = ${ctx.tenantId}
  ) select m.employee_id from employee_departments m where m.tenant_id = ${ctx.tenantId} and m.department_id in (select id from below))`

export async function getEmployee(ctx: Context, id: number): Promise<Employee> {
  const [found] = await describeEmployees(ctx, [id])
  if (!found) throw notFound('employee')
  return found
}

type Row = {
  id: number
  name: string
  avatar: string | null
  login: string | null
  status: string
  position: string | null
  mobile_sealed: Buffer | null
  role_id: number
  scope: string
  logged_in_at: Date | null
  created_at: Date
  preset: string | null
  role_name: string | null
  language: string
  customers: number
  departments: { id: number; name: string }[]
  scope_departments: number[]
  accounts: { corp: number; user: string; left: boolean }[]
}

async function describeEmployees(ctx: Context, ids: number[]): Promise<Employee[]> {
  if (ids.length === 0) return []
  // Plain rows on purpose: keys of the jsonb parts and of the columns are spelt the same way.
  const { rows } = await sql<Row>`
    select e.id, e.name, e.avatar, e.login, e.status, e.position, e.mobile_sealed, e.role_id, e.scope, e.logged_in_at, e.created_at,
      r.preset, r.name as role_name, coalesce(me.language, t.language) as language,
      (select count(*) from follows f where f.tenant_id = e.tenant_id and f.employee_id = e.id and f.added_at is not null and f.ended_at is null) as customers,
      (select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'name', d.name) order by d.id), '[]') from employee_departments m
        join departments d on d.tenant_id = m.tenant_id and d.id = m.department_id where m.tenant_id = e.tenant_id and m.employee_id = e.id) as departments,
      (select coalesce(jsonb_agg(s.department_id order by s.department_id), '[]') from employee_scope_departments s
        where s.tenant_id = e.tenant_id and s.employee_id = e.id) as scope_departments,
      (select coalesce(jsonb_agg(jsonb_build_object('corp', a.corp_id, 'user', a.user_id, 'left', a.left_at is not null) order by a.left_at nulls first, a.corp_id), '[]')
        from employee_accounts a where a.tenant_id = e.tenant_id and a.employee_id = e.id) as accounts
    from employees e
    join roles r on r.tenant_id = e.tenant_id and r.id = e.role_id
    join tenants t on t.id = e.tenant_id
    left join employees me on me.tenant_id = e.tenant_id and me.id = ${ctx.actor.kind === 'employee' ? ctx.actor.id : 0}
    where e.tenant_id = ${ctx.tenantId} and e.id = any (${ids}::int[]) order by e.id`.execute(ctx.db.withoutPlugins())
  return rows.map((row) => describeRow(ctx, row))
}

function describeRow(ctx: Context, row: Row): Employee {
  const role = roleFacts(
    { preset: row.preset, name: row.role_name, permissions: [], home: '', scope: row.scope },
    row.language === 'en' ? 'en' : 'zh',
  )
  return {
    id: publicId(ctx, 'emp', row.id),
    name: row.name,
    avatar: row.avatar,
    login: row.login,
    state: row.status as Employee['state'],
    position: row.position,
    phoneMasked: row.mobile_sealed ? maskPhone(ctx.secrets.open(row.mobile_sealed, 'employees.mobile')) : null,
    role: { id: publicId(ctx, 'rol', row.role_id), name: role.name },
    scope: row.scope as DataScope,
    scopeDepartmentIds: row.scope_departments.map((id) => publicId(ctx, 'dep', id)),
    departments: row.departments.map(({ id, name }) => ({ id: publicId(ctx, 'dep', id), name })),
    accounts: row.accounts.map(({ corp, user, left }) => ({ corpId: publicId(ctx, 'cor', corp), userId: user, left })),
    wecomUserId: row.accounts.find(({ left }) => !left)?.user ?? null,
    customers: row.customers,
    lastSeenAt: row.logged_in_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  }
}

/** First three and last two. */
const maskPhone = (phone: string): string =>
  phone.length < 7 ? '*'.repeat(phone.length) : `${phone.slice(0, 3)}${'*'.repeat(phone.length - 5)}${phone.slice(-2)}`
