import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '#app/build-console.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { faultsOf, openBrowser } from '../support/browser.ts'
import { tellSandbox } from '../support/sandbox-control.ts'
import { openSandboxedWorkspace } from '../support/sandboxed-workspace.ts'

// An administrator connects a second company with nothing but the words that the pages show; nearly every switch over there is off.

const password = 'Connects-2026'

let served: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let browser: Browser
let page: Page
const problems: string[] = []

type SandboxCorp = { corpId: string; secret: string; agentId: number; callbackVerifiedAt: string | null }
type Agent = { permissions: string[]; closed: string[]; visibleParties: number[]; trustedIps: string[]; trustedDomain: string }
let there: SandboxCorp
let switches: Agent

beforeAll(async () => {
  await buildConsole(() => undefined)
  served = await openSandboxedWorkspace(await ownDatabases())
  await fetch(`${served.url}/api/v1/session/password`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: served.login, password: served.password, newPassword: password }),
  })
  there = await sandbox<SandboxCorp>('POST', 'corps', { name: '第二家公司', employees: 4, customers: 6 })
  await turn({
    permissions: ['base', 'directory', 'media', 'message', 'login', 'kf'],
    closed: ['acquisition'],
    visibleParties: [],
    trustedIps: ['10.0.0.9'],
    trustedDomain: '',
  })
  browser = await openBrowser()
  page = await (await enter()).newPage()
  watch(page)
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await served?.close()
})

const sandbox = <T = unknown>(method: string, path: string, body?: unknown): Promise<T> =>
  tellSandbox(served.sandboxUrl, method, path, body)

async function turn(change: Partial<Agent>): Promise<void> {
  switches = await sandbox<Agent>('PUT', `corps/${there.corpId}/agents/${there.agentId}`, change)
}

async function enter(look: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
    ...look,
  })
  await context.request.post(`${served.url}/api/v1/session`, { data: { login: served.login, password } })
  return context
}

function watch(one: Page): void {
  one.setDefaultTimeout(30_000)
  one.on('pageerror', (error) => problems.push(error.message))
}

/** What an administrator's hand does when a page says so. Nothing else of the sandbox is touched from here on. */
const hands: [words: RegExp, act: (found: RegExpExecArray) => Partial<Agent>][] = [
  [/「应用管理 → 应用 → 企业可信 IP」中加入 ([\d.]+)/, ([, ip = '']) => ({ trustedIps: [...switches.trustedIps, ip] })],
  [/「应用管理 → 应用 → 可见范围」中加入/, () => ({ visibleParties: [1] })],
  [/「客户联系 → 客户 → API → 可调用接口的应用」中勾选此应用/, () => ({ permissions: [...switches.permissions, 'customers'] })],
  [/「客户联系 → 获客助手 → 可调用接口的应用」中勾选此应用/, () => ({ closed: switches.closed.filter((one) => one !== 'acquisition') })],
  [/设置可信域名」填入 (\S+)。/, ([, domain = '']) => ({ trustedDomain: domain })],
]

const advice = async (): Promise<string[]> => page.locator('.findings .note').allInnerTexts()

/** Looks at the page and does the first thing it says; false when there is nothing left that a switch could mend. */
async function obey(): Promise<boolean> {
  const told = await advice()
  for (const [words, act] of hands) {
    const found = told.map((text) => words.exec(text)).find((one) => one !== null)
    if (!found) continue
    await turn(act(found))
    return true
  }
  return false
}

async function checkAgain(): Promise<void> {
  const button = page.getByRole('button', { name: /重新检查|开始检查/ })
  // While it still works on the last answer it takes no click.
  await button.and(page.locator(':not(.ant-btn-loading)')).waitFor()
  const answered = page.waitForResponse((response) => response.url().endsWith('/capabilities/check'))
  await button.click()
  await answered
  await button.and(page.locator(':not(.ant-btn-loading)')).waitFor()
}

test('a second company is connected by the words of the pages alone, from nearly everything off to all green', async () => {
  await page.goto(`${served.url}/wecom`)
  await page
    .getByRole('link', { name: '接入企业' })
    .or(page.getByRole('button', { name: '接入企业' }))
    .first()
    .click()
  await page.getByLabel('企业 ID').fill(there.corpId)
  await page.getByLabel('Secret').fill(there.secret)
  await page.getByLabel('AgentId').fill(String(there.agentId))
  await page.getByLabel('显示名称').fill('第二家公司')
  await page.getByRole('button', { name: '保存并继续' }).click()
  await page.getByText('等企业微信来验证').waitFor()
  const [url, token, encodingAesKey] = await page
    .locator('.secret code')
    .evaluateAll((codes) => codes.map((code) => code.getAttribute('title')))
  await sandbox('PUT', `corps/${there.corpId}/callback`, { url, token, encodingAesKey })
  await page.getByText('企业微信已经验证通过').waitFor()
  await page.getByRole('button', { name: '下一步' }).click()
  await page.getByText('可信域名', { exact: true }).waitFor()
  await page.getByRole('button', { name: '下一步' }).click()
  await page.getByRole('button', { name: /重新检查|开始检查/ }).waitFor()
  await page.getByText('127.0.0.1').first().waitFor()
  // One by one, as somebody would who reads, does what is said, and presses the button.
  let turns = 0
  for (; turns < 12 && (await obey()); turns++) await checkAgain()
  expect(turns).toBe(5)
  expect(switches).toMatchObject({
    trustedIps: ['10.0.0.9', '127.0.0.1'],
    visibleParties: [1],
    closed: [],
    trustedDomain: new URL(served.url).host,
  })
  await page.getByRole('button', { name: '完成，去看同步' }).click()
  await page.getByText('都正常，没有要处理的').waitFor()
  await page.getByText('首次同步，全部读入').first().waitFor()
  // What is left is bought, not switched on.
  await page.getByRole('tab', { name: '权限' }).click()
  await page.getByRole('heading', { name: '没有开通 1' }).waitFor()
  await page.getByRole('button', { name: '会话内容存档 没有开通' }).waitFor()
}, 240_000)

test('what breaks is said with what to switch on, once for everything that hangs on it, and goes when it is mended', async () => {
  await turn({ permissions: switches.permissions.filter((one) => one !== 'customers') })
  await checkAgain()
  const told = page.locator('.findings > li')
  await expect.poll(() => told.count()).toBe(2)
  expect(await told.first().textContent()).toMatch(/客户、联系我二维码、欢迎语.*客户群.*客户群发/s)
  expect(await obey()).toBe(true)
  await checkAgain()
  await page.getByText('需要的权限都开了').waitFor()
  await page.getByRole('tab', { name: '概况' }).click()
  await page.getByText('都正常，没有要处理的').waitFor()
}, 120_000)

test('quotas, callbacks, comparisons and the log tell what happened, and a row is copied for support', async () => {
  const [employee] = (await sandbox<{ items: { userId: string }[] }>('GET', `employees?corp=${there.corpId}`)).items
  const befriend = (name: string) =>
    sandbox<{ externalUserId: string }>('POST', 'befriend', { corp: there.corpId, userId: employee?.userId, name })
  const { externalUserId } = await befriend('钱多多')
  await page.getByRole('tab', { name: '配额' }).click()
  await page.getByRole('row', { name: /externalcontact\/get_follow_user_list/ }).waitFor()
  await page.getByRole('tab', { name: '回调' }).click()
  await page.getByRole('row', { name: /加了好友 1/ }).waitFor()
  // Lost on the way, found by the comparison.
  await sandbox('PUT', 'faults', { callbacks: { drop: 1 } })
  await befriend('孙失失')
  await sandbox('PUT', 'faults', {})
  await page.getByRole('tab', { name: '概况' }).click()
  await page.getByRole('button', { name: '立即对账' }).click()
  await page.getByRole('tab', { name: '同步与修复' }).click()
  await page.getByRole('button', { name: '补上好友关系 1' }).click()
  await page.getByRole('row', { name: /补上好友关系.*孙失失.*没有 → 好友/ }).waitFor()
  expect(new URL(page.url()).searchParams.get('run')).toMatch(/^job_/)
  await page.getByRole('tab', { name: '日志' }).click()
  await page
    .getByRole('searchbox')
    .or(page.getByPlaceholder(/搜请求编号/))
    .first()
    .fill(externalUserId)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /加了好友/ }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByText(externalUserId).first().waitFor()
  await page.evaluate(() => {
    // The browser of tests has no clipboard to ask: what would be written there is caught.
    const copied: string[] = []
    Object.assign(globalThis, { copied })
    Object.defineProperty(navigator, 'clipboard', {
      configurable: true,
      value: { writeText: async (text: string) => void copied.push(text) },
    })
  })
  await sheet.getByRole('button', { name: '复制给支持' }).click()
  const [text] = await page.evaluate(() => (globalThis as unknown as { copied: string[] }).copied)
  expect(text).toContain(`external user id: ${externalUserId}`)
  expect(text).toContain('callback: change_external_contact.add_external_contact')
  expect(text).not.toMatch(/<WelcomeCode>(?!.{0,9}…)/)
}, 120_000)

test.each([1440, 390])(
  'axe finds nothing serious on the views of %d px, and none is wider than its window',
  async (width) => {
    const context = await enter({ viewport: { width, height: 900 } })
    const own = await context.newPage()
    watch(own)
    const found: string[] = []
    const path = new URL(page.url()).pathname
    for (const view of ['overview', 'rights', 'quotas', 'callbacks', 'syncs', 'log', 'welcomes']) {
      await own.goto(`${served.url}${path}?view=${view}`)
      await own.getByRole('heading', { level: 1 }).waitFor()
      await own.locator('.ant-skeleton').first().waitFor({ state: 'detached' })
      found.push(...(await faultsOf(own)).map((fault) => `${view}: ${fault}`))
    }
    await context.close()
    expect(found).toEqual([])
    expect(problems).toEqual([])
  },
  120_000,
)
