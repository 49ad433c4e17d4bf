import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import { bucketSql, bucketsOf } from '../dates.ts'
import type { Scope } from '../scope.ts'
import { bindings, namesOf, scanEvents } from '../sql.ts'
import type { StickinessReport, StickinessResult } from './schema.ts'

/** People by the number of intervals in which they were active within the dates. */
export async function runStickiness(scope: Scope, report: StickinessReport): Promise<StickinessResult> {
  const buckets = bucketsOf(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ active: z.number(), persons: z.number() }),
    sql: `select active, count() as persons from (
        select who, uniqExact(${bucketSql(bind, scope.calendar, report.interval)}) as active
        from ${scanEvents(bind, { ...scope.scan(report), ...dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone), names: namesOf([{ event: report.event }]) })}
        where who != 0 group by who)
      group by active`,
  })
  const persons = new Map(rows.map((row) => [row.active, row.persons]))
  return { personsByActiveIntervals: buckets.map((_, i) => persons.get(i + 1) ?? 0) }
}
