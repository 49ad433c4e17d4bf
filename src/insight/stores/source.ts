import type { Stores } from './dirty.ts'
import { type Days, divide, type Span } from './span.ts'

/** Where values go that must not stand in SQL text. */
export type Binder = { text(value: string): string; integer(value: number): string }

export type Asked = { tenantId: number; stores: Stores; span: Span }

/**
 * A subquery with a row for each event of `names` (`*` for any) and local day, or several: what, local_day, persons (a bitmap of
 * original ids), times. Clean days come out of `active`, everything else out of the events, so that both together are exact.
 */
export function activeSource(bind: Binder, asked: Asked & { names: readonly string[] }): string {
  const names = [...new Set(asked.names)]
  const { days, events } = divide(asked.span, asked.stores.zone, asked.stores.dirty)
  const tenant = bind.integer(asked.tenantId)
  const list = names.map((name) => bind.text(name)).join(', ')
  return union([
    ...(days.length > 0
      ? [
          `select toString(name) as what, day as local_day, persons, events as times from active where tenant = ${tenant} and name in (${list}) and ${daysSql(bind, days)}`,
        ]
      : []),
    ...(events.length > 0
      ? [
          `select arrayJoin(arrayFilter(one -> one = '*' or one = name, [${list}])) as what, toDate(at, ${bind.text(asked.stores.zone)}) as local_day, groupBitmapStateIf(person, person > 0) as persons, count() as times
          from events where tenant = ${tenant}${names.includes('*') ? '' : ` and name in (${list})`} and ${spansSql(bind, events)} group by what, local_day`,
        ]
      : []),
  ])
}

/** The same for one event, a row for each person and day: local_day, person (as it was), times. */
export function personDaySource(bind: Binder, asked: Asked & { name: string }): string {
  const { days, events } = divide(asked.span, asked.stores.zone, asked.stores.dirty)
  const which = `tenant = ${bind.integer(asked.tenantId)}${asked.name === '*' ? '' : ` and name = ${bind.text(asked.name)}`}`
  return union([
    ...(days.length > 0
      ? [`select day as local_day, person, events as times from person_day where ${which} and ${daysSql(bind, days)}`]
      : []),
    ...(events.length > 0
      ? [
          `select toDate(at, ${bind.text(asked.stores.zone)}) as local_day, person, count() as times from events
          where ${which} and person > 0 and ${spansSql(bind, events)} group by local_day, person`,
        ]
      : []),
  ])
}

const union = (parts: string[]): string => `(${parts.join(' union all ')})`

const daysSql = (bind: Binder, days: readonly Days[]): string =>
  either(days.map(({ first, last }) => `day >= toDate(${bind.text(first)}) and day <= toDate(${bind.text(last)})`))

export const spansSql = (bind: Binder, spans: readonly Span[]): string =>
  either(
    spans.map(({ from, to }) =>
      [
        '1',
        ...(from ? [`at >= fromUnixTimestamp64Milli(${bind.integer(from.getTime())}, 'UTC')`] : []),
        ...(to ? [`at < fromUnixTimestamp64Milli(${bind.integer(to.getTime())}, 'UTC')`] : []),
      ].join(' and '),
    ),
  )

const either = (conditions: string[]): string => `(${conditions.map((one) => `(${one})`).join(' or ')})`
