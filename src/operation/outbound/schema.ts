import { z } from 'zod'

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
export type SendState = (typeof sendStates)[number]

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
  /** People in ten thousand who hear no marketing at all, so that its worth can be seen. */
  holdoutBasisPoints: z.int().min(0).max(5000),
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
  holdoutBasisPoints: 0,
  frequency: { marketing: { most: 2, days: 7 }, service: null },
  quietHours: { marketing: { from: '22:00', to: '08:00' }, service: { from: '23:00', to: '07:00' } },
  ratePerMinute: null,
  approvalAbove: 1000,
}
