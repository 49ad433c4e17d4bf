import { z } from 'zod'
import { matcher, text } from '../schema.ts'
import { formulaLetters, parseFormula } from '../trend/formula.ts'
import { measure } from '../trend/schema.ts'
import { units } from './definition.ts'

/** A metric of the company's own: series of events and a formula over them, as in a trend. */
export const OwnDefinition = z
  .strictObject({
    parts: z
      .array(matcher.extend({ measure: measure.default({ of: 'count' }), name: text(100).optional() }))
      .min(1)
      .max(20),
    formula: text(200).optional(),
    unit: z.enum(units).default('number'),
    better: z.enum(['more', 'less']).default('more'),
  })
  .superRefine(({ parts, formula = 'A' }, ctx) => {
    try {
      const unknown = formulaLetters(parseFormula(formula)).find((letter) => letter.charCodeAt(0) - 65 >= parts.length)
      if (unknown) ctx.addIssue({ code: 'custom', path: ['formula'], message: `There is no part ${unknown}.` })
    } catch (error) {
      ctx.addIssue({ code: 'custom', path: ['formula'], message: (error as Error).message })
    }
  })
export type OwnDefinition = z.infer<typeof OwnDefinition>
