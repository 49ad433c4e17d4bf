import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '#app/build-console.ts'
import { fillWithDemo } from '#app/demo/fill.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { faultsOf, lookAt, openBrowser } from './support/browser.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'
import type { ServedWorkspace } from './support/served-workspace.ts'

// A person at the console, told by what they see: roles, labels and texts, nothing of how the page is made.

let served: ServedWorkspace
let browser: Browser
let page: Page
const problems: string[] = []

beforeAll(async () => {
  await buildConsole(() => undefined)
  served = await openSandboxedWorkspace(await ownDatabases())
  await fillWithDemo(served.ctx, { customers: 40, days: 14 })
  await loaded()
  browser = await openBrowser()
  page = await (
    await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  ).newPage()
  page.setDefaultTimeout(30_000)
  page.on('pageerror', (error) => problems.push(error.message))
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await served?.close()
})

/** Whether everything that happened has come to the reports. */
async function loaded(): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const { count } = await served.ctx.db
      .selectFrom('eventInbox')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow()
    if (Number(count) === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the events were not loaded')
}

const numberIn = (text: string | null): number => Number((text ?? '').replace(/[^\d]/g, ''))

test('the first login asks for a password of one’s own, then shows the loop', async () => {
  await page.goto(served.url)
  await page.getByLabel('账号').fill(served.login)
  await page.getByLabel('密码', { exact: true }).fill(served.password)
  await page.getByRole('button', { name: /^登\s*录$/ }).click()
  await page.getByLabel('新密码', { exact: true }).fill('Liuliang-e2e-2026')
  await page.getByLabel('再输一遍').fill('Liuliang-e2e-2026')
  await page.getByRole('button', { name: '设置并登录' }).click()
  await page.getByRole('heading', { level: 1, name: '总览' }).waitFor()
})

test('a number of the overview opens as many people as it says', async () => {
  const number = page.getByRole('button', { name: /^加好友人数 \d+$/ })
  const said = numberIn(await number.getAttribute('aria-label'))
  expect(said).toBeGreaterThan(5)
  await number.click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText(new RegExp(`共\\s*${said}`)).waitFor()
  await expect.poll(() => drawer.getByRole('table').getByRole('link').count()).toBe(Math.min(said, 50))
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
})

test('the list of customers is filtered by the address and opens one of them', async () => {
  await page
    .getByRole('navigation')
    .getByRole('link', { name: /(^|\s)客户$/ })
    .click()
  await page.getByRole('heading', { level: 1, name: '客户' }).waitFor()
  const total = page.getByText(/^共\s*[\d,]+/).first()
  const all = numberIn(await total.textContent())
  await page.getByRole('combobox', { name: '是否下单' }).click()
  await page.getByTitle('下过单', { exact: true }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('bought')).toBe('yes')
  await expect.poll(async () => numberIn(await total.textContent())).toBeLessThan(all)
  await page.getByRole('table').getByRole('link').first().click()
  await page.getByRole('heading', { name: '时间线' }).waitFor()
  await page
    .getByText(/支付.*订单/)
    .first()
    .waitFor()
  await page
    .getByText(/加了 (李娜|王磊|.+) 为好友/)
    .first()
    .waitFor()
})

test('a funnel is asked, saved and opened again, and its numbers are people', async () => {
  await page.goto(`${served.url}/reports/new?type=funnel`)
  const first = page.getByRole('button', { name: /^第 1 步 添加好友 \d+$/ })
  await first.waitFor()
  const said = numberIn((await first.getAttribute('aria-label'))?.replace('第 1 步', '') ?? null)
  await page.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByRole('dialog').getByLabel('名称').fill('加好友到下单')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^保\s*存$/ })
    .click()
  await page.getByRole('heading', { level: 1, name: '加好友到下单' }).waitFor()
  await page.goto(`${served.url}/reports`)
  await page.getByRole('link', { name: '加好友到下单' }).click()
  await first.click()
  await page
    .getByRole('dialog')
    .getByText(new RegExp(`共\\s*${said}`))
    .waitFor()
})

test('a question in words becomes a report that says what it understood, is changed and saved', async () => {
  await page.goto(`${served.url}/reports`)
  const field = page.getByRole('searchbox', { name: '用一句话问数据' })
  await field.fill('今天天气怎么样')
  await field.press('Enter')
  await page.getByRole('alert').getByText('没听懂要看什么').waitFor()
  await lookAt(page, 'ask-refused')
  await field.fill('近7天各渠道新增客户，谢谢')
  await field.press('Enter')
  await page.getByRole('heading', { level: 1, name: '新报表 · 指标' }).waitFor()
  for (const said of ['指标「新增客户」', '按渠道拆分', '「谢谢」', '按天']) await page.getByText(said, { exact: true }).first().waitFor()
  await page.getByRole('heading', { name: '按渠道' }).waitFor()
  expect(await faultsOf(page)).toEqual([])
  await lookAt(page, 'asked')
  await page.getByRole('combobox', { name: '对比' }).click()
  await page.locator('.ant-select-item-option', { hasText: '环比' }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('report')).toContain('previous_period')
  await page.getByRole('button', { name: /^保\s*存$/ }).click()
  expect(await page.getByRole('dialog').getByLabel('名称').inputValue()).toBe('近7天各渠道新增客户，谢谢')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^保\s*存$/ })
    .click()
  await page.getByRole('heading', { level: 1, name: '近7天各渠道新增客户，谢谢' }).waitFor()
  await page.goto(`${served.url}/reports`)
  await page.getByRole('button', { name: '加好友→下单 7天内的转化' }).click()
  await page.getByRole('button', { name: /^第 1 步 添加好友 \d+$/ }).waitFor()
})

test('a question is asked in English on a phone', async () => {
  await page.evaluate(() => localStorage.setItem('liuliang.preferences', JSON.stringify({ language: 'en' })))
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${served.url}/reports`)
  await page.getByRole('button', { name: 'conversion from friend added to order in 7 days' }).waitFor()
  await page.getByRole('searchbox', { name: 'Ask the data in a sentence' }).fill('weekly retention of new customers')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'kept is whoever orders later' }).waitFor()
  expect(await faultsOf(page)).toEqual([])
  await lookAt(page, 'asked-en')
  await page.evaluate(() => localStorage.removeItem('liuliang.preferences'))
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('the search box finds a person and goes there by the keyboard', async () => {
  await page.goto(`${served.url}/customers`)
  const name = (await page.getByRole('table').getByRole('link').first().textContent())?.slice(1) ?? ''
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: '搜索' }).fill(name)
  await page.getByRole('option', { name }).first().waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '时间线' }).waitFor()
})

test('on a phone the pages fit its width', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const path of ['/', '/customers', '/orders', '/tags', '/reports', '/merges', '/attributes']) {
    await page.goto(served.url + path)
    await page.getByRole('button', { name: '全部' }).waitFor()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), path).toBeLessThanOrEqual(0)
  }
})

test('nothing broke on the way', () => {
  expect(problems).toEqual([])
})
