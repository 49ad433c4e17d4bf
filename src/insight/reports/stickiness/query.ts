import { z } from 'zod'
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
  const bind = bindings()
  const frame = storesFor(scope, { where: report.where, matchers: [], interval: report.interval })
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ active: z.number(), persons: z.number() }),
    sql: frame ? ofStores(bind, frame, report) : ofEvents(bind, scope, report),
  })
  const persons = new Map(rows.map((row) => [row.active, row.persons]))
  return {
    personsByActiveIntervals: buckets.map((_, i) => persons.get(i + 1) ?? 0),
    ...completeOf(buckets, scope.ctx.now(), datesOf(scope, report).to),
  }
}

const ofEvents = (bind: Bindings, scope: Scope, report: StickinessReport): string => `select active, count() as persons from (
    select who, uniqExact(${bucketSql(bind, scope.calendar, report.interval)}) as active
    from ${scanEvents(bind, { ...scope.scan(report), ...datesOf(scope, report), names: namesOf([{ event: report.event }]) })}
    where who != 0 group by who)
  group by active`

/** In how many bitmaps of an interval each person is; only days within the dates count, also in a week that begins before them. */
function ofStores(bind: Bindings, frame: Frame, report: StickinessReport): string {
  const { scope } = frame
  scope.answeredBy('active')
  const days = activeSource(bind, { ...frame, span: datesOf(scope, report), names: [report.event] })
  const people = canonicalSql('found')
  return `with ${frameSql(bind, frame)} select active, count() as persons from (
      select arrayJoin(bitmapToArray(${frame.among ? `bitmapAnd(${people}, among)` : people})) as who, count() as active
      from (select ${bucketOfDaySql(scope.calendar, report.interval)} as bucket, groupBitmapMergeState(persons) as found from ${days} group by bucket) group by who)
    group by active`
}

const datesOf = ({ calendar }: Scope, { dateFrom, dateTo }: StickinessReport) => dayRange(dateFrom, dateTo, calendar.timezone)
