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

type Shown = { name: string | null; avatar: string | null }

export type PersonRow = {
  kind: MemberKind
  member: string
  employeeId: number | null
  employee: Shown | null
  customer: (Shown & { id: number }) | null
  inScope: boolean
}

/**
 * Whoever stands in the columns `member`, `kind`, `employee_id`, `customer_id` of `alias`. Looked up one by one: a join would be
 * planned for the few customers of a company that has just begun.
 */
export const personIn = (ctx: Context, alias: string): RawBuilder<PersonRow> => {
  const column = (name: string) => sql.ref(`${alias}.${name}`)
  return sql<PersonRow>`jsonb_build_object('kind', ${column('kind')}, 'member', ${column('member')}, 'employeeId', ${column('employee_id')},
    'inScope', ${column('customer_id')} is not null and ${inScope(ctx, `${alias}.customer_id`)},
    'employee', (select jsonb_build_object('name', pe.name, 'avatar', pe.avatar) from employees pe
      where pe.tenant_id = ${ctx.tenantId} and pe.id = ${column('employee_id')}),
    'customer', (select jsonb_build_object('id', pk.id, 'name', pk.name, 'avatar', pk.avatar) from customers pk
      where pk.tenant_id = ${ctx.tenantId} and pk.id = (select po.canonical_id from customers po where po.tenant_id = ${ctx.tenantId} and po.id = ${column('customer_id')})))`
}

export const nameOf = ({ member, employee, customer }: PersonRow): string => (employee ?? customer)?.name || member

export const personOf = (ctx: Context, row: PersonRow): Person => ({
  kind: row.kind,
  member: row.member,
  name: nameOf(row),
  avatar: (row.employee ?? row.customer)?.avatar || null,
  employeeId: row.employeeId === null ? null : publicId(ctx, 'emp', row.employeeId),
  customerId: row.customer && row.inScope ? publicId(ctx, 'cus', row.customer.id) : null,
})
