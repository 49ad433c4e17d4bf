import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeSource } from '#management/archive/sources.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { capabilities } from '#management/wecom/capabilities.ts'
import { readCapabilities } from '#management/wecom/capability-words.ts'
import { changeCorp, createCorp } from '#management/wecom/corps.ts'
import { knownFindings, wecomDoctorOf } from '#management/wecom/doctor.ts'
import type { Finding } from '#management/wecom/schema.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import type { Area } from '../sandbox/state/areas.ts'
import type { Permission } from '../sandbox/state/corps.ts'
import { startTestSandbox, type TestSandbox } from '../sandbox/testing.ts'

// Each switch of WeCom's admin console is turned off at the sandbox: the doctor names it, and it alone; turned on, all is green.

let sandbox: TestSandbox
let workspace: TestWorkspace
let ctx: Context
let corp: number

const host = 'liuliang.example.com'

beforeAll(async () => {
  sandbox = await startTestSandbox()
  workspace = await openTestWorkspace({ WECOM_BASE_URL: sandbox.url, LIULIANG_PUBLIC_URL: `https://${host}` })
  const { tenantId } = await createTenantWithOwner(workspace, { name: '体检公司', login: 'owner' })
  ctx = createContext(workspace, tenantId, systemActor, 'doctor')
  const { corpId, name, agentId, secret } = sandbox.corp
  corp = (await createCorp(ctx, { corpId, name, agentId, secret })).corp
  await set({ trustedDomain: host })
  await sandbox.control('POST', '/links/quota', { amount: 100 })
}, 60_000)
afterAll(() => sandbox?.stop())

const everything: Permission[] = ['base', 'directory', 'customers', 'media', 'message', 'login', 'kf']
const without = (right: Permission): Permission[] => everything.filter((one) => one !== right)
const allOn = { permissions: everything, closed: [] as Area[], visibleParties: [1], trustedIps: [] as string[], trustedDomain: host }
const set = (change: Partial<typeof allOn>) =>
  sandbox.control('PUT', `/corps/${sandbox.corp.corpId}/agents/${sandbox.corp.agentId}`, { ...allOn, ...change })

const look = async (): Promise<Map<string, Finding>> => new Map((await wecomDoctorOf(ctx, corp)).map((one) => [one.check, one]))
const keys = capabilities.map(({ key }) => key)
/** What is not usable, without the archive, which has a secret of its own. */
const wrong = (found: Map<string, Finding>) => keys.filter((key) => found.get(key)?.severity !== 'ok' && key !== 'archive')

describe('the doctor', () => {
  test('with everything on, every capability works but the archive, which says what it wants', async () => {
    const found = await look()
    expect(wrong(found).map((key) => found.get(key))).toEqual([])
    expect(found.get('archive')).toMatchObject({ severity: 'info', fix: { zh: expect.stringContaining('会话内容存档') } })
  })

  const contact = '客户联系 → 客户 → API → 可调用接口的应用'
  const switches: [string, Partial<typeof allOn>, string[], string][] = [
    ['directory', { permissions: without('directory') }, ['directory'], '应用管理 → 应用 → 可见范围'],
    ['files', { permissions: without('media') }, ['media'], '自建应用'],
    ['app messages', { permissions: without('message') }, ['app_messages'], 'AgentId'],
    ['login', { permissions: without('login') }, ['login'], '企业微信授权登录'],
    ['customer service', { permissions: without('kf') }, ['customer_service'], '微信客服 → API → 可调用接口的应用'],
    ['contact-me codes', { closed: ['contact_ways'] }, ['contact_me'], contact],
    ['welcomes', { closed: ['welcome'] }, ['welcome'], contact],
    ['tags', { closed: ['tags'] }, ['tags'], contact],
    ['groups', { closed: ['groups'] }, ['groups', 'group_join_ways', 'group_welcome'], contact],
    ['mass messages', { closed: ['mass_messages'] }, ['mass_messages'], '群发工具'],
    ['moments', { closed: ['moments'] }, ['moments'], '客户朋友圈'],
    ['handover', { closed: ['handover'] }, ['handover', 'handover_resigned'], '继承'],
    ['acquisition links', { closed: ['acquisition'] }, ['acquisition'], '获客助手 → 可调用接口的应用'],
    ['the album', { closed: ['album'] }, ['product_album'], '商品图册'],
    ['words', { closed: ['words'] }, ['intercept_words'], '敏感词'],
    ['figures', { closed: ['figures'] }, ['user_figures', 'group_figures'], '数据统计'],
    ['rule groups', { closed: ['strategies'] }, ['customer_strategies', 'moment_strategies'], '规则组|朋友圈'],
    ['id conversion', { closed: ['ids'] }, ['id_conversion'], contact],
    ['the visible range', { visibleParties: [] }, ['directory', 'contacts'], '可见范围'],
    ['the trusted domain', { trustedDomain: '' }, ['jssdk_corp', 'jssdk_agent', 'login'], `可信域名」填入 ${host}`],
    ['another domain', { trustedDomain: 'other.example.com' }, ['jssdk_corp', 'jssdk_agent', 'login'], `改为 ${host}`],
  ]

  test.each(switches)('%s off: only what hangs on it is named, with the switch; on again, all is green', async (_, change, named, fix) => {
    await set(change)
    const found = await look()
    expect(wrong(found)).toEqual(named)
    for (const key of named) expect(found.get(key)?.fix?.zh).toMatch(new RegExp(fix))
    await set({})
    expect(wrong(await look())).toEqual([])
  })

  test('what hangs on one switch is told with the same words, also where the switch is a function’s own', async () => {
    await set({ closed: ['groups', 'handover'] })
    const found = await look()
    for (const [key, root] of [
      ['group_join_ways', 'groups'],
      ['group_welcome', 'groups'],
      ['handover_resigned', 'handover'],
    ] as const)
      expect(found.get(key)?.fix).toEqual(found.get(root)?.fix)
    await set({})
  })

  test('without the tick for customer contact everything that hangs on it is named, and nothing else', async () => {
    await set({ permissions: without('customers') })
    const found = await look()
    const other = ['directory', 'media', 'app_messages', 'jssdk_corp', 'jssdk_agent', 'login', 'customer_service', 'archive']
    expect(wrong(found)).toEqual(keys.filter((key) => !other.includes(key)))
    expect(found.get('contacts')).toMatchObject({
      severity: 'error',
      fix: { zh: expect.stringContaining(contact) },
      details: { errcode: 48002 },
    })
    expect(found.get('secret')).toMatchObject({ ok: true })
    // One tick for all of them: its words are the same everywhere, so that a page can say them once.
    expect(found.get('groups')?.fix).toEqual(found.get('contacts')?.fix)
    expect((await knownFindings(ctx, corp)).find(({ check }) => check === 'groups')).toEqual(found.get('groups'))
    await set({})
    expect(wrong(await look())).toEqual([])
  })

  test('an address that is not trusted is told once, with the address, and nothing further is asked', async () => {
    await set({ trustedIps: ['10.1.2.3'] })
    const found = await look()
    expect(found.get('secret')).toMatchObject({ ok: false, fix: { zh: expect.stringContaining('127.0.0.1') }, details: { errcode: 60020 } })
    expect(keys.filter((key) => found.has(key))).toEqual([])
    const page = await readCapabilities(ctx, corp)
    expect(page.access).toMatchObject({ state: 'refused', errcode: 60020, fix: { zh: expect.stringContaining('127.0.0.1') } })
    // What was known before is still there, with its time.
    expect(page.items.find(({ key }) => key === 'groups')).toMatchObject({ state: 'ok' })
    await set({})
    expect(wrong(await look())).toEqual([])
    expect((await readCapabilities(ctx, corp)).access).toMatchObject({ state: 'ok' })
  })

  test('an AgentId of another app is told where it matters', async () => {
    await changeCorp(ctx, corp, { agentId: 1000999 })
    const found = await look()
    expect(wrong(found)).toEqual(['app_messages', 'login'])
    expect(found.get('app_messages')?.fix?.zh).toContain('AgentId 与 Secret')
    await changeCorp(ctx, corp, { agentId: sandbox.corp.agentId })
    expect(wrong(await look())).toEqual([])
  })

  test('quota that was never bought is no fault, quota that is used up is', async () => {
    await sandbox.control('POST', '/links/quota', { amount: 0, replace: true })
    const found = await look()
    expect(found.get('acquisition')).toMatchObject({ severity: 'info', ok: true, fix: { zh: expect.stringContaining('领取试用额度') } })
    await sandbox.control('POST', '/links/quota', { amount: 100, replace: true })
    expect((await look()).get('acquisition')).toMatchObject({ severity: 'ok', details: { total: 100, balance: 100 } })
  })

  test('the archive is asked with its own secret, once there is one', async () => {
    const enter = (secret: string) => changeSource(ctx, corp, { kind: 'sidecar', url: 'http://127.0.0.1:9', secret })
    const archive = async () => (await look()).get('archive')
    await enter(sandbox.corp.secret)
    expect(await archive()).toMatchObject({ severity: 'warning', fix: { zh: expect.stringContaining('填写的不是会话存档的 Secret') } })
    await enter(sandbox.corp.archiveSecret ?? '')
    expect(await archive()).toMatchObject({ severity: 'warning', fix: { zh: expect.stringContaining('还没有开通会话内容存档') } })
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await sandbox.control('PUT', `/corps/${sandbox.corp.corpId}/archive`, {
      members: [{ userId: 'lina', edition: 1 }],
      key: { version: 1, publicKey: publicKey.export({ format: 'pem', type: 'spki' }) },
    })
    expect(await archive()).toMatchObject({ severity: 'ok', details: { members: 1 } })
    await sandbox.control('PUT', '/settings', { habits: { archiveExpired: true } })
    expect(await archive()).toMatchObject({ severity: 'warning', fix: { zh: expect.stringContaining('续费') } })
    await sandbox.control('PUT', '/settings', { habits: { archiveExpired: false } })
    await enter('not-a-secret-at-all-but-long')
    expect(await archive()).toMatchObject({ severity: 'warning', details: { errcode: 40001 } })
  })

  test('what is remembered knows since when it is so, and when it was asked', async () => {
    const first = await readCapabilities(ctx, corp)
    await look()
    const again = await readCapabilities(ctx, corp)
    const [before, after] = [first, again].map(({ items }) => items.find(({ key }) => key === 'groups'))
    expect(after?.since).toBe(before?.since)
    expect(Date.parse(after?.checkedAt ?? '')).toBeGreaterThan(Date.parse(before?.checkedAt ?? ''))
  })

  test('a busy api and a broken line are neither yes nor no, and take nobody along', async () => {
    await sandbox.control('PUT', '/faults', {
      fail: [
        { path: 'externalcontact/get_moment_list', errcode: 45009 },
        { path: 'externalcontact/groupchat/list', status: 502 },
        { path: 'externalcontact/customer_strategy/list', errcode: 99999 },
      ],
    })
    const found = await look()
    await sandbox.control('PUT', '/faults', {})
    expect(wrong(found)).toEqual(['groups', 'moments', 'customer_strategies'])
    expect(found.get('moments')?.message.zh).toContain('45009')
    expect(found.get('groups')?.message.zh).toContain('没有连上')
    expect(found.get('customer_strategies')?.message.zh).toContain('99999')
  })
})
