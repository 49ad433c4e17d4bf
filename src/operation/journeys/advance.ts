import { eventFits } from '#platform/events/where-holds.ts'
import { variantOf } from '../experiments/assign.ts'
import { type Definition, readFilter, type Step, type StepOf, waitsForRule } from './definition.ts'
import { after, nextClock, nextLook } from './moments.ts'

// One person's way through a journey, as a function: the worker, the dry run, the simulation and "why is this person here" are
// the same lines.

export type Properties = Readonly<Record<string, unknown>>

/** Where somebody stands. `since`: waiting at the step since then; null where the step is still to be done. */
export type Standing = {
  step: string | null
  since: Date | null
  /** Until when they wait there at most, as it was when they came; a migration does not change it. */
  until: Date | null
  /** When they are looked at next, at the latest then. */
  wakeAt: Date | null
  /** What they came in by, and what they were last waited for. */
  entry: Properties
  happened: Properties
}

/** What the drawing says, found once for many people. */
export type Way = { steps: ReadonlyMap<string, Step>; salt: string; zone: string }

/** A question about this person that only others can answer: the rules, or whoever greets new friends. */
export type Ask = { step: string; place: number; about: { rule: unknown } | 'greeting' }
export type Answers = (ask: Ask) => boolean | undefined

/** Left out at this step, or given one of so many treatments; where they are the paths of a split, that path. */
export type Lot = { ghost: true } | { place: number; of: number }

export type Known = {
  now: Date
  /** Whom chance is drawn for: the same person always draws the same lot. */
  subject: number
  answers: Answers
  /** What a trial has in store for this person at a step; nothing where none runs. */
  lot?: ((step: Step) => Lot | undefined) | undefined
  /** What was waited for has happened. */
  signal?: Properties | undefined
}

/** Steps that do something, in no time. */
type Acting = Exclude<Step['type'], 'wait' | 'wait_until' | 'wait_for' | 'branch' | 'split' | 'end'>
export type Effect = StepOf<Acting>

/** `way`: by which exit the step was left; `until`: how long it is waited at most. */
/** `wishes`: keys of what was wished for others than the person. */
export type Passed = { step: string; way: string; wishes?: string[] } | { step: string; until: string }

/** `met`: steps at which a trial was met. */
type Moved = { effects: Effect[]; passed: Passed[]; met: string[]; standing: Standing }
export type Outcome =
  | { kind: 'asks'; asks: Ask[] }
  | ({ kind: 'rests' } & Moved)
  | ({ kind: 'ends'; how: 'done' | 'endless' | 'lost' } & Moved)

/** More in one go is a circle that the check did not see. */
const mostAtOnce = 500

export const wayOf = ({ steps }: Pick<Definition, 'steps'>, salt: string, zone: string): Way => ({
  steps: new Map(steps.map((step) => [step.id, step])),
  salt,
  zone,
})

/** From where somebody stands to where they have to wait, or to the end. Changes nothing and asks nobody. */
export function advance(way: Way, from: Standing, known: Known): Outcome {
  const moved: Moved = { effects: [], passed: [], met: [], standing: from }
  for (let count = 0; count < mostAtOnce; count++) {
    const { standing } = moved
    if (standing.step === null) return { kind: 'ends', how: 'done', ...moved }
    const step = way.steps.get(standing.step)
    // Whoever stands at a step that a migration took away.
    if (!step) return { kind: 'ends', how: 'lost', ...moved }
    const turn = doStep(way, step, standing, known)
    if ('asks' in turn) return { kind: 'asks', asks: turn.asks }
    if ('until' in turn) {
      const since = standing.since ?? known.now
      // Looked at again before its time: nothing was passed.
      if (standing.since === null) moved.passed.push({ step: step.id, until: turn.until.toISOString() })
      const wakeAt = turn.look && turn.look < turn.until ? turn.look : turn.until
      return { kind: 'rests', ...moved, standing: { ...standing, since, until: turn.until, wakeAt } }
    }
    if (turn.effect) moved.effects.push(turn.effect)
    if (turn.isTrial) moved.met.push(step.id)
    moved.passed.push({ step: step.id, way: turn.way })
    moved.standing = {
      ...standing,
      step: turn.to,
      since: null,
      until: null,
      wakeAt: null,
      ...(turn.happened && { happened: turn.happened }),
    }
  }
  return { kind: 'ends', how: 'endless', ...moved }
}

type Turn =
  | { asks: Ask[] }
  | { until: Date; look?: Date | undefined }
  | { way: string; to: string | null; effect?: Effect | undefined; happened?: Properties | undefined; isTrial?: boolean }

const onward = (step: Exclude<Step, { type: 'end' | 'branch' | 'split' }>, effect?: Effect): Turn => ({
  way: 'next',
  to: step.next,
  effect,
})

function doStep(way: Way, step: Step, standing: Standing, known: Known): Turn {
  const since = standing.since ?? known.now
  const until = (moment: Date, over: Turn, look?: Date): Turn => {
    const end = (standing.since === null ? null : (standing.until ?? standing.wakeAt)) ?? moment
    return known.now >= end ? over : { until: end, look }
  }
  switch (step.type) {
    case 'end':
      return { way: 'end', to: null }
    case 'wait':
      return until(after(since, step.for), onward(step))
    case 'wait_until':
      return until(nextClock(since, step.at_time, way.zone, step.weekdays), onward(step))
    case 'wait_for':
      return waitFor(step, standing, known, (over, look) => until(after(since, step.timeout), over, look))
    case 'welcome':
      return greet(step, known, (over) => until(new Date(since.getTime() + greetingMs), over, new Date(known.now.getTime() + 1000)))
    case 'branch':
      return takeBranch(step, standing, known)
    case 'split':
      return drawLot(way, step, known)
    default:
      return act(step, known)
  }
}

/** Longer than a code for a greeting lives: after it nothing can change. */
const greetingMs = 30_000

/** The greeting is said elsewhere (greeting.ts), because its clock is short; here its end is waited for. */
function greet(step: StepOf<'welcome'>, { answers }: Known, until: (over: Turn) => Turn): Turn {
  const ask: Ask = { step: step.id, place: 0, about: 'greeting' }
  const isOver = answers(ask)
  if (isOver === undefined) return { asks: [ask] }
  return isOver ? onward(step, step) : until(onward(step, step))
}

/**
 * Who is in the segment already when they come, or fits the rule, need not wait. Coming into a segment is told; whether a rule holds
 * is asked again whenever they are looked at, the last time when the wait is over.
 */
function waitFor(
  step: StepOf<'wait_for'>,
  { since }: Standing,
  { signal, answers, now }: Known,
  until: (over: Turn, look?: Date) => Turn,
): Turn {
  if (since !== null && signal) return { way: 'next', to: step.next, happened: signal }
  const asks = step.happens.flatMap((one, place): Ask[] => {
    if ('rule' in one) return [{ step: step.id, place, about: { rule: one.rule } }]
    if (since !== null || !('segment' in one)) return []
    const isIn = { segment: one.segment }
    return [{ step: step.id, place, about: { rule: one.moves === 'in' ? isIn : { not: isIn } } }]
  })
  const open = asks.filter((ask) => answers(ask) === undefined)
  if (open.length > 0) return { asks: open }
  if (asks.some((ask) => answers(ask))) return { way: 'next', to: step.next }
  return until({ way: 'otherwise', to: step.otherwise }, waitsForRule(step) ? nextLook(now) : undefined)
}

function takeBranch(step: StepOf<'branch'>, standing: Standing, { answers }: Known): Turn {
  const asks = step.paths.flatMap(({ when }, place): Ask[] =>
    'rule' in when ? [{ step: step.id, place, about: { rule: when.rule } }] : [],
  )
  const open = asks.filter((ask) => answers(ask) === undefined)
  if (open.length > 0) return { asks: open }
  const taken = step.paths.findIndex(({ when }, place) => {
    if ('rule' in when) return answers({ step: step.id, place, about: { rule: when.rule } }) === true
    return 'entry' in when ? eventFits(readFilter(when.entry), standing.entry) : eventFits(readFilter(when.happened), standing.happened)
  })
  return taken < 0 ? { way: 'otherwise', to: step.otherwise } : { way: `paths.${taken}`, to: step.paths[taken]?.next ?? null }
}

/** Whoever a trial leaves out goes on as if it had been done. */
function act(step: Effect, { lot }: Known): Turn {
  const drawn = lot?.(step)
  if (!drawn || ('place' in drawn && drawn.of > 1)) return onward(step, step)
  return { ...('ghost' in drawn ? { way: 'held', to: step.next } : onward(step, step)), isTrial: true }
}

/** A trial whose variants are the paths decides; on an older drawing with other paths it has no say. */
function drawLot({ salt }: Way, step: StepOf<'split'>, { subject, lot }: Known): Turn {
  const { id, paths } = step
  const drawn = lot?.(step)
  if (drawn && 'place' in drawn && drawn.of === paths.length)
    return { way: `paths.${drawn.place}`, to: paths[drawn.place]?.next ?? null, isTrial: true }
  const lots = paths.map(({ weight }, i) => ({ key: `paths.${i}`, weight: weight * 10 }))
  const way = variantOf(`${salt} ${id}`, subject, lots)
  return { way, to: paths.find((_, i) => way === `paths.${i}`)?.next ?? null }
}
