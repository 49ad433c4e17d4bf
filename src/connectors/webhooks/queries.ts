import type { Selectable } from 'kysely'
import type { Context } from '#platform/context.ts'
import type { DB } from '#platform/database.generated.ts'
import { notFound } from '#platform/errors.ts'
import { internalId, publicId } from '#platform/ids.ts'
import type { Delivery, DeliveryDetails, Webhook } from './schema.ts'

export const viewOf = (
  ctx: Context,
  row: Pick<Selectable<DB['webhooks']>, 'id' | 'name' | 'url' | 'events' | 'active' | 'createdAt'>,
): Webhook => ({
  id: publicId(ctx, 'whk', row.id),
  name: row.name,
  url: row.url,
  events: row.events,
  active: row.active,
  createdAt: row.createdAt.toISOString(),
})

export async function listWebhooks(ctx: Context): Promise<Webhook[]> {
  const rows = await ctx.db.selectFrom('webhooks').selectAll().where('tenantId', '=', ctx.tenantId).orderBy('id').execute()
  return rows.map((row) => viewOf(ctx, row))
}

export async function findWebhook(ctx: Context, id: number) {
  const row = await ctx.db.selectFrom('webhooks').selectAll().where('tenantId', '=', ctx.tenantId).where('id', '=', id).executeTakeFirst()
  if (!row) throw notFound('webhook')
  return row
}

export async function listDeliveries(
  ctx: Context,
  webhookId: number,
  asked: { limit: number; cursor?: string | undefined },
): Promise<{ items: Delivery[]; next: string | null }> {
  let rows = ctx.db.selectFrom('webhookDeliveries').selectAll().where('tenantId', '=', ctx.tenantId).where('webhookId', '=', webhookId)
  if (asked.cursor) rows = rows.where('id', '<', internalId(ctx, 'del', asked.cursor))
  const found = await rows
    .orderBy('id', 'desc')
    .limit(asked.limit + 1)
    .execute()
  const page = found.slice(0, asked.limit)
  const last = page.at(-1)
  return {
    items: page.map((row) => deliveryOf(ctx, row)),
    next: found.length > asked.limit && last ? publicId(ctx, 'del', last.id) : null,
  }
}

export async function readDelivery(ctx: Context, id: number): Promise<DeliveryDetails> {
  const row = await ctx.db
    .selectFrom('webhookDeliveries')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound('delivery')
  return { ...deliveryOf(ctx, row), body: row.body }
}

const deliveryOf = (ctx: Context, row: Selectable<DB['webhookDeliveries']>): Delivery => ({
  id: publicId(ctx, 'del', row.id),
  event: row.eventName,
  eventId: row.eventId,
  state: row.state as Delivery['state'],
  attempts: row.attempts,
  lastStatus: row.lastStatus,
  lastError: row.lastError,
  nextAt: row.state === 'waiting' ? (row.nextAt?.toISOString() ?? null) : null,
  createdAt: row.createdAt.toISOString(),
  deliveredAt: row.deliveredAt?.toISOString() ?? null,
})
