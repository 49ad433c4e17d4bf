import { minorFactor } from '../money.ts'
import { isMoney } from '../money-properties.ts'
import { askPersons, type Bindings, bindings, decimalSql, matcherSql, namesOf, propertySql, type Scan, scanEvents } from '../sql.ts'
import { type Asking, peopleOf } from './asking.ts'
import { complement, type People } from './bits.ts'
import { compareSql, countSql, meets } from './compare.ts'
import { boundsOf } from './judge.ts'
import type { EventFact, Span } from './node.ts'
import { slotSql } from './slot.ts'
import { storedPeople } from './stored-people.ts'

/** Both ends are in; a scan's end is not. */
export const scanOf = ({ ctx, few }: Asking, { from, to }: Span): Scan => ({
  tenantId: ctx.tenantId,
  ...(few ? { originals: few.originals } : {}),
  ...(from === undefined ? {} : { from: new Date(from) }),
  to: new Date(to + 1),
})

/** From the first moment that any of them looks at to the last. */
export const spanOf = (facts: readonly Span[]): Span => ({
  from: facts.some(({ from }) => from === undefined) ? undefined : Math.min(...facts.map(({ from = 0 }) => from)),
  to: Math.max(...facts.map(({ to }) => to)),
})

/**
 * Who did it so often, on so many days, for so much. Whoever never did has no row to count, so where that is enough the others
 * are found and taken away.
 */
export async function eventPeople(asking: Asking, fact: EventFact): Promise<People> {
  // Of a few people the events are read at once; the stores hold everybody's days.
  const stored = asking.few ? undefined : storedPeople(asking, fact)
  if (stored) return stored
  const bind = bindings()
  const isForNone = holdsForNone(fact)
  const conditions = eventConditions(bind, asking, fact)
  const found = await peopleOf(
    asking,
    bind,
    `select who from ${eventScan(bind, asking, fact)} where who != 0 and ${doneSql(bind, asking, fact)}
     group by who having ${isForNone ? `not (${conditions})` : conditions}`,
  )
  return isForNone ? complement(found) : found
}

/** Whether one event is what the fact speaks of. */
export const doneSql = (bind: Bindings, { moment }: Asking, fact: EventFact): string =>
  [matcherSql(bind, fact), ...(fact.slot ? [slotSql(bind, fact.slot, moment.zone)] : [])].join(' and ')

/** Whether it holds for whoever never did it. */
export const holdsForNone = ({ count, days, sum }: EventFact): boolean =>
  (!count || meets(0, count)) && (!days || meets(0, days)) && (!sum || meets(0, boundsOf(sum)))

const eventScan = (bind: Bindings, asking: Asking, fact: EventFact): string =>
  scanEvents(bind, { ...scanOf(asking, fact), names: namesOf([fact]), persons: askPersons([fact]) })

/** What must be true of one person's events, or of those of them that `among` names. */
export function eventConditions(bind: Bindings, { moment }: Asking, { event, count, days, sum }: EventFact, among?: string): string {
  const of = (aggregate: string, value?: string) =>
    among ? `${aggregate}If(${value === undefined ? '' : `${value}, `}${among})` : `${aggregate}(${value ?? ''})`
  const factor = sum && isMoney(event, sum.property) ? minorFactor(moment.currency) : 1
  const parts = [
    ...(count ? [countSql(bind, of('count'), count)] : []),
    ...(days ? [countSql(bind, of('uniqExact', `toDate(at, ${bind.text(moment.zone)})`), days)] : []),
    ...(sum ? [compareSql(bind, `ifNull(${of('sum', decimalSql(propertySql(bind, sum.property)))}, 0)`, boundsOf(sum), factor)] : []),
  ]
  return parts.join(' and ') || '1'
}
