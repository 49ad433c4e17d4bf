import { type RawBuilder, sql } from 'kysely'
import { type Asking, customersOf } from './asking.ts'
import { intersect, type People } from './bits.ts'
import { type Compare, comparisons } from './compare.ts'
import type { FollowFact, GroupFact } from './node.ts'

type Where = RawBuilder<unknown>

const all = (parts: Where[]): Where => (parts.length === 0 ? sql`true` : sql.join(parts, sql` and `))

/** Friends now, once, or either, as the friendships stood at the moment. */
export async function followPeople(asking: Asking, fact: FollowFact): Promise<People> {
  const { at } = asking.moment
  const ofThese = fact.employees ? sql`f.employee_id = any(${fact.employees}::int[])` : sql`true`
  const live = sql`(f.ended_at is null or f.ended_at > ${at})`
  const state = { live, ended: sql`not ${live}`, ever: sql`true` }[fact.state]
  const found = await customersOf(asking, followSql(asking, all([ofThese, state, ...followConditions(asking, fact, live)])))
  if (fact.state !== 'ended') return found
  const still = await customersOf(asking, followSql(asking, all([ofThese, live])))
  return intersect(found, { negated: true, bits: still.bits })
}

const followConditions = (asking: Asking, fact: FollowFact, live: Where): Where[] => [
  ...(fact.channels ? [sql`f.channel_id = any(${fact.channels}::int[])`] : []),
  ...(fact.addWays ? [sql`f.add_way = any(${fact.addWays}::text[])`] : []),
  ...(fact.endedBy ? [sql`(not ${live} and f.ended_by = any(${fact.endedBy}::text[]))`] : []),
  ...daysSince(asking, sql`f.added_at`, fact.days),
]

/** The relation as it is and the earlier times of it. */
const followSql = ({ ctx, moment }: Asking, where: Where): Where => sql`
  select f.canonical_id as id from follows f where f.tenant_id = ${ctx.tenantId} and f.added_at <= ${moment.at} and ${where}
  union all
  select c.canonical_id as id from follow_periods f join customers c on c.tenant_id = f.tenant_id and c.id = f.customer_id
  where f.tenant_id = ${ctx.tenantId} and f.added_at <= ${moment.at} and ${where}`

export async function groupPeople(asking: Asking, fact: GroupFact): Promise<People> {
  const { at } = asking.moment
  const inThese = fact.groups ? sql`m.group_id = any(${fact.groups}::int[])` : sql`true`
  const member = sql`(m.left_at is null or m.left_at > ${at})`
  const state = { member, left: sql`not ${member}`, ever: sql`true` }[fact.state]
  const found = await customersOf(asking, staySql(asking, all([inThese, state, ...daysSince(asking, sql`m.joined_at`, fact.days)])))
  if (fact.state !== 'left') return found
  const still = await customersOf(asking, staySql(asking, all([inThese, member])))
  return intersect(found, { negated: true, bits: still.bits })
}

const staySql = ({ ctx, moment }: Asking, where: Where): Where => sql`
  select c.canonical_id as id from group_members m join customers c on c.tenant_id = m.tenant_id and c.id = m.customer_id
  where m.tenant_id = ${ctx.tenantId} and m.customer_id is not null and m.joined_at <= ${moment.at} and ${where}`

/** Calendar days of the company between that moment and the day asked about. */
const daysSince = ({ moment }: Asking, column: Where, asked: Compare | undefined): Where[] =>
  comparisons(asked ?? {}).map(
    ({ sign, bound }) => sql`${moment.today}::date - (${column} at time zone ${moment.zone})::date ${sql.raw(sign)} ${bound}::numeric`,
  )
