import { Hono, type MiddlewareHandler } from 'hono'
import { describeRoute, resolver, validator } from 'hono-openapi'
import type { z } from 'zod'
import type { Context, Installation } from '../context.ts'
import { appError } from '../errors.ts'

/** What handlers find in `c.var`. Routes of scope `public` have no `ctx`: they find their tenant themselves. */
export type Variables = {
  ctx: Context
  installation: Installation
  requestId: string /** The body of a JSON request, checked. */
  json: unknown
}

export type AppEnv = { Variables: Variables }

export const router = () => new Hono<AppEnv>()

/**
 * What data scope does to a route: `tenant` belongs to the whole company, `follow` shows only customers whose followers the
 * actor may see, `self` only the actor's own, `public` asks nobody (signature, token or nothing).
 */
export type Scope = 'tenant' | 'follow' | 'self' | 'public'

export type Access = { permission: string; scope: Scope }

export const accessKey = Symbol('access')

/** Every route has one; the architecture test refuses a route without. */
export function allow(permission: string, scope: Scope): MiddlewareHandler<AppEnv> {
  const guard: MiddlewareHandler<AppEnv> = async (c, next) => {
    if (scope !== 'public') {
      const { ctx } = c.var
      if (!ctx) throw appError('session.required', { status: 401, message: 'Log in first.' })
      if (!may(ctx, permission))
        throw appError('permission.missing', { status: 403, message: `This needs the permission ${permission}.`, details: { permission } })
    }
    await next()
  }
  return Object.assign(guard, { [accessKey]: { permission, scope } satisfies Access })
}

/** `*` may everything, `tags.*` everything of tags. */
export const may = (ctx: Context, permission: string): boolean =>
  permission === 'session' ||
  ctx.actor.permissions.has('*') ||
  ctx.actor.permissions.has(permission) ||
  ctx.actor.permissions.has(`${permission.split('.')[0]}.*`)

/** The route's line in `/openapi.json`: what it does and what it answers. */
export const describe = (summary: string, response?: z.ZodType, status = 200) =>
  describeRoute({
    summary,
    responses: {
      [status]: response
        ? { description: 'Done', content: { 'application/json': { schema: resolver(response) } } }
        : { description: 'Done' },
    },
  })

export const body = <Schema extends z.ZodType>(schema: Schema) => validator('json', schema, refuse)

export const query = <Schema extends z.ZodType>(schema: Schema) => validator('query', schema, refuse)

type Verdict = {
  success: boolean
  error?: readonly { message: string; path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined }[]
}

/** The first complaint names its field: `lines.0.quantity`. */
function refuse(verdict: Verdict): void {
  if (verdict.success) return
  const [first] = verdict.error ?? []
  const field = first?.path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  throw appError('request.invalid', { message: first?.message ?? 'The request is not valid.', ...(field ? { field } : {}) })
}
