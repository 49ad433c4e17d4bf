import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { buildConsole } from '#app/build-console.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { lookAt, openBrowser, openConsole } from './support/browser.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'

// Somebody connects a page, visitors look around in it, and the heat map shows where they clicked.

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let browser: Browser
let page: Page
const problems: string[] = []
const saving = /^保\s*存$/

// Pictures take their time.
const patience = process.env.LOOK ? 300_000 : 150_000

vi.setConfig({ testTimeout: patience })

beforeAll(async () => {
  await buildConsole(() => undefined)
  workspace = await openSandboxedWorkspace(await ownDatabases())
  browser = await openBrowser()
  page = await openConsole(browser, workspace, problems)
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await workspace?.close()
})

/** The address of the practice shop with a key in it, as the page with the code gives it. */
let shop = ''

test('the code page makes a key, fills in the line to copy, and opens the practice shop', async () => {
  await page.goto(`${workspace.url}/events?view=code`)
  await page.getByRole('button', { name: '生成密钥并填入代码' }).click()
  await page
    .getByText(/data-key="llp_[\w-]+"/)
    .first()
    .waitFor()
  await page.getByLabel('先征得同意').check()
  await page.getByText('data-consent="ask"').first().waitFor()
  shop = (await page.getByRole('link', { name: '打开练习商店' }).getAttribute('href')) ?? ''
  expect(shop).toMatch(/\/shop\?tracker=http.+key=llp_/)
  await look('code')
})

test('opening, clicking, scrolling and leaving the shop arrive as events, and nothing else does', async () => {
  const visitor = await browser.newContext({ viewport: { width: 1280, height: 720 } })
  const visiting = await visitor.newPage()
  visiting.on('pageerror', (error) => problems.push(error.message))
  await visiting.goto(shop)
  await visiting.getByText('埋点已接上').waitFor()
  await expect.poll(() => visiting.evaluate(() => 'liuliang' in window)).toBe(true)
  await visiting.locator('#code').click()
  await visiting.locator('#code').click()
  await visiting.evaluate(() => scrollTo(0, document.body.scrollHeight))
  await visiting.locator('#good-puer').click()
  await visiting.getByRole('heading', { name: '老树普洱' }).waitFor()
  await visiting.getByRole('button', { name: '加入购物车' }).click()
  expect(await visitor.cookies()).toEqual([])
  await expect.poll(() => waitingIn(visiting), { timeout: 60_000 }).toBe(0)
  await visiting.close()
  await expect
    .poll(namesOfEvents, { timeout: 40_000, interval: 500 })
    .toEqual(['cart.added', 'page.clicked', 'page.left', 'page.scrolled', 'page.viewed', 'product.viewed'])
  await visitor.close()
})

test('a visit without a network is told once it is back, and once only', async () => {
  const visitor = await browser.newContext({ viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true })
  const visiting = await visitor.newPage()
  await visiting.goto(shop)
  await expect.poll(() => visiting.evaluate(() => 'liuliang' in window)).toBe(true)
  await visitor.setOffline(true)
  await visiting.locator('#code').tap()
  await visiting.waitForTimeout(2_500)
  expect(await waitingIn(visiting)).toBeGreaterThan(0)
  await visitor.setOffline(false)
  await expect.poll(() => waitingIn(visiting), { timeout: 40_000 }).toBe(0)
  await expect.poll(async () => (await clicksOf('phone')).clicks, { timeout: 20_000 }).toBe(1)
  await visitor.close()
})

test('the page figures lead to the heat map, which lies over the real page', async () => {
  // The shop keeps in the browser what its link told it; a page of one's own has the line in its head.
  const own = await page.context().newPage()
  await own.goto(shop)
  await own.getByText('埋点已接上').waitFor()
  await own.close()
  await page.goto(`${workspace.url}/pages`)
  await page.getByRole('link', { name: '/shop', exact: true }).waitFor()
  await look('pages')
  await page.getByRole('link', { name: '/shop', exact: true }).click()
  await page.getByRole('heading', { name: '点得最多的元素' }).waitFor({ timeout: 60_000 })
  await page
    .getByRole('row', { name: /扫码加店主微信|code/ })
    .first()
    .waitFor()
  await expect
    .poll(() => page.locator('iframe.heat-page').evaluate((frame) => getComputedStyle(frame).visibility), { timeout: 40_000 })
    .toBe('visible')
  await expect.poll(glowing, { timeout: 10_000 }).toBeGreaterThan(100)
  await look('heatmap')
  await page.getByText('滚动深度', { exact: true }).click()
  await look('scroll')
  await page.getByText('叠在真实页面上').click()
  await expect.poll(() => page.locator('iframe.heat-page').count()).toBe(0)
  await look('ruled')
  expect(problems).toEqual([])
})

test('an event is declared with what it has to say', async () => {
  await page.goto(`${workspace.url}/events?view=plan`)
  await page.getByRole('button', { name: '申报事件' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('事件名').fill('course.finished')
  await form.getByLabel('显示名称').fill('学完课程')
  await form.getByRole('button', { name: '添加属性' }).click()
  await form.getByLabel('属性名').fill('score')
  await form.getByLabel('必填').check()
  await look('declare')
  await form.getByRole('button', { name: saving }).click()
  await page.getByRole('row', { name: /学完课程/ }).waitFor()
  await look('plan')
  expect(problems).toEqual([])
})

test('what does not fit its declaration waits, and is taken once the plan was changed', async () => {
  const sent = { events: [{ person: 'p1', event: 'course.finished', properties: { score: 90 } }] }
  await expect.poll(async () => ((await call('POST', 'events', sent)) as { quarantined: number }).quarantined, { timeout: 10_000 }).toBe(1)
  await page.goto(`${workspace.url}/events?view=quarantine`)
  await page.getByText('属性的类型与申报的不同').first().waitFor()
  await look('quarantine')
  await call('PUT', 'tracking-plan/course.finished', { title: '学完课程', properties: [{ name: 'score', type: 'integer' }] })
  await page.getByRole('button', { name: '全部重新检查' }).click()
  await page.getByText('没有被拦下的事件').waitFor()
  await page.goto(`${workspace.url}/events?name=course.finished`)
  await page.getByRole('cell', { name: '学完课程' }).first().waitFor()
  expect(problems).toEqual([])
})

async function call(method: string, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(`${workspace.url}/api/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${workspace.apiKey}`, 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return answer.status === 204 ? undefined : answer.json()
}

/** Events that a page has noted and not sent yet. */
const waitingIn = (visiting: Page): Promise<number> =>
  visiting.evaluate(() => (JSON.parse(localStorage.getItem('liuliang.queue') ?? '[]') as unknown[]).length)

async function namesOfEvents(): Promise<string[]> {
  const { items } = (await call('GET', 'events/recent?limit=200')) as { items: { name: string; properties: Record<string, string> }[] }
  return [...new Set(items.filter(({ properties }) => properties.path?.startsWith('/shop')).map(({ name }) => name))].sort()
}

async function clicksOf(device: string): Promise<{ clicks: number }> {
  // Midnight may pass in the middle of it.
  const [dateFrom, dateTo] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10))
  const report = { type: 'heatmap', page: '/shop', dateFrom, dateTo, device }
  const { result } = (await call('POST', 'reports/run', { report })) as { result: { clicks: number } }
  return result
}

/** How many points of the drawing have any colour. */
const glowing = (): Promise<number> =>
  page.locator('canvas.heat').evaluate((canvas) => {
    const { width, height } = canvas as HTMLCanvasElement
    const data = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ?? []
    let points = 0
    for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 0) points++
    return points
  })

const look = (name: string): Promise<void> => lookAt(page, name, 2_000)
