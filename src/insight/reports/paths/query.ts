import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import { checkPatterns, cleanPageSql, pageEvents, rawPageSql } from '../page-name.ts'
import { countParts } from '../parts.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, propertySql, type Scan, scanEvents } from '../sql.ts'
import { createPathTally, pathsOf, type Visit } from './paths.ts'
import type { PathsReport, PathsResult } from './schema.ts'

export async function runPaths(scope: Scope, report: PathsReport): Promise<PathsResult> {
  await checkPatterns(scope, report)
  const tally = createPathTally()
  const rules = { ...report, sessionGapMs: report.sessionGapMinutes * 60_000 }
  const parts = await countParts(scope, scanOf(scope, report))
  for (let part = 0; part < parts; part++)
    for (const visits of await readVisits(scope, report, part, parts)) for (const path of pathsOf(visits, rules)) tally.add(path)
  return tally.result(report.edgeLimit)
}

function scanOf(scope: Scope, report: PathsReport): Scan {
  const pages = report.node === 'page' ? pageEvents : undefined
  const wanted = report.includeEvents.length > 0 ? report.includeEvents : undefined
  return {
    ...scope.scan(report),
    ...dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone),
    names: pages && wanted ? wanted.filter((name) => pages.includes(name)) : (wanted ?? pages),
  }
}

async function readVisits(scope: Scope, report: PathsReport, part: number, parts: number): Promise<Visit[][]> {
  const bind = bindings()
  const excluded =
    report.excludeEvents.length > 0
      ? `and not has(${bind.texts(report.excludeEvents)}, name) and not has(${bind.texts(report.excludeEvents)}, node)`
      : ''
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ visits: z.array(z.tuple([z.number(), z.string()])) }),
    // Sorted by instant, and by id within one, so that the same facts always give the same paths.
    sql: `select arrayMap(v -> (v.1, v.3), arraySort(v -> (v.1, v.2), groupArray((ms, id, assumeNotNull(node))))) as visits
      from (select who, ms, id, name, ${nodeSql(bind, report)} as node from ${scanEvents(bind, scanOf(scope, report))}
        where who != 0 and who % ${bind.integer(parts)} = ${bind.integer(part)})
      where node is not null ${excluded} group by who order by who`,
  })
  return rows.map(({ visits }) => visits.map(([ms, node]) => ({ ms, node })))
}

function nodeSql(bind: Bindings, report: PathsReport): string {
  const raw =
    report.node === 'event'
      ? 'toNullable(toString(name))'
      : report.node === 'page'
        ? rawPageSql(bind)
        : propertySql(bind, report.node.property)
  return cleanPageSql(bind, raw, report)
}
