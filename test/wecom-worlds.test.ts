import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { live, quietActs, type WorldPlan, worldPlan } from './support/wecom-world.ts'
import { differences, faultsOfHistory, storiesDiffer } from './support/wecom-world-difference.ts'
import { type House, openHouse } from './support/wecom-world-house.ts'

// Whatever people do and whatever becomes of the line: after one comparison what stands here is what stands in WeCom.

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const runs = Number(process.env.WORLDS ?? 12)

describe('a random company on a random line', () => {
  test('ends here as it is in WeCom, once it was compared', { timeout: 7_200_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(worldPlan(60), async (plan) => {
        await endsEqual(plan)
      }),
      { numRuns: runs, endOnFailure: true },
    )
  })
  test('on a line that works needs no comparison, and each beginning and each end is told once', { timeout: 7_200_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(worldPlan(60, quietActs), async (plan) => {
        const { ctx, corps } = await live(house, plan)
        expect(await storiesDiffer(house, ctx, corps)).toEqual([])
      }),
      { numRuns: runs, endOnFailure: true },
    )
  })
})

async function endsEqual(plan: WorldPlan): Promise<void> {
  const startedAt = Date.now()
  const lived = await live(house, plan)
  const { ctx, corps } = lived
  const before = await differences(house, ctx, corps)
  for (const { corp } of corps) await house.compare(ctx, corp)
  const left = await differences(house, ctx, corps)
  const faults = await faultsOfHistory(house, ctx, corps)
  if (process.env.VERBOSE)
    console.log(
      `${Date.now() - startedAt} ms, ${lived.done.length} done, ${lived.refused.length} refused, ${lived.lost} lost, ${before.length} before, ${left.length} left`,
    )
  if (left.length + faults.length > 0) console.log(lived.done.join('\n'), lived.refused)
  expect({ left, faults }).toEqual({ left: [], faults: [] })
  const repairs = await repairsOf(ctx)
  for (const { corp } of corps) await house.compare(ctx, corp)
  expect(await repairsOf(ctx)).toEqual(repairs)
}

const repairsOf = (ctx: import('#platform/context.ts').Context) =>
  ctx.db.selectFrom('wecomRepairs').select(['id', 'kind', 'details']).where('tenantId', '=', ctx.tenantId).orderBy('id').execute()
