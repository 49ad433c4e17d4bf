import { asksPersons } from '#platform/events/where.ts'
import type { Scope } from '../../scope.ts'
import { type Bindings, conditionSql, type Scan, scanEvents } from '../../sql.ts'
import type { Facts } from '../definition.ts'
import type { MetricReport } from '../schema.ts'

/** Who asks what: everything a part's SQL is made from. */
export type Asking = { bind: Bindings; scope: Scope; report: MetricReport }

/** Whether an event is one of these facts, whatever its name. */
export const fitsSql = (asking: Asking, facts: Facts): string =>
  [...(Array.isArray(facts.events) ? [`has(${asking.bind.texts(facts.events)}, name)`] : []), ...conditionsOf(asking, facts), '1'].join(
    ' and ',
  )

function conditionsOf({ bind, scope }: Asking, { events, where }: Facts): string[] {
  return [
    ...(events === 'acts' ? [`not has(${bind.texts(scope.settings.notActs)}, name)`] : []),
    ...(where ? [conditionSql(bind, where)] : []),
  ]
}

/** Events as who, at, ms, name, id, properties. */
export function factsSql(asking: Asking, facts: Facts, range: Pick<Scan, 'from' | 'to'>): string {
  const { bind, scope, report } = asking
  const conditions = conditionsOf(asking, facts)
  const names = typeof facts.events === 'string' ? undefined : facts.events
  const scan = { ...scope.scan(report), ...range, names, persons: facts.where !== undefined && asksPersons(facts.where) }
  return `(select who, at, ms, name, id, properties from ${scanEvents(bind, scan)} ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''})`
}
