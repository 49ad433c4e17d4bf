import type { Condition } from '#platform/events/where.ts'
import type { Scope } from '../scope.ts'
import type { Bindings, Scan } from '../sql.ts'

/** Who asks for scores, and at which moments: an array of (ms, key, isNow), none of them after `until`. */
export type AskedScores = {
  bind: Bindings
  scope: Scope
  report: { where?: Condition | undefined }
  moments: string
  until: Date
  byEmployee?: boolean
}

/** What a kind of score brings: who, employee, moment, seen, facts and parts (0 to 1, null where it cannot be told). */
export type Facts = { sql: string; weights: readonly number[] }

export const dayMs = 86_400_000

export const scanOf = ({ scope, report, until }: AskedScores): Scan => ({ ...scope.scan(report), to: until })

/** Rows fall under every moment that follows them, or follows within the window. */
export const atMoments = (moments: string, windowSql?: string): string =>
  `arrayJoin(arrayFilter(m -> ms < m.1 ${windowSql === undefined ? '' : `and ms >= m.1 - ${windowSql}`}, ${moments})) as moment`

export const share = (value: string, full: string): string => `toNullable(least(1., (${value}) / ${full}))`

export const numbersSql = (bind: Bindings, numbers: readonly number[]): string =>
  `arrayMap(x -> toFloat64(x), ${bind.texts(numbers.map(String))})`

export const numberSql = (bind: Bindings, value: number): string => `toFloat64(${bind.text(String(value))})`
