/**
 * Properties that hold integer minor units with the event's `currency` beside them. Only declared events of the product do,
 * and commission, which is declared so for whoever tells it; what else a tracker sends is a plain number.
 */
const moneyProperties: ReadonlyMap<string, readonly string[]> = new Map([
  ['order.placed', ['amount']],
  ['order.paid', ['amount']],
  ['order.amended', ['amount']],
  ['order.refunded', ['amount']],
  ['commission.accrued', ['amount']],
  ['commission.paid', ['amount']],
  ['commission.clawed_back', ['amount']],
])

export const isMoney = (event: string, property: string): boolean => moneyProperties.get(event)?.includes(property) === true
