import { minorFactor } from '../money.ts'
import type { Scope } from '../scope.ts'
import { expectedPurchases, type Triple } from './bg-nbd.ts'
import type { Alike } from './buyers.ts'
import { expectedAndDiscounted, type Forecast, forecastOf, type Terms } from './forecast.ts'
import { fitGammaGamma, type SpendFit } from './gamma-gamma.ts'
import type { ClvReport, ClvResult } from './schema.ts'

export type Known = { group: Alike; triple: Triple; forecast: Forecast }

export const tripleOf = ({ x, recencyDays, ageDays, customers }: Alike, unitDays: number): Triple => ({
  x,
  tx: recencyDays / unitDays,
  T: ageDays / unitDays,
  n: customers,
})

/** Gamma-gamma knows positive amounts only. */
const spenders = (groups: readonly Alike[]): Alike[] => groups.filter(({ x, spent }) => x > 0 && spent > 0)

export const countSpenders = (groups: readonly Alike[]): number => spenders(groups).reduce((sum, { customers }) => sum + customers, 0)

export function fitSpend(groups: readonly Alike[], currency: string): SpendFit | null {
  const some = spenders(groups).map(({ x, spent, customers }) => ({ x, mean: spent / minorFactor(currency) / x, n: customers }))
  return some.length < 2 ? null : fitGammaGamma(some)
}

/** Customers who are alike in days have one expectation, whatever they spent. */
export function forecastAll(terms: Terms, groups: readonly Alike[], currency: string): Known[] {
  const bought = remembering((triple) => expectedAndDiscounted(terms, triple))
  return groups.map((group) => {
    const triple = tripleOf(group, terms.unitDays)
    const mean = group.x > 0 && group.spent > 0 ? group.spent / minorFactor(currency) / group.x : null
    return { group, triple, forecast: forecastOf(terms, triple, mean, bought(triple)) }
  })
}

function remembering<Value>(ask: (triple: Triple) => Value): (triple: Triple) => Value {
  const seen = new Map<string, Value>()
  return (triple) => {
    const key = `${triple.x} ${triple.tx} ${triple.T}`
    const found = seen.get(key) ?? ask(triple)
    seen.set(key, found)
    return found
  }
}

const sumOf = (known: readonly Known[], value: (one: Known) => number): number => known.reduce((sum, one) => sum + value(one), 0)

export function totalsOf(known: readonly Known[]): ClvResult['forecast'] {
  const priced = known.every(({ forecast }) => forecast.clv !== null)
  return {
    expected: sumOf(known, ({ triple, forecast }) => triple.n * forecast.expected),
    value: priced ? sumOf(known, ({ triple, forecast }) => triple.n * forecast.expected * (forecast.expectedValue ?? 0)) : null,
    clv: priced ? sumOf(known, ({ triple, forecast }) => triple.n * (forecast.clv ?? 0)) : null,
  }
}

/** What was expected of the hold-out against what came; of its days that are over, where it is not over yet. */
export function validate(
  { params, points, unitDays }: Terms,
  known: readonly Known[],
  days: number,
  complete: boolean,
): ClvResult['validation'] {
  if (days === 0) return null
  const units = days / unitDays
  const bought = remembering((triple) => expectedPurchases(params, triple, units, points))
  return {
    units,
    complete,
    expected: sumOf(known, ({ triple }) => triple.n * bought(triple)),
    actual: sumOf(known, ({ group }) => group.later),
  }
}

const bandOf = ({ forecast }: Known): number => Math.min(4, Math.floor(forecast.pAlive * 5))

export const bandsOf = (known: readonly Known[]): ClvResult['alive'] =>
  Array.from({ length: 5 }, (_, band) => {
    const members = known.filter((one) => bandOf(one) === band)
    return {
      from: band / 5,
      to: (band + 1) / 5,
      customers: sumOf(members, ({ triple }) => triple.n),
      expected: sumOf(members, ({ triple, forecast }) => triple.n * forecast.expected),
    }
  })

const worth = ({ forecast }: Known): number => forecast.clv ?? forecast.expected

const byWorth = (known: readonly Known[]): Known[] => [...known].sort((one, other) => worth(other) - worth(one))

export const rowsOf = (scope: Scope, { limit }: ClvReport, known: readonly Known[]): NonNullable<ClvResult['rows']> =>
  byWorth(known)
    .flatMap(({ group, triple, forecast }) => group.people.map((who) => ({ who, triple, forecast })))
    .slice(0, limit)
    .map(({ who, triple, forecast }) => ({ person: scope.nameOf(who), frequency: triple.x, recency: triple.tx, T: triple.T, ...forecast }))

export const peopleOf = (scope: Scope, known: readonly Known[], band: number): string[] =>
  byWorth(known)
    .filter((one) => bandOf(one) === band)
    .flatMap(({ group }) => group.people.map((who) => scope.nameOf(who)))
