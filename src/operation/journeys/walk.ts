import {
  type Answers,
  type Ask,
  advance,
  type Effect,
  type Known,
  type Passed,
  type Properties,
  type Standing,
  type Way,
} from './advance.ts'
import type { Definition } from './definition.ts'

/** A whole way at once: what the worker would do in weeks. Rules are answered as of now, because tomorrow is not known. */
export type Walk = {
  turns: { at: Date; passed: Passed[] }[]
  effects: { at: Date; effect: Effect }[]
  /** Steps at which a trial was met. */
  met: string[]
  end: 'done' | 'endless' | 'lost' | 'later'
}

export type Walker = {
  subject: number
  entry: Properties
  /** Waits of these steps end because what they wait for happens, with these properties. */
  happens: ReadonlyMap<string, Properties>
  answers: Answers
  lot: Known['lot']
}

/** Further into the future nobody looks. */
const mostTurns = 400

/** Where the way leads from the first step, or which questions are open. */
export function walk(
  way: Way,
  start: Definition['start'],
  from: Date,
  { subject, entry, happens, answers, lot }: Walker,
): Walk | { asks: Ask[] } {
  const walked: Walk = { turns: [], effects: [], met: [], end: 'later' }
  let standing: Standing = { step: start, since: null, until: null, wakeAt: null, entry, happened: {} }
  let now = from
  for (let turn = 0; turn < mostTurns; turn++) {
    const signal = standing.since === null ? undefined : happens.get(standing.step ?? '')
    const outcome = advance(way, standing, { now, subject, answers, lot, signal })
    if (outcome.kind === 'asks') return { asks: outcome.asks }
    walked.turns.push({ at: now, passed: outcome.passed })
    walked.met.push(...outcome.met)
    walked.effects.push(...outcome.effects.map((effect) => ({ at: now, effect })))
    if (outcome.kind === 'ends') return { ...walked, end: outcome.how }
    standing = outcome.standing
    // Looks in between would all find the same.
    now = happens.has(standing.step ?? '') ? now : (standing.until ?? now)
  }
  return walked
}
