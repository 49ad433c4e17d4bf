import type { Hono } from 'hono'
import type { Context } from '#platform/context.ts'
import type { AppEnv } from '#platform/http/router.ts'
import type { TestWorkspace } from '#platform/testing/workspace.ts'
import { createEmployee } from '../employees/commands.ts'
import type { DataScope, PresetName } from '../presets.ts'
import { openSession } from '../sessions/commands.ts'

export type Sent = { cookie?: string; key?: string; headers?: Record<string, string>; body?: unknown }

// biome-ignore lint/suspicious/noExplicitAny: tests say by their expectations what the answer is.
export type Answer = { status: number; body: any; headers: Headers }

/** Speaks to the app as a browser or a program does. */
export const client =
  (app: Hono<AppEnv>) =>
  async (method: string, path: string, { cookie, key, headers, body }: Sent = {}): Promise<Answer> => {
    const response = await app.request(`/api/v1/${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(cookie ? { Cookie: cookie } : {}),
        ...(key ? { Authorization: `Bearer ${key}` } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : undefined, headers: response.headers }
  }

export const codeOf = ({ status, body }: Answer): [number, string | undefined] => [status, body?.error?.code]

export async function roleOf(ctx: Context, preset: PresetName): Promise<number> {
  const { id } = await ctx.db
    .selectFrom('roles')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('preset', '=', preset)
    .executeTakeFirstOrThrow()
  return id
}

/** An employee who is logged in. */
export async function someone(
  workspace: TestWorkspace,
  ctx: Context,
  preset: PresetName,
  facts: { name?: string; scope?: DataScope; departmentIds?: number[] } = {},
): Promise<{ id: number; cookie: string }> {
  const { id } = await createEmployee(ctx, { name: preset, roleId: await roleOf(ctx, preset), ...facts })
  return { id, cookie: await cookieFor(workspace, ctx, id) }
}

export async function cookieFor(workspace: TestWorkspace, ctx: Context, id: number): Promise<string> {
  const { token } = await openSession(workspace, ctx.tenantId, id, { ip: undefined, userAgent: undefined, requestId: 'test' }, 'wecom')
  return `liuliang_session=${token}`
}
