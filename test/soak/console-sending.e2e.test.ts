import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { createDepartment } from '#management/team/departments/commands.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { createRole } from '#management/team/roles/commands.ts'
import { connectSandbox } from '#management/wecom/connect-sandbox.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import { faultsOf, lookAt, openConsole } from '../support/browser.ts'
import { tellSandbox } from '../support/sandbox-control.ts'
import { browser, look, page, problems, withSandboxedConsole, workspace } from '../support/sandboxed-console.ts'
import { until } from '../support/until.ts'

// A company with two corps: a moment of the second one at a chosen time, a message in several wordings from making to read-out, what
// became of a journey's message, and who plans what.

const member = 'sender'
/** So many that hardly ever one of three wordings is dealt to nobody. */
const people = ['林小满', '周一鸣', '陈夏', '何清', '许诺', '方圆', '江月', '秦川', '沈言', '陆离']

withSandboxedConsole(async () => {
  await phone('POST', 'corps', { name: '南方分公司', employees: 3 })
  await connectSandbox(workspace.ctx, workspace.sandboxUrl)
  await phone('POST', 'employees', { userId: member, name: '许念', contact: true })
  const friends: string[] = []
  for (const name of people)
    friends.push((await phone<{ externalUserId: string }>('POST', 'befriend', { userId: member, name })).externalUserId)
  await changePolicy(workspace.ctx, { quietHours: { marketing: null, service: null } })
  const known = () =>
    workspace.ctx.db.selectFrom('wecomFollows').select('live').where('externalUserid', 'in', friends).where('live', '=', true).execute()
  await until(async () => (await known()).length === friends.length)
})

beforeAll(() => {
  page.setDefaultTimeout(15_000)
})

test('a moment is made for one of two corps and handed out at a chosen time', async () => {
  await desk('moments')
  await page.getByRole('button', { name: '新建朋友圈' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('名称', { exact: true }).fill('南方上新')
  await form
    .getByRole('button', { name: /发\s*布|下\s*发/ })
    .last()
    .click()
  await form.getByText('这一项要填').first().waitFor()
  await look('moment-incomplete')
  await choose(form.getByLabel('企业微信', { exact: true }), '南方分公司')
  await form.getByRole('textbox').nth(1).fill('周五南方门店上新')
  await form.getByRole('radio', { name: '定时' }).check()
  await form.getByLabel('时间', { exact: true }).click()
  const picker = page.locator('.ant-picker-dropdown:visible')
  const day = new Date(Date.now() + 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' })
  await page.locator(`.ant-picker-cell[title="${day}"]`).last().click()
  await picker.locator('.ant-picker-time-panel-column').first().getByText('10', { exact: true }).click()
  await look('moment-time')
  await picker.getByRole('button', { name: /确\s*定/ }).click()
  await look('moment-two-corps')
  expect(await faultsOf(page)).toEqual([])
  await form.locator('.ant-btn-primary').last().click()
  await page.getByText('南方上新').first().waitFor()
  await page.getByRole('cell', { name: '南方分公司' }).waitFor()
  await look('moments-two-corps')
  expect(await faultsOf(page)).toEqual([])
  const { items } = await api<{ items: { corp: { name: string }; state: string }[] }>('GET', 'moments')
  expect(items).toMatchObject([{ corp: { name: '南方分公司' }, state: 'scheduled' }])
  expect(problems).toEqual([])
})

test('a message in three wordings is tried: made, dealt, sent, read out', async () => {
  await desk('messages/new')
  await page.getByLabel('名称', { exact: true }).fill('三种说法')
  await page.getByLabel(/谁的客户/).fill('许念')
  await page.locator('.ant-select-item-option', { hasText: '许念' }).click()
  await page.keyboard.press('Escape')
  const words = () => page.getByRole('textbox', { name: /欢迎语|内容|文字/ })
  await words().last().fill('周末上新')
  for (const text of ['周末上新，到店有礼', '您关注的新款到了']) {
    await page.getByRole('button', { name: /加一种说法|再加一种说法/ }).click()
    await words().last().fill(text)
  }
  await look('wordings-form')
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByRole('button', { name: '立即发送' }).waitFor()
  await look('wordings-draft')
  const message = page.url().split('/').at(-1) ?? ''
  await page.getByRole('link', { name: '去建实验' }).click()
  const drawn = page.getByRole('dialog', { name: '新建实验' })
  await drawn.getByTitle('三种说法').waitFor()
  expect(await drawn.getByLabel('组名').count()).toBe(3)
  await look('wordings-to-try')
  expect(await faultsOf(page)).toEqual([])
  const experiment = await api<{ id: string }>('POST', 'experiments', {
    name: '哪种说法好',
    thing: { kind: 'message', id: message },
    holdoutPerMille: 0,
    variants: ['a', 'b', 'c'].map((key, i) => ({ key, name: `说法 ${key.toUpperCase()}`, weight: [500, 250, 250][i] })),
    trialMetric: { name: '成交', event: 'order.paid' },
    growthMetric: { name: '成交金额', event: 'order.paid', measure: 'sum(amount)' },
    windowDays: 3,
    plan: { base: 0.2, lift: 0.08 },
  })
  await desk(`experiments/${experiment.id}`)
  await page.getByRole('button', { name: /^启\s*动$/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^启\s*动$/ })
    .click()
  await page.getByText('进行中').waitFor()
  await desk(`messages/${message}`)
  await page.getByRole('button', { name: '立即发送' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /发\s*送/ })
    .click()
  const delivered = async () => {
    await confirmAll()
    const { counts } = await api<{ counts: { state: string; count: number }[] }>('GET', `messages/${message}`)
    return counts.find(({ state }) => state === 'sent')?.count
  }
  await expect.poll(delivered).toBe(people.length)
  await page.reload()
  await page.getByText('已完成').first().waitFor()
  // What a member was asked to send is told apart by its wording.
  await page
    .locator('tr', { hasText: '许念' })
    .getByText(/^说法 [ABC]$/)
    .first()
    .waitFor()
  await look('wordings-sent')
  expect(await faultsOf(page)).toEqual([])
  // The read-out asks the events, which are a moment behind, and follows by itself.
  await desk(`experiments/${experiment.id}`)
  await page.locator('.stat').filter({ hasText: '进入实验' }).getByText(String(people.length), { exact: true }).waitFor()
  await page.getByText('还没有结果').waitFor({ state: 'hidden' })
  await look('wordings-read-out')
  expect(problems).toEqual([])
})

test('a trace says what became of the message; a stop calls back what waits; rules ask for points; the calendar is one employee’s', async () => {
  const { items } = await api<{ items: { id: string; name: string }[] }>('GET', 'customers?limit=50')
  const [friend] = items.filter(({ name }) => name === '陈夏')
  const step = { id: 'greet', type: 'message', text: '好久不见', kind: 'service' }
  const draft = { entry: { by: 'hand' }, start: 'greet', steps: [step] }
  const journey = await api<{ id: string }>('POST', 'journeys', { name: '沉睡唤醒', draft })
  await api('POST', `journeys/${journey.id}/publish`, {})
  await api('POST', `journeys/${journey.id}/entries`, { customers: [friend?.id] })
  await expect.poll(async () => (await mass()).length).toBe(1)
  await desk(`journeys/${journey.id}`)
  await page.getByRole('button', { name: '更多' }).last().click()
  await page.getByRole('menuitem', { name: '走过的人' }).click()
  await page.getByRole('dialog').getByText('陈夏').first().click()
  await page.getByText('待员工确认').first().waitFor()
  await look('trace')
  expect(await faultsOf(page)).toEqual([])
  await desk(`journeys/${journey.id}`)
  await page.getByRole('button', { name: '更多' }).last().click()
  await page.getByRole('menuitem', { name: '停止', exact: true }).click()
  await page.getByText(/同时撤回等待员工确认的消息（1 人）/).click()
  await look('stop-recall')
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('dialog').locator('.ant-btn-primary').last().click()
  await expect.poll(async () => (await mass()).length).toBe(0)

  const rule = { and: [{ points: { gte: 100 } }, { member_level: { is: ['金卡'] } }, { not: { member_level: { level: { gte: 3 } } } }] }
  const segment = await api<{ id: string }>('POST', 'segments', { name: '金卡有积分', rule })
  await desk(`segments/${segment.id}?view=rule`)
  await page.getByText('积分余额').first().waitFor()
  await look('segment-points')
  expect(await faultsOf(page)).toEqual([])

  await createDepartment(workspace.ctx, { name: '没有人的部门' })
  await desk('calendar')
  await page.getByText('三种说法').first().waitFor()
  await page.getByText('许念').first().waitFor()
  await look('calendar')
  expect(await faultsOf(page)).toEqual([])
  await choose(page.getByLabel('按员工'), '许念')
  await page.waitForURL(/employee=emp_/)
  await page.getByText('三种说法').first().waitFor()
  await look('calendar-employee')
  await desk('calendar')
  await choose(page.getByLabel('按部门'), '没有人的部门')
  await page.waitForURL(/department=dep_/)
  await page.getByText('三种说法').first().waitFor({ state: 'hidden' })
  await look('calendar-department')
  expect(await faultsOf(page)).toEqual([])
  expect(problems).toEqual([])
})

test('whoever may make codes and links, and may see nothing of WeCom, is asked for one of two corps', async () => {
  const { ctx } = workspace
  const permissions = [
    'live_codes.read',
    'live_codes.write',
    'acquisition_links.read',
    'acquisition_links.write',
    'channels.read',
    'team.read',
  ]
  const roleId = await createRole(ctx, { name: '投放', scope: 'all', permissions })
  const { password = '' } = await createEmployee(ctx, { name: '小投', login: 'placer', roleId })
  const theirs = await openConsole(browser, { ...workspace, login: 'placer', password }, problems)
  expect((await theirs.request.get(`${workspace.url}/api/v1/wecom/corps`)).status()).toBe(403)
  await theirs.goto(`${workspace.url}/live-codes/new`)
  await choose(theirs.getByLabel('企业微信', { exact: true }), '南方分公司')
  await lookAt(theirs, 'live-code-corp')
  expect(await faultsOf(theirs)).toEqual([])
  await theirs.setViewportSize({ width: 1440, height: 900 })
  await theirs.goto(`${workspace.url}/acquisition-links`)
  await theirs.getByRole('button', { name: /新建/ }).first().click()
  await choose(theirs.getByRole('dialog').getByLabel('企业微信', { exact: true }), '南方分公司')
  await lookAt(theirs, 'link-corp')
  expect(await faultsOf(theirs)).toEqual([])
  expect(problems).toEqual([])
})

async function desk(path: string): Promise<void> {
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${workspace.url}/${path}`)
}

async function choose(field: ReturnType<Page['getByLabel']>, option: string): Promise<void> {
  await field.click()
  await field.page().locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).click()
}

const mass = async () =>
  (await phone<{ items: { id: string }[] }>('GET', `tasks/${member}`)).items.filter(({ id }) => id.startsWith('mass'))

async function confirmAll(): Promise<void> {
  for (const { id } of await mass()) await phone('POST', `tasks/${id}/confirm`)
}

async function api<T>(method: 'GET' | 'POST', path: string, data?: object): Promise<T> {
  const headers = { 'Idempotency-Key': crypto.randomUUID() }
  const response = await page.request.fetch(`${workspace.url}/api/v1/${path}`, { method, headers, ...(data && { data }) })
  if (!response.ok()) throw new Error(`${method} ${path}: ${await response.text()}`)
  return response.json() as Promise<T>
}

function phone<T>(method: string, path: string, body?: object): Promise<T> {
  return tellSandbox(workspace.sandboxUrl, method, path, body)
}
