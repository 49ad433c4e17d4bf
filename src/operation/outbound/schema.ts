import { z } from 'zod'
import { PageQuery } from '#platform/http/paging.ts'

/** What a message is for. The same words are asked for in consents, frequency caps and quiet hours. */
export const messageKinds = ['marketing', 'service'] as const
export type MessageKind = (typeof messageKinds)[number]

/** What somebody may agree to or decline. */
export const purposes = ['marketing'] as const
export type Purpose = (typeof purposes)[number]

export const sourceKinds = ['message', 'journey'] as const
export type SourceKind = (typeof sourceKinds)[number]

/** `waiting` until a moment, or (reason `task`) for the others of its mass message. The last five are over. */
export const sendStates = ['intended', 'waiting', 'tasked', 'unknown', 'sent', 'suppressed', 'failed', 'cancelled'] as const

/** Why the gate keeps a message back for good. */
export const suppressions = [
  'stopped',
  'no_consent',
  'no_friend',
  'group_gone',
  'same_person',
  'platform_limit',
  'holdout',
  'frequency',
] as const
export type Suppression = (typeof suppressions)[number]

/** Why a message waits. */
export const waits = ['quiet_hours', 'rate', 'task'] as const
export type Wait = (typeof waits)[number]

/** Why a message did not arrive although it was handed to WeCom. */
export const failures = [
  'not_friend',
  'over_limit',
  'unreachable',
  'not_sent',
  'not_confirmed',
  'sender_unavailable',
  'not_configured',
  'refused',
] as const
export type Failure = (typeof failures)[number]

const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time is 00:00 … 23:59.')

/** From … to on the company's clock; `to` not later than `from` means the next day. */
const Hours = z
  .object({ from: Clock, to: Clock })
  .refine(({ from, to }) => from !== to, { message: 'Quiet hours begin and end at different times.', path: ['to'] })

const Cap = z.object({ most: z.int().min(1).max(1000), days: z.int().min(1).max(365) })

/** The company's rules of the gate. `null` means that this rule does not hold anybody back. */
export const Policy = z.object({
  /** Of customers who never said: whether they may be written to. */
  consentDefault: z.enum(['allowed', 'refused']),
  /** What WeCom's administrator chose: as many as the month has days, seven a week, or one a day. */
  platformPeriod: z.enum(['month', 'week', 'day']),
  frequency: z.object({ marketing: Cap.nullable(), service: z.null().default(null) }),
  quietHours: z.object({ marketing: Hours.nullable(), service: Hours.nullable() }),
  /** People of one corp handed to WeCom in a minute. */
  ratePerMinute: z.int().min(1).max(1_000_000).nullable(),
  /** Above so many receivers a second person approves. */
  approvalAbove: z.int().min(0).max(10_000_000).nullable(),
})
export type Policy = z.infer<typeof Policy>

export const defaultPolicy: Policy = {
  consentDefault: 'allowed',
  platformPeriod: 'month',
  frequency: { marketing: { most: 2, days: 7 }, service: null },
  quietHours: { marketing: { from: '22:00', to: '08:00' }, service: { from: '23:00', to: '07:00' } },
  ratePerMinute: null,
  approvalAbove: 1000,
}

/** With what the platform allows beside it; `lifted` where a file of this machine lifts it. */
export const PolicyView = Policy.extend({ platform: z.object({ week: z.int(), day: z.int(), lifted: z.int().nullable() }) })
export type PolicyView = z.infer<typeof PolicyView>

/** Absent stays as it is. */
export const PolicyPatch = Policy.partial()

const Named = z.object({ id: z.string(), name: z.string() })
const SourceRef = z.object({ kind: z.enum(sourceKinds), id: z.string(), name: z.string().nullable() })

export const SendItem = z.object({
  id: z.string(),
  customer: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  group: Named.nullable(),
  employee: Named.nullable(),
  text: z.string(),
  kind: z.enum(messageKinds),
  source: SourceRef.extend({ step: z.string().nullable() }),
  state: z.enum(sendStates),
  reason: z.string().nullable(),
  until: z.string().nullable(),
  createdAt: z.string(),
  decidedAt: z.string().nullable(),
  taskedAt: z.string().nullable(),
  sentAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})
export type SendItem = z.infer<typeof SendItem>
export const SendList = z.object({ items: z.array(SendItem), next: z.string().nullable() })

const id = z.string().max(60)
export const SendQuery = PageQuery.extend({
  customer: id.optional(),
  message: id.optional(),
  journey: id.optional(),
  step: z.string().max(40).optional(),
  state: z.enum(sendStates).optional(),
  reason: z.string().max(40).optional(),
}).refine(({ journey, step }) => step === undefined || journey !== undefined, {
  message: 'Name the journey whose step it is.',
  path: ['journey'],
})
export type SendQuery = z.infer<typeof SendQuery>

/** What became of one wish so far, and when; of one that waits, until when. */
export const SendFate = z.object({
  state: z.enum(sendStates),
  reason: z.string().nullable(),
  at: z.iso.datetime(),
  employee: z.string().nullable(),
  /** Of a message that is a group's. */
  group: Named.nullable(),
})
export type SendFate = z.infer<typeof SendFate>

/** How many are in this state, and why. */
export const SendCount = z.object({ state: z.enum(sendStates), reason: z.string().nullable(), count: z.int() })
export type SendCount = z.infer<typeof SendCount>
export const SendCountQuery = z.object({ journey: id, step: z.string().max(40).optional() })
export type SendCountQuery = z.infer<typeof SendCountQuery>
export const SendCounts = z.object({ items: z.array(SendCount), next: z.null() })

const stopScope = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('company') }),
  z.strictObject({ scope: z.literal('corp'), corpId: z.string().max(60) }),
  z
    .strictObject({ scope: z.literal('source'), messageId: id.optional(), journeyId: id.optional() })
    .refine(({ messageId, journeyId }) => (messageId === undefined) !== (journeyId === undefined), {
      message: 'Name a message or a journey, one of them.',
      path: ['messageId'],
    }),
])
export const StopInput = z.strictObject({ what: stopScope, why: z.string().trim().max(300).default('') })
export type StopInput = z.infer<typeof StopInput>

/** What a stop would meet now: wishes that wait, people called back, people reached in the last day, who cannot be. */
export const StopLook = z.object({ held: z.int(), recalled: z.int(), gone: z.int() })
export type StopLook = z.infer<typeof StopLook>

export const StopItem = z.object({
  id: z.string(),
  scope: z.enum(['company', 'corp', 'source']),
  corp: Named.nullable(),
  source: SourceRef.nullable(),
  why: z.string(),
  stoppedAt: z.string(),
  stoppedBy: z.string(),
  /** Wishes held back, people called back, people who had been reached in the day before. */
  held: z.int(),
  recalled: z.int(),
  gone: z.int(),
  liftedAt: z.string().nullable(),
  liftedBy: z.string().nullable(),
})
export type StopItem = z.infer<typeof StopItem>
export const StopList = z.object({ items: z.array(StopItem), next: z.null() })

export const ConsentView = z.object({
  purpose: z.enum(purposes),
  /** Null when they never said: then the company's default holds. */
  said: z.boolean().nullable(),
  allowed: z.boolean(),
  source: z.string().nullable(),
  at: z.string().nullable(),
})
export type ConsentView = z.infer<typeof ConsentView>
export const ConsentInput = z.strictObject({ allowed: z.boolean(), source: z.string().trim().min(1).max(60).default('page') })
