import { sql } from 'kysely'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { AppError, appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { internalId } from '#platform/ids.ts'
import { visibleAmong } from './queries.ts'
import type { GroupTagged, GroupTagging } from './schema.ts'
import { requireGroupTags } from './tag-queries.ts'

export const createGroupTag = (ctx: Context, name: string): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const row = await ctx.db
      .insertInto('groupTags')
      .values({ tenantId: ctx.tenantId, name, createdAt: ctx.now() })
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!row) throw taken()
    await audit(ctx, 'group_tag.created', ['gtg', row.id], { name })
    return row.id
  })

export const renameGroupTag = (ctx: Context, id: number, name: string): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const before = await lockTag(ctx, id)
    if (before === name) return
    await ctx.db
      .updateTable('groupTags')
      .set({ name })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
      .catch((cause: { code?: string }) => {
        throw cause.code === '23505' ? taken() : cause
      })
    await audit(ctx, 'group_tag.renamed', ['gtg', id], { from: before, to: name })
  })

/** Messages lie above groups: the app says which of those that are still to go out choose their groups by this tag. */
export type TagReaders = (ctx: Context, tag: number) => Promise<{ id: string; name: string }[]>

/** Groups lose it. While a message that is still to go out reads it, it stays: without it the message would go to others than were meant. */
export const deleteGroupTag = (ctx: Context, id: number, readers: TagReaders): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const name = await lockTag(ctx, id)
    const messages = await readers(ctx, id)
    if (messages.length > 0) {
      const names = messages.map((one) => one.name).join(', ')
      throw appError('group_tag.in_use', {
        status: 409,
        message: `Needed by the messages ${names.slice(0, 300)}.`,
        details: { messages },
      })
    }
    await ctx.db.deleteFrom('groupTags').where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await audit(ctx, 'group_tag.deleted', ['gtg', id], { name })
  })

/** Gives and takes tags, of groups whose owner the actor's data scope reaches. The same again changes nothing. */
export const tagGroups = (ctx: Context, { groups, give, take }: GroupTagging): Promise<GroupTagged> =>
  inTransaction(ctx, async (ctx) => {
    const given = await requireGroupTags(ctx, give, 'give')
    const taken = await requireGroupTags(ctx, take, 'take')
    const ids = await requireGroups(ctx, groups)
    const more = await sql`
      insert into tagged_groups (tenant_id, group_id, tag_id, tagged_at)
      select ${ctx.tenantId}, g, t, ${ctx.now()} from unnest(${ids}::int[]) g, unnest(${[...given.keys()]}::int[]) t order by g, t
      on conflict do nothing`.execute(ctx.db)
    const less = await sql`
      delete from tagged_groups where tenant_id = ${ctx.tenantId} and group_id = any(${ids}::int[]) and tag_id = any(${[...taken.keys()]}::int[])`.execute(
      ctx.db,
    )
    const changed = { given: Number(more.numAffectedRows ?? 0), taken: Number(less.numAffectedRows ?? 0) }
    const [only] = ids
    if (changed.given + changed.taken > 0)
      await audit(ctx, 'group.tagged', ids.length === 1 && only !== undefined ? ['grp', only] : undefined, {
        groups: ids.length,
        give: [...given.values()],
        take: [...taken.values()],
        ...changed,
      })
    return changed
  })

async function requireGroups(ctx: Context, texts: readonly string[]): Promise<number[]> {
  const ids = texts.map((text, at) => groupNumber(ctx, text, at))
  const known = await visibleAmong(ctx, ids)
  const missing = ids.findIndex((id) => !known.has(id))
  if (missing >= 0) throw unknownGroup(missing)
  return [...known]
}

function groupNumber(ctx: Context, text: string, at: number): number {
  try {
    return internalId(ctx, 'grp', text)
  } catch (error) {
    throw error instanceof AppError ? unknownGroup(at) : error
  }
}

const unknownGroup = (at: number): AppError => appError('group.not_found', { message: 'No such group.', field: `groups.${at}` })

/** Its name; it waits for whoever is about to use it. */
async function lockTag(ctx: Context, id: number): Promise<string> {
  const row = await ctx.db
    .selectFrom('groupTags')
    .select('name')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound('group_tag')
  return row.name
}

const taken = (): AppError => appError('group_tag.exists', { status: 409, message: 'This name is taken.', field: 'name' })
