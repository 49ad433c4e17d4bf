import type { Hono } from 'hono'
import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import type { Context } from '#platform/context.ts'
import { type Access, type AppEnv, accessKey } from '#platform/http/router.ts'
import { type IdPrefix, idPrefixes, publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createDepartment } from './departments/commands.ts'
import { createEmployee } from './employees/commands.ts'
import { type PresetName, presets } from './presets.ts'
import { createRole } from './roles/commands.ts'
import { cookieFor, someone } from './testing/people.ts'

// Generated from the route table: a route that is added is tested here without a new line.

type Route = { method: string; path: string } & Access

let workspace: TestWorkspace
let app: Hono<AppEnv>
let ctx: Context
let stranger: Context
let routes: Route[]
beforeAll(async () => {
  workspace = await openTestWorkspace()
  app = createApp(workspace)
  ctx = await workspace.newTenant()
  stranger = await workspace.newTenant()
  routes = app.routes.flatMap(({ method, path, handler }) =>
    accessKey in handler && method !== 'ALL' ? [{ method, path, ...(handler[accessKey] as Access) }] : [],
  )
})

/** A call that a right caller would have refused for its content, so that nothing happens either way. */
const call = async ({ method, path }: Route, cookie?: string, id = 'xxx_0') => {
  const bodied = ['POST', 'PUT', 'PATCH'].includes(method)
  const response = await app.request(path.replace(/:\w+(\{[^}]*\})?/g, id), {
    method,
    headers: { ...(cookie ? { Cookie: cookie } : {}), ...(bodied ? { 'Content-Type': 'application/json' } : {}) },
    ...(bodied ? { body: '{"nothing":"here"}' } : {}),
  })
  const body = (await response.json().catch(() => undefined)) as
    | { error?: { code: string; message: string; details?: unknown; requestId: string } }
    | undefined
  return { status: response.status, error: body?.error && { ...body.error, requestId: '' } }
}

/** Logging out would end the session that the next call needs. */
const isLogout = ({ method, path }: Route): boolean => method === 'DELETE' && path === '/api/v1/session'

describe('permissions', () => {
  test('there is a table of routes to go by', () => {
    expect(routes.filter(({ scope }) => scope !== 'public').length).toBeGreaterThan(30)
  })

  test.each(Object.keys(presets) as PresetName[])('%s may what the role says and nothing else', async (preset) => {
    const held: readonly string[] = presets[preset].permissions
    const { cookie } = await someone(workspace, ctx, preset)
    const wrong: string[] = []
    for (const route of routes.filter((route) => route.scope !== 'public' && !isLogout(route))) {
      const { status, error } = await call(route, cookie)
      const refused = status === 403 && error?.code === 'permission.missing'
      const mayCall = route.permission === 'session' || held.includes('*') || held.includes(route.permission)
      if (refused === mayCall || status === 401) wrong.push(`${route.method} ${route.path} → ${status} ${error?.code}`)
    }
    expect(wrong).toEqual([])
  })

  test('without a login every route that is not public asks for one', async () => {
    const open = []
    for (const route of routes.filter(({ scope }) => scope !== 'public')) {
      const { status, error } = await call(route)
      if (status !== 401 || error?.code !== 'session.required') open.push(`${route.method} ${route.path} → ${status} ${error?.code}`)
    }
    expect(open).toEqual([])
  })
})

describe('other companies', () => {
  test('ids that exist elsewhere are answered exactly like ids that exist nowhere', async () => {
    const { cookie } = await someone(workspace, ctx, 'owner')
    const leaks: string[] = []
    for (const route of routes.filter(({ scope, path }) => scope !== 'public' && path.includes(':'))) {
      const nowhere = await call(route, cookie)
      if (nowhere.status < 400) leaks.push(`${route.method} ${route.path} answers ${nowhere.status} to nonsense`)
      for (const prefix of Object.keys(idPrefixes) as IdPrefix[]) {
        const elsewhere = await call(route, cookie, publicId(stranger, prefix, 1))
        if (JSON.stringify(elsewhere) !== JSON.stringify(nowhere))
          leaks.push(`${route.method} ${route.path} ${prefix} → ${elsewhere.status} ${elsewhere.error?.code}`)
      }
    }
    expect(leaks).toEqual([])
  })

  test('employees, departments and roles of another company are not found, in the same words as nobody’s', async () => {
    const { cookie } = await someone(workspace, ctx, 'owner')
    const theirs = {
      employees: publicId(stranger, 'emp', (await createEmployee(stranger, { name: '别家' })).id),
      departments: publicId(stranger, 'dep', await createDepartment(stranger, { name: '别家' })),
      roles: publicId(stranger, 'rol', await createRole(stranger, { name: '别家', permissions: [] })),
    }
    const nobodys = {
      employees: publicId(ctx, 'emp', 999999),
      departments: publicId(ctx, 'dep', 999999),
      roles: publicId(ctx, 'rol', 999999),
    }
    for (const noun of ['employees', 'departments', 'roles'] as const)
      for (const method of ['GET', 'PATCH', ...(noun === 'employees' ? [] : ['DELETE'])]) {
        const route = { method, path: `/api/v1/${noun}/:id`, permission: '', scope: 'tenant' as const }
        const answer = await call(route, cookie, theirs[noun])
        expect(answer).toEqual(await call(route, cookie, nobodys[noun]))
        expect(answer.status).toBe(404)
      }
  })

  test('a session of one company stands for nobody in another', async () => {
    const { id } = await createEmployee(stranger, { name: '别家' })
    const cookie = await cookieFor(workspace, stranger, id)
    const forged = cookie.replace(/ses_[0-9a-z]+_/, `ses_${ctx.tenantId.toString(36)}_`)
    const route = { method: 'GET', path: '/api/v1/session', permission: 'session', scope: 'self' as const }
    expect((await call(route, cookie)).status).toBe(200)
    expect(await call(route, forged)).toMatchObject({ status: 401, error: { code: 'session.required' } })
  })
})
