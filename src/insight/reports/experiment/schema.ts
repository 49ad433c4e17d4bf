import { z } from 'zod'
import { commonFields, day, matcher, text } from '../schema.ts'

const plainMeasures = ['converted', 'repeated', 'count'] as const

/**
 * `converted`: whether the event came at all; `repeated`: whether it came more than once; `count`: how often; `sum(property)`: what
 * came per person. Nothing is included.
 */
const measure = z
  .string()
  .regex(/^(converted|repeated|count|sum\(.{1,200}\))$/s, 'A measure is converted, repeated, count or sum(property).')
  .transform((value) => {
    const plain = plainMeasures.find((one) => one === value)
    return plain ? { of: plain } : { of: 'sum' as const, property: value.slice(4, -1) }
  })
  .refine((value) => value.of !== 'sum' || !value.property.includes('\0'), 'NUL is not text.')
export type Measure = z.infer<typeof measure>

/** Whether a person has it or not, so that a side has a share and no mean. */
export const isShare = ({ of }: Measure): boolean => of === 'converted' || of === 'repeated'

const metric = z.strictObject({
  name: text(100),
  ...matcher.shape,
  measure: measure.default({ of: 'converted' }),
  /** Of these events only what people do themselves, as the company's settings have it. */
  own: z.literal(true).optional(),
})

const covariate = z.union([
  /** A number that the exposure itself carries. */
  text(200).transform((property) => ({ property })),
  /** The same kind of measure in the days before the exposure. */
  z.strictObject({
    ...matcher.shape,
    measure: measure.default({ of: 'converted' }),
    days: z.int().min(1).max(366).default(28),
    own: z.literal(true).optional(),
  }),
])

export const experimentReport = z
  .strictObject({
    type: z.literal('experiment'),
    ...commonFields,
    /** When somebody was exposed first; without them, ever. */
    dateFrom: day.optional(),
    dateTo: day.optional(),
    exposure: z.strictObject({ ...matcher.shape, variant: text(200) }).optional(),
    /** In place of an exposure: the company-wide control group, whose sides are called `held_out` and `others`. */
    controlGroup: z.literal(true).optional(),
    control: text(200),
    metrics: z.array(metric).min(1).max(20),
    windowDays: z.int().min(1).max(366).optional(),
    expected: z.record(text(200), z.number().positive()).optional(),
    covariate: covariate.optional(),
    confidence: z.number().min(0.5).max(0.9999).default(0.95),
    /** How many persons a variant needs to find this lift (a share, or units of the sum). */
    plan: z.strictObject({ lift: z.number().positive(), power: z.number().min(0.5).max(0.999).default(0.8) }).optional(),
    /** Looks by day that may be stopped at any; sharpest at this many persons on each side, as many as the trial was planned for. */
    sequential: z.strictObject({ persons: z.int().min(10).max(1e9) }).optional(),
    persons: z
      .strictObject({
        variant: text(200).optional(),
        metric: z.int().min(0).max(19).optional(),
        converted: z.boolean().default(true),
        excluded: z.literal(true).optional(),
      })
      .refine(({ variant, excluded }) => (variant === undefined) === (excluded === true), 'Name a variant, or excluded.')
      .optional(),
  })
  .refine(({ sequential, windowDays }) => sequential === undefined || windowDays !== undefined, {
    message: 'Looks by day need a window: without one, what a day showed changes afterwards.',
    path: ['windowDays'],
  })
  .refine(({ exposure, controlGroup }) => (exposure === undefined) === (controlGroup === true), {
    message: 'People are exposed by an event, or by the control group.',
    path: ['exposure'],
  })
  .refine(({ controlGroup, dateFrom, dateTo }) => !controlGroup || (dateFrom !== undefined && dateTo !== undefined), {
    message: 'The control group is looked at over days: say which.',
    path: ['dateFrom'],
  })
  .refine(({ controlGroup, windowDays }) => !controlGroup || windowDays === undefined, {
    message: 'The days of the control group are its window.',
    path: ['windowDays'],
  })
  .refine(({ controlGroup, covariate }) => !controlGroup || covariate === undefined || 'event' in covariate, {
    message: 'Nobody is exposed to the control group by an event that could carry a number.',
    path: ['covariate'],
  })
export type ExperimentReport = z.infer<typeof experimentReport>

const effect = z.object({
  control: z.number().nullable(),
  treatment: z.number().nullable(),
  lift: z.number().nullable(),
  relativeLift: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  z: z.number().nullable(),
  p: z.number().nullable(),
  power: z.number().nullable(),
})
export type Effect = z.infer<typeof effect>

/** All whose window was over by the end of a day. `p` is always valid: whoever stops below 1 − confidence at any look errs no more often than that. */
const look = z.object({
  day: z.string(),
  control: z.number().nullable(),
  treatment: z.number().nullable(),
  lift: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  p: z.number(),
})
export type Look = z.infer<typeof look>

export const experimentResult = z.object({
  /** `open`: their window is not over, so that they are left out of the metrics. */
  variants: z.array(z.object({ name: z.string(), persons: z.int(), open: z.int() })),
  /** Exposed to more than one variant: nobody can say which worked. */
  excluded: z.object({ count: z.int(), persons: z.array(z.string()) }),
  srm: z.object({ p: z.number().nullable(), ok: z.boolean() }),
  metrics: z.array(
    effect.extend({
      name: z.string(),
      variant: z.string(),
      persons: z.object({ control: z.int(), treatment: z.int() }),
      /** The smallest lift found four times in five at this size. */
      detectable: z.number().nullable(),
      cuped: effect.extend({ varianceReduction: z.number().nullable() }).optional(),
      /** `decidedOn`: the first day on which the trial could have been stopped. */
      sequential: z.object({ looks: z.array(look), decidedOn: z.string().nullable() }).optional(),
      needed: z.int().nullable().optional(),
      currency: z.string().optional(),
    }),
  ),
  persons: z.array(z.string()).optional(),
})
export type ExperimentResult = z.infer<typeof experimentResult>
