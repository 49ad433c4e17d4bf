import fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { anyActs, quietActs, type WorldPlan, worldPlan } from './support/wecom-world.ts'
import { endsAsInWecom, needsNoComparison } from './support/wecom-world-check.ts'
import { type House, openHouse } from './support/wecom-world-house.ts'

// Whatever people do and whatever becomes of the line: after one comparison what stands here is what stands in WeCom.
// Hundreds of others are in `npm run soak -- wecom-worlds`, where SEED=… tells the same ones again.

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

/** The same few worlds every time: new ones are the soak's to find. */
const seed = 5

/** Worlds are dear: a busy machine sees fewer of them, never a much longer test. A world that began is lived to its end. */
const seenFor = (plans: fc.Arbitrary<WorldPlan>, live: (house: House, plan: WorldPlan) => Promise<void>) => {
  const until = Date.now() + 10_000
  const property = fc.asyncProperty(plans, async (plan) => {
    if (Date.now() < until) await live(house, plan)
  })
  return fc.assert(property, { numRuns: 3, endOnFailure: true, seed })
}

/** Whether there is a second company. */
const two = fc.boolean()

describe('random companies', { timeout: 180_000 }, () => {
  test('on a random line end here as they are in WeCom, once they were compared, and the second comparison finds nothing', () =>
    seenFor(worldPlan(50, anyActs, two), endsAsInWecom))

  test('on a line that works need no comparison, and each beginning and each end is told once', () =>
    seenFor(worldPlan(50, quietActs, two), needsNoComparison))
})
