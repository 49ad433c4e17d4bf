import { DateTime } from 'luxon'
import { receiveLimits } from '#operation/outbound/limits.ts'
import { readPolicy } from '#operation/outbound/policy.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { dayRange, daysBetween } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { collisionsOf } from './collisions.ts'
import type { Calendar, CalendarQuery } from './schema.ts'
import { calendarSources } from './sources.ts'

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
  const items = (await Promise.all(calendarSources.map((source) => source(ctx, { from, to, zone })))).flat()
  const perDay = policy.platformPeriod === 'day' ? receiveLimits.day : null
  return {
    dateFrom,
    dateTo,
    items: items.sort((a, b) => a.at.localeCompare(b.at) || a.id.localeCompare(b.id)),
    collisions: collisionsOf(items, { frequency: policy.frequency.marketing, perDay }),
  }
}
