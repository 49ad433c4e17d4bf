import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type World } from '../testing.ts'
import { frequentItemsets, TooManyItemsets } from './itemsets.ts'
import type { BasketResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const order = (person: string, products: string[], day = '2026-03-02') => ({
  person,
  event: 'order.paid',
  timestamp: `${day}T10:00:00+08:00`,
  properties: { amount: 100, currency: 'CNY', products },
})
const run = async (world: World, report: object): Promise<BasketResult> =>
  (await loadWorld(await workspace.newTenant(), world)).run<BasketResult>({ type: 'basket', ...report })

const shop: World = {
  events: [
    order('a', ['tea', 'cup']),
    order('b', ['tea', 'cup', 'pot']),
    order('b', ['tea']),
    order('c', ['pot', 'pot']),
    order('d', [], '2026-03-09'),
    order('', ['tea', 'cup'], '2026-03-10'),
  ],
}

describe('basket', () => {
  test('sets, rules and their measures', async () => {
    const found = await run(shop, { minCount: 2, minConfidence: 0.6 })
    expect(found).toMatchObject({ baskets: 5, items: 3, itemsets: 4, rulesFound: 2 })
    expect(found.rules).toEqual([
      { lhs: ['cup'], rhs: ['tea'], count: 3, support: 0.6, confidence: 1, lift: 1.25, conviction: null },
      { lhs: ['tea'], rhs: ['cup'], count: 3, support: 0.6, confidence: 0.75, lift: 1.25, conviction: 1.6 },
    ])
  })

  test('days, filters, lengths and the people behind a set', async () => {
    expect(await run(shop, { minCount: 1, dateTo: '2026-03-08' })).toMatchObject({ baskets: 4 })
    expect(await run(shop, { minCount: 1, minConfidence: 0, minLength: 3 })).toMatchObject({ itemsets: 1, rulesFound: 3 })
    expect(await run(shop, { minCount: 1, minConfidence: 0, maxLength: 1 })).toMatchObject({ itemsets: 3, rulesFound: 0 })
    expect((await run(shop, { persons: { items: ['tea', 'cup'] } })).persons).toEqual(['a', 'b'])
    expect(await run(shop, { among: ['c'], minCount: 1 })).toMatchObject({ baskets: 1, items: 1 })
  })

  test.each([
    [{ minSupport: 0 }, 'minSupport'],
    [{ minSupport: 0.1, minCount: 3 }, 'minCount'],
    [{ minConfidence: 2 }, 'minConfidence'],
    [{ minLength: 3, maxLength: 2 }, 'maxLength'],
    [{ limit: 0 }, 'limit'],
    [{ persons: { items: [] } }, 'persons.items'],
    [{ products: 'all' }, 'products'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'basket', ...wrong })).rejects.toMatchObject({ field })
  })

  test('asks for a higher minSupport before memory runs out', () => {
    const wide = [{ items: Array.from({ length: 30 }, (_, i) => i), times: 9 }]
    expect(() => frequentItemsets(wide, 1, 30, 1000)).toThrow(TooManyItemsets)
  })
})

/** Every subset of every basket, counted one by one. */
function slowSets(baskets: readonly string[][], minCount: number): Map<string, number> {
  const counts = new Map<string, number>()
  for (const basket of baskets.map((items) => [...new Set(items)].sort()))
    for (let mask = 1; mask < 1 << basket.length; mask++) {
      const key = basket.filter((_, i) => mask & (1 << i)).join(' ')
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  return new Map([...counts].filter(([, count]) => count >= minCount))
}

test('every frequent set and rule of random baskets is found, and nothing else', async () => {
  const items = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(items, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 1, max: 4 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (baskets, minCount, minConfidence) => {
        const found = await run({ events: baskets.map((one) => order('p', one)) }, { minCount, minConfidence })
        const sets = slowSets(baskets, minCount)
        expect(found.itemsets).toBe(sets.size)
        const wanted = [...sets].flatMap(([key, count]) => {
          const all = key.split(' ')
          if (all.length < 2) return []
          return all.flatMap((right) => {
            const left = all.filter((item) => item !== right)
            const confidence = count / (sets.get(left.join(' ')) ?? 0)
            return confidence >= minConfidence ? [`${left.join(' ')} > ${right} ${count} ${confidence.toFixed(9)}`] : []
          })
        })
        const said = found.rules.map(
          (rule) => `${rule.lhs.toSorted().join(' ')} > ${rule.rhs[0]} ${rule.count} ${rule.confidence.toFixed(9)}`,
        )
        expect(said.sort()).toEqual(wanted.sort())
        for (const { rhs, support, confidence, lift, conviction } of found.rules) {
          const share = (sets.get(String(rhs[0])) ?? 0) / baskets.length
          expect(lift).toBeCloseTo(confidence / share, 9)
          expect(support).toBeLessThanOrEqual(share)
          if (conviction !== null) expect(conviction).toBeCloseTo((1 - share) / (1 - confidence), 6)
        }
      },
    ),
    { numRuns: runs(12) },
  )
})
