import { z } from 'zod'

export const Webhook = z.object({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  active: z.boolean(),
  createdAt: z.string(),
})

export type Webhook = z.infer<typeof Webhook>

/** The secret is said once. */
export const NewWebhook = Webhook.extend({ secret: z.string() })

export const WebhookBody = z.object({
  name: z.string().trim().min(1, 'A webhook needs a name.').max(100),
  url: z.url().max(2000),
  events: z.array(z.string().max(100)).max(100).default([]),
  active: z.boolean().default(true),
})

export type WebhookBody = z.infer<typeof WebhookBody>

/** Absent fields stay as they are; defaults belong to creation only. */
export const WebhookPatch = z.object({
  name: z.string().trim().min(1).max(100).optional(),
  url: z.url().max(2000).optional(),
  events: z.array(z.string().max(100)).max(100).optional(),
  active: z.boolean().optional(),
})

export type WebhookPatch = z.infer<typeof WebhookPatch>

export const WebhookList = z.object({ items: z.array(Webhook), next: z.null() })

export const Delivery = z.object({
  id: z.string(),
  event: z.string(),
  eventId: z.string(),
  state: z.enum(['waiting', 'delivered', 'failed']),
  attempts: z.int(),
  lastStatus: z.int().nullable(),
  lastError: z.string().nullable(),
  nextAt: z.string().nullable(),
  createdAt: z.string(),
  deliveredAt: z.string().nullable(),
})

export type Delivery = z.infer<typeof Delivery>

/** One delivery with what it says. */
export const DeliveryDetails = Delivery.extend({ body: z.string() })

export type DeliveryDetails = z.infer<typeof DeliveryDetails>

export const DeliveryList = z.object({ items: z.array(Delivery), next: z.string().nullable() })
