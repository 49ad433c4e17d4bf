import { z } from 'zod'
import { checkPatterns } from '../page-name.ts'
import { actsSql, visitsSql } from '../pages/visits.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { cellSql, columnSql, depthSql, mostCells, rowSql, scrollSteps } from './cells.ts'
import type { HeatmapReport, HeatmapResult } from './schema.ts'

export async function runHeatmap(scope: Scope, report: HeatmapReport): Promise<HeatmapResult> {
  await checkPatterns(scope, report)
  const [counts, address, cells, elements, scroll, sources, devices, persons] = await Promise.all([
    factsOf(scope, report),
    addressOf(scope, report),
    cellsOf(scope, report),
    elementsOf(scope, report),
    scrollOf(scope, report),
    sharesOf(scope, report, 'source'),
    sharesOf(scope, report, 'device'),
    report.persons ? personsBehind(scope, report, report.persons) : undefined,
  ])
  return {
    ...counts,
    address,
    cells,
    elements: elements.map((element) => ({ ...element, share: element.clicks / counts.clicks })),
    scroll,
    sources,
    devices,
    ...(persons ? { persons } : {}),
  }
}

const facts = ['depth', 'x', 'y', 'selector', 'text', 'site', 'pageHeight', 'viewportHeight'] as const

/**
 * What happened on the page. Choosing one source still shows the others to choose from, so each filter can be left out. Visits are
 * worked out only where their source or device matters.
 */
function onPage(bind: Bindings, scope: Scope, report: HeatmapReport, split?: 'source' | 'device'): string {
  const conditions = [
    ...(report.source !== undefined && split !== 'source' ? [`source = ${bind.text(report.source)}`] : []),
    ...(report.device !== undefined && split !== 'device' ? [`device = ${bind.text(report.device)}`] : []),
  ]
  const acts = conditions.length > 0 || split ? visitsSql(bind, scope, report, facts) : actsSql(bind, scope, report, facts)
  return `(select * from ${acts} where ${[`page = ${bind.text(report.page)}`, ...conditions].join(' and ')})`
}

const Facts = z.object({
  views: z.number(),
  visitors: z.number(),
  clicks: z.number(),
  clickers: z.number(),
  placed: z.number(),
  pageHeight: z.number().nullable(),
  foldHeight: z.number().nullable(),
})

async function factsOf(scope: Scope, report: HeatmapReport): Promise<z.infer<typeof Facts>> {
  const bind = bindings()
  const [found] = await scope.ask({
    params: bind.params,
    row: Facts,
    sql: `select countIf(kind = 'view') as views, uniqExactIf(visitor, kind = 'view') as visitors, countIf(kind = 'click') as clicks,
        uniqExactIf(visitor, kind = 'click') as clickers, countIf(kind = 'click' and ${cellSql}) as placed,
        ${medianSql('toFloat64OrNull(p_pageHeight)')} as pageHeight, ${medianSql('toFloat64OrNull(p_viewportHeight)')} as foldHeight
      from ${onPage(bind, scope, report)}`,
  })
  if (!found) throw new Error('a count without rows')
  return found
}

const medianSql = (number: string): string =>
  `if(countIf(${number} > 0) = 0, null, quantileExactInclusiveIf(0.5)(assumeNotNull(${number}), ifNull(${number} > 0, 0)))`

/** Not the newest but the most common, so that one stray view cannot say what the page is. */
async function addressOf(scope: Scope, report: HeatmapReport): Promise<string | null> {
  const bind = bindings()
  const [found] = await scope.ask({
    params: bind.params,
    row: z.object({ address: z.string() }),
    sql: `select concat(p_site, rawPage) as address from ${onPage(bind, scope, report)}
      where kind = 'view' and p_site != '' group by address order by count() desc, address limit 1`,
  })
  return found?.address ?? null
}

async function cellsOf(scope: Scope, report: HeatmapReport): Promise<HeatmapResult['cells']> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: z.object({ column: z.number(), row: z.number(), clicks: z.number(), clickers: z.number() }),
    sql: `select * from (
        select ${columnSql(bind, report)} as column, ${rowSql(bind, report)} as row, count() as clicks, uniqExact(visitor) as clickers
        from ${onPage(bind, scope, report)} where kind = 'click' and ${cellSql} group by column, row
        order by clicks desc, row, column limit ${mostCells})
      order by row, column`,
  })
}

async function elementsOf(scope: Scope, report: HeatmapReport): Promise<Omit<HeatmapResult['elements'][number], 'share'>[]> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: z.object({
      selector: z.string(),
      text: z.string(),
      clicks: z.number(),
      clickers: z.number(),
      x: z.number().nullable(),
      y: z.number().nullable(),
    }),
    sql: `select p_selector as selector, argMax(p_text, (ms, id)) as text, count() as clicks, uniqExact(visitor) as clickers,
        avg(toFloat64OrNull(p_x)) as x, avg(toFloat64OrNull(p_y)) as y
      from ${onPage(bind, scope, report)} where kind = 'click' and selector != ''
      group by selector order by clicks desc, selector limit ${bind.integer(report.limit)}`,
  })
}

/** How far each view came is the farthest that any of its scrolls or leavings tells. */
async function scrollOf(scope: Scope, report: HeatmapReport): Promise<HeatmapResult['scroll']> {
  const bind = bindings()
  const [found] = await scope.ask({
    params: bind.params,
    row: z.object({ views: z.number(), reached: z.array(z.number()) }),
    sql: `select count() as views, [${scrollSteps.map((depth) => `countIf(deepest >= ${depth})`).join(', ')}] as reached
      from (${deepestSql(bind, scope, report)})`,
  })
  const { views, reached } = found ?? { views: 0, reached: [] }
  return {
    views,
    reached: scrollSteps.map((depth, i) => ({ depth, views: reached[i] ?? 0, share: views === 0 ? null : (reached[i] ?? 0) / views })),
  }
}

const deepestSql = (bind: Bindings, scope: Scope, report: HeatmapReport): string =>
  `select visitor, any(who) as someone, max(${depthSql}) as deepest
   from (select *, if(view = '', toString(id), view) as named from ${onPage(bind, scope, report)})
   where kind in ('left', 'scroll') and ${depthSql} is not null group by visitor, named`

async function sharesOf(scope: Scope, report: HeatmapReport, split: 'source' | 'device'): Promise<HeatmapResult['sources']> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: z.object({ value: z.string(), views: z.number(), visitors: z.number(), clicks: z.number() }),
    sql: `select ${split} as value, countIf(kind = 'view') as views, uniqExactIf(visitor, kind = 'view') as visitors, countIf(kind = 'click') as clicks
      from ${onPage(bind, scope, report, split)} group by value order by views desc, value limit 100`,
  })
}

async function personsBehind(scope: Scope, report: HeatmapReport, asked: NonNullable<HeatmapReport['persons']>): Promise<string[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql:
      'depth' in asked
        ? `select distinct someone as who from (${deepestSql(bind, scope, report)}) where deepest >= toFloat64(${bind.text(String(asked.depth))}) and who != 0 order by who`
        : `select distinct who from ${onPage(bind, scope, report)} where who != 0 and kind = 'click' and ${
            'selector' in asked
              ? `p_selector = ${bind.text(asked.selector)}`
              : `${cellSql} and ${columnSql(bind, report)} = ${bind.integer(asked.column)} and ${rowSql(bind, report)} = ${bind.integer(asked.row)}`
          } order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
