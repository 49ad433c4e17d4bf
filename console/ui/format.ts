import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn.js'
import timezone from 'dayjs/plugin/timezone.js'
import utc from 'dayjs/plugin/utc.js'
import type { Language } from '#console/i18n/i18n.ts'

dayjs.extend(utc)
dayjs.extend(timezone)

/** 12,345 stays readable as 1.2万; the exact figure is shown on hover by the components. */
export function shortNumber(value: number, language: Language): string {
  const [limit, steps] = language === 'zh' ? chineseSteps : englishSteps
  if (Math.abs(value) < limit) return exactNumber(value)
  const step = steps.find(([size]) => Math.abs(value) >= size)
  if (!step) return exactNumber(value)
  const [size, unit] = step
  // Rounding 99,999,999 to one decimal would say 10000.0万: the next unit up says it properly.
  const rounded = Math.round((value / size) * 10) / 10
  const above = steps[steps.indexOf(step) - 1]
  return above && Math.abs(rounded) * size >= above[0] ? `${sign(value)}1.0${above[1]}` : `${grouped(rounded)}${unit}`
}

const grouped = (value: number): string => value.toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })

const chineseSteps: [number, [number, string][]] = [
  10_000,
  [
    [100_000_000, '亿'],
    [10_000, '万'],
  ],
]
const englishSteps: [number, [number, string][]] = [
  100_000,
  [
    [1_000_000_000, 'B'],
    [1_000_000, 'M'],
    [1_000, 'K'],
  ],
]

const sign = (value: number): string => (value < 0 ? '-' : '')

export const exactNumber = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 2 })

/** Amounts arrive as integers of the currency's smallest unit; yen have no decimals, yuan two, dinar three. */
export function exactMoney(minor: number, currency: string): string {
  const digits = minorDigits(currency)
  const amount = (Math.abs(minor) / 10 ** digits).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${sign(minor)}${currencySign(currency)}${amount}`
}

export function shortMoney(minor: number, currency: string, language: Language): string {
  const major = minor / 10 ** minorDigits(currency)
  const limit = language === 'zh' ? 10_000 : 100_000
  return Math.abs(major) < limit
    ? exactMoney(minor, currency)
    : `${sign(major)}${currencySign(currency)}${shortNumber(Math.abs(major), language)}`
}

export function minorDigits(currency: string): number {
  return currencyFormat(currency)?.resolvedOptions().maximumFractionDigits ?? 2
}

export function currencySign(currency: string): string {
  if (currency === 'CNY') return '¥'
  return (
    currencyFormat(currency)
      ?.formatToParts(0)
      .find((part) => part.type === 'currency')?.value ?? `${currency} `
  )
}

function currencyFormat(currency: string): Intl.NumberFormat | undefined {
  try {
    return new Intl.NumberFormat('en-US', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
  } catch {
    return undefined
  }
}

/** Decimal text typed by a person → minor units, without going through floating point; undefined when it is not an amount. */
export function parseMoney(text: string, currency: string): number | undefined {
  const digits = minorDigits(currency)
  const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.trim().replace(/[,，\s]/g, ''))
  if (!match) return undefined
  const [, whole = '', fraction = ''] = match
  if (fraction.length > digits) return undefined
  return Number(whole + fraction.padEnd(digits, '0'))
}

/** 3.4 MB: in the units that file managers show. */
export function fileSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB']
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${trimZero((bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1))} ${units[step]}`
}

export const percent = (part: number, whole: number): string => (whole === 0 ? '—' : `${trimZero(((part / whole) * 100).toFixed(1))}%`)

const trimZero = (text: string): string => text.replace(/\.0$/, '')

/** 今天 14:03 / 昨天 09:15 / 11-20 09:15 / 2025-11-20: near things by the clock, far things by the calendar. */
export function shortTime(iso: string, zone: string, language: Language, now: Date = new Date()): string {
  const at = dayjs(iso).tz(zone)
  const today = dayjs(now).tz(zone)
  const days = today.startOf('day').diff(at.startOf('day'), 'day')
  if (days === 0) return `${language === 'zh' ? '今天' : 'Today'} ${at.format('HH:mm')}`
  if (days === 1) return `${language === 'zh' ? '昨天' : 'Yesterday'} ${at.format('HH:mm')}`
  if (days === -1) return `${language === 'zh' ? '明天' : 'Tomorrow'} ${at.format('HH:mm')}`
  return at.format(at.year() === today.year() ? 'MM-DD HH:mm' : 'YYYY-MM-DD')
}

export const fullTime = (iso: string, zone: string): string => `${dayjs(iso).tz(zone).format('YYYY-MM-DD HH:mm:ss')} (${zone})`

/** The day heading of a timeline: 今天 · 昨天 · 11月20日 周四. */
export function dayName(iso: string, zone: string, language: Language, now: Date = new Date()): string {
  const at = dayjs(iso).tz(zone)
  const days = dayjs(now).tz(zone).startOf('day').diff(at.startOf('day'), 'day')
  if (days === 0) return language === 'zh' ? '今天' : 'Today'
  if (days === 1) return language === 'zh' ? '昨天' : 'Yesterday'
  const year = at.year() === dayjs(now).tz(zone).year()
  if (language === 'zh') return at.locale('zh-cn').format(year ? 'M月D日 ddd' : 'YYYY年M月D日')
  return at.locale('en').format(year ? 'ddd, MMM D' : 'MMM D, YYYY')
}

export const dayOf = (iso: string, zone: string): string => dayjs(iso).tz(zone).format('YYYY-MM-DD')
export const timeOfDay = (iso: string, zone: string): string => dayjs(iso).tz(zone).format('HH:mm')
/** What the company's clock shows at a moment, `YYYY-MM-DDTHH:mm:ss`, and the moment at which it shows that. */
export const clockOf = (iso: string, zone: string): string => dayjs(iso).tz(zone).format('YYYY-MM-DDTHH:mm:ss')
export const momentAt = (clock: string, zone: string): string => dayjs.tz(clock, zone).toISOString()
/** Calendars that open say today, and "now" where they offer it, by this clock. */
export const keepClock = (zone: string): void => dayjs.tz.setDefault(zone)
export const todayIn = (zone: string, now: Date = new Date()): string => dayjs(now).tz(zone).format('YYYY-MM-DD')
export const daysAfter = (day: string, count: number): string => dayjs(day).add(count, 'day').format('YYYY-MM-DD')
export const daysBefore = (day: string, count: number): string => dayjs(day).subtract(count, 'day').format('YYYY-MM-DD')
