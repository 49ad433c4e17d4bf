import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { buildConsole } from '#app/build-console.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import { openBrowser } from './support/browser.ts'
import { liveThrough } from './support/company-life.ts'
import { openServedWorkspace, type ServedWorkspace } from './support/served-workspace.ts'

/**
 * Opens every page of the console on a company that has lived for two months, wide and narrow, light and dark, and writes what
 * it looks like. `docs/screens` keeps a chosen few; all of them go to the folder named as argument.
 */
const pages: readonly (readonly [name: string, path: string])[] = [
  ['overview', '/'],
  ['overview-people', '/?step=ordered'],
  ['customers', '/customers'],
  ['customer', '/customers/:customer'],
  ['tags', '/tags'],
  ['merges', '/merges'],
  ['attributes', '/attributes'],
  ['orders', '/orders'],
  ['live-codes', '/live-codes'],
  ['channels', '/channels'],
  ['reports', '/reports'],
  ['report-funnel', '/reports/new?type=funnel'],
  ['report-trend', '/reports/new?type=trend'],
  ['report-retention', '/reports/new?type=retention'],
  ['report-rfm', '/reports/new?type=rfm'],
  ['employees', '/employees'],
  ['roles', '/roles'],
  ['settings', '/settings'],
  ['audit', '/audit'],
]

const kept = new Set([
  'overview',
  'overview-dark',
  'overview-phone',
  'customers',
  'customer',
  'customer-phone-dark',
  'orders',
  'tags',
  'report-funnel',
  'report-rfm',
  'report-retention',
  'report-trend-dark',
])

const looks: readonly (readonly [suffix: string, look: BrowserContextOptions])[] = [
  ['', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
  ['-dark', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
  ['-phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
  ['-phone-dark', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' }],
]

const docs = join(import.meta.dirname, '../docs/screens')
const everything = process.argv[2]
const password = 'Liuliang-screens-2026'

await buildConsole((text) => process.stderr.write(`${text}\n`))
const served = await openServedWorkspace()
try {
  const customer = await makeCompany(served)
  const browser = await openBrowser()
  for (const [suffix, look] of looks) await shoot(browser, suffix, look, customer)
  await browser.close()
} finally {
  await served.close()
}

async function makeCompany({ ctx, url, apiKey, login, password: first }: ServedWorkspace): Promise<string> {
  for (const name of ['李娜', '王磊', '陈静', '张伟']) await createEmployee(ctx, { name, roleId: await roleOf(ctx, 'employee') })
  for (const [group, tag] of [
    ['意向', '高意向'],
    ['意向', '待跟进'],
    ['产品偏好', '岩茶'],
    ['产品偏好', '绿茶'],
  ] as const)
    await ensureTag(ctx, group, tag)
  await liveThrough(ctx, 59)
  await fetch(`${url}/api/v1/session/password`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login, password: first, newPassword: password }),
  })
  await fetch(`${url}/api/v1/settings`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
    body: JSON.stringify({ name: '山雨茶社' }),
  })
  const listed = await fetch(`${url}/api/v1/customers?sort=-ordersCount&limit=1`, { headers: { authorization: `Bearer ${apiKey}` } })
  const { items } = (await listed.json()) as { items: { id: string }[] }
  return items[0]?.id ?? ''
}

async function shoot(browser: Browser, suffix: string, look: BrowserContextOptions, customer: string): Promise<void> {
  const context = await browser.newContext({ ...look, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
  await context.request.post(`${served.url}/api/v1/session`, { data: { login: served.login, password } })
  const page = await context.newPage()
  page.on('pageerror', (error) => process.stderr.write(`${page.url()}: ${error.message}\n`))
  for (const [name, path] of pages) {
    const folder = everything ?? (kept.has(name + suffix) ? docs : undefined)
    if (!folder) continue
    mkdirSync(folder, { recursive: true })
    await page.goto(served.url + path.replace(':customer', customer), { waitUntil: 'networkidle' })
    await page.waitForTimeout(600)
    await page.screenshot({ path: join(folder, `${name}${suffix}.png`) })
  }
  await context.close()
}
