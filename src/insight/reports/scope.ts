import type { z } from 'zod'
import type { Question } from '#platform/clickhouse.ts'
import type { Context } from '#platform/context.ts'
import type { Condition } from '#platform/events/where.ts'
import type { Stores } from '../stores/dirty.ts'
import type { Calendar } from './dates.ts'
import type { Route } from './route.ts'
import type { Settings } from './settings/settings.ts'
import type { Scan } from './sql.ts'

/** What a running report may use: its tenant, its calendar, ClickHouse, and how people are called outside. */
export type Scope = {
  ctx: Context
  calendar: Calendar
  /** What may be asked of the stores beside the events. */
  stores: Stores
  /** Says which store answered, where it was not the events. */
  answeredBy(route: Route): void
  /** What the company counts as acts, as silence, and how it scores. */
  settings: Settings
  /** The tenant's currency, for sums of nothing. */
  currency: string
  ask<Row extends z.ZodType>(question: Question<Row>): Promise<z.infer<Row>[]>
  scan(report: { where?: Condition | undefined }): Scan
  nameOf(person: number): string
  /** Somebody by the name they have outside; throws with the field for nobody. */
  personOf(name: string, field: string): number
}
