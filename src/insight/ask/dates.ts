import { DateTime } from 'luxon'
import { numberOf, numeral, numeralEn } from './numbers.ts'

export type Span = { dateFrom: string; dateTo: string }
export type Clock = { today: string; weekStart: 'monday' | 'sunday' }
type Unit = 'day' | 'week' | 'month' | 'quarter' | 'year'
type Found = { length: number; from: DateTime; to: DateTime }

const dayText = (day: DateTime): string => day.toFormat('yyyy-MM-dd')

/** The days that are written at this place of a text, whole ones in the company's calendar; what has begun ends today. */
export function readDates(text: string, at: number, clock: Clock): (Span & { length: number }) | undefined {
  const today = DateTime.fromISO(clock.today, { zone: 'utc' })
  const since = /^(?:since |自从?)/i.exec(text.slice(at))
  if (since) {
    const start = readOne(text, at + since[0].length, today, clock)
    if (!start || start.from > today) return undefined
    const end = /^(?:以来|起)/.exec(text.slice(at + since[0].length + start.length))
    return { dateFrom: dayText(start.from), dateTo: clock.today, length: since[0].length + start.length + (end?.[0].length ?? 0) }
  }
  const first = readOne(text, at, today, clock)
  if (!first) return undefined
  const until = /^(?:以来|起|至今|到现在|开始)/.exec(text.slice(at + first.length))
  if (until && first.from <= today) return { dateFrom: dayText(first.from), dateTo: clock.today, length: first.length + until[0].length }
  const joined = /^\s*(?:到|至|~|—|–|-|to|until|through)\s*/i.exec(text.slice(at + first.length))
  const second = joined && readOne(text, at + first.length + joined[0].length, today, clock)
  const [from, to, length] =
    second && second.to >= first.from
      ? [first.from, second.to, first.length + (joined?.[0].length ?? 0) + second.length]
      : [first.from, first.to, first.length]
  if (from > today || from.year < 1971) return undefined
  return { dateFrom: dayText(from), dateTo: dayText(to > today && from <= today ? today : to), length }
}

function readOne(text: string, at: number, today: DateTime, clock: Clock): Found | undefined {
  const rest = text.slice(at, at + 60)
  const found = forms.flatMap(({ pattern, read }) => {
    const match = pattern.exec(rest)
    const span = match && read(match, today, clock)
    return match && span?.[0].isValid && span[1].isValid ? [{ length: match[0].length, from: span[0], to: span[1] }] : []
  })
  return found.sort((one, other) => other.length - one.length)[0]
}

type Form = {
  pattern: RegExp
  read: (match: RegExpExecArray, today: DateTime, clock: Clock) => [DateTime, DateTime] | undefined
}

/** The unit that holds a day, moved by so many of it. */
function unitAt(day: DateTime, unit: Unit, by: number, { weekStart }: Clock): [DateTime, DateTime] {
  const shift = unit === 'week' && weekStart === 'sunday' ? 1 : 0
  const start = day
    .plus({ days: shift })
    .startOf(unit)
    .plus({ [unit]: by })
    .minus({ days: shift })
  return [start, start.plus({ [unit]: 1 }).minus({ days: 1 })]
}

const unitsZh: Record<string, Unit> = {
  天: 'day',
  日: 'day',
  周: 'week',
  星期: 'week',
  礼拜: 'week',
  月: 'month',
  季度: 'quarter',
  季: 'quarter',
  年: 'year',
}
const unitZh = '(天|日|周|星期|礼拜|月|季度|季|年)'
const unitEn = '(day|week|month|quarter|year)'

/** So many units that end today. */
function last(today: DateTime, count: number | undefined, unit: Unit): [DateTime, DateTime] | undefined {
  if (!count || count > 4000) return undefined
  return [today.minus({ [unit]: count }).plus({ days: 1 }), today]
}

/** A month without a year is the latest that has begun. */
function monthOf(month: number, year: number | undefined, today: DateTime): [DateTime, DateTime] {
  const start = DateTime.utc(year ?? (month <= today.month ? today.year : today.year - 1), month, 1)
  return [start, start.endOf('month').startOf('day')]
}

function dayAt(year: number | undefined, month: number, day: number, today: DateTime): [DateTime, DateTime] {
  const this_ = DateTime.utc(year ?? today.year, month, day)
  const one = year === undefined && this_ > today ? this_.minus({ years: 1 }) : this_
  return [one, one]
}

const monthsEn = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december']
const monthEn = `(${monthsEn.map((name) => (name === 'may' ? name : `${name}|${name.slice(0, 3)}`)).join('|')})`
const monthNumber = (name: string): number => monthsEn.findIndex((one) => one.startsWith(name.toLowerCase())) + 1
const orNumber = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text))

const yearOf = (which: string | undefined, today: DateTime): number => today.year - (which === '前年' ? 2 : which === '去年' ? 1 : 0)

function quarterOf(quarter: number, year: number | undefined, today: DateTime): [DateTime, DateTime] {
  const start = DateTime.utc(year ?? today.year, quarter * 3 - 2, 1)
  const from = year === undefined && start > today ? start.minus({ years: 1 }) : start
  return [from, from.plus({ months: 3 }).minus({ days: 1 })]
}

const forms: readonly Form[] = [
  { pattern: /^(?:今天|今日|today\b)/i, read: (_, today) => [today, today] },
  { pattern: /^(?:昨天|昨日|yesterday\b)/i, read: (_, today) => [today.minus({ days: 1 }), today.minus({ days: 1 })] },
  { pattern: /^前天/, read: (_, today) => [today.minus({ days: 2 }), today.minus({ days: 2 })] },
  {
    pattern: /^(本|这个?|上上个?|上一?个?)(周|星期|礼拜|月|季度|季)(?:以?来)?/,
    read: ([, which = '', unit = ''], today, clock) =>
      unitAt(today, unitsZh[unit] ?? 'week', which.startsWith('上上') ? -2 : which.startsWith('上') ? -1 : 0, clock),
  },
  {
    pattern: /^(今年|本年|去年|前年)(?:以来)?(?!同期)/,
    read: ([, which], today, clock) => unitAt(today, 'year', which === '前年' ? -2 : which === '去年' ? -1 : 0, clock),
  },
  {
    pattern: new RegExp(`^(?:近|最近|过去)的?(${numeral}|半)个?${unitZh}(?:以?内|以?来|里)?`),
    read: ([, count = '', unit = ''], today) =>
      count === '半'
        ? unit === '年'
          ? last(today, 6, 'month')
          : unit === '月'
            ? last(today, 15, 'day')
            : undefined
        : last(today, numberOf(count), unitsZh[unit] ?? 'day'),
  },
  {
    pattern: /^(?:(\d{4})年)?(1[0-2]|0?[1-9])月份?(?![1-9\d]|[一二三])/,
    read: ([, year, month], today) => monthOf(Number(month), orNumber(year), today),
  },
  {
    pattern: /^(一|二|三|四|五|六|七|八|九|十|十一|十二)月份?/,
    read: ([, month = ''], today) => monthOf(numberOf(month) ?? 0, undefined, today),
  },
  {
    pattern: /^(?:(\d{4})年)?(1[0-2]|0?[1-9])月([12]\d|3[01]|0?[1-9])[日号]/,
    read: ([, year, month, day], today) => dayAt(orNumber(year), Number(month), Number(day), today),
  },
  {
    pattern: /^(\d{4})[-/.](1[0-2]|0?[1-9])[-/.]([12]\d|3[01]|0?[1-9])(?!\d)/,
    read: ([, year, month, day], today) => dayAt(Number(year), Number(month), Number(day), today),
  },
  {
    pattern: /^(\d{4})-(0[1-9]|1[0-2])(?![-\d])/,
    read: ([, year, month], today) => monthOf(Number(month), Number(year), today),
  },
  {
    pattern: /^(?:in )?((?:19|20)\d\d)(?:年|\b(?![-/.]\d))/i,
    read: ([, year], today, clock) => unitAt(today.set({ year: Number(year) }), 'year', 0, clock),
  },
  {
    pattern: /^(?:(\d{4})年)?第?([一二三四1-4])季度/,
    read: ([, year, quarter = ''], today) => quarterOf(numberOf(quarter) ?? 0, orNumber(year), today),
  },
  {
    pattern: /^(?:in )?q([1-4])(?: (\d{4}))?\b/i,
    read: ([, quarter, year], today) => quarterOf(Number(quarter), orNumber(year), today),
  },
  {
    pattern: new RegExp(`^(?:in |over |during )?(?:the )?(?:last|past) (${numeralEn}) ${unitEn}s?\\b`, 'i'),
    read: ([, count = '', unit = ''], today) => last(today, numberOf(count), unit.toLowerCase() as Unit),
  },
  {
    pattern: new RegExp(`^(this|last) ${unitEn}\\b`, 'i'),
    read: ([, which = '', unit = ''], today, clock) =>
      unitAt(today, unit.toLowerCase() as Unit, which.toLowerCase() === 'last' ? -1 : 0, clock),
  },
  {
    pattern: new RegExp(`^(?:on )?${monthEn} ([12]\\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?:,? (\\d{4}))?\\b`, 'i'),
    read: ([, month = '', day, year], today) => dayAt(orNumber(year), monthNumber(month), Number(day), today),
  },
  {
    pattern: /^(今年|去年|前年)第?([一二三四1-4])季度/,
    read: ([, which, quarter = ''], today) => quarterOf(numberOf(quarter) ?? 0, yearOf(which, today), today),
  },
  {
    pattern: /^(今年|去年|前年)(1[0-2]|0?[1-9])月份?(?!\d)/,
    read: ([, which, month], today) => monthOf(Number(month), yearOf(which, today), today),
  },
  {
    pattern: /^(今年|去年|前年)?(上|下)半年/,
    read: ([, which, half], today) => {
      const start = DateTime.utc(yearOf(which, today), half === '上' ? 1 : 7, 1)
      return [start, start.plus({ months: 6 }).minus({ days: 1 })]
    },
  },
  {
    pattern: new RegExp(`^(?:in )?${monthEn}(?: (\\d{4}))?\\b`, 'i'),
    read: ([, month = '', year], today) => monthOf(monthNumber(month), orNumber(year), today),
  },
]
