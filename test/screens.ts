import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { buildConsole } from '#app/build-console.ts'
import { company } from '#app/demo/company.ts'
import { fillWithDemo } from '#app/demo/fill.ts'
import { faultsOf, openBrowser } from './support/browser.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'
import type { ServedWorkspace } from './support/served-workspace.ts'

/**
 * Opens every page of the console on the demo company, wide and narrow, light and dark, and writes what it looks like.
 * `docs/screens` keeps a chosen few; all of them go to the folder named as argument, or those that are named behind it. Ends with 1 if
 * axe finds something serious, colours included, or a page is wider than its window.
 */
const pages: readonly (readonly [name: string, path: string])[] = [
  ['overview', '/'],
  ['overview-people', '/?step=ordered'],
  ['customers', '/customers'],
  ['customer', '/customers/:customer'],
  ['tags', '/tags'],
  ['merges', '/merges'],
  ['live-code', '/live-codes/:code'],
  ['attributes', '/attributes'],
  ['orders', '/orders'],
  ['live-codes', '/live-codes'],
  ['acquisition-links', '/acquisition-links'],
  ['acquisition-link', '/acquisition-links/:link'],
  ['groups', '/groups'],
  ['group-codes', '/groups?view=codes'],
  ['group', '/groups/:group'],
  ['archive', '/archive?talk=:talk'],
  ['archive-settings', '/archive-settings'],
  ['channels', '/channels'],
  ['tasks', '/tasks?whose=team&view=open'],
  ['marketing-tasks', '/tasks?view=marketing'],
  ['follow-ups', '/follow-ups?whose=team'],
  ['journeys', '/journeys'],
  ['journey', '/journeys/:journey'],
  ['journey-people', '/journeys/:journey?people=-'],
  ['messages', '/messages'],
  ['message', '/messages/:message'],
  ['message-new', '/messages/new'],
  ['moments', '/moments'],
  ['calendar', '/calendar'],
  ['send-rules', '/send-rules'],
  ['send-history', '/send-rules?view=history'],
  ['experiments', '/experiments'],
  ['experiment', '/experiments/:experiment'],
  ['reports', '/reports'],
  ['report-funnel', '/reports/new?type=funnel'],
  ['report-trend', '/reports/new?type=trend'],
  ['report-retention', '/reports/new?type=retention'],
  ['report-rfm', '/reports/new?type=rfm'],
  ['boards', '/boards'],
  ['board', '/boards/decision-maker'],
  ['metrics', '/metric-dictionary'],
  ['stages', '/stages'],
  ['stages-candidates', '/stages?view=candidates'],
  ['attribution', '/attribution'],
  ['economics', '/economics'],
  ['waste', '/waste'],
  ['balance', '/balance'],
  ['reviews', '/reviews'],
  ['reviews-distribution', '/reviews?of=distribution'],
  ['reviews-community', '/reviews?of=community'],
  ['trade', '/trade'],
  ['repurchase', '/trade?view=repurchase'],
  ['products', '/products'],
  ['together', '/products?view=together'],
  ['value', '/value'],
  ['value-quadrant', '/value?view=quadrant'],
  ['value-rfm', '/value?view=rfm'],
  ['value-clv', '/value?view=clv'],
  ['value-high', '/value?view=high'],
  ['segments', '/segments'],
  ['segment', '/segments/:segment'],
  ['portrait', '/portrait?of=rfm:重要挽留'],
  ['events', '/events'],
  ['events-plan', '/events?view=plan'],
  ['events-code', '/events?view=code'],
  ['pages', '/pages'],
  ['heatmap', '/pages/heatmap'],
  ['imports', '/imports'],
  ['wecom', '/wecom'],
  ['wecom-connect', '/wecom/connect'],
  ['wecom-corp', '/wecom/:corp'],
  ['wecom-rights', '/wecom/:corp?view=rights'],
  ['wecom-quotas', '/wecom/:corp?view=quotas'],
  ['wecom-callbacks', '/wecom/:corp?view=callbacks'],
  ['wecom-syncs', '/wecom/:corp?view=syncs'],
  ['wecom-log', '/wecom/:corp?view=log'],
  ['wecom-welcomes', '/wecom/:corp?view=welcomes'],
  ['live-code-new', '/live-codes/new'],
  ['import-new', '/imports/new'],
  ['exports', '/exports'],
  ['integrations-keys', '/integrations?view=keys'],
  ['integrations-webhooks', '/integrations?view=webhooks'],
  ['report-paths', '/reports/new?type=paths'],
  ['segment-new', '/segments/new'],
  ['operations', '/operations'],
  ['operations-dead-letters', '/operations?view=dead-letters'],
  ['events-quarantine', '/events?view=quarantine'],
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
  'customers-dark',
  'customers-phone',
  'customer',
  'customer-phone-dark',
  'orders',
  'orders-phone-dark',
  'tags',
  'merges',
  'live-codes',
  'live-code',
  'groups',
  'group',
  'archive',
  'archive-phone-dark',
  'acquisition-link',
  'wecom-corp',
  'wecom-corp-phone',
  'channels',
  'tasks',
  'tasks-phone',
  'follow-ups',
  'journeys',
  'journey',
  'journey-dark',
  'journey-phone',
  'messages',
  'message',
  'moments',
  'calendar',
  'experiments',
  'experiment',
  'economics',
  'stages',
  'trade',
  'trade-phone-dark',
  'value',
  'portrait',
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
  ['-en', { viewport: { width: 1440, height: 900 }, colorScheme: 'light' }],
  ['-en-phone', { viewport: { width: 390, height: 844 }, colorScheme: 'light' }],
]

const docs = join(import.meta.dirname, '../docs/screens')
const [everything, ...only] = process.argv.slice(2)
const password = 'Liuliang-screens-2026'

mkdirSync(everything ?? docs, { recursive: true })
await buildConsole((text) => process.stderr.write(`${text}\n`))
const faults: string[] = []
const say = (text: string) => void process.stderr.write(`${text}\n`)
const served = await openSandboxedWorkspace()
try {
  await fillWithDemo(served.ctx, { customers: 600, say })
  const shown = await prepare(served)
  const browser = await openBrowser()
  for (const [suffix, look] of looks) await shoot(browser, suffix, look, shown)
  await browser.close()
} finally {
  await served.close()
}
for (const fault of faults) say(fault)
process.exitCode = faults.length > 0 ? 1 : 0

type Shown = Record<'customer' | 'code' | 'link' | 'group' | 'talk' | 'corp' | 'journey' | 'message' | 'experiment' | 'segment', string>

/** A password of one's own, and whom and what the single pages show. */
async function prepare({ url, apiKey, login, password: first }: ServedWorkspace): Promise<Shown> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` }
  const body = (value: unknown) => ({ headers, body: JSON.stringify(value) })
  await fetch(`${url}/api/v1/session/password`, { method: 'PUT', ...body({ login, password: first, newPassword: password }) })
  await fetch(`${url}/api/v1/settings`, { method: 'PATCH', ...body({ name: company.name }) })
  const all = async <Item extends { id: string }>(path: string) =>
    ((await (await fetch(`${url}/api/v1${path}`, { headers })).json()) as { items: Item[] }).items
  const one = async (path: string) => (await all(path))[0]?.id ?? ''
  const corp = await one('/wecom/corps')
  await fetch(`${url}/api/v1/wecom/corps/${corp}/capabilities/check`, { method: 'POST', ...body({}) })
  // The liveliest talk of those that are on top.
  const talks = await all<{ id: string; messages: number }>('/archive/talks?limit=20')
  return {
    customer: await one('/customers?sort=-ordersCount&limit=1'),
    code: await one('/live-codes?limit=1'),
    link: await one('/acquisition-links?limit=1'),
    group: await one('/groups?sort=-customersCount&limit=1'),
    talk: talks.sort((a, b) => b.messages - a.messages)[0]?.id ?? '',
    corp,
    journey: await one('/journeys?q=七天'),
    message: await one('/messages?state=done'),
    experiment: await one('/experiments?state=stopped'),
    segment: await one('/segments?limit=1'),
  }
}

async function shoot(browser: Browser, suffix: string, look: BrowserContextOptions, shown: Shown): Promise<void> {
  const context = await browser.newContext({ ...look, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
  await context.request.post(`${served.url}/api/v1/session`, { data: { login: served.login, password } })
  if (suffix.startsWith('-en'))
    await context.addInitScript(() => localStorage.setItem('liuliang.preferences', JSON.stringify({ language: 'en' })))
  const page = await context.newPage()
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`))
  for (const [name, path] of pages) {
    if (only.length > 0 && !only.includes(name)) continue
    const address = path.replace(/:(\w+)/g, (whole, key) => shown[key as keyof Shown] ?? whole)
    await page.goto(served.url + address, { waitUntil: 'networkidle' })
    // Charts are loaded on demand: what is still grey is waited for.
    await page.waitForFunction(() => !document.querySelector('.ant-skeleton')).catch(() => undefined)
    await page.waitForTimeout(600)
    const folder = everything ?? (kept.has(name + suffix) ? docs : undefined)
    if (folder) await page.screenshot({ path: join(folder, `${name}${suffix}.png`) })
    for (const fault of await faultsOf(page, { colours: true })) faults.push(`${name}${suffix}: ${fault}`)
  }
  await context.close()
}
