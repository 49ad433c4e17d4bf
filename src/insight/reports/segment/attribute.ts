import { DateTime } from 'luxon'
import { equals, isInOrder } from '#platform/events/where-holds.ts'
import { daysBetween } from '#platform/time.ts'
import type { AttributeLeaf } from './attribute-schema.ts'
import { meets } from './compare.ts'

/** Whether a value (as text; null where there is none) is what the leaf asks for, on that day. */
export function attributeHolds(asked: AttributeLeaf, value: string | null, today: string): boolean {
  switch (asked.op) {
    case 'exists':
      return (value !== null) === (asked.value ?? true)
    case 'eq':
      return value !== null && equals(value, asked.value)
    case 'ne':
      return value === null || !equals(value, asked.value)
    case 'in':
      return value !== null && asked.value.some((one) => equals(value, one))
    case 'not_in':
      return value === null || !asked.value.some((one) => equals(value, one))
    case 'contains':
      return value?.includes(asked.value) ?? false
    case 'days_ago':
      return meets(daysAgo(value, today), asked.value)
    case 'anniversary_in':
      return meets(daysToAnniversary(value, today), asked.value)
    default:
      return value !== null && isInOrder(value, asked.op, asked.value)
  }
}

/** The day that a value names: `1990-05-20`, also with a time behind it. */
function dateOf(value: string | null): DateTime | undefined {
  const date = value !== null && /^\d{4}-\d{2}-\d{2}(?!\d)/.test(value) ? DateTime.fromISO(value.slice(0, 10), { zone: 'utc' }) : undefined
  return date?.isValid ? date : undefined
}

export function daysAgo(value: string | null, today: string): number | null {
  const date = dateOf(value)
  return date ? daysBetween(date.toFormat('yyyy-MM-dd'), today) : null
}

export function daysToAnniversary(value: string | null, today: string): number | null {
  const date = dateOf(value)
  if (!date) return null
  const from = DateTime.fromISO(today, { zone: 'utc' })
  const next = [0, 1].map((ahead) => atYear(date, from.year + ahead)).find((one) => one >= from)
  return next ? Math.round(next.diff(from, 'days').days) : null
}

/** Whoever was born on a leap day celebrates on the last of February in other years. */
const atYear = (date: DateTime, year: number): DateTime =>
  DateTime.utc(year, date.month, Math.min(date.day, DateTime.utc(year, date.month).daysInMonth ?? 28))
