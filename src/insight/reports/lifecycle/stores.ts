import { z } from 'zod'
import type { Bucket } from '../dates.ts'
import { bitmapsByBucket, type Frame, frameSql } from '../route.ts'
import { type Bindings, bindings } from '../sql.ts'
import type { LifecycleReport, LifecycleStatus } from './schema.ts'

/** `before` is the interval before the first one; place 0 is the first of `buckets`. */
type Asked = { report: LifecycleReport; before: Bucket; buckets: readonly Bucket[] }

const Row = z.object({ place: z.number(), new: z.number(), returning: z.number(), active: z.number(), dormant: z.number() })

/** How many were what in each interval, out of one bitmap of people for each. */
export async function lifecycleOfStores(frame: Frame, asked: Asked): Promise<Record<LifecycleStatus, number[]>> {
  frame.scope.answeredBy('active')
  const bind = bindings()
  const rows = await frame.scope.ask({
    params: bind.params,
    row: Row,
    sql: `with ${frameSql(bind, frame)}
      select place, bitmapAndnotCardinality(who, earlier) as new, bitmapAndCardinality(who, previous) as returning, bitmapCardinality(who) as active,
        bitmapAndnotCardinality(previous, who) as dormant
      from ${neighboursSql(bind, frame, asked)} order by place`,
  })
  return {
    new: rows.map((row) => row.new),
    returning: rows.map((row) => row.returning),
    resurrected: rows.map((row) => row.active - row.new - row.returning),
    dormant: rows.map((row) => -row.dormant || 0),
  }
}

const peopleOf: Record<LifecycleStatus, string> = {
  new: 'bitmapAndnot(who, earlier)',
  returning: 'bitmapAnd(who, previous)',
  resurrected: 'bitmapAnd(bitmapAndnot(who, previous), earlier)',
  dormant: 'bitmapAndnot(previous, who)',
}

export async function lifecyclePersons(frame: Frame, asked: Asked, status: LifecycleStatus, place: number): Promise<string[]> {
  const bind = bindings()
  const rows = await frame.scope.ask({
    params: bind.params,
    row: z.object({ one: z.number() }),
    sql: `with ${frameSql(bind, frame)} select arrayJoin(bitmapToArray(${peopleOf[status]})) as one
      from ${neighboursSql(bind, frame, asked)} where place = ${bind.integer(place)} order by one`,
  })
  return rows.map(({ one }) => frame.scope.nameOf(one))
}

/** place, who, previous (of the interval before), earlier (of all time before). */
function neighboursSql(bind: Bindings, frame: Frame, { report, before, buckets }: Asked): string {
  const intervals = bitmapsByBucket(bind, frame, { name: report.event, buckets: [before, ...buckets], history: true })
  return `(select at - 1 as place, who, previous, earlier from (
    select place as at, who, groupBitmapMergeState(who) over (order by place rows between 1 preceding and 1 preceding) as previous,
      groupBitmapMergeState(who) over (order by place rows between unbounded preceding and 1 preceding) as earlier
    from ${intervals}) where at > 0)`
}
