import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '#app/build-console.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { choose, openBrowser, openConsole } from './support/browser.ts'
import { openServedWorkspace, type ServedWorkspace } from './support/served-workspace.ts'

// What an operator does with customers and orders, told by what they see. Each write is looked up again in what the server says.

let served: ServedWorkspace
let browser: Browser
let page: Page
const problems: string[] = []
const saving = /^保\s*存$/

beforeAll(async () => {
  await buildConsole(() => undefined)
  served = await openServedWorkspace(await ownDatabases())
  await ensureTag(served.ctx, '意向', '高意向')
  for (let n = 1; n <= 4; n++) await api('POST', 'customers', { name: `客户${n}`, memberNo: `NO-${n}`, phone: `1390013900${n}` })
  browser = await openBrowser()
  page = await openConsole(browser, served, problems)
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await served?.close()
})

async function api<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${served.url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${served.apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
  return (await response.json()) as Answer
}

type Customer = { id: string; name: string | null; tags: { name: string }[] }

const namesOfTagged = async (): Promise<(string | null)[]> =>
  (await api<{ items: Customer[] }>('GET', 'customers')).items
    .filter((customer) => customer.tags.length > 0)
    .map(({ name }) => name)
    .sort()

const chooseTag = (name: string): Promise<void> => choose(page.getByRole('combobox', { name: '选一个标签' }), name)

const openWork = (): Promise<void> => page.getByRole('button', { name: /^进行中的工作/ }).click()

test('who is known by a member number only is called by it, in the list, on the page and in the search', async () => {
  await orderBy({ memberNo: '17450' })
  await page.goto(`${served.url}/customers`)
  await page.getByRole('link', { name: '会员 17450' }).click()
  await page.getByRole('heading', { level: 1, name: '会员 17450' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: '搜索' }).fill('17450')
  await page.getByRole('option', { name: /会员 17450/ }).waitFor()
  await page.keyboard.press('Escape')
})

test('chosen customers are tagged in the background, seen in the tray, and taken back from there', async () => {
  await page.goto(`${served.url}/customers`)
  for (const name of ['客户1', '客户2'])
    await page
      .getByRole('row', { name: new RegExp(name) })
      .getByRole('checkbox')
      .check()
  await page.getByRole('button', { name: '打标签' }).click()
  await chooseTag('高意向')
  await page.getByRole('button', { name: '给 2 人打标签' }).click()
  await expect.poll(namesOfTagged).toEqual(['客户1', '客户2'])
  await expect.poll(() => page.getByRole('row', { name: /客户1/ }).textContent()).toContain('高意向')
  await openWork()
  const tray = page.locator('.tasks > li').filter({ hasText: '打标签「高意向」' })
  await tray.getByText('2 人打上').waitFor()
  await tray.getByRole('button', { name: '撤销' }).click()
  await expect.poll(namesOfTagged).toEqual([])
  await expect.poll(() => page.getByRole('row', { name: /客户1/ }).textContent()).not.toContain('高意向')
})

test('everybody found is tagged, and the undo spares those who had the tag before', async () => {
  const one = (await api<{ items: Customer[] }>('GET', 'customers?q=NO-3')).items[0]
  const [group] = (await api<{ items: { tags: { id: string }[] }[] }>('GET', 'tag-groups')).items
  const before = await fetch(`${served.url}/api/v1/customers/${one?.id}/tags/${group?.tags[0]?.id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${served.apiKey}` },
  })
  expect(before.status).toBe(204)
  await page.goto(`${served.url}/customers?bought=no`)
  await page.getByRole('row', { name: /客户1/ }).getByRole('checkbox').check()
  await page.getByRole('button', { name: '打标签' }).click()
  await chooseTag('高意向')
  await page.getByRole('checkbox', { name: '作用于所有符合条件的客户' }).check()
  await page.getByRole('button', { name: '给 4 人打标签' }).click()
  await expect.poll(namesOfTagged).toEqual(['客户1', '客户2', '客户3', '客户4'])
  // The offer comes by itself, wherever one is by then.
  const offer = page.getByRole('alert').filter({ hasText: '3 人打上 · 1 人原本就有' })
  await offer.getByRole('button', { name: '撤销' }).click()
  await expect.poll(namesOfTagged).toEqual(['客户3'])
})

test('a whole phone number is shown on request, and the audit log knows who asked', async () => {
  await page.goto(`${served.url}/customers?q=NO-1`)
  await page.getByRole('link', { name: '客户1' }).click()
  await page.getByText('139****9001').first().waitFor()
  expect(await page.getByText('13900139001').count()).toBe(0)
  await page.getByRole('button', { name: /显示$/ }).click()
  await page.getByText('13900139001').waitFor()
  const { items } = await api<{ items: { action: string; actor: { name: string } | null }[] }>('GET', 'audit?action=phone.reveal')
  expect(items[0]).toMatchObject({ action: 'phone.reveal', actor: { name: '管理员' } })
  await page.getByRole('button', { name: '隐藏' }).click()
  await expect.poll(() => page.getByText('13900139001').count()).toBe(0)
})

test('an order is entered by hand, and money that is too much, part of it, and the rest goes back', async () => {
  await page.goto(`${served.url}/orders`)
  await page.getByRole('button', { name: '录入订单' }).click()
  const form = page.getByRole('dialog', { name: '录入订单' })
  await form.getByLabel('客户手机号').fill('123')
  await form.getByLabel('商品').fill('明前龙井 50g')
  await form.getByLabel('数量').fill('2')
  await form.getByLabel('单价').fill('168.50')
  await form.getByText('合计 ¥337.00').waitFor()
  await form.getByRole('button', { name: saving }).click()
  // What the server refuses is said at the field it means.
  await form.locator('.ant-form-item', { hasText: '客户手机号' }).getByText('这不是一个电话号码').waitFor()
  await form.getByLabel('客户手机号').fill('13900139002')
  await form.getByRole('button', { name: saving }).click()
  const order = page.getByRole('dialog').filter({ hasText: '净额' })
  await order.getByRole('link', { name: '客户2' }).waitFor()
  await refund(order, '337.01')
  await page
    .locator('.ant-form-item', { hasText: '退款金额' })
    .locator('.ant-form-item-explain-error')
    .getByText('最多可退 ¥337.00')
    .waitFor()
  await page.getByRole('dialog', { name: /^退款/ }).getByLabel('退款金额').fill('37')
  await page.getByRole('dialog', { name: /^退款/ }).getByLabel('原因').fill('少发一件')
  await confirmRefund()
  await order.getByText('少发一件').waitFor()
  await refund(order, undefined)
  await order.getByRole('button', { name: '登记退款' }).waitFor({ state: 'detached' })
  const { items } = await api<{ items: { paidMinor: number; refundedMinor: number; source: string }[] }>('GET', 'orders?q=13900139002')
  expect(items).toMatchObject([{ paidMinor: 33_700, refundedMinor: 33_700, source: 'manual' }])
})

type Dialog = ReturnType<Page['getByRole']>

/** Asks for a refund; without an amount the one that is offered, which is all that is left. */
async function refund(order: Dialog, amount: string | undefined): Promise<void> {
  await order.getByRole('button', { name: '登记退款' }).first().click()
  const form = page.getByRole('dialog', { name: /^退款/ })
  if (amount) await form.getByLabel('退款金额').fill(amount)
  await confirmRefund()
}

const confirmRefund = (): Promise<void> => page.getByRole('dialog', { name: /^退款/ }).getByRole('button', { name: '登记退款' }).click()

test('a doubtful pair is compared, merged under the chosen record, and taken apart again', async () => {
  await orderBy({ memberNo: 'NO-3', phone: '13900139004' })
  await page.goto(`${served.url}/merges`)
  const pair = page.locator('section').filter({ hasText: '这两位可能是同一个人' })
  await pair.getByText('NO-3').waitFor()
  await pair.getByText('NO-4').waitFor()
  await pair.getByRole('radio').nth(1).check()
  await pair.getByRole('button', { name: '是同一个人，合并' }).click()
  await page.getByText('没有要确认的').waitFor()
  const merged = await api<{ items: Customer[] }>('GET', 'customers?q=NO-3')
  expect(merged.items.map(({ name }) => name)).toEqual(['客户4'])
  await page.getByRole('tab', { name: '合并记录' }).click()
  await page.getByRole('button', { name: '撤销' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '撤销合并' }).click()
  await page.getByText('已撤销').first().waitFor()
  const apart = await api<{ items: Customer[] }>('GET', 'customers?q=NO-3')
  expect(apart.items.map(({ name }) => name)).toEqual(['客户3'])
  // What was told apart stays open to a change of mind.
  await page.getByRole('tab', { name: '判为两个人' }).click()
  await page.getByRole('button', { name: '是同一个人，合并' }).waitFor()
})

async function orderBy(buyer: object): Promise<void> {
  const at = new Date().toISOString()
  const line = { lineNo: '1', productCode: 'TEA-01', title: '明前龙井', quantity: 1, unitPrice: '168.00' }
  const orderNo = `E2E-${Object.values(buyer).join('-')}`
  await api('POST', 'orders', { orderNo, status: 'paid', currency: 'CNY', createdAt: at, paidAt: at, updatedAt: at, buyer, lines: [line] })
}

test('nothing broke on the way', () => {
  expect(problems).toEqual([])
})
