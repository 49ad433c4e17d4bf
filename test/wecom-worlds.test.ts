import fc from 'fast-check'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { quietActs, worldPlan } from './support/wecom-world.ts'
import { endsAsInWecom, needsNoComparison } from './support/wecom-world-check.ts'
import { type House, openHouse } from './support/wecom-world-house.ts'

// Whatever people do and whatever becomes of the line: after one comparison what stands here is what stands in WeCom.
// SEED=… tells the same worlds again; hundreds of them are in `npm run soak -- wecom-worlds`.

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

/** Worlds are dear: a busy machine sees fewer of them, never a longer test. */
const bounds = { numRuns: 6, endOnFailure: true, interruptAfterTimeLimit: 20_000 }

describe('a random company', { timeout: 180_000 }, () => {
  test('on a random line ends here as it is in WeCom, once it was compared, and the second comparison finds nothing', () =>
    fc.assert(
      fc.asyncProperty(worldPlan(50), (plan) => endsAsInWecom(house, plan)),
      bounds,
    ))

  test('on a line that works needs no comparison, and each beginning and each end is told once', () =>
    fc.assert(
      fc.asyncProperty(worldPlan(50, quietActs), (plan) => needsNoComparison(house, plan)),
      bounds,
    ))
})
