import Big from 'big.js'
import type { SpendKind } from '#growth/spends/schema.ts'
import { majorNumber } from '#platform/money.ts'
import type { EconomicsFigures } from './schema.ts'
import type { Tally } from './tree.ts'

export type Terms = {
  currency: string
  marginRate: number | undefined
  horizonDays: number
  retentionDays: readonly number[]
  now: number
  /** Spend is of everybody; of some people it says nothing. */
  withSpend: boolean
}

const dayMs = 86_400_000

/** The figures of a channel out of what was counted of it. */
export function figuresOf(tally: Tally, terms: Terms): EconomicsFigures {
  const { currency } = terms
  const spend = sum(tally.spend)
  const revenue = sum(tally.revenue)
  const margin = terms.marginRate === undefined ? null : share(revenue, terms.marginRate)
  // Without any spend nobody knows what somebody cost, which is not nothing.
  const per = (minor: number, count: number) => (count === 0 || minor === 0 || !terms.withSpend ? null : ratio(minor, count, currency))
  const curve = curveOf(tally, terms)
  const paid = curve.findIndex((minor) => minor >= spend)
  return {
    spend: terms.withSpend ? majorNumber(spend, currency) : null,
    spendByKind: terms.withSpend ? byKind(tally, currency) : null,
    adds: tally.adds,
    newCustomers: tally.newCustomers,
    costPerAdd: per(spend, tally.newCustomers),
    payingCustomers: tally.payingCustomers,
    cac: per(spend, tally.payingCustomers),
    revenue: majorNumber(revenue, currency),
    ltv: tally.newCustomers === 0 ? null : ratio(margin ?? revenue, tally.newCustomers, currency),
    margin: margin === null ? null : majorNumber(margin, currency),
    roi: terms.withSpend ? quotient(revenue, spend) : null,
    marginRoi: terms.withSpend && margin !== null ? quotient(margin, spend) : null,
    paybackDays: !terms.withSpend || spend === 0 || paid < 0 ? null : paid,
    payback: !terms.withSpend || spend === 0 ? 'no_spend' : paid < 0 ? 'not_yet' : 'paid_back',
    curve: curve.map((minor) => majorNumber(minor, currency)),
    completeDays:
      tally.newCustomers === 0 ? 0 : Math.max(0, Math.min(terms.horizonDays, Math.floor((terms.now - tally.youngestMs) / dayMs))),
    retention: terms.retentionDays.map((days, i) => ({ days, old: tally.old[i] ?? 0, kept: tally.kept[i] ?? 0 })),
  }
}

const sum = (amounts: ReadonlyMap<unknown, number>): number => [...amounts.values()].reduce((all, one) => all + one, 0)

const share = (minor: number, rate: number): number => new Big(minor).times(rate).round(0, Big.roundHalfUp).toNumber()

const quotient = (over: number, under: number): number | null =>
  under === 0 ? null : Number(new Big(over).div(under).round(4, Big.roundHalfUp))

/** Cents of a cent say nothing: rounded to the currency's smallest unit. */
const ratio = (minor: number, count: number, currency: string): number =>
  majorNumber(new Big(minor).div(count).round(0, Big.roundHalfUp).toNumber(), currency)

const byKind = ({ spend }: Tally, currency: string): Partial<Record<SpendKind, number>> =>
  Object.fromEntries([...spend].map(([kind, minor]) => [kind, majorNumber(minor, currency)]))

/** Day 0 is the day of arrival itself, counted by the clock from the minute somebody came. */
function curveOf({ revenue }: Tally, { horizonDays, marginRate }: Terms): number[] {
  let total = 0
  return Array.from({ length: horizonDays + 1 }, (_, day) => {
    total += revenue.get(day) ?? 0
    return marginRate === undefined ? total : share(total, marginRate)
  })
}
