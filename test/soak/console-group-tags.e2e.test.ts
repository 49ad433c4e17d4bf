import { expect, test } from 'vitest'
import { choose, faultsOf } from '../support/browser.ts'
import { tellSandbox } from '../support/sandbox-control.ts'
import { look, page, problems, withSandboxedConsole, workspace } from '../support/sandboxed-console.ts'

// An operator sorts groups by tags of the company's own and writes to those with one.

const saving = /^保\s*存$/

withSandboxedConsole(async () => {
  const { items } = await phone<{ items: { userId: string; contact: boolean; status: number }[] }>('GET', 'employees')
  const owner = items.find(({ contact, status }) => contact && status === 1)?.userId
  for (const name of ['收银台一群', '收银台二群', '员工自留群']) await phone('POST', 'groups', { owner, name })
})

test('tags are made, given to many groups, taken from one, listed by, and choose whom a message goes to', async () => {
  await page.goto(`${workspace.url}/groups`)
  await page.getByRole('link', { name: '员工自留群' }).waitFor()
  await page.getByRole('tab', { name: '群标签' }).click()
  await page.getByText('还没有群标签').waitFor()
  await look('group-tags-empty')
  for (const name of ['门店', '重点']) {
    await page.getByRole('button', { name: '新建群标签' }).first().click()
    await page.getByRole('dialog').getByLabel('标签名').fill(name)
    await page.getByRole('dialog').getByRole('button', { name: saving }).click()
    await page.getByRole('cell', { name, exact: true }).waitFor()
  }
  await page.getByRole('tab', { name: '客户群' }).click()
  for (const name of ['收银台一群', '收银台二群']) await page.getByRole('row', { name }).getByRole('checkbox').check()
  await page.getByRole('button', { name: '加减标签' }).click()
  const many = page.getByRole('dialog')
  for (const name of ['门店', '重点']) {
    await choose(many.getByLabel('加上'), name)
  }
  await many.getByText('给 2 个群加减标签').click()
  await look('group-tags-many')
  await many.getByRole('button', { name: saving }).click()
  await page.getByText('加上 4 处，去掉 0 处').waitFor()
  await page.getByRole('row', { name: '收银台一群' }).getByText('门店').waitFor()
  await look('group-tags-list')
  expect(await faultsOf(page)).toEqual([])

  await page.getByRole('link', { name: '收银台二群' }).click()
  await page
    .getByRole('button', { name: '去掉标签 重点' })
    .or(page.getByRole('button', { name: /重点/ }))
    .first()
    .click()
  await expect.poll(() => page.locator('.chip').allTextContents()).toEqual(['门店'])
  await look('group-tags-group')
  expect(await faultsOf(page)).toEqual([])

  await page.goto(`${workspace.url}/groups?view=tags`)
  await page.getByRole('link', { name: '看带「重点」的 1 个群' }).waitFor()
  await look('group-tags')
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('link', { name: '看带「重点」的 1 个群' }).click()
  await page.getByRole('link', { name: '收银台一群' }).waitFor()
  expect(await page.getByRole('link', { name: '收银台二群' }).count()).toBe(0)

  await page.goto(`${workspace.url}/messages/new`)
  await page.getByLabel('名称', { exact: true }).fill('门店上新')
  await page.getByRole('radio', { name: '客户群' }).check()
  await choose(page.getByLabel('带任一群标签'), '门店')
  await choose(page.getByLabel('不带群标签'), '重点')
  await page.keyboard.press('Escape')
  await page
    .getByRole('textbox', { name: /欢迎语|内容|文字/ })
    .last()
    .fill('到店有礼')
  await page.getByRole('button', { name: '看看会通知多少人' }).click()
  await page.getByText('将发到 1 个群').waitFor()
  await look('group-tags-message-form')
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('button', { name: saving }).click()
  await page.getByText('带任一群标签：门店').waitFor()
  await page.getByText('不带群标签：重点').waitFor()
  await look('group-tags-message')
  const message = page.url()

  await page.goto(`${workspace.url}/groups?view=tags`)
  await page.getByRole('button', { name: '删除 重点' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^删\s*除$/ })
    .click()
  await expect.poll(() => page.getByRole('cell', { name: '重点', exact: true }).count()).toBe(0)
  await page.goto(message)
  await page.getByText('不带群标签：已删除的标签').waitFor()
  await page.getByText('这个群标签已经不在了，请重新选择').waitFor()
  await look('group-tags-message-lost')
  expect(await faultsOf(page)).toEqual([])
  expect(problems).toEqual([])
})

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)
