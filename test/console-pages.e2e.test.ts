import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import type { ExperimentResult } from '#insight/reports/experiment/schema.ts'
import { identify } from '#management/identity/commands.ts'
import { faultsOf, lookAt } from './support/browser.ts'
import { browser, page, problems, withSandboxedConsole, workspace } from './support/sandboxed-console.ts'

// Somebody connects a page, visitors look around in it, the heat map shows where they clicked, and two versions of it are tried.

const saving = /^保\s*存$/

// Pictures take their time.
const patience = process.env.LOOK ? 300_000 : 150_000

vi.setConfig({ testTimeout: patience })

withSandboxedConsole()

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
  await expect.poll(() => waitingIn(visiting)).toBe(0)
  await visiting.close()
  await expect
    .poll(namesOfEvents, { interval: 500 })
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
  // More than a browser lets leave at once while a page closes, and one event that is too much alone.
  await visiting.evaluate(() => {
    const { liuliang } = window as unknown as { liuliang: (name: string, properties: object) => void }
    for (let i = 0; i < 30; i++) liuliang('note.kept', { words: `${i} ${'留'.repeat(1500)}` })
    liuliang('note.kept', Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`page${i}`, '留'.repeat(1500)])))
  })
  await visiting.waitForTimeout(2_500)
  expect(await waitingIn(visiting)).toBeGreaterThan(30)
  await visitor.setOffline(false)
  await expect.poll(() => waitingIn(visiting)).toBe(0)
  await expect.poll(async () => (await clicksOf('phone')).clicks).toBe(1)
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
  await expect.poll(() => page.locator('iframe.heat-page').evaluate((frame) => getComputedStyle(frame).visibility)).toBe('visible')
  await expect.poll(glowing).toBeGreaterThan(100)
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
  await expect.poll(async () => ((await call('POST', 'events', sent)) as { quarantined: number }).quarantined).toBe(1)
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

/** The trial of the shop's first page, and how many visitors were dealt out in it so far. */
let trial = ''
let visitors = 0
const banners = { a: '今年的第一锅茶', b: '先喝三泡，再决定' } as const

test('an experiment on a page shows the lines that go into it, and leads to the practice shop', async () => {
  const made = (await call('POST', 'experiments', {
    name: '首屏说什么',
    variants: [
      { key: 'a', name: '第一锅茶', weight: 500 },
      { key: 'b', name: '先喝三泡', weight: 500 },
    ],
    trialMetric: { name: '成交', event: 'order.paid' },
    growthMetric: { name: '金额', event: 'order.paid', measure: 'sum(amount)' },
    windowDays: 1,
    plan: { base: 0.2, lift: 0.1 },
    thing: { kind: 'page', id: '/shop' },
  })) as { id: string }
  trial = made.id
  await call('PUT', `experiments/${trial}/state`, { state: 'running' })
  await page.goto(`${workspace.url}/experiments/${trial}`)
  await page.getByText(`liuliang('variant', '${trial}'`).waitFor()
  expect(await page.getByRole('link', { name: '打开练习商店' }).getAttribute('href')).toContain(`/shop?experiment=${trial}`)
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: /复\s*制/ }).click()
  await page.getByText('已复制').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`liuliang('variant', '${trial}'`)
  expect(await faultsOf(page)).toEqual([])
  await look('page-trial')
  expect(problems).toEqual([])
})

test('visitors see different variants, keep them when they come back, and are counted once', async () => {
  const met = new Map<string, { visiting: Page; side: string }>()
  for (visitors = 0; met.size < 2 && visitors < 20; visitors++) {
    const visiting = await visit()
    const side = await sideOf(visiting)
    expect(await visiting.getByRole('heading').first().textContent()).toBe(banners[side])
    if (!met.has(side)) met.set(side, { visiting, side })
    else {
      await expect.poll(() => waitingIn(visiting)).toBe(0)
      await visiting.context().close()
    }
  }
  expect([...met.keys()].sort()).toEqual(['a', 'b'])
  for (const { visiting, side } of met.values()) {
    for (let times = 0; times < 2; times++) {
      await visiting.reload()
      expect(await sideOf(visiting)).toBe(side)
    }
    // As if the last answer were older than it is believed: it is asked again, with what was dealt before.
    await visiting.evaluate(() => {
      const trials = JSON.parse(localStorage.getItem('liuliang.trials') ?? '{}') as Record<string, { at: number }>
      for (const one of Object.values(trials)) one.at = 0
      localStorage.setItem('liuliang.trials', JSON.stringify(trials))
    })
    const asked = visiting.waitForResponse((answer) => answer.url().includes('/t/variant'))
    await visiting.reload()
    expect((await asked).status()).toBe(200)
    expect(await sideOf(visiting)).toBe(side)
    await visiting.evaluate((member) => (globalThis as unknown as Tracked).liuliang('identify', member), `member-${side}`)
    await visiting.locator('#good-puer').click()
    await expect.poll(() => waitingIn(visiting)).toBe(0)
    expect(await visiting.context().cookies()).toEqual([])
    await visiting.context().close()
  }
  await expect.poll(exposed).toBe(visitors)
})

test('whoever is known later and buys is counted for what they saw first', async () => {
  const at = new Date().toISOString()
  await identify(workspace.ctx, [
    { kind: 'person', value: 'member-b' },
    { kind: 'member_no', value: 'B1' },
  ])
  await call('POST', 'orders', {
    orderNo: 'trial-1',
    status: 'paid',
    currency: 'CNY',
    createdAt: at,
    paidAt: at,
    updatedAt: at,
    buyer: { memberNo: 'B1' },
    lines: [{ lineNo: 1, title: '老树普洱', quantity: 1, unitPrice: '218' }],
  })
  const report = {
    type: 'experiment',
    exposure: { event: 'experiment.exposed', where: { experiment: trial }, variant: 'variant' },
    control: 'a',
    metrics: [{ name: '成交', event: 'order.paid', measure: 'sum(amount)' }],
  }
  const answer = async () => ((await call('POST', 'reports/run', { report })) as { result?: ExperimentResult }).result
  await expect.poll(async () => ((await answer())?.metrics[0]?.treatment ?? 0) > 0).toBe(true)
  const found = await answer()
  const sides = Object.fromEntries((found?.variants ?? []).map(({ name, persons }) => [name, persons]))
  expect(Object.values(sides).reduce((sum, persons) => sum + persons, 0)).toBe(visitors)
  expect(found?.excluded.count).toBe(0)
  expect(found?.metrics).toMatchObject([{ variant: 'b', control: 0, treatment: 218 / (sides.b ?? 0) }])
  await page.goto(`${workspace.url}/experiments/${trial}`)
  await page.getByText('先喝三泡').first().waitFor()
  await look('page-trial-read')
  // In a report of one's own a side has its name and a sum of money its sign, as on the trial's page.
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${workspace.url}/reports/new?type=experiment&report=${encodeURIComponent(JSON.stringify(report))}`)
  const row = page.getByRole('row').filter({ hasText: '先喝三泡' })
  await row.getByText('¥0.00').waitFor()
  await row.getByText(`¥${(218 / (sides.b ?? 0)).toFixed(2)}`).waitFor()
  await page.getByTitle('第一锅茶').waitFor()
  expect(await page.getByText('分组属性').count()).toBe(0)
  await look('page-trial-report')
  expect(problems).toEqual([])
})

test('a late answer, no network and a visitor who said no leave the page as it is, and count nobody', async () => {
  const slow = await visit(async (visiting) => {
    await visiting.route('**/t/variant*', async (route) => {
      await new Promise((done) => setTimeout(done, 3_000))
      await route.continue().catch(() => undefined)
    })
  })
  await slow.getByText('实验：原来的页面').waitFor()
  const lost = await visit((visiting) => visiting.route('**/t/variant*', (route) => route.abort()))
  await lost.getByText('实验：原来的页面').waitFor()
  let asked = 0
  const silent = await visit(async (visiting) => {
    await visiting.addInitScript(() => localStorage.setItem('liuliang.consent', 'false'))
    visiting.on('request', (request) => {
      if (/\/t\/(variant|e)/.test(request.url())) asked++
    })
  })
  await silent.getByText('实验：原来的页面').waitFor()
  for (const visiting of [slow, lost]) {
    expect(await visiting.getByRole('heading').first().textContent()).toBe(banners.a)
    await expect.poll(() => waitingIn(visiting)).toBe(0)
  }
  expect(asked).toBe(0)
  expect(await silent.evaluate(() => localStorage.getItem('liuliang.device'))).toBeNull()
  expect(await exposed()).toBe(visitors)
  for (const visiting of [slow, lost, silent]) await visiting.context().close()
})

test('once it is stopped, everybody sees the winner', async () => {
  await call('PUT', `experiments/${trial}/state`, { state: 'stopped', winner: 'b' })
  const visiting = await visit()
  await expect.poll(() => visiting.getByRole('heading').first().textContent()).toBe(banners.b)
  await visiting.context().close()
  expect(await exposed()).toBe(visitors)
})

type Tracked = { liuliang: (...said: unknown[]) => void }

/** Somebody new opens the shop with the trial. */
async function visit(before: (visiting: Page) => Promise<unknown> = async () => undefined): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } })
  const visiting = await context.newPage()
  visiting.on('pageerror', (error) => problems.push(error.message))
  await before(visiting)
  await visiting.goto(`${shop}&experiment=${trial}`)
  return visiting
}

async function sideOf(visiting: Page): Promise<'a' | 'b'> {
  const note = visiting.getByText(/实验：[ab] 组/)
  await note.waitFor()
  return (await note.textContent())?.includes('实验：b') ? 'b' : 'a'
}

const exposed = async (): Promise<number> => ((await call('GET', `experiments/${trial}`)) as { exposed: number }).exposed

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
