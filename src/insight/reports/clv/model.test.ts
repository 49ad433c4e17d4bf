import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitBgNbd } from './bg-nbd.ts'
import { edgesOf } from './edges.ts'
import { modelBuyers, type Task } from './model.ts'
import { modelApart } from './model-thread.ts'
import { bestHistories, type Known, nextValue, worthOf } from './tally.ts'

/** A shop of so many different histories, out of a small sequence. */
function taskOf(histories: number): Task {
  const list = Array.from({ length: histories }, (_, i) => ({ x: (i * 7) % 6, T: 5 + ((i * 13) % 400) / 7, n: 1 + (i % 3) }))
  const column = (value: (one: (typeof list)[number], i: number) => number) => Float64Array.from(list, value)
  return {
    x: column(({ x }) => x),
    tx: column(({ x, T }, i) => (x === 0 ? 0 : T * (0.2 + ((i * 11) % 70) / 100))),
    T: column(({ T }) => T),
    n: column(({ n }) => n),
    spending: { x: column(({ x }) => x + 1), mean: column((_, i) => 20 + ((i * 31) % 900) / 10), n: column(({ n }) => n) },
    horizon: 26,
    unitDays: 7,
    discountRate: 0.1,
    holdout: 13,
  }
}

test('a thread of its own models as the process itself does, and leaves it free to answer', async () => {
  const task = taskOf(1200)
  let ticks = 0
  const clock = setInterval(() => ticks++, 5)
  const apart = await modelApart(task)
  clearInterval(clock)
  expect(ticks).toBeGreaterThan(10)
  expect(apart).toEqual(modelBuyers(task))
})

test('equal histories are one row with a weight: the fit is the fit to each by itself', () => {
  const task = taskOf(40)
  const each = (list: Float64Array) => Float64Array.from([...list].flatMap((value, i) => Array<number>(task.n[i] ?? 0).fill(value)))
  const one = (list: Float64Array) => list.map(() => 1)
  const apart = { x: each(task.x), tx: each(task.tx), T: each(task.T), n: one(each(task.n)) }
  const { params } = modelBuyers(task)
  const alone = modelBuyers({ ...task, ...apart }).params
  for (const key of ['r', 'alpha', 'a', 'b', 'logLikelihood'] as const) expect((params[key] - alone[key]) / alone[key]).toBeCloseTo(0, 5)
})

test('a fit that tells buyers apart has no edge, and one that does not says which', () => {
  const found = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }
  expect(edgesOf(found)).toEqual([])
  expect(edgesOf({ ...found, r: 33_198, alpha: 253_331 })).toEqual(['one_pace'])
  expect(edgesOf({ ...found, a: 463_076, b: 949_013 })).toEqual(['one_stop'])
  expect(edgesOf({ ...found, a: 0.0004, b: 0.0006 })).toEqual(['all_or_nothing'])
  expect(edgesOf({ ...found, r: 39_450, a: 1e-6, b: 5_258 })).toEqual(['one_pace', 'nobody_stops'])
})

test('buyers of one rhythm have a fit at an edge', () => {
  // Everybody comes every four units and stops after so many times: no pace and no chance differs.
  const alike = Array.from({ length: 60 }, (_, i) => ({ x: 1 + (i % 3), tx: 4 * (1 + (i % 3)), T: 40, n: 1 }))
  expect(edgesOf(fitBgNbd(alike))).not.toEqual([])
})

test('the histories of the best customers hold all of the best customers', () => {
  const customer = fc.record({ x: fc.nat(3), recencyDays: fc.nat(2), spent: fc.integer({ min: 0, max: 9000 }) })
  const spend = { p: 6, q: 4, v: 15, logLikelihood: 0 }
  fc.assert(
    fc.property(fc.array(customer, { minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (customers, limit) => {
      const known = [...Map.groupBy(customers, ({ x, recencyDays }) => `${x} ${recencyDays}`).values()].map((own): Known => {
        const { x = 0, recencyDays = 0 } = own[0] ?? {}
        const paid = x === 0 ? [] : own.flatMap(({ spent }) => (spent > 0 ? [spent] : []))
        const discounted = 0.3 + x + recencyDays / 10
        return {
          ...{ x, recencyDays, ageDays: 9, customers: own.length, later: 0, priced: paid.length, most: Math.max(0, ...paid) },
          ...{ spent: paid.reduce((sum, one) => sum + one, 0), alive: 1, expected: discounted, discounted, heldOut: 0 },
        }
      })
      const pricing = { spend, currency: 'CNY' }
      const worths = (histories: readonly Known[]) =>
        customers
          .flatMap((one) => {
            const found = histories.find(({ x, recencyDays }) => x === one.x && recencyDays === one.recencyDays)
            return found ? [worthOf(pricing, found, one.spent)] : []
          })
          .sort((a, b) => b - a)
          .slice(0, limit)
      expect(worths(bestHistories(pricing, known, limit))).toEqual(worths(known))
      expect(nextValue(pricing, 0, 0)).toBeCloseTo(30)
    }),
    { numRuns: 100 },
  )
})
