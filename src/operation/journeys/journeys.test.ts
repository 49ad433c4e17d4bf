import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { identifyMany } from '#management/identity/commands.ts'
import { mergeCustomers } from '#management/identity/merging.ts'
import { ensureTag } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import {
  changeJourney,
  createJourney,
  drainJourney,
  enterByHand,
  pauseJourney,
  publishJourney,
  resumeJourney,
  stopJourney,
} from './commands.ts'
import { Definition } from './definition.ts'
import { journeyReactions } from './hearing.ts'
import { moveOnce } from './loop.ts'
import { listRuns, readCounts, readTrace } from './queries.ts'
import type { Rules } from './rules.ts'
import { rules as noRules } from './testing-rules.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [journeyReactions])
})

const start = new Date('2026-03-02T02:00:00Z')
const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000)

/** Rules are lists of people here: `{ of: [ids] }`. */
const rules: Rules = {
  ...noRules,
  holds: async (_ctx, rule, ids) => new Set(ids.filter((id) => (rule as { of: number[] }).of.includes(id))),
}

const happened = defineEvent('thing.happened', {
  title: { zh: '事', en: 'Thing' },
  properties: z.object({ what: z.string(), no: z.string().optional() }),
})
const tell = (ctx: Context, customerId: number, what: string, minutes: number, no?: string) =>
  inTransaction(ctx, async (ctx) => emit(ctx, happened, { customerId, at: at(minutes), properties: { what, ...(no && { no }) } }))

const people = async (ctx: Context, count: number): Promise<number[]> =>
  identifyMany(
    ctx,
    Array.from({ length: count }, (_, i) => ({ identities: [{ kind: 'member_no' as const, value: `M${i}` }] })),
    'test',
  )

async function begin(ctx: Context, draft: object, asked: Rules = rules): Promise<number> {
  const id = await createJourney(ctx, { name: `旅程${Math.random()}`, note: '', draft: Definition.parse(draft) })
  await publishJourney(ctx, asked, id)
  return id
}

async function settle(asked: Rules = rules): Promise<void> {
  await consumeAll(workspace, [journeyReactions])
  while ((await moveOnce(workspace, asked)) > 0);
}

const statesOf = async (ctx: Context, journey: number) =>
  (await listRuns(ctx, journey, { limit: 200 })).items.toReversed().map(({ state, reason, step }) => [state, reason, step])

const tagsOf = async (ctx: Context, tag: number) =>
  (
    await sql<{
      id: number
    }>`select customer_id as id from customer_tags where tenant_id = ${ctx.tenantId} and tag_id = ${tag} order by 1`.execute(ctx.db)
  ).rows.map(({ id }) => id)

const thing = (what: string) => ({ event: 'thing.happened', where: { what } })
const hand = { entry: { by: 'hand' }, reentry: { policy: 'inactive' } }

describe('a journey', () => {
  test('takes people in by an event, waits, branches, tags, and tells how', async () => {
    workspace.setNow(start)
    const ctx = await workspace.newTenant()
    const [one = 0, two = 0] = await people(ctx, 2)
    const tag = await ensureTag(ctx, '组', '老客')
    const journey = await begin(ctx, {
      entry: { by: 'event', ...thing('come') },
      start: 'wait',
      steps: [
        { id: 'wait', type: 'wait', for: { value: 10, unit: 'minute' }, next: 'which' },
        { id: 'which', type: 'branch', paths: [{ name: '老客', when: { rule: { of: [one] } }, next: 'tag' }], otherwise: null },
        { id: 'tag', type: 'tag', tag: publicId(ctx, 'tag', tag), next: null },
      ],
    })
    await tell(ctx, one, 'come', 1)
    await tell(ctx, two, 'come', 1)
    await tell(ctx, two, 'go', 1)
    workspace.setNow(at(1))
    await settle()
    expect(await statesOf(ctx, journey)).toEqual([
      ['active', null, 'wait'],
      ['active', null, 'wait'],
    ])
    workspace.setNow(at(10))
    await settle()
    expect((await statesOf(ctx, journey))[0]).toEqual(['active', null, 'wait'])
    workspace.setNow(at(11))
    await settle()
    expect(await statesOf(ctx, journey)).toEqual([
      ['done', 'done', null],
      ['done', 'done', null],
    ])
    expect(await tagsOf(ctx, tag)).toEqual([one])
    const { steps } = await readCounts(ctx, journey)
    expect(Object.fromEntries(steps.map(({ step, ways }) => [step, ways]))).toEqual({
      '': { entered: 2, done: 2 },
      wait: { waits: 2, next: 2 },
      which: { 'paths.0': 1, otherwise: 1 },
      tag: { next: 1 },
    })
    const [, run] = (await listRuns(ctx, journey, { limit: 10 })).items
    const { turns } = await readTrace(ctx, await firstRun(ctx, journey))
    expect(run?.state).toBe('done')
    expect(turns.map(({ passed }) => passed)).toEqual([
      [{ step: 'wait', until: at(11).toISOString() }],
      [
        { step: 'wait', way: 'next' },
        { step: 'which', way: 'paths.0' },
        { step: 'tag', way: 'next' },
      ],
    ])
  })

  test('hears at once of what is waited for, of exits and of the goal, and of nothing from before somebody came', async () => {
    workspace.setNow(start)
    const ctx = await workspace.newTenant()
    const ids = await people(ctx, 5)
    const journey = await begin(ctx, {
      ...hand,
      exits: [thing('exit')],
      goal: { when: [thing('goal')], leaves: false },
      start: 'wait',
      steps: [
        { id: 'wait', type: 'wait_for', happens: [thing('answer')], timeout: { value: 1, unit: 'day' }, next: 'yes', otherwise: 'no' },
        { id: 'yes', type: 'branch', paths: [{ name: '长', when: { happened: { no: '7' } }, next: 'long' }], otherwise: null },
        { id: 'long', type: 'wait', for: { value: 9, unit: 'day' }, next: null },
        { id: 'no', type: 'wait', for: { value: 9, unit: 'day' }, next: null },
      ],
    })
    await enterByHand(ctx, journey, ids)
    await settle()
    workspace.setNow(at(5))
    const [answered = 0, other = 0, left = 0, won = 0] = ids
    await tell(ctx, answered, 'answer', 4, '7')
    await tell(ctx, other, 'answer', -4)
    await tell(ctx, left, 'exit', 4)
    await tell(ctx, won, 'goal', 4)
    await settle()
    expect(await statesOf(ctx, journey)).toEqual([
      ['active', null, 'long'],
      ['active', null, 'wait'],
      ['left', 'exit', 'wait'],
      ['active', null, 'wait'],
      ['active', null, 'wait'],
    ])
    workspace.setNow(at(24 * 60))
    await settle()
    expect((await statesOf(ctx, journey)).map(([, , step]) => step)).toEqual(['long', 'no', 'wait', 'no', 'no'])
    const { steps } = await readCounts(ctx, journey)
    expect(steps.find(({ step }) => step === '')?.ways).toEqual({ entered: 5, goal: 1, 'left:exit': 1 })
  })

  test.each([
    ['once', { policy: 'once' }, [1, 1, 1]],
    ['again after ten days', { policy: 'after', days: 10 }, [1, 1, 2]],
    ['while they are not on the way', { policy: 'inactive' }, [1, 2, 3]],
    ['once for each order', { policy: 'each', property: 'no' }, [1, 2, 2]],
  ])('lets people in %s', async (_, reentry, expected) => {
    workspace.setNow(start)
    const ctx = await workspace.newTenant()
    const [one = 0] = await people(ctx, 1)
    const journey = await begin(ctx, {
      entry: { by: 'event', ...thing('come') },
      reentry,
      start: 'wait',
      steps: [{ id: 'wait', type: 'wait', for: { value: 1, unit: 'day' } }],
    })
    const counts: number[] = []
    for (const [days, no] of [
      [0, '1'],
      [5, '2'],
      [12, '1'],
    ] as const) {
      workspace.setNow(at(days * 1440))
      await settle()
      // Twice in one breath is once: of the same order, and while nobody has ended.
      await tell(ctx, one, 'come', days * 1440, no)
      await tell(ctx, one, 'come', days * 1440, no)
      await settle()
      counts.push((await statesOf(ctx, journey)).length)
    }
    expect(counts).toEqual(expected)
  })

  test('goes on once for two who turn out to be one, and lets the other one in no more', async () => {
    workspace.setNow(start)
    const ctx = await workspace.newTenant()
    const [one = 0, two = 0] = await people(ctx, 2)
    const journey = await begin(ctx, {
      ...hand,
      reentry: { policy: 'once' },
      start: 'wait',
      steps: [{ id: 'wait', type: 'wait', for: { value: 1, unit: 'day' } }],
    })
    await enterByHand(ctx, journey, [one, two])
    await settle()
    await mergeCustomers(ctx, { keepId: one, mergeId: two })
    await settle()
    expect(await statesOf(ctx, journey)).toEqual([
      ['active', null, 'wait'],
      ['left', 'merged', 'wait'],
    ])
    expect(await enterByHand(ctx, journey, [two])).toEqual({ entered: 0, refused: 1 })
  })

  test('is paused, goes on, drains, stops; versions are walked to their end or left for the new one', async () => {
    workspace.setNow(start)
    const ctx = await workspace.newTenant()
    const [one = 0, two = 0, three = 0] = await people(ctx, 3)
    const wait = (value: number) => ({
      ...hand,
      start: 'wait',
      steps: [
        { id: 'wait', type: 'wait', for: { value, unit: 'minute' }, next: 'more' },
        { id: 'more', type: 'wait', for: { value, unit: 'minute' } },
      ],
    })
    const journey = await begin(ctx, wait(10))
    await enterByHand(ctx, journey, [one])
    await settle()
    await pauseJourney(ctx, journey)
    workspace.setNow(at(30))
    await settle()
    expect(await statesOf(ctx, journey)).toEqual([['active', null, 'wait']])
    await expect(enterByHand(ctx, journey, [two])).rejects.toMatchObject({ code: 'journey.not_running' })
    await resumeJourney(ctx, journey)
    await settle()
    expect(await statesOf(ctx, journey)).toEqual([['active', null, 'more']])
    await changeJourney(ctx, journey, { draft: Definition.parse(wait(100)) })
    await publishJourney(ctx, rules, journey)
    await enterByHand(ctx, journey, [two])
    await settle()
    expect((await listRuns(ctx, journey, { limit: 10 })).items.map(({ version }) => version)).toEqual([2, 1])
    const placesOf = async (version?: number) =>
      (await readCounts(ctx, journey, version)).steps.map(({ step, waiting, ways }) => [step, waiting, ways])
    expect(await placesOf(1)).toEqual([
      ['', 0, { entered: 1 }],
      ['more', 1, { waits: 1 }],
      ['wait', 0, { next: 1, waits: 1 }],
    ])
    expect(await placesOf(2)).toEqual([
      ['', 0, { entered: 1 }],
      ['wait', 1, { waits: 1 }],
    ])
    expect((await placesOf())[0]).toEqual(['', 0, { entered: 2 }])
    await publishJourney(ctx, rules, journey, { migrate: true })
    expect((await listRuns(ctx, journey, { limit: 10 })).items.map(({ version }) => version)).toEqual([3, 3])
    await drainJourney(ctx, journey)
    workspace.setNow(at(40))
    await settle()
    expect(await statesOf(ctx, journey)).toEqual([
      ['done', 'done', null],
      ['active', null, 'wait'],
    ])
    expect(await stopJourney(ctx, journey)).toBe(1)
    await expect(enterByHand(ctx, journey, [three])).rejects.toMatchObject({ code: 'journey.not_running' })
  })

  test('asks what cannot be answered once, however many wait for the answer', async () => {
    workspace.setNow(start)
    const ctx = await workspace.newTenant()
    const everybody = await people(ctx, 1_500)
    let asked = 0
    const away: Rules = {
      ...rules,
      holds: async () => {
        asked++
        throw new Error('ClickHouse is away')
      },
    }
    const steps = [{ id: 'which', type: 'branch', paths: [{ name: '是', when: { rule: { of: [] } }, next: null }], otherwise: null }]
    const journey = await begin(ctx, { ...hand, start: 'which', steps })
    await enterByHand(ctx, journey, everybody)
    await settle(away)
    expect(asked).toBe(1)
    workspace.setNow(at(1))
    await settle()
    expect((await readCounts(ctx, journey)).steps.find(({ step }) => step === 'which')?.ways).toEqual({ otherwise: 1_500 })
  })

  test('waits where the rules cannot be asked, and forgets nothing that happened meanwhile', async () => {
    workspace.setNow(start)
    const ctx = await workspace.newTenant()
    const [one = 0] = await people(ctx, 1)
    let away = true
    const sometimes: Rules = {
      ...rules,
      holds: async (...asked) => {
        if (away) throw new Error('ClickHouse is away')
        return rules.holds(...asked)
      },
    }
    const journey = await begin(ctx, {
      ...hand,
      start: 'wait',
      steps: [
        { id: 'wait', type: 'wait_for', happens: [thing('answer')], timeout: { value: 1, unit: 'day' }, next: 'which' },
        {
          id: 'which',
          type: 'branch',
          paths: [{ name: '', when: { rule: { of: [one] } }, next: 'yes' }].map((path) => ({ ...path, name: '是' })),
          otherwise: null,
        },
        { id: 'yes', type: 'wait', for: { value: 9, unit: 'day' } },
      ],
    })
    await enterByHand(ctx, journey, [one])
    await settle(sometimes)
    await tell(ctx, one, 'answer', 0)
    await settle(sometimes)
    expect(await statesOf(ctx, journey)).toEqual([['active', null, 'wait']])
    away = false
    workspace.setNow(at(1))
    await settle(sometimes)
    expect(await statesOf(ctx, journey)).toEqual([['active', null, 'yes']])
  })

  test('refuses what cannot be walked, naming the step and the field', async () => {
    const ctx = await workspace.newTenant()
    const refused = async (draft: object) => {
      const id = await createJourney(ctx, { name: `坏${Math.random()}`, note: '', draft: Definition.parse({ ...hand, ...draft }) })
      return publishJourney(ctx, rules, id).then(
        () => 'started',
        (error) => `${error.code} ${error.field}`,
      )
    }
    const tagStep = { id: 'a', type: 'tag', tag: 'tag_unknown', next: null }
    expect(await refused({ start: null })).toBe('journey.no_start start')
    expect(await refused({ start: 'b', steps: [tagStep] })).toBe('journey.no_start start')
    expect(await refused({ start: 'a', steps: [tagStep] })).toBe('tag.not_found steps.0.tag')
    expect(await refused({ start: 'a', steps: [{ id: 'a', type: 'wait', for: { value: 1, unit: 'day' }, next: 'c' }] })).toBe(
      'journey.unknown_step steps.0.next',
    )
    expect(await refused({ start: 'a', steps: [{ id: 'a', type: 'goal', next: 'a' }] })).toBe('journey.endless steps.0.next')
    const split = (...weights: number[]) => ({
      start: 'a',
      steps: [{ id: 'a', type: 'split', paths: weights.map((weight) => ({ name: 'x', weight })) }],
    })
    expect(await refused(split(0, 100))).toBe('journey.weight steps.0.paths.0.weight')
    expect(await refused(split(110))).toBe('journey.weight steps.0.paths.0.weight')
    expect(await refused(split(50, 40))).toBe('journey.weights steps.0.paths')
    expect(await refused({ start: 'a', steps: [{ id: 'a', type: 'task', title: '{{name}} {{process.exit()}}' }] })).toBe(
      'journey.unknown_variable steps.0.title',
    )
    expect(await refused({ start: 'a', steps: [{ id: 'a', type: 'message', text: '您好{{name}}' }] })).toBe(
      'journey.message_variable steps.0.text',
    )
    expect(await refused({ start: 'a', steps: [{ id: 'a', type: 'attribute', key: 'nobody', value: 1 }] })).toMatch(
      /^attribute\.\w+ steps\.0\.value$/,
    )
    const once = { entry: { by: 'schedule', segment: 'seg_x', repeat: { every: 'once', at: '09:00', date: '2020-01-01' } } }
    expect(await refused({ ...once, start: 'a', steps: [{ id: 'a', type: 'end' }] })).toBe('journey.past entry.repeat')
  })
})

const firstRun = async (ctx: Context, journey: number): Promise<number> =>
  Number(
    (
      await sql<{
        id: string
      }>`select min(id)::text as id from journey_runs where tenant_id = ${ctx.tenantId} and journey_id = ${journey}`.execute(ctx.db)
    ).rows[0]?.id,
  )
