import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { identify, identifyMany } from '#management/identity/commands.ts'
import { mergeCustomers, undoMerge } from '#management/identity/merging.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { isHeldOut, variantOf } from './assign.ts'
import { changeExperiment, changeState, createExperiment, deleteExperiment, type Exposure, enrol, expose } from './commands.ts'
import { type Standing, standingAt, type Turn, turnAt } from './control.ts'
import { changeControlGroup, takeBackControlGroup } from './control-commands.ts'
import { controlStanding, heldOutOfAll, listControlMembers, readControlGroup } from './control-queries.ts'
import { listExperiments, readDesign, readExperiment, runningOn, variantsFor } from './queries.ts'
import { NewExperiment } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const drawn = (more: object = {}) =>
  NewExperiment.parse({
    name: '新人礼',
    holdoutPerMille: 200,
    variants: [
      { key: 'gift', name: '送小样', weight: 500 },
      { key: 'story', name: '讲故事', weight: 500 },
    ],
    trialMetric: { name: '领取', event: 'coupon.used' },
    growthMetric: { name: '成交', event: 'order.paid', measure: 'sum(amount)' },
    windowDays: 7,
    plan: { base: 0.2, lift: 0.03 },
    ...more,
  })

const running = async (ctx: Context, more: object = {}): Promise<number> => {
  const id = await createExperiment(ctx, drawn(more))
  await changeState(ctx, id, { state: 'running' })
  return id
}

const people = (ctx: Context, many: number): Promise<number[]> =>
  identifyMany(
    ctx,
    Array.from({ length: many }, (_, i) => ({ identities: [{ kind: 'unionid', value: `u${i}` }], facts: { name: `客${i}` } })),
  )

const exposeAll = (ctx: Context, list: readonly Exposure[]) => inTransaction(ctx, (ctx) => expose(ctx, list))

const told = async (ctx: Context, name = 'experiment.exposed') =>
  (
    await ctx.db
      .selectFrom('eventLog')
      .select(['customerId', 'at', 'properties'])
      .where('tenantId', '=', ctx.tenantId)
      .where('name', '=', name)
      .orderBy('seq')
      .execute()
  ).map(({ customerId, at, properties }) => ({ customerId, at: at.toISOString(), ...(properties as Record<string, unknown>) }))

describe('an experiment', () => {
  test('goes from a draft to the archive, one state after the other', async () => {
    const ctx = await workspace.newTenant()
    const id = await createExperiment(ctx, drawn())
    expect(await readExperiment(ctx, id)).toMatchObject({ state: 'draft', control: 'holdout', exposed: 0, windowDays: 7 })
    await expect(changeState(ctx, id, { state: 'stopped' })).rejects.toMatchObject({ code: 'experiment.wrong_state', field: 'state' })
    await changeState(ctx, id, { state: 'running' })
    await changeState(ctx, id, { state: 'running' })
    expect(await told(ctx, 'experiment.started')).toHaveLength(1)
    await expect(changeState(ctx, id, { state: 'stopped', winner: 'x' })).rejects.toMatchObject({ field: 'winner' })
    await changeState(ctx, id, { state: 'stopped', winner: 'gift' })
    await changeState(ctx, id, { state: 'archived' })
    expect((await listExperiments(ctx, { limit: 50 })).items).toEqual([])
    expect((await listExperiments(ctx, { limit: 50, state: 'archived' })).items).toMatchObject([{ winner: 'gift', state: 'archived' }])
  })

  test.each([
    [{ holdoutPerMille: 100 }, 'holdoutPerMille'],
    [{ variants: [{ key: 'a', name: 'A', weight: 1000 }] }, 'variants'],
    [{ control: 'gift' }, 'control'],
    [{ trialMetric: { name: 'x', event: 'y', measure: 'converted', better: 'more' as const } }, 'trialMetric'],
    [{ windowDays: 9 }, 'windowDays'],
    [{ guardRails: [] }, 'guardRails'],
    [{ name: '新名字', thing: null }, 'thing'],
  ])('in flight refuses %j and names %s', async (patch, field) => {
    const ctx = await workspace.newTenant()
    const id = await running(ctx)
    await expect(changeExperiment(ctx, id, patch)).rejects.toMatchObject({ code: 'experiment.in_flight', field })
    expect(await readExperiment(ctx, id)).toMatchObject({ name: '新人礼', holdoutPerMille: 200, windowDays: 7 })
  })

  test('in flight takes another name and end; a draft takes everything', async () => {
    const ctx = await workspace.newTenant()
    const id = await createExperiment(ctx, drawn())
    await changeExperiment(ctx, id, { holdoutPerMille: 0, windowDays: 3 })
    expect(await readExperiment(ctx, id)).toMatchObject({ control: 'gift', windowDays: 3, holdoutPerMille: 0 })
    await changeState(ctx, id, { state: 'running' })
    await changeExperiment(ctx, id, { name: '新名字', plannedEnd: '2099-01-01' })
    expect(await readExperiment(ctx, id)).toMatchObject({ name: '新名字', plannedEnd: '2099-01-01' })
    await expect(deleteExperiment(ctx, id)).rejects.toMatchObject({ code: 'experiment.in_flight' })
  })

  test.each([
    [{ holdoutPerMille: 0, variants: [{ key: 'a', name: 'A', weight: 1000 }] }, 'variants'],
    [{ control: 'nobody' }, 'control'],
    [{ plan: { base: 0.99, lift: 0.03 } }, 'plan.lift'],
    [{ trialMetric: { name: 'x', event: 'y', measure: 'sum(z)' } }, 'plan.spread'],
  ])('that could never answer is refused: %j', async (wrong, field) => {
    await expect(createExperiment(await workspace.newTenant(), drawn(wrong))).rejects.toMatchObject({ field })
  })

  test('two starters of one thing: one of them runs', async () => {
    const ctx = await workspace.newTenant()
    const thing = { kind: 'message' as const, id: 'msg_1', step: null }
    const ids = [await createExperiment(ctx, drawn({ thing })), await createExperiment(ctx, drawn({ thing }))]
    const ends = await Promise.allSettled(ids.map((id) => changeState(ctx, id, { state: 'running' })))
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(ends.find((end) => end.status === 'rejected')).toMatchObject({ reason: { code: 'experiment.thing_taken', field: 'thing' } })
    expect(ids).toContain((await runningOn(ctx, thing))?.id)
    expect(await runningOn(ctx, { ...thing, step: '2' })).toBeUndefined()
  })
})

describe('exposures', () => {
  test('the first one counts and is told once, with the variant, as reports read it', async () => {
    const ctx = await workspace.newTenant()
    const experiment = await running(ctx)
    const [one = 0, other = 0] = await people(ctx, 2)
    const at = new Date('2026-03-01T00:00:00Z')
    await exposeAll(ctx, [
      { experiment, customerId: one, variant: 'gift', ghost: false, at: new Date('2026-03-02T00:00:00Z') },
      { experiment, customerId: one, variant: 'story', ghost: false, at },
      { experiment, customerId: other, variant: 'holdout', ghost: true, at },
    ])
    await exposeAll(ctx, [{ experiment, customerId: one, variant: 'gift', ghost: false }])
    const facts = { experiment: publicId(ctx, 'xpt', experiment), experimentName: '新人礼', at: at.toISOString() }
    expect(await told(ctx)).toEqual([
      { ...facts, customerId: one, variant: 'story', ghost: false },
      { ...facts, customerId: other, variant: 'holdout', ghost: true },
    ])
    expect(await readExperiment(ctx, experiment)).toMatchObject({ exposed: 2, ghosts: 1 })
  })

  test('of many at once, one is written', async () => {
    const ctx = await workspace.newTenant()
    const experiment = await running(ctx)
    const [customerId = 0] = await people(ctx, 1)
    const variants = ['gift', 'story', 'gift', 'story', 'gift', 'story']
    await Promise.all(variants.map((variant) => exposeAll(ctx, [{ experiment, customerId, variant, ghost: false }])))
    expect(await told(ctx)).toHaveLength(1)
    expect((await variantsFor(ctx, experiment, [customerId])).get(customerId)?.variant).toBe((await told(ctx))[0]?.['variant' as never])
  })

  test('after a merge the person keeps what either of them had first, and is not exposed again', async () => {
    const ctx = await workspace.newTenant()
    const experiment = await running(ctx)
    const [first = 0, second = 0] = await people(ctx, 2)
    await exposeAll(ctx, [{ experiment, customerId: first, variant: 'story', ghost: false }])
    const merge = await mergeCustomers(ctx, { keepId: second, mergeId: first })
    for (const customerId of [first, second]) {
      await exposeAll(ctx, [{ experiment, customerId, variant: 'gift', ghost: false }])
      expect((await variantsFor(ctx, experiment, [customerId])).get(customerId)).toEqual({ variant: 'story', ghost: false, exposed: true })
    }
    expect(await told(ctx)).toHaveLength(1)
    await undoMerge(ctx, merge)
    expect((await variantsFor(ctx, experiment, [second])).get(second)?.exposed).toBe(false)
    await exposeAll(ctx, [{ experiment, customerId: second, variant: 'gift', ghost: false }])
    expect((await told(ctx)).map(({ customerId }) => customerId)).toEqual([first, second])
  })

  test('a merge beside two exposures never lets both be written after it', async () => {
    const ctx = await workspace.newTenant()
    const experiment = await running(ctx)
    for (let round = 0; round < 4; round++) {
      const [one = 0, other = 0] = await Promise.all(
        ['a', 'b'].map((name) => identify(ctx, [{ kind: 'unionid', value: `${round}-${name}` }], { name })),
      )
      const exposed = (customerId: number) => exposeAll(ctx, [{ experiment, customerId, variant: 'gift', ghost: false }])
      await exposed(one)
      await Promise.all([mergeCustomers(ctx, { keepId: other, mergeId: one }), exposed(other), exposed(one)])
      await exposed(other)
      const rows = (await told(ctx)).filter(({ customerId }) => customerId === one || customerId === other)
      const standing = await variantsFor(ctx, experiment, [one, other])
      expect(standing.get(one)).toEqual(standing.get(other))
      // Both only where the second came before the merge.
      expect(rows.length).toBeLessThanOrEqual(2)
      expect(rows.filter(({ customerId }) => customerId === one)).toHaveLength(1)
    }
  })

  test('the transaction that treats takes its exposures along, or not at all', async () => {
    const ctx = await workspace.newTenant()
    const experiment = await running(ctx)
    const [customerId = 0] = await people(ctx, 1)
    const failing = inTransaction(ctx, async (ctx) => {
      await expose(ctx, [{ experiment, customerId, variant: 'gift', ghost: false }])
      throw new Error('not sent')
    })
    await expect(failing).rejects.toThrow('not sent')
    expect(await told(ctx)).toEqual([])
    await expect(expose(ctx, [{ experiment, customerId, variant: 'gift', ghost: false }])).rejects.toThrow('in the transaction')
  })

  test('nobody enters what does not run, nor under a variant that is none, nor of another company', async () => {
    const ctx = await workspace.newTenant()
    const draft = await createExperiment(ctx, drawn())
    const experiment = await running(ctx)
    const [customerId = 0] = await people(ctx, 1)
    await exposeAll(ctx, [{ experiment: draft, customerId, variant: 'gift', ghost: false }])
    await exposeAll(ctx, [{ experiment, customerId: 999_999, variant: 'gift', ghost: false }])
    await expect(exposeAll(ctx, [{ experiment, customerId, variant: 'x', ghost: false }])).rejects.toMatchObject({ field: 'variant' })
    const stranger = await workspace.newTenant()
    await expect(exposeAll(stranger, [{ experiment, customerId, variant: 'gift', ghost: false }])).rejects.toMatchObject({ status: 404 })
    expect(await told(ctx)).toEqual([])
  })

  test('who is enrolled gets what the salt says, and what they get is what is written', async () => {
    const ctx = await workspace.newTenant()
    const experiment = await running(ctx)
    const ids = await people(ctx, 30)
    const { salt, variants } = await readDesign(ctx, experiment)
    const dealt = await inTransaction(ctx, (ctx) => enrol(ctx, experiment, ids))
    expect([...dealt.values()].filter(({ ghost }) => ghost).length).toBeLessThan(30)
    for (const id of ids) expect(dealt.get(id)?.variant).toBe(isHeldOut(salt, id, 200) ? 'holdout' : variantOf(salt, id, variants))
    const again = await inTransaction(ctx, (ctx) => enrol(ctx, experiment, ids))
    expect([...again.values()].every(({ exposed }) => exposed)).toBe(true)
    const rows = await told(ctx)
    expect(rows.map(({ customerId }) => customerId).sort((a, b) => Number(a) - Number(b))).toEqual(ids)
    for (const row of rows)
      expect(again.get(row.customerId ?? 0)).toMatchObject({ variant: row['variant' as never], ghost: row['ghost' as never] })
  })
})

describe('the company-wide control group', () => {
  const day = (number: number) => new Date(Date.UTC(2026, 4, number))

  test('grows with the same people, rotates on a day, and keeps what was', async () => {
    const ctx = { ...(await workspace.newTenant()), now: () => day(1) }
    const ids = await people(ctx, 60)
    await changeControlGroup(ctx, { perMille: 200, rotate: false })
    const few = await heldOutOfAll(ctx, ids)
    ctx.now = () => day(2)
    await changeControlGroup(ctx, { perMille: 400, rotate: false })
    const many = await heldOutOfAll(ctx, ids)
    expect(few.isSubsetOf(many) && many.size > few.size).toBe(true)
    await changeControlGroup(ctx, { perMille: 400, rotate: true, from: day(10).toISOString() })
    expect(await heldOutOfAll(ctx, ids)).toEqual(many)
    ctx.now = () => day(11)
    expect(await heldOutOfAll(ctx, ids)).not.toEqual(many)
    const names = async (at: Date) =>
      (await listControlMembers(ctx, { at, limit: 100 })).items.map(({ id }) => ctx.ids.decode(ctx.tenantId, 'cus', id))
    expect(await names(day(3))).toEqual([...many])
    expect(await names(new Date(day(1).getTime() - 1))).toEqual([])
    expect((await readControlGroup(ctx)).periods).toMatchObject([
      { perMille: 400, deal: 2, until: null },
      { perMille: 400, deal: 1, until: day(10).toISOString() },
      { perMille: 200, deal: 1, until: day(2).toISOString() },
    ])
    const [member = 0] = few
    expect(await controlStanding(ctx, member, day(5))).toEqual({ heldOut: true, since: day(1).toISOString() })
  })

  test('what has begun is not rewritten; what is planned can be taken back', async () => {
    const ctx = { ...(await workspace.newTenant()), now: () => day(1) }
    await changeControlGroup(ctx, { perMille: 100, rotate: false, from: day(5).toISOString() })
    await expect(changeControlGroup(ctx, { perMille: 50, rotate: false })).rejects.toMatchObject({
      code: 'control_group.planned',
      field: 'from',
    })
    await takeBackControlGroup(ctx)
    await changeControlGroup(ctx, { perMille: 50, rotate: false })
    await expect(changeControlGroup(ctx, { perMille: 9, rotate: false, from: new Date(0).toISOString() })).rejects.toMatchObject({
      code: 'control_group.past',
    })
    ctx.now = () => day(2)
    await takeBackControlGroup(ctx)
    expect(await readControlGroup(ctx)).toMatchObject({ perMille: 50, since: day(1).toISOString() })
  })

  test('a merge moves a person to where the one they became is, from that moment on', async () => {
    const ctx = { ...(await workspace.newTenant()), now: () => day(1) }
    const ids = await people(ctx, 40)
    await changeControlGroup(ctx, { perMille: 300, rotate: false })
    const out = await heldOutOfAll(ctx, ids)
    const [held = 0] = out
    const free = ids.find((id) => !out.has(id)) ?? 0
    ctx.now = () => day(4)
    const merge = await mergeCustomers(ctx, { keepId: free, mergeId: held })
    expect(await controlStanding(ctx, held)).toEqual({ heldOut: false, since: day(4).toISOString() })
    expect((await heldOutOfAll(ctx, [held])).size).toBe(0)
    ctx.now = () => day(6)
    await undoMerge(ctx, merge)
    expect(await controlStanding(ctx, held)).toEqual({ heldOut: true, since: day(6).toISOString() })
    expect(await controlStanding(ctx, held, day(3))).toEqual({ heldOut: true, since: day(1).toISOString() })
    expect(await controlStanding(ctx, held, day(5))).toMatchObject({ heldOut: false })
  })

  test('since when is what asking at every moment would find', () => {
    const at = (step: number) => new Date(Date.UTC(2026, 0, 1 + step))
    const turns = fc
      .uniqueArray(fc.record({ step: fc.nat(20), salt: fc.constantFrom('x', 'y'), perMille: fc.constantFrom(0, 300, 500) }), {
        selector: ({ step }) => step,
        maxLength: 5,
      })
      .map((all) => all.sort((a, b) => a.step - b.step).map(({ step, ...turn }): Turn => ({ ...turn, from: at(step) })))
    const standings = fc
      .uniqueArray(fc.record({ step: fc.nat(20), subject: fc.nat(30) }), { selector: ({ step }) => step, minLength: 1, maxLength: 4 })
      .map((all) => all.sort((a, b) => a.step - b.step).map(({ step, subject }): Standing => ({ subject, from: at(step) })))
    fc.assert(
      fc.property(turns, standings, fc.nat(22), (turns, standings, step) => {
        const isIn = (step: number) => {
          const turn = turnAt(turns, at(step))
          const standing = standings.findLast(({ from }) => from <= at(step))
          return turn && standing ? isHeldOut(turn.salt, standing.subject, turn.perMille) : false
        }
        let first = step
        while (first >= 0 && isIn(first - 1) === isIn(step)) first--
        expect(standingAt(turns, standings, at(step))).toEqual({ heldOut: isIn(step), since: first < 0 ? null : at(first) })
      }),
    )
  })
})
