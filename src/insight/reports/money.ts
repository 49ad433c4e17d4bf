import { appError } from '#platform/errors.ts'
import { digitsOf } from '#platform/money.ts'

/**
 * Properties that hold integer minor units with the event's `currency` beside them. Only declared events of the product do,
 * and commission, which is declared so for whoever tells it; what else a tracker sends is a plain number.
 */
const moneyProperties: ReadonlyMap<string, readonly string[]> = new Map([
  ['order.placed', ['amount']],
  ['order.paid', ['amount']],
  ['order.amended', ['amount']],
  ['order.refunded', ['amount']],
  ['commission.accrued', ['amount']],
  ['commission.paid', ['amount']],
  ['commission.clawed_back', ['amount']],
])

export const isMoney = (event: string, property: string): boolean => moneyProperties.get(event)?.includes(property) === true

/** Amounts of two currencies have no sum. */
export function onlyCurrency(currencies: readonly string[], field: string): string | undefined {
  const found = [...new Set(currencies.filter((currency) => currency !== ''))]
  if (found.length > 1)
    throw appError('report.currencies_mixed', {
      message: `These amounts are in ${found.sort().join(', ')}; choose one currency.`,
      field,
      details: { currencies: found },
    })
  return found[0]
}

export const minorFactor = (currency: string): number => 10 ** digitsOf(currency)
