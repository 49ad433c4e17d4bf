import type { Verdict } from './schema.ts'

type Look = { lift: number | null; low: number | null; high: number | null; p: number; day: string }

export type Judged = {
  better: 'more' | 'less'
  /** Of a guard rail. */
  tolerance: number | null
  sequential: { looks: readonly Look[]; decidedOn: string | null } | undefined
  persons: { control: number; treatment: number }
  /** Planned on each side. */
  perSide: number | null
  ratioOk: boolean
}

/**
 * What may be said of an effect on any day. Shares that are off come first: then nothing can be believed. "Nothing found" is said only
 * when as many people as planned are through.
 */
export function verdictOf({ better, tolerance, sequential, persons, perSide, ratioOk }: Judged): Verdict {
  if (!ratioOk) return 'ratio_off'
  const last = sequential?.looks.at(-1)
  if (!last || (last.low === null && sequential?.decidedOn === null)) return 'early'
  if (tolerance !== null) return isBeyond(last, better, tolerance) ? 'worse' : 'going_on'
  const deciding = sequential?.looks.find(({ day }) => day === sequential.decidedOn)
  if (deciding) return (deciding.lift ?? 0) > 0 === (better === 'more') ? 'better' : 'worse'
  return perSide !== null && Math.min(persons.control, persons.treatment) >= perSide ? 'nothing_found' : 'going_on'
}

/** The whole interval is worse than what is tolerated. */
const isBeyond = ({ low, high }: Look, better: 'more' | 'less', tolerance: number): boolean =>
  better === 'less' ? low !== null && low > tolerance : high !== null && -high > tolerance
