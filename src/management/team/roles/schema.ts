import { z } from 'zod'
import { dataScopes } from '../presets.ts'

export const NewRole = z.object({
  name: z.string().trim().min(1).max(32),
  description: z.string().trim().max(200).nullish(),
  permissions: z.array(z.string().max(60)).max(200),
  /** The page of the console to land on. */
  home: z
    .string()
    .regex(/^\/(?!\/)[\w/-]*$/, 'A path of the console.')
    .max(100)
    .optional(),
  /** The data scope that comes with the role unless an employee is given another. */
  scope: z.enum(dataScopes).optional(),
})

export const RolePatch = NewRole.partial()

export const Role = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  preset: z.boolean(),
  /** Of a preset, in words that do not change with the language. */
  kind: z.string().nullable(),
  permissions: z.array(z.string()),
  home: z.string(),
  scope: z.enum(dataScopes),
  employees: z.number(),
})

export type Role = z.infer<typeof Role>

export const Roles = z.object({ items: z.array(Role), next: z.null() })

export const Permissions = z.object({ items: z.array(z.object({ id: z.string(), name: z.string(), zh: z.string(), en: z.string() })) })
