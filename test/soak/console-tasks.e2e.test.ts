import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '#app/build-console.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import { createMarketingTask } from '#operation/marketing-tasks/commands.ts'
import { MarketingTaskInput } from '#operation/marketing-tasks/schema.ts'
import { assignTasks } from '#operation/tasks/commands.ts'
import { publicId } from '#platform/ids.ts'
import { lookAt, openBrowser, openConsole } from '../support/browser.ts'
import { openServedWorkspace, type ServedWorkspace } from '../support/served-workspace.ts'

// A manager finds a task and a campaign by their names, gives the one another time and changes the other while it runs.

let workspace: ServedWorkspace
let browser: Browser
let page: Page
const problems: string[] = []

beforeAll(async () => {
  await buildConsole(() => undefined)
  workspace = await openServedWorkspace()
  const { ctx } = workspace
  const { id } = await createEmployee(ctx, { name: '许念', roleId: await roleOf(ctx, 'employee') })
  const due = new Date(Date.now() - 3_600_000)
  await assignTasks(ctx, [{ key: 'call', kind: 'todo', title: '给茶友补寄样品', employeeId: id, dueAt: due, source: { kind: 'hand', id } }])
  await createMarketingTask(
    ctx,
    MarketingTaskInput.parse({
      name: '春茶上新转发',
      script: '看看 {link}',
      targetUrl: 'https://example.com/spring',
      goal: 5,
      employeeIds: [publicId(ctx, 'emp', id)],
      endsAt: new Date(Date.now() + 5 * 86_400_000).toISOString(),
    }),
  )
  browser = await openBrowser()
  page = await openConsole(browser, workspace, problems)
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await workspace?.close()
})

async function find(text: string, kind: string): Promise<void> {
  await page.getByRole('button', { name: /^搜索/ }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: '搜索' }).fill(text)
  await page.getByRole('option').filter({ hasText: text }).filter({ hasText: kind }).click()
}

test('a task that is late is found by its name and given another time', async () => {
  await page.goto(`${workspace.url}/`)
  await find('给茶友补寄样品', '员工任务')
  const sheet = page.getByRole('dialog')
  await sheet.getByText('逾期').waitFor()
  await sheet.getByRole('button', { name: /^改\s*期$/ }).click()
  const form = page.getByRole('dialog', { name: '改期' })
  await form.getByLabel('截止时间').fill('2099-03-12 09:30')
  // Enter takes the day and sends the form.
  await page.keyboard.press('Enter')
  await sheet.getByText(/2099/).first().waitFor()
  await sheet.getByText('逾期').waitFor({ state: 'hidden' })
  await look('task')
  expect(problems).toEqual([])
})

test('a campaign is found by its name and says something else from now on', async () => {
  await page.goto(`${workspace.url}/`)
  await find('春茶上新转发', '营销任务')
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('button', { name: /修\s*改$/ }).click()
  const form = page.getByRole('dialog', { name: '修改' })
  await form.getByLabel('营销任务').fill('初夏上新转发')
  await form.getByLabel('话术').fill('夏天的冷泡茶到了')
  await look('change')
  await form.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByRole('dialog', { name: '初夏上新转发' }).waitFor()
  await look('campaign')
  await page.goto(`${workspace.url}/tasks?whose=team&view=open`)
  await page.getByText('初夏上新转发').first().waitFor()
  expect(problems).toEqual([])
})

const look = (name: string): Promise<void> => lookAt(page, name)
