/** One person or device: in which intervals (0, 1, …) it started, and in which it returned. */
export type Life = { starts: readonly number[]; returns: readonly number[] }

export type Counting =
  | { intervals: number; mode: 'on' | 'on_or_after' }
  | { intervals: number; mode: 'brackets'; brackets: readonly number[] }

export type Cohort = { size: number; values: number[] }

/**
 * Cohort i holds whoever started in interval i. Value 0 is the cohort itself; value k counts who returned in interval i + k, with
 * `on_or_after` in that one or a later one, with brackets in the k-th bracket: brackets follow one another after interval 0 and
 * each is as many intervals long as its number says. Without brackets the last interval is the end of what is looked at.
 */
export function countRetention(lives: Iterable<Life>, counting: Counting): Cohort[] {
  const cohorts = Array.from(
    { length: counting.intervals },
    (_, i): Cohort => ({ size: 0, values: Array.from({ length: columnsOf(counting, i) }, () => 0) }),
  )
  for (const { starts, returns } of lives)
    for (const start of new Set(starts)) {
      const cohort = cohorts[start]
      if (!cohort) continue
      cohort.size++
      for (const column of columnsReached(counting, start, returns))
        if (column < cohort.values.length) cohort.values[column] = (cohort.values[column] ?? 0) + 1
    }
  return cohorts
}

/** The values that somebody who started then counts in; the first one always. */
export const columnsReached = (counting: Counting, start: number, returns: readonly number[]): Set<number> =>
  new Set([0, ...returns.filter((at) => at > start).flatMap((at) => reached(counting, at - start))])

export const columnsOf = (counting: Counting, cohort: number): number =>
  counting.mode === 'brackets' ? counting.brackets.length + 1 : counting.intervals - cohort

/**
 * How many values of each cohort are over at `now`: what is still awaited is not a no. The ends of all intervals come in order, those
 * that brackets look ahead to as well. With `on_or_after` it is the first interval that a value looks at.
 */
export function completeValues(ends: readonly Date[], counting: Counting, now: Date): number[] {
  const over = ends.filter((end) => end <= now).length
  return Array.from({ length: counting.intervals }, (_, i) => {
    const left = over - i
    if (counting.mode !== 'brackets') return Math.max(0, Math.min(left, columnsOf(counting, i)))
    const reached = counting.brackets.map((_, k) => counting.brackets.slice(0, k + 1).reduce((sum, length) => sum + length, 1))
    return left < 1 ? 0 : 1 + reached.filter((length) => length <= left).length
  })
}

/** The columns that a return so many intervals after the start counts in. */
function reached(counting: Counting, after: number): number[] {
  if (counting.mode !== 'brackets') return counting.mode === 'on' ? [after] : Array.from({ length: after }, (_, i) => i + 1)
  let end = 0
  const bracket = counting.brackets.findIndex((length) => {
    end += length
    return after <= end
  })
  return bracket === -1 ? [] : [bracket + 1]
}
