import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'

type Ids = { externalUserId: string | null; userId: string | null }

/** Who WeCom's ids are here; null where nobody is known by them. */
export type Named = { customer: { id: string; name: string | null } | null; employeeName: string | null }

/** The same rows, each with the names of the two that it is about. */
export async function withNames<Row extends Ids>(ctx: Context, corp: number, rows: readonly Row[]): Promise<(Row & Named)[]> {
  const [customers, employees] = await Promise.all([
    customersOf(
      ctx,
      corp,
      rows.flatMap(({ externalUserId }) => externalUserId ?? []),
    ),
    employeeNames(
      ctx,
      corp,
      rows.flatMap(({ userId }) => userId ?? []),
    ),
  ])
  return rows.map((row) => ({
    ...row,
    customer: customers.get(row.externalUserId ?? '') ?? null,
    employeeName: employees.get(row.userId ?? '') ?? null,
  }))
}

async function customersOf(
  ctx: Context,
  corp: number,
  externalUserIds: readonly string[],
): Promise<Map<string, { id: string; name: string | null }>> {
  if (externalUserIds.length === 0) return new Map()
  const { rows } = await sql<{ value: string; id: number; name: string | null }>`
    select i.value, k.id, k.name from identities i
    join wecom_corps w on w.tenant_id = i.tenant_id and w.id = ${corp} and w.corp_id = i.scope
    join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    join customers k on k.tenant_id = c.tenant_id and k.id = c.canonical_id
    where i.tenant_id = ${ctx.tenantId} and i.kind = 'wecom_external_userid' and i.value = any(${[...new Set(externalUserIds)]}::text[])`.execute(
    ctx.db,
  )
  return new Map(rows.map(({ value, id, name }) => [value, { id: publicId(ctx, 'cus', id), name }]))
}

async function employeeNames(ctx: Context, corp: number, userIds: readonly string[]): Promise<Map<string, string>> {
  if (userIds.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('employeeAccounts as a')
    .innerJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 'a.tenantId').onRef('e.id', '=', 'a.employeeId'))
    .select(['a.userId', 'e.name'])
    .where('a.tenantId', '=', ctx.tenantId)
    .where('a.corpId', '=', corp)
    .where('a.userId', 'in', [...new Set(userIds)])
    .execute()
  return new Map(rows.map(({ userId, name }) => [userId, name]))
}
