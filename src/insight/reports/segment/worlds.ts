import fc from 'fast-check'
import { event, type Known } from './testing.ts'

/** Random small worlds around one moment: people, some of them merged, some only devices. */
export const asOf = '2026-03-10T04:00:00Z'
const at = Date.parse(asOf)
const hour = 3_600_000
const day = 24 * hour

export const isCustomer = (one: Known): boolean => one.mergedInto === undefined && !one.isDevice

const time = fc.integer({ min: -70 * 24, max: 10 }).map((hours) => at + hours * hour)
export const name = fc.constantFrom('a', 'b', 'c')
const told = fc.record({
  ms: time,
  points: fc.boolean(),
  number: fc.constantFrom(undefined, 0, 5, '5.0', 100, 'x'),
  levelName: fc.constantFrom(undefined, '金卡', '银卡', ''),
})
/** What a member system tells of somebody, well or badly; two words of one moment too. */
const standing = told.map(({ ms, points, number, levelName }) => {
  const said = { ...(points ? { balance: number } : { level: number, levelName }) }
  return event(points ? 'points.changed' : 'member.level_changed', ms, JSON.parse(JSON.stringify(said)))
})
const price = fc.constantFrom(undefined, 5, '5.0', 12.5, 'x', '')
const act = fc.record({ name, ms: time, price }).map(({ name, ms, price }) => event(name, ms, price === undefined ? {} : { price }))
const order = fc.record({
  no: fc.integer({ min: 1, max: 4 }),
  kind: fc.constantFrom('paid', 'paid', 'amended', 'refunded', 'credit'),
  ms: time,
  amount: fc.integer({ min: 0, max: 9000 }),
  currency: fc.constantFrom('CNY', 'CNY', 'USD'),
})
const products = fc.subarray(['p', 'q'])

const friendship = fc
  .record({
    employee: fc.integer({ min: 1, max: 3 }),
    start: fc.integer({ min: 0, max: 60 }),
    lasts: fc.option(fc.integer({ min: 1, max: 30 })),
    by: fc.constantFrom('customer', 'employee'),
    channel: fc.option(fc.integer({ min: 1, max: 2 })),
  })
  .map(({ employee, start, lasts, by, channel }) => ({
    employee,
    addedAt: at - start * day - hour,
    endedAt: lasts === null ? null : at - start * day + lasts * day,
    endedBy: lasts === null ? null : by,
    channel,
    addWay: channel === 1 ? 'scan' : null,
  }))
  .map((one) => (one.endedAt !== null && one.endedAt > at + day ? { ...one, endedAt: at + day } : one))

/** Friends anew means no friends in between. */
function endBefore(one: Known['follows'][number], all: readonly Known['follows'][number][]): Known['follows'][number] {
  const next = all.filter(({ employee, addedAt }) => employee === one.employee && addedAt > one.addedAt).map(({ addedAt }) => addedAt)
  const end = Math.min(one.endedAt ?? Infinity, ...next)
  return end === Infinity ? one : { ...one, endedAt: end, endedBy: one.endedBy ?? 'employee' }
}

const birthday = fc.constantFrom('1990-03-10', '1988-02-29', '2026-03-01', '2026-02-31', '1999-03-12T08:00:00Z', 'soon')
const attributes = fc.record(
  { city: fc.constantFrom('上海', '北京', '5', ''), age: fc.constantFrom(5, 5.5, 30, '30', true), birthday },
  { requiredKeys: [] },
)

const person: fc.Arbitrary<Known> = fc
  .record({
    attributes,
    tags: fc.subarray([1, 2, 3]),
    follows: fc
      .uniqueArray(friendship, { maxLength: 3, selector: ({ employee, addedAt }) => `${employee} ${addedAt}` })
      .map((list) => list.map((one) => endBefore(one, list))),
    stays: fc.uniqueArray(
      fc.record({
        group: fc.integer({ min: 1, max: 2 }),
        from: fc.integer({ min: 1, max: 60 }),
        days: fc.option(fc.integer({ min: 1, max: 60 })),
      }),
      { maxLength: 2, selector: ({ group }) => group },
    ),
    acts: fc.array(act, { maxLength: 8 }),
    standings: fc
      .array(standing, { maxLength: 6 })
      .map((list) => list.flatMap((one, i) => (i === 1 ? [{ ...one, ms: list[0]?.ms ?? 0 }] : [one]))),
    orders: fc.array(fc.tuple(order, products), { maxLength: 5 }),
    kind: fc.constantFrom('customer', 'customer', 'customer', 'merged', 'device'),
  })
  .map(({ acts, standings, orders, kind, stays, ...one }) => ({
    ...one,
    stays: stays.map(({ group, from, days }) => ({
      group,
      joinedAt: at - from * day,
      leftAt: days === null ? null : at - from * day + days * day,
    })),
    events: [...acts, ...standings, ...orders.map(([facts, bought]) => orderEvent(facts, bought))],
    ...(kind === 'merged' ? { mergedInto: 1 } : {}),
    ...(kind === 'device' ? { isDevice: true } : {}),
  }))

type OrderFacts = { no: number; kind: string; ms: number; amount: number; currency: string }

const orderEvent = ({ no, kind, ms, amount, currency }: OrderFacts, bought: string[]) =>
  kind === 'credit'
    ? event('order.refunded', ms, { amount, currency })
    : event(`order.${kind}`, ms, { order: no, amount, currency, ...(kind === 'paid' ? { products: bought } : {}) })

/** An order belongs to one person, in one currency, and is paid once. */
function separate(people: Known[]): Known[] {
  return people.map((one, i) => {
    const paid = new Map<string, Known['events'][number]>()
    const events = one.events.flatMap((fact) => {
      if (!fact.name.startsWith('order.') || !fact.properties.order) return [fact]
      const order = String(Number(fact.properties.order) + i * 10)
      const first = paid.get(order)
      if (fact.name === 'order.paid' && first) return []
      const told = {
        ...fact,
        properties: { ...fact.properties, order, currency: ['CNY', 'USD'][Number(order) % 3 === 0 ? 1 : 0] ?? 'CNY' },
      }
      if (fact.name === 'order.paid') paid.set(order, told)
      return [told]
    })
    return { ...one, events }
  })
}

export const people = fc
  .array(person, { minLength: 1, maxLength: 7 })
  .map((list) =>
    separate(
      list.map(({ mergedInto, isDevice, ...one }, i) =>
        i === 0 ? one : { ...one, ...(mergedInto ? { mergedInto } : {}), ...(isDevice ? { isDevice } : {}) },
      ),
    ),
  )
  // Attributes of somebody who was merged are the canonical's business.
  .map((list) => list.map((one) => (one.mergedInto ? { ...one, attributes: {} } : one)))
