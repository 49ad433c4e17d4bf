import { createContext, type Installation, systemActor } from '#platform/context.ts'
import type { Consumer } from '#platform/events/consumers.ts'
import { publicId } from '#platform/ids.ts'
import type { Schedule } from '#platform/jobs.ts'
import { post } from '#platform/outbound.ts'
import { signBody } from '#platform/signature.ts'
import { waitAfter } from './backoff.ts'
import { planDeliveries } from './commands.ts'

/** Every committed fact becomes a delivery for whoever subscribed to it. */
export const webhookConsumer: Consumer = { name: 'webhooks', from: 'now', events: subscribed, handle: planDeliveries }

/** A webhook that names no events wants all of them. */
async function subscribed({ databases }: Installation): Promise<readonly string[] | '*'> {
  const { rows } = await databases.systemPool.query<{ events: string[] }>('select distinct events from webhooks where active')
  return rows.some(({ events }) => events.length === 0) ? '*' : [...new Set(rows.flatMap(({ events }) => events))]
}

const timeoutMs = 10_000
const leaseSeconds = 60
const atOnce = 20

type Due = {
  tenant_id: number
  id: number
  webhook_id: number
  event_name: string
  body: string
  request_id: string | null
  attempts: number
  url: string
  sealed_secret: Buffer
}

/** Sends what is due. The lease is the next try's time moved ahead, so a crash in the middle only means a later try. */
export const deliverWebhooks: Schedule = {
  name: 'webhooks.deliver',
  everySeconds: 1,
  async run(installation) {
    const { rows } = await installation.databases.systemPool.query<Due>(
      `update webhook_deliveries d set attempts = attempts + 1, next_at = now() + make_interval(secs => $1)
       from webhooks w
       where w.tenant_id = d.tenant_id and w.id = d.webhook_id and w.active and (d.tenant_id, d.id) in (
         select tenant_id, id from webhook_deliveries where state = 'waiting' and next_at <= now() order by next_at limit $2 for update skip locked)
       returning d.tenant_id, d.id, d.webhook_id, d.event_name, d.body, d.request_id, d.attempts, w.url, w.sealed_secret`,
      [leaseSeconds, atOnce],
    )
    await Promise.all(rows.map((due) => deliver(installation, due)))
  },
}

async function deliver(installation: Installation, due: Due): Promise<void> {
  const ctx = createContext(installation, due.tenant_id, systemActor, due.request_id ?? `webhook-${due.id}`)
  const secret = ctx.secrets.open(due.sealed_secret, `webhook ${ctx.tenantId}`)
  const outcome = await attempt(due, publicId(ctx, 'del', due.id), secret, ctx.now())
  const wait = waitAfter(due.attempts)
  const state = outcome.delivered ? 'delivered' : wait === undefined ? 'failed' : 'waiting'
  await ctx.db
    .updateTable('webhookDeliveries')
    .set({
      state,
      lastStatus: outcome.status,
      lastError: outcome.error,
      nextAt: state === 'waiting' ? new Date(ctx.now().getTime() + (wait ?? 0) * 1000) : null,
      deliveredAt: outcome.delivered ? ctx.now() : null,
    })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', due.id)
    .where('attempts', '=', due.attempts)
    .execute()
}

async function attempt(
  { url, event_name, body, request_id }: Due,
  delivery: string,
  secret: string,
  now: Date,
): Promise<{ delivered: boolean; status: number | null; error: string | null }> {
  try {
    const headers = {
      'Liuliang-Signature': signBody(secret, body, now),
      'Liuliang-Event': event_name,
      'Liuliang-Delivery': delivery,
      ...(request_id ? { 'X-Request-Id': request_id } : {}),
    }
    const { status } = await post(url, body, headers, timeoutMs)
    const delivered = status >= 200 && status < 300
    return { delivered, status, error: delivered ? null : `The receiver answered ${status}.` }
  } catch (error) {
    return { delivered: false, status: null, error: (error as Error).message.slice(0, 500) }
  }
}
