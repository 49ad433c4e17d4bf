import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '#app/build-console.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { faultsOf, lookAt, openBrowser, openConsole } from './support/browser.ts'
import { tellSandbox } from './support/sandbox-control.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'
import { until } from './support/until.ts'

// An operator writes to customers: make, look at who hears it, send, the employee confirms on the phone, results; stop and calendar.

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let browser: Browser
let page: Page
const problems: string[] = []
const member = 'sender'
const name = '周末上新'

beforeAll(async () => {
  await buildConsole(() => undefined)
  workspace = await openSandboxedWorkspace(await ownDatabases())
  await phone('POST', 'employees', { userId: member, name: '许念', contact: true })
  const { externalUserId } = await phone<{ externalUserId: string }>('POST', 'befriend', { userId: member, name: '林小满' })
  await changePolicy(workspace.ctx, { quietHours: { marketing: null, service: null } })
  const known = () =>
    workspace.ctx.db.selectFrom('wecomFollows').select('live').where('externalUserid', '=', externalUserId).executeTakeFirst()
  await until(async () => (await known())?.live === true)
  browser = await openBrowser()
  page = await openConsole(browser, workspace, problems)
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await workspace?.close()
})

test('a message is made, looked at, sent, confirmed on the phone and followed; the stop and the calendar show it', async () => {
  await page.goto(`${workspace.url}/messages`)
  await page.getByText('还没有群发').waitFor()
  await page.getByRole('button', { name: '新建群发' }).click()
  await page.getByLabel('名称', { exact: true }).fill(name)
  await page.getByLabel(/谁的客户/).fill('许念')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  const words = page.getByRole('textbox', { name: /欢迎语|内容|文字/ }).last()
  await words.fill('您好 {nickname}')
  await page.getByText(/企业微信填不了/).waitFor()
  await words.fill('周末上新，到店有礼')
  await page.getByRole('button', { name: '看看会通知多少人' }).click()
  await page.getByText('将通知 1 人').waitFor()
  await look('message-form')
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByRole('button', { name: '立即发送' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /发\s*送/ })
    .click()
  await page.getByText('待员工确认').first().waitFor()
  const tasks = async () =>
    (await phone<{ items: { id: string; text?: string }[] }>('GET', `tasks/${member}`)).items.filter(({ id }) => id.startsWith('mass'))
  await expect.poll(async () => (await tasks()).length, { timeout: 30_000 }).toBe(1)
  await look('message-asked')
  for (const { id } of await tasks()) await phone('POST', `tasks/${id}/confirm`)
  await page.getByText('已送达').first().waitFor()
  await page.getByText('已完成').first().waitFor()
  // What came of it is asked of the events, which are a moment behind.
  const delivered = async () => {
    await page.reload()
    await page.getByText('24 小时内删除').waitFor()
    return page.locator('.stat').filter({ hasText: '送达' }).getByRole('button', { name: '1', exact: true }).count()
  }
  await expect.poll(delivered, { timeout: 20_000 }).toBe(1)
  await look('message-done')
  expect(await faultsOf(page)).toEqual([])
  for (const [path, text] of [
    ['messages', name],
    ['calendar', name],
    ['moments', '还没有朋友圈'],
    ['send-rules', '营销频次'],
    ['send-rules?view=history', '林小满'],
  ] as const) {
    await page.goto(`${workspace.url}/${path}`)
    await page.getByText(text).first().waitFor()
    await look(path.replace(/\?.*/, '-history'))
    expect(await faultsOf(page)).toEqual([])
  }
  await page.goto(`${workspace.url}/messages`)
  await page.getByRole('link', { name }).click()
  await page.getByRole('button', { name: /^复\s*制$/ }).click()
  await page
    .getByLabel('名称', { exact: true })
    .and(page.locator(`[value="${name} 副本"]`))
    .waitFor()
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByRole('button', { name: '立即发送' }).click()
  const { pathname } = new URL(page.url())
  await page.request.post(`${workspace.url}/api/v1${pathname}/cancellation`, { data: {}, headers: { 'Idempotency-Key': 'meanwhile' } })
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /发\s*送/ })
    .click()
  await page.getByRole('dialog').getByRole('alert').waitFor()
  await look('refused')
  expect(problems).toEqual([])
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /取\s*消/ })
    .click()
  await page.goto(`${workspace.url}/messages/new`)
  await page.getByRole('radio', { name: '客户群' }).check()
  await page.getByLabel('群名包含').fill('没有这样的群')
  await page.getByRole('button', { name: '看看会通知多少人' }).click()
  await page.getByText('将发到 0 个群').waitFor()
  await look('message-groups')
  await page.goto(`${workspace.url}/messages`)
  await page.getByRole('button', { name: '紧急停止' }).click()
  await page.getByRole('dialog').getByText('最近一天已发出').waitFor()
  await look('stop')
  await page.getByRole('dialog').getByLabel('为什么').fill('价格写错了')
  await page.getByRole('dialog').getByRole('button', { name: '紧急停止' }).click()
  await page.getByText(/之前一天已发出 1 人/).waitFor()
  await look('stopped')
  expect(problems).toEqual([])
})

const look = (name: string): Promise<void> => lookAt(page, name)

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)
