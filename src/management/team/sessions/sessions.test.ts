import type { Hono } from 'hono'
import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import type { AppEnv } from '#platform/http/router.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createTenantWithOwner, type FirstAccess } from '../bootstrap.ts'
import { hashPassword } from '../passwords.ts'
import { someone } from '../testing/people.ts'

let workspace: TestWorkspace
let app: Hono<AppEnv>
beforeAll(async () => {
  workspace = await openTestWorkspace()
  app = createApp(workspace)
  newPasswordHash = await hashPassword(newPassword)
})

type Sent = { cookie?: string; key?: string; headers?: Record<string, string>; body?: unknown }

const send = async (method: string, path: string, { cookie, key, headers, body }: Sent = {}) => {
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
  return {
    status: response.status,
    body: text ? JSON.parse(text) : undefined,
    cookie: response.headers.get('set-cookie')?.split(';')[0],
    setCookie: response.headers.get('set-cookie'),
  }
}

const codeOf = (answer: { status: number; body: { error: { code: string } } }) => [answer.status, answer.body.error.code]

let logins = 0
const newPassword = 'a quite good password'
// Hashing is slow on purpose; once is enough for everybody who only has to have a password.
let newPasswordHash: string

async function newOwner(): Promise<FirstAccess & { password: string }> {
  const first = await createTenantWithOwner(workspace, { name: '甲公司', login: `owner${++logins}` })
  return { ...first, password: String(first.password) }
}

/** Somebody who has changed their first password and is inside. */
async function loggedIn(): Promise<{ login: string; cookie: string }> {
  const ctx = await workspace.newTenant()
  const login = `owner${++logins}`
  const { id, cookie } = await someone(workspace, ctx, 'owner')
  await ctx.db
    .updateTable('employees')
    .set({ login, passwordHash: newPasswordHash })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()
  return { login, cookie }
}

describe('first login', () => {
  test('asks for a new password, then opens a session in a guarded cookie', async () => {
    const { login, password } = await newOwner()
    expect(codeOf(await send('POST', 'session', { body: { login, password } }))).toEqual([403, 'session.password_change_required'])
    const changed = await send('PUT', 'session/password', { body: { login, password, newPassword } })
    expect(changed.status).toBe(200)
    expect(changed.setCookie).toMatch(/^liuliang_session=ses_.*; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
    const entered = await send('POST', 'session', { body: { login: login.toUpperCase(), password: newPassword } })
    expect(entered).toMatchObject({
      status: 200,
      body: { employee: { permissions: ['*'], scope: 'all', role: { name: '所有者' } }, tenant: { name: '甲公司' }, language: 'zh' },
    })
    expect((await send('GET', 'session', { cookie: entered.cookie ?? '' })).status).toBe(200)
    expect(codeOf(await send('POST', 'session', { body: { login, password } }))).toEqual([401, 'session.wrong_credentials'])
  })

  test('a start that is repeated finds the same tenant, key and unchanged first password', async () => {
    const login = `owner${++logins}`
    const [one, other] = await Promise.all([
      createTenantWithOwner(workspace, { name: '乙', login }),
      createTenantWithOwner(workspace, { name: '乙', login }),
    ])
    expect(other).toEqual(one)
    expect((await send('PUT', 'session/password', { body: { login, password: one.password, newPassword } })).status).toBe(200)
    expect(await createTenantWithOwner(workspace, { name: '乙', login })).toEqual({ ...one, password: null })
  })

  test('weak passwords are refused with their reason', async () => {
    const { login } = await loggedIn()
    const password = newPassword
    const refused = async (newPassword: string) =>
      (await send('PUT', 'session/password', { body: { login, password, newPassword } })).body.error
    expect(await refused('short')).toMatchObject({ code: 'password.too_short', field: 'newPassword' })
    expect(await refused(password)).toMatchObject({ code: 'password.same_as_old' })
    expect(await refused(`my ${login} 2026`)).toMatchObject({ code: 'password.contains_login' })
    expect(await refused('Password1')).toMatchObject({ code: 'password.too_common' })
    expect(await refused('x'.repeat(300))).toMatchObject({ code: 'password.too_long' })
  })
})

describe('sessions', () => {
  test('end at logout, at a password change, and after days without use', async () => {
    const { login, cookie } = await loggedIn()
    const second = String((await send('POST', 'session', { body: { login, password: newPassword } })).cookie)
    expect((await send('DELETE', 'session', { cookie: second })).status).toBe(204)
    expect(codeOf(await send('GET', 'session', { cookie: second }))).toEqual([401, 'session.required'])
    expect((await send('GET', 'session', { cookie })).status).toBe(200)
    const third = String(
      (await send('PUT', 'session/password', { body: { login, password: newPassword, newPassword: 'another good one' } })).cookie,
    )
    expect((await send('GET', 'session', { cookie })).status).toBe(401)
    const days = async (n: number) => {
      workspace.setNow(new Date(Date.now() + n * 24 * 3600_000))
      return (await send('GET', 'session', { cookie: third })).status
    }
    try {
      expect([await days(2), await days(4), await days(6), await days(10)]).toEqual([200, 200, 200, 401])
    } finally {
      workspace.setNow(new Date())
    }
  })

  test('a session does not outlive thirty days, however busy', async () => {
    const { cookie } = await loggedIn()
    try {
      const statuses = []
      for (let day = 2; day <= 32; day += 2) {
        workspace.setNow(new Date(Date.now() + day * 24 * 3600_000))
        statuses.push((await send('GET', 'session', { cookie })).status)
      }
      expect(statuses.lastIndexOf(200)).toBe(13)
      expect(statuses.indexOf(401)).toBe(14)
    } finally {
      workspace.setNow(new Date())
    }
  })

  test('only the hash of a session lies in the database', async () => {
    const { cookie } = await loggedIn()
    const { rows } = await workspace.databases.systemPool.query('select s::text as row from sessions s')
    expect(rows.some(({ row }) => row.includes(cookie.split('=')[1]))).toBe(false)
  })

  test('what a page of another site sends in the name of the cookie is refused', async () => {
    const { cookie, login } = await loggedIn()
    const body = { language: 'en' }
    const patch = (headers: Record<string, string>) => send('PATCH', 'session', { cookie, body, headers })
    expect(codeOf(await patch({ 'Sec-Fetch-Site': 'cross-site' }))).toEqual([403, 'request.cross_site'])
    expect(codeOf(await patch({ 'Sec-Fetch-Site': 'same-site', Origin: 'http://127.0.0.1:9999' }))).toEqual([403, 'request.cross_site'])
    expect(codeOf(await patch({ Origin: 'https://evil.example' }))).toEqual([403, 'request.cross_site'])
    expect(codeOf(await patch({ Origin: 'null' }))).toEqual([403, 'request.cross_site'])
    expect((await patch({ Origin: 'http://localhost', Host: 'localhost' })).status).toBe(200)
    expect((await patch({ 'Sec-Fetch-Site': 'same-origin' })).body.language).toBe('en')
    expect((await send('GET', 'session', { cookie, headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(200)
    expect(
      codeOf(await send('POST', 'session', { body: { login, password: newPassword }, headers: { 'Sec-Fetch-Site': 'cross-site' } })),
    ).toEqual([403, 'request.cross_site'])
  })

  test('behind TLS the cookie is Secure', async () => {
    const secure = createApp({ ...workspace, config: { ...workspace.config, publicUrl: 'https://crm.example' } })
    const { login, password } = await newOwner()
    const response = await secure.request('/api/v1/session/password', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ login, password, newPassword }),
    })
    expect(response.headers.get('set-cookie')).toMatch(/; Secure;/)
  })
})

describe('guessing', () => {
  test('an unknown login and a wrong password get the same answer for the same work', async () => {
    const { login } = await loggedIn()
    // What this process computes, its threads included: unlike the clock it does not know how busy the machine is.
    const measured = async (login: string) => {
      const before = process.cpuUsage()
      const { status, body } = await send('POST', 'session', { body: { login, password: 'wrong wrong wrong' } })
      return { work: process.cpuUsage(before).user, answer: { status, error: { ...body.error, requestId: '' } } }
    }
    const known = []
    const unknown = []
    for (let i = 0; i < 4; i++) {
      known.push(await measured(login))
      unknown.push(await measured(`nobody${i}`))
    }
    expect(unknown.map(({ answer }) => answer)).toEqual(known.map(({ answer }) => answer))
    const least = (all: { work: number }[]) => Math.min(...all.map(({ work }) => work))
    expect(least(unknown)).toBeGreaterThan(least(known) * 0.7)
    expect(least(unknown)).toBeLessThan(least(known) * 1.4)
  })

  test('is throttled by account and address, also when all tries come at once, and forgiven after a quarter of an hour', async () => {
    const { login } = await loggedIn()
    const tries = await Promise.all(
      Array.from({ length: 12 }, () => send('POST', 'session', { body: { login, password: 'wrong wrong wrong' } })),
    )
    expect(tries.map(({ status }) => status).sort()).toEqual([...Array(8).fill(401), ...Array(4).fill(429)])
    expect(codeOf(await send('POST', 'session', { body: { login, password: newPassword } }))).toEqual([429, 'session.throttled'])
    try {
      workspace.setNow(new Date(Date.now() + 16 * 60_000))
      expect((await send('POST', 'session', { body: { login, password: newPassword } })).status).toBe(200)
    } finally {
      workspace.setNow(new Date())
    }
  })
})

describe('keys', () => {
  test('the ready line’s key may what the owner may, and nothing is believed of a wrong one', async () => {
    const { apiKey } = await newOwner()
    expect((await send('GET', 'session', { key: apiKey })).body.employee.permissions).toEqual(['*'])
    for (const key of [
      'x',
      `${apiKey}x`,
      apiKey.replace(/.$/, (letter) => (letter === '0' ? '1' : '0')),
      apiKey.replace('llk_', 'ses_'),
      'llk_zzzzzz_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    ])
      expect(codeOf(await send('GET', 'session', { key }))).toEqual([401, 'api_key.invalid'])
  })
})
