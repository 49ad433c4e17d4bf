import { z } from 'zod'
import { Alias } from '#management/identity/schema.ts'

/** What the search box of the console finds; pages it finds by itself. */
export const hitKinds = [
  'customer',
  'live_code',
  'acquisition_link',
  'group',
  'order',
  'tag',
  'employee',
  'report',
  'task',
  'marketing_task',
  'journey',
  'message',
] as const

export const SearchQuery = z.object({ q: z.string().trim().min(1).max(100) })

export const Hit = z.object({
  kind: z.enum(hitKinds),
  id: z.string(),
  name: z.string().nullable(),
  /** Of customers without a name. */
  alias: Alias.nullish(),
  /** A word that tells this one from others of the same name. */
  note: z.string().nullable(),
})
export type Hit = z.infer<typeof Hit>

export const Hits = z.object({ items: z.array(Hit), next: z.null() })
