import type { Context } from '#platform/context.ts'
import { readLifted, receiveWindow } from '../outbound/limits.ts'
import { readPolicy } from '../outbound/policy.ts'
import { type Received, receivedSince } from '../outbound/received.ts'
import type { MessageKind, Policy } from '../outbound/schema.ts'

// Whom the gate would say no to, by what they got already and by what comes before in the same journey.

export type Limits = {
  /** Since when messages count at a moment, and how many WeCom lets through. */
  windowAt: (at: Date) => { since: Date; most: number }
  cap: Policy['frequency']['marketing']
}

type Wished = { at: Date; kind: MessageKind }
export type Over = { platform: boolean; frequency: boolean }

const dayMs = 86_400_000

/** The company's limits, and what of these people's past still counts. */
export async function readLimits(ctx: Context, people: readonly number[]): Promise<Limits & { got: ReadonlyMap<number, Received[]> }> {
  const policy = await readPolicy(ctx)
  const lifted = readLifted(ctx.config.dataDir)
  const windowAt: Limits['windowAt'] = (at) => receiveWindow(policy.platformPeriod, at, lifted)
  const cap = policy.frequency.marketing
  const capped = cap ? ctx.now().getTime() - cap.days * dayMs : Number.POSITIVE_INFINITY
  const since = new Date(Math.min(windowAt(ctx.now()).since.getTime(), capped))
  return { windowAt, cap, got: await receivedSince(ctx, people, since) }
}

/** In the gate's order: what the platform refuses counts for nothing, nor does what the company's own rule holds back. */
export function overLimits({ windowAt, cap }: Limits, got: readonly Received[], wished: readonly Wished[]): Over {
  const over: Over = { platform: false, frequency: false }
  const passed: Wished[] = []
  for (const { at, kind } of wished.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
    const { since, most } = windowAt(at)
    const inWindow = (one: { at: Date }) => one.at >= since
    const isRefused = got.some((one) => one.isRefused && inWindow(one))
    if (isRefused || mostOfAccount(got.filter(inWindow)) + passed.filter(inWindow).length >= most) over.platform = true
    else if (cap && kind === 'marketing' && countRecent([...got.filter((one) => !one.isRefused), ...passed], at, cap.days) >= cap.most)
      over.frequency = true
    else passed.push({ at, kind })
  }
  return over
}

/** WeCom counts by corp: of somebody in two, the fuller one. */
function mostOfAccount(got: readonly Received[]): number {
  const accounts = Map.groupBy(got, ({ account }) => account)
  return Math.max(0, ...[...accounts.values()].map((list) => list.length))
}

const countRecent = (messages: readonly Wished[], at: Date, days: number): number =>
  messages.filter((one) => one.kind === 'marketing' && one.at.getTime() > at.getTime() - days * dayMs).length
