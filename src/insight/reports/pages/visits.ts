import type { Condition } from '#platform/events/where.ts'
import { dayRange } from '#platform/time.ts'
import { bucketSql } from '../dates.ts'
import type { PageRules } from '../page-fields.ts'
import { cleanPageSql, pageEvents, rawPageSql } from '../page-name.ts'
import type { Interval } from '../schema.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, scanEvents } from '../sql.ts'

export type VisitRules = PageRules & {
  dateFrom: string
  dateTo: string
  where?: Condition | undefined
  sessionGapMinutes: number
  interval?: Interval | undefined
}

/** What events may say of themselves and a report may need. Each is a column `p_…`: whole maps would not fit into memory side by side. */
type Fact = 'seconds' | 'depth' | 'x' | 'y' | 'selector' | 'text' | 'site' | 'pageHeight' | 'viewportHeight'

/**
 * A subquery with one row for everything that happened on a page: visitor, who, visit (its number among the visitor's), ms, id,
 * kind (view, click, left, scroll, act), page, rawPage (before cleaning), bucket, view (the sender's name of the view), the facts
 * asked for, and eventSource and eventDevice. A visit ends with a pause; leaving and scrolling end none, because they come late by
 * nature, but reading keeps a visit alive.
 */
export function numberedSql(bind: Bindings, scope: Scope, rules: VisitRules, facts: readonly Fact[]): string {
  const byVisitor = 'partition by visitor order by ms, id rows between unbounded preceding and current row'
  const gap = bind.integer(rules.sessionGapMinutes * 60_000)
  return `(select *, sum(starts) over (${byVisitor}) as visit
    from (select *, not (kind in ('left', 'scroll')) and ms - lagInFrame(ms, 1, ms - ${gap}) over (${byVisitor}) >= ${gap} as starts
      from ${actsSql(bind, scope, rules, facts)}))`
}

/** The same with the visit's source and device beside, which are those of its first event. */
export function visitsSql(bind: Bindings, scope: Scope, rules: VisitRules, facts: readonly Fact[]): string {
  const byVisit = 'partition by visitor, visit'
  return `(select *, argMin(eventSource, (ms, id)) over (${byVisit}) as source, argMin(eventDevice, (ms, id)) over (${byVisit}) as device
    from ${numberedSql(bind, scope, rules, facts)})`
}

/** The same without visits, their source and device, for whoever asks for neither. Whom nobody knows and no device names is left out. */
export const actsSql = (bind: Bindings, scope: Scope, rules: VisitRules, facts: readonly Fact[]): string =>
  `(select who, if(who != 0, toString(who), concat('$', properties['$device'])) as visitor, ms, id, ${kindSql(bind)} as kind,
      assumeNotNull(${cleanPageSql(bind, rawPageSql(bind), rules)}) as page, assumeNotNull(${rawPageSql(bind)}) as rawPage, ${rules.interval ? bucketSql(bind, scope.calendar, rules.interval) : "''"} as bucket,
      properties['view'] as view, ${facts.map((fact) => `properties['${fact}'] as p_${fact}, `).join('')}${sourceSql} as eventSource, ${deviceSql} as eventDevice
    from ${scanEvents(bind, { ...scope.scan(rules), ...dayRange(rules.dateFrom, rules.dateTo, scope.calendar.timezone) })}
    where (who != 0 or properties['$device'] != '') and ${rawPageSql(bind)} is not null)`

const kindSql = (bind: Bindings): string =>
  `multiIf(has(${bind.texts(pageEvents)}, name), 'view', name = 'page.clicked', 'click', name = 'page.left', 'left', name = 'page.scrolled', 'scroll', 'act')`

/** Where a visit came from: what the tracker worked out, a source tag, the site that referred, or nobody. */
const sourceSql =
  "multiIf(properties['source'] != '', properties['source'], properties['utm_source'] != '', properties['utm_source'], domainWithoutWWW(properties['referrer']) != '', domainWithoutWWW(properties['referrer']), 'direct')"

const deviceSql = "if(properties['deviceKind'] = '', 'unknown', properties['deviceKind'])"
