import { sql } from 'kysely'
import { acquisitionLinkChanged, acquisitionLinkCreated, acquisitionLinkDeleted } from '#growth/events.ts'
import { channelOf, corpOf, tagsOf } from '#growth/live-codes/input.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { newState } from '#platform/http/short-links.ts'
import { enqueue } from '#platform/jobs.ts'
import { columnsOf, concernsWecom } from './input.ts'
import { prepareLink, readNow, removeLink, syncLink } from './jobs.ts'
import { type AcquisitionLinkChange, type AcquisitionLinkInput, mostVariants, type VariantChange, type VariantInput } from './schema.ts'
import { addMainVariants } from './stored.ts'
import { pushLink } from './sync.ts'

/** The asker tells WeCom right after the commit; the job only stands by, should they die before. */
const inlineMs = 5_000

/** Makes a link and asks WeCom for it at once. When WeCom is away the link stands here, and the job goes on asking. */
export async function createAcquisitionLink(ctx: Context, input: AcquisitionLinkInput): Promise<number> {
  const corp = await corpOf(ctx, input.corpId, 'acquisition_link')
  const { corpId: _, tagIds, ...settings } = input
  const columns = await columnsOf(ctx, corp, settings, undefined)
  const tags = await tagsOf(ctx, tagIds)
  const id = await inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('acquisitionLinks')
      .values({
        tenantId: ctx.tenantId,
        corp,
        createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        createdAt: ctx.now(),
        updatedAt: ctx.now(),
        ...columns,
        name: input.name,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await addMainVariants(ctx, [id])
    await saveTags(ctx, id, tags)
    await enqueue(ctx, syncLink, { link: id }, { runAt: new Date(ctx.now().getTime() + inlineMs) })
    await enqueue(ctx, prepareLink, { link: id }, { key: `link-${id}` })
    emit(ctx, acquisitionLinkCreated, { customerId: null, properties: { link: id, linkName: input.name, by: ctx.actor.name } })
    await audit(ctx, 'acquisition_link.created', ['acl', id], { name: input.name })
    return id
  })
  await pushLink(ctx, id)
  return id
}

export async function changeAcquisitionLink(ctx: Context, id: number, change: AcquisitionLinkChange): Promise<void> {
  const before = await findLink(ctx, id)
  const isToTell = concernsWecom(change)
  if (isToTell && before.goneAt)
    throw appError('acquisition_link.gone', {
      status: 409,
      message: 'This link was deleted in WeCom: only its place here, its greeting and tags can still be changed.',
    })
  const columns = await columnsOf(ctx, before.corp, change, before)
  const tags = change.tagIds && (await tagsOf(ctx, change.tagIds))
  await inTransaction(ctx, async (ctx) => {
    const { name } = await findLink(ctx, id, true)
    await ctx.db
      .updateTable('acquisitionLinks')
      .set({
        ...columns,
        updatedAt: ctx.now(),
        ...(isToTell && { wantedVersion: sql<number>`wanted_version + 1`, retryAt: null, syncAttempts: 0 }),
      })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    if (tags) await saveTags(ctx, id, tags)
    if (isToTell) await enqueue(ctx, syncLink, { link: id }, { runAt: new Date(ctx.now().getTime() + inlineMs) })
    await enqueue(ctx, prepareLink, { link: id }, { key: `link-${id}` })
    emit(ctx, acquisitionLinkChanged, {
      customerId: null,
      properties: { link: id, linkName: change.name ?? name, by: ctx.actor.name, fields: Object.keys(change) },
    })
    await audit(ctx, 'acquisition_link.changed', ['acl', id], { changed: Object.keys(change) })
  })
  if (isToTell) await pushLink(ctx, id)
}

export const deleteAcquisitionLink = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { name, goneAt } = await findLink(ctx, id, true)
    await ctx.db
      .updateTable('acquisitionLinks')
      .set({ deletedAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    if (!goneAt) {
      await enqueue(ctx, removeLink, { link: id })
      emit(ctx, acquisitionLinkDeleted, { customerId: null, properties: { link: id, linkName: name, by: ctx.actor.name, where: 'here' } })
    }
    await audit(ctx, 'acquisition_link.deleted', ['acl', id], { name })
  })

/** After the cause is gone: WeCom is asked again at once. */
export async function retryAcquisitionLink(ctx: Context, id: number): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await findLink(ctx, id, true)
    await ctx.db
      .updateTable('acquisitionLinks')
      .set({ wantedVersion: sql<number>`wanted_version + 1`, retryAt: null, syncAttempts: 0 })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
    await enqueue(ctx, syncLink, { link: id }, { runAt: new Date(ctx.now().getTime() + inlineMs) })
  })
  await pushLink(ctx, id)
}

/** Everything that WeCom knows of links, of every corp. */
export const readEveryCorp = (ctx: Context): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const corps = await ctx.db
      .selectFrom('wecomCorps')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('state', '=', 'active')
      .orderBy('id')
      .execute()
    for (const { id } of corps) await readNow(ctx, id)
    return corps.length
  })

export const addVariant = (ctx: Context, link: number, { name, note, channelId }: VariantInput): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    await findLink(ctx, link, true)
    const { count } = await ctx.db
      .selectFrom('acquisitionVariants')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('tenantId', '=', ctx.tenantId)
      .where('linkId', '=', link)
      .where('deletedAt', 'is', null)
      .executeTakeFirstOrThrow()
    if (count >= mostVariants)
      throw appError('acquisition_variant.too_many', { status: 409, message: `A link is told apart at ${mostVariants} places at most.` })
    const { id } = await ctx.db
      .insertInto('acquisitionVariants')
      .values({
        tenantId: ctx.tenantId,
        linkId: link,
        state: newState(),
        name,
        note: note || null,
        channelId: channelId === null ? null : await channelOf(ctx, channelId),
        createdAt: ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(ctx, 'acquisition_variant.created', ['acl', link], { name })
    return id
  })

export const changeVariant = (ctx: Context, link: number, id: number, { name, note, channelId }: VariantChange): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    await findLink(ctx, link, true)
    const { numUpdatedRows } = await variant(ctx, link, id)
      .set({
        linkId: link,
        ...(name !== undefined && { name }),
        ...(note !== undefined && { note: note || null }),
        ...(channelId !== undefined && { channelId: channelId === null ? null : await channelOf(ctx, channelId) }),
      })
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw notFound('acquisition_variant')
    await audit(ctx, 'acquisition_variant.changed', ['acl', link], { name })
  })

/** It is shown no more; whoever still holds its address is counted as before. */
export const deleteVariant = (ctx: Context, link: number, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    await findLink(ctx, link, true)
    const row = await variant(ctx, link, id).set({ deletedAt: ctx.now() }).returning(['isMain', 'name']).executeTakeFirst()
    if (!row) throw notFound('acquisition_variant')
    if (row.isMain)
      throw appError('acquisition_variant.is_main', { status: 409, message: "The link's own address stays as long as the link." })
    await audit(ctx, 'acquisition_variant.deleted', ['acl', link], { name: row.name })
  })

const variant = (ctx: Context, link: number, id: number) =>
  ctx.db
    .updateTable('acquisitionVariants')
    .where('tenantId', '=', ctx.tenantId)
    .where('linkId', '=', link)
    .where('id', '=', id)
    .where('deletedAt', 'is', null)

async function findLink(ctx: Context, id: number, lock = false) {
  const found = ctx.db
    .selectFrom('acquisitionLinks')
    .select(['corp', 'name', 'goneAt', 'userIds', 'departmentIds', 'priority'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
  const link = await (lock ? found.forUpdate() : found).executeTakeFirst()
  if (!link) throw notFound('acquisition_link')
  return link
}

async function saveTags(ctx: Context, link: number, tags: readonly number[]): Promise<void> {
  await ctx.db.deleteFrom('acquisitionLinkTags').where('tenantId', '=', ctx.tenantId).where('linkId', '=', link).execute()
  if (tags.length > 0)
    await ctx.db
      .insertInto('acquisitionLinkTags')
      .values(tags.map((tagId) => ({ tenantId: ctx.tenantId, linkId: link, tagId })))
      .execute()
}
