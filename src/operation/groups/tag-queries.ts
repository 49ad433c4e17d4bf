import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { AppError, appError } from '#platform/errors.ts'
import { internalId, publicId } from '#platform/ids.ts'
import type { GroupTagItem } from './schema.ts'

export async function listGroupTags(ctx: Context): Promise<GroupTagItem[]> {
  const { rows } = await sql<{ id: number; name: string; groups: number }>`
    select t.id, t.name, count(g.id)::int as groups from group_tags t
      left join tagged_groups x on x.tenant_id = t.tenant_id and x.tag_id = t.id
      left join groups g on g.tenant_id = x.tenant_id and g.id = x.group_id and g.dismissed_at is null
    where t.tenant_id = ${ctx.tenantId} group by t.id, t.name order by t.name`.execute(ctx.db)
  return rows.map(({ id, name, groups }) => ({ id: publicId(ctx, 'gtg', id), name, groups }))
}

/** Tags by their number: any of `in`, every one of `all`, none of `none`. */
export type TagNumbers = { in?: readonly number[] | undefined; all?: readonly number[] | undefined; none?: readonly number[] | undefined }

/** Holds for rows of `groups as g` that have these tags. */
export function tagged(ctx: Context, { in: any, all, none }: TagNumbers): RawBuilder<boolean> {
  const own = sql`from tagged_groups x where x.tenant_id = ${ctx.tenantId} and x.group_id = g.id and x.tag_id`
  const parts = [sql`true`]
  if (any) parts.push(sql`exists (select ${own} = any(${any}::int[]))`)
  if (all) parts.push(sql`(select count(*) ${own} = any(${all}::int[])) = ${new Set(all).size}`)
  if (none) parts.push(sql`not exists (select ${own} = any(${none}::int[]))`)
  return sql<boolean>`(${sql.join(parts, sql` and `)})`
}

/** The numbers behind tags that somebody named; what is no tag of this company is refused by its place. */
export const groupTagNumbers = (ctx: Context, texts: readonly string[], field: string): number[] =>
  texts.map((text, at) => {
    try {
      return internalId(ctx, 'gtg', text)
    } catch (error) {
      throw error instanceof AppError ? unknownTag(`${field}.${at}`) : error
    }
  })

/**
 * The tags that stand there now, by number; a tag that is gone is refused, too. Inside a transaction they stay until its end,
 * so that nobody deletes one in between.
 */
export async function requireGroupTags(ctx: Context, texts: readonly string[], field: string): Promise<Map<number, string>> {
  const ids = groupTagNumbers(ctx, texts, field)
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('groupTags')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', 'in', ids)
    .orderBy('id')
    .$if(ctx.pending !== undefined, (query) => query.forShare())
    .execute()
  const known = new Map(rows.map(({ id, name }) => [id, name]))
  const missing = ids.findIndex((id) => !known.has(id))
  if (missing >= 0) throw unknownTag(`${field}.${missing}`)
  return known
}

const unknownTag = (field: string): AppError => appError('group_tag.not_found', { message: 'There is no such tag of groups.', field })
