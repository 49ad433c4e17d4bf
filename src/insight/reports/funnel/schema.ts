import { z } from 'zod'
import { datedFields, interval, matcher, segments, text, words } from '../schema.ts'

const most = { steps: 20, exclusions: 20, properties: 5 }

const window = z
  .strictObject({ value: z.int().min(1).max(100_000_000), unit: z.enum(['second', 'minute', 'hour', 'day', 'week', 'month']) })
  .refine(({ value, unit }) => value * secondsOf[unit] <= 10 * 366 * 86_400, 'A window may be ten years long.')

const secondsOf = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, month: 2_592_000 }

/** `first_touch`, `last_touch`, `all_steps`, or `step:n`. */
const attribution = z.string().transform((value, ctx): Attribution => {
  if (value === 'first_touch' || value === 'last_touch' || value === 'all_steps') return { of: value }
  const found = /^step:(\d{1,2})$/.exec(value)
  if (found) return { of: 'step', step: Number(found[1]) }
  ctx.addIssue({ code: 'custom', message: 'An attribution is first_touch, last_touch, all_steps, or step:n.' })
  return z.NEVER
})

export type Attribution = { of: 'first_touch' | 'last_touch' | 'all_steps' } | { of: 'step'; step: number }

const value = words(500).nullable()

const breakdown = z
  .strictObject({
    property: text(200).optional(),
    properties: z.array(text(200)).min(1).max(most.properties).optional(),
    scope: z.enum(['event', 'person']).default('event'),
    attribution: attribution.default({ of: 'first_touch' }),
    limit: z.int().min(1).max(100).default(10),
  })
  .refine(
    ({ property, properties }) => (property === undefined) !== (properties === undefined),
    'A breakdown has either "property" or "properties".',
  )

export const funnelReport = z
  .strictObject({
    type: z.literal('funnel'),
    ...datedFields,
    steps: z.array(matcher).min(1).max(most.steps, `A funnel has at most ${most.steps} steps.`),
    order: z.enum(['ordered', 'strict', 'unordered']).default('ordered'),
    window: window.default({ value: 14, unit: 'day' }),
    range: z.enum(['first_step', 'every_step']).default('first_step'),
    exclusions: z
      .array(matcher.extend({ fromStep: z.int().min(0), toStep: z.int().min(0) }))
      .max(most.exclusions)
      .default([]),
    holding: z.array(text(200)).max(most.properties).default([]),
    trend: interval.optional(),
    breakdown: breakdown.optional(),
    segments: segments.optional(),
    /** Who reached the step, or dropped off before it, or stands at it with time left; of a value of the breakdown, or of an interval of the trend. */
    persons: z
      .strictObject({
        step: z.int().min(0),
        dropped: z.boolean().default(false),
        inProgress: z.boolean().default(false),
        value: z.union([value, z.array(value).max(most.properties)]).optional(),
        other: z.literal(true).optional(),
        interval: z.int().min(0).optional(),
      })
      .optional(),
  })
  .superRefine((report, ctx) => {
    const steps = report.steps.length
    const complain = (path: (string | number)[], message: string) => ctx.addIssue({ code: 'custom', path, message })
    for (const [i, { fromStep, toStep }] of report.exclusions.entries()) {
      if (toStep >= steps) complain(['exclusions', i, 'toStep'], `There is no step ${toStep}.`)
      else if (fromStep >= toStep) complain(['exclusions', i, 'toStep'], 'An exclusion ends at a later step than it starts at.')
    }
    if (report.breakdown?.attribution.of === 'step' && report.breakdown.attribution.step >= steps)
      complain(['breakdown', 'attribution'], `There is no step ${report.breakdown.attribution.step}.`)
    if (report.persons && report.persons.step >= steps) complain(['persons', 'step'], `There is no step ${report.persons.step}.`)
    if (report.persons?.dropped && report.persons.step === 0) complain(['persons', 'step'], 'Nobody drops off before the first step.')
    if (report.persons) checkPersons(report, report.persons, complain)
  })

type Complain = (path: (string | number)[], message: string) => void

function checkPersons(
  {
    steps,
    breakdown,
    trend,
  }: { steps: unknown[]; breakdown?: { properties?: string[] | undefined } | undefined; trend?: string | undefined },
  {
    step,
    dropped,
    inProgress,
    value,
    other,
    interval,
  }: { step: number; dropped: boolean; inProgress: boolean; value?: unknown; other?: true | undefined; interval?: number | undefined },
  complain: Complain,
): void {
  const field = value !== undefined ? 'value' : 'other'
  if (inProgress && dropped) complain(['persons', 'inProgress'], 'Who dropped off has no time left.')
  if (inProgress && step === steps.length - 1) complain(['persons', 'step'], 'After the last step nothing is awaited.')
  if ((value !== undefined || other) && !breakdown) complain(['persons', field], 'There is no breakdown.')
  if (value !== undefined && other) complain(['persons', 'other'], 'It is one value, or the others.')
  if (value !== undefined && breakdown && Array.isArray(value) !== (breakdown.properties !== undefined))
    complain(['persons', 'value'], 'A breakdown by "properties" has lists of values, by "property" single ones.')
  if (interval === undefined) return
  if (!trend) complain(['persons', 'interval'], 'There is no trend.')
  if (dropped || inProgress || value !== undefined || other)
    complain(['persons', 'interval'], 'A trend says who reached a step, of all values together.')
}

export type FunnelReport = z.infer<typeof funnelReport>

const step = z.object({ count: z.int(), inProgress: z.int(), averageSeconds: z.number().nullable(), medianSeconds: z.number().nullable() })

export const funnelResult = z.object({
  steps: z.array(step),
  trend: z
    .array(z.object({ start: z.string(), steps: z.array(z.object({ count: z.int() })), conversionRate: z.number().nullable() }))
    .optional(),
  breakdown: z
    .array(
      z.object({
        value: z.union([z.string(), z.null(), z.array(z.string().nullable())]),
        other: z.literal(true).optional(),
        steps: z.array(step),
      }),
    )
    .optional(),
  segments: z.array(z.object({ segment: z.string(), steps: z.array(step) })).optional(),
  persons: z.array(z.string()).optional(),
})

export type FunnelResult = z.infer<typeof funnelResult>
export type FunnelStep = z.infer<typeof step>
