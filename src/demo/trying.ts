import { changeState, createExperiment, expose } from '#operation/experiments/commands.ts'
import { NewExperiment } from '#operation/experiments/schema.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { seededRandom } from '#platform/random.ts'
import { trial } from './company.ts'
import type { Doing, Friend } from './doing.ts'
import { trials } from './doings.ts'

const dayMs = 86_400_000

const converted = { name: '首单', event: 'order.paid', measure: 'converted' }
const amount = { name: '消费金额', event: 'order.paid', measure: 'sum(amount)' }
const left = { name: '删除好友', event: 'customer.unfollowed', measure: 'converted', better: 'less', tolerance: 0.03 }

/** One experiment that is over, whose two texts the story greeted people with, and one that deals people out just now. */
export async function tryThings(doing: Doing): Promise<void> {
  const { ctx, plan, everybody } = doing
  const until = plan.until.getTime()
  const span = plan.days * dayMs
  const over = { from: until - span, to: until - 0.2 * span }
  const finished = await start(at(ctx, over.from), { ...trials.finished, plan: { base: 0.26, lift: 0.1 } })
  await exposeAll(at(ctx, over.to), finished, greetedBetween(everybody, over.from, over.to))
  await changeState(at(ctx, until - 0.01 * span), finished, { state: 'stopped', winner: 'sample' })
  const now = { from: until - 0.14 * span, to: until }
  const running = await start(at(ctx, now.from), { ...trials.running, plan: { base: 0.2, lift: 0.05 } })
  const random = seededRandom(`${plan.seed} coupons`)
  const dealt = everybody.flatMap(({ customer, life }) =>
    life.addedAt > now.from && life.addedAt < now.to
      ? [{ customerId: customer, variant: random.chance(0.5) ? 'off30' : 'off20', at: new Date(life.addedAt + 60_000) }]
      : [],
  )
  await exposeAll(ctx, running, dealt)
}

const at = (ctx: Context, moment: number): Context => ({ ...ctx, now: () => new Date(moment) })

async function start(ctx: Context, design: object): Promise<number> {
  const facts = { ...design, trialMetric: converted, growthMetric: amount, guardRails: [left] }
  const id = await createExperiment(ctx, NewExperiment.parse(facts))
  await changeState(ctx, id, { state: 'running' })
  return id
}

type Dealt = { customerId: number; variant: string; at: Date }

const exposeAll = (ctx: Context, experiment: number, dealt: readonly Dealt[]): Promise<void> =>
  inTransaction(ctx, async (ctx) =>
    expose(
      ctx,
      dealt.map((one) => ({ ...one, experiment, ghost: false })),
    ),
  )

/** Who came then, and which of the two texts they were greeted with. */
function greetedBetween(friends: readonly Friend[], from: number, to: number): Dealt[] {
  return friends.flatMap(({ customer, life }) => {
    const greeting = life.acts.find(({ event, properties }) => event === 'experiment.exposed' && properties.experiment === trial.name)
    if (!greeting || greeting.at < from || greeting.at >= to) return []
    const variant = greeting.properties.variant === trial.variants[0] ? 'sample' : 'story'
    return [{ customerId: customer, variant, at: new Date(greeting.at) }]
  })
}
