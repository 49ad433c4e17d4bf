import { type RawBuilder, sql } from 'kysely'
import { inScope } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import type { MemberKind, Person } from './schema.ts'

/** Talks in which somebody takes part whose customers the actor may see. */
export const talkVisible = (ctx: Context, column: string): RawBuilder<boolean> =>
  ctx.actor.scope === 'all'
    ? sql<boolean>`true`
    : sql<boolean>`exists (select from archive_people seen_by where seen_by.tenant_id = ${ctx.tenantId} and seen_by.talk_id = ${sql.ref(column)}
        and seen_by.employee_id = any(${[...ctx.actor.scope]}::int[]))`

export type PersonRow = {
  kind: MemberKind
  member: string
  employee: number | null
  customer: number | null
  name: string | null
  avatar: string | null
}

/** Names and ids of whoever stands in the columns `member`, `kind`, `employee_id`, `customer_id` of `alias`. */
export const personColumns = (ctx: Context, alias: string) => ({
  columns: sql`jsonb_build_object('kind', ${sql.ref(`${alias}.kind`)}, 'member', ${sql.ref(`${alias}.member`)}, 'employee', pe.id,
    'customer', case when ${inScope(ctx, `${alias}.customer_id`)} then pk.id end, 'name', coalesce(pe.name, pk.name), 'avatar', coalesce(pe.avatar, pk.avatar))`,
  joins: sql`left join employees pe on pe.tenant_id = ${sql.ref(`${alias}.tenant_id`)} and pe.id = ${sql.ref(`${alias}.employee_id`)}
    left join customers po on po.tenant_id = ${sql.ref(`${alias}.tenant_id`)} and po.id = ${sql.ref(`${alias}.customer_id`)}
    left join customers pk on pk.tenant_id = po.tenant_id and pk.id = po.canonical_id`,
})

export const personOf = (ctx: Context, { kind, member, employee, customer, name, avatar }: PersonRow): Person => ({
  kind,
  member,
  name: name || member,
  avatar: avatar || null,
  employeeId: employee === null ? null : publicId(ctx, 'emp', employee),
  customerId: customer === null ? null : publicId(ctx, 'cus', customer),
})
