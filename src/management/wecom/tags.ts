import { sql } from 'kysely'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { listTagGroups, type TagGroup } from '#connectors/wecom/tags.ts'
import { canonicalIds } from '#management/identity/queries.ts'
import { changeTaggings, type TaggingChange, untagCustomers } from '#management/tags/commands.ts'
import { upsertGroupFromWecom, upsertTagFromWecom } from '#management/tags/editing.ts'
import type { Context } from '#platform/context.ts'

/** A corp tag on a friendship. The batch endpoint gives the id only; names are known from the tag list. */
export type ServerTag = { id: string; name?: string | undefined; group?: string | undefined }

export const readTagGroups = (app: WecomApp, requestId: string): Promise<TagGroup[]> => listTagGroups(app, {}, { requestId })

type Counts = { made: number; renamed: number; removed: number }

/**
 * Makes the tags here agree with the corp's. What WeCom shows otherwise than it did the last time was changed there and is
 * changed here; what differs although WeCom shows the same as before was changed here and is being pushed.
 */
export async function applyTagGroups(ctx: Context, corp: number, groups: readonly TagGroup[]): Promise<Counts> {
  const known: Known = {
    groups: new Map((await groupMappings(ctx, corp)).map((row) => [row.groupId, row])),
    tags: new Map((await tagMappings(ctx, corp)).map((row) => [row.tagId, row])),
    edits: await pendingEdits(ctx, corp),
  }
  const counts = { made: 0, renamed: 0, removed: 0 }
  const shownTags = new Set<string>()
  const shownGroups = new Set<string>()
  for (const group of groups) {
    if (group.deleted || known.edits.get(group.group_id) === 'delete') continue
    shownGroups.add(group.group_id)
    const name = cleanName(group.group_name)
    const tags = (group.tag ?? []).filter((tag) => !tag.deleted && known.edits.get(tag.id) !== 'delete' && cleanName(tag.name) !== '')
    if (name === '' || tags.length === 0) continue
    const localGroupId = await applyGroup(ctx, corp, { id: group.group_id, name, order: group.order ?? 0 }, known, counts)
    for (const tag of tags) {
      shownTags.add(tag.id)
      const shown = { id: tag.id, groupId: group.group_id, name: cleanName(tag.name), order: tag.order ?? 0 }
      await applyTag(ctx, corp, shown, localGroupId, known, counts)
    }
  }
  for (const tagId of known.tags.keys()) if (!shownTags.has(tagId)) counts.removed += await dropTag(ctx, corp, tagId)
  for (const groupId of known.groups.keys()) if (!shownGroups.has(groupId)) await dropGroup(ctx, corp, groupId)
  return counts
}

type GroupMapping = { groupId: string; localGroupId: number; name: string | null }
type TagMapping = { tagId: string; groupId: string; localTagId: number; name: string | null; localGroupId: number }
type Known = { groups: Map<string, GroupMapping>; tags: Map<string, TagMapping>; edits: ReadonlyMap<string, string> }

type ShownGroup = { id: string; name: string; order: number }
type ShownTag = ShownGroup & { groupId: string }

async function applyGroup(ctx: Context, corp: number, shown: ShownGroup, { groups, edits }: Known, counts: Counts): Promise<number> {
  const { id, name, order } = shown
  const mapped = groups.get(id)
  if (mapped?.name === name) return mapped.localGroupId
  // Renamed here as well: ours is pushed over it.
  if (mapped && edits.has(id)) {
    await mapGroup(ctx, corp, { id, name }, mapped.localGroupId)
    return mapped.localGroupId
  }
  // First what WeCom shows, then the name here: its own name is nothing to push back.
  if (mapped) await mapGroup(ctx, corp, { id, name }, mapped.localGroupId)
  const localGroupId = await upsertGroupFromWecom(ctx, { groupId: mapped?.localGroupId, name, order })
  await mapGroup(ctx, corp, { id, name }, localGroupId)
  if (mapped) counts.renamed++
  return localGroupId
}

async function applyTag(
  ctx: Context,
  corp: number,
  shown: ShownTag,
  localGroupId: number,
  { tags, edits }: Known,
  counts: Counts,
): Promise<void> {
  const mapped = tags.get(shown.id)
  if (mapped?.name === shown.name && mapped.groupId === shown.groupId) return
  if (mapped) await mapTag(ctx, corp, shown, mapped.localTagId)
  if (mapped && (mapped.name === shown.name || edits.has(shown.id))) return
  // Without a name that WeCom showed before there is nothing of ours to defend: it is where WeCom has it.
  const groupId = mapped?.name ? mapped.localGroupId : localGroupId
  const localTagId = await upsertTagFromWecom(ctx, { tagId: mapped?.localTagId, groupId, name: shown.name, order: shown.order })
  await mapTag(ctx, corp, shown, localTagId)
  if (mapped?.localTagId !== localTagId) await giveToShown(ctx, corp, shown.id, { from: mapped?.localTagId, to: localTagId })
  if (mapped) counts.renamed++
  else counts.made++
}

/** Names as they may stand here; WeCom's own limits are narrower. */
const cleanName = (name: string | undefined): string => [...(name ?? '').trim()].slice(0, 30).join('').trim()

const groupMappings = (ctx: Context, corp: number): Promise<GroupMapping[]> =>
  ctx.db
    .selectFrom('wecomTagGroups')
    .select(['groupId', 'localGroupId', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .execute()

const tagMappings = (ctx: Context, corp: number): Promise<TagMapping[]> =>
  ctx.db
    .selectFrom('wecomTags as w')
    .innerJoin('tags as t', (join) => join.onRef('t.tenantId', '=', 'w.tenantId').onRef('t.id', '=', 'w.localTagId'))
    .select(['w.tagId', 'w.groupId', 'w.localTagId', 'w.name', 't.groupId as localGroupId'])
    .where('w.tenantId', '=', ctx.tenantId)
    .where('w.corp', '=', corp)
    .execute()

async function pendingEdits(ctx: Context, corp: number): Promise<Map<string, string>> {
  const rows = await ctx.db
    .selectFrom('wecomTagEdits')
    .select(['id', 'action'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .execute()
  return new Map(rows.map(({ id, action }) => [id, action]))
}

/** `name`: as WeCom shows it now. */
export const mapTag = (
  ctx: Context,
  corp: number,
  { id, groupId, name }: { id: string; groupId: string; name: string },
  localTagId: number,
): Promise<unknown> =>
  ctx.db
    .insertInto('wecomTags')
    .values({ tenantId: ctx.tenantId, corp, tagId: id, groupId, localTagId, name })
    .onConflict((conflict) => conflict.columns(['tenantId', 'corp', 'tagId']).doUpdateSet({ groupId, localTagId, name }))
    .execute()

export const mapGroup = (ctx: Context, corp: number, { id, name }: { id: string; name: string }, localGroupId: number): Promise<unknown> =>
  ctx.db
    .insertInto('wecomTagGroups')
    .values({ tenantId: ctx.tenantId, corp, groupId: id, localGroupId, name })
    .onConflict((conflict) => conflict.columns(['tenantId', 'corp', 'groupId']).doUpdateSet({ localGroupId, name }))
    .execute()

/** A tag or a whole group that an administrator deleted in WeCom. */
export async function removeTagOrGroup(ctx: Context, corp: number, id: string, tagType: string | undefined): Promise<void> {
  const gone = await ctx.db
    .selectFrom('wecomTags')
    .select('tagId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where(tagType === 'tag_group' ? 'groupId' : 'tagId', '=', id)
    .execute()
  for (const { tagId } of gone) await dropTag(ctx, corp, tagId)
  if (tagType === 'tag_group') await dropGroup(ctx, corp, id)
}

const dropGroup = (ctx: Context, corp: number, groupId: string): Promise<unknown> =>
  ctx.db.deleteFrom('wecomTagGroups').where('tenantId', '=', ctx.tenantId).where('corp', '=', corp).where('groupId', '=', groupId).execute()

/** The tag is gone there, so nobody has it through this corp any more; the tag itself stays where it is used otherwise. */
async function dropTag(ctx: Context, corp: number, tagId: string): Promise<number> {
  const mapped = await ctx.db
    .deleteFrom('wecomTags')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('tagId', '=', tagId)
    .returning('localTagId')
    .executeTakeFirst()
  if (!mapped) return 0
  await takeAway(ctx, mapped.localTagId, await forgetShown(ctx, corp, tagId))
  return 1
}

/** Unless another friendship, here or in another corp, shows the tag too. */
async function takeAway(ctx: Context, localTagId: number, customerIds: readonly number[]): Promise<void> {
  if (customerIds.length === 0) return
  const { rows } = await sql<{ id: number }>`
    select me.id from customers me where me.tenant_id = ${ctx.tenantId} and me.id = any(${customerIds}::int[]) and not exists (
      select from customers o
      join wecom_follows f on f.tenant_id = o.tenant_id and f.customer_id = o.id and f.live
      join wecom_tags w on w.tenant_id = f.tenant_id and w.corp = f.corp and w.tag_id = any(f.tag_ids) and w.local_tag_id = ${localTagId}
      where o.tenant_id = me.tenant_id and (o.id = me.canonical_id or o.canonical_id = me.canonical_id))`.execute(ctx.db)
  const losing = rows.map(({ id }) => id)
  if (losing.length > 0) await untagCustomers(ctx, localTagId, losing, { source: 'wecom' })
}

/**
 * Friendships show the tag already: it counts as another one here from now on, or they were read before the list named it. The
 * people have the new one, and the former no more.
 */
async function giveToShown(
  ctx: Context,
  corp: number,
  tagId: string,
  { from, to }: { from?: number | undefined; to: number },
): Promise<void> {
  const { rows } = await sql<{ customerId: number }>`
    select distinct customer_id from wecom_follows
    where tenant_id = ${ctx.tenantId} and corp = ${corp} and live and customer_id is not null and tag_ids @> array[${tagId}]`.execute(
    ctx.db,
  )
  const customers = rows.map(({ customerId }) => customerId)
  if (customers.length === 0) return
  await changeTaggings(
    ctx,
    customers.map((customerId) => ({ tagId: to, customerId, tagged: true })),
    { source: 'wecom' },
  )
  if (from !== undefined) await takeAway(ctx, from, customers)
}

/** No friendship of this corp shows the tag any more. Returns the customers who had it through one. */
export async function forgetShown(ctx: Context, corp: number, tagId: string): Promise<number[]> {
  const { rows } = await sql<{ customerId: number | null }>`
    update wecom_follows set tag_ids = array_remove(tag_ids, ${tagId}) where tenant_id = ${ctx.tenantId} and corp = ${corp} and tag_ids @> array[${tagId}]
    returning customer_id`.execute(ctx.db)
  return [...new Set(rows.flatMap(({ customerId }) => (customerId === null ? [] : [customerId])))]
}

/** A friendship whose tags WeCom shows otherwise than before, or that is another person's now. `name` is the friendship's. */
export type Tagged = { name: string; customerId: number; added: readonly ServerTag[]; removed: readonly string[] }

/** What is waiting to be pushed is newer than what WeCom shows and is left alone; the push looks again at what is shown now. */
export async function applyTags(ctx: Context, corp: number, tagged: readonly Tagged[]): Promise<void> {
  if (tagged.every(({ added, removed }) => added.length + removed.length === 0)) return
  const locals = await localTags(ctx, corp, tagged)
  const waiting = await pushesWaiting(
    ctx,
    tagged.map(({ customerId }) => customerId),
  )
  const told = tagged.map(({ name, customerId, added, removed }) => ({
    name: `${corp} ${name}`,
    customerId,
    added: added.flatMap(({ id }) => locals.get(id) ?? []),
    removed: removed.flatMap((id) => locals.get(id) ?? []),
  }))
  const others = await shownElsewhere(ctx, told)
  const changes: TaggingChange[] = []
  for (const one of told) {
    const { customerId, added, removed } = one
    for (const tagId of added) changes.push({ tagId, customerId, tagged: true })
    for (const tagId of removed) if (!others.has(one, tagId)) changes.push({ tagId, customerId, tagged: false })
    others.tell(one)
  }
  const isWaiting = ({ customerId, tagId }: TaggingChange) => waiting.has(`${customerId} ${tagId}`)
  await pushAgain(ctx, changes.filter(isWaiting))
  await changeTaggings(
    ctx,
    changes.filter((change) => !isWaiting(change)),
    { source: 'wecom' },
  )
}

/** A push that is under way has read what WeCom showed before. */
async function pushAgain(ctx: Context, changes: readonly TaggingChange[]): Promise<void> {
  if (changes.length === 0) return
  await sql`
    update wecom_tag_pushes p set version = p.version + 1, due_at = ${ctx.now()}
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as n("customerId" int, "tagId" int)
    where p.tenant_id = ${ctx.tenantId} and p.customer_id = n."customerId" and p.tag_id = n."tagId"`.execute(ctx.db)
}

async function pushesWaiting(ctx: Context, customerIds: readonly number[]): Promise<Set<string>> {
  const { rows } = await sql<{ customerId: number; tagId: number }>`
    select customer_id, tag_id from wecom_tag_pushes where tenant_id = ${ctx.tenantId} and customer_id = any(${customerIds}::int[])`.execute(
    ctx.db,
  )
  return new Set(rows.map(({ customerId, tagId }) => `${customerId} ${tagId}`))
}

/** The tags here by WeCom's ids; made when a reading names them. Ids that the tag list has not told yet are left out. */
async function localTags(ctx: Context, corp: number, tagged: readonly Tagged[]): Promise<Map<string, number>> {
  const ids = [...new Set(tagged.flatMap(({ added, removed }) => [...added.map(({ id }) => id), ...removed]))]
  const found = await ctx.db
    .selectFrom('wecomTags')
    .select(['tagId', 'localTagId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('tagId', 'in', ids)
    .execute()
  const locals = new Map(found.map(({ tagId, localTagId }) => [tagId, localTagId]))
  const unknown = new Map(tagged.flatMap(({ added }) => added.flatMap((tag) => (locals.has(tag.id) ? [] : [[tag.id, tag] as const]))))
  if (unknown.size === 0) return locals
  const edits = await pendingEdits(ctx, corp)
  for (const { id, name, group } of unknown.values()) {
    if (edits.get(id) === 'delete' || !cleanName(name) || !cleanName(group)) continue
    const groupId = await upsertGroupFromWecom(ctx, { name: cleanName(group), order: 0 })
    const local = await upsertTagFromWecom(ctx, { groupId, name: cleanName(name), order: 0 })
    // Its group's id comes with the next reading of the tag list.
    await mapTag(ctx, corp, { id, groupId: '', name: cleanName(name) }, local)
    await giveToShown(ctx, corp, id, { to: local })
    locals.set(id, local)
  }
  return locals
}

/** A friendship's tags by their numbers here; `name` says which friendship in which corp. */
type Told = { name: string; customerId: number; added: readonly number[]; removed: readonly number[] }
type Elsewhere = { has(one: Told, tagId: number): boolean; tell(one: Told): void }

/** Another employee, in this corp or another, has the same person under the same tag: the person keeps it. What was told just now counts already. */
async function shownElsewhere(ctx: Context, told: readonly Told[]): Promise<Elsewhere> {
  if (told.every(({ removed }) => removed.length === 0)) return { has: () => false, tell: () => undefined }
  const canonicals = await canonicalIds(
    ctx,
    told.map(({ customerId }) => customerId),
  )
  const { rows } = await sql<{ canonicalId: number; name: string; tagIds: number[] }>`
    select c.canonical_id, f.corp || ' ' || f.external_userid || ' ' || f.user_id as name,
      array(select w.local_tag_id from wecom_tags w where w.tenant_id = f.tenant_id and w.corp = f.corp and w.tag_id = any(f.tag_ids)) as tag_ids
    from customers c join wecom_follows f on f.tenant_id = c.tenant_id and f.customer_id = c.id and f.live
    where c.tenant_id = ${ctx.tenantId} and (c.id = any(${[...canonicals.values()]}::int[]) or c.canonical_id = any(${[...canonicals.values()]}::int[]))`.execute(
    ctx.db,
  )
  const shown = new Map<number, Map<string, Set<number>>>()
  const homes = new Map<string, number>()
  const place = (canonical: number, name: string, ids: Set<number>) => {
    // A friendship that has moved to another person shows nothing of the one before.
    shown.get(homes.get(name) ?? 0)?.delete(name)
    homes.set(name, canonical)
    shown.set(canonical, (shown.get(canonical) ?? new Map<string, Set<number>>()).set(name, ids))
  }
  for (const { canonicalId, name, tagIds } of rows) place(canonicalId, name, new Set(tagIds))
  return {
    has: ({ customerId, name }, tagId) =>
      [...(shown.get(canonicals.get(customerId) ?? 0) ?? [])].some(([other, ids]) => other !== name && ids.has(tagId)),
    tell: ({ customerId, name, added, removed }) => {
      const ids = shown.get(homes.get(name) ?? 0)?.get(name) ?? new Set<number>()
      for (const id of added) ids.add(id)
      for (const id of removed) ids.delete(id)
      place(canonicals.get(customerId) ?? 0, name, ids)
    },
  }
}

export async function unknownTags(ctx: Context, corp: number, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const known = await ctx.db
    .selectFrom('wecomTags')
    .select('tagId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('tagId', 'in', [...new Set(ids)])
    .execute()
  const names = new Set(known.map(({ tagId }) => tagId))
  return ids.filter((id) => !names.has(id))
}
