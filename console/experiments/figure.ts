/** A figure of a metric: shares in per cent, sums as they are. */
export const valueText = (value: number | null, measure: string): string =>
  value === null ? '—' : measure === 'converted' ? `${trimmed(value * 100)}%` : trimmed(value)

/** A difference without its sign: shares in points, because a difference in per cent would be of the share itself. */
export const differenceText = (value: number, measure: string, points: string): string =>
  measure === 'converted' ? `${trimmed(Math.abs(value) * 100)}${points}` : trimmed(Math.abs(value))

/** A difference with its sign. */
export const liftText = (value: number | null, measure: string): string =>
  value === null ? '—' : `${value > 0 ? '+' : value < 0 ? '−' : ''}${differenceText(value, measure, 'pp')}`

export const pText = (p: number | null): string => (p === null ? '—' : p < 0.001 ? '< 0.001' : p.toFixed(3))

/** A lift as a share of what it is held against, behind the lift itself. */
export const relativeText = (lift: number | null): string =>
  lift === null ? '' : ` (${lift > 0 ? '+' : '−'}${Math.abs(lift * 100).toFixed(1)}%)`

const trimmed = (value: number): string => String(Number(value.toPrecision(Math.abs(value) >= 1000 ? 6 : 3)))
