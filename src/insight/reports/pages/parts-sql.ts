import type { Scope } from '../scope.ts'
import type { Bindings } from '../sql.ts'
import type { PagesReport } from './schema.ts'
import { numberedSql } from './visits.ts'

/** What the rows of a question are: one for all, or one for each page, source, device or interval. */
export type Split = 'all' | 'page' | 'source' | 'device' | 'bucket'

/**
 * A subquery with one row for a visit, each split and each value in it: how often it was seen and clicked, whether the visit began,
 * ended or went on there, and the stays that were told of it.
 */
export function partsSql(bind: Bindings, scope: Scope, report: PagesReport, splits: readonly Split[]): string {
  const goesOn = report.target === undefined ? 'page != pages[first]' : `page = ${bind.text(report.target)}`
  return `(select visitor, who, split, arrayJoin(arrayDistinct(arrayConcat(seenIn, clickedIn, leftIn))) as value, countEqual(seenIn, value) as seen,
      countEqual(clickedIn, value) as clicked, seen > 0 and seenIn[1] = value as entered, seen > 0 and seenIn[-1] = value as exited,
      entered and length(seenIn) = 1 and acts = 0 as bounced, indexOf(seenIn, value) as first,
      first > 0 and arrayExists((page, i) -> i > first and ${goesOn}, pages, arrayEnumerate(pages)) as jumped,
      arrayMap(t -> t.2, arrayFilter(t -> t.1 = value, told)) as stays
    from (select visitor, who, split, acts, arrayMap(v -> v.3, views) as pages, ${valuesSql('views')} as seenIn, ${valuesSql('clicks')} as clickedIn,
        ${valuesSql('lefts')} as leftIn, arrayZip(${valuesSql('told')}, arrayMap(l -> l.6, told)) as told
      from (select *, arrayJoin(${bind.texts(splits)}) as split from ${visitSql(bind, scope, report)})))`
}

/** One row a visit: what was viewed, clicked and left in it, each as (ms, id, page, bucket …). */
const visitSql = (bind: Bindings, scope: Scope, report: PagesReport): string =>
  `(select *, arrayMap(n -> ${toldSql}, arrayDistinct(arrayMap(l -> l.5, stayed))) as told
    from (select *, arrayFilter(l -> l.6 >= 0, lefts) as stayed
      from (select visitor, any(who) as who, argMin(eventSource, (ms, id)) as source, argMin(eventDevice, (ms, id)) as device,
          arraySort(groupArrayIf((ms, id, page, bucket), kind = 'view')) as views, groupArrayIf((ms, id, page, bucket), kind = 'click') as clicks,
          arraySort(groupArrayIf((ms, id, page, bucket, named, seconds), kind = 'left')) as lefts, countIf(kind in ('click', 'act')) as acts
        from (select *, ifNull(toFloat64OrNull(p_seconds), -1) as seconds, if(view = '', toString(id), view) as named
          from ${numberedSql(bind, scope, report, ['seconds'])})
        group by visitor, visit)))`

/** The stay of a view is all the time that its leavings in the visit tell; it is of the page that was left first. */
const toldSql = `(arrayFirst(l -> l.5 = n, stayed).1, arrayFirst(l -> l.5 = n, stayed).2, arrayFirst(l -> l.5 = n, stayed).3,
  arrayFirst(l -> l.5 = n, stayed).4, n, arraySum(l -> if(l.5 = n, l.6, 0), stayed))`

const valuesSql = (list: string): string =>
  `multiIf(split = 'page', arrayMap(v -> v.3, ${list}), split = 'bucket', arrayMap(v -> v.4, ${list}), split = 'source', arrayMap(v -> source, ${list}), split = 'device', arrayMap(v -> device, ${list}), arrayMap(v -> '', ${list}))`
