import { DateTime } from 'luxon'
import { appError } from '../errors.ts'

type Reading = {
  zone: string
  format?: string | undefined /** Also ISO when a format is said: cells that a spreadsheet keeps as dates have no other text. */
  alsoUsual?: boolean
}

const usual =
  /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:(?:\s*T|\s+|(?<=日))\s*(\d{1,2})\s*[:：时]\s*(\d{1,2})(?:\s*[:：分]\s*(\d{1,2})(?:[.,](\d{1,9}))?)?\s*[分秒]?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i
const compact = /^(\d{4})(\d{2})(\d{2})(?:\s*(\d{2})(\d{2})(\d{2})?)?()()$/

/** Text → instant: in the format that was said, or in the usual forms; times without a zone are in `zone`. Impossible days are refused, not moved. */
export function parseInstant(text: string, reading: Reading, field: string): Date {
  const found =
    (reading.format && exact(text, reading.format, reading.zone)) ||
    (!reading.format || reading.alsoUsual ? usualForms(text, reading.zone) : undefined)
  if (!found?.isValid || found.year < 1900 || found.year > 2200) {
    const asked = reading.format ? `a time in the form ${reading.format}` : 'a time such as 2026-01-31 18:30:00'
    throw appError('date.invalid', { message: `"${text.slice(0, 40)}" is not ${asked}.`, field })
  }
  return found.toJSDate()
}

function exact(text: string, format: string, zone: string): DateTime | undefined {
  const parsed = DateTime.fromFormat(text, format, { zone, locale: 'en' })
  return parsed.isValid ? parsed : undefined
}

function usualForms(text: string, zone: string): DateTime | undefined {
  const plain = text.normalize('NFKC')
  if (/^1\d{9}$|^1\d{12}$/.test(plain)) return DateTime.fromMillis(Number(plain.padEnd(13, '0')))
  const parts = usual.exec(plain) ?? compact.exec(plain)
  if (!parts) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset = ''] = parts
  return DateTime.fromObject(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second || '0'),
      millisecond: Number(fraction.padEnd(3, '0').slice(0, 3)),
    },
    { zone: offset === '' ? zone : offset.toUpperCase() === 'Z' ? 'utc' : `UTC${offset}` },
  )
}
