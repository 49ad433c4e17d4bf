import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import type { QuadrantResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const paid = (person: string, day: number, amount: number, order: number, currency = 'CNY'): TestEvent => ({
  person,
  event: 'order.paid',
  timestamp: `2026-03-${String(day).padStart(2, '0')}T10:00:00+08:00`,
  properties: { amount, currency, order },
})
const back = (one: TestEvent, amount: number): TestEvent => ({ ...one, event: 'order.refunded', properties: { ...one.properties, amount } })
const run = async (events: TestEvent[], report: object = {}): Promise<QuadrantResult> =>
  (await loadWorld(await workspace.newTenant(), { events })).run<QuadrantResult>({ type: 'quadrant', asOf: '2026-03-31', ...report })

describe('frequency and order value', () => {
  const events = [
    paid('a', 1, 10_000, 1),
    paid('a', 2, 30_000, 2),
    paid('b', 3, 50_000, 3),
    paid('c', 4, 100, 4),
    paid('c', 5, 300, 5),
    paid('d', 6, 150, 6),
  ]

  test('four quadrants around the medians, whose people and money add up', async () => {
    const { customers, thresholds, quadrants } = await run(events)
    expect({ customers, thresholds }).toEqual({ customers: 4, thresholds: { frequency: 1.5, orderValue: 101 } })
    expect(quadrants.map(({ key, count, orders, amount, orderValue }) => [key, count, orders, amount, orderValue])).toEqual([
      ['both', 1, 2, 400, 200],
      ['much', 1, 1, 500, 500],
      ['often', 1, 2, 4, 2],
      ['neither', 1, 1, 1.5, 1.5],
    ])
  })

  test('bounds that were given are met, a window ends with its day', async () => {
    const found = await run(events, { thresholds: { frequency: 2, orderValue: 200 }, rows: true, persons: { quadrant: 'both' } })
    expect(found.persons).toEqual(['a'])
    expect(found.rows?.map(({ person, quadrant }) => [person, quadrant])).toEqual([
      ['b', 'much'],
      ['a', 'both'],
      ['c', 'often'],
      ['d', 'neither'],
    ])
    expect((await run(events, { asOf: '2026-03-06', windowDays: 2 })).customers).toBe(2)
    expect((await run(events, { asOf: undefined, dateFrom: '2026-03-05', dateTo: '2026-03-06' })).customers).toBe(2)
  })

  test('refunds are taken off unless gross is asked for; nobody is no error', async () => {
    const all = [...events, back(paid('b', 9, 50_000, 3), 49_900)]
    expect((await run(all, { rows: true })).rows?.find(({ person }) => person === 'b')).toMatchObject({ amount: 1, quadrant: 'neither' })
    expect((await run(all, { rows: true, amount: 'gross' })).rows?.[0]).toMatchObject({ person: 'b', amount: 500 })
    expect(await run([])).toMatchObject({ customers: 0, thresholds: { frequency: null, orderValue: null } })
  })

  test('two currencies have no sum, one may be chosen', async () => {
    const mixed = [...events, paid('x', 7, 900, 9, 'JPY')]
    await expect(run(mixed)).rejects.toMatchObject({ code: 'report.currencies_mixed', field: 'currency' })
    expect(await run(mixed, { currency: 'JPY' })).toMatchObject({ customers: 1, thresholds: { orderValue: 900 } })
  })

  test.each([
    [{ thresholds: 'mode' }, 'thresholds'],
    [{ thresholds: { frequency: 0, orderValue: 1 } }, 'thresholds'],
    [{ persons: { quadrant: 'all' } }, 'persons.quadrant'],
    [{ windowDays: 0 }, 'windowDays'],
    [{ windowDays: 3, dateFrom: '2026-03-01' }, 'windowDays'],
    [{ currency: 'yuan' }, 'currency'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'quadrant', ...wrong })).rejects.toMatchObject({
      code: 'report.invalid',
      field: expect.stringMatching(new RegExp(`^${field}`)),
    })
  })
})

test('everybody stands where their own orders put them', async () => {
  const order = fc.record({ person: fc.constantFrom('a', 'b', 'c', 'd', 'e'), day: fc.integer({ min: 1, max: 31 }), amount: fc.nat(999) })
  const options = fc.record({ thresholds: fc.constantFrom('median', 'mean'), windowDays: fc.constantFrom(undefined, 10, 31) })
  await fc.assert(
    fc.asyncProperty(fc.array(order, { maxLength: 14 }), options, async (orders, { thresholds, windowDays }) => {
      const events = orders.map(({ person, day, amount }, i) => paid(person, day, amount, i + 1))
      const counted = orders.filter(({ day }) => windowDays === undefined || day > 31 - windowDays)
      const people = [...Map.groupBy(counted, ({ person }) => person)].map(([person, own]) => {
        const amount = own.reduce((sum, one) => sum + one.amount, 0)
        return { person, frequency: own.length, value: amount / own.length }
      })
      const middle = (values: number[]) => {
        const sorted = [...values].sort((a, b) => a - b)
        if (thresholds === 'mean') return values.reduce((sum, one) => sum + one, 0) / values.length
        return ((sorted[Math.floor((sorted.length - 1) / 2)] ?? 0) + (sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0)) / 2
      }
      const [often, much] = [middle(people.map(({ frequency }) => frequency)), middle(people.map(({ value }) => value))]
      const { rows } = await run(events, { thresholds, rows: true, ...(windowDays ? { windowDays } : {}) })
      expect(rows).toHaveLength(people.length)
      for (const { person, frequency, value } of people) {
        // On the mean itself two ways of dividing may differ in the last digit.
        if (Math.abs(value - much) < 1e-9 && thresholds === 'mean') continue
        const wanted = frequency > often ? (value > much ? 'both' : 'often') : value > much ? 'much' : 'neither'
        expect(rows?.find((row) => row.person === person)).toMatchObject({ frequency, quadrant: wanted })
      }
    }),
    { numRuns: runs(25) },
  )
})
