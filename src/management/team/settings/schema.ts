import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { Language } from '../sessions/schema.ts'

export const Settings = z.object({
  name: z.string(),
  timezone: z.string(),
  currency: z.string(),
  weekStart: z.enum(['monday', 'sunday']),
  language: Language,
})

export type Settings = z.infer<typeof Settings>

export const SettingsPatch = z
  .object({
    name: z.string().trim().min(1).max(100),
    timezone: z.string().max(64),
    currency,
    weekStart: z.enum(['monday', 'sunday']),
    language: Language,
  })
  .partial()
