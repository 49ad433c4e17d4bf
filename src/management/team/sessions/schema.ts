import { z } from 'zod'

export const Credentials = z.object({ login: z.string().min(1).max(200), password: z.string().min(1).max(1000) })

export const PasswordChange = Credentials.extend({ newPassword: z.string().max(1000) })

export const Language = z.enum(['zh', 'en'])

export const SessionPatch = z.object({ language: Language.nullable() })

export const Session = z.object({
  employee: z.object({
    id: z.string(),
    name: z.string(),
    avatar: z.string().nullable(),
    role: z.object({ id: z.string(), name: z.string() }).nullable(),
    permissions: z.array(z.string()),
    /** `all`, or the ids of the employees whose customers one sees. */
    scope: z.union([z.literal('all'), z.array(z.string())]),
    /** The page to land on. */
    home: z.string(),
  }),
  tenant: z.object({ id: z.string(), name: z.string(), timezone: z.string(), currency: z.string(), weekStart: z.string() }),
  language: Language,
})

export type Session = z.infer<typeof Session>
