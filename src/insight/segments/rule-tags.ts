import { sql } from 'kysely'
import type { TagUses } from '#management/tags/uses.ts'
import { idsTaken, type Named, namesOneOf, type UsersOf } from '#management/uses.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { readRule } from '../reports/segment/rule.ts'
import { findTagCircle, type Tagging, whereRead } from './tag-circles.ts'

/**
 * Refuses a rule that reads, itself or through others, the tag that it writes: as it stands in this transaction, one change at a
 * time. `field`: what was changed.
 */
export async function requireNoCircle(ctx: Context, id: number, field: 'tag' | 'rule' | undefined): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('liuliang.rule_tags'), ${ctx.tenantId})`.execute(ctx.db)
  const segments = await readTaggings(ctx)
  const circle = findTagCircle(segments)
  if (!circle) return
  const own = segments.find((one) => one.id === publicId(ctx, 'seg', id))
  const tags = circle.flatMap(({ writes }) => writes ?? [])
  const where = own && field === 'rule' ? whereRead(own.rule, tags, segments) : undefined
  throw appError('segment.tag_circle', {
    status: 409,
    message: `A rule cannot read the tag that it writes, nor can others for it: ${circle.map(({ name }) => name).join(' → ')}. Any event is also the event of being tagged.`,
    ...(field ? { field: field === 'tag' ? 'tag.id' : ['rule', ...(where ? [where] : [])].join('.') } : {}),
    details: { segments: circle.map(({ id, name }) => ({ id, name })) },
  })
}

async function readTaggings(ctx: Context): Promise<Tagging[]> {
  const rows = await ctx.db
    .selectFrom('segments')
    .select(['id', 'name', 'rule', 'tagId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('rule', 'is not', null)
    .where('archivedAt', 'is', null)
    .execute()
  return rows.flatMap(({ id, name, rule, tagId }) => {
    const read = readRule(rule)
    const writes = tagId === null ? null : publicId(ctx, 'tag', tagId)
    return 'rule' in read ? [{ id: publicId(ctx, 'seg', id), name, rule: read.rule, writes }] : []
  })
}

/** Segments whose rule writes a tag, by tag: for those who look after tags. */
export const tagWriters: TagUses['writers'] = async (ctx) => {
  const rows = await ctx.db
    .selectFrom('segments')
    .select(['id', 'name', 'tagId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('tagId', 'is not', null)
    .where('archivedAt', 'is', null)
    .orderBy('name')
    .execute()
  const named = rows.map(({ id, name, tagId }) => ({ tag: tagId ?? 0, id: publicId(ctx, 'seg', id), name }))
  return new Map([...Map.groupBy(named, ({ tag }) => tag)].map(([tag, list]) => [tag, list.map(({ id, name }) => ({ id, name }))]))
}

/** Segments that write a tag or whose rule names what is taken. A rule about an attribute stays true to the values that customers keep. */
export const segmentsUsing: UsersOf = async (ctx, taken) => {
  const named = idsTaken(taken)
  if (named.length === 0) return {}
  const written = 'tags' in taken ? taken.tags.map((tag) => internalId(ctx, 'tag', tag)) : []
  const { rows } = await sql<Omit<Named, 'id'> & { id: number }>`
    select id, name from segments where tenant_id = ${ctx.tenantId} and archived_at is null
      and (tag_id = any(${written}::int[]) or ${namesOneOf(sql`rule`, named)}) order by name`.execute(ctx.db)
  return { segments: rows.map(({ id, name }) => ({ id: publicId(ctx, 'seg', id), name })) }
}
