import { sql } from 'kysely'
import { primaryFollower } from '#management/customers/primary-follower.ts'
import type { Context } from '#platform/context.ts'
import type { Values } from './variables.ts'

/** What texts may say of somebody, and the colleague who would say it. */
export type Personal = { employeeId: number | null; values: Values }

/** By any original's id. */
export async function personalOf(ctx: Context, customerIds: readonly number[]): Promise<Map<number, Personal>> {
  const { rows } = await sql<{ id: number; name: string | null; employeeId: number | null; employee: string | null; company: string }>`
    select o.id, k.name, p.id as employee_id, p.name as employee, t.name as company
    from unnest(${[...new Set(customerIds)]}::int[]) as asked(id) join customers o on o.tenant_id = ${ctx.tenantId} and o.id = asked.id
      join customers k on k.tenant_id = o.tenant_id and k.id = o.canonical_id join tenants t on t.id = o.tenant_id
      left join lateral ${primaryFollower(ctx, sql`o.id`)} p on true`.execute(ctx.db)
  return new Map(rows.map(({ id, employeeId, name, employee, company }) => [id, { employeeId, values: { name, employee, company } }]))
}
