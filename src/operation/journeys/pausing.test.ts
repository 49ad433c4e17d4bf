import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { identifyMany } from '#management/identity/commands.ts'
import { mergeCustomers } from '#management/identity/merging.ts'
import type { Context } from '#platform/context.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { changeJourney, createJourney, drainJourney, pauseJourney, publishJourney, resumeJourney, stopJourney } from './commands.ts'
import { Definition, type Reentry } from './definition.ts'
import { lookAtArrivals } from './door.ts'
import { journeyReactions } from './hearing.ts'
import { moveOnce } from './loop.ts'
import { listRuns, readCounts } from './queries.ts'
import { Resume, RunQuery } from './schema.ts'
import { rules } from './testing-rules.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [journeyReactions])
})

const events = ['cart.filled', 'cart.paid', 'customer.followed'].map((name) =>
  defineEvent(name, { title: { zh: name, en: name }, properties: z.object({ cart: z.string().optional() }) }),
)
const monday = Date.parse('2026-03-02T02:00:00Z')

const steps = { start: 'wait', steps: [{ id: 'wait', type: 'wait', for: { value: 1, unit: 'day' } }] }
const byCart = (reentry: Reentry = { policy: 'once' }) =>
  Definition.parse({ entry: { by: 'event', event: 'cart.filled' }, exits: [{ event: 'cart.paid' }], reentry, ...steps })

async function begin(draft: Definition, count = 4) {
  workspace.setNow(new Date(monday))
  const ctx = await workspace.newTenant()
  const people = await identifyMany(
    ctx,
    Array.from({ length: count }, (_, i) => ({ identities: [{ kind: 'member_no' as const, value: `M${i}` }] })),
    'test',
  )
  const journey = await createJourney(ctx, { name: '旅程', note: '', draft })
  await publishJourney(ctx, rules, journey)
  return { ctx, journey, people }
}

/** Minutes after the beginning; `late` is heard of with the next that is told. */
async function tell(
  ctx: Context,
  name: string,
  customerId: number,
  minute: number,
  { cart, late = false }: { cart?: string; late?: boolean } = {},
) {
  const event = events.find((one) => one.name === name)
  if (!event) throw new Error(name)
  workspace.setNow(new Date(Math.max(workspace.now().getTime(), monday + minute * 60_000)))
  await inTransaction(ctx, async (ctx) =>
    emit(ctx, event, { customerId, at: new Date(monday + minute * 60_000), properties: cart === undefined ? {} : { cart } }),
  )
  if (!late) await consumeAll(workspace, [journeyReactions])
}

async function work(): Promise<void> {
  while ((await moveOnce(workspace, rules)) > 0);
}

/** How many wait, and the counts of the door. */
async function doorOf(ctx: Context, journey: number): Promise<Record<string, number>> {
  const { steps, arrivals } = await readCounts(ctx, journey)
  return { arrivals, ...steps.find(({ step }) => step === '')?.ways }
}

const runsOf = async (ctx: Context, journey: number) => (await listRuns(ctx, journey, RunQuery.parse({}))).items

describe('while a journey is paused', () => {
  test('whoever comes waits, once each, and comes in when it goes on', async () => {
    const { ctx, journey, people } = await begin(byCart())
    const [one = 0, two = 0, three = 0] = people
    await tell(ctx, 'cart.filled', one, 1)
    await pauseJourney(ctx, journey)
    await tell(ctx, 'cart.filled', two, 2, { cart: 'first' })
    await tell(ctx, 'cart.filled', two, 3, { cart: 'second' })
    await tell(ctx, 'cart.filled', three, 4)
    await tell(ctx, 'cart.filled', one, 5)
    await work()
    expect(await doorOf(ctx, journey)).toEqual({ entered: 1, refused: 1, arrivals: 3 })
    await resumeJourney(ctx, journey)
    await work()
    // Who was on the way already is refused at the door, as ever.
    expect(await doorOf(ctx, journey)).toEqual({ entered: 3, refused: 2, arrivals: 0 })
    const runs = await runsOf(ctx, journey)
    expect(runs.map(({ enteredAt }) => new Date(enteredAt).getTime() - monday).sort((a, b) => a - b)).toEqual([60_000, 120_000, 240_000])
  })

  test('they are dropped where somebody says so, or nobody enters any more', async () => {
    for (const end of ['drop', 'drain', 'stop'] as const) {
      const { ctx, journey, people } = await begin(byCart())
      const [one = 0, two = 0] = people
      await pauseJourney(ctx, journey)
      await tell(ctx, 'cart.filled', one, 1)
      await tell(ctx, 'cart.filled', two, 2, { late: true })
      workspace.setNow(new Date(monday + 180_000))
      if (end === 'drop') await resumeJourney(ctx, journey, { arrivals: 'drop' })
      if (end === 'drain') await drainJourney(ctx, journey)
      if (end === 'stop') await stopJourney(ctx, journey)
      await consumeAll(workspace, [journeyReactions])
      await work()
      expect(await doorOf(ctx, journey), end).toEqual({ closed: end === 'drain' ? 2 : 1, arrivals: 0 })
      expect(await runsOf(ctx, journey)).toEqual([])
    }
  })

  test('who came then and is heard of later comes in all the same', async () => {
    const { ctx, journey, people } = await begin(byCart())
    await pauseJourney(ctx, journey)
    await tell(ctx, 'cart.filled', people[0] ?? 0, 1, { late: true })
    workspace.setNow(new Date(monday + 180_000))
    await resumeJourney(ctx, journey)
    await consumeAll(workspace, [journeyReactions])
    expect(await doorOf(ctx, journey)).toEqual({ entered: 1, arrivals: 0 })
  })

  test('who meets an exit while they wait does not come in; of an order, only by that order', async () => {
    const { ctx, journey, people } = await begin(byCart({ policy: 'each', property: 'cart' }))
    const [one = 0, two = 0] = people
    await pauseJourney(ctx, journey)
    for (const cart of ['a', 'b']) await tell(ctx, 'cart.filled', one, 1, { cart })
    await tell(ctx, 'cart.filled', two, 1, { cart: 'c' })
    await tell(ctx, 'cart.filled', two, 1)
    await tell(ctx, 'cart.paid', one, 2, { cart: 'b' })
    await tell(ctx, 'cart.paid', two, 0, { cart: 'c' })
    expect(await doorOf(ctx, journey)).toEqual({ arrivals: 2, closed: 1, refused: 1 })
    await resumeJourney(ctx, journey)
    await work()
    expect(await doorOf(ctx, journey)).toEqual({ entered: 2, closed: 1, refused: 1, arrivals: 0 })
  })

  test('two who turn out to be one come in once; who is gone by then does not', async () => {
    const { ctx, journey, people } = await begin(byCart())
    const [one = 0, twin = 0, gone = 0] = people
    await pauseJourney(ctx, journey)
    for (const customer of [one, twin, gone]) await tell(ctx, 'cart.filled', customer, 1)
    await mergeCustomers(ctx, { keepId: one, mergeId: twin })
    await ctx.db.deleteFrom('identities').where('customerId', '=', gone).execute()
    await ctx.db.deleteFrom('customers').where('tenantId', '=', ctx.tenantId).where('id', '=', gone).execute()
    await resumeJourney(ctx, journey)
    await work()
    expect(await doorOf(ctx, journey)).toMatchObject({ entered: 1, refused: 2, arrivals: 0 })
  })

  test('the policy of the version that runs then is asked, also of a part that was cut off by another pause', async () => {
    const { ctx, journey, people } = await begin(byCart({ policy: 'inactive' }))
    const [one = 0, two = 0] = people
    await tell(ctx, 'cart.filled', one, 1)
    await tell(ctx, 'cart.paid', one, 2)
    await pauseJourney(ctx, journey)
    await tell(ctx, 'cart.filled', one, 3)
    await tell(ctx, 'cart.filled', two, 3)
    await changeJourney(ctx, journey, { draft: byCart({ policy: 'once' }) })
    await publishJourney(ctx, rules, journey)
    await resumeJourney(ctx, journey)
    await pauseJourney(ctx, journey)
    await work()
    expect(await doorOf(ctx, journey)).toMatchObject({ entered: 1, arrivals: 2 })
    await resumeJourney(ctx, journey)
    await work()
    expect(await doorOf(ctx, journey)).toMatchObject({ entered: 2, refused: 1, arrivals: 0 })
  })

  test('a look at the door says how many of those who wait would come in, and why the others would not', async () => {
    const { ctx, journey, people } = await begin(byCart(), 5)
    const [stands = 0, left = 0, one = 0, twin = 0] = people
    for (const customer of [stands, left]) await tell(ctx, 'cart.filled', customer, 1)
    await tell(ctx, 'cart.paid', left, 2)
    await pauseJourney(ctx, journey)
    for (const customer of people) await tell(ctx, 'cart.filled', customer, 3)
    await mergeCustomers(ctx, { keepId: one, mergeId: twin })
    const seen = await lookAtArrivals(ctx, journey)
    const refused = (['active', 'before', 'same'] as const).map((reason) => ({ reason, people: 1 }))
    expect(seen).toEqual({ people: 5, looked: 5, enters: 2, refused })
    // Nothing of it happened; of very many the first are looked at.
    expect(await lookAtArrivals(ctx, journey, 3)).toEqual({ people: 5, looked: 3, enters: 1, refused: refused.slice(0, 2) })
    await resumeJourney(ctx, journey)
    await work()
    expect(await doorOf(ctx, journey)).toMatchObject({ entered: 2 + seen.enters, refused: 3, arrivals: 0 })
  })

  test('it asks the policy of the version that would let them in, value by value', async () => {
    const { ctx, journey, people } = await begin(byCart({ policy: 'each', property: 'cart' }))
    const [one = 0, two = 0] = people
    await tell(ctx, 'cart.filled', one, 1, { cart: 'a' })
    await pauseJourney(ctx, journey)
    for (const cart of ['a', 'b', 'c']) await tell(ctx, 'cart.filled', one, 2, { cart })
    await tell(ctx, 'cart.filled', two, 2, { cart: 'a' })
    const look = { people: 4, looked: 4 }
    const active = { reason: 'active', people: 1 }
    expect(await lookAtArrivals(ctx, journey)).toEqual({ ...look, enters: 3, refused: [active] })
    await changeJourney(ctx, journey, { draft: byCart({ policy: 'once' }) })
    await publishJourney(ctx, rules, journey)
    expect(await lookAtArrivals(ctx, journey)).toEqual({ ...look, enters: 1, refused: [active, { reason: 'same', people: 2 }] })
    await expect(lookAtArrivals(ctx, journey + 1)).rejects.toMatchObject({ code: 'journey.not_found' })
  })

  test('whoever would be greeted is turned away, because nobody can be greeted later', async () => {
    const welcome = { start: 'hello', steps: [{ id: 'hello', type: 'welcome', text: '您好' }] }
    const { ctx, journey, people } = await begin(Definition.parse({ entry: { by: 'event', event: 'customer.followed' }, ...welcome }))
    const [one = 0, two = 0] = people
    await pauseJourney(ctx, journey)
    await tell(ctx, 'customer.followed', one, 1)
    await tell(ctx, 'customer.followed', two, 2, { late: true })
    workspace.setNow(new Date(monday + 180_000))
    await resumeJourney(ctx, journey)
    await consumeAll(workspace, [journeyReactions])
    expect(await doorOf(ctx, journey)).toEqual({ closed: 1, arrivals: 0 })
  })
})

test('what becomes of them is one of two things', () => {
  expect(Resume.parse({})).toEqual({ arrivals: 'enter' })
  expect(Resume.safeParse({ arrivals: 'some' }).error?.issues).toMatchObject([{ path: ['arrivals'] }])
})
