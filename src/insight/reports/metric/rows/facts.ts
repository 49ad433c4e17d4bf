import { notActs } from '../../acts.ts'
import type { Scope } from '../../scope.ts'
import { type Bindings, conditionSql, type Scan, scanEvents } from '../../sql.ts'
import { asksPersons } from '../../where.ts'
import type { Facts } from '../definition.ts'
import type { MetricReport } from '../schema.ts'

/** Who asks what: everything a part's SQL is made from. */
export type Asking = { bind: Bindings; scope: Scope; report: MetricReport }

/** Becoming a friend or agreeing to something is no act that shows somebody is there. */
const notSigns = ['customer.followed', 'live_code.added', 'acquisition_link.added', 'archive.agreed']

/** Events as who, at, ms, name, id, properties. */
export function factsSql({ bind, scope, report }: Asking, { events, where }: Facts, range: Pick<Scan, 'from' | 'to'>): string {
  const conditions = [
    ...(events === 'acts' ? [`not has(${bind.texts([...notActs, ...notSigns])}, name)`] : []),
    ...(where ? [conditionSql(bind, where)] : []),
  ]
  const names = typeof events === 'string' ? undefined : events
  const scan = { ...scope.scan(report), ...range, names, persons: where !== undefined && asksPersons(where) }
  return `(select who, at, ms, name, id, properties from ${scanEvents(bind, scan)} ${conditions.length > 0 ? `where ${conditions.join(' and ')}` : ''})`
}
