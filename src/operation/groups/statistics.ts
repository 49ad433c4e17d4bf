import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { addDays, dayOf, dayRange, daysBetween } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { checkVisible } from './queries.ts'
import type { GroupStatistics, JoinScene } from './schema.ts'

const mostDays = 366
const usualDays = 30

type Joins = { joined: number; stayed: number }

/** Customers who came and went, by day of the tenant, by the way they came in and by who invited them. */
export async function readStatistics(
  ctx: Context,
  groupId: number,
  period: { dateFrom?: string | undefined; dateTo?: string | undefined },
): Promise<GroupStatistics> {
  await checkVisible(ctx, groupId)
  const zone = await timezoneOf(ctx)
  const { dateTo = dayOf(ctx.now(), zone) } = period
  const { dateFrom = addDays(dateTo, 1 - usualDays) } = period
  const { from, to } = dayRange(dateFrom, dateTo, zone)
  const length = daysBetween(dateFrom, dateTo) + 1
  if (length > mostDays) throw appError('date.range_too_long', { message: `At most ${mostDays} days at once.`, field: 'dateTo' })
  const own = sql`m.tenant_id = ${ctx.tenantId} and m.group_id = ${groupId} and m.kind = 'customer'`
  const came = sql`${own} and m.joined_at >= ${from} and m.joined_at < ${to}`
  const [days, scenes, inviters] = await Promise.all([
    sql<{ day: string; joined: number; left: number }>`
      select to_char(at at time zone ${zone}, 'YYYY-MM-DD') as day, count(*) filter (where what = 'joined')::int as joined, count(*) filter (where what = 'left')::int as "left"
      from (select m.joined_at as at, 'joined' as what from group_members m where ${came}
        union all select m.left_at, 'left' from group_members m where ${own} and m.left_at >= ${from} and m.left_at < ${to}) as moves
      group by 1`.execute(ctx.db),
    sql<Joins & { scene: JoinScene | null }>`
      select m.join_scene as scene, count(*)::int as joined, count(*) filter (where m.left_at is null)::int as stayed
      from group_members m where ${came} group by 1 order by 2 desc, 1`.execute(ctx.db),
    sql<Joins & { id: number | null; name: string | null }>`
      select i.id, i.name, count(*)::int as joined, count(*) filter (where m.left_at is null)::int as stayed
      from group_members m left join employees i on i.tenant_id = m.tenant_id and i.id = m.inviter_id
      where ${came} group by 1, 2 order by 3 desc, 1 limit 50`.execute(ctx.db),
  ])
  const byDay = new Map(days.rows.map((row) => [row.day, row]))
  const shown = Array.from({ length }, (_, i) => addDays(dateFrom, i)).map((day) => ({
    day,
    joined: byDay.get(day)?.joined ?? 0,
    left: byDay.get(day)?.left ?? 0,
  }))
  return {
    dateFrom,
    dateTo,
    joined: shown.reduce((sum, { joined }) => sum + joined, 0),
    left: shown.reduce((sum, { left }) => sum + left, 0),
    days: shown,
    scenes: scenes.rows,
    inviters: inviters.rows.map(({ id, name, ...counts }) => ({
      inviter: id === null ? null : { id: publicId(ctx, 'emp', id), name: name ?? '' },
      ...counts,
    })),
  }
}
