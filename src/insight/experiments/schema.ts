import { z } from 'zod'
import { Plan, Variant } from '#operation/experiments/schema.ts'
import { experimentResult } from '../reports/experiment/schema.ts'
import { day } from '../reports/schema.ts'

export const verdicts = ['ratio_off', 'early', 'going_on', 'better', 'worse', 'nothing_found'] as const
export type Verdict = (typeof verdicts)[number]

const found = experimentResult.shape.metrics.element

export const ReadOutEffect = found.extend({
  role: z.enum(['trial', 'growth', 'guard']),
  better: z.enum(['more', 'less']),
  /** Of a guard rail: by how much it may get worse. */
  tolerance: z.number().nullable(),
  verdict: z.enum(verdicts),
})
export type ReadOutEffect = z.infer<typeof ReadOutEffect>

/** People that a trial needs: on each side, altogether, and altogether when it is looked at every day and stopped at any. */
export const Needed = z.object({ perSide: z.int().nullable(), people: z.int().nullable(), peopleLooking: z.int().nullable() })
export type Needed = z.infer<typeof Needed>

export const ReadOut = z.object({
  /** `share`: that they were dealt out in; `open`: their window is not over. */
  sides: z.array(z.object({ key: z.string(), name: z.string(), share: z.number(), persons: z.int(), open: z.int() })),
  excluded: z.int(),
  ratio: z.object({ p: z.number().nullable(), ok: z.boolean() }),
  needed: Needed,
  effects: z.array(ReadOutEffect),
  /** The same as a report, to be opened, saved or drilled into. */
  report: z.record(z.string(), z.unknown()),
  asOf: z.iso.datetime(),
})
export type ReadOut = z.infer<typeof ReadOut>

export const PowerQuestion = z.strictObject({
  measure: z.string().max(220).default('converted'),
  better: z.enum(['more', 'less']).default('more'),
  plan: Plan,
  holdoutPerMille: z.int().min(0).max(990),
  variants: z
    .array(Variant.pick({ key: true, weight: true }).loose())
    .min(1)
    .max(10),
  control: z.string().max(30).optional(),
})
export type PowerQuestion = z.infer<typeof PowerQuestion>

/** What the control group is asked about; whoever wants more opens the report. */
export const controlMetrics = ['orders', 'revenue', 'buyers', 'repurchase', 'active'] as const
export type ControlMetric = (typeof controlMetrics)[number]

export const ControlReadOutQuery = z.object({
  from: day,
  to: day,
  /** Names of events beside those: whether they came at all. */
  events: z
    .string()
    .max(2000)
    .default('')
    .transform((names) => names.split(',').filter((name) => name !== ''))
    .pipe(z.array(z.string().max(100)).max(10)),
})
export type ControlReadOutQuery = z.infer<typeof ControlReadOutQuery>

export const ControlReadOut = z.object({
  heldOut: z.int(),
  others: z.int(),
  /** On both sides within these days: left out. */
  mixed: z.int(),
  ratio: z.object({ p: z.number().nullable(), ok: z.boolean() }),
  /** The lift is that of everybody else over the control group. `metric`: one of `controlMetrics`, or the name of an event. */
  effects: z.array(found.extend({ metric: z.string(), share: z.boolean() })),
  /** The same as a report, to be opened, saved or drilled into. */
  report: z.record(z.string(), z.unknown()),
  asOf: z.iso.datetime(),
})
export type ControlReadOut = z.infer<typeof ControlReadOut>
