import { sql } from 'kysely'
import { customerIdsAfter } from '#management/customers/queries.ts'
import type { CustomerFilter } from '#management/customers/schema.ts'
import { existingTags } from '#management/tags/queries.ts'
import { visibleGroupIds } from '#operation/groups/queries.ts'
import { requireGroupTags, type TagNumbers } from '#operation/groups/tag-queries.ts'
import type { Actor, Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { internalId } from '#platform/ids.ts'
import type { AudienceInput, CustomerAudience, GroupAudience } from './schema.ts'

/** Who is in a segment now: told by whoever keeps segments. Customers are canonicals that the asker may see. */
export type MembersOfSegment = (ctx: Context, segmentPublicId: string) => Promise<readonly number[]>

export type Receiver = { customerId: number; employeeId?: number | undefined } | { groupId: number }

const page = 10_000

/** Everybody a message is for at this moment, each once. `scope`: whose customers its maker may write to. */
export async function resolveReceivers(
  base: Context,
  { to }: Pick<AudienceInput, 'to'>,
  scope: Actor['scope'],
  membersOfSegment: MembersOfSegment,
): Promise<Receiver[]> {
  const ctx: Context = { ...base, actor: { ...base.actor, scope } }
  if (to.whom === 'groups') return resolveGroups(ctx, to.audience)
  await requireTags(ctx, to.audience)
  const customers = await resolveCustomers(ctx, to.audience, membersOfSegment)
  const senders = sendersOf(ctx, to.audience)
  if (senders === undefined) return customers.map((customerId) => ({ customerId }))
  const friend = await friendsAmong(ctx, customers, senders)
  return customers.map((customerId) => ({ customerId, employeeId: friend.get(customerId) }))
}

const resolveGroups = async (ctx: Context, { tags, ...named }: GroupAudience): Promise<Receiver[]> =>
  (await visibleGroupIds(ctx, { ...named, tags: await tagsOf(ctx, tags) })).map((groupId) => ({ groupId }))

/** A tag that is gone is refused: groups that it was to leave out would hear the message after all. */
async function tagsOf(ctx: Context, tags: GroupAudience['tags']): Promise<TagNumbers> {
  const named = async (which: keyof TagNumbers) =>
    tags?.[which] && [...(await requireGroupTags(ctx, tags[which], `to.audience.tags.${which}`)).keys()]
  return { in: await named('in'), all: await named('all'), none: await named('none') }
}

/** Every tag of groups that an audience names is there, and inside a transaction it stays until the end. */
export const requireTagsOf = async (ctx: Context, { to }: Pick<AudienceInput, 'to'>): Promise<void> =>
  void (to.whom === 'groups' && (await tagsOf(ctx, to.audience.tags)))

/** A tag that is gone would let in whom it kept out. */
async function requireTags(ctx: Context, { tags = {} }: CustomerAudience): Promise<void> {
  const named = new Set(Object.values(tags).flatMap((list) => (list ?? []).map((id) => internalId(ctx, 'tag', id))))
  if ((await existingTags(ctx, [...named])).size < named.size)
    throw appError('message.tag_gone', {
      status: 409,
      message: 'A tag that says whom this message is for was deleted.',
      field: 'to.audience.tags',
    })
}

async function resolveCustomers(ctx: Context, audience: CustomerAudience, membersOfSegment: MembersOfSegment): Promise<number[]> {
  const members = audience.segment === undefined ? undefined : new Set(await membersOfSegment(ctx, audience.segment))
  const filter = filterOf(audience)
  const found: number[] = []
  for (let after = 0; ; ) {
    const ids = await customerIdsAfter(ctx, { filter }, after, page)
    found.push(...(members ? ids.filter((id) => members.has(id)) : ids))
    after = ids.at(-1) ?? after
    if (ids.length < page) return found
  }
}

const filterOf = ({ tags, employees, customers }: CustomerAudience): CustomerFilter => ({
  and: [
    ...(tags ? [{ tag: tags }] : []),
    ...(employees ? [{ employee: { in: employees } }] : []),
    ...(customers ? [{ customer: { in: customers } }] : []),
  ],
})

/** Only these may be asked to send; undefined for whoever is the friend of longest standing. */
function sendersOf(ctx: Context, { employees }: CustomerAudience): number[] | undefined {
  const named = employees?.map((id) => internalId(ctx, 'emp', id))
  const { scope } = ctx.actor
  if (scope === 'all') return named
  return named ? named.filter((id) => scope.includes(id)) : [...scope]
}

/** The friend of longest standing among these employees, by customer. */
async function friendsAmong(ctx: Context, customers: readonly number[], employees: readonly number[]): Promise<Map<number, number>> {
  const { rows } = await sql<{ canonicalId: number; employeeId: number }>`
    select distinct on (f.canonical_id) f.canonical_id, f.employee_id from follows f
    where f.tenant_id = ${ctx.tenantId} and f.canonical_id = any(${customers}::int[]) and f.employee_id = any(${employees}::int[])
      and f.added_at is not null and f.ended_at is null
    order by f.canonical_id, f.added_at, f.employee_id`.execute(ctx.db)
  return new Map(rows.map(({ canonicalId, employeeId }) => [canonicalId, employeeId]))
}
