import Big from 'big.js'
import { type SpendKind, spendKinds } from '#growth/spends/schema.ts'
import { countSends } from '#operation/outbound/queries.ts'
import type { Context } from '#platform/context.ts'
import { internalId } from '#platform/ids.ts'
import { majorNumber } from '#platform/money.ts'
import type { EffectResult } from '../reports/effect/schema.ts'
import { runReport } from '../reports/run.ts'
import type { Sending } from './commands.ts'
import type { EffectQuery, SendingCost, SendingEffect } from './schema.ts'

/** What a mass message brought; tests are no part of it. */
export async function readMessageEffect(ctx: Context, id: string, query: EffectQuery): Promise<SendingEffect> {
  const message = internalId(ctx, 'msg', id)
  const where = { source: 'message', sourceId: message, step: null }
  const reach = await readReach(ctx, { message: id })
  return { ...(await follow(ctx, { source: 'message', id: message }, { event: 'message.sent', where }, query)), from: 'sent', reach }
}

/** What a journey brought: after its messages, or, where it sends none, after people came in. */
export async function readJourneyEffect(ctx: Context, id: string, query: EffectQuery): Promise<SendingEffect> {
  const journey = internalId(ctx, 'jny', id)
  const sending: Sending = { source: 'journey', id: journey }
  const reach = await readReach(ctx, { journey: id })
  if (reach.wished > 0) {
    const where = { source: 'journey', sourceId: journey }
    return { ...(await follow(ctx, sending, { event: 'message.sent', where }, query)), from: 'sent', reach }
  }
  return { ...(await follow(ctx, sending, { event: 'journey.entered', where: { journey } }, query)), from: 'entered', reach }
}

async function follow(ctx: Context, sending: Sending, touch: object, { visitHours, buyHours }: EffectQuery) {
  const report = { type: 'effect', touch, visitHours, buyHours, leaveHours: 24 }
  const { result, asOf } = await runReport(ctx, report)
  const found = result as EffectResult
  // What it cost is the company's: of some of its customers nobody knows.
  const cost = ctx.actor.scope === 'all' ? await readCost(ctx, sending) : null
  return { ...found, ...worthOf(found, cost), cost, report, asOf }
}

/** Nothing that was paid has a sum with what was spent in another currency; nothing spent has no return. */
function worthOf({ net, currency }: EffectResult, cost: SendingCost | null): { gain: number | null; roi: number | null } {
  if (!cost || (cost.currency !== currency && net !== 0)) return { gain: null, roi: null }
  const spent = new Big(majorNumber(cost.totalMinor, cost.currency))
  return { gain: new Big(net).minus(spent).toNumber(), roi: spent.eq(0) ? null : new Big(net).div(spent).round(6).toNumber() }
}

export async function readCost(ctx: Context, { source, id }: Sending): Promise<SendingCost | null> {
  const rows = await ctx.db
    .selectFrom('sendingCosts')
    .select(['kind', 'currency', 'amountMinor', 'changedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('source', '=', source)
    .where('sourceId', '=', id)
    .execute()
  const [first] = rows
  if (!first) return null
  const items = rows.map(({ kind, amountMinor }) => ({ kind: kind as SpendKind, amountMinor: Number(amountMinor) }))
  return {
    currency: first.currency,
    totalMinor: items.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    items: spendKinds.flatMap((kind) => items.find((one) => one.kind === kind) ?? []),
    changedAt: first.changedAt.toISOString(),
  }
}

async function readReach(ctx: Context, source: { message: string } | { journey: string }): Promise<SendingEffect['reach']> {
  const counts = await countSends(ctx, source)
  const sum = (states?: readonly string[]) =>
    counts.reduce((all, { state, count }) => all + (!states || states.includes(state) ? count : 0), 0)
  return { wished: sum(), delivered: sum(['sent']), open: sum(['intended', 'waiting', 'tasked', 'unknown']) }
}
