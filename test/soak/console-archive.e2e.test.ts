import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '#app/build-console.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { lookAt, openBrowser, openConsole } from '../support/browser.ts'
import { tellSandbox } from '../support/sandbox-control.ts'
import { openSandboxedWorkspace } from '../support/sandboxed-workspace.ts'

// The archive as somebody switches it on and uses it, told by what they see.

let served: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let browser: Browser
let page: Page
let corp: { corpId: string; archiveSecret: string }
let lina: string
let customer: string
const problems: string[] = []

beforeAll(async () => {
  await buildConsole(() => undefined)
  served = await openSandboxedWorkspace(await ownDatabases())
  const [first] = (await phone<{ items: (typeof corp)[] }>('GET', 'corps')).items
  if (!first) throw new Error('the sandbox has no corp')
  corp = first
  const { items } = await phone<{ items: { userId: string; contact: boolean; status: number }[] }>('GET', 'employees')
  lina = items.find(({ contact, status }) => contact && status === 1)?.userId ?? ''
  customer = (await phone<{ externalUserId: string }>('POST', 'befriend', { userId: lina, name: '顾清和' })).externalUserId
  browser = await openBrowser()
  page = await openConsole(browser, served, problems)
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await served?.close()
})

test('is switched on with the words of the page alone: a key is made and its public half shown, then the source', async () => {
  await page.goto(`${served.url}/archive`)
  await page.getByText('还没有存下来的会话').waitFor()
  await page.getByRole('link', { name: '存档设置' }).first().click()
  await page.getByRole('button', { name: '添加密钥' }).click()
  await page.getByRole('button', { name: /^保\s*存$/ }).click()
  const shown = page.getByRole('dialog', { name: '版本 1 的公钥' })
  const publicKey = (await shown.locator('pre').textContent()) ?? ''
  expect(publicKey).toContain('BEGIN PUBLIC KEY')
  await phone('PUT', `corps/${corp.corpId}/archive`, { key: { version: 1, publicKey }, members: [{ userId: lina }] })
  await shown.getByRole('button', { name: /^好\s*了$/ }).click()
  await page.getByRole('button', { name: '设置来源' }).click()
  await page.getByLabel('存档进程的地址').fill('http://archive.example.com')
  await page.getByLabel('会话存档 Secret').fill(corp.archiveSecret)
  await page.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByText('不是本机的地址必须用 https://').waitFor()
  await page.getByLabel('存档进程的地址').fill(`${served.sandboxUrl}/sandbox/archive/${corp.corpId}`)
  await page.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByText('存档进程', { exact: true }).first().waitFor()
  await page.getByRole('button', { name: /^查\s*询$/ }).click()
  await page.locator('.person-name').first().waitFor()
  await page.getByRole('button', { name: '添加关键词' }).click()
  await page.getByRole('dialog').getByLabel('关键词', { exact: true }).fill('退货')
  await page.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByRole('button', { name: '不再关注 退货' }).waitFor()
  await shot('settings')
})

test('what was said stands as bubbles, with who agreed; a search leads to its place', async () => {
  for (let n = 1; n <= 70; n++) await kept({ msgtype: 'text', text: { content: `第 ${n} 句` } })
  await phone('POST', 'say', { from: customer, to: lina, text: '请问会员卡的退款什么时候到？我的电话 13800138000' })
  await kept({ msgtype: 'link', link: { title: '退款进度查询', description: '点开就能看到', link_url: 'https://example.com/refund' } })
  await kept({ msgid: 'wrong', msgtype: 'text', text: { content: '发错的报价单' } })
  await kept({ action: 'recall', msgtype: 'revoke', revoke: { pre_msgid: 'wrong' } })
  await kept({ msgtype: 'hologram', hologram: { title: '全息' } })
  await kept({ msgtype: 'image', image: { sdkfileid: 'none', md5sum: 'x', filesize: 2048 } })
  await phone('POST', 'archive/consent', { userId: lina, externalUserId: customer, agree: true })
  await expect.poll(() => stored()).toBe(76)
  await page.goto(`${served.url}/archive`)
  await page.getByRole('button', { name: /顾清和/ }).click()
  const talk = page.getByRole('region', { name: /顾清和/ })
  await talk.getByText('请问会员卡的退款').waitFor()
  await expect(talk.getByRole('link', { name: '退款进度查询' }).getAttribute('href')).resolves.toBe('https://example.com/refund')
  await talk.getByText('撤回了一条消息').waitFor()
  await talk.getByText('这个版本还不认识的消息类型：hologram').waitFor()
  await talk.getByText('已同意存档').waitFor()
  await shot('talk')
  await talk.getByRole('button', { name: '更早的消息' }).click()
  await talk.getByText('第 3 句').waitFor()
  await talk.getByRole('button', { name: '查看图片' }).click()
  await talk.getByText('已过期').waitFor()
  await page.getByRole('textbox', { name: '搜索聊天内容' }).fill('第 2 句')
  await page.keyboard.press('Enter')
  const hit = page.getByRole('button', { name: /第 2 句/ })
  await hit.click()
  await page.locator('.said.found').getByText('第 2 句').waitFor()
  await expect(page.locator('.said.found').evaluate(inSight)).resolves.toBe(true)
  await page.getByRole('checkbox', { name: '只在打开的会话里找' }).check()
  await hit.first().waitFor()
  await shot('search')
  await page.locator('.said.found').waitFor()
  await page
    .getByRole('region', { name: /顾清和/ })
    .getByRole('button', { name: '更新的消息' })
    .click()
  await page.getByRole('link', { name: '顾清和' }).first().click()
  await page.getByRole('heading', { level: 1, name: /顾清和/ }).waitFor()
  await page.getByRole('main').getByRole('link', { name: '会话存档' }).click()
  await page.getByRole('button', { name: /顾清和/ }).waitFor()
  await shot('customer')
  await page.goto(`${served.url}/archive`)
  await page.getByRole('textbox', { name: '找人或群' }).fill('没有这个人')
  await page.keyboard.press('Enter')
  await page.getByText('没有符合条件的会话').waitFor()
  await page.getByRole('textbox', { name: '找人或群' }).fill('清和')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: /顾清和/ }).waitFor()
})

test('on a phone there is one column: the list, or the talk with a way back', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${served.url}/archive`)
  await shot('phone-list')
  await page.getByRole('button', { name: /顾清和/ }).click()
  await page.getByText('请问会员卡的退款').waitFor()
  expect(await page.locator('.split-list').isVisible()).toBe(false)
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await shot('phone-talk')
  await page.getByRole('button', { name: '返回列表' }).click()
  await page.getByRole('button', { name: /顾清和/ }).waitFor()
  await page.goto(`${served.url}/archive-settings`)
  await page.getByText('存档进程', { exact: true }).first().waitFor()
  await shot('phone-settings')
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  expect(problems).toEqual([])
})

const inSight = (element: Element): boolean => {
  const { top, bottom } = element.getBoundingClientRect()
  return top >= 0 && bottom <= innerHeight
}

const kept = (message: object) =>
  phone('POST', 'archive/messages', { message: { action: 'send', from: lina, tolist: [customer], roomid: '', ...message } })

async function stored(): Promise<number> {
  const { ctx } = served
  return (await ctx.db.selectFrom('archiveMessages').select('id').where('tenantId', '=', ctx.tenantId).execute()).length
}

/** For people who want to look: `TEST_SCREENS=folder`. */
const shot = (name: string): Promise<void> => lookAt(page, name)

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(served.sandboxUrl, method, path, body)
