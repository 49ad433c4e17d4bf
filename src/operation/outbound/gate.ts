import type { MessageKind, Policy, Suppression, Wait } from './schema.ts'

/** Who would send, and what WeCom calls the customer or group. */
export type Reach = { corp: number; userId: string; employeeId: number; target: string }

/** What is known about one wish when it is decided. */
export type Facts = {
  kind: MessageKind
  audience: 'customer' | 'group'
  /** Whom it counts for: the canonical customer, or the group. */
  person: number
  /** Set for messages that reach a person once, however many rows name them: the message. */
  once?: string | undefined
  stopped: boolean
  /** What they said last; null when they never said. */
  consent: boolean | null
  reach: Reach | null
  /** Mass messages of this period, and whether WeCom said that it takes no more. */
  received: number
  isFull: boolean
  inHoldout: boolean
  /** Which of several wordings a trial deals them. */
  wording: number
  /** Messages of this kind in the days of the frequency cap. */
  recent: number
  /** Another row of the same message went to the same person. */
  isTwin: boolean
}

export type Rules = {
  policy: Pick<Policy, 'consentDefault' | 'frequency' | 'ratePerMinute'>
  now: Date
  /** How many mass messages WeCom lets one receiver have in the period. */
  receiveMost: number
  quietUntil: Readonly<Record<MessageKind, Date | undefined>>
}

/** What this batch has let through already, and how many people of each corp were handed over in the last minute. */
export type Tally = { received: Map<string, number>; recent: Map<string, number>; once: Set<string>; rate: Map<number, number> }

export const emptyTally = (rate: ReadonlyMap<number, number> = new Map()): Tally => ({
  received: new Map(),
  recent: new Map(),
  once: new Set(),
  rate: new Map(rate),
})

export type Verdict = { pass: Reach } | { suppress: Suppression } | { wait: Exclude<Wait, 'task'>; until: Date }

/**
 * The one declared order: stopped → consent → platform limits → holdout → frequency → quiet hours → rate. Whoever is let through
 * is counted in the tally, so that two messages of one batch see each other.
 */
export function decide(rules: Rules, facts: Facts, tally: Tally): Verdict {
  const suppress = suppressionOf(rules, facts, tally)
  if (suppress) return { suppress }
  const until = rules.quietUntil[facts.kind]
  if (until) return { wait: 'quiet_hours', until }
  const { reach } = facts
  if (!reach) return { suppress: 'no_friend' }
  const wait = rateWait(rules, reach.corp, tally)
  if (wait) return { wait: 'rate', until: wait }
  count(facts, reach, tally)
  return { pass: reach }
}

function suppressionOf({ policy, receiveMost }: Rules, facts: Facts, tally: Tally): Suppression | undefined {
  const { kind, audience, reach, consent } = facts
  const isMarketing = audience === 'customer' && kind === 'marketing'
  if (facts.stopped) return 'stopped'
  if (isMarketing && !(consent ?? policy.consentDefault === 'allowed')) return 'no_consent'
  if (!reach) return audience === 'group' ? 'group_gone' : 'no_friend'
  if (facts.isTwin || (facts.once && tally.once.has(facts.once))) return 'same_person'
  if (facts.isFull || facts.received + (tally.received.get(receiverOf(reach)) ?? 0) >= receiveMost) return 'platform_limit'
  if (facts.inHoldout) return 'holdout'
  const cap = audience === 'customer' ? policy.frequency[kind] : null
  if (cap && facts.recent + (tally.recent.get(personOf(facts)) ?? 0) >= cap.most) return 'frequency'
  return undefined
}

/** Whoever comes after this minute's share waits for the minute that is theirs, so that nobody is asked about again and again. */
function rateWait({ policy, now }: Rules, corp: number, { rate }: Tally): Date | undefined {
  if (policy.ratePerMinute === null) return undefined
  const before = rate.get(corp) ?? 0
  rate.set(corp, before + 1)
  const minutes = Math.floor(before / policy.ratePerMinute)
  return minutes === 0 ? undefined : new Date(now.getTime() + minutes * 60_000)
}

function count(facts: Facts, reach: Reach, { received, recent, once }: Tally): void {
  add(received, receiverOf(reach))
  add(recent, personOf(facts))
  if (facts.once) once.add(facts.once)
}

const receiverOf = ({ corp, target }: Reach): string => `${corp} ${target}`
const personOf = ({ kind, audience, person }: Facts): string => `${kind} ${audience} ${person}`
const add = (counts: Map<string, number>, name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1)
