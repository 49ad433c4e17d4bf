import type { Language } from '#console/i18n/i18n.ts'
import { currencySign, exactNumber, minorDigits, percent, shortNumber } from '#console/ui/format.ts'
import type { DictionaryEntry } from '#insight/metrics/schema.ts'

type Unit = DictionaryEntry['unit']

/** A metric's value as its unit says: shares in per cent, money with its sign, 万 and 亿 for what is large. */
export function figureText(value: number | null | undefined, unit: Unit, currency: string | undefined, language: Language): string {
  if (value === null || value === undefined) return '—'
  if (unit === 'share') return percent(value, 1)
  if (unit === 'days') return `${exactNumber(Math.round(value * 10) / 10)}${language === 'zh' ? ' 天' : ' days'}`
  if (unit === 'minutes') return `${exactNumber(Math.round(value * 10) / 10)}${language === 'zh' ? ' 分钟' : ' min'}`
  if (currency) return `${value < 0 ? '-' : ''}${currencySign(currency)}${amount(Math.abs(value), currency, language)}`
  return shortNumber(value, language)
}

/** The same to the last digit, for hovering and tables. */
export function exactFigure(value: number | null | undefined, unit: Unit, currency: string | undefined, language: Language): string {
  if (value === null || value === undefined) return '—'
  if (unit === 'share' || unit === 'days' || unit === 'minutes') return figureText(value, unit, currency, language)
  return `${currency && value < 0 ? '-' : ''}${currency ? currencySign(currency) : ''}${exactNumber(currency ? Math.abs(value) : value)}`
}

/** ¥304.40, as amounts are written elsewhere; whole ones and those that are shortened need no cents. */
function amount(value: number, currency: string, language: Language): string {
  const digits = minorDigits(currency)
  const isShortened = value >= (language === 'zh' ? 10_000 : 100_000)
  if (isShortened || Number.isInteger(value)) return shortNumber(value, language)
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
