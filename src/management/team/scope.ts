import { sql } from 'kysely'
import type { Actor } from '#platform/context.ts'
import type { Database } from '#platform/database.ts'
import type { DataScope } from './presets.ts'

/**
 * The employees whose customers somebody may see. Those who left count on: their customers do not vanish with them.
 * Everyone sees their own.
 */
export async function readScope(db: Database, tenantId: number, employeeId: number, scope: DataScope): Promise<Actor['scope']> {
  if (scope === 'all') return 'all'
  if (scope === 'self') return [employeeId]
  const own = scope === 'chosen' ? sql.table('employee_scope_departments') : sql.table('employee_departments')
  const { rows } = await sql<{ employeeId: number }>`
    with recursive seen as (
      select department_id as id from ${own} where tenant_id = ${tenantId} and employee_id = ${employeeId}
      union
      select d.id from departments d join seen on d.parent_id = seen.id where d.tenant_id = ${tenantId} and ${scope === 'department_and_below'}
    )
    select distinct employee_id from employee_departments where tenant_id = ${tenantId} and department_id in (select id from seen)`.execute(
    db,
  )
  return [...new Set([employeeId, ...rows.map((row) => row.employeeId)])]
}
