import { z } from 'zod'

export const NewDepartment = z.object({
  name: z.string().trim().min(1).max(64),
  parentId: z.string().nullish(),
  order: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32)
    .optional(),
})

export const DepartmentPatch = NewDepartment.partial()

export const Department = z.object({
  id: z.string(),
  name: z.string(),
  parentId: z.string().nullable(),
  order: z.number(),
  source: z.enum(['hand', 'wecom']),
  /** Directly in it, those who left not counted. */
  employees: z.number(),
})

export type Department = z.infer<typeof Department>

/** A company's departments always come whole: they are a tree. */
export const Departments = z.object({ items: z.array(Department), next: z.null() })
