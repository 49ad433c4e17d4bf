import { rulesForJourneys } from '#insight/segments/journey-rules.ts'
import { createJourney, enterByHand, publishJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { completeTasks } from '#operation/tasks/commands.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { writeCost } from './costing.ts'
import type { Doing } from './doing.ts'
import { journeys } from './doings.ts'

/** So many of those who came last are taken in, and so many who did not come back. */
const most = { newcomers: 60, sleepers: 80 }

/** Draws the company's journeys, starts two of them and lets people in; those who come from now on come in by themselves. */
export async function beginJourneys({ ctx, friends }: Doing): Promise<void> {
  const segment = await ctx.db
    .selectFrom('segments')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', '一个月没再买的老客')
    .executeTakeFirst()
  const newcomers = await begin(ctx, journeys.newcomers)
  const newest = friends.slice(0, most.newcomers).map(({ customer }) => customer)
  await enterByHand(ctx, newcomers, newest)
  await writeCost(ctx, { source: 'journey', id: newcomers }, journeys.newcomers.costs, newest.length)
  if (segment) {
    const seg = publicId(ctx, 'seg', segment.id)
    const entry = { by: 'schedule', segment: seg, repeat: { every: 'week', at: '10:00', weekdays: [1] } }
    const sleepers = await begin(ctx, { ...journeys.sleepers, draft: { ...journeys.sleepers.draft, entry } })
    const asleep = (await rulesForJourneys.membersOf(ctx, seg)).slice(0, most.sleepers)
    await enterByHand(ctx, sleepers, asleep)
    await writeCost(ctx, { source: 'journey', id: sleepers }, journeys.sleepers.costs, asleep.length)
  }
  await draw(ctx, journeys.birthday)
}

type Drawn = { name: string; note: string; draft: object }

const draw = (ctx: Context, { name, note, draft }: Drawn): Promise<number> =>
  createJourney(ctx, { name, note, draft: Definition.parse(draft) })

async function begin(ctx: Context, drawn: Drawn): Promise<number> {
  const id = await draw(ctx, drawn)
  await publishJourney(ctx, rulesForJourneys, id)
  return id
}

/** Employees do some of what the journeys asked of them, so that people stand further on. Twice is once. */
export async function goOn({ ctx, actors }: Doing): Promise<void> {
  const rows = await ctx.db
    .selectFrom('employeeTasks')
    .select(['id', 'employeeId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('sourceKind', '=', 'journey')
    .where('sourceStep', 'in', ['ask', 'call'])
    .orderBy('id')
    .execute()
  const half = rows.filter((_row, place) => place % 2 === 0)
  for (const actor of actors) {
    const own = half.filter(({ employeeId }) => employeeId === actor.id).map(({ id }) => id)
    if (own.length > 0) await completeTasks({ ...ctx, actor }, own, { result: 'done' })
  }
}
