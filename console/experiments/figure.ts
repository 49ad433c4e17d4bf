/** A figure of a metric: shares in per cent, sums as they are. */
export const valueText = (value: number | null, measure: string): string =>
  value === null ? '—' : measure === 'converted' ? `${trimmed(value * 100)}%` : trimmed(value)

/** A difference with its sign: shares in points. */
export const liftText = (value: number | null, measure: string): string =>
  value === null ? '—' : `${value > 0 ? '+' : value < 0 ? '−' : ''}${valueText(Math.abs(value), measure)}`

const trimmed = (value: number): string => String(Number(value.toPrecision(Math.abs(value) >= 1000 ? 6 : 3)))
