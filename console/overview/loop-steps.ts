export const steps = ['scans', 'adds', 'tagged', 'ordered'] as const
export type Step = (typeof steps)[number]
export type Counts = Record<Step, number>

export interface Passage {
  to: Exclude<Step, 'scans'>
  /** Share of people who went on, 0 to 1; null when nobody stood before the step. */
  rate: number | null
  rateBefore: number | null
}

/** A rate of fewer people than this says nothing to compare with. */
const fewest = 20

export function passages(now: Counts, before: Counts | undefined): Passage[] {
  return (['adds', 'tagged', 'ordered'] as const).map((to, index) => {
    const from = steps[index] ?? 'scans'
    return { to, rate: share(now[to], now[from]), rateBefore: before && before[from] >= fewest ? share(before[to], before[from]) : null }
  })
}

/**
 * The weakest step is the one that lost most against its own past, because the last step is always the narrowest and naming
 * it every day would teach nothing. Only when no step fell is it the one with the lowest rate.
 */
export function weakest(all: Passage[]): Passage | undefined {
  const known = all.filter((passage) => passage.rate !== null)
  const fallen = known.filter((passage) => loss(passage) > 0)
  if (fallen.length > 0) return fallen.reduce((worst, passage) => (loss(passage) > loss(worst) ? passage : worst))
  return known.reduce<Passage | undefined>(
    (low, passage) => (low === undefined || (passage.rate ?? 1) < (low.rate ?? 1) ? passage : low),
    undefined,
  )
}

/** Relative, so that 5 points of 60 weigh less than 5 points of 10; a loss below two per cent of the rate is noise. */
function loss(passage: Passage): number {
  if (passage.rate === null || passage.rateBefore === null || passage.rateBefore === 0) return 0
  const relative = (passage.rateBefore - passage.rate) / passage.rateBefore
  return relative < 0.02 ? 0 : relative
}

/** More people than stood before the step are no share of them: some came another way. */
const share = (part: number, whole: number): number | null => (whole === 0 || part > whole ? null : part / whole)
