import { type Clock, readDates } from './dates.ts'
import type { Meaning } from './meanings.ts'
import { numberOf, numeral, numeralEn } from './numbers.ts'
import type { Pattern } from './read.ts'

/** What is written with numbers: dates, the first so many, windows, how often somebody bought. */
export const patternsOf = (clock: Clock): Pattern[] => [datesOf(clock), ...patterns]

const datesOf =
  (clock: Clock): Pattern =>
  (text, at) => {
    const found = readDates(text, at, clock)
    if (!found) return undefined
    const { length, dateFrom, dateTo } = found
    const days = dateFrom === dateTo ? dateFrom : `${dateFrom} – ${dateTo}`
    return { length, meaning: { is: 'dates', dateFrom, dateTo, as: { zh: days, en: days } } }
  }

function form(source: string, read: (match: RegExpExecArray) => Meaning | undefined): Pattern {
  const pattern = new RegExp(source, 'iy')
  return (text, at) => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    const meaning = match && read(match)
    return match && meaning ? { length: match[0].length, meaning } : undefined
  }
}

function limit(text: string): Meaning | undefined {
  const limit = numberOf(text)
  return limit === undefined || limit < 1 || limit > 100
    ? undefined
    : { is: 'limit', limit, as: { zh: `前 ${limit} 个`, en: `the first ${limit}` } }
}

const windowUnits = {
  小时: 'hour',
  天: 'day',
  日: 'day',
  周: 'week',
  个月: 'month',
  hour: 'hour',
  day: 'day',
  week: 'week',
  month: 'month',
} as const
const unitsZh = { hour: '小时', day: '天', week: '周', month: '个月' }

function window(count: string, name: string): Meaning | undefined {
  const value = numberOf(count)
  const unit = windowUnits[name.toLowerCase() as keyof typeof windowUnits]
  return value === undefined || !unit
    ? undefined
    : { is: 'window', value, unit, as: { zh: `${value} ${unitsZh[unit]}内`, en: `within ${value} ${unit}s` } }
}

function boughtAtLeast(text: string): Meaning | undefined {
  const count = numberOf(text)
  return count === undefined
    ? undefined
    : { is: 'rule', rule: { orders: { count: { gte: count } } }, as: { zh: `下单 ${count} 次及以上`, en: `with ${count} orders or more` } }
}

function notBoughtFor(text: string): Meaning | undefined {
  const days = numberOf(text)
  return days === undefined
    ? undefined
    : {
        is: 'rule',
        rule: { orders: { lastDaysAgo: { gte: days } } },
        as: { zh: `买过、最近一单在 ${days} 天前或更早`, en: `whose last order is ${days} days old or older` },
      }
}

const patterns: readonly Pattern[] = [
  form(`(?:前|top ?)(${numeral}|${numeralEn}\\b)(?:个|名|位)?`, ([, count = '']) => limit(count)),
  form(`(?:the )?first (${numeralEn})\\b`, ([, count = '']) => limit(count)),
  form(`(${numeral})(小时|天|日|周|个月)(?:以|之)?内`, ([, count = '', unit = '']) => window(count, unit)),
  form(`(?:with)?in (${numeralEn}) (hour|day|week|month)s?\\b`, ([, count = '', unit = '']) => window(count, unit)),
  form(`(?:买过?|下单|购买)过?(${numeral})(?:次|单)(?:及|或)?以上`, ([, count = '']) => boughtAtLeast(count)),
  form(`(?:who )?(?:bought|ordered) (?:at least )?(${numeralEn})(?: or more)? times(?: or more)?`, ([, count = '']) =>
    boughtAtLeast(count),
  ),
  form(`(${numeral})天(?:没有?|未)(?:下单|买|购买|复购)过?`, ([, count = '']) => notBoughtFor(count)),
  form(`(?:近|最近|超过)(${numeral})天(?:没有?|未)(?:下单|买|购买|复购)过?`, ([, count = '']) => notBoughtFor(count)),
]
