import { minorDigits } from '#console/ui/format.ts'
import { Money } from '#console/ui/money.tsx'

/** An amount as reports give it, in major units. */
export const Amount = ({ value, currency, exact }: { value: number | null | undefined; currency: string; exact?: boolean }) => (
  <Money minor={minorOf(value, currency)} currency={currency} {...(exact ? { exact } : {})} />
)

export const minorOf = (value: number | null | undefined, currency: string): number | undefined =>
  value === null || value === undefined ? undefined : Math.round(value * 10 ** minorDigits(currency))

/** 0.4312 → 43.1%; what has no denominator has no share. */
export const shareText = (value: number | null | undefined): string =>
  value === null || value === undefined ? '—' : `${Math.round(value * 1000) / 10}%`
