import { textOr } from '#console/i18n/i18n.ts'
import { exactMoney } from '#console/ui/format.ts'

/** What an event says. `nameOf`: how its properties are called. */
interface Said {
  properties: Record<string, string>
  nameOf: (property: string) => string
}

/** The properties of an event in words: names as readers call them, amounts with their currency, ids that say nothing left out. */
export function pairsOf({ properties, nameOf }: Said): { key: string; name: string; value: string }[] {
  return Object.entries(properties)
    .filter(([key, value]) => value !== '' && !isSaidBetter(key, value, properties))
    .map(([key, value]) => ({ key, name: nameOf(named.has(key) ? `${key}Name` : key), value: shown(key, value, properties) }))
}

/** `tag: 9` says nothing beside `tagName: 待跟进`, nor the currency beside the amount. */
const isSaidBetter = (key: string, value: string, properties: Record<string, string>): boolean =>
  properties[`${key}Name`] !== undefined ||
  (key === 'order' && properties.orderNo !== undefined) ||
  (key === 'currency' && properties.amount !== undefined) ||
  (named.has(key) && /^\d+$/.test(value)) ||
  opaqueId.test(value)

/** Things of ours: an event tells of them by name, or by a number that says nothing to a reader. */
const named = new Set(['shop', 'corp', 'employee', 'channel', 'code', 'tag', 'group', 'chat', 'journey', 'stage', 'experiment', 'variant'])

/** Our ids as they are told outside. */
const opaqueId = /^[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}$/

function shown(key: string, value: string, { currency }: Record<string, string>): string {
  if (key === 'amount' && currency && /^-?\d{1,15}$/.test(value)) return exactMoney(Number(value), currency)
  if (value === 'true' || value === 'false') return textOr(value === 'true' ? 'ui.yes' : 'ui.no', value)
  return isList(value) ? listText(value) : textOr(wordsOf(key, value), value)
}

/** What somebody wrote is called as in the archive. */
const wordsOf = (key: string, value: string): string => (key === 'kind' ? `archive.types.${value}` : `events.values.${key}.${value}`)

const isList = (value: string): boolean => value.startsWith('["')

function listText(value: string): string {
  try {
    const items: unknown = JSON.parse(value)
    return Array.isArray(items) ? listed(items.map(String)) : value
  } catch {
    return value
  }
}

const mostNamed = 4

/** A basket of forty products is told by its first ones and its size. */
export const listed = (names: readonly string[]): string =>
  names.length > mostNamed
    ? `${names.slice(0, mostNamed).join(textOr('ui.comma', ', '))} … +${names.length - mostNamed}`
    : names.join(textOr('ui.comma', ', '))
