import { z } from 'zod'
import { bucketsOf } from '../dates.ts'
import { checkPatterns } from '../page-name.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { figuresOf, noCounts } from './figures.ts'
import type { PageFigures, PagesReport, PagesResult } from './schema.ts'
import { visitsSql } from './visits.ts'

/** What the rows of a question are: one for all, or one for each page, source, device or interval. */
type Split = 'all' | 'page' | 'source' | 'device' | 'bucket'

export async function runPages(scope: Scope, report: PagesReport): Promise<PagesResult> {
  await checkPatterns(scope, report)
  const [total, rows, trend, persons] = await Promise.all([
    countBy(scope, report, 'all', 1),
    countBy(scope, report, report.by, report.limit),
    report.interval ? trendOf(scope, report, report.interval) : undefined,
    report.persons ? personsBehind(scope, report, report.persons) : undefined,
  ])
  return {
    total: total.rows[0]?.figures ?? figuresOf(noCounts),
    rows: rows.rows.map(({ value, figures }) => ({ value, ...figures })),
    values: rows.values,
    ...(trend ? { trend } : {}),
    ...(persons ? { persons } : {}),
  }
}

async function trendOf(scope: Scope, report: PagesReport, interval: NonNullable<PagesReport['interval']>) {
  const buckets = bucketsOf(scope.calendar, interval, report.dateFrom, report.dateTo)
  const { rows } = await countBy(scope, report, 'bucket', buckets.length)
  const found = new Map(rows.map(({ value, figures }) => [value, figures]))
  return { intervals: buckets.map(({ label }) => label), rows: buckets.map(({ key }) => found.get(key) ?? figuresOf(noCounts)) }
}

type Counted = { value: string; figures: PageFigures }

/** The rows with the most views, and how many rows there are. */
async function countBy(scope: Scope, report: PagesReport, split: Split, limit: number): Promise<{ rows: Counted[]; values: number }> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: CountRow,
    sql: `select counted.*, ${staySql} from (${countSql(bind, scope, report, split)} order by views desc, value limit ${bind.integer(limit)}) as counted
      left join (${staysSql(bind, scope, report, split)}) as stays on counted.value = stays.value order by views desc, value`,
  })
  return { rows: rows.map(({ value, values: _all, ...counts }) => ({ value, figures: figuresOf(counts) })), values: rows[0]?.values ?? 0 }
}

const CountRow = z.object({
  value: z.string(),
  visitors: z.number(),
  views: z.number(),
  visits: z.number(),
  clicks: z.number(),
  clickers: z.number(),
  entries: z.number(),
  bounces: z.number(),
  exits: z.number(),
  jumps: z.number(),
  values: z.number(),
  medianStaySeconds: z.number().nullable(),
})

const staySql = 'if(stays.measured = 0, null, stays.middle) as medianStaySeconds'

const countSql = (bind: Bindings, scope: Scope, report: PagesReport, split: Split): string =>
  `select value, uniqExactIf(visitor, seen > 0) as visitors, sum(seen) as views, countIf(seen > 0) as visits, sum(clicked) as clicks,
     uniqExactIf(visitor, clicked > 0) as clickers, countIf(entered) as entries, countIf(bounced) as bounces, countIf(exited) as exits,
     countIf(jumped) as jumps, count() over () as values
   from ${partsSql(bind, scope, report, split)} group by value`

/** One row for a visit and each value in it: how often it was seen and clicked, and whether the visit began, ended or went on there. */
function partsSql(bind: Bindings, scope: Scope, report: PagesReport, split: Split): string {
  const goesOn = report.target === undefined ? 'page != pages[first]' : `page = ${bind.text(report.target)}`
  return `(select visitor, who, arrayJoin(arrayDistinct(arrayConcat(seenIn, clickedIn, leftIn))) as value, countEqual(seenIn, value) as seen,
      countEqual(clickedIn, value) as clicked, seen > 0 and seenIn[1] = value as entered, seen > 0 and seenIn[-1] = value as exited,
      entered and length(seenIn) = 1 and acts = 0 as bounced, indexOf(seenIn, value) as first,
      first > 0 and arrayExists((page, i) -> i > first and ${goesOn}, pages, arrayEnumerate(pages)) as jumped
    from (select visitor, any(who) as who, arraySort(groupArrayIf((ms, id, page, ${valueSql(split)}), kind = 'view')) as views,
        arrayMap(v -> v.3, views) as pages, arrayMap(v -> v.4, views) as seenIn, groupArrayIf(${valueSql(split)}, kind = 'click') as clickedIn,
        groupUniqArrayIf(${valueSql(split)}, kind = 'left') as leftIn,
        countIf(kind in ('click', 'act')) as acts
      from ${visitsSql(bind, scope, report, [])} group by visitor, visit))`
}

const valueSql = (split: Split): string => (split === 'all' ? "''" : split)

/** The stay of a view is all the time that its leavings tell; a view that never told has none. */
const staysSql = (bind: Bindings, scope: Scope, report: PagesReport, split: Split): string =>
  `select value, count() as measured, quantileExactInclusive(0.5)(seconds) as middle
   from (select argMin(${valueSql(split)}, (ms, id)) as value, sum(assumeNotNull(stayed)) as seconds
     from (select *, toFloat64OrNull(p_seconds) as stayed, if(view = '', toString(id), view) as named from ${visitsSql(bind, scope, report, ['seconds'])})
     where kind = 'left' and stayed >= 0 group by visitor, named)
   group by value`

const behind = { visitors: 'seen > 0', clickers: 'clicked > 0', bounced: 'bounced', exited: 'exited', jumped: 'jumped' }

async function personsBehind(scope: Scope, report: PagesReport, { of, value }: NonNullable<PagesReport['persons']>): Promise<string[]> {
  const bind = bindings()
  const parts = partsSql(bind, scope, report, value === undefined ? 'all' : report.by)
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select distinct who from ${parts} where who != 0 and ${behind[of]} ${value === undefined ? '' : `and value = ${bind.text(value)}`} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
