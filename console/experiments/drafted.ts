import { z } from 'zod'
import { type ExperimentValues, emptyValues } from '#console/experiments/form-values.ts'
import { thingKinds } from '#operation/experiments/schema.ts'

/** What a page elsewhere already says of an experiment; the form is filled with it and stays to be edited. */
const Drafted = z.object({
  name: z.string().max(60),
  hypothesis: z.string().max(1000),
  /** What is tried; without an id the form asks which. */
  thing: z.object({ kind: z.enum(thingKinds), id: z.string().max(60) }).optional(),
  /** In how many ways it is said. */
  ways: z.int().min(1).max(10).optional(),
  /** What a finding says of measures: without it the form keeps its own. */
  measured: z
    .object({
      trialEvent: z.string(),
      growthEvent: z.string(),
      windowDays: z.int().min(1).max(366),
      /** The share of people, in per cent, who do it without being led to it. */
      base: z.number().min(0).max(100),
    })
    .optional(),
})
export type Drafted = z.infer<typeof Drafted>

/** As it stands in the address; nothing for what is no draft. */
export function draftedValues(written: string | undefined): Partial<ExperimentValues> | undefined {
  const read = Drafted.safeParse(parsed(written))
  if (!read.success) return undefined
  const { name, hypothesis, thing, ways, measured } = read.data
  return {
    name,
    hypothesis,
    ...(thing && { thing: { ...thing, step: null } }),
    ...(ways && { variants: alikeShares(ways) }),
    // Several wordings are compared with each other, not with saying nothing.
    ...(ways !== undefined && ways > 1 && { holdout: 0 }),
    ...(measured && measuredValues(measured)),
  }
}

/** Tenths of per cent, and all of them together everybody. */
const alikeShares = (ways: number): ExperimentValues['variants'] => {
  const tenths = Math.floor(1000 / ways)
  return Array.from({ length: ways }, (_, i) => ({
    name: String.fromCharCode(65 + i),
    share: (i === ways - 1 ? 1000 - tenths * i : tenths) / 10,
  }))
}

const measuredValues = ({ trialEvent, growthEvent, windowDays, base }: NonNullable<Drafted['measured']>): Partial<ExperimentValues> => ({
  windowDays,
  trialMetric: { event: trialEvent, kind: 'converted', better: 'more' },
  growthMetric: { event: growthEvent, kind: 'converted', better: 'more' },
  plan: { base, lift: emptyValues.plan?.lift ?? 3 },
})

function parsed(written: string | undefined): unknown {
  try {
    return written === undefined ? undefined : JSON.parse(written)
  } catch {
    return undefined
  }
}
