import { beforeAll, describe, expect, test } from 'vitest'
import { identify } from '#management/identity/commands.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { changeState, createExperiment } from './commands.ts'
import { changeControlGroup } from './control-commands.ts'
import { heldOutOfAll } from './control-queries.ts'
import { noteShown } from './page-commands.ts'
import { answerPage } from './page-queries.ts'
import { readExperiment, variantsFor } from './queries.ts'
import { NewExperiment } from './schema.ts'
import { openSlip, sealSlip } from './slip.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const drawn = (more: object = {}) =>
  NewExperiment.parse({
    name: '首屏',
    holdoutPerMille: 300,
    variants: [
      { key: 'a', name: '故事', weight: 500 },
      { key: 'b', name: '小样', weight: 500 },
    ],
    trialMetric: { name: '加购', event: 'cart.added' },
    growthMetric: { name: '成交', event: 'order.paid', measure: 'sum(amount)' },
    windowDays: 1,
    plan: { base: 0.2, lift: 0.03 },
    thing: { kind: 'page', id: '/shop' },
    ...more,
  })

async function running(ctx: Context, more: object = {}): Promise<number> {
  const id = await createExperiment(ctx, drawn(more))
  await changeState(ctx, id, { state: 'running' })
  return id
}

const visitor = (ctx: Context, device: string): Promise<number> => identify(ctx, [{ kind: 'device', value: device }])

const ask = (ctx: Context, id: number, customerId: number | undefined, slip?: string) =>
  answerPage(ctx, { experiment: publicId(ctx, 'xpt', id), slip, who: async () => customerId })

const slipOf = (ctx: Context, text = '') => {
  const slip = openSlip(ctx, text)
  if (!slip) throw new Error('no slip')
  return slip
}

const exposures = (ctx: Context) =>
  ctx.db.selectFrom('experimentExposures').select(['customerId', 'variant', 'ghost', 'at']).where('tenantId', '=', ctx.tenantId).execute()

describe('a page that is tried', () => {
  test('is dealt by whom its visitor counts as; asking writes nobody down, showing does, once', async () => {
    const ctx = await workspace.newTenant()
    const id = await running(ctx)
    const people = await Promise.all(Array.from({ length: 40 }, (_, i) => visitor(ctx, `d${i}`)))
    const dealt = await variantsFor(ctx, id, people)
    const answers = await Promise.all(people.map((one) => ask(ctx, id, one)))
    for (const [i, one] of people.entries()) {
      const lot = dealt.get(one)
      expect(answers[i]?.variant).toBe(lot?.ghost ? null : lot?.variant)
      expect(slipOf(ctx, answers[i]?.slip)).toMatchObject({ experiment: id, customerId: one, variant: lot?.variant, ghost: lot?.ghost })
    }
    expect(new Set(answers.map(({ variant }) => variant))).toEqual(new Set(['a', 'b', null]))
    expect(await exposures(ctx)).toEqual([])
    const slips = answers.map(({ slip }) => ({ slip: slipOf(ctx, slip), at: ctx.now() }))
    await noteShown(ctx, [...slips, ...slips])
    await noteShown(ctx, slips)
    const written = await exposures(ctx)
    expect(written).toHaveLength(40)
    for (const row of written) expect(dealt.get(row.customerId)).toMatchObject({ variant: row.variant, ghost: row.ghost })
    expect(await readExperiment(ctx, id)).toMatchObject({ exposed: 40, ghosts: [...dealt.values()].filter(({ ghost }) => ghost).length })
  })

  test('a browser keeps its variant when it turns out whose it is, and the exposure stays that of the browser', async () => {
    const ctx = await workspace.newTenant()
    const id = await running(ctx, { holdoutPerMille: 0 })
    for (let i = 0; i < 12; i++) {
      const device = await visitor(ctx, `d${i}`)
      const first = await ask(ctx, id, device)
      const member = await identify(ctx, [
        { kind: 'person', value: `m${i}` },
        { kind: 'device', value: `d${i}` },
      ])
      expect(await ask(ctx, id, member, first.slip)).toEqual(first)
      await noteShown(ctx, [{ slip: slipOf(ctx, first.slip), at: ctx.now() }])
      // Another browser of the same person gets what they have met.
      expect((await ask(ctx, id, member)).variant).toBe(first.variant)
    }
    expect(await exposures(ctx)).toHaveLength(12)
  })

  test('shown is between dealt and now, whatever the clock of a phone says', async () => {
    const ctx = await workspace.newTenant()
    const id = await running(ctx)
    const [one, other] = [await visitor(ctx, 'one'), await visitor(ctx, 'other')]
    const dealt = new Date(Date.now() - 60_000)
    const slips = await Promise.all([one, other].map(async (who) => (await ask({ ...ctx, now: () => dealt }, id, who)).slip))
    const at = [new Date(0), new Date(Date.now() + 3_600_000)]
    await noteShown(
      ctx,
      slips.map((slip, i) => ({ slip: slipOf(ctx, slip), at: at[i] ?? dealt })),
    )
    const moments = new Map((await exposures(ctx)).map((row) => [row.customerId, row.at.getTime()]))
    expect(moments.get(one)).toBe(dealt.getTime())
    expect(moments.get(other)).toBeLessThanOrEqual(Date.now())
  })

  test('drafts show the page as it is, and what is over shows its winner, to everybody and for nobody’s count', async () => {
    const ctx = await workspace.newTenant()
    const draft = await createExperiment(ctx, drawn())
    const who = await visitor(ctx, 'd')
    expect(await ask(ctx, draft, who)).toEqual({ variant: null })
    await changeState(ctx, draft, { state: 'running' })
    const { slip } = await ask(ctx, draft, who)
    await changeState(ctx, draft, { state: 'stopped', winner: 'b' })
    expect(await ask(ctx, draft, who, slip)).toEqual({ variant: 'b' })
    await changeState(ctx, draft, { state: 'archived' })
    expect(await ask(ctx, draft, undefined)).toEqual({ variant: 'b' })
    const lost = await running(ctx)
    await changeState(ctx, lost, { state: 'stopped', winner: 'holdout' })
    expect(await ask(ctx, lost, who)).toEqual({ variant: null })
    await noteShown(ctx, [{ slip: slipOf(ctx, slip), at: ctx.now() }])
    expect(await exposures(ctx)).toEqual([])
  })

  test('machines, and customers of the control group, see the page as it is and enter nothing', async () => {
    const ctx = await workspace.newTenant()
    const id = await running(ctx)
    expect(await ask(ctx, id, undefined)).toEqual({ variant: null })
    const people = await Promise.all(Array.from({ length: 12 }, (_, i) => visitor(ctx, `d${i}`)))
    const before = await Promise.all(people.map((one) => ask(ctx, id, one)))
    await changeControlGroup(ctx, { perMille: 500, rotate: false })
    const control = await heldOutOfAll(ctx, people)
    expect(control.size).toBeGreaterThan(0)
    for (const [i, one] of people.entries()) {
      expect((await ask(ctx, id, one)).slip === undefined).toBe(control.has(one))
      expect(await ask(ctx, id, one, before[i]?.slip)).toEqual(control.has(one) ? { variant: null } : before[i])
    }
  })

  test('nothing is told of other trials, of other companies, or of what is not there', async () => {
    const [ctx, stranger] = [await workspace.newTenant(), await workspace.newTenant()]
    const id = await running(ctx)
    const message = await running(ctx, { thing: { kind: 'message', id: 'msg_1' } })
    const none = { status: 404, code: 'experiment.not_found' }
    await expect(ask(ctx, message, 1)).rejects.toMatchObject(none)
    await expect(ask(ctx, id + 1000, 1)).rejects.toMatchObject(none)
    await expect(answerPage(stranger, { experiment: publicId(ctx, 'xpt', id), slip: undefined, who: async () => 1 })).rejects.toMatchObject(
      none,
    )
    await expect(answerPage(ctx, { experiment: 'xpt_made_up', slip: undefined, who: async () => 1 })).rejects.toMatchObject(none)
  })

  test('a slip opens for the company that sealed it only, unchanged, and not for another trial', async () => {
    const [ctx, stranger] = [await workspace.newTenant(), await workspace.newTenant()]
    const [id, other] = [await running(ctx), await running(ctx, { thing: { kind: 'page', id: '/other' } })]
    const who = await visitor(ctx, 'd')
    const { slip = '' } = await ask(ctx, id, who)
    expect(slip.length).toBeLessThan(200)
    const changed = `${slip.slice(0, -2)}${slip.endsWith('AA') ? 'BB' : 'AA'}`
    for (const text of ['', 'x', 'x'.repeat(900), changed, slip.slice(1)]) expect(openSlip(ctx, text)).toBeUndefined()
    expect(openSlip(stranger, slip)).toBeUndefined()
    const answer = await ask(ctx, other, who, slip)
    expect(slipOf(ctx, answer.slip).experiment).toBe(other)
    // A database that was restored from before the trial.
    const gone = { experiment: id + 1000, customerId: who, variant: 'a', ghost: false, dealtAt: ctx.now() }
    await noteShown(ctx, [
      { slip: slipOf(ctx, sealSlip(ctx, gone)), at: ctx.now() },
      { slip: { ...slipOf(ctx, slip), variant: 'zzz' }, at: ctx.now() },
    ])
    expect(await exposures(ctx)).toEqual([])
  })
})
