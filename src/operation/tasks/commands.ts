import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { primaryFollower } from '#management/customers/primary-follower.ts'
import { visibleCanonical } from '#management/identity/queries.ts'
import { taskAssigned, taskCompleted } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { may } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { isVisible } from './queries.ts'
import type { Outcome, TaskInput, TaskKind, TaskSourceKind, TaskState } from './schema.ts'

/** What asked for a task; `id` is the number of the journey or marketing task, of the employee for what was asked by hand. */
export type TaskSource = { kind: TaskSourceKind; id: number; step?: string }

export type TaskWish = {
  /** The asker's own name for it, one of a kind in the tenant: the same wish twice is one task. */
  key: string
  /** Else, and where this one is not active, the customer's primary follower; else nobody, which managers see. */
  employeeId?: number
  /** Any original. */
  customerId?: number
  kind: TaskKind
  title: string
  /** Rendered already, to be copied. */
  script?: string
  /** Overdue is told and passed up once. */
  dueAt?: Date
  source: TaskSource
}

/** Thousands at once, in the caller's transaction if there is one. A wish whose key is known changes nothing. */
export const assignTasks = (ctx: Context, wishes: readonly TaskWish[]): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    // In one order, so that two askers of the same wishes wait for each other and never in a circle.
    const sorted = wishes.toSorted((a, b) => (a.key < b.key ? -1 : 1))
    for (let start = 0; start < sorted.length; start += chunk) await assignChunk(ctx, sorted.slice(start, start + chunk))
  })

const chunk = 2000

async function assignChunk(ctx: Context, wishes: readonly TaskWish[]): Promise<void> {
  const list = wishes.map(({ source, dueAt, ...wish }) => ({ ...wish, dueAt: dueAt?.toISOString(), ...prefixed(source) }))
  const { rows } = await sql<TaskRow>`
    with wished as (
      select w.*, coalesce(named.id, primary_follower.id) as chosen
      from jsonb_to_recordset(${JSON.stringify(list)}::jsonb) as w(key text, "employeeId" int, "customerId" int, kind text, title text, script text,
          "dueAt" timestamptz, "sourceKind" text, "sourceId" bigint, "sourceStep" text)
        left join employees named on named.tenant_id = ${ctx.tenantId} and named.id = w."employeeId" and named.status = 'active'
        left join lateral ${primaryFollower(ctx, sql`w."customerId"`)} as primary_follower on named.id is null
    ), made as (
      insert into employee_tasks (tenant_id, key, employee_id, customer_id, kind, title, script, due_at, source_kind, source_id, source_step, created_by, created_at)
      select ${ctx.tenantId}, key, chosen, "customerId", kind, title, script, "dueAt", "sourceKind", "sourceId", "sourceStep", ${actorId(ctx)}, ${ctx.now()}
      from wished order by key
      on conflict (tenant_id, key) do nothing returning *
    )
    ${toldOf(ctx, 'made')}`.execute(ctx.db)
  for (const row of rows) emit(ctx, taskAssigned, { customerId: row.customerId, properties: { ...propertiesOf(row), again: false } })
}

const prefixed = ({ kind, id, step }: TaskSource) => ({ sourceKind: kind, sourceId: id, sourceStep: step })

/** Once: a task that ended so already stays as it is. 404 outside the data scope, 409 when it ended otherwise. Tells task.completed. */
export const completeTask = (ctx: Context, id: number, outcome: Outcome): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    if ((await completeTasks(ctx, [id], outcome)) > 0) return
    const { rows } = await sql<{ state: TaskState }>`
      select t.state from employee_tasks t where t.tenant_id = ${ctx.tenantId} and t.id = ${id} and ${isVisible(ctx)}`.execute(ctx.db)
    const [task] = rows
    if (!task) throw notFound('task')
    if (task.state !== outcome.result)
      throw appError('task.over', { status: 409, message: 'This task is over already.', details: { state: task.state } })
  })

/** Those of them that are open and in the data scope; returns how many. */
export const completeTasks = (ctx: Context, ids: readonly number[], { result, note }: Outcome): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const { rows } = await sql<TaskRow>`
      with ended as (
        update employee_tasks t set state = ${result}, note = ${note || null}, ended_at = ${ctx.now()}, ended_by = ${actorId(ctx)}
        where t.tenant_id = ${ctx.tenantId} and t.id = any(${[...ids]}::bigint[]) and t.state = 'open' and ${isVisible(ctx)} returning *
      )
      ${toldOf(ctx, 'ended')}`.execute(ctx.db)
    for (const row of rows)
      emit(ctx, taskCompleted, {
        customerId: row.customerId,
        properties: { ...propertiesOf(row), result, by: ctx.actor.name },
      })
    return rows.length
  })

/** The open tasks of a source, or of one of its steps, or of some customers of it, or with keys that begin so, are asked for no more; returns how many. */
export async function withdrawTasks(
  ctx: Context,
  { kind, id, step, customerIds, keys }: TaskSource & { customerIds?: readonly number[]; keys?: readonly string[] },
): Promise<number> {
  const { rows } = await sql`
    update employee_tasks set state = 'withdrawn', ended_at = ${ctx.now()}
    where tenant_id = ${ctx.tenantId} and state = 'open' and source_kind = ${kind} and source_id = ${id}
      and (${step ?? null}::text is null or source_step = ${step ?? null})
      and (${customerIds ? [...customerIds] : null}::int[] is null or customer_id = any(${customerIds ? [...customerIds] : null}::int[]))
      and (${keys ? [...keys] : null}::text[] is null or key ^@ any(${keys ? [...keys] : null}::text[]))
    returning id`.execute(ctx.db)
  return rows.length
}

/** Open tasks go to somebody else who works here. Returns how many changed hands. */
export const reassignTasks = (ctx: Context, ids: readonly number[], employeeId: number): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    await requireEmployee(ctx, employeeId)
    const { rows } = await sql<TaskRow>`
      with moved as (
        update employee_tasks t set employee_id = ${employeeId}
        where t.tenant_id = ${ctx.tenantId} and t.id = any(${[...ids]}::bigint[]) and t.state = 'open' and t.employee_id is distinct from ${employeeId}
          and ${isVisible(ctx)} returning *
      )
      ${toldOf(ctx, 'moved')}`.execute(ctx.db)
    for (const row of rows) emit(ctx, taskAssigned, { customerId: row.customerId, properties: { ...propertiesOf(row), again: true } })
    return rows.length
  })

/** By hand: one task, or one a customer. Returns how many. Whoever may not assign asks only themselves. */
export async function createTasks(ctx: Context, input: TaskInput): Promise<number> {
  const employee = await employeeFor(ctx, input)
  const customers: (number | undefined)[] = []
  for (const text of input.customerIds) customers.push(await visibleCanonical(ctx, internalId(ctx, 'cus', text)))
  if (customers.length === 0) customers.push(undefined)
  const batch = randomUUID()
  const wishes = customers.map(
    (customerId): TaskWish => ({
      key: `hand:${batch}:${customerId ?? ''}`,
      kind: input.kind,
      title: input.title,
      source: { kind: 'hand', id: ctx.actor.id },
      ...(employee !== undefined && { employeeId: employee }),
      ...(customerId !== undefined && { customerId }),
      ...(input.script && { script: input.script }),
      ...(input.dueAt && { dueAt: new Date(input.dueAt) }),
    }),
  )
  await assignTasks(ctx, wishes)
  return new Set(customers).size
}

async function employeeFor(ctx: Context, { employeeId, customerIds }: TaskInput): Promise<number | undefined> {
  const self = ctx.actor.kind === 'employee' ? ctx.actor.id : undefined
  const chosen = employeeId === undefined ? undefined : internalId(ctx, 'emp', employeeId)
  if (!may(ctx, 'tasks.assign')) {
    if (chosen !== undefined && chosen !== self)
      throw appError('task.not_for_others', { status: 403, message: 'You may give tasks to yourself only.', field: 'employeeId' })
    return self
  }
  if (chosen !== undefined) await requireEmployee(ctx, chosen)
  return chosen ?? (customerIds.length === 0 ? self : undefined)
}

/** Somebody active within the data scope; 404 otherwise. */
async function requireEmployee(ctx: Context, id: number): Promise<void> {
  const isReached = ctx.actor.scope === 'all' || ctx.actor.scope.includes(id)
  const found = isReached && (await activeEmployee(ctx, id))
  if (!found) throw appError('employee.not_found', { status: 404, message: 'Nobody active of this name.', field: 'employeeId' })
}

const activeEmployee = (ctx: Context, id: number) =>
  ctx.db
    .selectFrom('employees')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('status', '=', 'active')
    .executeTakeFirst()

const actorId = ({ actor }: Context): number | null => (actor.kind === 'employee' ? actor.id : null)

/** What events tell of a task. */
export type TaskRow = {
  id: number
  title: string
  kind: TaskKind
  sourceKind: TaskSourceKind
  sourceId: number
  sourceStep: string | null
  customerId: number | null
  employeeId: number | null
  employeeName: string | null
}

/** Rows of a changing statement with the names that events say. */
export const toldOf = (ctx: Context, changed: 'made' | 'ended' | 'moved' | 'late') => sql<TaskRow>`
  select t.id, t.title, t.kind, t.source_kind, t.source_id, t.source_step, t.customer_id, t.employee_id, e.name as employee_name
  from ${sql.table(changed)} t left join employees e on e.tenant_id = ${ctx.tenantId} and e.id = t.employee_id order by t.id`

export const propertiesOf = (row: TaskRow) => ({
  task: row.id,
  taskTitle: row.title,
  kind: row.kind,
  source: row.sourceKind,
  sourceId: row.sourceId,
  ...(row.sourceStep !== null && { step: row.sourceStep }),
  ...(row.employeeId !== null && { employee: row.employeeId }),
  ...(row.employeeName !== null && { employeeName: row.employeeName }),
})
