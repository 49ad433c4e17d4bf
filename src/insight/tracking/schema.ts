import { z } from 'zod'
import { Alias } from '#management/identity/schema.ts'

export const EventsReceipt = z.object({ accepted: z.int(), duplicates: z.int(), quarantined: z.int() })

export const RecentQuery = z.object({
  name: z.string().max(100).optional(),
  /** A customer's id, or any identity of theirs as its sender writes it; `customer` is its older name. */
  person: z.string().min(1).max(200).optional(),
  customer: z.string().max(60).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
})

export type RecentQuery = { name?: string | undefined; person?: string | undefined; limit: number }

export const RecentEvents = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      at: z.string(),
      receivedAt: z.string(),
      customerId: z.string().nullable(),
      customerName: z.string().nullable(),
      customerAlias: Alias.nullable(),
      properties: z.record(z.string(), z.string()),
    }),
  ),
  next: z.null(),
})

/** An event name with its declaration (absent for what senders made up) and its use. */
export const PlannedEvent = z.object({
  name: z.string(),
  title: z.object({ zh: z.string(), en: z.string() }).nullable(),
  declared: z.boolean(),
  own: z.boolean(),
  properties: z.array(z.string()),
  events: z.int(),
  persons: z.int(),
  lastAt: z.string().nullable(),
})

export type PlannedEvent = z.infer<typeof PlannedEvent>

export const TrackingPlan = z.object({ items: z.array(PlannedEvent), next: z.null() })

export const QuarantineList = z.object({
  items: z.array(
    z.object({ id: z.string(), reason: z.string(), field: z.string().nullable(), event: z.unknown(), receivedAt: z.string() }),
  ),
  next: z.null(),
})

export const ReplayBody = z.object({ event: z.record(z.string(), z.unknown()).optional() })
