import { z } from 'zod'
import type { Bucket } from '../dates.ts'
import { bitmapsByBucket, type Frame, frameSql } from '../route.ts'
import { type Bindings, bindings } from '../sql.ts'
import type { FramedRetention, RetentionResult } from './schema.ts'

/** The same numbers as from the events, out of one bitmap of people for each interval. */
export async function retentionOfStores(frame: Frame, report: FramedRetention, buckets: Bucket[]): Promise<RetentionResult> {
  const { scope } = frame
  scope.answeredBy(report.minOccurrences > 1 ? 'person_day' : 'active')
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ cohort: z.number(), k: z.number(), persons: z.number() }),
    sql: `with ${frameSql(bind, frame)} ${countsSql(bind, frame, report, buckets)}`,
  })
  const counts = new Map(rows.map(({ cohort, k, persons }) => [`${cohort} ${k}`, persons]))
  const cohorts = buckets.slice(0, report.intervals).map(({ label }, i) => ({
    start: label,
    size: counts.get(`${i} 0`) ?? 0,
    values: Array.from(
      { length: report.brackets ? report.brackets.length + 1 : report.intervals - i },
      (_, k) => counts.get(`${i} ${k}`) ?? 0,
    ),
  }))
  return { cohorts, ...(report.persons ? { persons: await personsOf(frame, report, buckets, report.persons) } : {}) }
}

type Persons = NonNullable<FramedRetention['persons']>

async function personsOf(frame: Frame, report: FramedRetention, buckets: Bucket[], asked: Persons): Promise<string[]> {
  const bind = bindings()
  const rows = await frame.scope.ask({
    params: bind.params,
    row: z.object({ one: z.number() }),
    sql: `with ${frameSql(bind, frame)} select arrayJoin(bitmapToArray(found)) as one from (${listedSql(bind, frame, report, buckets, asked)}) order by one`,
  })
  return rows.map(({ one }) => frame.scope.nameOf(one))
}

/** One row: the cohort, or those of it who came back in the intervals of one value, or those who did not. */
function listedSql(
  bind: Bindings,
  frame: Frame,
  report: FramedRetention,
  buckets: Bucket[],
  { cohort, interval = 0, kept = true }: Persons,
): string {
  const place = bind.integer(cohort)
  if (interval === 0) {
    const whole = `select who as found from ${cohortsSql(bind, frame, report, buckets)} where place = ${place}`
    return kept ? whole : `${whole} and 0`
  }
  const last = report.brackets ? report.brackets.slice(0, interval).reduce((sum, length) => sum + length, 0) : interval
  const first = report.brackets ? last - (report.brackets[interval - 1] ?? 1) + 1 : interval
  return `select ${kept ? 'bitmapAnd' : 'bitmapAndnot'}(any(starters), groupBitmapMergeState(returners)) as found
    from ${pairsSql(bind, frame, report, buckets)} where cohort = ${place} and after between ${bind.integer(first)} and ${bind.integer(last)} group by cohort`
}

/** place, who: the people of each cohort. First-time people are those of no interval before, for `ever` of no day before either. */
function cohortsSql(bind: Bindings, frame: Frame, { start, cohort, intervals }: FramedRetention, buckets: Bucket[]): string {
  const history = cohort === 'first_time_ever' || cohort === 'first_time_matching'
  const starts = bitmapsByBucket(bind, frame, { name: start.event, buckets: buckets.slice(0, intervals), history })
  if (cohort === 'recurring') return starts
  const before = 'groupBitmapMergeState(who) over (order by place rows between unbounded preceding and 1 preceding)'
  return `(select place, firsts as who from (select place, bitmapAndnot(who, ${before}) as firsts from ${starts}) where place >= 0)`
}

function returnsSql(bind: Bindings, frame: Frame, report: FramedRetention, buckets: Bucket[]): string {
  const { event } = report.return ?? report.start
  const returns = bitmapsByBucket(bind, frame, { name: event, buckets, atLeast: report.minOccurrences })
  if (report.mode !== 'on_or_after') return returns
  return `(select place, groupBitmapMergeState(who) over (order by place rows between current row and unbounded following) as later from ${returns})`
}

/** cohort, after, starters, returners: each cohort with each interval from its own on. */
function pairsSql(bind: Bindings, frame: Frame, report: FramedRetention, buckets: Bucket[]): string {
  return `(select c.place as cohort, r.place - c.place as after, c.who as starters, ${report.mode === 'on_or_after' ? 'r.later' : 'r.who'} as returners
    from ${cohortsSql(bind, frame, report, buckets)} as c cross join ${returnsSql(bind, frame, report, buckets)} as r where r.place >= c.place)`
}

/** cohort, k, persons: k = 0 is the cohort itself. */
function countsSql(bind: Bindings, frame: Frame, report: FramedRetention, buckets: Bucket[]): string {
  const pairs = pairsSql(bind, frame, report, buckets)
  if (report.mode !== 'brackets')
    return `select cohort, after as k, if(k = 0, bitmapCardinality(starters), bitmapAndCardinality(starters, returners)) as persons
      from ${pairs} where cohort + after < ${bind.integer(report.intervals)}`
  const lengths = report.brackets ?? []
  const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, length) => sum + length, 0))
  return `select cohort, k, if(k = 0, bitmapCardinality(any(starters)), bitmapAndCardinality(any(starters), groupBitmapMergeState(returners))) as persons
    from (select *, if(after = 0, 0, arrayFirstIndex(last -> after <= last, [${ends.map((end) => bind.integer(end)).join(', ')}])) as k from ${pairs} where after <= ${bind.integer(ends.at(-1) ?? 0)})
    group by cohort, k`
}
