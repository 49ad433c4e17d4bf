import type { Meaning, MeaningOf } from './meanings.ts'

/** What of a question people may be bounded by, also turned round. */
export type Condition = MeaningOf<'name'> | MeaningOf<'event'> | MeaningOf<'rule'> | MeaningOf<'employee'> | MeaningOf<'value'>

export const isCondition = (meaning: Meaning): meaning is Condition =>
  meaning.is === 'event' ||
  meaning.is === 'rule' ||
  meaning.is === 'employee' ||
  meaning.is === 'value' ||
  // A product is bought: what was done with it is the condition.
  (meaning.is === 'name' && meaning.of !== 'product')

type Within = { within?: { dateFrom: string; dateTo: string } }

/** The rule of people who meet it; what was done lies in the days that are said. */
export function ruleOf(condition: Condition, within: Within = {}): object {
  switch (condition.is) {
    case 'event':
      return { event: { event: condition.event, ...within } }
    case 'rule':
      return isDated(condition) ? { orders: { ...(condition.rule.orders as object), ...within } } : condition.rule
    case 'employee':
      return followedBy([condition.id])
    case 'value':
      return withValues(condition.property, [condition.value])
    case 'name':
      return namedRule(condition.of, [condition.id])
  }
}

/** Whether days have a say in it: what was done, and how often somebody bought. */
export const isDated = (condition: Condition): boolean =>
  condition.is === 'event' || (condition.is === 'rule' && isCount(condition.rule.orders))

export const isCount = (orders: unknown): orders is { count: object } => typeof orders === 'object' && orders !== null && 'count' in orders

export const followedBy = (employees: readonly string[]): object => ({ follow: { employees } })

export const withValues = (property: string, values: readonly string[]): object => ({
  attribute: values.length === 1 ? { property, op: 'eq', value: values[0] } : { property, op: 'in', value: values },
})

/** Several of a kind are either of them. */
export function namedRule(of: MeaningOf<'name'>['of'], ids: readonly string[]): object {
  switch (of) {
    case 'segment':
      return ids.length === 1 ? { segment: ids[0] } : { or: ids.map((segment) => ({ segment })) }
    case 'channel':
      return { follow: { channels: ids } }
    case 'tag':
      return { tag: { any: ids } }
    case 'group':
      return { group: { groups: ids } }
    case 'product':
      return { orders: { count: { gte: 1 }, products: ids } }
  }
}
