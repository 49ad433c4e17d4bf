import fc from 'fast-check'
import { dayReader } from '#platform/events/days.ts'
import { textProperties } from '#platform/events/loader.ts'

// Ninety days of a small company with something for every report: pages, orders and their lines, friends, messages, merges.

const start = Date.parse('2026-01-01T00:00:00+08:00')
const quarters = 90 * 24 * 4

const pages = ['/', '/buy', '/item/1', '/item/2', '/pricing']
const sources = ['ad', 'direct', 'search']
const channels = ['1', '2', '']

const moment = { person: fc.integer({ min: 0, max: 40 }), quarter: fc.integer({ min: 0, max: quarters - 1 }) }
const behaviour = fc.record({
  ...moment,
  name: fc.constantFrom('page.viewed', 'page.viewed', 'page.viewed', 'page.clicked', 'page.scrolled', 'page.shared', 'product.viewed'),
  path: fc.constantFrom(...pages),
  source: fc.constantFrom(...sources),
  channel: fc.constantFrom(...channels),
  product: fc.constantFrom('tea', 'cup', 'P1'),
  x: fc.integer({ min: 0, max: 1000 }),
  y: fc.integer({ min: 0, max: 4000 }),
  depth: fc.constantFrom(0.25, 0.5, 1),
  device: fc.constantFrom('phone', 'desktop'),
})
const friendship = fc.record({
  ...moment,
  name: fc.constantFrom('customer.followed', 'customer.followed', 'customer.unfollowed', 'group_message.sent'),
  employee: fc.integer({ min: 1, max: 3 }),
  channel: fc.constantFrom(...channels),
  to: fc.integer({ min: 1, max: 40 }),
})
const order = fc.record({
  ...moment,
  amount: fc.constantFrom(0, 100, 4999, 5000, 12_345, 99_900),
  amended: fc.constantFrom(0, 0, -50),
  refunded: fc.constantFrom(0, 0, 0, 60),
  items: fc.constantFrom(1, 2, 3),
  region: fc.constantFrom('上海', '北京', ''),
  channel: fc.constantFrom(...channels),
  products: fc.uniqueArray(fc.constantFrom('tea', 'cup', 'pot', 'P1'), { minLength: 1, maxLength: 3 }),
})
const merge = fc.tuple(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 16, max: 40 }))

type Rows = Record<'events' | 'persons' | 'order_lines', object[]>

/** The rows of a tenant, by table. No two events share a moment: which of such is the first is nobody's promise. */
export const randomWorld: fc.Arbitrary<(tenant: number) => Rows> = fc
  .record({
    behaviours: fc.array(behaviour, { minLength: 700, maxLength: 700 }),
    friendships: fc.array(friendship, { minLength: 150, maxLength: 150 }),
    orders: fc.array(order, { minLength: 150, maxLength: 150 }),
    merges: fc.uniqueArray(merge, { minLength: 4, maxLength: 8, selector: ([from]) => from }),
  })
  .map(({ behaviours, friendships, orders, merges }) => (tenant: number) => {
    let number = 0
    const dayOf = dayReader('Asia/Shanghai')
    const event = (name: string, { person, quarter }: { person: number; quarter: number }, properties: object) => {
      const at = start + Math.min(quarter, quarters - 1) * 900_000 + ++number
      const id = `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
      return { tenant, person, at, day: dayOf(at), name, id, properties: textProperties({ ...properties }), received_at: at, load: 0 }
    }
    const paid = orders.flatMap((one, i) => {
      const { amount, amended, refunded, items, region, channel, products, quarter } = one
      const facts = { order: i + 1, orderNo: `N${i + 1}`, currency: 'CNY', items, region, channel, employeeName: `员工${i % 3}`, products }
      return [
        event('order.paid', one, { ...facts, amount }),
        ...(amount > 0 && amended !== 0 ? [event('order.amended', { ...one, quarter: quarter + 2 }, { ...facts, amount: amended })] : []),
        ...(amount > 0 && refunded > 0
          ? [
              event(
                'order.refunded',
                { ...one, quarter: quarter + 40 },
                { ...facts, amount: refunded, refund: i + 1, refundNo: `R${i + 1}` },
              ),
            ]
          : []),
      ]
    })
    return {
      events: [
        ...behaviours.map(({ name, person, quarter, ...properties }) =>
          event(name, { person, quarter }, { ...properties, page: properties.path, width: 1000, $device: properties.device }),
        ),
        ...friendships.map(({ name, person, quarter, ...properties }) =>
          event(name, { person, quarter }, { ...properties, inviter: properties.to, replyTo: properties.to, chat: 1 }),
        ),
        ...paid,
        ...Array.from({ length: 40 }, (_, i) =>
          event(
            'experiment.exposed',
            { person: i + 1, quarter: (i % 9) * 900 },
            { experiment: 'greeting', variant: i % 2 === 0 ? 'a' : 'b' },
          ),
        ),
      ],
      persons: [
        ...merges.map(([person, canonical]) => ({ tenant, person, canonical, properties: {}, version: 1 })),
        ...Array.from({ length: 25 }, (_, i) => i + 16).map((person) => ({
          tenant,
          person,
          canonical: person,
          properties: { gender: person % 2 === 0 ? 'female' : 'male', city: ['上海', '北京', '广州'][person % 3] },
          version: 1,
        })),
      ],
      order_lines: orders.flatMap(({ person, quarter, amount, items, region, channel, products }, i) =>
        products.map((product, line) => ({
          tenant,
          kind: 'paid',
          document: i + 1,
          line,
          ord: i + 1,
          person,
          at: start + quarter * 900_000,
          product,
          sku: product,
          title: product,
          quantity: String(items),
          amount: Math.floor(amount / products.length),
          currency: 'CNY',
          region,
          channel,
          employee: `员工${i % 3}`,
          shop: '',
          version: 1,
        })),
      ),
    }
  })
