import { z } from 'zod'
import { bucketsOf } from '../dates.ts'
import { checkPatterns } from '../page-name.ts'
import type { Scope } from '../scope.ts'
import { bindings } from '../sql.ts'
import { figuresOf, noCounts } from './figures.ts'
import { partsSql, type Split } from './parts-sql.ts'
import type { PageFigures, PagesReport, PagesResult } from './schema.ts'

export async function runPages(scope: Scope, report: PagesReport): Promise<PagesResult> {
  await checkPatterns(scope, report)
  const [counted, persons] = await Promise.all([
    countAll(scope, report),
    report.persons ? personsBehind(scope, report, report.persons) : undefined,
  ])
  const of = (split: Split) => counted.filter((row) => row.split === split)
  const rows = of(report.by)
  return {
    total: of('all')[0]?.figures ?? figuresOf(noCounts),
    rows: rows.slice(0, report.limit).map(({ value, figures }) => ({ value, ...figures })),
    values: rows[0]?.values ?? 0,
    ...(report.interval ? { trend: trendOf(scope, report, report.interval, of('bucket')) } : {}),
    ...(persons ? { persons } : {}),
  }
}

function trendOf(scope: Scope, report: PagesReport, interval: NonNullable<PagesReport['interval']>, rows: Counted[]) {
  const buckets = bucketsOf(scope.calendar, interval, report.dateFrom, report.dateTo)
  const found = new Map(rows.map(({ value, figures }) => [value, figures]))
  return { intervals: buckets.map(({ label }) => label), rows: buckets.map(({ key }) => found.get(key) ?? figuresOf(noCounts)) }
}

type Counted = { split: string; value: string; values: number; figures: PageFigures }

/** As many intervals as a report may have, and more rows than it may. */
const mostOfSplit = 5000

/** Totals, rows and intervals in one reading of the events; of each the ones with the most views. */
async function countAll(scope: Scope, report: PagesReport): Promise<Counted[]> {
  const bind = bindings()
  const splits: Split[] = ['all', report.by, ...(report.interval ? (['bucket'] as const) : [])]
  const rows = await scope.ask({
    params: bind.params,
    row: CountRow,
    sql: `select *, count() over (partition by split) as values
      from (select split, value, uniqExactIf(visitor, seen > 0) as visitors, sum(seen) as views, countIf(seen > 0) as visits,
          sum(clicked) as clicks, uniqExactIf(visitor, clicked > 0) as clickers, countIf(entered) as entries, countIf(bounced) as bounces,
          countIf(exited) as exits, countIf(jumped) as jumps,
          if(sum(length(stays)) = 0, null, quantileExactInclusiveArray(0.5)(stays)) as medianStaySeconds
        from ${partsSql(bind, scope, report, splits)} group by split, value)
      order by split, views desc, value limit ${mostOfSplit} by split`,
  })
  return rows.map(({ split, value, values, ...counts }) => ({ split, value, values, figures: figuresOf(counts) }))
}

const CountRow = z.object({
  split: z.string(),
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

const behind = { visitors: 'seen > 0', clickers: 'clicked > 0', bounced: 'bounced', exited: 'exited', jumped: 'jumped' }

async function personsBehind(scope: Scope, report: PagesReport, { of, value }: NonNullable<PagesReport['persons']>): Promise<string[]> {
  const bind = bindings()
  const parts = partsSql(bind, scope, report, [value === undefined ? 'all' : report.by])
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select distinct who from ${parts} where who != 0 and ${behind[of]} ${value === undefined ? '' : `and value = ${bind.text(value)}`} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
