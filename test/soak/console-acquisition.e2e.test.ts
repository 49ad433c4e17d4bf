import { expect, test } from 'vitest'
import type { AcquisitionLink } from '#growth/acquisition-links/schema.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { choose } from '../support/browser.ts'
import { tellSandbox } from '../support/sandbox-control.ts'
import { look, page, problems, withSandboxedConsole, workspace } from '../support/sandboxed-console.ts'

// An operator gives a link away, and sees who came and who wrote.

let employee: string

withSandboxedConsole(async () => {
  await ensureTag(workspace.ctx, '来源', '获客链接')
  const able = (await phone<{ items: { name: string; contact: boolean; status: number }[] }>('GET', 'employees')).items
  employee = able.find(({ contact, status }) => contact && status === 1)?.name ?? ''
  while (!(await api<{ items: { name: string }[] }>('GET', 'employees?limit=200')).items.some(({ name }) => name === employee))
    await new Promise((resolve) => setTimeout(resolve, 100))
})

test('a link is made in a drawer and given away at a second place, with address and code', async () => {
  await page.goto(`${workspace.url}/acquisition-links`)
  await page.getByText('还没有获客链接').waitFor()
  await look('empty')
  await page.getByRole('button', { name: '新建获客链接' }).first().click()
  await page.getByRole('dialog').getByLabel('链接名称').fill('抖音主页')
  // Somebody is needed behind it, which the form says itself.
  await page.getByRole('button', { name: saving }).click()
  await page.getByText('请至少选一名员工或一个部门').waitFor()
  await look('form-nobody')
  await choose(page.getByLabel('接待员工'), employee)
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByText('请至少选一名员工或一个部门').count()).toBe(0)
  await look('form')
  await page.getByRole('button', { name: saving }).click()
  await page.getByRole('heading', { level: 1, name: '抖音主页' }).waitFor()
  const [link] = (await api<{ items: AcquisitionLink[] }>('GET', 'acquisition-links')).items
  await page.getByText(link?.url ?? 'no address').waitFor()
  await page.getByRole('button', { name: '新增投放位置' }).click()
  await page.getByLabel('位置名称').fill('小红书')
  await page.getByRole('button', { name: saving }).click()
  const place = page.locator('li').filter({ hasText: '小红书' })
  await place.getByRole('button', { name: '二维码' }).click()
  const picture = page.getByRole('img', { name: '抖音主页 小红书' })
  await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(800)
  await look('code')
  await page.keyboard.press('Escape')
})

test('whoever came is behind the number, and whether they wrote', async () => {
  const [first] = (await api<{ items: AcquisitionLink[] }>('GET', 'acquisition-links')).items
  const link = await api<AcquisitionLink>('GET', `acquisition-links/${first?.id}`)
  const friend = await phone<{ externalUserId: string; userId: string }>('POST', 'scan', { code: link.variants[1]?.url, name: '林小满' })
  await phone('POST', 'scan', { code: link.variants[0]?.url, name: '赵可' })
  await phone('POST', 'say', { from: friend.externalUserId, to: friend.userId, text: '你好' })
  await expect
    .poll(async () => (await api<AcquisitionLink>('GET', `acquisition-links/${link.id}`)).counts)
    .toMatchObject({ added: 2, wrote: 1 })
  await page.reload()
  await page.getByText('50%').first().waitFor()
  await look('link')
  await page.getByRole('button', { name: '1', exact: true }).first().click()
  await page.getByRole('link', { name: '林小满' }).waitFor()
  await look('people')
  await page.goBack()
  await page.getByRole('link', { name: '林小满' }).waitFor({ state: 'hidden' })
})

test('a low quota and a missing permission are said where links are', async () => {
  await phone('POST', 'links/quota', { amount: 5, replace: true })
  await api('POST', 'acquisition-links/reading', {})
  const left = async () => (await api<{ items: { balance: number | null }[] }>('GET', 'acquisition-links/quota')).items[0]?.balance
  await expect.poll(left).toBe(5)
  await page.goto(`${workspace.url}/acquisition-links`)
  await page.getByText(/获客额度只剩 5 个/).waitFor()
  await look('list')
  // More than once: the night's own reading may ask at the same time.
  await phone('PUT', 'faults', { fail: [{ path: 'externalcontact/customer_acquisition_quota', errcode: 48002, times: 20 }] })
  await page.getByRole('button', { name: '从企业微信刷新' }).click()
  await page.getByText(/这个应用还不能使用获客助手/).waitFor()
  await page.getByText(/可调用接口的应用」勾选本应用/).waitFor()
  await look('refused')
  expect(problems).toEqual([])
})

const saving = /^保\s*存$/

async function api<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${workspace.url}/api/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${workspace.apiKey}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
  return (await response.json()) as T
}

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)
