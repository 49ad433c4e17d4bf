import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { identifyMany } from '#management/identity/commands.ts'
import type { Context } from '#platform/context.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createJourney, publishJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { journeyReactions } from './hearing.ts'
import { moveOnce } from './loop.ts'
import { listRuns } from './queries.ts'
import { rules } from './testing-rules.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [journeyReactions])
})

const start = new Date('2026-03-02T02:00:00Z')
const at = (seconds: number) => new Date(start.getTime() + seconds * 1000)

const ordered = defineEvent('test.ordered', { title: { zh: '下单', en: 'Ordered' }, properties: z.object({ order: z.string() }) })
const paid = defineEvent('test.paid', { title: { zh: '付款', en: 'Paid' }, properties: z.object({ order: z.string().optional() }) })

type Told = [seconds: number, what: typeof ordered | typeof paid, order?: string]

/** All of it in one transaction, so that whoever reads the log gets it in one list. */
const tell = (ctx: Context, customerId: number, told: Told[]) =>
  inTransaction(ctx, async (ctx) => {
    for (const [seconds, what, order] of told)
      emit(ctx, what as typeof ordered, { customerId, at: at(seconds), properties: (order ? { order } : {}) as { order: string } })
  })

const reminder = {
  entry: { by: 'event', event: 'test.ordered' },
  exits: [{ event: 'test.paid' }],
  start: 'wait',
  steps: [
    { id: 'wait', type: 'wait', for: { value: 1, unit: 'hour' }, next: 'remind' },
    { id: 'remind', type: 'task', title: '提醒付款' },
  ],
}

async function begin(draft: object): Promise<{ ctx: Context; journey: number; who: number }> {
  workspace.setNow(start)
  const ctx = await workspace.newTenant()
  const [who = 0] = await identifyMany(ctx, [{ identities: [{ kind: 'member_no', value: 'M1' }] }], 'test')
  const journey = await createJourney(ctx, { name: '催付', note: '', draft: Definition.parse(draft) })
  await publishJourney(ctx, rules, journey)
  return { ctx, journey, who }
}

async function hear(seconds: number): Promise<void> {
  workspace.setNow(at(seconds))
  await consumeAll(workspace, [journeyReactions])
  while ((await moveOnce(workspace, rules)) > 0);
}

const ends = async (ctx: Context, journey: number) =>
  (await listRuns(ctx, journey, { limit: 50 })).items.toReversed().map(({ state, reason, step }) => [state, reason, step])

test('whoever orders and pays before anybody hears of it is out, also where both are heard of in one list', async () => {
  const { ctx, journey, who } = await begin(reminder)
  await tell(ctx, who, [
    [60, ordered, 'A'],
    [120, paid, 'A'],
  ])
  await hear(300)
  expect(await ends(ctx, journey)).toEqual([['left', 'exit', 'wait']])
})

test('the same when the second is heard of later, though it happened before anybody was let in', async () => {
  const { ctx, journey, who } = await begin(reminder)
  await tell(ctx, who, [[60, ordered, 'A']])
  await hear(300)
  expect(await ends(ctx, journey)).toEqual([['active', null, 'wait']])
  await tell(ctx, who, [[120, paid, 'A']])
  await hear(301)
  expect(await ends(ctx, journey)).toEqual([['left', 'exit', 'wait']])
})

test('what somebody came in by does not lead them out, what happened before it neither, and they may come again', async () => {
  const twice = { ...reminder, reentry: { policy: 'inactive' }, exits: [{ event: 'test.ordered' }, { event: 'test.paid' }] }
  const { ctx, journey, who } = await begin(twice)
  await tell(ctx, who, [
    [30, paid, 'A'],
    [60, ordered, 'A'],
    [120, ordered, 'B'],
    [180, paid, 'B'],
    [240, ordered, 'C'],
  ])
  await hear(300)
  // The second order ends the first way and begins another.
  expect(await ends(ctx, journey)).toEqual([
    ['left', 'exit', 'wait'],
    ['left', 'exit', 'wait'],
    ['active', null, 'wait'],
  ])
})

test('of one way an order, paying one order ends its own; what names no order ends all', async () => {
  const each = { ...reminder, reentry: { policy: 'each', property: 'order' }, start: 'ask' }
  const steps = [{ id: 'ask', type: 'task', title: '问候', next: 'wait' }, ...reminder.steps]
  const { ctx, journey, who } = await begin({ ...each, steps })
  await tell(ctx, who, [
    [60, ordered, 'A'],
    [61, ordered, 'B'],
  ])
  await hear(70)
  await tell(ctx, who, [[120, paid, 'A']])
  await hear(130)
  expect(await ends(ctx, journey)).toEqual([
    ['left', 'exit', 'wait'],
    ['active', null, 'wait'],
  ])
  // What was asked of a colleague for the order that goes on is asked still.
  const tasks = () => ctx.db.selectFrom('employeeTasks').select('state').where('tenantId', '=', ctx.tenantId).orderBy('id').execute()
  expect((await tasks()).map(({ state }) => state)).toEqual(['withdrawn', 'open'])
  await tell(ctx, who, [[140, paid]])
  await hear(150)
  expect(await ends(ctx, journey)).toEqual([
    ['left', 'exit', 'wait'],
    ['left', 'exit', 'wait'],
  ])
  expect((await tasks()).map(({ state }) => state)).toEqual(['withdrawn', 'withdrawn'])
})

test('an answer within the second of coming to a wait is heard, though its clock knows whole seconds only', async () => {
  const { ctx, journey, who } = await begin({
    entry: { by: 'event', event: 'test.ordered' },
    start: 'asked',
    steps: [
      {
        id: 'asked',
        type: 'wait_for',
        happens: [{ event: 'test.paid' }],
        timeout: { value: 1, unit: 'hour' },
        next: 'yes',
        otherwise: null,
      },
      { id: 'yes', type: 'task', title: '致谢' },
    ],
  })
  await tell(ctx, who, [[60, ordered, 'A']])
  await hear(60.7)
  await tell(ctx, who, [[60, paid, 'A']])
  await hear(61)
  const tasks = await ctx.db.selectFrom('employeeTasks').select('title').where('tenantId', '=', ctx.tenantId).execute()
  expect([await ends(ctx, journey), tasks]).toEqual([[['done', 'done', null]], [{ title: '致谢' }]])
})
