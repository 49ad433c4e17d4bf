import { sql } from 'kysely'
import { customerTagged, customerUntagged } from '#management/events.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'

export type Tagging = {
  /** manual, wecom, live_code, import, api, rule, … */
  source: string
  /** Takes away only what this source gave; who has the tag from somewhere else, too, keeps it. */
  given?: string
  at?: Date
}

/** Tagging twice is the same as once. Returns how many customers are newly tagged. */
export const tagCustomers = (ctx: Context, tagId: number, customerIds: readonly number[], tagging: Tagging): Promise<number> =>
  changeTaggings(
    ctx,
    customerIds.map((customerId) => ({ tagId, customerId, tagged: true })),
    tagging,
  )

/** Takes the tag from these customers and everybody merged with them. Returns how many had it. */
export const untagCustomers = (ctx: Context, tagId: number, customerIds: readonly number[], tagging: Tagging): Promise<number> =>
  changeTaggings(
    ctx,
    customerIds.map((customerId) => ({ tagId, customerId, tagged: false })),
    tagging,
  )

export type TaggingChange = { tagId: number; customerId: number; tagged: boolean }

/** Tags given and taken, in this order. Returns how many changed anything. */
export const changeTaggings = async (ctx: Context, changes: readonly TaggingChange[], tagging: Tagging): Promise<number> =>
  (await changedTaggings(ctx, changes, tagging)).length

/** The same; says whose tags changed, by the original that got or had the tag. */
export const changedTaggings = (ctx: Context, changes: readonly TaggingChange[], tagging: Tagging): Promise<Changed[]> =>
  inTransaction(ctx, async (ctx) => {
    if (changes.length === 0) return []
    const tags = await findTags(ctx, [...new Set(changes.map(({ tagId }) => tagId))])
    const changed: Changed[] = []
    for (const turn of await inTurns(ctx, changes)) {
      const rows = turn[0]?.tagged ? await give(ctx, turn, tagging) : await take(ctx, turn, tagging)
      for (const { tagId, customerId } of rows) {
        const tag = tags.get(tagId)
        if (!tag) continue
        emit(ctx, turn[0]?.tagged ? customerTagged : customerUntagged, {
          customerId,
          ...(tagging.at ? { at: tagging.at } : {}),
          properties: { ...tag, source: tagging.source, by: ctx.actor.name },
        })
      }
      changed.push(...rows)
    }
    return changed
  })

/**
 * Gives and takes in turn, each statement with everything that may go together: what is said about one customer and one tag
 * keeps its order. Mostly one or two for a whole list.
 */
async function inTurns(ctx: Context, changes: readonly TaggingChange[]): Promise<TaggingChange[][]> {
  if (changes.every(({ tagged }) => tagged === changes[0]?.tagged)) return [[...changes]]
  const { rows } = await sql<{ id: number; canonicalId: number }>`
    select id, canonical_id from customers where tenant_id = ${ctx.tenantId} and id = any(${changes.map(({ customerId }) => customerId)}::int[])`.execute(
    ctx.db,
  )
  const canonicals = new Map(rows.map(({ id, canonicalId }) => [id, canonicalId]))
  const turns: TaggingChange[][] = []
  const last = new Map<string, number>()
  for (const change of changes) {
    const pair = `${canonicals.get(change.customerId)} ${change.tagId}`
    const earliest = last.get(pair) ?? 0
    // Even turns give, odd ones take.
    const turn = earliest % 2 === (change.tagged ? 0 : 1) ? earliest : earliest + 1
    last.set(pair, turn)
    while (turns.length <= turn) turns.push([])
    turns[turn]?.push(change)
  }
  return turns.filter((turn) => turn.length > 0)
}

type Changed = { tagId: number; customerId: number }

const asked = (changes: readonly TaggingChange[]) =>
  sql`unnest(${changes.map(({ tagId }) => tagId)}::int[], ${changes.map(({ customerId }) => customerId)}::int[]) with ordinality as asked(tag, customer, place)`

/** Of several originals of one customer the first one gets the tag. */
async function give(ctx: Context, changes: readonly TaggingChange[], { source, at }: Tagging): Promise<Changed[]> {
  const { rows } = await sql<Changed>`
    insert into customer_tags (tenant_id, customer_id, tag_id, canonical_id, source, tagged_at)
    select ${ctx.tenantId}, n.id, n.tag, n.canonical_id, ${source}, ${at ?? ctx.now()} from (
      select distinct on (c.canonical_id, asked.tag) c.id, asked.tag, c.canonical_id
      from ${asked(changes)} join customers c on c.tenant_id = ${ctx.tenantId} and c.id = asked.customer
      order by c.canonical_id, asked.tag, asked.place) n
    where not exists (select from customer_tags t where t.tenant_id = ${ctx.tenantId} and t.tag_id = n.tag and t.canonical_id = n.canonical_id)
    order by n.id, n.tag
    on conflict do nothing returning tag_id, customer_id`.execute(ctx.db)
  return rows
}

async function take(ctx: Context, changes: readonly TaggingChange[], { given }: Tagging): Promise<Changed[]> {
  const { rows } = await sql<Changed & { canonicalId: number; kept: boolean }>`
    delete from customer_tags t using (
      select distinct c.canonical_id, asked.tag from ${asked(changes)} join customers c on c.tenant_id = ${ctx.tenantId} and c.id = asked.customer) n
    where t.tenant_id = ${ctx.tenantId} and t.canonical_id = n.canonical_id and t.tag_id = n.tag ${given === undefined ? sql`` : sql`and t.source = ${given}`}
    returning t.tag_id, t.customer_id, t.canonical_id, ${
      given === undefined
        ? sql`false`
        : sql`exists (select from customer_tags o where o.tenant_id = ${ctx.tenantId} and o.canonical_id = t.canonical_id and o.tag_id = t.tag_id and o.source <> ${given})`
    } as kept`.execute(ctx.db)
  return [...new Map(rows.filter(({ kept }) => !kept).map((row) => [`${row.canonicalId} ${row.tagId}`, row])).values()]
}

type TagFacts = { tag: number; tagName: string; group: number; groupName: string }

async function findTags(ctx: Context, tagIds: readonly number[]): Promise<Map<number, TagFacts>> {
  const rows = await ctx.db
    .selectFrom('tags')
    .innerJoin('tagGroups', (join) => join.onRef('tagGroups.tenantId', '=', 'tags.tenantId').onRef('tagGroups.id', '=', 'tags.groupId'))
    .select(['tags.id as tag', 'tags.name as tagName', 'tagGroups.id as group', 'tagGroups.name as groupName'])
    .where('tags.tenantId', '=', ctx.tenantId)
    .where('tags.id', 'in', [...tagIds])
    .execute()
  if (rows.length < tagIds.length) throw notFound('tag')
  return new Map(rows.map((row) => [row.tag, row]))
}

/** The tag of that name in the group of that name, made where missing. */
export const ensureTag = (ctx: Context, groupName: string, tagName: string): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const groupId = await ensureGroup(ctx, cleanName(groupName, 'group'))
    return ensureTagIn(ctx, groupId, cleanName(tagName, 'name'))
  })

async function ensureGroup(ctx: Context, name: string): Promise<number> {
  await sql`
    insert into tag_groups (tenant_id, name, position)
    select ${ctx.tenantId}, ${name}, coalesce(max(position) + 1, 0) from tag_groups where tenant_id = ${ctx.tenantId}
    on conflict do nothing`.execute(ctx.db)
  return (
    await ctx.db
      .selectFrom('tagGroups')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('name', '=', name)
      .executeTakeFirstOrThrow()
  ).id
}

async function ensureTagIn(ctx: Context, groupId: number, name: string): Promise<number> {
  await sql`
    insert into tags (tenant_id, group_id, name, position)
    select ${ctx.tenantId}, ${groupId}, ${name}, coalesce(max(position) + 1, 0) from tags where tenant_id = ${ctx.tenantId} and group_id = ${groupId}
    on conflict do nothing`.execute(ctx.db)
  return (
    await ctx.db
      .selectFrom('tags')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('groupId', '=', groupId)
      .where('name', '=', name)
      .executeTakeFirstOrThrow()
  ).id
}

/** WeCom's limits: 30 letters for tags, 15 for groups; ours are the wider ones. */
function cleanName(text: string, field: string): string {
  const name = text.trim()
  if (name === '' || [...name].length > 30)
    throw appError('tag.name_invalid', { message: 'A tag or group has a name of 1 to 30 letters.', field })
  return name
}
