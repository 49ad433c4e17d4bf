import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { afterAll, expect } from 'vitest'
import type { LiveCode } from '#growth/live-codes/schema.ts'
import { spendImport } from '#growth/spends/import.ts'
import type { ProductsResult } from '#insight/reports/products/schema.ts'
import type { TradeResult } from '#insight/reports/trade/schema.ts'
import { customersImport } from '#management/customers/import.ts'
import { importFile } from '#platform/imports/engine.ts'
import { lookAt } from './browser.ts'
import { page, withSandboxedConsole, workspace } from './sandboxed-console.ts'
import { until } from './until.ts'

// What the pages of Insight are walked with: the sandbox's company, where nobody bought anything yet, and these people: five orders, three channels: small enough to know every number, which the pages have to show, and who stands behind it.
//
//   抖音 300   林小满  228 today (龙井, 盖碗), 168 forty days ago before anybody knew her; 赵可  500 today (岩茶)
//   门店  50   陈默    228 today (龙井, 盖碗), 60 of it went back
//   展会  80   周周    looked at 龙井 and bought nothing
//              会员 9001, nobody's friend, 168 today (龙井)

const folder = mkdtempSync(join(tmpdir(), 'liuliang-insight-'))
export const saving = /^保\s*存$/

const friends = [
  { name: '林小满', channel: '抖音', person: 'p-lin' },
  { name: '赵可', channel: '抖音', person: 'p-zhao' },
  { name: '陈默', channel: '门店', person: 'p-chen' },
  { name: '周周', channel: '展会', person: 'p-zhou' },
] as const
type Name = (typeof friends)[number]['name']

const goods = { tea: ['TEA', '龙井', '168.00'], cup: ['CUP', '盖碗', '60.00'], rock: ['ROCK', '岩茶', '500.00'] } as const

/** Opens the company and the console for the tests of a file. */
export function withInsightConsole(): void {
  withSandboxedConsole(fill)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
}

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
export const dayOf = (ago: number) => new Date(Date.now() + 8 * 3_600_000 - ago * dayMs).toISOString().slice(0, 10)

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

export async function order(no: string, buyer: object, bought: Good[], facts: { paidAt?: Date; refunded?: string } = {}): Promise<void> {
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

export async function inBothWidths(name: string): Promise<void> {
  await look(name)
  await page.setViewportSize({ width: 390, height: 844 })
  await look(`${name}-390`)
  await page.setViewportSize({ width: 1440, height: 900 })
}

/** How many of these a fresh look at the page shows. */
export async function reloaded(rows: Locator): Promise<number> {
  await page.reload()
  await page.waitForLoadState('networkidle')
  return rows.count()
}

export const statOf = (name: string): Locator => page.locator('.stat').filter({ has: page.getByText(name, { exact: true }) })

/** Presses a number and reads who is listed. */
export async function peopleBehind(number: Locator): Promise<string[]> {
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

export const call = <Answer>(method: string, path: string, body?: unknown) =>
  asking(`${workspace.url}/api/v1`, { authorization: `Bearer ${workspace.apiKey}` })<Answer>(method, path, body)
const phone = <Answer>(method: string, path: string, body?: unknown) =>
  asking(`${workspace.sandboxUrl}/sandbox`, {})<Answer>(method, path, body)

export const look = (name: string): Promise<void> => lookAt(page, `insight-${name}`)
