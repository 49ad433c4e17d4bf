import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { rulesForJourneys } from '#insight/segments/journey-rules.ts'
import { customerFollowed } from '#management/events.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { messageSent } from '#operation/events.ts'
import { createJourney, publishJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { faultsOf, lookAt, openConsole } from '../support/browser.ts'
import { call, look, saving, statOf, withInsightConsole } from '../support/insight-console.ts'
import { browser, page, problems, workspace } from '../support/sandboxed-console.ts'
import { until } from '../support/until.ts'

// Pages of Insight that are opened seldom: an employee's own board, a trial drawn up from a behaviour, touchpoints of the stages.

withInsightConsole()

const dayMs = 86_400_000

/** A picture as the page stands, into the folder that LOOK names. */
async function shot(name: string): Promise<void> {
  if (process.env.LOOK) await page.screenshot({ path: `${process.env.LOOK}/insight-${name}.png` })
}

/** The colleague whom the four friends belong to, logged in for the first time. */
async function keeperPage(): Promise<Page> {
  type Row = { id: string; name: string; customers: number }
  const { items } = await call<{ items: Row[] }>('GET', 'employees?limit=200')
  const keeper = items.find(({ customers }) => customers > 0)
  const roles = await call<{ items: { id: string; key: string | null; name: string }[] }>('GET', 'roles')
  const roleId = roles.items.find(({ name }) => name === '员工')?.id
  await call('PATCH', `employees/${keeper?.id}`, { login: 'keeper', roleId, scope: 'self' })
  const { password } = await call<{ password: string }>('POST', `employees/${keeper?.id}/password-reset`)
  return openConsole(browser, { ...workspace, login: 'keeper', password }, problems)
}

test('an employee sees the numbers of their own customers, and nothing of the company', async () => {
  const own = await keeperPage()
  await own.goto(`${workspace.url}/boards/employee`)
  await own.getByRole('heading', { name: '我的看板' }).waitFor()
  const card = (name: string) => own.locator('.metric-card').filter({ hasText: name })
  await expect.poll(() => card('支付金额').textContent()).toContain('¥956')
  await lookAt(own, 'insight-own-board', 1500)
  expect(await faultsOf(own)).toEqual([])
  await own.goto(`${workspace.url}/reports`)
  await own
    .getByText(/没有.*权限/)
    .first()
    .waitFor()
  await own.context().close()
}, 180_000)

/** People of sixty days ago, half of whom came into a group early: of these more looked at a page later. */
async function comers(): Promise<void> {
  const { ctx } = workspace
  const names = Array.from({ length: 240 }, (_, i) => `early-${i}`)
  const ids = await identifyMany(
    ctx,
    names.map((value, i) => ({ identities: [{ kind: 'person' as const, value }], facts: { name: `老友${i}` } })),
  )
  const ago = (days: number) => new Date(ctx.now().getTime() - days * dayMs)
  await inTransaction(ctx, async (ctx) => {
    for (const customerId of ids)
      emit(ctx, customerFollowed, { customerId, at: ago(60), properties: { employee: 1, employeeName: '小王', again: false } as never })
  })
  const event = (person: string, event: string, days: number) => ({ person, event, timestamp: ago(days).getTime(), properties: {} })
  const events = names.flatMap((person, i) => [
    ...(i % 2 === 0 ? [event(person, 'product.viewed', 57)] : []),
    ...((i * 7919) % 100 < (i % 2 === 0 ? 65 : 25) ? [event(person, 'page.viewed', 35)] : []),
  ])
  await call('POST', 'events', { events })
}

test('a behaviour that goes before staying becomes a trial, with its event, measure, days and base filled in', async () => {
  await comers()
  await page.goto(`${workspace.url}/stages?view=candidates`)
  await page.waitForTimeout(4000)
  await page.reload()
  await page.waitForLoadState('networkidle')
  await look('candidates')
  const prove = page.getByRole('link', { name: '用实验验证' }).first()
  await prove.click()
  const form = page.getByRole('dialog')
  await form.getByLabel('名称', { exact: true }).waitFor()
  await page.waitForTimeout(1500)
  await look('candidate-trial')
  await form.getByLabel('增长指标', { exact: true }).scrollIntoViewIfNeeded()
  await form
    .getByText(/需要 [\d,]+ 人/)
    .first()
    .scrollIntoViewIfNeeded()
  await look('candidate-trial-below')
  expect(await faultsOf(page)).toEqual([])
}, 180_000)

test('what a journey cost is written on its page, and stands against what it brought', async () => {
  const { ctx } = workspace
  const draft = Definition.parse({ entry: { by: 'hand' }, start: 'call', steps: [{ id: 'call', type: 'task', title: '回访', next: null }] })
  const journey = await createJourney(ctx, { name: '入会回访', note: '', draft })
  await publishJourney(ctx, rulesForJourneys, journey)
  await page.goto(`${workspace.url}/journeys/${publicId(ctx, 'jny', journey)}`)
  await page.getByText('没有记录成本').waitFor()
  const form = page.getByRole('dialog')
  // The drawing is another one on a phone, so a form does not outlive a change of width.
  for (const [width, labour, whole] of [
    [390, '20', '¥50.00'],
    [1440, '120.5', '¥150.50'],
  ] as const) {
    await page.setViewportSize({ width, height: 900 })
    await page.getByRole('button', { name: '记成本' }).click()
    await form.getByLabel('人力').fill(labour)
    await form.getByLabel('优惠券').fill('30')
    await shot(`cost-${width}`)
    expect(await faultsOf(page)).toEqual([])
    await form.getByRole('button', { name: /^保\s*存$/ }).click()
    await page.getByText(whole).first().waitFor()
    await form.waitFor({ state: 'hidden' })
    await page.getByText(whole).first().scrollIntoViewIfNeeded()
    await shot(`journey-with-cost-${width}`)
  }
}, 180_000)

test('the plan of a layer names a journey, tags and an employee, and the journey stays for it', async () => {
  await page.goto(`${workspace.url}/value`)
  await page.getByRole('button', { name: '方案与规则' }).click()
  const form = page.getByRole('dialog')
  const choose = async (label: string, option: string) => {
    await form.getByLabel(label).first().click()
    await page.locator('.ant-select-dropdown:visible').getByText(option).first().click()
  }
  await choose('旅程', '入会回访')
  await choose('标签', '高意向')
  await page.keyboard.press('Escape')
  await form.getByLabel('权益').first().fill('生日双倍积分')
  await form.getByLabel('负责人').first().click()
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option').first().click()
  await page.waitForTimeout(600)
  await shot('layer-plan')
  expect(await faultsOf(page)).toEqual([])
  await form.getByRole('button', { name: /^保\s*存$/ }).click()
  await form.waitFor({ state: 'hidden' })
  await page.locator('.pyramid').getByRole('link', { name: '入会回访' }).waitFor()
  await look('layers-planned')
  expect(await faultsOf(page)).toEqual([])
}, 180_000)

test('the effect of a touch is a report with an editor', async () => {
  await page.goto(`${workspace.url}/reports/new?type=effect`)
  await page.getByText('触达效果').first().waitFor()
  const draft = encodeURIComponent(
    JSON.stringify({ type: 'effect', dateFrom: '2020-01-01', dateTo: '2099-01-01', touch: { event: 'customer.followed' } }),
  )
  await page.waitForLoadState('networkidle')
  await look('effect-empty')
  await page.goto(`${workspace.url}/reports/new?report=${draft}`)
  await page.waitForLoadState('networkidle')
  await look('effect')
  expect(await faultsOf(page)).toEqual([])
}, 180_000)

test('touchpoints of a stage are written on its page, and seen with what happened at them', async () => {
  await page.goto(`${workspace.url}/stages`)
  await page.waitForLoadState('networkidle')
  await look('stages')
  await page
    .getByRole('button', { name: /编辑|修改|规则/ })
    .first()
    .click()
  const form = page.getByRole('dialog')
  await form.waitFor()
  await page.waitForTimeout(1500)
  await form.getByRole('button', { name: '添加触点' }).first().scrollIntoViewIfNeeded()
  await look('touchpoints')
  await form.getByRole('button', { name: '添加触点' }).first().click()
  await form.getByLabel('触点', { exact: true }).nth(4).fill('门店海报')
  await form.getByLabel('绑定事件', { exact: true }).nth(4).click()
  await page.locator('.ant-select-dropdown:visible').getByText('加好友').first().click()
  await shot('touchpoint-added')
  await page.setViewportSize({ width: 390, height: 844 })
  await form.getByRole('button', { name: '添加触点' }).first().scrollIntoViewIfNeeded()
  await page.waitForTimeout(600)
  await shot('touchpoint-added-390')
  await page.setViewportSize({ width: 1440, height: 900 })
  await form.getByRole('button', { name: /^保\s*存$/ }).click()
  await form.waitFor({ state: 'hidden' })
  await page.getByRole('tab', { name: '触点地图' }).click()
  await page.getByText('门店海报').waitFor()
  await look('touchpoint-map')
  expect(await faultsOf(page)).toEqual([])
  expect(problems).toEqual([])
}, 180_000)

test('waste: what a message and the step of a journey cost, in two currencies', async () => {
  const { ctx } = workspace
  const rows = await ctx.db
    .selectFrom('customers')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('name', 'in', ['林小满', '赵可', '陈默', '周周'])
    .where('listed', '=', true)
    .execute()
  const friends = rows.map(({ id }) => id)
  expect(friends).toHaveLength(4)
  const message = (name: string) =>
    call<{ id: string }>('POST', 'messages', { name, to: { whom: 'customers', audience: {} }, content: { text: name, attachments: [] } })
  const [spring, abroad] = [await message('春茶上新'), await message('海外仓通知')]
  const steps = [{ id: 'hi', name: '问候', type: 'message', text: '您好' }]
  const journey = await createJourney(ctx, {
    name: '老客问候',
    note: '',
    draft: Definition.parse({ entry: { by: 'hand' }, start: 'hi', steps }),
  })
  await publishJourney(ctx, rulesForJourneys, journey)
  const cost = (path: string, currency: string, amountMinor: number) =>
    call('PUT', `${path}/cost`, { currency, items: [{ kind: 'media', amountMinor }] })
  await cost(`messages/${spring.id}`, 'CNY', 36_000)
  await cost(`messages/${abroad.id}`, 'USD', 2500)
  await cost(`journeys/${publicId(ctx, 'jny', journey)}`, 'CNY', 12_000)
  const said = { content: 1, kind: 'marketing' } as const
  await inTransaction(ctx, async (ctx) => {
    for (const customerId of friends) {
      emit(ctx, messageSent, { customerId, properties: { ...said, source: 'message', sourceId: internalId(ctx, 'msg', spring.id) } })
      emit(ctx, messageSent, { customerId, properties: { ...said, source: 'message', sourceId: internalId(ctx, 'msg', abroad.id) } })
      emit(ctx, messageSent, { customerId, properties: { ...said, source: 'journey', sourceId: journey, step: 'hi' } })
    }
  })
  const row = (name: RegExp) => page.getByRole('row', { name })
  await page.goto(`${workspace.url}/waste`)
  await until(async () => {
    await page.reload()
    await page.waitForLoadState('networkidle')
    return row(/^海外仓通知 /).isVisible()
  }, 60_000)
  expect(await row(/^春茶上新 /).textContent()).toContain('¥360.00')
  expect(await row(/^老客问候 · 问候 /).textContent()).toContain('¥120.00')
  expect(await row(/^海外仓通知 /).textContent()).toContain('$25.00')
  // 展会 cost 80 more; dollars stand by themselves.
  expect(await statOf('花掉').textContent()).toMatch(/¥560\.00.*\$25\.00/)
  await look('waste-weighed')
  expect(await faultsOf(page, { colours: true })).toEqual([])
}, 180_000)

test('a property that nobody knows is said at the step of a journey and at the field of an experiment', async () => {
  const draft = {
    entry: { by: 'event', event: 'order.paid', where: { amuont: { gte: 500 } } },
    start: 'wait',
    steps: [
      { id: 'wait', type: 'wait_for', happens: [{ event: 'order.paid', where: { curency: 'CNY' } }], timeout: { value: 1, unit: 'day' } },
    ],
  }
  const { id } = await call<{ id: string }>('POST', 'journeys', { name: '大单回访', note: '', draft })
  await page.goto(`${workspace.url}/journeys/${id}`)
  const issues = page.getByRole('list', { name: '待改' })
  await issues.getByText('怎么进入：没有“amuont”这个属性').waitFor()
  await issues.getByText('没有“curency”这个属性').waitFor()
  expect(await issues.textContent()).toMatch(/amount.*currency/)
  await look('journey-unknown-property')
  const experiment = await call<{ id: string }>('POST', 'experiments', {
    ...{ name: '满减', holdoutPerMille: 500, windowDays: 7, plan: { base: 0.2, lift: 0.05 } },
    variants: [{ key: 'a', name: 'A', weight: 1000 }],
    trialMetric: { name: '成交', event: 'order.paid' },
    growthMetric: { name: '人民币成交额', event: 'order.paid', measure: 'sum(amount)', where: { currency: 'CNY' } },
  })
  await page.goto(`${workspace.url}/experiments/${experiment.id}`)
  await page.getByRole('button', { name: '编辑' }).first().click()
  const form = page.getByRole('dialog')
  await form.locator('#growthMetric_property').fill('amuont')
  await form.getByRole('button', { name: saving }).click()
  const field = form
    .locator('.ant-form-item')
    .filter({ has: page.locator('#growthMetric_property') })
    .last()
  await field.getByText('没有“amuont”这个属性').waitFor()
  await shot('experiment-unknown-property')
  await form.locator('#growthMetric_property').fill('items')
  await form.getByRole('button', { name: saving }).click()
  await form.waitFor({ state: 'hidden' })
  expect(await call('GET', `experiments/${experiment.id}`)).toMatchObject({
    growthMetric: { name: '人民币成交额', measure: 'sum(items)', where: { currency: 'CNY' } },
  })
  expect(problems).toEqual([])
}, 180_000)
