import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import iconv from 'iconv-lite'
import pg from 'pg'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '#app/build-console.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { openBrowser } from './support/browser.ts'
import { openServedWorkspace, type ServedWorkspace } from './support/served-workspace.ts'

// Those who run the house: they let other systems in, bring files, see what went wrong and give others their rights.

const password = 'House-keepers-2026'

let served: ServedWorkspace
let browser: Browser
let receiver: Server
let page: Page
let answer = 500
const heard: { event: string; signed: boolean }[] = []
const problems: string[] = []

beforeAll(async () => {
  process.env.LIULIANG_ALLOW_PRIVATE_TARGETS = '1'
  receiver = createServer((request, response) => {
    request.resume().on('end', () => {
      heard.push({ event: String(request.headers['liuliang-event']), signed: request.headers['liuliang-signature'] !== undefined })
      response.writeHead(answer).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  await buildConsole(() => undefined)
  served = await openServedWorkspace(await ownDatabases())
  const { ctx, url, login, password: first } = served
  for (const name of ['李娜', '王磊']) await createEmployee(ctx, { name, roleId: await roleOf(ctx, 'employee') })
  for (const name of ['赵一', '钱二', '孙三'])
    await asOwner('customers', { method: 'POST', body: JSON.stringify({ name, identities: [{ kind: 'phone', value: phoneOf(name) }] }) })
  await fetch(`${url}/api/v1/session/password`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password: first, newPassword: password }),
  })
  browser = await openBrowser()
  page = await (await enter(served.login, password)).newPage()
  watch(page)
}, 240_000)

afterAll(async () => {
  delete process.env.LIULIANG_ALLOW_PRIVATE_TARGETS
  await browser?.close()
  receiver?.close()
  await served?.close()
})

async function enter(login: string, secret: string, timezoneId = 'Asia/Shanghai'): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'zh-CN',
    timezoneId,
    reducedMotion: 'reduce',
  })
  await context.request.post(`${served.url}/api/v1/session`, { data: { login, password: secret } })
  return context
}

function watch(one: Page): void {
  one.setDefaultTimeout(60_000)
  one.on('pageerror', (error) => problems.push(error.message))
}

const dialog = () => page.getByRole('dialog').last()
const save = () =>
  dialog()
    .getByRole('button', { name: /^保\s*存$/ })
    .click()

const asOwner = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${served.url}/api/v1/${path}`, {
    ...init,
    headers: { authorization: `Bearer ${served.apiKey}`, 'content-type': 'application/json', ...init.headers },
  })

const phoneOf = (name: string): string => `1380000${String(name.charCodeAt(0) % 10000).padStart(4, '0')}`

test('a channel is made with a greeting, and the next one starts empty', async () => {
  await page.goto(`${served.url}/channels`)
  await page.getByRole('button', { name: '新建渠道' }).click()
  await dialog().getByLabel('名称').fill('校园地推')
  await dialog().getByRole('switch', { name: '为这个渠道写默认欢迎语' }).click()
  await dialog().getByRole('textbox', { name: '文字' }).fill('{nickname}，欢迎同学')
  await save()
  await page.getByRole('row', { name: /校园地推/ }).waitFor()
  const { items } = (await (await asOwner('channels')).json()) as { items: { name: string; welcome: { text: string } | null }[] }
  expect(items.find(({ name }) => name === '校园地推')?.welcome?.text).toBe('{nickname}，欢迎同学')
  await page.getByRole('button', { name: '新建渠道' }).click()
  expect(await dialog().getByRole('switch', { name: '为这个渠道写默认欢迎语' }).isChecked()).toBe(false)
  await page.keyboard.press('Escape')
})

test('lists drop down inside the window also for those who asked for less motion', async () => {
  await page.goto(`${served.url}/live-codes/new`)
  await page.getByRole('combobox', { name: '添加员工' }).click()
  const box = await page.getByTitle('李娜', { exact: true }).boundingBox()
  expect(box?.x).toBeGreaterThan(0)
  expect(box?.y).toBeLessThan(900)
})

test('a time is by the company’s clock wherever the browser is, and comes back after a reload', async () => {
  const context = await enter(served.login, password, 'America/Los_Angeles')
  const far = await context.newPage()
  watch(far)
  const form = () => far.getByRole('dialog').last()
  await far.goto(`${served.url}/tasks?view=marketing`)
  const create = far.getByRole('button', { name: '新建营销任务' }).first()
  await create.click()
  await form().getByLabel('营销任务', { exact: true }).fill('春季上新')
  await form().getByLabel('目标地址').fill('https://shop.example/spring')
  await form().getByLabel('截止时间').fill('2036-01-05 10:00')
  await far.keyboard.press('Enter')
  await far.reload()
  await create.click()
  expect(await form().getByLabel('截止时间').inputValue()).toBe('2036-01-05 10:00')
  await form().getByRole('combobox', { name: '分配给员工' }).fill('李娜')
  await far.keyboard.press('Enter')
  await far.keyboard.press('Escape')
  await form()
    .getByRole('button', { name: /^保\s*存$/ })
    .click()
  await far.getByText('春季上新').first().waitFor()
  const { items } = (await (await asOwner('marketing-tasks')).json()) as { items: { name: string; endsAt: string }[] }
  expect(items).toMatchObject([{ name: '春季上新', endsAt: '2036-01-05T02:00:00.000Z' }])
  await context.close()
})

test('a live code says all that it lacks at once, each at its place', async () => {
  await page.goto(`${served.url}/live-codes/new`)
  await page.getByRole('button', { name: '小程序' }).click()
  await page.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByText('这一项要填').waitFor()
  await page.getByText('至少选一位员工').waitFor()
  await page.getByText('请写标题').waitFor()
  await page.getByRole('button', { name: '放弃草稿' }).click()
})

test('a key opens what it was made for, nothing else, and nothing once it is revoked', async () => {
  await page.goto(`${served.url}/integrations?view=keys`)
  await page.getByRole('button', { name: '新建密钥' }).first().click()
  await dialog().getByLabel('名称').fill('数据仓库')
  await dialog().getByRole('checkbox', { name: '客户 查看' }).check()
  await dialog().getByRole('button', { name: '新建密钥' }).click()
  const key = (await page.locator('.secret code').textContent()) ?? ''
  await page.getByRole('button', { name: '我已保存好' }).click()
  const knock = async (path: string) =>
    (await fetch(`${served.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${key}` } })).status
  expect(await knock('customers')).toBe(200)
  expect(await knock('orders')).toBe(403)
  await page.getByRole('button', { name: '删除 数据仓库' }).click()
  await dialog()
    .getByRole('button', { name: /^删\s*除$/ })
    .click()
  await page.getByRole('row', { name: /数据仓库/ }).waitFor({ state: 'detached' })
  await expect.poll(() => knock('customers')).toBe(401)
})

test('a receiver is tried, refuses, and gets the same again once it is well', async () => {
  const { port } = receiver.address() as AddressInfo
  await page.goto(`${served.url}/integrations?view=webhooks`)
  await page.getByRole('button', { name: '新建 Webhook' }).first().click()
  await dialog().getByLabel('名称').fill('订单系统')
  await dialog().getByLabel('接收地址').fill('http://no-such-host.invalid/')
  await save()
  await dialog().getByText('找不到这个域名，请检查拼写').waitFor()
  await dialog().getByLabel('接收地址').fill(`http://127.0.0.1:${port}/hook`)
  await save()
  await page.getByRole('button', { name: '我已保存好' }).click()
  await page.getByRole('table').getByRole('button', { name: '订单系统', exact: true }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('webhook')).toMatch(/^whk_/)
  await page.getByRole('button', { name: '推送一条测试' }).click()
  const row = dialog().getByRole('row', { name: /测试推送/ })
  await row
    .getByText(/500 · /)
    .or(row.getByText('500', { exact: true }))
    .first()
    .waitFor()
  answer = 200
  await row.getByRole('button', { name: '重新推送' }).click()
  await row.getByText('已送达').waitFor()
  expect(heard.at(-1)).toEqual({ event: 'webhook.test', signed: true })
  await row.getByRole('button', { name: '测试推送' }).click()
  await page.getByText('"webhook.test"').waitFor()
})

test('a thing that could not be done waits with its reason, and is done when asked again', async () => {
  const owner = new pg.Client({ connectionString: served.engines.config.databaseUrl })
  await owner.connect()
  await owner.query(`alter table webhook_deliveries add constraint broken check (event_name <> 'customer.created') not valid`)
  await asOwner('customers', {
    method: 'POST',
    body: JSON.stringify({ name: '周没传到', identities: [{ kind: 'phone', value: '13700137000' }] }),
  })
  await page.goto(`${served.url}/operations?view=dead-letters`)
  const row = page.getByRole('row', { name: /推送给你的系统/ })
  await row.waitFor({ timeout: 90_000 })
  await owner.query('alter table webhook_deliveries drop constraint broken')
  await owner.end()
  await row.getByRole('button').first().click()
  await dialog()
    .getByText(/broken/)
    .first()
    .waitFor()
  await dialog().getByRole('button', { name: '再做一次' }).click()
  await row.waitFor({ state: 'detached' })
  await expect.poll(() => heard.some(({ event }) => event === 'customer.created')).toBe(true)
}, 180_000)

test('a Chinese file in GBK is matched by itself, tried, brought in; what was refused comes back as a file', async () => {
  const text = [
    '订单号,下单时间,手机号,商品,数量,单价,实付金额',
    'G1,2026-11-01 10:00:00,13800138001,岩茶,2,50.00,100.00',
    'G2,2026-11-02 11:30:00,13800138002,绿茶,1,30.00,30.00',
    'G3,2026-13-45 11:30:00,13800138003,绿茶,1,30.00,30.00',
  ].join('\n')
  const file = { name: '订单.csv', mimeType: 'text/csv', buffer: iconv.encode(text, 'gbk') }
  await page.goto(`${served.url}/imports/new`)
  await page.locator('input[type=file]').setInputFiles(file)
  await page.getByText('已对应 7 列，共 7 列').waitFor()
  await page.getByText(/第 4 行 · 下单时间：/).waitFor()
  await page.getByRole('button', { name: '试读整个文件' }).click()
  await page.getByText('试读完成，还没有写入任何数据').waitFor()
  await page.getByRole('button', { name: '导入能读的 2 行' }).click()
  await page.getByText('导入完成').waitFor()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('下载未通过的 1 行').click()])
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
  expect(Buffer.concat(chunks).toString()).toContain('G3')
  await page.getByRole('button', { name: /^进行中的工作/ }).click()
  await page.getByText('导入 订单.csv').first().waitFor()
  const { items } = (await (await asOwner('orders?q=G2')).json()) as { items: { orderNo: string }[] }
  expect(items.map(({ orderNo }) => orderNo)).toEqual(['G2'])
})

test('an event held back is put right and taken', async () => {
  const sent = await asOwner('events', {
    method: 'POST',
    body: JSON.stringify({
      events: [{ event: 'page.viewed', person: 'visitor-77', timestamp: 'gestern', properties: { page: '首页' } }],
    }),
  })
  await sent.text()
  await page.goto(`${served.url}/events?view=quarantine`)
  await page
    .getByRole('row', { name: /时间写法不对/ })
    .getByRole('button')
    .click()
  const field = dialog().getByRole('textbox', { name: /事件内容/ })
  const event = JSON.parse(await field.inputValue()) as Record<string, unknown>
  await field.fill(JSON.stringify({ ...event, timestamp: new Date().toISOString() }))
  await dialog().getByRole('button', { name: '重新提交' }).click()
  await page.getByText('没有被拦下的事件').waitFor()
})

test('an employee of the front sees their own entries, and is told where they may not go', async () => {
  const made = await asOwner('employees', {
    method: 'POST',
    body: JSON.stringify({ name: '孙丽', login: 'front', roleId: await employeeRole() }),
  })
  const { password: first } = (await made.json()) as { password: string }
  await fetch(`${served.url}/api/v1/session/password`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'front', password: first, newPassword: 'Quiet-harbour-77' }),
  })
  const context = await enter('front', 'Quiet-harbour-77')
  const theirs = await context.newPage()
  watch(theirs)
  const refused: string[] = []
  theirs.on('response', (response) => response.status() === 403 && refused.push(response.url()))
  await theirs.goto(served.url)
  const rail = theirs.getByRole('navigation')
  await rail.getByRole('link', { name: /客户$/ }).waitFor()
  expect(await rail.getByRole('link', { name: /审计日志|开放接口|角色与权限|公司设置/ }).count()).toBe(0)
  await rail.getByRole('link', { name: '我的看板' }).waitFor()
  const entries = await rail.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('href')))
  for (const entry of entries) {
    await theirs.goto(served.url + entry)
    await theirs.getByRole('heading', { level: 1 }).waitFor()
    await theirs.waitForLoadState('networkidle')
  }
  expect(refused).toEqual([])
  await theirs.goto(`${served.url}/live-codes/new`)
  await theirs.getByRole('heading', { level: 1, name: '没有权限' }).waitFor()
  await context.close()
})

async function employeeRole(): Promise<string> {
  const { items } = (await (await asOwner('roles')).json()) as { items: { id: string; name: string }[] }
  return items.find(({ name }) => name === '员工')?.id ?? ''
}

test('what was done stands in the log in words, and its chain is whole', async () => {
  await page.goto(`${served.url}/audit`)
  await page.getByRole('row', { name: /新建 Webhook .*订单系统/ }).waitFor()
  await page
    .getByRole('row', { name: /删除|吊销 API 密钥/ })
    .first()
    .waitFor()
  await page.getByRole('button', { name: '校验完整性' }).click()
  await page.getByText(/已校验 \d+ 条，全部完整/).waitFor()
})

test('nothing broke on the way', () => {
  expect(problems).toEqual([])
})
