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
  for (const name of names) if (!found.has(name)) addKnown(scope, found, name)
  return found
}

function addKnown(scope: Scope, found: Map<string, number>, name: string): void {
  try {
    const person = scope.personOf(name, 'graphs')
    if (person !== 0) found.set(name, person)
  } catch (error) {
    // A name that nobody is known by is a node of its own.
    if (!(error instanceof AppError)) throw error
  }
}
