import { z } from 'zod'
import { loops, units } from '../reports/metric/definition.ts'
import { metricResult } from '../reports/metric/schema.ts'
import { day, text } from '../reports/schema.ts'

const Words = z.object({ zh: z.string(), en: z.string() })
export const periods = ['day', 'week', 'month'] as const
export type Period = (typeof periods)[number]

/** The definition is kept as it was written, so that it can be read and edited again. */
export const NewOwnMetric = z.strictObject({
  name: z.string().trim().pipe(text(60)),
  definition: z.record(z.string(), z.unknown()),
})
export const OwnMetricPatch = NewOwnMetric.partial()

const Target = z.object({ period: z.enum(periods), since: z.string(), value: z.number() })

export const DictionaryEntry = z.object({
  key: z.string(),
  zh: z.string(),
  en: z.string(),
  loop: z.enum(loops).nullable(),
  stage: z.string().nullable(),
  unit: z.enum(units).nullable(),
  better: z.enum(['more', 'less']).nullable(),
  formula: Words,
  grain: z.literal('day'),
  dimensions: z.array(z.string()),
  /** Which events feed it; `*` is every act of the customer's own. */
  feeds: z.array(z.string()),
  /** Counted out of the dates alone, which is quick; others look at who somebody is or was, and take longer. */
  quick: z.boolean(),
  /** `fed`: its events have been seen; `unfed`: computed as soon as they come; `waiting`: a later feature or source. */
  state: z.enum(['fed', 'unfed', 'waiting']),
  waitsFor: Words.extend({ at: z.enum(['events', 'imports', 'feature']) }).nullable(),
  own: z.boolean(),
  owner: z.object({ id: z.string(), name: z.string() }).nullable(),
  definition: z.record(z.string(), z.unknown()).nullable(),
  targets: z.array(Target),
})
export type DictionaryEntry = z.infer<typeof DictionaryEntry>
export const Dictionary = z.object({ items: z.array(DictionaryEntry), next: z.null() })

export const ValuesQuery = z.object({
  keys: z
    .string()
    .max(8000)
    .transform((keys) => keys.split(',').filter((key) => key !== ''))
    .pipe(z.array(z.string().max(100)).min(1).max(200)),
  from: day,
  to: day,
  interval: z.enum(['day', 'week', 'month', 'period']).default('day'),
  compare: z.enum(['previous_period', 'previous_year']).default('previous_period'),
})

export const MetricValue = z.object({
  key: z.string(),
  /** Absent where the metric could not be computed; then `problem` says why. */
  result: metricResult.nullable(),
  problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  /** What it should come to in these dates. */
  target: z.number().nullable(),
})
export type MetricValue = z.infer<typeof MetricValue>
export const MetricValues = z.object({ items: z.array(MetricValue), asOf: z.iso.datetime(), next: z.null() })

export const TargetBody = z.strictObject({
  metric: text(100),
  period: z.enum(periods),
  since: day,
  /** Null takes the target away. */
  value: z.number().min(-1e12).max(1e12).nullable(),
})
export type TargetBody = z.infer<typeof TargetBody>

/** `above` and `below` look at the value, `rise` and `fall` at its change against the period before, in per cent. */
export const AlertRule = z.strictObject({
  kind: z.enum(['above', 'below', 'rise', 'fall']),
  value: z.number().min(-1e12).max(1e12),
  period: z.enum(periods),
})
export type AlertRule = z.infer<typeof AlertRule>

export const NewAlert = z.strictObject({ metric: text(100), rule: AlertRule, active: z.boolean().default(true) })
export const AlertPatch = z.strictObject({ rule: AlertRule.optional(), active: z.boolean().optional() })
export const Alert = z.object({
  id: z.string(),
  metric: z.string(),
  rule: AlertRule,
  active: z.boolean(),
  createdAt: z.iso.datetime(),
  judgedUntil: z.string().nullable(),
})
export type Alert = z.infer<typeof Alert>
export const Alerts = z.object({ items: z.array(Alert), next: z.null() })

export const Notice = z.object({
  id: z.string(),
  metric: z.string(),
  name: Words,
  unit: z.enum(units),
  rule: AlertRule,
  periodStart: z.string(),
  value: z.number().nullable(),
  before: z.number().nullable(),
  toldAt: z.iso.datetime(),
  seen: z.boolean(),
})
export type Notice = z.infer<typeof Notice>
export const Notices = z.object({ items: z.array(Notice), next: z.null(), unseen: z.int() })
