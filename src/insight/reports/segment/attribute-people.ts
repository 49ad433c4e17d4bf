import { type RawBuilder, sql } from 'kysely'
import { type Asking, customersOf } from './asking.ts'
import { attributeHolds } from './attribute.ts'
import { complement, type People } from './bits.ts'
import type { AttributeFact, Moment } from './node.ts'

/**
 * The values there are, judged one by one here, and then who has them: dates, decimals and texts are compared in one place. An
 * equal text needs no look at the others.
 */
export async function attributePeople(asking: Asking, { asked }: AttributeFact): Promise<People> {
  const value = attributeSql(asked.property, asking.moment)
  const exact = exactValues(asked)
  if (exact) return withValues(asking, value, exact)
  const few = asking.few ? sql`and c.id = any(${[...asking.few.ids]}::int[])` : sql``
  const { rows } = await sql<{ value: string }>`
    select distinct ${value} as value from customers c where c.tenant_id = ${asking.ctx.tenantId} and c.listed and ${value} is not null ${few}`.execute(
    asking.ctx.db,
  )
  const holds = (one: string | null) => attributeHolds(asked, one, asking.moment.today)
  const ofNobody = holds(null)
  const found = await withValues(
    asking,
    value,
    rows.map((row) => row.value).filter((one) => holds(one) !== ofNobody),
  )
  return ofNobody ? complement(found) : found
}

function exactValues(asked: AttributeFact['asked']): string[] | undefined {
  const values = asked.op === 'eq' ? [asked.value] : asked.op === 'in' ? asked.value : undefined
  return values?.every((one) => typeof one !== 'number') ? values.map(String) : undefined
}

const withValues = (asking: Asking, value: RawBuilder<unknown>, values: readonly string[]): Promise<People> =>
  customersOf(
    asking,
    sql`select c.id from customers c where c.tenant_id = ${asking.ctx.tenantId} and c.listed and ${value} = any(${[...values]}::text[])`,
  )

/** What a customer's property says, as text; an attribute of the company comes before what everybody has. */
export function attributeSql(property: string, { zone }: Pick<Moment, 'zone'>): RawBuilder<unknown> {
  const own = builtInSql(property, zone)
  return own ? sql`coalesce(c.attributes ->> ${property}, ${own})` : sql`(c.attributes ->> ${property})`
}

function builtInSql(property: string, zone: string): RawBuilder<unknown> | undefined {
  switch (property) {
    case 'name':
    case 'gender':
    case 'kind':
    case 'company':
    case 'position':
      return sql.ref(`c.${property}`)
    case 'hasPhone':
      return sql`c.has_phone::text`
    case 'addedAt':
      return sql`to_char(c.added_at at time zone ${zone}, 'YYYY-MM-DD')`
    case 'activeAt':
      return sql`case when c.last_active_at > 'epoch' then to_char(c.last_active_at at time zone ${zone}, 'YYYY-MM-DD') end`
  }
  return undefined
}
