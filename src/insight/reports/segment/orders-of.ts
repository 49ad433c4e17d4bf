import { isTrade } from '../orders.ts'
import type { KnownEvent } from './judge.ts'

/** Net in minor units: corrections and refunds up to the moment, whenever the order was paid. */
type KnownOrder = { ms: number; net: number; currency: string; products: string[]; isOrder: boolean }

/** One person's paid orders, and refunds that name no order, which take money off without being an order. */
export function ordersOf(events: readonly KnownEvent[], until: number): KnownOrder[] {
  const trade = events.filter(({ name, ms }) => isTrade(name) && ms <= until)
  const orders = Map.groupBy(trade, (event) => event.properties.order || event.id)
  return [...orders.values()].flatMap((facts) => {
    const paid = facts.find(({ name }) => name === 'order.paid')
    const head = paid ?? facts.find(({ name, properties }) => name === 'order.refunded' && !properties.order)
    if (!head) return []
    return [
      {
        ms: head.ms,
        net: facts.reduce((sum, fact) => sum + (fact.name === 'order.refunded' ? -amountOf(fact) : amountOf(fact)), 0),
        currency: head.properties.currency ?? '',
        products: paid ? productsOf(paid) : [],
        isOrder: paid !== undefined,
      },
    ]
  })
}

const amountOf = ({ properties }: KnownEvent): number => (/^-?\d{1,18}$/.test(properties.amount ?? '') ? Number(properties.amount) : 0)

function productsOf({ properties }: KnownEvent): string[] {
  try {
    const list: unknown = JSON.parse(properties.products ?? '[]')
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}
