import { sql } from 'kysely'
import { type Asking, customersOf } from './asking.ts'
import { attributePeople } from './attribute-people.ts'
import { bitsOf, intersectAll, type People } from './bits.ts'
import { eventPeople } from './event-people.ts'
import { latestPeople } from './latest-people.ts'
import type { Fact, RandomFact, TagFact } from './node.ts'
import { ordersPeople } from './orders-people.ts'
import { placeOf, seedOf } from './place.ts'
import { followPeople, groupPeople } from './relation-people.ts'
import { sequencePeople } from './sequence-people.ts'

/** Everybody a leaf holds for. Customers' state comes from PostgreSQL, what they did from ClickHouse. */
export async function factPeople(asking: Asking, fact: Fact): Promise<People> {
  const known = asking.known?.get(fact)
  if (known) return known
  switch (fact.kind) {
    case 'attribute':
      return attributePeople(asking, fact)
    case 'tag':
      return tagPeople(asking, fact)
    case 'follow':
      return followPeople(asking, fact)
    case 'group':
      return groupPeople(asking, fact)
    case 'event':
      return eventPeople(asking, fact)
    case 'sequence':
      return sequencePeople(asking, fact)
    case 'orders':
      return ordersPeople(asking, fact)
    case 'latest':
      return latestPeople(asking, fact)
    case 'random':
      return randomPeople(asking, fact)
    case 'people':
      return { negated: false, bits: bitsOf(fact.ids) }
  }
}

async function tagPeople(asking: Asking, { any, all, none }: TagFact): Promise<People> {
  const tagged = (tags: readonly number[], least: number) =>
    customersOf(
      asking,
      sql`select canonical_id as id from customer_tags where tenant_id = ${asking.ctx.tenantId} and tag_id = any(${[...new Set(tags)]}::int[])
        group by canonical_id having count(distinct tag_id) >= ${least}`,
    )
  const [some, every, no] = await Promise.all([
    any ? tagged(any, 1) : undefined,
    all ? tagged(all, new Set(all).size) : undefined,
    none ? tagged(none, 1) : undefined,
  ])
  return intersectAll([...(some ? [some] : []), ...(every ? [every] : []), ...(no ? [{ negated: true, bits: no.bits }] : [])])
}

async function randomPeople(asking: Asking, { salt, from, to }: RandomFact): Promise<People> {
  const seed = seedOf(salt)
  const isIn = (id: number) => {
    const place = placeOf(seed, id)
    return place >= from && place < to
  }
  const ids = (asking.few?.ids ?? (await idsSoFar(asking))).filter(isIn)
  // Numbers that were given out and never used have a place too.
  return existing(asking, bitsOf(ids))
}

async function idsSoFar({ ctx }: Asking): Promise<number[]> {
  const last = await ctx.db
    .selectFrom('customers')
    .select(({ fn }) => fn.max('id').as('id'))
    .where('tenantId', '=', ctx.tenantId)
    .executeTakeFirst()
  return Array.from({ length: Number(last?.id ?? 0) }, (_, i) => i + 1)
}

async function existing(asking: Asking, bits: Uint32Array): Promise<People> {
  const listed = await customersOf(asking, sql`select id from customers where tenant_id = ${asking.ctx.tenantId} and listed`)
  return intersectAll([listed, { negated: false, bits }])
}
