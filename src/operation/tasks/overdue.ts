import { sql } from 'kysely'
import { taskOverdue } from '#operation/events.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { propertiesOf, type TaskRow, toldOf } from './commands.ts'

/** Tells every tenant's tasks whose time is over. */
export async function tellAllOverdue(installation: Installation): Promise<void> {
  const { rows } = await installation.databases.systemPool.query<{ id: number }>(
    `select n.id from tenants n where exists (
       select from employee_tasks t where t.tenant_id = n.id and t.state = 'open' and t.overdue_at is null and t.due_at <= $1)`,
    [installation.now()],
  )
  for (const { id } of rows) await tellOverdue(createContext(installation, id, systemActor, `tasks-overdue-${id}`))
}

const most = 500

/**
 * Open tasks whose time is over, each told once for ever: the mark stands in the row, so neither a second worker nor a clock put
 * back tells it again. Returns how many.
 */
export async function tellOverdue(ctx: Context): Promise<number> {
  let told = 0
  for (;;) {
    const some = await inTransaction(ctx, tellSome)
    told += some
    if (some < most) return told
  }
}

async function tellSome(ctx: Context): Promise<number> {
  const { rows } = await sql<TaskRow>`
    with due as (
      select id from employee_tasks where tenant_id = ${ctx.tenantId} and state = 'open' and overdue_at is null and due_at <= ${ctx.now()}
      order by due_at limit ${most} for update skip locked
    ), late as (
      update employee_tasks t set overdue_at = ${ctx.now()} from due where t.tenant_id = ${ctx.tenantId} and t.id = due.id returning t.*
    )
    ${toldOf(ctx, 'late')}`.execute(ctx.db)
  const leaders = await leadersOf(ctx, [...new Set(rows.flatMap(({ employeeId }) => employeeId ?? []))])
  await passUp(ctx, rows, leaders)
  for (const row of rows) {
    const leader = row.employeeId === null ? undefined : leaders.get(row.employeeId)
    emit(ctx, taskOverdue, {
      customerId: row.customerId,
      properties: { ...propertiesOf(row), ...(leader !== undefined && { escalatedTo: leader }) },
    })
  }
  return rows.length
}

async function passUp(ctx: Context, rows: readonly TaskRow[], leaders: ReadonlyMap<number, number>): Promise<void> {
  const passed = rows.flatMap(({ id, employeeId }) => {
    const leader = employeeId === null ? undefined : leaders.get(employeeId)
    return leader === undefined ? [] : [{ id, leader }]
  })
  if (passed.length === 0) return
  await sql`
    update employee_tasks t set escalated_to = p.leader from jsonb_to_recordset(${JSON.stringify(passed)}::jsonb) as p(id bigint, leader int)
    where t.tenant_id = ${ctx.tenantId} and t.id = p.id`.execute(ctx.db)
}

/**
 * Who leads these employees: of the nearest department upward, somebody active who sees its customers. WeCom's own leaders are not
 * kept here. Whoever has none is for those who see everything.
 */
export async function leadersOf(ctx: Context, employees: readonly number[]): Promise<Map<number, number>> {
  if (employees.length === 0) return new Map()
  const { rows } = await sql<{ employee: number; leader: number }>`
    with recursive above as (
      select m.employee_id as employee, d.id, d.parent_id, 0 as steps
      from employee_departments m join departments d on d.tenant_id = m.tenant_id and d.id = m.department_id
      where m.tenant_id = ${ctx.tenantId} and m.employee_id = any(${[...employees]}::int[])
      union
      select a.employee, d.id, d.parent_id, a.steps + 1 from above a join departments d on d.tenant_id = ${ctx.tenantId} and d.id = a.parent_id
    )
    select distinct on (a.employee) a.employee, l.id as leader
    from above a
      join employee_departments m on m.tenant_id = ${ctx.tenantId} and m.department_id = a.id
      join employees l on l.tenant_id = m.tenant_id and l.id = m.employee_id and l.status = 'active' and l.id <> a.employee
        and (l.scope = 'department_and_below' or l.scope = 'department' and a.steps = 0)
    order by a.employee, a.steps, l.id`.execute(ctx.db)
  return new Map(rows.map(({ employee, leader }) => [employee, leader]))
}
