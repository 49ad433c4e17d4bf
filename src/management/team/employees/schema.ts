import { z } from 'zod'
import { PageQuery } from '#platform/http/paging.ts'
import { dataScopes } from '../presets.ts'

const name = z.string().trim().min(1).max(64)
const login = z
  .string()
  .trim()
  .min(2)
  .max(64)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+-]*$/u, 'Letters, digits and . _ @ + - only.')

export const NewEmployee = z.object({
  name,
  login: login.optional(),
  avatar: z.url().max(500).nullish(),
  position: z.string().trim().max(64).nullish(),
  mobile: z
    .string()
    .regex(/^\+?[0-9 -]{5,24}$/, 'A phone number.')
    .nullish(),
  roleId: z.string().optional(),
  scope: z.enum(dataScopes).optional(),
  /** Whose customers the scope `chosen` shows. */
  scopeDepartmentIds: z.array(z.string()).max(200).optional(),
  departmentIds: z.array(z.string()).max(50).optional(),
})

export const EmployeePatch = NewEmployee.extend({ login: login.nullable() }).partial()

export const EmployeeQuery = PageQuery.extend({
  q: z.string().max(100).optional(),
  department: z.string().optional(),
  role: z.string().optional(),
  /** Those who left are listed only when asked for. */
  state: z.enum(['active', 'suspended', 'left', 'any']).optional(),
})

export const Employee = z.object({
  id: z.string(),
  name: z.string(),
  avatar: z.string().nullable(),
  login: z.string().nullable(),
  state: z.enum(['active', 'suspended', 'left']),
  position: z.string().nullable(),
  phoneMasked: z.string().nullable(),
  role: z.object({ id: z.string(), name: z.string() }),
  scope: z.enum(dataScopes),
  scopeDepartmentIds: z.array(z.string()),
  departments: z.array(z.object({ id: z.string(), name: z.string() })),
  accounts: z.array(z.object({ corpId: z.string(), userId: z.string(), left: z.boolean() })),
  wecomUserId: z.string().nullable(),
  /** Friends at this moment. */
  customers: z.number(),
  lastSeenAt: z.string().nullable(),
  createdAt: z.string(),
})

export type Employee = z.infer<typeof Employee>

export const Employees = z.object({ items: z.array(Employee), next: z.string().nullable(), total: z.number() })

/** With a first password when there is a login; shown this once. */
export const CreatedEmployee = Employee.extend({ password: z.string().optional() })

export const FirstPassword = z.object({ password: z.string() })
