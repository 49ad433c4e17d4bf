import { sql } from 'kysely'
import { visiblePersons } from '../visible.ts'
import { type Asking, customersOf } from './asking.ts'
import { bitsOf, complement, intersect, intersectAll, type People, uniteAll, without } from './bits.ts'
import { factPeople } from './fact-people.ts'
import type { Node } from './node.ts'

/** Everybody asked about whom a rule holds for, as canonical ids; the actor's data scope is not yet applied. */
export async function membersOf(asking: Asking, node: Node): Promise<Uint32Array> {
  const people = await peopleOfNode(asking, node)
  return asking.few ? intersect(people, { negated: false, bits: bitsOf(asking.few.listed) }).bits : onlyCustomers(asking, people)
}

/** The same, as far as the actor may see them. */
export async function visibleMembers(asking: Asking, node: Node): Promise<Uint32Array> {
  const [members, visible] = await Promise.all([membersOf(asking, node), visiblePersons(asking.ctx)])
  return visible === undefined ? members : members.map((word, i) => word & (bitsOf(visible)[i] ?? 0))
}

async function peopleOfNode(asking: Asking, node: Node): Promise<People> {
  if (node.kind === 'fact') return factPeople(asking, node.fact)
  if (node.kind === 'not') return complement(await peopleOfNode(asking, node.of))
  if (node.kind === 'segment') return peopleOfNode(asking, node.of)
  const parts = await Promise.all(node.of.map((one) => peopleOfNode(asking, one)))
  return node.kind === 'and' ? intersectAll(parts) : uniteAll(parts)
}

/**
 * Segments hold customers: devices that nobody logged in on, and originals merged into somebody, are none. Most rules name whom
 * they hold; then the few who are no customers are taken away. A rule that says whom it does not hold needs the whole list.
 */
async function onlyCustomers(asking: Asking, { negated, bits }: People): Promise<Uint32Array> {
  const { tenantId } = asking.ctx
  const asked = negated
    ? sql`select id from customers where tenant_id = ${tenantId} and listed`
    : sql`select id from customers where tenant_id = ${tenantId} and not listed`
  const known = await customersOf(asking, asked)
  return negated ? without(known.bits, bits) : without(bits, known.bits)
}
