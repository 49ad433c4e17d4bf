import Big from 'big.js'
import { textProperties } from './loader.ts'
import type { Condition, Scalar } from './where.ts'

type Known = Readonly<Record<string, string>>

/** The same of an event as the log has it; of the person nothing is known there. */
export const eventFits = (condition: Condition | undefined, properties: Record<string, unknown>): boolean =>
  condition === undefined || conditionHolds(condition, textProperties(properties), {})

/** `where` about one event, decided here the way reports have ClickHouse decide it. */
export function conditionHolds(condition: Condition, event: Known, person: Known): boolean {
  if ('and' in condition) return condition.and.every((one) => conditionHolds(one, event, person))
  if ('or' in condition) return condition.or.some((one) => conditionHolds(one, event, person))
  if ('not' in condition) return !conditionHolds(condition.not, event, person)
  const value = (condition.scope === 'person' ? person : event)[condition.property]
  return comparisonHolds(condition, value)
}

function comparisonHolds({ op, value: asked }: Extract<Condition, { op: unknown }>, value: string | undefined): boolean {
  const values = Array.isArray(asked) ? asked : asked === undefined ? [] : [asked]
  switch (op) {
    case 'exists':
      return value !== undefined
    case 'eq':
    case 'in':
      return value !== undefined && values.some((one) => equals(value, one))
    case 'ne':
    case 'not_in':
      return value === undefined || !values.some((one) => equals(value, one))
    case 'contains':
      return value?.includes(String(values[0])) ?? false
    default:
      return value !== undefined && isInOrder(value, op, values[0] ?? '')
  }
}

/** A number equals every way of writing it; a text equals itself only. */
export const equals = (value: string, asked: Scalar): boolean =>
  typeof asked === 'number' ? (numberOf(value)?.eq(new Big(asked)) ?? false) : value === String(asked)

/** Numbers, also those written as text, compare as numbers; other texts letter by letter. */
export function isInOrder(value: string, op: 'gt' | 'gte' | 'lt' | 'lte', asked: Scalar): boolean {
  const isNumber = typeof asked === 'number' || /^-?\d{1,30}(\.\d{1,20})?$/.test(String(asked))
  const left = isNumber ? numberOf(value) : undefined
  if (isNumber && left === undefined) return false
  const order = left ? left.cmp(new Big(String(asked))) : Buffer.compare(Buffer.from(value), Buffer.from(String(asked)))
  return op === 'gt' ? order > 0 : op === 'gte' ? order >= 0 : op === 'lt' ? order < 0 : order <= 0
}

/** What ClickHouse reads as a decimal. */
export function numberOf(text: string): Big | undefined {
  return /^[+-]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})(e[+-]?\d{1,2})?$/i.test(text)
    ? new Big(text.replace(/^\+/, '').replace(/\.(?=e|$)/i, ''))
    : undefined
}
