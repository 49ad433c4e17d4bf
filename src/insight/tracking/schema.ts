import { z } from 'zod'

/** One event as senders write it. Times are ISO 8601 with zone or epoch milliseconds; absent means now. */
export const SentEvent = z.object({
  id: z.string().min(1).max(200).optional(),
  person: z.string().min(1).max(200).optional(),
  device: z.string().min(1).max(200).optional(),
  event: z.string().min(1).max(100),
  timestamp: z.union([z.string(), z.number()]).optional(),
  properties: z.record(z.string().max(100), z.unknown()).optional(),
})

export type SentEvent = z.infer<typeof SentEvent>

export const EventsReceipt = z.object({ accepted: z.int(), duplicates: z.int(), quarantined: z.int() })

export const EventsBody = z.object({ events: z.array(SentEvent).min(1).max(5000) })
