import { beforeAll, describe, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import { groupJoined } from '#operation/events.ts'
import { changeState, createExperiment, expose } from '#operation/experiments/commands.ts'
import { readExperiment } from '#operation/experiments/queries.ts'
import { NewExperiment } from '#operation/experiments/schema.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { judgeRatios } from './jobs.ts'
import { peopleNeeded } from './power.ts'
import { readOut } from './queries.ts'
import { verdictOf } from './verdict.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const running = async (ctx: Context): Promise<number> => {
  const facts = NewExperiment.parse({
    name: '进群',
    holdoutPerMille: 500,
    variants: [{ key: 'sop', name: 'SOP', weight: 1000 }],
    trialMetric: { name: '进群', event: 'group.joined' },
    growthMetric: { name: '成交', event: 'order.paid', measure: 'sum(amount)' },
    guardRails: [{ name: '退群', event: 'group.left', tolerance: 0.01 }],
    windowDays: 2,
    plan: { base: 0.2, lift: 0.2 },
  })
  const id = await createExperiment(ctx, facts)
  await changeState(ctx, id, { state: 'running' })
  return id
}

/** People met the trial five to ten days ago; of the treated the first `joined` came into a group, of the others a fifth. */
async function live(ctx: Context, experiment: number, { treated, held, joined }: { treated: number; held: number; joined: number }) {
  const ids = await identifyMany(
    ctx,
    Array.from({ length: treated + held }, (_, i) => ({ identities: [{ kind: 'unionid', value: `u${i}` }] })),
  )
  const ago = (days: number) => new Date(ctx.now().getTime() - days * 86_400_000)
  await inTransaction(ctx, async (ctx) => {
    const sides = ids.map((customerId, i) => ({
      experiment,
      customerId,
      at: ago(5 + (i % 5)),
      ...(i < treated ? { variant: 'sop', ghost: false } : { variant: 'holdout', ghost: true }),
    }))
    await expose(ctx, sides)
    for (const [i, customerId] of ids.entries())
      if (i < treated ? i < joined : i % 5 === 0)
        emit(ctx, groupJoined, { customerId, at: ago(4 + (i % 5)), properties: { chat: 1, chatName: '群', scene: 'code' } })
  })
  while ((await loadOnce(workspace, async () => [])) > 0);
}

describe('a read-out', () => {
  test('says what a trial did, in the verdict of the day, with people as they were dealt', async () => {
    const ctx = await workspace.newTenant()
    const id = await running(ctx)
    expect(await readOut(ctx, id)).toMatchObject({ effects: [], ratio: { p: null, ok: true }, needed: { perSide: 82, people: 164 } })
    await live(ctx, id, { treated: 300, held: 300, joined: 150 })
    const { sides, effects, ratio, excluded, report } = await readOut(ctx, id)
    expect(sides).toEqual([
      { key: 'sop', name: 'SOP', share: 0.5, persons: 300, open: 0 },
      { key: 'holdout', name: '', share: 0.5, persons: 300, open: 0 },
    ])
    expect([ratio, excluded]).toEqual([{ p: 1, ok: true }, 0])
    expect(effects.map(({ role, name, verdict }) => [role, name, verdict])).toEqual([
      ['trial', '进群', 'better'],
      ['growth', '成交', 'early'],
      ['guard', '退群', 'early'],
    ])
    expect(effects[0]).toMatchObject({ control: 0.2, treatment: 0.5, persons: { control: 300, treatment: 300 } })
    const looks = effects[0]?.sequential?.looks ?? []
    expect(looks).toHaveLength(5)
    expect(looks.at(-1)?.lift).toBeCloseTo(effects[0]?.lift ?? 0, 12)
    expect(effects[0]?.cuped?.lift).toBeCloseTo(0.3, 6)
    expect(report).toMatchObject({ type: 'experiment', control: 'holdout', windowDays: 2 })
  })

  test('says who came before anybody of the control did', async () => {
    const ctx = await workspace.newTenant()
    const id = await running(ctx)
    await live(ctx, id, { treated: 3, held: 0, joined: 0 })
    const { effects, sides } = await readOut(ctx, id)
    expect(effects).toEqual([])
    expect(sides.map(({ key, persons }) => [key, persons])).toEqual([
      ['sop', 3],
      ['holdout', 0],
    ])
    const some = { ...ctx, actor: { ...ctx.actor, scope: [1] } }
    expect((await readOut(some, id)).sides.map(({ persons }) => persons)).toEqual([0, 0])
  })

  test('shares that are off are told once, and nothing else is believed', async () => {
    const ctx = await workspace.newTenant()
    const id = await running(ctx)
    await live(ctx, id, { treated: 300, held: 150, joined: 200 })
    for (let day = 0; day < 2; day++) await judgeRatios(workspace)
    const alarms = await ctx.db
      .selectFrom('eventLog')
      .select('properties')
      .where('tenantId', '=', ctx.tenantId)
      .where('name', '=', 'experiment.ratio_alarmed')
      .execute()
    expect(alarms).toMatchObject([{ properties: { experimentName: '进群' } }])
    expect((await readExperiment(ctx, id)).ratioAlarmedAt).not.toBeNull()
    expect((await readOut(ctx, id)).effects.map(({ verdict }) => verdict)).toEqual(['ratio_off', 'ratio_off', 'ratio_off'])
  })
})

describe('people needed', () => {
  const halves = { holdoutPerMille: 500, variants: [{ key: 'a', weight: 1000 }], control: 'holdout' }
  const ask = (more: object) =>
    peopleNeeded({ measure: 'converted', better: 'more', plan: { base: 0.2, lift: 0.03, power: 0.8 }, ...halves, ...more })

  test('grow as one side gets smaller, and with looking every day', () => {
    const even = ask({})
    expect(even).toMatchObject({ perSide: 2943, people: 5886 })
    expect(ask({ holdoutPerMille: 100 }).people).toBe(Math.ceil((2943 * (1 / 0.1 + 1 / 0.9)) / 2))
    expect(even.peopleLooking).toBeGreaterThan(even.people ?? 0)
    expect(even.peopleLooking).toBeLessThan(2 * (even.people ?? 0))
  })

  test('of a share that should fall are those of the lower one rising; sums ask for their spread', () => {
    expect(ask({ better: 'less', plan: { base: 0.23, lift: 0.03, power: 0.8 } })).toEqual(ask({}))
    expect(ask({ measure: 'sum(amount)', plan: { base: 10, spread: 50, lift: 5, power: 0.8 } }).perSide).toBe(
      Math.ceil((2 * 2500 * 7.8489) / 25),
    )
    expect(ask({ plan: { base: 0.99, lift: 0.03, power: 0.8 } }).perSide).toBeNull()
  })
})

test('verdicts: shares first, then what looks allow, then the plan', () => {
  const look = { day: '1', lift: 0.1, low: 0.02, high: 0.2, p: 0.01 }
  const judged = { better: 'more' as const, tolerance: null, perSide: 500, ratioOk: true, persons: { control: 600, treatment: 600 } }
  const sequential = { looks: [look], decidedOn: '1' }
  const open = { looks: [{ ...look, low: -0.1, p: 0.3 }], decidedOn: null }
  expect(verdictOf({ ...judged, sequential })).toBe('better')
  expect(verdictOf({ ...judged, sequential, better: 'less' })).toBe('worse')
  expect(verdictOf({ ...judged, sequential, ratioOk: false })).toBe('ratio_off')
  expect(verdictOf({ ...judged, sequential: undefined })).toBe('early')
  expect(verdictOf({ ...judged, sequential: open })).toBe('nothing_found')
  expect(verdictOf({ ...judged, sequential: open, perSide: 700 })).toBe('going_on')
  expect(verdictOf({ ...judged, sequential, better: 'less', tolerance: 0.01 })).toBe('worse')
  expect(verdictOf({ ...judged, sequential, better: 'less', tolerance: 0.05 })).toBe('going_on')
})
