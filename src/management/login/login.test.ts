import type { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import type { Context } from '#platform/context.ts'
import type { AppEnv } from '#platform/http/router.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { startTestSandbox, type TestSandbox } from '../../../sandbox/testing.ts'
import { markEmployeeLeft, upsertEmployeeFromWecom } from '../team/commands.ts'
import { createCorp } from '../wecom/corps.ts'

let sandbox: TestSandbox
let workspace: TestWorkspace
let app: Hono<AppEnv>
let ctx: Context
let corp: number
beforeAll(async () => {
  sandbox = await startTestSandbox()
  workspace = await openTestWorkspace({ WECOM_BASE_URL: sandbox.url, WECOM_OPEN_URL: sandbox.url, WECOM_LOGIN_URL: sandbox.url })
  app = createApp(workspace)
  ctx = await workspace.newTenant()
  corp = (await createCorp(ctx, { ...sandbox.corp, name: '沙箱', agentId: sandbox.corp.agentId })).corp
  await upsertEmployeeFromWecom(ctx, corp, { userId: 'chenjing', name: '陈静', status: 1 })
})
afterAll(() => sandbox.stop())

const begin = async (query = '', headers: Record<string, string> = {}) => {
  const response = await app.request(`/api/v1/session/wecom${query}`, { headers })
  const { url } = (await response.json()) as { url: string }
  return { url, cookie: String(response.headers.get('set-cookie')?.split(';')[0]), setCookie: response.headers.get('set-cookie') }
}

/** Somebody scans the code with their phone; the browser is sent back. */
const scan = async (url: string, as: string) => {
  const response = await fetch(`${url.split('#')[0]}&as=${as}`, { redirect: 'manual' })
  const back = new URL(String(response.headers.get('location')))
  return back.pathname + back.search
}

const land = async (path: string, cookie?: string) => {
  const response = await app.request(path, { headers: cookie ? { Cookie: cookie } : {} })
  const session = response.headers.getSetCookie().find((one) => one.startsWith('liuliang_session='))
  return { status: response.status, to: response.headers.get('location'), session: session?.split(';')[0] }
}

test('a member who scans the code is logged in as the employee and lands where they wanted', async () => {
  const { url, cookie, setCookie } = await begin('?next=/customers?q=1')
  expect(setCookie).toMatch(/Max-Age=600; Path=\/api\/v1\/session\/wecom; HttpOnly; SameSite=Lax/)
  const landed = await land(await scan(url, 'chenjing'), cookie)
  expect(landed).toMatchObject({ status: 302, to: '/customers?q=1' })
  const who = await app.request('/api/v1/session', { headers: { Cookie: String(landed.session) } })
  expect(await who.json()).toMatchObject({ employee: { name: '陈静', role: { name: '员工' } } })
})

test('inside WeCom the browser is known without scanning', async () => {
  const { url, cookie } = await begin('', { 'User-Agent': 'Mozilla/5.0 wxwork/4.1' })
  expect(new URL(url).pathname).toBe('/connect/oauth2/authorize')
  expect(await land(await scan(url, 'chenjing'), cookie)).toMatchObject({ status: 302, to: '/' })
})

test('an answer counts once, in the browser that began, within ten minutes', async () => {
  const refused = { status: 302, to: '/login?problem=session.wecom_state', session: undefined }
  const { url, cookie } = await begin()
  const other = await begin()
  const path = await scan(url, 'chenjing')
  expect(await land(path, other.cookie)).toEqual(refused)
  expect(await land(path, cookie)).toEqual(refused)
  const again = await begin()
  const used = await scan(again.url, 'chenjing')
  expect((await land(used, again.cookie)).to).toBe('/')
  expect(await land(used, again.cookie)).toEqual(refused)
  const late = await begin()
  const latePath = await scan(late.url, 'chenjing')
  workspace.setNow(new Date(Date.now() + 11 * 60_000))
  expect(await land(latePath, late.cookie)).toEqual(refused)
  workspace.setNow(new Date())
  expect(await land('/api/v1/session/wecom/callback?code=x&state=y', cookie)).toEqual(refused)
  expect((await land('/api/v1/session/wecom/callback?state=y', cookie)).to).toBe('/login?problem=session.wecom_refused')
})

test('strangers, customers and those who left get no session', async () => {
  const tried = async (as: string) => {
    const { url, cookie } = await begin()
    return land(await scan(url, as), cookie)
  }
  expect(await tried('lina')).toEqual({ status: 302, to: '/login?problem=session.wecom_stranger', session: undefined })
  await markEmployeeLeft(ctx, corp, 'chenjing')
  expect(await tried('chenjing')).toEqual({ status: 302, to: '/login?problem=session.wecom_stranger', session: undefined })
  await upsertEmployeeFromWecom(ctx, corp, { userId: 'chenjing', status: 1 })
  const { url, cookie } = await begin()
  const path = await scan(url, 'chenjing')
  expect((await land(path.replace(/code=[^&]+/, 'code=made-up'), cookie)).to).toBe('/login?problem=session.wecom_code')
})

test('the way back never leads to another site', async () => {
  for (const next of ['https://evil.example', '//evil.example', '/\\evil.example']) {
    const { url, cookie } = await begin(`?next=${encodeURIComponent(next)}`)
    expect((await land(await scan(url, 'chenjing'), cookie)).to).toBe('/')
  }
})

test('with no corp, an unknown one or several the answer says so', async () => {
  const codeOf = async (query: string) => {
    const response = await app.request(`/api/v1/session/wecom${query}`)
    return [response.status, ((await response.json()) as { error?: { code: string } }).error?.code]
  }
  expect(await codeOf('?corp=ww0000000000000000')).toEqual([404, 'session.wecom_no_corp'])
  expect(await codeOf(`?corp=${sandbox.corp.corpId}`)).toEqual([200, undefined])
  const second = await workspace.newTenant()
  await createCorp(second, { corpId: 'ww1111111111111111', secret: 'x'.repeat(43), agentId: 1, name: '另一家' })
  expect(await codeOf('')).toEqual([409, 'session.wecom_which_corp'])
})
