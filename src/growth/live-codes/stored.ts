import { z } from 'zod'
import { StoredWelcome } from '#growth/welcomes/schema.ts'
import { Style } from './schema.ts'

// What lies in the jsonb columns: outer ids are numbers there.

const slot = { from: z.string(), to: z.string(), employees: z.array(z.int()), welcome: StoredWelcome.nullable().optional() }

export const StoredRota = z.object({
  weekly: z.array(z.object({ days: z.array(z.int()), ...slot })),
  dates: z.array(z.object({ date: z.string(), until: z.string().nullable().optional(), slots: z.array(z.object(slot)) })),
})

export const StoredStyle = Style.omit({ logo: true, picture: true }).extend({ logo: z.int().optional(), picture: z.int().optional() })

export type StoredRota = z.infer<typeof StoredRota>
export type StoredStyle = z.infer<typeof StoredStyle>
