import { z } from 'zod'

export const NewApiKey = z.object({
  name: z.string().trim().min(1).max(64),
  scopes: z.array(z.string().max(60)).min(1).max(100),
  expiresAt: z.iso.datetime({ offset: true }).nullish(),
  /** Stands in web pages for everybody to read and may send events, nothing else. */
  public: z.boolean().optional(),
})

export const ApiKey = z.object({
  id: z.string(),
  name: z.string(),
  /** Its last letters. */
  hint: z.string(),
  scopes: z.array(z.string()),
  public: z.boolean(),
  employee: z.object({ id: z.string(), name: z.string() }).nullable(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  usedAt: z.string().nullable(),
})

export type ApiKey = z.infer<typeof ApiKey>

export const ApiKeys = z.object({ items: z.array(ApiKey), next: z.null() })

/** The key itself is shown here and never again. */
export const CreatedApiKey = ApiKey.extend({ key: z.string() })
