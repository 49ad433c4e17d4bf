import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import type { EffectResult } from './schema.ts'

let workspace: TestWorkspace
const hourMs = 3_600_000
const start = Date.parse('2026-03-01T00:00:00Z')
const nowHour = 300
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow(new Date(start + nowHour * hourMs))
})

type Act = {
  person: string
  hour: number
  kind: 'sent' | 'other' | 'test' | 'page' | 'paid' | 'refunded' | 'left' | 'lost'
  amount: number
}

const names = {
  ...{ sent: 'message.sent', other: 'message.sent', test: 'message.sent', page: 'page.viewed' },
  ...{ paid: 'order.paid', refunded: 'order.refunded', left: 'customer.unfollowed', lost: 'customer.unfollowed' },
} as const

/** A refund is of the order that the same person paid last before, else of none. */
function eventOf({ person, hour, kind, amount }: Act, place: number, acts: readonly Act[]): TestEvent {
  const paid = acts.findLastIndex((one, i) => i < place && one.person === person && one.kind === 'paid')
  const order = { order: kind === 'paid' ? place + 1 : paid + 1, amount, currency: 'CNY', items: 1 }
  const said = { source: 'message', sourceId: kind === 'other' ? 8 : 7, employee: 5, ...(kind === 'test' && { step: 'test 1' }) }
  const properties = {
    ...{ sent: said, other: said, test: said, page: {}, paid: order, refunded: { ...order, refundNo: `R${place}`, type: 'refund_only' } },
    ...{ left: { employee: 5, by: 'customer' }, lost: { employee: amount > 5000 ? 6 : 5, by: amount > 5000 ? 'customer' : 'employee' } },
  }[kind]
  return { person, event: names[kind], timestamp: new Date(start + hour * hourMs).toISOString(), properties }
}

const report = {
  type: 'effect',
  touch: { event: 'message.sent', where: { source: 'message', sourceId: 7, step: null } },
  ...{ visitHours: 24, buyHours: 72, leaveHours: 24 },
}

/** Person by person, the slow way. */
function follow(acts: readonly Act[], events: readonly TestEvent[]) {
  const sent = new Map<string, number>()
  for (const { person, hour, kind } of acts) if (kind === 'sent') sent.set(person, Math.min(hour, sent.get(person) ?? hour))
  const within = ({ person, hour }: Act, hours: number): boolean => {
    const from = sent.get(person)
    return from !== undefined && hour >= from && hour < from + hours
  }
  const refunds = new Map<unknown, number>()
  for (const { event, properties } of events)
    if (event === 'order.refunded') refunds.set(properties?.order, (refunds.get(properties?.order) ?? 0) + Number(properties?.amount))
  const bought = acts.flatMap((one, place) =>
    one.kind === 'paid' && within(one, 72) ? [{ ...one, back: refunds.get(events[place]?.properties?.order) ?? 0 }] : [],
  )
  const who = (list: readonly Act[]) => [...new Set(list.map(({ person }) => person))].sort()
  const open = (hours: number) => [...sent.values()].filter((hour) => hour + hours > nowHour).length
  const gross = bought.reduce((sum, { amount }) => sum + amount, 0)
  const firsts = [...sent.values()]
  const counted = ({ hour }: Act) => hour >= Math.min(...firsts) && hour < Math.max(...firsts) + 72
  const all = acts.reduce((sum, one) => sum + (one.kind === 'paid' && counted(one) ? one.amount : 0), 0)
  return {
    touched: [...sent.keys()].sort(),
    // Whatever they do themselves: look at a page, pay.
    visited: who(
      acts.filter((one) => (one.kind === 'page' || one.kind === 'paid') && within(one, 24) && one.hour > (sent.get(one.person) ?? 0)),
    ),
    bought: who(bought),
    refunded: who(bought.filter(({ back }) => back > 0)),
    left: who(acts.filter((one) => one.kind === 'left' && within(one, 24))),
    orders: bought.length,
    gross: gross / 100,
    paidByAll: all / 100,
    net: (gross - bought.reduce((sum, { back }) => sum + back, 0)) / 100,
    open: { visit: open(24), buy: open(72), leave: open(24) },
  }
}

const anyActs: fc.Arbitrary<Act[]> = fc
  .array(
    fc.record({
      person: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      hour: fc.integer({ min: 0, max: nowHour - 1 }),
      kind: fc.constantFrom('sent', 'sent', 'other', 'test', 'page', 'page', 'paid', 'paid', 'refunded', 'left', 'lost'),
      amount: fc.constantFrom(100, 4999, 12_345),
    }),
    { minLength: 5, maxLength: 80 },
  )
  .map((acts) => acts.toSorted((one, other) => one.hour - other.hour))

test('who came, bought, gave back and left is what following each person by hand finds', async () => {
  await fc.assert(
    fc.asyncProperty(anyActs, async (acts) => {
      const events = acts.map((one, place) => eventOf(one, place, acts))
      const world = await loadWorld(await workspace.newTenant(), { events })
      const { touched, visited, bought, refunded, left, ...sums } = follow(acts, events)
      const lists = { touched, visited, bought, refunded, left }
      const counts = Object.fromEntries(Object.entries(lists).map(([of, list]) => [of, list.length]))
      expect(await world.run<EffectResult>(report)).toEqual({ ...counts, ...sums, currency: 'CNY' })
      for (const [of, list] of Object.entries(lists))
        expect((await world.run<EffectResult>({ ...report, persons: { of } })).persons?.toSorted()).toEqual(list)
    }),
    { numRuns: 5 },
  )
})

test('two who turn out to be one are one; a visit may be said, and days of the touch', async () => {
  const at = (person: string, hour: number, event: string, properties: object = {}): TestEvent => ({
    person,
    event,
    timestamp: new Date(start + hour * hourMs).toISOString(),
    properties: { ...properties },
  })
  const said = { source: 'message', sourceId: 7 }
  const events = [
    ...[at('a', 1, 'message.sent', said), at('b', 5, 'message.sent', said), at('b', 20, 'page.viewed', { path: '/' })],
    ...[at('c', 30, 'message.sent', said), at('c', 31, 'page.viewed', { path: '/x' }), at('c', 32, 'survey.answered')],
  ]
  const world = await loadWorld(await workspace.newTenant(), { events, merges: { b: 'a' } })
  expect(await world.run(report)).toMatchObject({ touched: 2, visited: 2, left: 0, currency: 'CNY', gross: 0 })
  const home = { ...report, visit: { event: 'page.viewed', where: { path: '/' } }, persons: { of: 'visited' } }
  expect(await world.run(home)).toMatchObject({ touched: 2, visited: 1, persons: ['a'] })
  expect(await world.run({ ...report, timezone: 'UTC', dateFrom: '2026-03-02', dateTo: '2026-03-02' })).toMatchObject({ touched: 1 })
  expect(await world.run({ ...report, timezone: 'UTC', dateFrom: '2026-03-09', dateTo: '2026-03-09' })).toMatchObject({ touched: 0 })
})
