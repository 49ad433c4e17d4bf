import { expect, test } from 'vitest'
import { toPng } from '#growth/live-codes/image/render.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { changeState, createExperiment } from '#operation/experiments/commands.ts'
import { NewExperiment } from '#operation/experiments/schema.ts'
import { createJourney, publishJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { letInByHand, reviewEntries } from '#operation/journeys/letting-in.ts'
import { readJourney } from '#operation/journeys/queries.ts'
import { rules } from '#operation/journeys/testing-rules.ts'
import { requireJourney, requireStep } from '#operation/journeys/trials.ts'
import { createMarketingTask } from '#operation/marketing-tasks/commands.ts'
import { MarketingTaskInput } from '#operation/marketing-tasks/schema.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { faultsOf } from '../support/browser.ts'
import { look, page, problems, withSandboxedConsole, workspace } from '../support/sandboxed-console.ts'

// An operator opens a template, changes a wait, starts it, and watches a customer walk.

withSandboxedConsole()

test('a template becomes a journey, a wait is changed, a step added, and what is not saved survives a reload', async () => {
  await page.goto(`${workspace.url}/journeys`)
  await page.getByText('还没有旅程').waitFor()
  await look('none')
  await page.getByRole('button', { name: '新建旅程' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByText('新好友承接').waitFor()
  await look('templates')
  await form.getByRole('radio', { name: /新好友承接/ }).check()
  await form.getByRole('button', { name: /^创\s*建$/ }).click()
  await page.getByText('没有问题', { exact: true }).waitFor()
  await look('drawn')
  await page.getByLabel(/^等事件或规则 /).click()
  await page.getByRole('spinbutton', { name: '最多等' }).fill('5')
  await page.getByText('有未保存的修改').waitFor()
  await look('wait')
  await page.getByRole('button', { name: '添加一件事' }).click()
  await page.getByRole('combobox', { name: '什么事' }).last().click()
  await page.locator('.ant-select-item').getByText('符合规则').last().click()
  await page.getByText('此外每 10 分钟看一次').waitFor()
  await look('wait-rule')
  await page.getByRole('button', { name: '删除这件事' }).last().click()
  for (const [type, name] of [
    ['欢迎语', 'welcome'],
    ['改阶段', 'stage'],
    ['提醒员工', 'notice'],
  ] as const) {
    await page.getByLabel(new RegExp(`^${type} `)).click()
    await look(name)
  }
  await page.reload()
  await page.getByText('已恢复上次没有保存的内容').waitFor()
  await page.getByLabel(/^派任务 再问候一次/).click()
  await page.getByRole('button', { name: '打标签', exact: true }).click()
  await page.getByText('还没有填好：标签').waitFor()
  await expect.poll(isInSight).toBe(true)
  await look('issue')
  await page.keyboard.press('Control+z')
  await page.getByText('没有问题', { exact: true }).waitFor()
  await page.getByRole('button', { name: '重做' }).click()
  await page.getByText('还没有填好：标签').waitFor()
  await page.getByRole('button', { name: '键盘操作' }).click()
  await page.getByText('不用拖线').waitFor()
  await look('keyboard')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '撤销' }).click()
  await page.getByText('没有问题', { exact: true }).waitFor()
  await page.getByRole('button', { name: '打标签', exact: true }).click()
  await page.getByText('还没有填好：标签').waitFor()
  await page.locator('.react-flow__node.selected').focus()
  await page.keyboard.press('Delete')
  await page.getByRole('button', { name: '按比例分流', exact: true }).click()
  const share = page.getByRole('spinbutton', { name: /^占比 % / }).first()
  await share.fill('')
  await page.keyboard.press('Tab')
  expect(await share.inputValue()).toBe('')
  await page.getByText('每份占比是 1 到 100 的整数').first().waitFor()
  await share.fill('12.5')
  await page.keyboard.press('Tab')
  await page.getByText('每份占比是 1 到 100 的整数').first().waitFor()
  expect(await share.inputValue()).toBe('12.5')
  await page.getByRole('button', { name: '试跑' }).click()
  await page.getByRole('dialog').getByText('图上还有没填好的地方').waitFor()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /按比例分流/ })
    .click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.locator('.react-flow__node.selected').focus()
  await page.keyboard.press('Delete')
  for (const type of ['发群消息', '发朋友圈', '发短信']) {
    await page.getByRole('button', { name: type, exact: true }).click()
    await page.getByText('还没有填好：消息内容').waitFor()
    await page.getByText(`${type} · 未填写`).waitFor()
    await look(`add-${type}`)
    await page.locator('.react-flow__node.selected').focus()
    await page.keyboard.press('Delete')
  }
  await page.getByText('没有问题', { exact: true }).waitFor()
  await page.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByText('有未保存的修改').waitFor({ state: 'hidden' })
  expect(problems).toEqual([])
})

test('it is started, a customer is let in, counted where they wait, and their way can be read', async () => {
  await page.getByRole('button', { name: /^启\s*动$/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^启\s*动$/ })
    .click()
  await page.getByText('运行中').waitFor()
  await identifyMany(workspace.ctx, [{ identities: [{ kind: 'unionid', value: 'walker' }], facts: { name: '林小满' } }])
  const letIn = async () => {
    await page.getByRole('button', { name: '更多' }).click()
    await page.getByRole('menuitem', { name: '让客户进入' }).click()
    await page.getByRole('dialog').getByRole('combobox').first().fill('林小满')
    await page.locator('.ant-select-item').getByText('林小满').click()
  }
  await letIn()
  await page.getByRole('button', { name: '让 1 人进入' }).waitFor()
  await look('let-in')
  await page.getByRole('button', { name: '让 1 人进入' }).click()
  await page.getByText('已进入 1 人。').waitFor()
  await letIn()
  await page.getByRole('dialog').getByText('已在途').waitFor()
  await look('let-in-refused')
  await page.keyboard.press('Escape')
  await page.locator('.react-flow__node', { hasText: '等事件或规则' }).getByRole('button', { name: '1 人在这里' }).click()
  await look('people')
  await page.getByRole('button', { name: '林小满' }).click()
  await page.getByText('进入第 1 版').waitFor()
  await page.getByText('问清新好友的需求').last().waitFor()
  await page.getByText('企业微信没有给问候的机会').waitFor()
  await look('trace')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.goto(page.url().replace(/\?.*/, ''))
  await page.getByRole('button', { name: '1 人在这里' }).waitFor()
  await look('running')
  await page.goto(`${workspace.url}/journeys`)
  await page.getByRole('link', { name: '新好友承接' }).waitFor()
  await look('list')
  expect(problems).toEqual([])
})

test('one customer and a segment are walked through the drawing without anything happening', async () => {
  await page.getByRole('link', { name: '新好友承接' }).click()
  await page.getByRole('button', { name: /^试\s*跑$/ }).click()
  await page.getByRole('dialog').getByRole('combobox').first().fill('林小满')
  await page.locator('.ant-select-item').getByText('林小满').click()
  await page.getByRole('dialog').getByText('走到结束').waitFor()
  await page.getByRole('dialog').getByText('→ 超时').waitFor()
  await look('dry-run')
  await page.keyboard.press('Escape')
  const segment = { name: '所有人', rule: { and: [] } }
  const made = await page.request.post(`${workspace.url}/api/v1/segments`, { data: segment, headers: { 'Idempotency-Key': 'everybody' } })
  expect(made.status()).toBe(201)
  await page.reload()
  await page.getByRole('button', { name: /^模\s*拟$/ }).click()
  await page.getByRole('dialog').getByRole('combobox', { name: '人群' }).click()
  await page.locator('.ant-select-item').getByText('所有人').click()
  await page.getByRole('dialog').getByText('每天的消息和任务').waitFor()
  await look('simulate')
  await page.goto(`${workspace.url}/customers`)
  await page.getByRole('link', { name: /林小满/ }).click()
  await page.getByRole('link', { name: '新好友承接' }).waitFor()
  expect(problems).toEqual([])
})

test('a dry run asks for what a branch wants to know of the event, and goes by it', async () => {
  const filter = { entry: { amount: { gte: 500 } } }
  const draft = {
    entry: { by: 'event', event: 'order.paid' },
    start: 'big',
    steps: [
      { id: 'big', type: 'branch', paths: [{ name: '大单', when: filter, next: 'thanks' }], otherwise: null },
      { id: 'thanks', type: 'task', title: '致谢大单' },
    ],
  }
  const made = await page.request.post(`${workspace.url}/api/v1/journeys`, {
    data: { name: '大单致谢', draft },
    headers: { 'Idempotency-Key': 'big' },
  })
  const { id } = (await made.json()) as { id: string }
  await page.goto(`${workspace.url}/journeys/${id}`)
  await page.getByRole('button', { name: /^试\s*跑$/ }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('combobox').first().fill('林小满')
  await page.locator('.ant-select-item').getByText('林小满').click()
  await sheet.getByText('→ 其他').waitFor()
  await sheet
    .getByLabel(/金额|amount/)
    .last()
    .fill('800')
  await sheet.getByText('→ 大单').waitFor()
  await look('dry-run-brought')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^模\s*拟$/ }).click()
  await sheet.getByRole('combobox', { name: '人群' }).click()
  await page.locator('.ant-select-item').getByText('所有人').click()
  await sheet.getByText(/^其他 \d+/).waitFor()
  await sheet
    .getByLabel(/金额|amount/)
    .last()
    .fill('800')
  await sheet.getByText(/^大单 \d+/).waitFor()
  await sheet.getByText('超出频次规则', { exact: true }).waitFor()
  await look('simulate-brought')
  expect(problems).toEqual([])
})

test('a dry run asks what a wait is met with, goes by it, and says what a trial deals this person', async () => {
  const draft = {
    entry: { by: 'hand' },
    start: 'ask',
    steps: [
      {
        id: 'ask',
        type: 'wait_for',
        happens: [{ event: 'order.paid' }],
        timeout: { value: 1, unit: 'day' },
        next: 'big',
        otherwise: null,
      },
      {
        id: 'big',
        type: 'branch',
        paths: [{ name: '大单', when: { happened: { amount: { gte: 500 } } }, next: 'thanks' }],
        otherwise: null,
      },
      { id: 'thanks', type: 'task', title: '致谢大单' },
    ],
  }
  const { ctx } = workspace
  const journey = await createJourney(ctx, { name: '等大单', note: '', draft: Definition.parse(draft) })
  await publishJourney(ctx, rules, journey)
  const trial = await createExperiment(
    ctx,
    NewExperiment.parse({
      name: '该不该致谢',
      variants: [{ key: 'a', name: '致谢', weight: 1000 }],
      holdoutPerMille: 500,
      trialMetric: { name: '回复', event: 'survey.answered' },
      growthMetric: { name: '成交', event: 'order.paid', measure: 'sum(amount)' },
      windowDays: 7,
      plan: { base: 0.2, lift: 0.03 },
      thing: { kind: 'journey_step', id: publicId(ctx, 'jny', journey), step: 'thanks' },
    }),
  )
  await changeState(ctx, trial, { state: 'running' }, { journey: requireJourney, journey_step: requireStep })
  await page.goto(`${workspace.url}/journeys/${publicId(ctx, 'jny', journey)}`)
  await page.getByRole('button', { name: /^试\s*跑$/ }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('combobox').first().fill('林小满')
  await page.locator('.ant-select-item').getByText('林小满').click()
  await sheet.getByText('→ 超时').waitFor()
  await sheet.getByRole('checkbox').check()
  await sheet.getByText('→ 其他').waitFor()
  await sheet
    .getByLabel(/金额|amount/)
    .last()
    .fill('800')
  await sheet.getByText('→ 大单').waitFor()
  await sheet.getByText(/「该不该致谢」：(致谢|留出，跳过)/).waitFor()
  await look('dry-run-met')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^模\s*拟$/ }).click()
  await sheet.getByRole('combobox', { name: '人群' }).click()
  await page.locator('.ant-select-item').getByText('所有人').click()
  await sheet.getByText('每天的消息和任务').waitFor()
  await sheet.getByRole('checkbox').check()
  await sheet
    .getByLabel(/金额|amount/)
    .last()
    .fill('800')
  await sheet.getByText('被实验留出').waitFor()
  await look('simulate-held')
  expect(problems).toEqual([])
})

test('a paused journey says what that costs; an archived one is found, read, and brought back', async () => {
  await page.goto(`${workspace.url}/journeys`)
  await page.getByRole('link', { name: '新好友承接' }).click()
  await page.getByRole('button', { name: /^暂\s*停$/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^暂\s*停$/ })
    .click()
  await page.getByText('没有人进入。').first().waitFor()
  await look('paused')
  await page.goto(`${workspace.url}/journeys`)
  await page.getByRole('link', { name: '大单致谢' }).click()
  await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('menuitem', { name: '归档' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^归\s*档$/ })
    .click()
  await page.getByRole('link', { name: '大单致谢' }).waitFor({ state: 'hidden' })
  await page.goto(`${workspace.url}/journeys?archived=true`)
  await page.getByRole('link', { name: '大单致谢' }).waitFor()
  await look('archived-list')
  await page.getByRole('link', { name: '大单致谢' }).click()
  await page.getByText('已归档：只能查看').waitFor()
  await look('archived')
  await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('menuitem', { name: '恢复' }).click()
  await page.getByText('已恢复到列表').waitFor()
  await page.getByText('已归档：只能查看').waitFor({ state: 'hidden' })
  expect(problems).toEqual([])
})

test('a step is given a picture and a link; what a moment does not show is said by its place; a silent code names who greets', async () => {
  const draft = {
    entry: { by: 'event', event: 'customer.followed' },
    start: 'greet',
    steps: [
      { id: 'greet', type: 'welcome', text: '{{name|您}}好', next: 'moment' },
      { id: 'moment', type: 'moment', text: '春茶上新' },
    ],
  }
  const post = async <T>(path: string, data: object): Promise<T> => {
    const made = await page.request.post(`${workspace.url}/api/v1/${path}`, { data, headers: { 'Idempotency-Key': path } })
    expect(made.ok(), await made.text()).toBe(true)
    return (await made.json()) as T
  }
  const { id } = await post<{ id: string }>('journeys', { name: '春茶问候', draft })
  await page.goto(`${workspace.url}/journeys/${id}?step=greet`)
  const attachments = page.getByRole('group', { name: '附件' })
  const attach = async (name: string) => {
    await attachments.locator('input[type=file]').first().setInputFiles({ name, mimeType: 'image/png', buffer: picture() })
    await attachments.locator('img').first().waitFor()
  }
  await attach('春茶.png')
  await attachments.getByRole('button', { name: /链接$/ }).click()
  await page.getByText('第 2 个附件：请写标题').waitFor()
  await look('attachment-missing')
  await attachments.getByRole('textbox', { name: '链接标题' }).fill('春茶上新')
  await attachments.getByRole('textbox', { name: '链接地址' }).fill('https://tea.example/spring')
  await page.getByText('没有问题', { exact: true }).waitFor()
  await look('attachments')
  await page.getByLabel(/^发朋友圈 /).click()
  await attach('春茶.png')
  await attachments.getByRole('button', { name: /链接$/ }).click()
  await attachments.getByRole('textbox', { name: '链接标题' }).fill('春茶上新')
  await attachments.getByRole('textbox', { name: '链接地址' }).fill('https://tea.example/spring')
  await page.getByText('朋友圈的图片、视频、链接不能混在一条里').waitFor()
  await look('moment-mixed')
  await attachments.getByRole('button', { name: '移除附件' }).last().click()
  await page.getByText('没有问题', { exact: true }).waitFor()
  await page.getByRole('button', { name: /^试\s*跑$/ }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('combobox').first().fill('林小满')
  await page.locator('.ant-select-item').getByText('林小满').click()
  await sheet.getByText('林小满好').waitFor()
  await sheet.locator('img').first().waitFor()
  await look('dry-run-attachments')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByText('有未保存的修改').waitFor({ state: 'hidden' })
  await post(`journeys/${id}/publish`, {})
  const { items } = (await (await page.request.get(`${workspace.url}/api/v1/employees?limit=50`)).json()) as {
    items: { id: string; accounts: object[] }[]
  }
  const colleague = items.find(({ accounts }) => accounts.length > 0)
  const code = await post<{ id: string }>('live-codes', { name: '没有话', employees: [{ employeeId: colleague?.id }], welcome: null })
  await page.goto(`${workspace.url}/live-codes/${code.id}`)
  await page.getByText('由旅程问候符合条件的人').waitFor()
  await look('silent-code')
  await page.getByRole('link', { name: '春茶问候' }).click()
  await page.waitForURL(`**/journeys/${id}`)
  expect(problems).toEqual([])
})

test('a template that needs a segment says so; the calendar shows its days and when a marketing task is due', async () => {
  const { ctx } = workspace
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${workspace.url}/journeys`)
  await page.getByRole('button', { name: '新建旅程' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByRole('radio', { name: /沉默唤醒/ }).check()
  await look('template-schedule')
  await form.getByRole('button', { name: /^创\s*建$/ }).click()
  const issue = page.getByRole('button', { name: /还没有选择从哪个人群进入/ })
  await issue.waitFor()
  await look('segment-to-choose')
  await issue.click()
  await page.getByRole('combobox', { name: '人群' }).click()
  await page.locator('.ant-select-item').getByText('所有人').click()
  await page.getByText('没有问题', { exact: true }).waitFor()
  await page.getByRole('button', { name: /^启\s*动$/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^启\s*动$/ })
    .click()
  await page.getByText('运行中').waitFor()
  const { id: employee } = await ctx.db.selectFrom('employees').select('id').where('tenantId', '=', ctx.tenantId).executeTakeFirstOrThrow()
  await createMarketingTask(
    ctx,
    MarketingTaskInput.parse({
      name: '春茶冲刺',
      targetUrl: 'https://tea.example/spring',
      goal: 5,
      endsAt: new Date(Date.now() + 9 * 86_400_000).toISOString(),
      employeeIds: [publicId(ctx, 'emp', employee)],
    }),
  )
  // The day in Shanghai.
  const next = new Date(Date.now() + 9 * 86_400_000 + 8 * 3_600_000).toISOString().slice(0, 10)
  await page.goto(`${workspace.url}/calendar?from=${next}`)
  await page.getByRole('link', { name: '春茶冲刺' }).waitFor()
  await look('calendar')
  expect(await faultsOf(page)).toEqual([])
  await page.getByRole('link', { name: '沉默唤醒' }).first().click()
  await page.getByText('运行中').waitFor()
  await page.goto(`${workspace.url}/calendar?from=${next}`)
  await page.getByRole('link', { name: '春茶冲刺' }).click()
  await page.getByRole('dialog').getByText('春茶冲刺').first().waitFor()
  expect(problems).toEqual([])
})

test('too many to let in alone wait for a second person, whose word is given on the page', async () => {
  const { ctx } = workspace
  await page.setViewportSize({ width: 1440, height: 900 })
  await changePolicy(ctx, { approvalAbove: 0 })
  const draft = { entry: { by: 'hand' }, start: 'say', steps: [{ id: 'say', type: 'message', text: '春茶上新' }] }
  const journey = await createJourney(ctx, { name: '上新通知', note: '', draft: Definition.parse(draft) })
  await publishJourney(ctx, rules, journey)
  await page.goto(`${workspace.url}/journeys/${publicId(ctx, 'jny', journey)}`)
  await page.getByRole('button', { name: '更多' }).click()
  await page.getByRole('menuitem', { name: '让客户进入' }).click()
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('combobox').first().fill('林小满')
  await page.locator('.ant-select-item').getByText('林小满').click()
  await sheet.getByText('人数超过审批线').waitFor()
  await look('let-in-approval')
  await sheet.getByRole('button', { name: '申请让 1 人进入' }).click()
  await page.getByText('已提交，1 人等另一位同事审批后进入。').waitFor()
  await page.getByText('你参与了制作，请另一位同事审批。').waitFor()
  await look('let-in-own')
  // Somebody else's list, for whoever looks at the page.
  await reviewEntries({ ...ctx, actor: colleague }, journey, { approve: false, note: '' })
  const [person = 0] = await identifyMany(ctx, [{ identities: [{ kind: 'unionid', value: 'walker' }] }])
  await letInByHand({ ...ctx, actor: colleague }, journey, { people: [person] })
  await page.reload()
  await page.getByText('许念 申请让一批客户进入旅程').waitFor()
  await look('let-in-review')
  await page.getByRole('button', { name: /^批\s*准$/ }).click()
  await page.getByText('许念 申请让一批客户进入旅程').waitFor({ state: 'hidden' })
  expect((await readJourney(ctx, journey)).entered).toBe(1)
  expect(problems).toEqual([])
})

const colleague: Context['actor'] = { kind: 'employee', id: 999, name: '许念', permissions: new Set(['*']), scope: 'all' }

const picture = (): Buffer =>
  toPng('<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><rect width="400" height="300" fill="#0f9d77"/></svg>', 400)

/** Whether the chosen step lies on the drawing with nothing over it. */
async function isInSight(): Promise<boolean> {
  return page.locator('.react-flow__node.selected').evaluate((node) => {
    const { left, top, right, bottom } = node.getBoundingClientRect()
    return [
      [left + 8, top + 8],
      [right - 8, bottom - 8],
    ].every(([x = 0, y = 0]) => node.contains(document.elementFromPoint(x, y)))
  })
}
