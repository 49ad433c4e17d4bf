import { expect, test } from 'vitest'
import { createSegment } from '#insight/segments/commands.ts'
import { rulesForJourneys } from '#insight/segments/journey-rules.ts'
import { NewSegment } from '#insight/segments/schema.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { groupJoined } from '#operation/events.ts'
import { changeState, createExperiment, expose } from '#operation/experiments/commands.ts'
import { changeControlGroup } from '#operation/experiments/control-commands.ts'
import { NewExperiment } from '#operation/experiments/schema.ts'
import { submitJourney } from '#operation/journeys/approving.ts'
import { createJourney, publishJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { choose, faultsOf } from '../support/browser.ts'
import { look, page, problems, withSandboxedConsole, workspace } from '../support/sandboxed-console.ts'

// An operator draws up an experiment, sees how many people it needs, starts it, and reads what another one found.

withSandboxedConsole(async () => {
  await liveTrial()
})

test('an experiment is drawn up with its people counted, started, and frozen', async () => {
  await page.goto(`${workspace.url}/experiments`)
  await page.getByRole('link', { name: '进群邀请' }).waitFor()
  await look('list')
  await page.getByRole('button', { name: '新建实验' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByLabel('名称', { exact: true }).fill('新人礼')
  await choose(form.getByLabel('试错指标', { exact: true }), '进群')
  await form.getByText(/需要 [\d,]+ 人，才能看出/).waitFor()
  const point = async (label: string, option: string | RegExp) => {
    await form.getByLabel(label).click()
    await page.locator('.ant-select-dropdown:visible').getByText(option).click()
  }
  await point('用在哪里', '旅程步骤')
  await point('选择旅程', '回访')
  await point('选择步骤', /派任务/)
  await look('form')
  await form.getByRole('button', { name: /^保\s*存$/ }).click()
  await page.getByRole('button', { name: /^启\s*动$/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^启\s*动$/ })
    .click()
  await page.getByText('进行中').waitFor()
  await page.getByRole('button', { name: /^编\s*辑$/ }).click()
  await page.getByText('实验进行中，只能改名称').waitFor()
  expect(await page.getByRole('dialog').getByText('实验组').count()).toBe(0)
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: /回访 · / }).click()
  await page.getByRole('link', { name: '新人礼' }).waitFor()
  await page.getByRole('img', { name: '有实验' }).waitFor()
  await look('journey-tried')
  await page.goto(page.url().replace(/\?.*/, ''))
  await page.getByRole('link', { name: '成交金额' }).or(page.getByText('带来了什么')).first().waitFor()
  await look('journey-measured')
  expect(problems).toEqual([])
})

test('a read-out says in words what was found, and a control group who is left alone', async () => {
  await page.goto(`${workspace.url}/experiments`)
  await page.getByRole('link', { name: '进群邀请' }).click()
  await page.getByText(/进群：邀请 SOP比对照高 .*可以下结论了/).waitFor({ timeout: 20_000 })
  await page.getByText('差值随时间').waitFor()
  await look('read-out')
  await page.goto(`${workspace.url}/experiments?view=control`)
  await page.getByText('第 1 批').waitFor()
  await page.getByRole('row', { name: /活跃人占比/ }).waitFor()
  await look('control')
  expect(problems).toEqual([])
})

test('the effect of a journey says beside what came after it what it caused, or that nobody knows', async () => {
  await page.goto(`${workspace.url}/journeys`)
  await page.getByRole('link', { name: '邀请进群' }).click()
  const caused = page.locator('section').filter({ has: page.getByRole('heading', { name: '是它带来的吗' }) })
  await caused.getByText(/进群：邀请 SOP比对照高 .*可以下结论了/).waitFor()
  await caused.getByText(/95% 区间 \+[\d.]+pp … \+[\d.]+pp/).waitFor()
  await caused.getByText('15% 的客户在全公司对照组里').waitFor()
  await look('journey-caused')
  expect(await faultsOf(page)).toEqual([])
  await page.setViewportSize({ width: 1440, height: 900 })
  await caused.getByRole('link', { name: '进群邀请' }).click()
  await page.getByText('差值随时间').waitFor()
  await page.goto(`${workspace.url}/journeys`)
  await page.getByRole('link', { name: '老客关怀' }).click()
  await caused.getByText('这条旅程没有做过实验').waitFor()
  const toTrial = caused.getByRole('link', { name: '去建实验' })
  await toTrial.waitFor()
  await look('journey-untried')
  await toTrial.click()
  const form = page.getByRole('dialog', { name: '新建实验' })
  await form.getByTitle('老客关怀').waitFor()
  expect(await form.getByLabel('名称', { exact: true }).inputValue()).toBe('老客关怀：留出对比')
  await look('journey-to-try')
  expect(problems).toEqual([])
})

test('a journey for many starts by the word of a second person', async () => {
  await waitForApproval()
  await page.goto(`${workspace.url}/journeys`)
  await page.getByRole('link', { name: '唤醒老客' }).click()
  await page.getByText(/预计触达 [\d,]+ 人/).waitFor()
  await look('journey-review')
  await page.getByRole('button', { name: /^批\s*准$/ }).click()
  await page.getByText('运行中').waitFor()
  expect(problems).toEqual([])
})

/** A trial of an invitation, some days old: of the treated half came into a group, of those held out a fifth. */
async function liveTrial(): Promise<void> {
  const { ctx } = workspace
  const ids = await identifyMany(
    ctx,
    Array.from({ length: 1200 }, (_, i) => ({ identities: [{ kind: 'unionid', value: `trial-${i}` }], facts: { name: `客户${i}` } })),
  )
  const facts = NewExperiment.parse({
    name: '进群邀请',
    hypothesis: '加好友第二天邀请进群，会有更多人进群，并带来更多成交',
    holdoutPerMille: 500,
    variants: [{ key: 'sop', name: '邀请 SOP', weight: 1000 }],
    trialMetric: { name: '进群', event: 'group.joined' },
    growthMetric: { name: '成交金额', event: 'order.paid', measure: 'sum(amount)' },
    guardRails: [{ name: '退群', event: 'group.left', better: 'less', tolerance: 0.01 }],
    windowDays: 3,
    plan: { base: 0.2, lift: 0.08 },
    thing: { kind: 'journey', id: publicId(ctx, 'jny', await invitation()) },
  })
  const experiment = await createExperiment(ctx, facts)
  await changeState(ctx, experiment, { state: 'running' })
  const ago = (days: number) => new Date(ctx.now().getTime() - days * 86_400_000)
  await inTransaction(ctx, async (ctx) => {
    const treated = (i: number) => i % 2 === 0
    await expose(
      ctx,
      ids.map((customerId, i) => ({
        experiment,
        customerId,
        at: ago(5 + (i % 15)),
        variant: treated(i) ? 'sop' : 'holdout',
        ghost: !treated(i),
      })),
    )
    for (const [i, customerId] of ids.entries())
      if ((i * 7919) % 100 < (treated(i) ? 38 : 22))
        emit(ctx, groupJoined, { customerId, at: ago(4 + (i % 15)), properties: { chat: 1, chatName: '福利群', scene: 'code' } })
  })
  await changeControlGroup({ ...ctx, now: () => ago(10) }, { perMille: 150, rotate: false })
  await store()
}

/** The journey that the trial is of, beside one that nobody tried. */
async function invitation(): Promise<number> {
  const { ctx } = workspace
  const draft = Definition.parse({ entry: { by: 'hand' }, start: 'call', steps: [{ id: 'call', type: 'task', title: '打电话' }] })
  const [untried = 0, tried = 0] = [
    await createJourney(ctx, { name: '老客关怀', note: '', draft }),
    await createJourney(ctx, { name: '邀请进群', note: '', draft }),
  ]
  for (const journey of [untried, tried]) await publishJourney(ctx, rulesForJourneys, journey)
  return tried
}

/** A journey that runs, with a step to try. */
async function store(): Promise<void> {
  const { ctx } = workspace
  const draft = Definition.parse({
    entry: { by: 'hand' },
    start: 'call',
    steps: [
      { id: 'call', type: 'task', title: '打电话回访', next: 'lots' },
      {
        id: 'lots',
        type: 'split',
        paths: [
          { name: '送小样', weight: 50, next: 'gift' },
          { name: '什么都不做', weight: 50, next: null },
        ],
      },
      { id: 'gift', type: 'offer', offer: 'coupon', value: '小样', next: null },
    ],
    trialMetric: 'paid_amount',
    growthMetric: 'gmv',
  })
  await publishJourney(ctx, rulesForJourneys, await createJourney(ctx, { name: '回访', note: '', draft }))
}

/** A journey for more people than may be reached without a second person's word, submitted by a colleague. */
async function waitForApproval(): Promise<void> {
  const { ctx } = workspace
  await changePolicy(ctx, { approvalAbove: 100 })
  const { id } = await createSegment(ctx, NewSegment.parse({ name: '进过群', rule: { event: { event: 'group.joined' } } }))
  const draft = Definition.parse({
    entry: { by: 'schedule', segment: publicId(ctx, 'seg', id), repeat: { every: 'day', at: '10:00' } },
    start: 'call',
    steps: [{ id: 'call', type: 'task', title: '打电话回访' }],
  })
  const colleague = { ...ctx, actor: { ...ctx.actor, kind: 'employee', id: 99_999, name: '小周' } } as Context
  const journey = await createJourney(colleague, { name: '唤醒老客', note: '', draft })
  expect(await submitJourney(colleague, rulesForJourneys, journey, { migrate: false })).toBe('review')
}
