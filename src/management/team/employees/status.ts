import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { emit } from '#platform/events/emit.ts'
import { employeeJoined, employeeLeft, employeeResumed, employeeSuspended } from '../../events.ts'
import { endSessions } from '../sessions/commands.ts'

type By = 'hand' | 'wecom'

// Each changes one row that is in the other state, so that doing it twice is doing it once. All run in the caller's transaction.

export const suspend = (ctx: Context, id: number, by: By): Promise<boolean> => end(ctx, id, by, 'suspended')

export const leave = (ctx: Context, id: number, by: By): Promise<boolean> => end(ctx, id, by, 'left')

/** Sessions end with the rights. */
async function end(ctx: Context, id: number, by: By, status: 'suspended' | 'left'): Promise<boolean> {
  await keepAnOwner(ctx, id)
  const changed = await rowOf(ctx, id)
    .set({ status, suspendedBy: status === 'suspended' ? by : null, leftAt: status === 'left' ? ctx.now() : null })
    .where('status', 'in', status === 'left' ? ['active', 'suspended'] : ['active'])
    .returning('name')
    .executeTakeFirst()
  if (!changed) return false
  await endSessions(ctx, id)
  emit(ctx, status === 'left' ? employeeLeft : employeeSuspended, {
    customerId: null,
    properties: { employee: id, employeeName: changed.name, by },
  })
  return true
}

/** What WeCom suspended WeCom may lift; a suspension by hand stays. */
export async function resume(ctx: Context, id: number, by: By): Promise<boolean> {
  const changed = await rowOf(ctx, id)
    .set({ status: 'active', suspendedBy: null })
    .where('status', '=', 'suspended')
    .$if(by === 'wecom', (query) => query.where('suspendedBy', '=', 'wecom'))
    .returning('name')
    .executeTakeFirst()
  if (!changed) return false
  emit(ctx, employeeResumed, { customerId: null, properties: { employee: id, employeeName: changed.name, by } })
  return true
}

export async function rejoin(ctx: Context, id: number, by: By): Promise<boolean> {
  const changed = await rowOf(ctx, id)
    .set({ status: 'active', leftAt: null })
    .where('status', '=', 'left')
    .returning('name')
    .executeTakeFirst()
  if (!changed) return false
  emit(ctx, employeeJoined, { customerId: null, properties: { employee: id, employeeName: changed.name, by } })
  return true
}

/** Somebody must be left who can let others in. The owners are locked, so two cannot send each other away at once. */
export async function keepAnOwner(ctx: Context, leaving: number): Promise<void> {
  const owners = await sql<{ id: number }>`
    select e.id from employees e join roles r on r.tenant_id = e.tenant_id and r.id = e.role_id
    where e.tenant_id = ${ctx.tenantId} and r.preset = 'owner' and e.status = 'active' order by e.id for update of e`.execute(ctx.db)
  const ids = owners.rows.map(({ id }) => id)
  if (ids.length === 1 && ids[0] === leaving)
    throw appError('employee.last_owner', { status: 409, message: 'This is the last owner. Make somebody else an owner first.' })
}

const rowOf = (ctx: Context, id: number) => ctx.db.updateTable('employees').where('tenantId', '=', ctx.tenantId).where('id', '=', id)
