import { textOr } from '#console/i18n/i18n.ts'
import { exactMoney } from '#console/ui/format.ts'

/** The properties of an event in words: names of ours are said in the reader's language, amounts with their currency. */
export function pairsOf({ properties }: { properties: Record<string, string> }): { key: string; name: string; value: string }[] {
  return Object.entries(properties)
    .filter(([key, value]) => value !== '' && !isSaidBetter(key, properties))
    .map(([key, value]) => ({ key, name: textOr(`events.keys.${key}`, key), value: shown(key, value, properties) }))
}

/** `tag: 9` says nothing beside `tagName: 待跟进`, nor the currency beside the amount. */
const isSaidBetter = (key: string, properties: Record<string, string>): boolean =>
  properties[`${key}Name`] !== undefined ||
  (key === 'order' && properties.orderNo !== undefined) ||
  (numbered.has(key) && /^\d+$/.test(properties[key] ?? '')) ||
  (key === 'currency' && properties.amount !== undefined)

/** Things that an event may name by a number of ours, which says nothing to a reader. */
const numbered = new Set(['shop', 'corp', 'employee', 'channel', 'code'])

function shown(key: string, value: string, { currency }: Record<string, string>): string {
  if (key === 'amount' && currency && /^-?\d{1,15}$/.test(value)) return exactMoney(Number(value), currency)
  if (value === 'true' || value === 'false') return textOr(value === 'true' ? 'ui.yes' : 'ui.no', value)
  return isList(value) ? listText(value) : textOr(`events.values.${key}.${value}`, value)
}

const isList = (value: string): boolean => value.startsWith('["')

function listText(value: string): string {
  try {
    const items: unknown = JSON.parse(value)
    return Array.isArray(items) ? items.join('、') : value
  } catch {
    return value
  }
}
