import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { dayRange } from '#platform/time.ts'
import { canonicalSql } from '../../stores/persons.ts'
import { activeSource } from '../../stores/source.ts'
import { bucketOfDaySql, bucketSql, bucketsOf, completeOf } from '../dates.ts'
import { type Frame, frameSql, storesFor } from '../route.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, namesOf, scanEvents } from '../sql.ts'
import type { StickinessReport, StickinessResult } from './schema.ts'

/** People by the number of intervals in which they were active within the dates. */
export async function runStickiness(scope: Scope, report: StickinessReport): Promise<StickinessResult> {
  const buckets = bucketsOf(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  if (report.persons && report.persons.intervals > buckets.length)
    throw appError('report.invalid', { message: `These dates have ${buckets.length} intervals.`, field: 'persons.intervals' })
  const frame = storesFor(scope, { where: report.where, matchers: [], interval: report.interval })
  const [counts, people] = await Promise.all([
    askActive(scope, frame, report, ({ active }) => `select active, count() as persons from ${active} group by active`, Count),
    report.persons && listPeople(scope, frame, report, report.persons.intervals),
  ])
  const persons = new Map(counts.map((row) => [row.active, row.persons]))
  return {
    personsByActiveIntervals: buckets.map((_, i) => persons.get(i + 1) ?? 0),
    ...completeOf(buckets, scope.ctx.now(), datesOf(scope, report).to),
    ...(people ? { persons: people } : {}),
  }
}

const Count = z.object({ active: z.number(), persons: z.number() })

async function listPeople(scope: Scope, frame: Frame | undefined, report: StickinessReport, intervals: number): Promise<string[]> {
  const sql = ({ bind, active }: { bind: Bindings; active: string }) =>
    `select who from ${active} where active = ${bind.integer(intervals)} order by who`
  const rows = await askActive(scope, frame, report, sql, z.object({ who: z.number() }))
  return rows.map(({ who }) => scope.nameOf(who))
}

/** Asks about who was active in how many intervals (`active`: who, active), out of the stores where they know it. */
function askActive<Row extends z.ZodType>(
  scope: Scope,
  frame: Frame | undefined,
  report: StickinessReport,
  sql: (asked: { bind: Bindings; active: string }) => string,
  row: Row,
): Promise<z.infer<Row>[]> {
  const bind = bindings()
  const merged = frame ? `with ${frameSql(bind, frame)} ` : ''
  const asked = sql({ bind, active: frame ? ofStores(bind, frame, report) : ofEvents(bind, scope, report) })
  return scope.ask({ params: bind.params, row, sql: `${merged}${asked}` })
}

const ofEvents = (bind: Bindings, scope: Scope, report: StickinessReport): string => `(
    select who, uniqExact(${bucketSql(bind, scope.calendar, report.interval)}) as active
    from ${scanEvents(bind, { ...scope.scan(report), ...datesOf(scope, report), names: namesOf([{ event: report.event }]) })}
    where who != 0 group by who)`

/** In how many bitmaps of an interval each person is; only days within the dates count, also in a week that begins before them. */
function ofStores(bind: Bindings, frame: Frame, report: StickinessReport): string {
  const { scope } = frame
  scope.answeredBy('active')
  const days = activeSource(bind, { ...frame, span: datesOf(scope, report), names: [report.event] })
  const people = canonicalSql('found')
  return `(select arrayJoin(bitmapToArray(${frame.among ? `bitmapAnd(${people}, among)` : people})) as who, count() as active
      from (select ${bucketOfDaySql(scope.calendar, report.interval)} as bucket, groupBitmapMergeState(persons) as found from ${days} group by bucket) group by who)`
}

const datesOf = ({ calendar }: Scope, { dateFrom, dateTo }: StickinessReport) => dayRange(dateFrom, dateTo, calendar.timezone)
