import Big from 'big.js'
import { appError } from './errors.ts'

/** Digits after the point of a currency's minor unit (ISO 4217); two unless said otherwise. */
const minorDigits: Record<string, number> = { JPY: 0, KRW: 0, VND: 0, CLP: 0, BHD: 3, KWD: 3, JOD: 3, TND: 3, OMR: 3 }

export const digitsOf = (currency: string): number => minorDigits[currency] ?? 2

/** 9 × 10¹⁵ minor units: the largest amount that every engine on the way keeps exactly. */
const largest = new Big(Number.MAX_SAFE_INTEGER)

/**
 * Exact decimal text: an optional sign, digits, an optional fraction; thousands separators and full-width digits as people type them.
 * Exponents, NaN, infinities and anything else are refused with the field's name.
 */
export function parseDecimal(text: string, field: string): Big {
  const plain = text
    .trim()
    .normalize('NFKC')
    .replace(/^[¥￥$£€]\s*|(?<=^[-+])[¥￥$£€]\s*/u, '')
    .replace(/元$/u, '')
  const bare = /^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain) ? plain.replaceAll(',', '') : plain
  if (!/^[-+]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})$/.test(bare)) throw invalidAmount(field, `"${text.slice(0, 40)}" is not a decimal number.`)
  return new Big(bare.replace(/^\+/, '').replace(/\.$/, ''))
}

/** Major units as decimal text → integer minor units. More digits than the currency has are rounded half up (away from zero). */
export const parseMoney = (text: string, currency: string, field: string): number => toMinor(parseDecimal(text, field), currency, field)

export function toMinor(major: Big, currency: string, field: string): number {
  const minor = major.times(new Big(10).pow(digitsOf(currency))).round(0, Big.roundHalfUp)
  if (minor.abs().gt(largest)) throw invalidAmount(field, 'The amount is too large.')
  return minor.toNumber() + 0
}

/** Integer minor units → major units as exact decimal text, `-12.30`. */
export const formatMinor = (minor: number | bigint, currency: string): string =>
  new Big(minor.toString()).div(new Big(10).pow(digitsOf(currency))).toFixed(digitsOf(currency))

/** Integer minor units → major units as a JSON number with exact decimals, as reports give amounts. */
export const majorNumber = (minor: number | bigint, currency: string): number => Number(formatMinor(minor, currency))

const invalidAmount = (field: string, message: string) => appError('amount.invalid', { message, field })
