import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import type { Scope } from '../scope.ts'
import { askPersons, type Bindings, bindings, matcherSql, namesOf, propertySql, type Scan, scanEvents } from '../sql.ts'
import type { TrendReport } from './schema.ts'

/** What a breakdown splits by: one value, absent, or the rest. */
export type Group = { value: string | null; other: boolean }
export type Dates = { dateFrom: string; dateTo: string }

/** The values with the most events over all series keep a line of their own; one choice for all series, so that formulas line up. */
export async function topGroups(scope: Scope, report: TrendReport): Promise<Group[]> {
  const bind = bindings()
  const { property, scope: of, limit } = report.breakdown ?? { property: '', scope: 'event', limit: 1 }
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ value: z.string().nullable() }),
    sql: `select ${propertySql(bind, property, of)} as value from ${scanEvents(bind, scanOf(scope, report, report, report.series))}
      where ${report.series.map((series) => `(${matcherSql(bind, series)})`).join(' or ')}
      group by value order by count() desc, value is null, value limit ${limit + 1}`,
  })
  const top = rows.slice(0, limit).map(({ value }) => ({ value, other: false }))
  return rows.length > limit ? [...top, { value: 'Other', other: true }] : top
}

/** The columns `value` and `other`. */
export function groupSql(bind: Bindings, report: TrendReport, groups: readonly (Group | undefined)[]): string {
  if (!report.breakdown) return 'null::Nullable(String) as value, 0 as other'
  const own = groups.filter((group) => group !== undefined && !group.other)
  const texts = own.flatMap((group) => (group?.value == null ? [] : [group.value]))
  const property = propertySql(bind, report.breakdown.property, report.breakdown.scope)
  const kept = [
    ...(texts.length > 0 ? [`ifNull(has(${bind.texts(texts)}, ${property}), 0)`] : []),
    ...(own.some((group) => group?.value === null) ? [`(${property}) is null`] : []),
  ]
  return `toUInt8(not (${kept.join(' or ') || '0'})) as other, if(other = 1, null, ${property}) as value`
}

export const scanOf = (scope: Scope, report: TrendReport, { dateFrom, dateTo }: Dates, series: TrendReport['series']): Scan => ({
  ...scope.scan(report),
  ...dayRange(dateFrom, dateTo, scope.calendar.timezone),
  names: namesOf(series),
  persons: report.breakdown?.scope === 'person' || askPersons(series),
})
