import { exactMoney, minorDigits } from '#console/ui/format.ts'
import { isMoney } from '#insight/reports/money-properties.ts'

/** What a figure is of: a share, a sum, or a sum of money. */
export interface Unit {
  measure: string
  currency?: string | undefined
}

/** Whether a person has it or not: a side has a share of its people, and no mean. */
export const isShare = ({ measure }: Unit): boolean => measure === 'converted' || measure === 'repeated'

/** What a metric is about in the company's currency, before anything was found. */
export const plannedUnit = ({ event, measure }: { event: string; measure: string }, currency: string): Unit => {
  const property = /^sum\((.*)\)$/s.exec(measure)?.[1]
  return { measure, ...(property !== undefined && isMoney(event, property) ? { currency } : {}) }
}

/** A figure of a metric: shares in per cent, money with its sign, other sums as they are. */
export const valueText = (value: number | null, unit: Unit): string =>
  value === null ? '—' : isShare(unit) ? `${trimmed(value * 100)}%` : sumText(value, unit.currency)

/** A difference without its sign: shares in points, because a difference in per cent would be of the share itself. */
export const differenceText = (value: number, unit: Unit, points: string): string =>
  isShare(unit) ? `${trimmed(Math.abs(value) * 100)}${points}` : sumText(Math.abs(value), unit.currency)

/** A difference with its sign. */
export const liftText = (value: number | null, unit: Unit): string =>
  value === null ? '—' : `${value > 0 ? '+' : value < 0 ? '−' : ''}${differenceText(value, unit, 'pp')}`

/** Money is told in major units here, as means have parts of the smallest one. */
const sumText = (value: number, currency: string | undefined): string =>
  currency === undefined ? trimmed(value) : exactMoney(Math.round(value * 10 ** minorDigits(currency)), currency)

/** An interval of a difference, as the difference itself is written. */
export const intervalText = ({ low, high }: { low: number | null; high: number | null }, unit: Unit): string =>
  low === null ? '—' : `${liftText(low, unit)} … ${liftText(high, unit)}`

export const powerText = (power: number | null): string => (power === null ? '—' : `${Math.round(power * 100)}%`)

export const pText = (p: number | null): string => (p === null ? '—' : p < 0.001 ? '< 0.001' : p.toFixed(3))

/** A lift as a share of what it is held against, behind the lift itself. */
export const relativeText = (lift: number | null): string =>
  lift === null ? '' : ` (${lift > 0 ? '+' : '−'}${Math.abs(lift * 100).toFixed(1)}%)`

const trimmed = (value: number): string => String(Number(value.toPrecision(Math.abs(value) >= 1000 ? 6 : 3)))
