import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '#platform/random.ts'
import { quietActs, worldPlan } from '../support/wecom-world.ts'
import { endsAsInWecom, needsNoComparison } from '../support/wecom-world-check.ts'
import { type House, openHouse } from '../support/wecom-world-house.ts'
import { liveWithLosses } from '../support/wecom-world-losses.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const worlds = Number(process.env.WORLDS ?? 100)

test(`${worlds} random companies on random lines end here as they are in WeCom`, () =>
  fc.assert(
    fc.asyncProperty(worldPlan(80), (plan) => endsAsInWecom(house, plan)),
    { numRuns: worlds, endOnFailure: true },
  ))

test(`${worlds} random companies on lines that work need no comparison`, () =>
  fc.assert(
    fc.asyncProperty(worldPlan(80, quietActs), (plan) => needsNoComparison(house, plan)),
    { numRuns: worlds, endOnFailure: true },
  ))

test('20,000 acts with a tenth of the callbacks lost are repaired in one night', async () => {
  const ctx = await house.newTenant('losses')
  const corp = await house.newCorp(ctx, { name: 'losses', seed: 'losses', employees: 30, customers: 500, groups: 20 })
  await house.settle(ctx)
  const random = seededRandom(process.env.SEED ?? '1')
  const { lost, before, after, repairs, secondNight } = await liveWithLosses(house, ctx, corp, { acts: 20_000, share: 0.1, random })
  process.stdout.write(`${JSON.stringify({ lost, differences: before.length, repairs: repairs.length })}\n`)
  expect(before.length).toBeGreaterThan(500)
  expect(after).toEqual([])
  expect(secondNight).toBe(0)
})
