import { appError } from '#platform/errors.ts'
import { type ExperimentPatch, holdout, type Metric, type Plan, type State, type Variant } from './schema.ts'

/** Who comes to which side. */
type Dealing = { holdoutPerMille: number; variants: readonly Pick<Variant, 'key' | 'weight'>[] }

type Design = {
  holdoutPerMille: number
  variants: readonly Variant[]
  control: string
  trialMetric: Metric
  plan: Plan
}

/** Everybody's name for the side they are on: the variants, and those held out where there are any. */
export const sidesOf = ({ holdoutPerMille, variants }: Dealing): string[] => [
  ...variants.map(({ key }) => key),
  ...(holdoutPerMille > 0 ? [holdout] : []),
]

/** The share of everybody that comes to each side; they add up to 1. */
export const sharesOf = ({ holdoutPerMille, variants }: Dealing): Map<string, number> =>
  new Map([
    ...variants.map(({ key, weight }) => [key, ((1000 - holdoutPerMille) * weight) / 1_000_000] as const),
    ...(holdoutPerMille > 0 ? [[holdout, holdoutPerMille / 1000] as const] : []),
  ])

export const controlOf = (design: Dealing): string => (design.holdoutPerMille > 0 ? holdout : (design.variants[0]?.key ?? holdout))

/** Refuses what could never answer its question, with the field at fault. */
export function requireSound(design: Design): void {
  const sides = sidesOf(design)
  if (sides.length < 2)
    throw appError('experiment.one_side', {
      message: 'Hold some people out, or have two variants: else there is nothing to compare.',
      field: 'variants',
    })
  if (!sides.includes(design.control))
    throw appError('experiment.control_unknown', {
      message: 'The control is a variant, or holdout where people are held out.',
      field: 'control',
    })
  requirePlan(design)
}

function requirePlan({ plan, trialMetric }: Design): void {
  if (trialMetric.measure !== 'converted') {
    if (plan.spread === undefined)
      throw appError('experiment.spread_missing', { message: 'Say how far people lie apart in this sum.', field: 'plan.spread' })
    return
  }
  const other = plan.base + (trialMetric.better === 'more' ? plan.lift : -plan.lift)
  if (plan.base > 1) throw appError('experiment.share_too_large', { message: 'A share is at most 1.', field: 'plan.base' })
  if (other <= 0 || other >= 1)
    throw appError('experiment.lift_too_large', { message: 'With this lift the share would leave 0 to 1.', field: 'plan.lift' })
}

/** What may still be changed in each state: nothing that would make people seen before and after differ in what happened to them. */
const changeable: Record<State, readonly (keyof ExperimentPatch)[] | 'all'> = {
  draft: 'all',
  running: ['name', 'hypothesis', 'plannedEnd'],
  stopped: ['name', 'hypothesis'],
  archived: [],
}

/** The first field that may not be changed in this state, if any. */
export const frozenField = (state: State, patch: ExperimentPatch): string | undefined => {
  const free = changeable[state]
  if (free === 'all') return undefined
  return (Object.keys(patch) as (keyof ExperimentPatch)[]).find((field) => patch[field] !== undefined && !free.includes(field))
}

/** From which state each state is come to. */
export const before = { running: 'draft', stopped: 'running', archived: 'stopped' } as const satisfies Record<string, State>
