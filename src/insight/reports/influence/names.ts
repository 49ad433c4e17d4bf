import { sql } from 'kysely'
import { AppError } from '#platform/errors.ts'
import type { Scope } from '../scope.ts'

/** Which customers events mean by a name: a public id, or any identity that one customer alone goes by. */
export async function personsNamed(scope: Scope, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>()
  if (names.length === 0) return found
  const { rows } = await sql<{ value: string; person: number }>`
    select i.value, min(c.canonical_id) as person from identities i join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    where i.tenant_id = ${scope.ctx.tenantId} and i.value = any(${[...names]}::text[])
    group by i.value having count(distinct c.canonical_id) = 1`.execute(scope.ctx.db)
  for (const { value, person } of rows) found.set(value, person)
  const numbers = new Map(names.flatMap((name) => (found.has(name) ? [] : numberOf(scope, name))))
  const canonical = await canonicalOf(scope, [...numbers.values()])
  for (const [name, person] of numbers) found.set(name, canonical.get(person) ?? person)
  return found
}

/** None for a name that nobody is known by, who is a node of their own. */
function numberOf(scope: Scope, name: string): [string, number][] {
  try {
    const person = scope.personOf(name, 'graphs')
    return person === 0 ? [] : [[name, person]]
  } catch (error) {
    if (error instanceof AppError) return []
    throw error
  }
}

/** An event goes on naming somebody as they were called before a merge. */
async function canonicalOf(scope: Scope, persons: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (persons.length === 0) return new Map()
  const { rows } = await sql<{ id: number; canonical: number }>`
    select id, canonical_id as canonical from customers
    where tenant_id = ${scope.ctx.tenantId} and id = any(${[...persons]}::int[])`.execute(scope.ctx.db)
  return new Map(rows.map(({ id, canonical }) => [id, canonical]))
}
