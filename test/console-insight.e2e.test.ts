import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '#app/build-console.ts'
import type { LiveCode } from '#growth/live-codes/schema.ts'
import { spendImport } from '#growth/spends/import.ts'
import type { Board } from '#insight/boards/schema.ts'
import type { DictionaryEntry } from '#insight/metrics/schema.ts'
import type { ProductsResult } from '#insight/reports/products/schema.ts'
import type { TradeResult } from '#insight/reports/trade/schema.ts'
import type { Segment } from '#insight/segments/schema.ts'
import { customersImport } from '#management/customers/import.ts'
import { importFile } from '#platform/imports/engine.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { lookAt, openBrowser, openConsole } from './support/browser.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'
import { until } from './support/until.ts'

// The sandbox's company, where nobody bought anything yet, and these people: five orders, three channels: small enough to know every number, which the pages have to show, and who stands behind it.
//
//   抖音 300   林小满  228 today (龙井, 盖碗), 168 forty days ago before anybody knew her; 赵可  500 today (岩茶)
//   门店  50   陈默    228 today (龙井, 盖碗), 60 of it went back
//   展会  80   周周    looked at 龙井 and bought nothing
//              会员 9001, nobody's friend, 168 today (龙井)

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let browser: Browser
let page: Page
const folder = mkdtempSync(join(tmpdir(), 'liuliang-insight-'))
const problems: string[] = []
const patiently = { timeout: 30_000 }
const saving = /^保\s*存$/

const friends = [
  { name: '林小满', channel: '抖音', person: 'p-lin' },
  { name: '赵可', channel: '抖音', person: 'p-zhao' },
  { name: '陈默', channel: '门店', person: 'p-chen' },
  { name: '周周', channel: '展会', person: 'p-zhou' },
] as const
type Name = (typeof friends)[number]['name']

const goods = { tea: ['TEA', '龙井', '168.00'], cup: ['CUP', '盖碗', '60.00'], rock: ['ROCK', '岩茶', '500.00'] } as const

beforeAll(async () => {
  await buildConsole(() => undefined)
  workspace = await openSandboxedWorkspace(await ownDatabases())
  await fill()
  browser = await openBrowser()
  page = await openConsole(browser, workspace, problems)
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await workspace?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function fill(): Promise<void> {
  const ids = await befriend()
  await bring(customersImport, ['外部联系人ID,用户ID', ...friends.map(({ name, person }) => `${ids[name]},${person}`)], {
    columns: { external_userid: '外部联系人ID', person: '用户ID' },
  })
  const day = dayOf(0)
  await bring(spendImport, ['日期,渠道,花费', `${day},抖音,300`, `${day},门店,50`, `${day},展会,80`])
  await call('POST', 'events', { events: visits() })
  await order('O1', { externalUserId: ids.林小满 }, ['tea', 'cup'])
  await order('O2', { externalUserId: ids.林小满 }, ['tea'], { paidAt: new Date(Date.now() - 40 * dayMs) })
  await order('O3', { externalUserId: ids.陈默 }, ['tea', 'cup'], { refunded: '60.00' })
  await order('O4', { externalUserId: ids.赵可 }, ['rock'])
  await order('O5', { memberNo: '9001' }, ['tea'])
  await until(factsArrived, 60_000)
}

const dayMs = 86_400_000
const dayOf = (ago: number) => new Date(Date.now() + 8 * 3_600_000 - ago * dayMs).toISOString().slice(0, 10)

/** A code for each channel, scanned on the virtual phone. */
async function befriend(): Promise<Record<Name, string>> {
  const able = (await phone<{ items: { name: string; contact: boolean; status: number }[] }>('GET', 'employees')).items
  const { name: keeper } = able.find(({ contact, status }) => contact && status === 1) ?? { name: '' }
  const known = async () => (await call<{ items: { id: string; name: string }[] }>('GET', 'employees?limit=200')).items
  await until(async () => (await known()).some(({ name }) => name === keeper), 30_000)
  const employeeId = (await known()).find(({ name }) => name === keeper)?.id
  const codes: Record<string, string | null> = {}
  for (const channel of new Set(friends.map(({ channel }) => channel))) {
    const { id } = await call<{ id: string }>('POST', 'channels', { name: channel, kind: 'feed_ads' })
    const made = { name: `${channel}码`, channelId: id, employees: [{ employeeId, weight: 1 }] }
    codes[channel] = (await call<LiveCode>('POST', 'live-codes', made)).configId
  }
  const ids: Partial<Record<Name, string>> = {}
  for (const { name, channel } of friends)
    ids[name] = (await phone<{ externalUserId: string }>('POST', 'scan', { code: codes[channel], name })).externalUserId
  const met = async () => (await call<{ items: { name: string | null }[] }>('GET', 'customers?limit=50')).items.map(({ name }) => name)
  const haveCome = (names: (string | null)[]) => friends.every(({ name }) => names.includes(name))
  await until(async () => haveCome(await met()), 30_000)
  return ids as Record<Name, string>
}

const visits = () => [
  ...friends.map(({ person, channel }) => ({
    person,
    event: 'page.viewed',
    timestamp: Date.now() - 5_000,
    properties: { path: '/', source: `${channel}广告` },
  })),
  ...['p-lin', 'p-zhou'].map((person) => ({
    person,
    event: 'product.viewed',
    timestamp: Date.now() - 4_000,
    properties: { product: 'TEA' },
  })),
]

type Good = keyof typeof goods

async function order(no: string, buyer: object, bought: Good[], facts: { paidAt?: Date; refunded?: string } = {}): Promise<void> {
  const at = (facts.paidAt ?? new Date()).toISOString()
  const lines = bought.map((good, place) => {
    const [productCode, title, unitPrice] = goods[good]
    return { lineNo: String(place + 1), productCode, title, quantity: 1, unitPrice }
  })
  const refund = { refundNo: `R-${no}`, amount: facts.refunded, status: 'success', finishedAt: new Date().toISOString() }
  const told = {
    orderNo: no,
    status: 'paid',
    currency: 'CNY',
    createdAt: at,
    paidAt: at,
    updatedAt: new Date().toISOString(),
    buyer,
    lines,
  }
  await call('POST', 'orders', { ...told, ...(facts.refunded ? { refunds: [refund] } : {}) })
}

async function bring(kind: Parameters<typeof importFile>[1]['kind'], rows: string[], mapping?: unknown): Promise<void> {
  const path = join(folder, `${kind.name}.csv`)
  writeFileSync(path, rows.join('\n'))
  const { imported, updated, rejected } = await importFile(workspace.ctx, { kind, path, mapping })
  expect([imported + updated, rejected]).toEqual([rows.length - 1, 0])
}

/** Whether orders, their lines and the visits stand where reports read them. */
async function factsArrived(): Promise<boolean> {
  const dates = { dateFrom: dayOf(60), dateTo: dayOf(0) }
  const run = async <Result>(report: object) =>
    (await call<{ result: Result }>('POST', 'reports/run', { report: { ...report, ...dates } })).result
  const { totals } = await run<TradeResult>({ type: 'trade', interval: 'day' })
  const { rows } = await run<ProductsResult>({ type: 'products' })
  const tea = rows.find(({ product }) => product === 'TEA')
  return totals.paid === 1292 && totals.refunded === 60 && tea?.orders === 4 && tea.viewers === 2
}

test('trade: what was paid today and who paid it', async () => {
  await page.goto(`${workspace.url}/trade`)
  await expect.poll(() => statOf('支付金额').textContent(), patiently).toContain('¥1,124.00')
  expect(await statOf('净额').textContent()).toContain('¥1,064.00')
  expect(await peopleBehind(statOf('下单人数').getByRole('button'))).toEqual(['会员 9001', '林小满', '赵可', '陈默'])
  await look('trade')
})

test('products: who looked and did not buy, and what goes together', async () => {
  await page.goto(`${workspace.url}/products`)
  const tea = page.getByRole('row', { name: /龙井/ })
  await tea.waitFor()
  expect(await tea.textContent()).toContain('¥504.00')
  expect(await peopleBehind(page.locator('.funnel li').first().getByRole('button').first())).toEqual(['周周', '林小满'])
  await page.getByRole('tab', { name: '一起购买' }).click()
  const rule = page.getByRole('row', { name: /^盖碗 → 龙井/ })
  await rule.waitFor()
  expect(await rule.textContent()).toContain('100%')
  expect(await peopleBehind(rule.getByRole('button'))).toEqual(['林小满', '陈默'])
})

test('value: every layer, group and quadrant opens its people, and a forecast that cannot be made says why', async () => {
  await page.goto(`${workspace.url}/value`)
  await page.getByRole('heading', { name: '客户金字塔' }).waitFor()
  const layer = (name: string) => page.locator('.pyramid').getByRole('button').filter({ hasText: name })
  expect(await peopleBehind(layer('会员'))).toEqual(['会员 9001', '林小满', '赵可', '陈默'])
  await page.getByRole('tab', { name: '四象限' }).click()
  // She alone bought more than once.
  expect(await peopleBehind(page.locator('.quadrants').getByRole('button').filter({ hasText: '高频高客单' }))).toEqual(['林小满'])
  await page.getByRole('tab', { name: 'RFM' }).click()
  await page.getByRole('heading', { name: '4 位买家，八个群体' }).waitFor()
  const groups = page.locator('.rfm').getByRole('button', { disabled: false })
  const people = []
  for (const group of await groups.all()) people.push(...(await peopleBehind(group)))
  expect(people.sort()).toEqual(['会员 9001', '林小满', '赵可', '陈默'])
  await page.getByRole('tab', { name: '价值预测' }).click()
  await page
    .getByText(/复购.*太少|不足/)
    .first()
    .waitFor()
  await look('clv')
})

test('segments: a rule is put together, counted while it changes, kept, and shows its people', async () => {
  await page.goto(`${workspace.url}/segments`)
  await page.getByRole('button', { name: '新建人群' }).first().click()
  await page.getByRole('button', { name: '加条件' }).click()
  await page.getByRole('menuitem', { name: '订单', exact: true }).click()
  const reach = page.locator('.rule-count')
  await expect.poll(() => reach.textContent(), patiently).toBe('4')
  await page.getByRole('spinbutton', { name: '订单数' }).fill('2')
  await page.keyboard.press('Tab')
  await expect.poll(() => reach.textContent(), patiently).toBe('1')
  await page.getByRole('button', { name: '存为人群' }).click()
  await page.getByRole('dialog').getByLabel('人群名称').fill('买过两次')
  await page.getByRole('dialog').getByRole('button', { name: saving }).click()
  await page.getByRole('heading', { level: 1, name: '买过两次' }).waitFor()
  await page.getByRole('table').getByRole('link', { name: '林小满' }).waitFor()
  expect((await call<{ items: Segment[] }>('GET', 'segments')).items.map(({ name }) => name)).toEqual(['买过两次'])
})

test('portrait: a segment beside everybody, from a value to a new segment', async () => {
  await page.getByRole('button', { name: '看画像' }).click()
  await expect.poll(() => statOf('画像人数').textContent(), patiently).toMatch(/1$/)
  await page.getByRole('tab', { name: '来路' }).click()
  await page.getByRole('button', { name: '存为人群 抖音' }).first().click()
  await expect.poll(() => page.locator('.rule-count').textContent(), patiently).toBe('1')
})

test('boards: one is made, a metric and a saved report put on it, and everybody may see it', async () => {
  const report = { type: 'trade', dateFrom: dayOf(29), dateTo: dayOf(0), interval: 'day' }
  await call('POST', 'reports', { name: '每日成交', report })
  await page.goto(`${workspace.url}/boards`)
  await page.getByRole('button', { name: '新建看板' }).first().click()
  await page.getByRole('dialog').getByLabel('看板名称').fill('早会')
  await page.getByRole('dialog').getByRole('button', { name: saving }).click()
  await page.getByRole('heading', { level: 1, name: '早会' }).waitFor()
  await addCard('指标', '支付金额')
  await addCard('保存的报表', '每日成交')
  await page.getByRole('button', { name: '完成' }).click()
  await page
    .locator('.metric-card')
    .getByText(/^¥1,124/)
    .first()
    .waitFor()
  await page.getByText('每日成交').first().waitFor()
  await page.getByRole('button', { name: '分享' }).click()
  await page.getByRole('checkbox', { name: '全公司都能看' }).check()
  await page.getByRole('dialog').getByRole('button', { name: saving }).click()
  const boards = async () => (await call<{ items: Board[] }>('GET', 'boards')).items.map(({ name, roles }) => ({ name, roles }))
  await expect.poll(boards, patiently).toEqual([{ name: '早会', roles: null }])
  await look('board')
})

async function addCard(kind: string, what: string): Promise<void> {
  await page.getByRole('button', { name: kind }).click()
  const form = page.getByRole('dialog')
  await form.getByRole('combobox').fill(what)
  // The list may still be on its way.
  await page.locator('.ant-select-item-option', { hasText: what }).first().waitFor()
  await page.keyboard.press('Enter')
  await form.getByRole('button', { name: saving }).click()
  await form.waitFor({ state: 'hidden' })
}

test('metrics: one of one’s own is computed, has a target and an alert', async () => {
  await page.goto(`${workspace.url}/metric-dictionary`)
  await page.getByRole('button', { name: '新建指标' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('指标名称').fill('付款的人')
  await form.getByRole('combobox').first().fill('order.paid')
  await page.keyboard.press('Enter')
  await form.getByRole('button', { name: saving }).click()
  await form.waitFor({ state: 'hidden' })
  await page.getByRole('link', { name: '付款的人' }).click()
  await page.getByRole('heading', { level: 1, name: '付款的人' }).waitFor()
  await page.getByRole('button', { name: '设目标' }).click()
  await form.getByLabel('目标值').fill('10')
  await form.getByRole('button', { name: saving }).click()
  await page.getByText(/每月 10.*起/).waitFor()
  await page.getByRole('button', { name: '加预警' }).click()
  await form.getByRole('button', { name: saving }).click()
  await page.getByText('每天环比跌幅达到（%） 20').waitFor()
  await look('metric')
  const { items } = await call<{ items: DictionaryEntry[] }>('GET', 'metrics')
  expect(items.find(({ zh }) => zh === '付款的人')?.targets).toMatchObject([{ period: 'month', value: 10 }])
  expect(await peopleBehind(page.locator('figure').locator('xpath=ancestor::section').getByRole('button', { name: /^4/ }).first())).toEqual(
    ['会员 9001', '林小满', '赵可', '陈默'],
  )
})

test('attribution: each touch gets its money, and those it brought', async () => {
  await page.goto(`${workspace.url}/attribution`)
  const row = page.getByRole('row', { name: /^抖音广告/ })
  await row.waitFor()
  expect(await row.textContent()).toContain('¥728.00')
  expect(await peopleBehind(row.getByRole('button').last())).toEqual(['林小满', '赵可'])
})

test('economics: what a channel cost, brought, and when it paid back', async () => {
  await page.goto(`${workspace.url}/economics`)
  const row = page.getByRole('row', { name: /^抖音/ }).first()
  await row.waitFor()
  const text = await row.textContent()
  for (const figure of ['¥300.00', '¥150.00', '¥728.00', '2.43', '一天内']) expect(text).toContain(figure)
  expect(await page.getByRole('row', { name: /^展会/ }).first().textContent()).toContain('尚未回本')
  expect(await peopleBehind(row.getByRole('button', { name: '2' }).last())).toEqual(['林小满', '赵可'])
})

test('stages: how far people came and who stopped on the way', async () => {
  await page.goto(`${workspace.url}/stages`)
  const row = page.getByRole('row', { name: /^成交/ })
  await row.waitFor()
  expect(await peopleBehind(row.getByRole('button').first())).toEqual(['会员 9001', '林小满', '赵可', '陈默'])
  await look('stages')
})

test('waste: what was paid for and brought nothing', async () => {
  await page.goto(`${workspace.url}/waste`)
  const row = page.getByRole('row', { name: /^展会 / })
  await row.waitFor()
  expect(await row.textContent()).toContain('¥80.00')
  expect(await peopleBehind(row.getByRole('button').first())).toEqual(['周周'])
})

test('balance: which orders were a friend’s', async () => {
  await page.goto(`${workspace.url}/balance`)
  await expect.poll(() => statOf('私域订单占比').textContent(), patiently).toContain('60%')
  expect(await peopleBehind(statOf('私域买家').getByRole('button'))).toEqual(['林小满', '赵可', '陈默'])
  expect(await peopleBehind(statOf('公域买家').getByRole('button'))).toEqual(['会员 9001', '林小满'])
})

const openReport = (report: object) => page.goto(`${workspace.url}/reports/new?report=${encodeURIComponent(JSON.stringify(report))}`)
const days = { dateFrom: dayOf(1), dateTo: dayOf(0) }

/** The row of today below a heading. */
const todayBelow = (heading: string): Locator =>
  page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: heading }) })
    .getByRole('row', { name: new RegExp(`^${dayOf(0).slice(5)}`) })

test('trends: behind a point of a formula stand the people of each part, behind a value its own', async () => {
  const series = [
    { event: 'order.paid', measure: 'persons' },
    { event: 'page.viewed', measure: 'persons' },
  ]
  await openReport({ type: 'trend', ...days, cumulative: true, series, formula: 'A / B' })
  await todayBelow('明细数字').getByRole('button').click()
  expect(await peopleBehind(page.getByRole('menuitem', { name: /^B · / }))).toEqual(['周周', '林小满', '赵可', '陈默'])
  await openReport({ type: 'trend', ...days, series: series.slice(1), breakdown: { property: 'source', limit: 2 } })
  await page.getByRole('columnheader', { name: '抖音广告' }).waitFor()
  expect(await peopleBehind(todayBelow('明细数字').getByRole('button').first())).toEqual(['林小满', '赵可'])
  expect(await peopleBehind(todayBelow('明细数字').getByRole('button').last())).toHaveLength(1)
})

test('funnels: who still has time, who began today, who has a value, and two segments', async () => {
  const { items } = await call<{ items: Segment[] }>('GET', 'segments')
  const segments = items.filter(({ name }) => name === '买过两次').map(({ id }) => id)
  const steps = [{ event: 'page.viewed' }, { event: 'order.paid' }]
  await openReport({ type: 'funnel', ...days, steps, trend: 'day', segments, breakdown: { property: 'source' } })
  expect(await peopleBehind(page.getByRole('button', { name: /窗口未到期 1$/ }))).toEqual(['周周'])
  expect(await peopleBehind(todayBelow('每期走到每一步的人').getByRole('button').last())).toEqual(['林小满', '赵可', '陈默'])
  expect(
    await peopleBehind(
      page
        .getByRole('row', { name: /^抖音广告/ })
        .getByRole('button')
        .last(),
    ),
  ).toEqual(['林小满', '赵可'])
  expect(
    await peopleBehind(
      page
        .getByRole('row', { name: /^买过两次/ })
        .getByRole('button')
        .last(),
    ),
  ).toEqual(['林小满'])
  await look('funnel')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('retention: who came back in a cell and who did not, also of one channel', async () => {
  const paid = { event: 'order.paid' }
  const from = dayOf(40)
  await openReport({ type: 'retention', start: paid, from, intervals: 41, breakdown: { dimension: 'channel' } })
  const last = page.locator('.heat tbody tr').first().getByRole('button').last()
  await last.click()
  expect(await peopleBehind(page.getByRole('menuitem', { name: '回来的 1 人', exact: true }))).toEqual(['林小满'])
  await page.getByRole('combobox', { name: '看哪一组' }).click()
  await page.locator('.ant-select-item-option', { hasText: '抖音' }).click()
  await last.click()
  expect(await peopleBehind(page.getByRole('menuitem', { name: '回来的 1 人', exact: true }))).toEqual(['林小满'])
  await look('retention')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('intervals: who still waits for a next one, and who stands behind a bar, by its row in the table', async () => {
  const paid = { event: 'order.paid' }
  await openReport({ type: 'interval', dateFrom: dayOf(60), dateTo: dayOf(0), start: paid, end: paid })
  expect(await peopleBehind(page.getByRole('button', { name: '还有 4 次在等下一次' }))).toEqual(['会员 9001', '林小满', '赵可', '陈默'])
  await page.getByRole('button', { name: '看表格' }).click()
  expect(await peopleBehind(page.locator('.figures').getByRole('button'))).toEqual(['林小满'])
  await look('gaps')
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('paths: who went a way, and who stopped on it', async () => {
  await openReport({ type: 'paths', ...days, includeEvents: ['page.viewed', 'product.viewed'] })
  expect(await peopleBehind(page.locator('.plain-table').getByRole('button').first())).toEqual(['周周', '林小满'])
  const first = page.locator('.path-steps > li').first()
  expect(await peopleBehind(first.getByRole('button').last())).toEqual(['赵可', '陈默'])
  await look('paths')
  await page.setViewportSize({ width: 1440, height: 900 })
  expect(problems).toEqual([])
})

test('a living segment: a changed rule says first who would move, and whoever buys comes in with the reason', async () => {
  await page.goto(`${workspace.url}/segments`)
  await page.getByRole('link', { name: '买过两次' }).first().click()
  await page.getByRole('tab', { name: '规则' }).click()
  await page.getByRole('spinbutton', { name: '订单数' }).fill('1')
  await page.getByRole('button', { name: saving }).click()
  const question = page.getByRole('dialog', { name: '修改规则？' })
  await question.getByText('进入 3 人').waitFor()
  await look('segment-change')
  await question.getByRole('button', { name: saving }).click()
  await question.waitFor({ state: 'hidden' })
  await page.getByRole('tab', { name: '进出记录' }).click()
  const move = (name: string, why: string) => page.getByRole('row', { name: new RegExp(`${name}.*进入.*${why}`) })
  await expect.poll(() => reloaded(move('陈默', '规则新建或修改')), patiently).toBe(1)
  await order('O9', { memberNo: '9002' }, ['tea'])
  await expect.poll(() => reloaded(move('会员 9002', '发生了相关的事')), patiently).toBe(1)
  await look('segment-moves')
  await page.setViewportSize({ width: 390, height: 844 })
  await look('segment-moves-390')
  await page.setViewportSize({ width: 1440, height: 900 })
  expect(problems).toEqual([])
})

test('a rule tag: chosen with what it would do, given to the members, shown with the tag, and kept while it is written', async () => {
  await call('POST', 'tag-groups', { name: '规则标签', tags: ['买家'] })
  await page.getByRole('button', { name: '写标签' }).click()
  const drawer = page.getByRole('dialog', { name: '规则标签' })
  await drawer.getByRole('combobox').fill('买家')
  await page.getByTitle('买家', { exact: true }).last().click()
  await drawer.getByText('保存后有 5 人打上这个标签').waitFor()
  await inBothWidths('segment-tag')
  await drawer.getByRole('button', { name: saving }).click()
  await expect.poll(() => statOf('标签（离开时去掉）').textContent(), patiently).toContain('买家')
  await look('segment-tagged')
  await page.goto(`${workspace.url}/tags`)
  const tag = page.getByRole('listitem').filter({ hasText: /^买家/ })
  await expect.poll(() => reloaded(tag.filter({ hasText: '买家5规则' })), patiently).toBe(1)
  await inBothWidths('tags-rule')
  await tag.getByRole('button', { name: '买家' }).click()
  await page.getByRole('menuitem', { name: '删除' }).click()
  const question = page.getByRole('dialog', { name: /删除标签/ })
  await question.getByText('人群「买过两次」在写这个标签').waitFor()
  await look('tag-delete')
  await question.getByRole('button', { name: /删\s*除/ }).click()
  await page.getByText('还有地方在用这个标签：人群').first().waitFor()
  await page.keyboard.press('Escape')
})

test('segments beside each other: each two and every part, and a time slot in a rule', async () => {
  for (const [name, event] of [
    ['看过页面', 'page.viewed'],
    ['下过单', 'order.paid'],
    ['加过好友', 'customer.followed'],
  ])
    await call('POST', 'segments', { name, rule: { event: { event } } })
  await page.goto(`${workspace.url}/segments`)
  for (const name of ['看过页面', '下过单', '加过好友', '买过两次'])
    await page
      .getByRole('row', { name: new RegExp(name) })
      .getByRole('checkbox')
      .check()
  await page.getByRole('button', { name: '对比重合' }).click()
  const sheet = page.getByRole('dialog', { name: '人群重合' })
  await expect
    .poll(
      () =>
        sheet
          .getByRole('row', { name: /^下过单/ })
          .first()
          .textContent(),
      patiently,
    )
    .toMatch(/下过单.*J 1\.00/)
  await inBothWidths('overlap')
  await page.goto(`${workspace.url}/segments/new?rule=${encodeURIComponent(JSON.stringify({ event: { event: 'order.paid' } }))}`)
  await page.getByRole('button', { name: '+ 时段' }).click()
  await inBothWidths('slot')
  await page.goto(`${workspace.url}/events?view=plan`)
  await page.getByText('只通知').first().waitFor()
  await look('plan-told-only')
  expect(problems.filter((one) => !one.includes('409') && !one.includes('Needed by the segments'))).toEqual([])
})

async function inBothWidths(name: string): Promise<void> {
  await look(name)
  await page.setViewportSize({ width: 390, height: 844 })
  await look(`${name}-390`)
  await page.setViewportSize({ width: 1440, height: 900 })
}

/** How many of these a fresh look at the page shows. */
async function reloaded(rows: Locator): Promise<number> {
  await page.reload()
  await page.waitForLoadState('networkidle')
  return rows.count()
}

const statOf = (name: string): Locator => page.locator('.stat').filter({ has: page.getByText(name, { exact: true }) })

/** Presses a number and reads who is listed. */
async function peopleBehind(number: Locator): Promise<string[]> {
  await number.click()
  const drawer = page.getByRole('dialog')
  const names = drawer.getByRole('table').getByRole('link')
  await names.first().waitFor()
  const found = (await names.allTextContents()).map((text) => text.trim())
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  return found.sort()
}

const asking = (url: string, headers: Record<string, string>) =>
  async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${url}/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    return (response.status === 204 ? undefined : await response.json()) as Answer
  }

const call = <Answer>(method: string, path: string, body?: unknown) =>
  asking(`${workspace.url}/api/v1`, { authorization: `Bearer ${workspace.apiKey}` })<Answer>(method, path, body)
const phone = <Answer>(method: string, path: string, body?: unknown) =>
  asking(`${workspace.sandboxUrl}/sandbox`, {})<Answer>(method, path, body)

const look = (name: string): Promise<void> => lookAt(page, `insight-${name}`)
