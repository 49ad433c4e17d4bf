// The control API speaks the house's form: {error: {code, message, field?}}.
import type { Context } from 'hono'
import { z } from 'zod'
import { type Corp, findCorp, listCorps } from '../state/corps.ts'
import { type Customer, type Follow, findCustomer, findFollow } from '../state/customers.ts'
import { type Employee, findEmployee } from '../state/directory.ts'
import type { World } from '../state/world.ts'

export class ControlError extends Error {
  readonly status: 400 | 403 | 404 | 409
  readonly code: string
  readonly field: string | undefined
  constructor(status: 400 | 403 | 404 | 409, code: string, message: string, field?: string) {
    super(message)
    this.status = status
    this.code = code
    this.field = field
  }
}

export const fail = (status: 400 | 403 | 404 | 409, code: string, message: string, field?: string): never => {
  throw new ControlError(status, code, message, field)
}

export async function readBody<Input>(c: Context, schema: z.ZodType<Input>): Promise<Input> {
  const text = await c.req.text()
  let raw: unknown = {}
  try {
    raw = text.trim() === '' ? {} : JSON.parse(text)
  } catch {
    fail(400, 'request.not_json', 'The body is not JSON.')
  }
  return check(schema, raw)
}

export const readQuery = <Input>(c: Context, schema: z.ZodType<Input>): Input => check(schema, c.req.query())

export function check<Input>(schema: z.ZodType<Input>, raw: unknown): Input {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  return fail(400, 'request.invalid', issue?.message ?? 'invalid', issue?.path.join('.') || undefined)
}

/** The named company, or the first one: most sandboxes hold one. */
export function corpOf(world: World, corpId: string | undefined): Corp {
  const corp = corpId === undefined ? listCorps(world)[0] : findCorp(world, corpId)
  return corp ?? fail(404, 'corp.unknown', `There is no company ${corpId ?? ''}.`, 'corp')
}

export const employeeOf = (world: World, corpId: string, userId: string, field = 'userId'): Employee =>
  findEmployee(world, corpId, userId) ?? fail(404, 'employee.unknown', `There is no employee ${userId}.`, field)

export const customerOf = (world: World, externalUserId: string, field = 'externalUserId'): Customer =>
  findCustomer(world, externalUserId) ?? fail(404, 'customer.unknown', `There is no customer ${externalUserId}.`, field)

export function followOf(world: World, userId: string, externalUserId: string): Follow {
  const customer = customerOf(world, externalUserId)
  const employee = employeeOf(world, customer.corpId, userId)
  return (
    findFollow(world, customer.corpId, employee.userId, externalUserId) ?? fail(404, 'follow.unknown', 'These two have never been friends.')
  )
}

export const Limit = z.coerce.number().int().min(1).max(1000).default(100)

/** When it happened, for what is told later: a company with a past. */
export const at = z.coerce
  .date()
  .refine((then) => then.getTime() <= Date.now(), 'Only the past can be told.')
  .optional()
