import { sql } from 'kysely'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { listTagGroups, type TagGroup } from '#connectors/wecom/tags.ts'
import { ensureTag, tagCustomers, untagCustomers } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import type { Relation } from './contacts.ts'

/** A corp tag on a friendship. The batch endpoint gives the id only; names are known from the tag list. */
export type ServerTag = { id: string; name?: string | undefined; group?: string | undefined }

export const readTagGroups = (app: WecomApp, requestId: string): Promise<TagGroup[]> => listTagGroups(app, {}, { requestId })

/** Makes the tags here agree with the corp's: new ones appear, renamed ones are renamed, deleted ones go. */
export async function applyTagGroups(
  ctx: Context,
  corp: number,
  groups: readonly TagGroup[],
): Promise<{ made: number; renamed: number; removed: number }> {
  const shown = groups.flatMap((group) =>
    group.deleted
      ? []
      : (group.tag ?? []).flatMap((tag) =>
          tag.deleted
            ? []
            : [
                {
                  id: tag.id,
                  name: tag.name ?? '',
                  groupId: group.group_id,
                  group: group.group_name ?? '',
                  order: tag.order ?? 0,
                  groupOrder: group.order ?? 0,
                },
              ],
        ),
  )
  const known = new Map((await mappings(ctx, corp)).map((row) => [row.tagId, row]))
  const counts = { made: 0, renamed: 0, removed: 0 }
  for (const tag of shown) {
    const mapped = known.get(tag.id)
    known.delete(tag.id)
    if (mapped?.name === tag.name && mapped.groupName === tag.group) continue
    if (mapped) counts.renamed++
    else counts.made++
    if (!mapped || !(await renameLocal(ctx, mapped.localTagId, tag.group, tag.name)))
      await mapTag(ctx, corp, tag, await ensureTag(ctx, tag.group, tag.name))
  }
  for (const gone of known.values()) counts.removed += await dropTag(ctx, corp, gone.tagId)
  return counts
}

type Mapping = { tagId: string; groupId: string; localTagId: number; name: string; groupName: string }

const mappings = (ctx: Context, corp: number): Promise<Mapping[]> =>
  ctx.db
    .selectFrom('wecomTags as w')
    .innerJoin('tags as t', (join) => join.onRef('t.tenantId', '=', 'w.tenantId').onRef('t.id', '=', 'w.localTagId'))
    .innerJoin('tagGroups as g', (join) => join.onRef('g.tenantId', '=', 't.tenantId').onRef('g.id', '=', 't.groupId'))
    .select(['w.tagId', 'w.groupId', 'w.localTagId', 't.name', 'g.name as groupName'])
    .where('w.tenantId', '=', ctx.tenantId)
    .where('w.corp', '=', corp)
    .execute()

export const mapTag = (ctx: Context, corp: number, tag: { id: string; groupId: string }, localTagId: number): Promise<unknown> =>
  ctx.db
    .insertInto('wecomTags')
    .values({ tenantId: ctx.tenantId, corp, tagId: tag.id, groupId: tag.groupId, localTagId })
    .onConflict((conflict) => conflict.columns(['tenantId', 'corp', 'tagId']).doUpdateSet({ groupId: tag.groupId, localTagId }))
    .execute()

/** False when the new name is taken here: then the corp's tag is that one from now on. */
async function renameLocal(ctx: Context, localTagId: number, group: string, name: string): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update tags t set name = ${name} from tag_groups g
    where t.tenant_id = ${ctx.tenantId} and t.id = ${localTagId} and g.tenant_id = t.tenant_id and g.id = t.group_id and g.name = ${group}
      and not exists (select from tags o where o.tenant_id = t.tenant_id and o.group_id = t.group_id and o.name = ${name} and o.id <> t.id)`.execute(
    ctx.db,
  )
  return Number(numAffectedRows) === 1
}

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
}

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
  const { rows } = await sql<{ customerId: number }>`
    update wecom_follows set tag_ids = array_remove(tag_ids, ${tagId}) where tenant_id = ${ctx.tenantId} and corp = ${corp} and tag_ids @> array[${tagId}]
    returning customer_id`.execute(ctx.db)
  const customers = [...new Set(rows.map(({ customerId }) => customerId))]
  if (customers.length > 0) await untagCustomers(ctx, mapped.localTagId, customers, { source: 'wecom' })
  return 1
}

type Tagged = { customerId: number; before: readonly string[]; shown: readonly ServerTag[] }

/** What WeCom shows on a friendship now against what it showed before; what is waiting to be pushed is newer than both. */
export async function applyTags(
  ctx: Context,
  relation: Relation,
  { customerId, before, shown }: Tagged,
): Promise<{ added: string[]; removed: string[] }> {
  const ids = shown.map(({ id }) => id)
  const added = shown.filter(({ id }) => !before.includes(id))
  const removed = before.filter((id) => !ids.includes(id))
  if (added.length + removed.length === 0) return { added: [], removed: [] }
  const waiting = await pushesWaiting(ctx, customerId)
  for (const tag of added) {
    const local = await localTagOf(ctx, relation.corp, tag)
    if (local !== undefined && !waiting.has(local)) await tagCustomers(ctx, local, [customerId], { source: 'wecom' })
  }
  for (const id of removed) {
    const local = await localTagOf(ctx, relation.corp, { id })
    if (local !== undefined && !waiting.has(local) && !(await isTaggedElsewhere(ctx, relation, customerId, id)))
      await untagCustomers(ctx, local, [customerId], { source: 'wecom' })
  }
  return { added: added.map(({ id }) => id), removed }
}

async function pushesWaiting(ctx: Context, customerId: number): Promise<Set<number>> {
  const rows = await ctx.db
    .selectFrom('wecomTagPushes')
    .select('tagId')
    .where('tenantId', '=', ctx.tenantId)
    .where('customerId', '=', customerId)
    .execute()
  return new Set(rows.map(({ tagId }) => tagId))
}

/** The tag here; made when the reading names it. Undefined for an id that the tag list has not told yet. */
async function localTagOf(ctx: Context, corp: number, { id, name, group }: ServerTag): Promise<number | undefined> {
  const known = await ctx.db
    .selectFrom('wecomTags')
    .select('localTagId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('tagId', '=', id)
    .executeTakeFirst()
  if (known) return known.localTagId
  if (!name || !group) return undefined
  const local = await ensureTag(ctx, group, name)
  // Its group's id comes with the next reading of the tag list.
  await mapTag(ctx, corp, { id, groupId: '' }, local)
  return local
}

/** Another employee has the same person under the same tag: the person keeps it. */
async function isTaggedElsewhere(
  ctx: Context,
  { corp, externalUserId, userId }: Relation,
  customerId: number,
  tagId: string,
): Promise<boolean> {
  const { rows } = await sql`
    select from customers me join customers c on c.tenant_id = me.tenant_id and c.canonical_id = me.canonical_id
    join wecom_follows f on f.tenant_id = c.tenant_id and f.customer_id = c.id and f.live
    where me.tenant_id = ${ctx.tenantId} and me.id = ${customerId} and f.corp = ${corp} and f.tag_ids @> array[${tagId}]
      and not (f.external_userid = ${externalUserId} and f.user_id = ${userId}) limit 1`.execute(ctx.db)
  return rows.length > 0
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
