import { DateTime } from 'luxon'
import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { dayRange, parseDay } from '#platform/time.ts'
import { firstChannelsSql } from '../arrivals.ts'
import { type Bucket, bucketSql, bucketsFrom, type Calendar } from '../dates.ts'
import { ofDoers } from '../doers.ts'
import { storesFor } from '../route.ts'
import type { Interval } from '../schema.ts'
import type { Scope } from '../scope.ts'
import { askPersons, type Bindings, bindings, matcherSql, namesOf, propertySql, type Scan, scanEvents } from '../sql.ts'
import { type Known, splitLives } from './breakdown.ts'
import { type Counting, columnsOf, columnsReached, completeValues, countRetention } from './retention.ts'
import { type FramedRetention, mostIntervals, type RetentionCohorts, type RetentionReport, type RetentionResult } from './schema.ts'
import { retentionOfStores } from './stores.ts'

export async function runRetention(scope: Scope, asked: RetentionReport): Promise<RetentionResult> {
  const { report, buckets, from, to, isWhole } = stretchOf(scope, asked)
  const counting = countingOf(report)
  checkPersons(report, counting)
  const frame =
    isWhole && !report.breakdown
      ? storesFor(scope, {
          where: report.where,
          matchers: [report.start, ...(report.return ? [report.return] : [])],
          interval: report.period,
          unit: report.unit,
        })
      : undefined
  const result = frame
    ? await retentionOfStores(frame, report, buckets)
    : await retentionOfEvents(scope, report, counting, { buckets, from, to })
  const complete = completeValues(
    buckets.map((bucket) => earlier(bucket.to, to)),
    counting,
    scope.ctx.now(),
  )
  const allOver = result.cohorts.every(({ values }, i) => values.length === complete[i])
  return { ...result, ...(allOver ? {} : { complete }) }
}

/** The intervals on the axis, and the instants that are looked at: dates may cut the first and the last ones, or more. */
type Stretch = { buckets: Bucket[]; from: Date; to: Date }

function stretchOf(scope: Scope, asked: RetentionReport): Stretch & { report: FramedRetention; isWhole: boolean } {
  const { calendar } = scope
  const zone = calendar.timezone
  const begin = asked.dateFrom === undefined ? undefined : parseDay(asked.dateFrom, zone, 'dateFrom').toJSDate()
  const end = asked.dateTo === undefined ? undefined : dayRange(asked.dateTo, asked.dateTo, zone).to
  const said = asked.from === undefined ? undefined : DateTime.fromISO(asked.from.replace(' ', 'T'), { zone }).toJSDate()
  const first = said ?? begin ?? new Date(0)
  const intervals = asked.intervals ?? intervalsUntil(calendar, asked.period, first, end ?? first)
  const ahead = (asked.brackets ?? []).reduce((sum, length) => sum + length, 0)
  const buckets = bucketsFrom(calendar, asked.period, first, intervals + ahead)
  const [start, stop] = [buckets[0]?.from ?? first, buckets.at(-1)?.to ?? first]
  const from = begin && begin > start ? begin : start
  const to = end ? earlier(end, stop) : stop
  return { report: { ...asked, intervals }, buckets, from, to, isWhole: from === start && to === stop }
}

function checkPersons({ intervals, persons }: FramedRetention, counting: Counting): void {
  if (!persons) return
  const { cohort, interval = 0 } = persons
  if (cohort >= intervals) throw appError('report.invalid', { message: `There is no cohort ${cohort}.`, field: 'persons.cohort' })
  if (interval >= columnsOf(counting, cohort))
    throw appError('report.invalid', { message: `This cohort has no value ${interval}.`, field: 'persons.interval' })
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b)

function intervalsUntil(calendar: Calendar, period: Interval, first: Date, end: Date): number {
  const count = bucketsFrom(calendar, period, first, mostIntervals + 1).filter(({ from }) => from < end).length
  if (count === 0) throw appError('date.range_backwards', { message: 'dateTo lies before the first interval.', field: 'dateTo' })
  if (count > mostIntervals)
    throw appError('report.too_many_intervals', {
      message: `Retention may have ${mostIntervals} intervals; ask for longer ones or fewer days.`,
      field: 'period',
    })
  return count
}

const countingOf = ({ intervals, mode, brackets = [] }: FramedRetention): Counting =>
  mode === 'brackets' ? { intervals, mode, brackets } : { intervals, mode }

async function retentionOfEvents(scope: Scope, report: FramedRetention, counting: Counting, stretch: Stretch): Promise<RetentionResult> {
  const { buckets } = stretch
  const lives = await readLives(scope, report, stretch)
  const cohortsOf = (some: readonly Known[]): RetentionCohorts =>
    countRetention(some, counting).map((cohort, i) => ({ start: buckets[i]?.label ?? '', ...cohort }))
  const rows = report.breakdown && (await splitLives(scope, report.breakdown, lives))
  const { persons } = report
  const { value, other } = persons ?? {}
  const some =
    value === undefined && !other ? lives : (rows?.find((row) => (other ? row.other : !row.other && row.value === value))?.lives ?? [])
  return {
    cohorts: cohortsOf(lives),
    ...(rows ? { breakdown: rows.map(({ lives, ...row }) => ({ ...row, cohorts: cohortsOf(lives) })) } : {}),
    ...(persons ? { persons: some.filter((life) => isListed(life, persons, counting)).map(({ one }) => scope.nameOf(Number(one))) } : {}),
  }
}

function isListed({ starts, returns }: Known, asked: NonNullable<RetentionReport['persons']>, counting: Counting): boolean {
  const { cohort, interval = 0, kept = true } = asked
  return starts.includes(cohort) && columnsReached(counting, cohort, returns).has(interval) === kept
}

const Row = z.object({
  one: z.string(),
  value: z.string().nullable(),
  starts: z.array(z.string()),
  firsts: z.array(z.tuple([z.string(), z.number()])),
  returns: z.array(z.string()),
})

async function readLives(scope: Scope, report: FramedRetention, { buckets, from, to }: Stretch): Promise<Known[]> {
  const bind = bindings()
  const start = report.start
  const back = report.return ?? start
  const startTo = earlier(buckets[report.intervals - 1]?.to ?? to, to)
  const isFirst = report.cohort === 'first_time_ever' || report.cohort === 'first_time_matching'
  const inRange = `ms >= ${bind.integer(from.getTime())}`
  const everybody: Scan = {
    ...scope.scan(report),
    from: isFirst ? undefined : from,
    to,
    names: namesOf([start, back]),
    persons: report.breakdown?.property !== undefined || askPersons([start, back]),
  }
  const span = { from, to: startTo }
  const scan =
    report.unit === 'device' ? everybody : await ofDoers(scope, everybody, { first: start, span, filtered: [start, back, report] })
  const starts = `isStart and ${inRange} and ms < ${bind.integer(startTo.getTime())}`
  const property = report.breakdown?.property
  const came = report.breakdown?.dimension === 'channel' ? firstChannelsSql(bind, scope.scan({})) : undefined
  const rows = await scope.ask({
    params: bind.params,
    row: Row,
    sql: `select one, ${came ? "nullIf(any(first), '')" : 'any(property)'} as value, groupUniqArrayIf(bucket, ${starts}) as starts, ${firstSql(report)} as firsts, arrayMap(r -> r.1, arrayFilter(r -> r.2 >= ${bind.integer(report.minOccurrences)}, arrayZip((sumMapIf([bucket], [1], isReturn and ${inRange}) as counted).1, counted.2))) as returns
      from (select ${unitSql(report)} as one, ${property === undefined ? 'null::Nullable(String)' : propertySql(bind, property, 'person')} as property, ms, ${bucketSql(bind, scope.calendar, report.period)} as bucket, ${matcherSql(bind, start)} as isStart, ${matcherSql(bind, back)} as isReturn, ${nameSql(bind, start.event)} as isNamed
        from ${scanEvents(bind, scan)}
        where ${report.unit === 'device' ? "mapContains(properties, '$device')" : 'who != 0'}) as r
      ${came ? `left any join (select toString(who) as one, first from ${came}) as came on r.one = came.one` : ''}
      group by one having length(starts) > 0 order by length(one), one`,
  })
  const index = new Map(buckets.map(({ key }, i) => [key, i]))
  const places = (keys: readonly string[]) => keys.flatMap((key) => index.get(key) ?? [])
  return rows.map((row) => ({
    one: row.one,
    value: row.value,
    starts: startsOf(report, places(row.starts), row.firsts, index, from),
    returns: places(row.returns),
  }))
}

const unitSql = ({ unit }: RetentionReport): string => (unit === 'device' ? "properties['$device']" : 'toString(who)')

const nameSql = (bind: Bindings, event: string): string => (event === '*' ? '1' : `name = ${bind.text(event)}`)

/** The first start of all time as (interval, instant); with `first_time_ever` only if the very first event of that name fits. */
function firstSql({ cohort }: RetentionReport): string {
  if (cohort === 'first_time_matching') return 'if(countIf(isStart) > 0, [(argMinIf(bucket, ms, isStart), minIf(ms, isStart))], [])'
  if (cohort === 'first_time_ever')
    return 'if(countIf(isNamed) > 0 and argMinIf(isStart, (ms, not isStart), isNamed), [(argMinIf(bucket, ms, isNamed), minIf(ms, isNamed))], [])'
  return "[('', toInt64(0))]"
}

function startsOf(
  { cohort }: RetentionReport,
  starts: number[],
  firsts: readonly (readonly [string, number])[],
  index: ReadonlyMap<string, number>,
  from: Date,
): number[] {
  if (cohort === 'recurring') return starts
  if (cohort === 'first_time_in_range') return starts.length > 0 ? [Math.min(...starts)] : []
  const [bucket, ms] = firsts[0] ?? ['', 0]
  const place = ms >= from.getTime() ? index.get(bucket) : undefined
  return place !== undefined && starts.includes(place) ? [place] : []
}
