import { DateTime } from 'luxon'
import { employeeNames, employeesBelow } from '#management/team/queries.ts'
import { resolveReceivers } from '#operation/messages/receivers.ts'
import { GroupAudience } from '#operation/messages/schema.ts'
import { readLifted } from '#operation/outbound/limits.ts'
import { readPolicy } from '#operation/outbound/policy.ts'
import type { Context } from '#platform/context.ts'
import { appError, isRefusal } from '#platform/errors.ts'
import { internalId } from '#platform/ids.ts'
import { dayRange, daysBetween } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { collisionsOf, limitsOf } from './collisions.ts'
import type { Calendar, CalendarQuery } from './schema.ts'
import { calendarSources, type Plan } from './sources.ts'

const mostDays = 100

/** Everything planned in these days by day, with what gets in each other's way. */
export async function readCalendar(ctx: Context, query: CalendarQuery): Promise<Calendar> {
  const [zone, policy] = await Promise.all([timezoneOf(ctx), readPolicy(ctx)])
  const today = DateTime.fromJSDate(ctx.now(), { zone })
  const dateFrom = query.dateFrom ?? today.startOf('month').toFormat('yyyy-MM-dd')
  const dateTo = query.dateTo ?? today.endOf('month').toFormat('yyyy-MM-dd')
  const { from, to } = dayRange(dateFrom, dateTo, zone)
  if (daysBetween(dateFrom, dateTo) >= mostDays)
    throw appError('calendar.too_long', { message: `At most ${mostDays} days at once.`, field: 'dateTo' })
  const plans = (await Promise.all(calendarSources.map((source) => source(ctx, { from, to, zone })))).flat()
  const asked = await plansFor(ctx, plans, query)
  const names = await employeeNames(
    ctx,
    asked.flatMap(({ senders }) => senders.map((id) => internalId(ctx, 'emp', id))),
  )
  const items = asked
    .map((plan) => ({ ...plan, senders: plan.senders.map((id) => ({ id, name: names.get(internalId(ctx, 'emp', id)) ?? '' })) }))
    .sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id))
  const rules = { platform: policy.platformPeriod, lifted: readLifted(ctx.config.dataDir) }
  return {
    dateFrom,
    dateTo,
    items,
    collisions: collisionsOf(items, { ...rules, frequency: policy.frequency.marketing }),
    limits: limitsOf(items, { ...rules, at: from }),
  }
}

/** Those that one employee, one department or one group has to do with. What names no employee may be anybody's. */
async function plansFor(ctx: Context, plans: readonly Plan[], { employee, department, group }: CalendarQuery): Promise<Plan[]> {
  if (employee) internalId(ctx, 'emp', employee)
  const below = department && new Set(await employeesBelow(ctx, [internalId(ctx, 'dep', department)]))
  const isBelow = (sender: string) => !below || below.has(internalId(ctx, 'emp', sender))
  const isTheirs = ({ senders }: Plan) => senders.length === 0 || ((!employee || senders.includes(employee)) && senders.some(isBelow))
  const theirs = plans.filter(isTheirs)
  if (!group) return [...theirs]
  const groupId = internalId(ctx, 'grp', group)
  const heard = await Promise.all(theirs.map((plan) => hears(ctx, plan, groupId)))
  return theirs.filter((_, i) => heard[i])
}

/** Whether the group would hear it, as groups are now. A tag that is gone lets nobody be named. */
async function hears(ctx: Context, { kind, audience }: Plan, group: number): Promise<boolean> {
  if (kind !== 'group_message') return false
  const to = { whom: 'groups' as const, audience: GroupAudience.parse(JSON.parse(audience || '{}')) }
  const receivers = await resolveReceivers(ctx, { to }, ctx.actor.scope, async () => []).catch((error) => {
    if (!isRefusal(error)) throw error
    return []
  })
  return receivers.some((one) => 'groupId' in one && one.groupId === group)
}
