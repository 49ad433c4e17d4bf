import { appError } from '#platform/errors.ts'
import { digitsOf } from '#platform/money.ts'

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
