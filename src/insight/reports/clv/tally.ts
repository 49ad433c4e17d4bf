import { minorFactor } from '../money.ts'
import type { Buyer, Buyers, History } from './buyers.ts'
import { expectedSpend, populationMean } from './gamma-gamma.ts'
import type { Modelled, Task } from './model.ts'
import type { ClvReport, ClvResult } from './schema.ts'

/** A history with what the model says of each of its customers. */
export type Known = History & { alive: number; expected: number; discounted: number; heldOut: number }

type Units = Pick<Task, 'horizon' | 'unitDays' | 'discountRate' | 'holdout'>

/** Gamma-gamma knows positive amounts only; folded sums hold no others. */
export function taskOf({ histories, spendings }: Buyers, units: Units, monetary: boolean, currency: string): Task {
  const { unitDays } = units
  const paid = monetary ? spendings : []
  return {
    ...units,
    x: Float64Array.from(histories, ({ x }) => x),
    tx: Float64Array.from(histories, ({ recencyDays }) => recencyDays / unitDays),
    T: Float64Array.from(histories, ({ ageDays }) => ageDays / unitDays),
    n: Float64Array.from(histories, ({ customers }) => customers),
    spending: {
      x: Float64Array.from(paid, ({ x }) => x),
      mean: Float64Array.from(paid, ({ x, spent }) => spent / minorFactor(currency) / x),
      n: Float64Array.from(paid, ({ customers }) => customers),
    },
  }
}

export const knownOf = (histories: readonly History[], { alive, expected, discounted, heldOut }: Modelled): Known[] =>
  histories.map((history, i) => ({
    ...history,
    alive: alive[i] ?? 0,
    expected: expected[i] ?? 0,
    discounted: discounted[i] ?? 0,
    heldOut: heldOut[i] ?? 0,
  }))

export const sumOf = <One>(list: readonly One[], value: (one: One) => number): number => list.reduce((sum, one) => sum + value(one), 0)

export type Pricing = { spend: Modelled['spend']; currency: string }

/** What the next purchase is expected to bring somebody who spent so much (minor units) on x repeats; null where nothing can be expected. */
export function nextValue({ spend, currency }: Pricing, x: number, spent: number): number | null {
  if (!spend) return null
  return x > 0 && spent > 0 ? expectedSpend(spend, x, spent / minorFactor(currency) / x) : populationMean(spend)
}

/** What one more purchase of each of them is expected to bring: it grows evenly with what was spent, so a history needs only the sum of that. */
function nextValues(pricing: Pricing, { x, customers, priced, spent }: Known): number | null {
  const known = priced === 0 ? 0 : nextValue(pricing, x, spent / priced)
  const unknown = priced === customers ? 0 : nextValue(pricing, x, 0)
  return known === null || unknown === null ? null : priced * known + (customers - priced) * unknown
}

export function totalsOf(pricing: Pricing, known: readonly Known[]): ClvResult['forecast'] {
  const values = known.map((one) => nextValues(pricing, one))
  const weighed = (weight: (one: Known) => number): number | null =>
    values.includes(null) ? null : known.reduce((sum, one, i) => sum + weight(one) * (values[i] ?? 0), 0)
  return {
    expected: sumOf(known, ({ customers, expected }) => customers * expected),
    value: weighed(({ expected }) => expected),
    clv: weighed(({ discounted }) => discounted),
  }
}

/** What was expected of the hold-out against what came; of its days that are over, where it is not over yet. */
export const validate = (known: readonly Known[], units: number, complete: boolean): ClvResult['validation'] =>
  units === 0
    ? null
    : {
        units,
        complete,
        expected: sumOf(known, ({ customers, heldOut }) => customers * heldOut),
        actual: sumOf(known, ({ later }) => later),
      }

export const bandOf = ({ alive }: Known): number => Math.min(4, Math.floor(alive * 5))

export const bandsOf = (known: readonly Known[]): ClvResult['alive'] =>
  Array.from({ length: 5 }, (_, band) => {
    const members = known.filter((one) => bandOf(one) === band)
    return {
      from: band / 5,
      to: (band + 1) / 5,
      customers: sumOf(members, ({ customers }) => customers),
      expected: sumOf(members, ({ customers, expected }) => customers * expected),
    }
  })

/** What somebody of a history is worth: money where it can be told, else purchases. */
export function worthOf(pricing: Pricing, { x, expected, discounted }: Known, spent: number): number {
  const value = nextValue(pricing, x, spent)
  return value === null ? expected : value * discounted
}

/** The histories in which the most valuable `limit` customers stand: those whose best is among so many bests. */
export function bestHistories(pricing: Pricing, known: readonly Known[], limit: number | undefined): Known[] {
  if (limit === undefined || known.length <= limit) return [...known]
  const best = known.map((one) => {
    const spenders = one.priced > 0 ? [worthOf(pricing, one, one.most)] : []
    return Math.max(...spenders, ...(one.priced < one.customers ? [worthOf(pricing, one, 0)] : []))
  })
  const least = best.toSorted((a, b) => b - a)[limit - 1] ?? 0
  return known.filter((_, i) => (best[i] ?? 0) >= least)
}

export type Ranked = Buyer & { known: Known; worth: number }

/** Everybody with their history, the most valuable first. */
export function rankBuyers(pricing: Pricing, known: readonly Known[], buyers: readonly Buyer[]): Ranked[] {
  const keyOf = ({ x, recencyDays, ageDays }: Pick<History, 'x' | 'recencyDays' | 'ageDays'>) => `${x} ${recencyDays} ${ageDays}`
  const byKey = new Map(known.map((one) => [keyOf(one), one]))
  return buyers
    .flatMap((buyer) => {
      const found = byKey.get(keyOf(buyer))
      return found ? [{ ...buyer, known: found, worth: worthOf(pricing, found, buyer.spent) }] : []
    })
    .sort((a, b) => b.worth - a.worth || a.who - b.who)
}

type Row = NonNullable<ClvResult['rows']>[number]

export function rowOf(pricing: Pricing, { unit }: ClvReport, { known, x, spent, recencyDays, ageDays }: Ranked): Omit<Row, 'person'> {
  const days = unit === 'week' ? 7 : 1
  const value = nextValue(pricing, x, spent)
  return {
    frequency: x,
    recency: recencyDays / days,
    T: ageDays / days,
    pAlive: known.alive,
    expected: known.expected,
    meanValue: x > 0 && spent > 0 ? spent / minorFactor(pricing.currency) / x : null,
    expectedValue: value,
    clv: value === null ? null : value * known.discounted,
  }
}
