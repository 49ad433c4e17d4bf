import { expect, test } from 'vitest'
import { changePolicy } from '#operation/outbound/policy.ts'
import { faultsOf } from './support/browser.ts'
import { tellSandbox } from './support/sandbox-control.ts'
import { look, page, problems, withSandboxedConsole, workspace } from './support/sandboxed-console.ts'
import { until } from './support/until.ts'

// An operator writes to customers: make, look at who hears it, send, the employee confirms on the phone, results; stop and calendar.

const member = 'sender'
const name = '周末上新'

withSandboxedConsole(async () => {
  await phone('POST', 'employees', { userId: member, name: '许念', contact: true })
  const { externalUserId } = await phone<{ externalUserId: string }>('POST', 'befriend', { userId: member, name: '林小满' })
  await changePolicy(workspace.ctx, { quietHours: { marketing: null, service: null } })
  const known = () =>
    workspace.ctx.db.selectFrom('wecomFollows').select('live').where('externalUserid', '=', externalUserId).executeTakeFirst()
  await until(async () => (await known())?.live === true)
})

test('a message is made, looked at, sent, confirmed on the phone and followed; the stop and the calendar show it', async () => {
  await page.goto(`${workspace.url}/messages`)
  await page.getByText('还没有群发').waitFor()
  await page.getByRole('button', { name: '新建群发' }).click()
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByText('这一项要填').waitFor()
  await page.getByText('写几个字，或者加一个附件').waitFor()
  await page.getByLabel('名称', { exact: true }).fill(name)
  await page.reload()
  await page
    .getByLabel('名称', { exact: true })
    .and(page.locator(`[value="${name}"]`))
    .waitFor()
  await page.getByLabel(/谁的客户/).fill('许念')
  await page.locator('.ant-select-item-option', { hasText: '许念' }).click()
  await page.keyboard.press('Escape')
  const words = page.getByRole('textbox', { name: /欢迎语|内容|文字/ }).last()
  await words.fill('您好 {nickname}')
  await page.getByText(/企业微信填不了/).waitFor()
  await words.fill('周末上新，到店有礼')
  await page.getByRole('button', { name: '看看会通知多少人' }).click()
  await page.getByText('将通知 1 人').waitFor()
  await look('message-form')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.locator('.stat').filter({ hasText: '现在收到' }).getByRole('button', { name: '1', exact: true }).click()
  await page.getByRole('dialog', { name: '现在收到' }).getByText('林小满').waitFor()
  await look('message-form-people')
  await page
    .getByRole('dialog', { name: '现在收到' })
    .getByRole('button', { name: /关\s*闭|Close/ })
    .first()
    .click()
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByRole('button', { name: '立即发送' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /发\s*送/ })
    .click()
  await page.getByText('待员工确认').first().waitFor()
  const tasks = async () =>
    (await phone<{ items: { id: string; text?: string }[] }>('GET', `tasks/${member}`)).items.filter(({ id }) => id.startsWith('mass'))
  await expect.poll(async () => (await tasks()).length).toBe(1)
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
  await expect.poll(delivered).toBe(1)
  await look('message-done')
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('button', { name: '已送达 1' }).click()
  await page.getByRole('button', { name: '清空筛选' }).waitFor()
  expect(new URL(page.url()).searchParams.get('state')).toBe('sent')
  await page.getByRole('link', { name: '林小满' }).waitFor()
  for (const [path, text] of [
    ['messages', name],
    ['calendar', name],
    ['calendar?view=week', name],
    ['moments', '还没有朋友圈'],
    ['send-rules', '营销频次'],
    ['send-rules?view=history', '林小满'],
  ] as const) {
    await page.goto(`${workspace.url}/${path}`)
    await page.getByText(text).first().waitFor()
    await look(path.replace(/\?.*=/, '-'))
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

test('what became of a journey’s message is seen at its step, each person’s reason one click away; the journey alone is stopped', async () => {
  await liftAll()
  const { items } = await api<{ items: { id: string; name: string }[] }>('GET', 'customers?limit=50')
  const [friend] = items.filter(({ name }) => name === '林小满')
  const step = { id: 'greet', type: 'message', text: '好久不见', kind: 'service' }
  const draft = { entry: { by: 'hand' }, start: 'greet', steps: [step] }
  const journey = await api<{ id: string }>('POST', 'journeys', { name: '沉睡唤醒', draft })
  await api('POST', `journeys/${journey.id}/publish`, {})
  await api('POST', `journeys/${journey.id}/entries`, { customers: [friend?.id] })
  const counts = async () =>
    (await api<{ items: { state: string }[] }>('GET', `outbound/sends/counts?journey=${journey.id}&step=greet`)).items.map(
      ({ state }) => state,
    )
  await expect.poll(counts).toEqual(['tasked'])

  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${workspace.url}/journeys/${journey.id}?step=greet`)
  await page.getByText('发送结果').waitFor()
  await page.getByText('待员工确认').first().waitFor()
  await look('journey-step-sends')
  expect(await faultsOf(page)).toEqual([])
  await page.goto(`${workspace.url}/journeys/${journey.id}?step=greet`)
  await page.getByRole('link', { name: '查看每个人' }).click()
  await page.getByRole('link', { name: '林小满' }).waitFor()
  await page.getByText('沉睡唤醒').first().waitFor()
  await look('journey-sends')
  expect(await faultsOf(page)).toEqual([])
  await page.goto(`${workspace.url}/customers/${friend?.id}`)
  await page.getByRole('link', { name: '沉睡唤醒' }).first().waitFor()
  await look('customer-sends')

  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${workspace.url}/journeys/${journey.id}`)
  await page.getByRole('button', { name: '更多' }).last().click()
  await page.getByRole('menuitem', { name: '停止这个旅程的消息' }).click()
  await page.getByRole('dialog').getByText('旅程本身照常往前走', { exact: false }).waitFor()
  await look('stop-journey')
  await page.getByRole('dialog').getByRole('button', { name: '紧急停止' }).click()
  await page.getByText(/紧急停止中 · 旅程 沉睡唤醒/).waitFor()
  await expect.poll(counts).toEqual(['suppressed'])
  await look('journey-stopped')
  await liftAll()
  expect(problems).toEqual([])
})

test('a moment is kept as a draft, changed, planned, refused a time that has passed, handed out, and shows who has published', async () => {
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${workspace.url}/moments`)
  await page.getByRole('button', { name: '新建朋友圈' }).click()
  await page.getByLabel('名称', { exact: true }).fill('新品预告')
  await page.getByRole('dialog').getByRole('textbox').nth(1).fill('周五上新')
  await page.getByRole('radio', { name: '先存为草稿' }).check()
  await look('moment-form')
  expect(await faultsOf(page)).toEqual([])
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('dialog').getByRole('button', { name: '存为草稿' }).click()
  await page.getByText('草稿').first().waitFor()
  await page.getByRole('button', { name: /编\s*辑/ }).click()
  await page.getByLabel('名称', { exact: true }).fill('新品首发')
  await page.getByRole('radio', { name: '定时' }).check()
  await page.getByLabel('时间', { exact: true }).click()
  await page.locator('.ant-picker-cell-disabled').first().waitFor()
  await look('moment-later')
  await page.getByLabel('时间', { exact: true }).press('Escape')
  await page.locator('.ant-picker-cell-disabled').first().waitFor({ state: 'hidden' })
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('radio', { name: '先存为草稿' }).check()
  await page.getByRole('dialog').getByRole('button', { name: '存为草稿' }).click()
  await page.getByText('新品首发').first().waitFor()
  const { items } = await api<{ items: { id: string }[] }>('GET', 'moments')
  expect(items).toHaveLength(1)
  const refused = await page.request.post(`${workspace.url}/api/v1/moments/${items[0]?.id}/submission`, {
    data: { at: '2020-01-01T00:00:00Z' },
    headers: { 'Idempotency-Key': 'past' },
  })
  expect([refused.status(), (await refused.json()).error]).toMatchObject([422, { code: 'send.in_the_past', field: 'at' }])
  await page.getByRole('button', { name: /下\s*发/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /下\s*发/ })
    .click()
  await page.getByRole('button', { name: /人已发表/ }).waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: '新品首发' }).click()
  await page.getByRole('dialog').getByText('周五上新').waitFor()
  await page.getByRole('dialog').getByText('待确认').first().waitFor()
  await look('moment-tasks')
  expect(await faultsOf(page)).toEqual([])
  expect(problems).toEqual([])
})

async function api<T>(method: 'GET' | 'POST' | 'DELETE', path: string, data?: object): Promise<T> {
  const headers = { 'Idempotency-Key': crypto.randomUUID() }
  const response = await page.request.fetch(`${workspace.url}/api/v1/${path}`, { method, headers, ...(data && { data }) })
  if (!response.ok()) throw new Error(`${method} ${path}: ${await response.text()}`)
  return response.json() as Promise<T>
}

async function liftAll(): Promise<void> {
  const { items } = await api<{ items: { id: string; liftedAt: string | null }[] }>('GET', 'outbound/stops')
  for (const { id, liftedAt } of items) if (!liftedAt) await api('DELETE', `outbound/stops/${id}`)
}

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)
