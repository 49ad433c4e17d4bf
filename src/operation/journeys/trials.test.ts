import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { changeState, createExperiment } from '#operation/experiments/commands.ts'
import { changeControlGroup } from '#operation/experiments/control-commands.ts'
import { heldOutOfAll } from '#operation/experiments/control-queries.ts'
import { variantsFor } from '#operation/experiments/queries.ts'
import { NewExperiment, type Thing } from '#operation/experiments/schema.ts'
import type { Context } from '#platform/context.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { changeJourney, createJourney, enterByHand, publishJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { dryRun, simulate } from './foresight.ts'
import { moveOnce } from './loop.ts'
import { listRuns, readCounts } from './queries.ts'
import { rules } from './testing-rules.ts'
import { requireJourney, requireStep } from './trials.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const checks = { journey: requireJourney, journey_step: requireStep }
const hand = { entry: { by: 'hand' }, reentry: { policy: 'inactive' } }

const begin = async (ctx: Context, draft: object): Promise<number> => {
  const id = await createJourney(ctx, { name: '旅程', note: '', draft: Definition.parse({ ...hand, ...draft }) })
  await publishJourney(ctx, rules, id)
  return id
}

const oneSide = [{ key: 'a', name: 'A', weight: 1000 }]
const tryOut = async (ctx: Context, journey: number, thing: Pick<Thing, 'kind' | 'step'>, more: object): Promise<number> => {
  const id = await createExperiment(
    ctx,
    NewExperiment.parse({
      name: '试一试',
      variants: oneSide,
      trialMetric: { name: '回复', event: 'survey.answered' },
      growthMetric: { name: '成交', event: 'order.paid', measure: 'sum(amount)' },
      windowDays: 7,
      plan: { base: 0.2, lift: 0.03 },
      thing: { ...thing, id: publicId(ctx, 'jny', journey) },
      ...more,
    }),
  )
  await changeState(ctx, id, { state: 'running' }, checks)
  return id
}

const people = (ctx: Context, count: number): Promise<number[]> =>
  identifyMany(
    ctx,
    Array.from({ length: count }, (_, i) => ({ identities: [{ kind: 'member_no' as const, value: `M${i}` }] })),
  )

const settle = async () => {
  while ((await moveOnce(workspace, rules)) > 0);
}

const exposed = async (ctx: Context, experiment: number) =>
  new Map(
    (
      await ctx.db
        .selectFrom('experimentExposures')
        .select(['customerId', 'variant', 'ghost'])
        .where('tenantId', '=', ctx.tenantId)
        .where('experimentId', '=', experiment)
        .execute()
    ).map(({ customerId, variant, ghost }) => [customerId, ghost ? 'ghost' : variant]),
  )

const idsOf = async (ctx: Context, rows: 'customer_tags' | 'employee_tasks' | 'sends'): Promise<number[]> =>
  (
    await sql<{ id: number }>`select customer_id as id from ${sql.table(rows)} where tenant_id = ${ctx.tenantId} order by 1`.execute(ctx.db)
  ).rows.map(({ id }) => id)

const waysOf = async (ctx: Context, journey: number, step: string) =>
  (await readCounts(ctx, journey)).steps.find((one) => one.step === step)?.ways ?? {}

describe('a trial on a step', () => {
  test('leaves the held out without what it does, and writes everybody down when they stand there', async () => {
    const ctx = await workspace.newTenant()
    const ids = await people(ctx, 120)
    await changeControlGroup(ctx, { perMille: 200, rotate: false })
    const control = await heldOutOfAll(ctx, ids)
    const tag = publicId(ctx, 'tag', await ensureTag(ctx, '组', '标签'))
    const journey = await begin(ctx, {
      start: 'tag',
      steps: [
        { id: 'tag', type: 'tag', tag, next: 'wait' },
        { id: 'wait', type: 'wait', for: { value: 1, unit: 'day' }, next: 'say' },
        { id: 'say', type: 'message', text: '您好', next: 'call' },
        { id: 'call', type: 'task', title: '打电话', next: null },
      ],
    })
    const tagging = await tryOut(ctx, journey, { kind: 'journey_step', step: 'tag' }, { holdoutPerMille: 500 })
    const saying = await tryOut(ctx, journey, { kind: 'journey_step', step: 'say' }, { holdoutPerMille: 300 })
    const dealt = await variantsFor(ctx, tagging, ids)
    const ghostsOf = (all: typeof dealt) => ids.filter((id) => !control.has(id) && all.get(id)?.ghost)
    const first = ids.slice(0, 100)
    await enterByHand(ctx, journey, first)
    await settle()
    const met = await exposed(ctx, tagging)
    expect([...met.keys()].sort((a, b) => a - b)).toEqual(first.filter((id) => !control.has(id)))
    const held = ghostsOf(dealt).filter((id) => first.includes(id))
    expect([...met].flatMap(([id, variant]) => (variant === 'ghost' ? [id] : [])).sort((a, b) => a - b)).toEqual(held)
    expect(held.length).toBeGreaterThan(20)
    expect(await idsOf(ctx, 'customer_tags')).toEqual(first.filter((id) => !held.includes(id)))
    expect(await waysOf(ctx, journey, 'tag')).toEqual({ held: held.length, next: 100 - held.length })
    // Whoever only will come to a step was not met there.
    expect((await exposed(ctx, saying)).size).toBe(0)
    workspace.setNow(new Date(workspace.now().getTime() + 2 * 86_400_000))
    await settle()
    const unsaid = ghostsOf(await variantsFor(ctx, saying, ids)).filter((id) => first.includes(id))
    expect(await idsOf(ctx, 'sends')).toEqual(first.filter((id) => !unsaid.includes(id)))
    expect(await idsOf(ctx, 'employee_tasks')).toEqual(first.filter((id) => !control.has(id)))
    expect((await listRuns(ctx, journey, { limit: 200, state: 'done' })).items).toHaveLength(100)
  })

  test('that splits gives each the path of their variant', async () => {
    const ctx = await workspace.newTenant()
    const ids = await people(ctx, 200)
    const journey = await begin(ctx, {
      start: 'split',
      steps: [
        {
          id: 'split',
          type: 'split',
          paths: [
            { name: '甲', weight: 50, next: 'one' },
            { name: '乙', weight: 50, next: 'two' },
          ],
        },
        { id: 'one', type: 'wait', for: { value: 9, unit: 'day' } },
        { id: 'two', type: 'wait', for: { value: 9, unit: 'day' } },
      ],
    })
    const variants = [
      { key: 'a', name: '甲', weight: 200 },
      { key: 'b', name: '乙', weight: 800 },
    ]
    const experiment = await tryOut(ctx, journey, { kind: 'journey_step', step: 'split' }, { variants })
    await enterByHand(ctx, journey, ids)
    await settle()
    const met = await exposed(ctx, experiment)
    const runs = (await listRuns(ctx, journey, { limit: 200 })).items
    for (const { customer, step } of runs) expect(step).toBe(met.get(internalId(ctx, 'cus', customer.id)) === 'a' ? 'one' : 'two')
    const { 'paths.0': few = 0 } = await waysOf(ctx, journey, 'split')
    // A fifth of two hundred, give or take five deviations.
    expect(Math.abs(few - 40)).toBeLessThan(28)
  })

  test('cannot be published away; what it cannot do is refused before it starts', async () => {
    const ctx = await workspace.newTenant()
    const path = (name: string) => ({ name, weight: 50, next: null })
    const split = (...names: string[]) => ({ id: 'split', type: 'split', paths: names.map(path) })
    const signal = { id: 'signal', type: 'signal', signal: 'x', next: 'split' }
    const journey = await begin(ctx, { start: 'signal', steps: [signal, split('甲', '乙')] })
    const refusal = (thing: Pick<Thing, 'kind' | 'step'>, more: object) =>
      tryOut(ctx, journey, thing, more).then(
        () => 'started',
        (error) => `${error.code} ${error.field}`,
      )
    const two = [...oneSide, { key: 'b', name: 'B', weight: 500 }].map((one) => ({ ...one, weight: 500 }))
    const step = (name: string) => ({ kind: 'journey_step' as const, step: name })
    expect(await refusal(step('gone'), { holdoutPerMille: 100 })).toBe('experiment.step_unknown thing.step')
    expect(await refusal(step('split'), { holdoutPerMille: 100, variants: two })).toBe('experiment.split_without_holdout holdoutPerMille')
    expect(await refusal(step('signal'), { variants: two })).toBe('experiment.variants_alike variants')
    expect(await refusal({ kind: 'journey', step: null }, { variants: two })).toBe('experiment.variants_alike variants')
    const three = [...two.slice(0, 1), ...['c', 'd'].map((key) => ({ key, name: key, weight: 250 }))]
    expect(await refusal(step('split'), { variants: three })).toBe('experiment.paths_and_variants variants')
    expect(await refusal(step('split'), { variants: two })).toBe('started')
    const publish = async (steps: object[]) => {
      await changeJourney(ctx, journey, { draft: Definition.parse({ ...hand, start: 'signal', steps }) })
      return publishJourney(ctx, rules, journey).catch((error) => `${error.code} ${error.field} ${error.message.split(':')[0]}`)
    }
    expect(await publish([{ ...signal, next: null }])).toBe('journey.trial_in_flight steps split')
    const thirds = split('甲', '乙', '丙')
    expect(await publish([signal, { ...thirds, paths: thirds.paths.map((one, i) => ({ ...one, weight: i ? 33 : 34 })) }])).toBe(
      'journey.trial_in_flight steps.1.paths split',
    )
    // As many paths, but the second variant would mean something else.
    expect(await publish([signal, split('甲', '丁')])).toBe('journey.trial_in_flight steps.1.paths split')
    expect(await publish([signal, split('乙', '甲')])).toBe('journey.trial_in_flight steps.1.paths split')
    const elsewhere = { ...split('甲', '乙'), paths: [path('甲'), { ...path('乙'), next: 'call' }] }
    const call = { id: 'call', type: 'task', title: '打电话', next: null }
    expect(await publish([signal, elsewhere, call])).toBe('journey.trial_in_flight steps.1.paths split')
    const weighed = {
      ...split('甲', '乙'),
      name: '分开',
      paths: [path('甲'), path('乙')].map((one, i) => ({ ...one, weight: i ? 20 : 80 })),
    }
    expect(await publish([{ ...signal, signal: 'y' }, weighed])).toBe(2)
  })

  test('stays the same act while it is tried', async () => {
    const ctx = await workspace.newTenant()
    const say = { id: 'say', type: 'message', text: '您好', next: null }
    const journey = await begin(ctx, { start: 'say', steps: [say] })
    await tryOut(ctx, journey, { kind: 'journey_step', step: 'say' }, { holdoutPerMille: 500 })
    const wait = { id: 'wait', type: 'wait', for: { value: 1, unit: 'day' }, next: null }
    const attachment = { kind: 'link', title: '官网', url: 'https://example.com/' }
    const publish = async (step: object) => {
      const draft = Definition.parse({ ...hand, start: 'say', steps: [step, wait] })
      await changeJourney(ctx, journey, { draft })
      return publishJourney(ctx, rules, journey).catch((error) => `${error.code} ${error.field}`)
    }
    expect(await publish({ ...say, text: '别的话' })).toBe('journey.trial_in_flight steps.0.id')
    expect(await publish({ ...say, attachments: [attachment] })).toBe('journey.trial_in_flight steps.0.id')
    expect(await publish({ ...say, kind: 'service' })).toBe('journey.trial_in_flight steps.0.id')
    expect(await publish({ id: 'say', type: 'task', title: '您好', next: null })).toBe('journey.trial_in_flight steps.0.id')
    // What comes behind it, and what it is called, is no part of what is tried.
    expect(await publish({ ...say, name: '问候', at: { x: 1, y: 2 }, next: 'wait' })).toBe(2)
  })
})

test('a trial on a whole journey ends the held out at its door, once', async () => {
  const ctx = await workspace.newTenant()
  const ids = await people(ctx, 60)
  const journey = await begin(ctx, {
    reentry: { policy: 'once' },
    start: 'wait',
    steps: [{ id: 'wait', type: 'wait', for: { value: 1, unit: 'day' } }],
  })
  const experiment = await tryOut(ctx, journey, { kind: 'journey', step: null }, { holdoutPerMille: 400 })
  const { entered, refused } = await enterByHand(ctx, journey, ids)
  const met = await exposed(ctx, experiment)
  const ghosts = [...met].filter(([, variant]) => variant === 'ghost').map(([id]) => publicId(ctx, 'cus', id))
  expect([entered, refused, met.size]).toEqual([60 - ghosts.length, ghosts.length, 60])
  expect(ghosts.length).toBeGreaterThan(10)
  const left = (await listRuns(ctx, journey, { limit: 200, state: 'left' })).items
  expect(left.map(({ customer, reason }) => [customer.id, reason]).sort()).toEqual(ghosts.map((id) => [id, 'held_out']).sort())
  expect(await waysOf(ctx, journey, '')).toEqual({ entered, held: refused })
  expect(await enterByHand(ctx, journey, ids)).toEqual({ entered: 0, refused: 60 })
})

describe('foresight', () => {
  const steps = (tag: string) => [
    { id: 'split', type: 'split', paths: ['tag', 'say'].map((next) => ({ name: next, weight: 50, next })) },
    { id: 'tag', type: 'tag', tag, next: 'wait' },
    { id: 'wait', type: 'wait', for: { value: 1, unit: 'day' }, next: 'say' },
    { id: 'say', type: 'message', text: '您好', next: 'lot' },
    {
      id: 'lot',
      type: 'split',
      paths: [
        { name: '打', weight: 30, next: 'call' },
        { name: '不打', weight: 70, next: null },
      ],
    },
    { id: 'call', type: 'task', title: '打电话', next: null },
  ]

  test('says for many what the worker will do under trials at the door, on steps and on a split, beside the control group', async () => {
    const ctx = await workspace.newTenant()
    const ids = await people(ctx, 150)
    await changeControlGroup(ctx, { perMille: 200, rotate: false })
    const tag = publicId(ctx, 'tag', await ensureTag(ctx, '组', '标签'))
    const draft = Definition.parse({ ...hand, start: 'split', steps: steps(tag) })
    const journey = await begin(ctx, draft)
    const two = ['a', 'b'].map((key, i) => ({ key, name: key, weight: i ? 700 : 300 }))
    await tryOut(ctx, journey, { kind: 'journey', step: null }, { holdoutPerMille: 200 })
    await tryOut(ctx, journey, { kind: 'journey_step', step: 'split' }, { variants: two })
    await tryOut(ctx, journey, { kind: 'journey_step', step: 'tag' }, { holdoutPerMille: 500 })
    await tryOut(ctx, journey, { kind: 'journey_step', step: 'say' }, { holdoutPerMille: 300 })
    const foreseen = { definition: draft, journey, happens: {}, entry: {} }
    const told = await simulate(ctx, rules, ids, foreseen)
    const singly = await Promise.all(ids.map((id) => dryRun(ctx, rules, id, foreseen)))
    expect((await sql`select from experiment_exposures where tenant_id = ${ctx.tenantId}`.execute(ctx.db)).rows).toEqual([])

    const control = await heldOutOfAll(ctx, ids)
    const { refused } = await enterByHand(ctx, journey, ids)
    await settle()
    workspace.setNow(new Date(workspace.now().getTime() + 2 * 86_400_000))
    await settle()
    for (const { id } of draft.steps) {
      const { waits: _waits, ...ways } = await waysOf(ctx, journey, id)
      const done = Object.entries(ways).filter(([way]) => !way.startsWith('missed:'))
      expect(told.steps.find(({ step }) => step === id)?.ways, id).toEqual(Object.fromEntries(done))
    }
    expect(told.end).toEqual({ done: ids.length - refused, held_out: refused })
    const sum = (key: 'messages' | 'tasks') => told.days.reduce((all, day) => all + day[key], 0)
    // The gate, not the journey, keeps marketing from the control group.
    const wished = await idsOf(ctx, 'sends')
    expect(sum('messages')).toBe(wished.filter((id) => !control.has(id)).length)
    expect(wished.some((id) => control.has(id))).toBe(true)
    expect(sum('tasks')).toBe((await idsOf(ctx, 'employee_tasks')).length)
    expect(told.held).toBe(singly.filter(({ trials }) => trials.some(({ variant }) => variant === null)).length)
    expect(singly.filter(({ end }) => end === 'held_out')).toHaveLength(refused)
  })

  test('names for one person what each trial deals them, and nothing without the journey', async () => {
    const ctx = await workspace.newTenant()
    const ids = await people(ctx, 40)
    const tag = publicId(ctx, 'tag', await ensureTag(ctx, '组', '标签'))
    const draft = Definition.parse({ ...hand, start: 'tag', steps: steps(tag).slice(1) })
    const journey = await begin(ctx, draft)
    const door = await tryOut(ctx, journey, { kind: 'journey', step: null }, { name: '整条旅程', holdoutPerMille: 100 })
    const tagging = await tryOut(ctx, journey, { kind: 'journey_step', step: 'tag' }, { name: '打标签', holdoutPerMille: 500 })
    const [atDoor, atTag] = [await variantsFor(ctx, door, ids), await variantsFor(ctx, tagging, ids)]
    const named = (id: number, name: string) => ({ id: publicId(ctx, 'xpt', id), name })
    for (const id of ids) {
      const { trials, end, turns } = await dryRun(ctx, rules, id, { definition: draft, journey, happens: {}, entry: {} })
      const isOut = atDoor.get(id)?.ghost === true
      expect(trials).toEqual([
        { step: null, experiment: named(door, '整条旅程'), variant: isOut ? null : 'A' },
        ...(isOut ? [] : [{ step: 'tag', experiment: named(tagging, '打标签'), variant: atTag.get(id)?.ghost ? null : 'A' }]),
      ])
      expect([end, turns.length]).toEqual(isOut ? ['held_out', 0] : ['done', 2])
    }
    expect((await dryRun(ctx, rules, ids[0] ?? 0, { definition: draft, happens: {}, entry: {} })).trials).toEqual([])
    await expect(dryRun(ctx, rules, ids[0] ?? 0, { definition: draft, journey: 9999, happens: {}, entry: {} })).rejects.toMatchObject({
      code: 'journey.not_found',
    })
  })
})
