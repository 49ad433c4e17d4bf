import { z } from 'zod'
import { text } from '../schema.ts'
import { scoreRules } from '../score/rules.ts'

/** What differs from the printed list: events that count as acts of the customer's own although they are not in it, and the reverse. */
export const actsSettings = z
  .strictObject({ counted: z.array(text(200)).max(200).default([]), uncounted: z.array(text(200)).max(200).default([]) })
  .refine(({ counted, uncounted }) => !counted.some((name) => uncounted.includes(name)), {
    message: 'An event either counts or does not.',
    path: ['uncounted'],
  })
export type ActsSettings = z.infer<typeof actsSettings>

const silentDays = z.int().min(1).max(3650)
export const defaultSilentDays = 30

export const InsightSettings = z.object({
  acts: actsSettings,
  silentDays,
  scores: scoreRules,
  /** Where the company said nothing of its own. */
  isDefault: z.object({ acts: z.boolean(), silentDays: z.boolean(), scores: z.boolean() }),
  /** The printed list: declared events with whether they are the customer's own doing. What is not declared counts. */
  printed: z.array(z.object({ event: z.string(), zh: z.string(), en: z.string(), own: z.boolean() })),
})
export type InsightSettings = z.infer<typeof InsightSettings>

/** Null goes back to the printed default. */
export const InsightSettingsPatch = z.strictObject({
  acts: actsSettings.nullable().optional(),
  silentDays: silentDays.nullable().optional(),
  scores: scoreRules.nullable().optional(),
})
export type InsightSettingsPatch = z.infer<typeof InsightSettingsPatch>
