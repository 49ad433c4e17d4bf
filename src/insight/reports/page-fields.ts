import { z } from 'zod'
import { text, words } from './schema.ts'

/** How pages are called in a report: every type that names pages has the same three options. */
export const pageFields = {
  /** Regular expressions (RE2) and what their matches become, one after the other. */
  cleaning: z
    .array(z.strictObject({ pattern: text(500), alias: words(200) }))
    .max(50)
    .default([]),
  /** `/product/*`: everything that fits becomes the wildcard itself; the first that fits wins. */
  groups: z.array(text(500)).max(50).default([]),
  dropTrailingSlash: z.boolean().default(true),
}

export type PageRules = { cleaning: { pattern: string; alias: string }[]; groups: string[]; dropTrailingSlash: boolean }
