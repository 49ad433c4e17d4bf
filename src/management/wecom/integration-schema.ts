import { z } from 'zod'
import { named } from './schema.ts'

// What the integration page of a corp shows: rights, quotas, callbacks, and what went in and out.

const Words = z.object({ zh: z.string(), en: z.string() })
const Instant = z.iso.datetime()

export const CapabilityPage = z.object({
  /** CorpID, secret and address: while these are refused nothing else can be asked. Null before the first check. */
  access: z
    .object({
      state: z.enum(['ok', 'refused']),
      errcode: z.number().nullable(),
      message: Words,
      fix: Words.nullable(),
      checkedAt: Instant,
      since: Instant,
    })
    .nullable(),
  items: z.array(
    z.object({
      key: z.string(),
      name: Words,
      purpose: Words,
      isCore: z.boolean(),
      state: z.enum(['ok', 'refused', 'absent', 'unknown', 'unasked']),
      message: Words,
      fix: Words.nullable(),
      errcode: z.number().nullable(),
      endpoint: z.string(),
      details: z.record(z.string(), z.unknown()),
      requestId: z.string().nullable(),
      checkedAt: Instant.nullable(),
      since: Instant.nullable(),
    }),
  ),
})

export type CapabilityPage = z.infer<typeof CapabilityPage>

const Window = z.object({ name: z.enum(['minute', 'hour', 'day']), used: z.number(), bound: z.number() })

export const QuotaPage = z.object({
  items: z.array(
    z.object({
      api: z.string(),
      /** Only windows that have a bound; the fullest one decides `share`. */
      windows: z.array(Window),
      share: z.number(),
      pausedUntil: Instant.nullable(),
      /** Of today, in the tenant's zone. */
      callsToday: z.number(),
      failedToday: z.number(),
    }),
  ),
  /** Amounts that are not calls: null where WeCom was not asked yet or does not tell. */
  amounts: z.object({
    acquisition: z
      .object({ balance: z.number(), total: z.number(), expiresAt: Instant.nullable(), expiring: z.number(), checkedAt: Instant })
      .nullable(),
    appMessages: z.object({ used: z.number().nullable(), bound: z.number(), checkedAt: Instant.nullable() }),
    pictures: z.object({ used: z.number(), bound: z.number() }),
  }),
})

const Counts = z.object({
  received: z.number(),
  handled: z.number(),
  ignored: z.number(),
  waiting: z.number(),
  dead: z.number(),
  repeated: z.number(),
  refused: z.number(),
})
const Delay = z.object({ median: z.number(), p95: z.number() }).nullable()

export const CallbackHealth = z.object({
  hours: z.array(Counts.extend({ at: Instant })),
  days: z.array(Counts.extend({ day: z.string() })),
  /** Seconds of the last 24 hours: from the event to the door, and from the door to its end. */
  delays: z.object({ arrival: Delay, handling: Delay }),
  types: z.array(z.object({ type: z.string(), count: z.number(), dead: z.number(), known: z.boolean(), lastAt: Instant })),
  /** Hours without any, and how many differences the comparison has found since: what callbacks should have told. */
  silence: z.object({ lastAt: Instant.nullable(), hours: z.number().nullable(), missed: z.number() }),
  refusals: z.array(z.object({ reason: z.string(), times: z.number(), lastAt: Instant })),
  unknown: z.array(z.object({ type: z.string(), count: z.number(), lastAt: Instant, callback: z.string(), example: z.string() })),
})

export const LogQuery = z.object({
  /** Looked for among request ids, external user ids, user ids, codes, apis and types. */
  q: z.string().trim().max(200).optional(),
  way: z.enum(['out', 'in']).optional(),
  result: z.enum(['ok', 'failed', 'waiting']).optional(),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

export const LogRow = z.object({
  id: z.string(),
  way: z.enum(['out', 'in']),
  at: Instant,
  /** The api of a call, the type of a callback. */
  what: z.string(),
  /** `checked`: a question of the doctor that was refused, which often means yes. */
  result: z.enum(['ok', 'failed', 'waiting', 'checked']),
  /** WeCom's code of a call, ours of a callback that failed. */
  code: z.string().nullable(),
  message: z.string().nullable(),
  milliseconds: z.number().nullable(),
  externalUserId: z.string().nullable(),
  userId: z.string().nullable(),
  ...named,
  requestId: z.string().nullable(),
  /** Of callbacks: as it came, with codes and phone numbers covered. */
  body: z.string().nullable(),
  attempts: z.number().nullable(),
})
export const LogList = z.object({
  items: z.array(LogRow),
  next: z.string().nullable(),
  /** How long each is kept. */
  keptDays: z.object({ out: z.number(), in: z.number() }),
})

export type QuotaPage = z.infer<typeof QuotaPage>
export type CallbackHealth = z.infer<typeof CallbackHealth>
export type LogQuery = z.infer<typeof LogQuery>
export type LogRow = z.infer<typeof LogRow>
