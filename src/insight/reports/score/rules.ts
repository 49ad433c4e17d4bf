import { z } from 'zod'
import { referrals } from '../passing-on.ts'
import { text } from '../schema.ts'

/**
 * A score is the mean of its parts by their weights, from 0 to 100. A part is how much of what is called full there was: unlike a rank
 * among all customers it can be told from one person alone, and rises when everybody comes closer.
 */
const weight = z.number().min(0).max(1000)
const full = z.number().min(1).max(1_000_000)
const days = z.int().min(1).max(3660)
const events = z.array(text(200)).min(1).max(50)

const someWeight = (parts: Record<string, { weight: number }>) => Object.values(parts).some((part) => part.weight > 0)
const noWeight = 'One weight at least is above nought.'

export const relationshipRules = z.strictObject({
  /** Dialogue, content and group are looked at for so long. */
  windowDays: days,
  /** An employee's word is answered when the customer's comes so soon. */
  replyHours: z.int().min(1).max(720),
  parts: z
    .strictObject({
      /** Turns in which both spoke. */
      turns: z.strictObject({ weight, full }),
      replies: z.strictObject({ weight }),
      content: z.strictObject({ weight, full, events }),
      groups: z.strictObject({ weight, full, events }),
      tenure: z.strictObject({ weight, full }),
    })
    .refine(someWeight, noWeight),
})
export type RelationshipRules = z.infer<typeof relationshipRules>

export const loyaltyRules = z.strictObject({
  windowDays: days,
  /** A purchase is on time when the next one comes so soon. */
  onTimeDays: days,
  parts: z
    .strictObject({
      repurchases: z.strictObject({ weight, full }),
      onTime: z.strictObject({ weight }),
      referrals: z.strictObject({ weight, full, events }),
      nps: z.strictObject({ weight }),
      tenure: z.strictObject({ weight, full }),
    })
    .refine(someWeight, noWeight),
})
export type LoyaltyRules = z.infer<typeof loyaltyRules>

export const scoreRules = z.strictObject({ relationship: relationshipRules, loyalty: loyaltyRules })
export type ScoreRules = z.infer<typeof scoreRules>

export const scoreKinds = ['relationship', 'loyalty'] as const
export type ScoreKind = (typeof scoreKinds)[number]

export const relationshipParts = ['turns', 'replies', 'content', 'groups', 'tenure'] as const
export const loyaltyParts = ['repurchases', 'onTime', 'referrals', 'nps', 'tenure'] as const
export const partsOf = { relationship: relationshipParts, loyalty: loyaltyParts } as const
export type ScorePart = (typeof relationshipParts)[number] | (typeof loyaltyParts)[number]

/** Words between one customer and one employee; `employee` is the employee's id. What is sent to many at once is no dialogue. */
export const received = 'message.received'
export const sent = 'employee_message.sent'
/** `score` is the answer from 0 to 10. */
export const answeredNps = 'nps.answered'

/** The printed defaults. */
export const defaultScores: ScoreRules = {
  relationship: {
    windowDays: 90,
    replyHours: 24,
    parts: {
      turns: { weight: 30, full: 20 },
      replies: { weight: 20 },
      content: {
        weight: 15,
        full: 10,
        events: ['material.opened', 'article.read', 'moment.liked', 'moment.commented', 'page.viewed', 'page.clicked', 'page.shared'],
      },
      groups: { weight: 15, full: 20, events: ['group_message.sent', 'checkin.done', 'chain.joined'] },
      tenure: { weight: 20, full: 365 },
    },
  },
  loyalty: {
    windowDays: 365,
    onTimeDays: 90,
    parts: {
      repurchases: { weight: 30, full: 3 },
      onTime: { weight: 20 },
      referrals: { weight: 15, full: 2, events: [...referrals] },
      nps: { weight: 15 },
      tenure: { weight: 20, full: 730 },
    },
  },
}
