import type { PowerQuestion } from '#insight/experiments/schema.ts'
import type { Experiment, GuardRail, Metric, NewExperiment, Thing } from '#operation/experiments/schema.ts'

/** `kept`: the metric as it was stored, with a name and a filter that the form does not show. */
type MetricValues = { event?: string; kind: 'converted' | 'sum'; property?: string; better: 'more' | 'less'; kept?: Metric }

/** The form's own units: per cent, and points of per cent for shares. */
export type ExperimentValues = {
  name: string
  hypothesis: string
  holdout: number
  /** `key`: of one that is stored; what people met was told by it. */
  variants: { key?: string; name: string; share: number }[]
  trialMetric: MetricValues
  growthMetric: MetricValues
  guardRails: { event?: string; better: 'more' | 'less'; tolerance: number; kept?: Metric }[]
  windowDays: number
  plan: { base: number; lift: number; spread?: number; power?: number }
  plannedEnd: string | null
  thing: Thing | null
}

export const emptyValues: Partial<ExperimentValues> = {
  hypothesis: '',
  holdout: 10,
  trialMetric: { kind: 'converted', better: 'more' },
  growthMetric: { event: 'order.paid', kind: 'sum', property: 'amount', better: 'more' },
  guardRails: [],
  windowDays: 14,
  plan: { base: 20, lift: 3 },
  plannedEnd: null,
  thing: null,
}

const measureOf = ({ kind, property }: MetricValues): string => (kind === 'sum' ? `sum(${property ?? ''})` : 'converted')

const perMille = (percent: number): number => Math.round(percent * 10)

/** Keys as they are stored, and for new ones the first letters that none of them has. */
function keysOf(variants: readonly ({ key?: string } | undefined)[]): string[] {
  const known = new Set(variants.map((one) => one?.key))
  const free = Array.from('abcdefghijklmnopqrst').filter((letter) => !known.has(letter))
  return variants.map((one) => one?.key ?? free.shift() ?? '')
}

const metricOf = (values: MetricValues, titleOf: (event: string) => string): Metric => ({
  name: titleOf(values.event ?? '').slice(0, 60),
  // About another event they would say nothing.
  ...(values.kept && values.kept.event === values.event ? unshown(values.kept) : {}),
  event: values.event ?? '',
  measure: measureOf(values),
  better: values.better,
  // Of any event only what people do themselves: what is done to them tells nothing of them.
  ...(values.event === '*' ? { own: true as const } : {}),
})

const unshown = ({ name, where, own }: Metric) => ({ name, ...(where ? { where } : {}), ...(own ? { own } : {}) })

const converted = { kind: 'converted' } as const

const planOf = ({ plan, trialMetric }: Pick<ExperimentValues, 'plan' | 'trialMetric'>) => {
  const unit = trialMetric.kind === 'converted' ? 100 : 1
  const spread = trialMetric.kind === 'sum' && plan.spread ? { spread: plan.spread } : {}
  return { base: plan.base / unit, lift: plan.lift / unit, power: plan.power ?? 0.8, ...spread }
}

/** What the server takes. */
export function bodyOf(values: ExperimentValues, titleOf: (event: string) => string): Omit<NewExperiment, 'control'> {
  const keys = keysOf(values.variants)
  return {
    name: values.name,
    hypothesis: values.hypothesis ?? '',
    holdoutPerMille: perMille(values.holdout),
    variants: values.variants.map(({ name, share }, i) => ({ key: keys[i] ?? '', name, weight: perMille(share) })),
    trialMetric: metricOf(values.trialMetric, titleOf),
    growthMetric: metricOf(values.growthMetric, titleOf),
    guardRails: (values.guardRails ?? []).map(
      ({ event, better, tolerance, kept }): GuardRail => ({
        ...metricOf({ ...(kept?.event === event && kept ? metricValues(kept) : converted), better, ...(event ? { event } : {}) }, titleOf),
        tolerance: tolerance / 100,
      }),
    ),
    windowDays: values.windowDays,
    plan: planOf(values),
    plannedEnd: values.plannedEnd,
    thing: values.thing ?? null,
  }
}

/** The question of how many people are needed, once enough of the form is there. */
export function powerOf(values: Partial<ExperimentValues> | undefined): PowerQuestion | undefined {
  const { plan, trialMetric, variants = [], holdout = 0 } = values ?? {}
  if (!plan?.base || !plan.lift || !trialMetric) return undefined
  if (trialMetric.kind === 'sum' && !plan.spread) return undefined
  const keys = keysOf(variants)
  const sides = variants.map((one, i) => ({ key: keys[i] ?? '', weight: perMille(one?.share ?? 0) }))
  if (sides.some(({ weight }) => weight < 1) || sides.length + (holdout > 0 ? 1 : 0) < 2) return undefined
  return {
    measure: trialMetric.kind === 'sum' ? 'sum' : 'converted',
    better: trialMetric.better,
    plan: planOf({ plan, trialMetric }),
    holdoutPerMille: perMille(holdout),
    variants: sides,
  }
}

const metricValues = (kept: Metric): MetricValues => {
  const { event, measure, better } = kept
  return measure === 'converted'
    ? { event, kind: 'converted', better, kept }
    : { event, kind: 'sum', property: measure.slice(4, -1), better, kept }
}

/** An experiment as the form shows it. */
export function valuesOf(experiment: Experiment): ExperimentValues {
  const unit = experiment.trialMetric.measure === 'converted' ? 100 : 1
  const { base, lift, spread, power } = experiment.plan
  return {
    name: experiment.name,
    hypothesis: experiment.hypothesis,
    holdout: experiment.holdoutPerMille / 10,
    variants: experiment.variants.map(({ key, name, weight }) => ({ key, name, share: weight / 10 })),
    trialMetric: metricValues(experiment.trialMetric),
    growthMetric: metricValues(experiment.growthMetric),
    guardRails: experiment.guardRails.map(({ tolerance, ...kept }) => ({
      event: kept.event,
      better: kept.better,
      tolerance: rounded(tolerance * 100),
      kept,
    })),
    windowDays: experiment.windowDays,
    plan: { base: rounded(base * unit), lift: rounded(lift * unit), power, ...(spread === undefined ? {} : { spread }) },
    plannedEnd: experiment.plannedEnd,
    thing: experiment.thing,
  }
}

const rounded = (value: number): number => Number(value.toPrecision(8))
