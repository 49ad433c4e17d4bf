import { expect } from 'vitest'
import { type Lived, live, type WorldPlan } from './wecom-world.ts'
import { differences, faultsOfHistory, storiesDiffer } from './wecom-world-difference.ts'
import type { House } from './wecom-world-house.ts'

/** Lives through the plan, compares once, and holds everything against the truth; a second comparison must find nothing to do. */
export async function endsAsInWecom(house: House, plan: WorldPlan): Promise<void> {
  const lived = await live(house, plan)
  const { ctx, corps } = lived
  for (const { corp } of corps) await house.compare(ctx, corp)
  const found = { left: await differences(house, ctx, corps), faults: await faultsOfHistory(house, ctx, corps) }
  expect(found, story(lived)).toEqual({ left: [], faults: [] })
  const repaired = await repairsOf(lived)
  for (const { corp } of corps) await house.compare(ctx, corp)
  expect(await repairsOf(lived), `the second comparison found something: ${story(lived)}`).toEqual(repaired)
}

/** Lives through a plan on a line that works: everything is here without a comparison, and told exactly as often as it happened. */
export async function needsNoComparison(house: House, plan: WorldPlan): Promise<void> {
  const lived = await live(house, plan)
  const { ctx, corps } = lived
  const found = {
    left: await differences(house, ctx, corps),
    stories: await storiesDiffer(house, ctx, corps),
    faults: await faultsOfHistory(house, ctx, corps),
  }
  expect(found, story(lived)).toEqual({ left: [], stories: [], faults: [] })
}

const story = ({ done, lost }: Lived): string => `${lost} callbacks were lost\n${done.join('\n')}\n`

const repairsOf = ({ ctx }: Lived) =>
  ctx.db
    .selectFrom('wecomRepairs')
    .select(['id', 'kind', 'externalUserid', 'userId', 'details'])
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('id')
    .execute()
