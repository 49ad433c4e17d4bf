import { type Experiment, holdout, states } from '#operation/experiments/schema.ts'

/** So many read-outs stand beside the effect of a thing; each is a report of its own. */
const mostShown = 2

/**
 * Trials on a thing (the newest first), as its page tells of them: with what they found where people were dealt, those of the whole
 * before those of a part and what runs before what was stopped; the others by name.
 */
export function trialsToShow<One extends Pick<Experiment, 'state' | 'thing' | 'startedAt'>>(
  trials: readonly One[],
): { found: One[]; named: One[] } {
  const rank = ({ state, thing }: One) => (thing?.step == null ? 0 : states.length) + states.indexOf(state)
  const dealt = trials.filter(({ startedAt }) => startedAt !== null).toSorted((a, b) => rank(a) - rank(b))
  const found = dealt.slice(0, mostShown)
  return { found, named: trials.filter((one) => !found.includes(one)) }
}

/** What a lift of this trial is over: nothing at all, or another way of the same. */
export const isAgainstNothing = ({ control }: Pick<Experiment, 'control'>): boolean => control === holdout
