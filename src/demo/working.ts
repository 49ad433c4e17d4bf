import { DateTime } from 'luxon'
import { changeFollowUp } from '#operation/follow-ups/commands.ts'
import { FollowUpChange } from '#operation/follow-ups/schema.ts'
import { createMarketingTask } from '#operation/marketing-tasks/commands.ts'
import { countClick } from '#operation/marketing-tasks/counting.ts'
import { MarketingTaskInput } from '#operation/marketing-tasks/schema.ts'
import { assignTasks, completeTasks } from '#operation/tasks/commands.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { seededRandom } from '#platform/random.ts'
import type { Plan } from './calendar.ts'
import type { Doing } from './doing.ts'
import { campaign, followUps, tasks } from './doings.ts'

const hourMs = 3_600_000

/** So many days from today, at a full hour of the company's day. */
const hourOf = ({ until, timezone }: Plan, days: number, hour: number): Date =>
  DateTime.fromJSDate(until, { zone: timezone }).startOf('day').plus({ days, hours: hour }).toJSDate()

/** What employees have to do and did: tasks by hand, a campaign with its clicks, one-to-one follow-ups. */
export async function work(doing: Doing): Promise<void> {
  await handTasks(doing)
  await handOutCampaign(doing)
  await followUp(doing)
}

async function handTasks({ ctx, plan, friends, actors }: Doing): Promise<void> {
  const until = plan.until.getTime()
  const made = tasks.map((task, place) => ({ ...task, key: `demo ${place}`, friend: friends[place * 3], actor: actors[place % 4] }))
  await assignTasks(
    { ...ctx, now: () => new Date(until - 40 * hourMs) },
    made.map(({ key, title, due, friend, actor }) => ({
      key,
      title,
      kind: 'contact',
      ...(actor && { employeeId: actor.id }),
      ...(friend && { customerId: friend.customer }),
      dueAt: hourOf(plan, ...due),
      source: { kind: 'hand', id: actor?.id ?? 0 },
    })),
  )
  const ids = new Map(
    (
      await ctx.db
        .selectFrom('employeeTasks')
        .select(['key', 'id'])
        .where('tenantId', '=', ctx.tenantId)
        .where(
          'key',
          'in',
          made.map(({ key }) => key),
        )
        .execute()
    ).map(({ key, id }) => [key, id]),
  )
  for (const { key, end, note, actor } of made) {
    const id = ids.get(key)
    if (end && actor && id !== undefined) await completeTasks({ ...ctx, actor }, [id], { result: end, ...(note && { note }) })
  }
}

async function handOutCampaign({ ctx, plan, actors }: Doing): Promise<void> {
  const begun = { ...ctx, now: () => new Date(plan.until.getTime() - 3 * 24 * hourMs) }
  const id = await createMarketingTask(
    begun,
    MarketingTaskInput.parse({
      ...campaign,
      goalKind: 'clicks',
      employeeIds: actors.slice(1).map((actor) => publicId(ctx, 'emp', actor.id)),
      endsAt: hourOf(plan, 5, 21).toISOString(),
    }),
  )
  const links = await ctx.db
    .selectFrom('marketingLinks')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('taskId', '=', id)
    .orderBy('id')
    .execute()
  const random = seededRandom(`${plan.seed} campaign`)
  for (const link of links) {
    const clicks = Math.floor(random.next() * 1.3 * campaign.goal)
    for (let click = 0; click < clicks; click++)
      await countClick({ ...ctx, now: () => new Date(plan.until.getTime() - random.next() * 70 * hourMs) }, Number(link.id), 'wechat')
  }
}

async function followUp({ ctx, plan, friends }: Doing): Promise<void> {
  const stages = await ctx.db
    .selectFrom('followUpStages')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('removedAt', 'is', null)
    .orderBy('position')
    .execute()
  for (const [place, { stage, text, next }] of followUps.entries()) {
    const [friend, at] = [friends[place * 2 + 1], stages[stage]]
    if (!friend || !at) continue
    const then: Context = { ...ctx, actor: friend.actor, now: () => new Date(plan.until.getTime() - (place + 1) * 9 * hourMs) }
    await changeFollowUp(
      then,
      friend.customer,
      FollowUpChange.parse({
        stageId: publicId(ctx, 'fst', at.id),
        text,
        ...(next && { next: { action: next, at: hourOf(plan, 1 + (place >> 1), 20 - place).toISOString() } }),
      }),
    )
  }
}
