import { type Bindings, bindings, decimalSql, propertySql, scanEvents } from '../sql.ts'
import { type Asking, peopleOf } from './asking.ts'
import type { People } from './bits.ts'
import { compareSql } from './compare.ts'
import { scanOf } from './event-people.ts'
import { latestEvents } from './latest.ts'
import type { LatestFact } from './node.ts'

/** Who has what a leaf asks for, by the last word of each. */
export function latestPeople(asking: Asking, fact: LatestFact): Promise<People> {
  const bind = bindings()
  const { event, number, name } = latestEvents[fact.of]
  const asNumber = decimalSql(propertySql(bind, number))
  const asName = name ? `ifNull(${propertySql(bind, name)}, '')` : "''"
  const scan = scanEvents(bind, { ...scanOf(asking, { from: undefined, to: fact.to }), names: [event] })
  return peopleOf(
    asking,
    bind,
    `select who from (
      select who, argMax(tuple(${asNumber}, ${asName}), (ms, toString(id))) as last from ${scan}
      where who != 0 and (${asNumber} is not null${name ? ` or ${asName} != ''` : ''}) group by who
    ) where ${latestConditions(bind, fact)}`,
  )
}

const latestConditions = (bind: Bindings, { value, is, isNot }: LatestFact): string =>
  [
    ...(value ? [`ifNull(${compareSql(bind, 'last.1', value)}, 0)`] : []),
    ...(is ? [`last.2 in ${bind.texts(is)}`] : []),
    ...(isNot ? [`last.2 not in ${bind.texts(isNot)}`] : []),
  ].join(' and ')
