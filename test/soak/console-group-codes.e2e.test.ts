import { expect, test } from 'vitest'
import { choose } from '../support/browser.ts'
import { tellSandbox } from '../support/sandbox-control.ts'
import { look, page, problems, withSandboxedConsole, workspace } from '../support/sandboxed-console.ts'

// An operator makes a code into two groups and sees who came through it.

const saving = /^保\s*存$/

withSandboxedConsole(async () => {
  const { items } = await phone<{ items: { userId: string; contact: boolean; status: number }[] }>('GET', 'employees')
  const owner = items.find(({ contact, status }) => contact && status === 1)?.userId
  for (const name of ['收银台一群', '收银台二群']) await phone('POST', 'groups', { owner, name })
})

test('a code into two groups is made beside the list of groups, with its picture and its numbers', async () => {
  await page.goto(`${workspace.url}/groups`)
  await page.getByRole('link', { name: '收银台二群' }).waitFor()
  await page.getByRole('tab', { name: '群活码' }).click()
  await page.getByText('还没有群活码').waitFor()
  await look('codes-empty')
  await page.getByRole('button', { name: '新建群活码' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByLabel('名称', { exact: true }).fill('门店海报')
  for (const name of ['收银台一群', '收银台二群']) {
    await choose(form.getByLabel('进入的群'), name)
  }
  await page.keyboard.press('Escape')
  await look('codes-form')
  await form.getByRole('button', { name: saving }).click()
  await page.getByRole('cell', { name: '门店海报' }).click()
  const picture = page.getByRole('img', { name: '门店海报' })
  await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(100)
  const { configId } = await workspace.ctx.db
    .selectFrom('groupCodes')
    .select('configId')
    .where('tenantId', '=', workspace.ctx.tenantId)
    .executeTakeFirstOrThrow()
  await phone('POST', 'scan', { code: configId, name: '许一诺' })
  await expect.poll(() => page.getByRole('row', { name: /门店海报/ }).textContent()).toMatch(/1.*1.*1/)
  await look('codes-sheet')
  await page.keyboard.press('Escape')
  expect(problems).toEqual([])
})

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)
