import { z } from 'zod'
import { datedFields, interval, matcher, text, words } from '../schema.ts'
import { formulaLetters, parseFormula } from './formula.ts'

/** `count`, `persons`, `per_person`, or `sum(property)`, `avg(…)`, `min(…)`, `max(…)`, `median(…)`. */
export const measure = z.string().transform((value, ctx): Measure => {
  const found = /^(count|persons|per_person)$|^(sum|avg|min|max|median)\(([^()\0]{1,200})\)$/u.exec(value)
  if (!found) {
    ctx.addIssue({ code: 'custom', message: 'A measure is count, persons, per_person, or sum, avg, min, max, median of (property).' })
    return z.NEVER
  }
  return found[1] ? { of: found[1] as 'count' } : { of: found[2] as 'sum', property: String(found[3]).trim() }
})

export type Measure = { of: 'count' | 'persons' | 'per_person' } | { of: 'sum' | 'avg' | 'min' | 'max' | 'median'; property: string }

const series = matcher.extend({ measure: measure.default({ of: 'count' }), name: text(100).optional() })

export const trendReport = z
  .strictObject({
    type: z.literal('trend'),
    ...datedFields,
    series: z.array(series).min(1).max(20),
    /** `period`: one value for all the dates. */
    interval: z.enum([...interval.options, 'period']).default('day'),
    /** Counted up from the first day, people once. */
    cumulative: z.boolean().default(false),
    breakdown: z
      .strictObject({
        property: text(200),
        scope: z.enum(['event', 'person']).default('event'),
        limit: z.int().min(1).max(100).default(10),
      })
      .optional(),
    compare: z.enum(['previous_period', 'previous_year']).optional(),
    formula: text(200).optional(),
    /** Behind one point; both count from 0. With a breakdown, of one of its values. */
    persons: z
      .strictObject({
        series: z.int().min(0).default(0),
        interval: z.int().min(0),
        value: words(500).nullable().optional(),
        other: z.literal(true).optional(),
      })
      .optional(),
  })
  .superRefine((report, ctx) => {
    if (report.formula === undefined) return
    try {
      const letters = formulaLetters(parseFormula(report.formula))
      const unknown = letters.find((letter) => letter.charCodeAt(0) - 65 >= report.series.length)
      if (unknown) ctx.addIssue({ code: 'custom', path: ['formula'], message: `There is no series ${unknown}.` })
    } catch (error) {
      ctx.addIssue({ code: 'custom', path: ['formula'], message: (error as Error).message })
    }
  })

export type TrendReport = z.infer<typeof trendReport>

export const trendResult = z.object({
  intervals: z.array(z.string()),
  series: z.array(
    z.object({
      name: z.string(),
      /** The breakdown's value, null for absent, "Other" with `other: true` for the rest. */
      value: z.string().nullable().optional(),
      other: z.literal(true).optional(),
      values: z.array(z.number().nullable()),
      compare: z.array(z.number().nullable()).optional(),
      currency: z.string().optional(),
    }),
  ),
  /** How many of the intervals are over, said while one is not. */
  complete: z.int().optional(),
  persons: z.array(z.string()).optional(),
})

export type TrendResult = z.infer<typeof trendResult>
