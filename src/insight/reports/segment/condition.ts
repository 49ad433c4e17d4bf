import type { Condition } from '../where.ts'
import { equals, isInOrder } from './attribute.ts'

type Known = Readonly<Record<string, string>>

/** `where` about one event, decided here the way `conditionSql` has ClickHouse decide it. */
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
