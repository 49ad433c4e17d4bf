import fc from 'fast-check'
import type { TestEvent, World } from './testing.ts'

/** An order as a test tells of it; days count from 2026-01-01 in Shanghai, amounts are minor units. */
export type TestOrder = {
  id: number
  person: string
  hours: number
  amount: number
  amended: number
  items: number
  region: string
  channel: string
  products: string[]
  refund?: { hours: number; amount: number; type: 'refund_only' | 'exchange' } | undefined
}

const start = Date.parse('2026-01-01T00:00:00+08:00')
const timeOf = (hours: number): string => new Date(start + hours * 3_600_000).toISOString()

export const dayOfHours = (hours: number): number => Math.floor(hours / 24)
export const dayText = (day: number): string => new Date(Date.parse('2026-01-01T00:00:00Z') + day * 86_400_000).toISOString().slice(0, 10)

/** Ninety days of a few people's orders. No two at one moment: which of such is the first is the order's number, a text. */
export const anyOrders: fc.Arbitrary<TestOrder[]> = fc
  .uniqueArray(
    fc.record({
      person: fc.constantFrom('a', 'b', 'c', 'd', 'e', ''),
      hours: fc.integer({ min: 0, max: 90 * 24 - 1 }),
      amount: fc.constantFrom(0, 100, 4999, 5000, 12_345, 99_900),
      amended: fc.constantFrom(0, 0, 0, -50, 25),
      items: fc.constantFrom(1, 2, 1.5),
      region: fc.constantFrom('上海', '北京', '广东', ''),
      channel: fc.constantFrom('抖音', '门店', ''),
      products: fc.uniqueArray(fc.constantFrom('tea', 'cup', 'pot'), { minLength: 1, maxLength: 3 }),
      refund: fc.option(
        fc.record({
          hours: fc.integer({ min: 0, max: 240 }),
          amount: fc.constantFrom(50, 100),
          type: fc.constantFrom('refund_only' as const, 'exchange' as const),
        }),
        { nil: undefined, freq: 3 },
      ),
    }),
    { maxLength: 30, selector: ({ hours }) => hours },
  )
  .map((orders) => orders.map((order, i) => ({ id: i + 1, ...order, amended: order.amount === 0 ? 0 : order.amended })))

export const worldOf = (orders: readonly TestOrder[]): World => ({ events: orders.flatMap(eventsOf) })

function eventsOf({ id, person, hours, amount, amended, items, region, channel, products, refund }: TestOrder): TestEvent[] {
  const facts = { order: id, currency: 'CNY', items, region, channel }
  const event = (name: string, at: number, properties: object): TestEvent => ({
    person,
    event: `order.${name}`,
    timestamp: timeOf(at),
    properties: { ...facts, ...properties },
  })
  return [
    event('paid', hours, { amount, products }),
    ...(amended === 0 ? [] : [event('amended', hours, { amount: amended })]),
    ...(refund ? [event('refunded', hours + refund.hours, { amount: refund.amount, type: refund.type, refundNo: `R${id}` })] : []),
  ]
}

/** Paid with corrections. */
export const paidOf = ({ amount, amended }: TestOrder): number => amount + amended

/** Which of the person's orders with an amount it is. */
export const nthOf = (orders: readonly TestOrder[], one: TestOrder): number =>
  paidOf(one) <= 0 ? 0 : orders.filter((other) => other.person === one.person && paidOf(other) > 0 && other.hours <= one.hours).length

export const sumOf = <One>(list: readonly One[], value: (one: One) => number): number => list.reduce((sum, one) => sum + value(one), 0)

export const different = <One>(list: readonly One[]): number => new Set(list).size
