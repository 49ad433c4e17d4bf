import { z } from 'zod'
import { type ExperimentValues, emptyValues } from '#console/experiments/form-values.ts'

/** What a finding elsewhere already says of an experiment; the form is filled with it and stays to be edited. */
const Drafted = z.object({
  name: z.string().max(60),
  hypothesis: z.string().max(1000),
  trialEvent: z.string(),
  growthEvent: z.string(),
  windowDays: z.int().min(1).max(366),
  /** The share of people, in per cent, who do it without being led to it. */
  base: z.number().min(0).max(100),
})
export type Drafted = z.infer<typeof Drafted>

/** As it stands in the address; nothing for what is no draft. */
export function draftedValues(written: string | undefined): Partial<ExperimentValues> | undefined {
  const read = Drafted.safeParse(parsed(written))
  if (!read.success) return undefined
  const { name, hypothesis, trialEvent, growthEvent, windowDays, base } = read.data
  return {
    name,
    hypothesis,
    windowDays,
    trialMetric: { event: trialEvent, kind: 'converted', better: 'more' },
    growthMetric: { event: growthEvent, kind: 'converted', better: 'more' },
    plan: { base, lift: emptyValues.plan?.lift ?? 3 },
  }
}

function parsed(written: string | undefined): unknown {
  try {
    return written === undefined ? undefined : JSON.parse(written)
  } catch {
    return undefined
  }
}
