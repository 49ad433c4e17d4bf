import { sql } from 'kysely'
import { storedWelcome } from '#growth/welcomes/commands.ts'
import { requireUnused, type UsersOf } from '#management/uses.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { AppError, appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { channelsBelow } from './queries.ts'
import type { ChannelChange, NewChannel } from './schema.ts'

/** Deeper trees cannot be read any more. */
const deepest = 6

export const createChannel = (ctx: Context, facts: NewChannel): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    await lockTree(ctx)
    const values = await columnsOf(ctx, facts)
    await checkPlace(ctx, undefined, values.parentId ?? null)
    const { id } = await ctx.db
      .insertInto('channels')
      .values({
        tenantId: ctx.tenantId,
        name: facts.name,
        kind: facts.kind,
        createdAt: ctx.now(),
        ...values,
        position: facts.position ?? (await nextPosition(ctx, values.parentId ?? null)),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
      .catch(explain)
    await audit(ctx, 'channel.created', ['cha', id], { name: facts.name })
    return id
  })

export const changeChannel = (ctx: Context, id: number, change: ChannelChange): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    await lockTree(ctx)
    const values = await columnsOf(ctx, change)
    if (values.parentId !== undefined) await checkPlace(ctx, id, values.parentId)
    const { archived } = change
    const { numUpdatedRows } = await ctx.db
      .updateTable('channels')
      .set({ tenantId: ctx.tenantId, ...values, ...(archived === undefined ? {} : { archivedAt: archived ? ctx.now() : null }) } as never)
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
      .catch(explain)
    if (numUpdatedRows === 0n) throw notFound('channel')
    await audit(ctx, 'channel.changed', ['cha', id], { changed: Object.keys(change) })
  })

/** Only what nothing hangs on and no rule names can go; the rest can be archived. */
export const deleteChannel = (ctx: Context, id: number, users: UsersOf): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    await lockTree(ctx)
    const used = await sql<{ children: boolean; codes: boolean; links: boolean; customers: boolean }>`
      select exists (select from channels where tenant_id = ${ctx.tenantId} and parent_id = ${id}) as children,
        exists (select from live_codes where tenant_id = ${ctx.tenantId} and channel_id = ${id}) as codes,
        exists (select from acquisition_links where tenant_id = ${ctx.tenantId} and channel_id = ${id})
          or exists (select from acquisition_variants where tenant_id = ${ctx.tenantId} and channel_id = ${id}) as links,
        exists (select from follows where tenant_id = ${ctx.tenantId} and channel_id = ${id}) as customers`.execute(ctx.db)
    const { children, codes, links, customers } = used.rows[0] ?? {}
    if (children || codes || links || customers)
      throw appError('channel.in_use', {
        status: 409,
        message: `${children ? 'Channels lie below it' : codes ? 'Live codes belong to it' : links ? 'Acquisition links belong to it' : 'Customers came through it'}; archive it instead.`,
      })
    requireUnused('channel.in_use', await users(ctx, { channel: publicId(ctx, 'cha', id) }))
    const { numDeletedRows } = await ctx.db
      .deleteFrom('channels')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    if (numDeletedRows === 0n) throw notFound('channel')
    await audit(ctx, 'channel.deleted', ['cha', id])
  })

/** Moves look at the whole tree, so they go one after the other. */
const lockTree = (ctx: Context): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(hashtext('liuliang.channels'), ${ctx.tenantId})`.execute(ctx.db)

async function columnsOf(ctx: Context, facts: ChannelChange | NewChannel) {
  const { name, kind, parentId, ownerId, note, position, welcome } = facts
  return {
    ...(name !== undefined && { name }),
    ...(kind !== undefined && { kind }),
    ...(parentId !== undefined && { parentId: parentId === null ? null : inField('parentId', () => internalId(ctx, 'cha', parentId)) }),
    ...(ownerId !== undefined && { ownerId: ownerId === null ? null : await ownerOf(ctx, ownerId) }),
    ...(note !== undefined && { note: note === '' ? null : note }),
    ...(position !== undefined && { position }),
    ...(welcome !== undefined && { welcome: welcome === null ? null : JSON.stringify(await storedWelcome(ctx, welcome, ['welcome'])) }),
  }
}

/** A wrong reference in a body is the body's fault, not a missing page. */
function inField<T>(field: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof AppError && error.status === 404) throw appError(error.code, { message: error.message, field })
    throw error
  }
}

async function ownerOf(ctx: Context, text: string): Promise<number> {
  const id = inField('ownerId', () => internalId(ctx, 'emp', text))
  const found = await ctx.db
    .selectFrom('employees')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!found) throw appError('employee.not_found', { message: 'No such employee.', field: 'ownerId' })
  return id
}

async function checkPlace(ctx: Context, id: number | undefined, parentId: number | null): Promise<void> {
  if (parentId === null) return
  const { rows } = await sql<{ id: number }>`
    with recursive line as (
      select id, parent_id from channels where tenant_id = ${ctx.tenantId} and id = ${parentId}
      union all
      select c.id, c.parent_id from line l join channels c on c.tenant_id = ${ctx.tenantId} and c.id = l.parent_id
    )
    select id from line`.execute(ctx.db)
  if (rows.length === 0) throw appError('channel.not_found', { message: 'No such channel.', field: 'parentId' })
  if (id !== undefined && rows.some((row) => row.id === id))
    throw appError('channel.circle', { message: 'A channel cannot lie below itself.', field: 'parentId' })
  const height = id === undefined ? 1 : await heightOf(ctx, id)
  if (rows.length + height > deepest)
    throw appError('channel.too_deep', { message: `Channels may lie ${deepest} deep.`, field: 'parentId' })
}

async function heightOf(ctx: Context, id: number): Promise<number> {
  const below = await channelsBelow(ctx, id)
  const { rows } = await sql<{
    id: number
    parentId: number | null
  }>`select id, parent_id from channels where tenant_id = ${ctx.tenantId} and id = any(${below}::int[])`.execute(ctx.db)
  const depth = (one: number): number => 1 + Math.max(0, ...rows.filter(({ parentId }) => parentId === one).map((row) => depth(row.id)))
  return depth(id)
}

async function nextPosition(ctx: Context, parentId: number | null): Promise<number> {
  const { rows } = await sql<{ next: number }>`
    select coalesce(max(position) + 1, 0) as next from channels where tenant_id = ${ctx.tenantId} and parent_id is not distinct from ${parentId}`.execute(
    ctx.db,
  )
  return rows[0]?.next ?? 0
}

function explain(error: unknown): never {
  if ((error as { code?: string; constraint?: string }).constraint === 'channels_name')
    throw appError('channel.exists', { status: 409, message: 'There is a channel of this name beside it.', field: 'name', cause: error })
  throw error
}
