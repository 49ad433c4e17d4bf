import { randomUUID } from 'node:crypto'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import type { LoggedEvent } from '#platform/events/consumers.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { outsideProperties } from '#platform/events/outside.ts'
import { publicId, randomToken } from '#platform/ids.ts'
import { resolveTarget } from '#platform/outbound.ts'
import { findWebhook, viewOf } from './queries.ts'
import type { Webhook, WebhookBody, WebhookPatch } from './schema.ts'

/** The URL is judged now and again at every delivery, because a name may point elsewhere tomorrow. */
export async function createWebhook(ctx: Context, body: WebhookBody): Promise<Webhook & { secret: string }> {
  await resolveTarget(body.url, 'url')
  const secret = `whsec_${randomToken()}`
  return inTransaction(ctx, async (ctx) => {
    const row = await ctx.db
      .insertInto('webhooks')
      .values({ tenantId: ctx.tenantId, ...body, sealedSecret: ctx.secrets.seal(secret, `webhook ${ctx.tenantId}`) })
      .returningAll()
      .executeTakeFirstOrThrow()
    await audit(ctx, 'webhook.created', ['whk', row.id], { name: row.name, url: row.url, events: row.events })
    return { ...viewOf(ctx, row), secret }
  })
}

export async function changeWebhook(ctx: Context, id: number, patch: WebhookPatch): Promise<Webhook> {
  if (patch.url !== undefined) await resolveTarget(patch.url, 'url')
  await findWebhook(ctx, id)
  return inTransaction(ctx, async (ctx) => {
    if (Object.keys(patch).length > 0) {
      await ctx.db.updateTable('webhooks').set(patch).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
      await audit(ctx, 'webhook.changed', ['whk', id], { ...patch })
    }
    return viewOf(ctx, await findWebhook(ctx, id))
  })
}

export async function deleteWebhook(ctx: Context, id: number): Promise<void> {
  const { name, url } = await findWebhook(ctx, id)
  await inTransaction(ctx, async (ctx) => {
    await ctx.db.deleteFrom('webhooks').where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await audit(ctx, 'webhook.deleted', ['whk', id], { name, url })
  })
}

/** A trial goes the way of every delivery, signature and retries included, so that a receiver can be tried before anything happens. */
export async function testWebhook(ctx: Context, id: number): Promise<void> {
  await findWebhook(ctx, id)
  const eventId = randomUUID()
  const body = { id: eventId, event: 'webhook.test', at: ctx.now().toISOString(), tenant: publicId(ctx, 'ten', ctx.tenantId), data: {} }
  await ctx.db
    .insertInto('webhookDeliveries')
    .values({
      tenantId: ctx.tenantId,
      webhookId: id,
      eventId,
      eventName: body.event,
      body: JSON.stringify(body),
      requestId: ctx.requestId,
      nextAt: ctx.now(),
    })
    .execute()
}

/** One delivery to one receiver, whatever it subscribed to; the id makes the same one planned twice still one. */
export async function planDelivery(ctx: Context, webhookId: number, told: { id: string; name: string; data: object }): Promise<void> {
  await findWebhook(ctx, webhookId)
  const body = { id: told.id, event: told.name, at: ctx.now().toISOString(), tenant: publicId(ctx, 'ten', ctx.tenantId), data: told.data }
  await ctx.db
    .insertInto('webhookDeliveries')
    .values({
      tenantId: ctx.tenantId,
      webhookId,
      eventId: told.id,
      eventName: told.name,
      body: JSON.stringify(body),
      requestId: ctx.requestId,
      nextAt: ctx.now(),
    })
    .onConflict((conflict) => conflict.columns(['tenantId', 'webhookId', 'eventId']).doNothing())
    .execute()
}

/** Sends a delivery again, whatever became of it before. */
export async function replayDelivery(ctx: Context, id: number): Promise<void> {
  const changed = await ctx.db
    .updateTable('webhookDeliveries')
    .set({ state: 'waiting', attempts: 0, nextAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .returning('id')
    .executeTakeFirst()
  if (!changed) throw notFound('delivery')
}

type Fact = Pick<LoggedEvent, 'id' | 'name' | 'customerId' | 'at' | 'properties' | 'requestId'>

/** One delivery row for each receiver that wants an event; the body is fixed here and signed at each try. */
export const planDeliveries = (ctx: Context, events: readonly Fact[]): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const webhooks = await ctx.db
      .selectFrom('webhooks')
      .select(['id', 'events'])
      .where('tenantId', '=', ctx.tenantId)
      .where('active', '=', true)
      .execute()
    const rows = events.flatMap((event) => {
      const receivers = webhooks.filter(({ events }) => events.length === 0 || events.includes(event.name))
      const body = receivers.length > 0 ? bodyOf(ctx, event) : ''
      return receivers.map(({ id }) => ({
        tenantId: ctx.tenantId,
        webhookId: id,
        eventId: event.id,
        eventName: event.name,
        body,
        requestId: event.requestId,
        nextAt: ctx.now(),
      }))
    })
    for (let start = 0; start < rows.length; start += rowsAtOnce)
      await ctx.db
        .insertInto('webhookDeliveries')
        .values(rows.slice(start, start + rowsAtOnce))
        .onConflict((conflict) => conflict.columns(['tenantId', 'webhookId', 'eventId']).doNothing())
        .execute()
  })

/** Seven values a row; a statement holds 65,535. */
const rowsAtOnce = 5_000

const bodyOf = (ctx: Context, event: Fact): string =>
  JSON.stringify({
    id: event.id,
    event: event.name,
    at: event.at.toISOString(),
    tenant: publicId(ctx, 'ten', ctx.tenantId),
    data: {
      ...outsideProperties(ctx, event.properties),
      ...(event.customerId !== null && { customer: publicId(ctx, 'cus', event.customerId) }),
    },
  })
