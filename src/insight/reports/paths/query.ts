import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import { checkPatterns, cleanPageSql, pageEvents, rawPageSql } from '../page-name.ts'
import { countParts } from '../parts.ts'
import type { Scope } from '../scope.ts'
import { bindings, propertySql, type Scan } from '../sql.ts'
import { createPathTally, pathsOf, type Visit } from './paths.ts'
import { foundSql, type NodeSql, readSteps } from './plain.ts'
import type { PathsReport, PathsResult } from './schema.ts'

export async function runPaths(scope: Scope, report: PathsReport): Promise<PathsResult> {
  await checkPatterns(scope, report)
  const tally = createPathTally()
  const steps = await readSteps(scope, report, scanOf(scope, report), nodeOf(report))
  if (steps) for (const step of steps) tally.addStep(step)
  else await walkOutside(scope, report, tally)
  return tally.result(report.edgeLimit)
}

async function walkOutside(scope: Scope, report: PathsReport, tally: ReturnType<typeof createPathTally>): Promise<void> {
  const rules = { ...report, sessionGapMs: report.sessionGapMinutes * 60_000 }
  const parts = await countParts(scope, scanOf(scope, report))
  for (let part = 0; part < parts; part++)
    for (const visits of await readVisits(scope, report, part, parts)) for (const path of pathsOf(visits, rules)) tally.add(path)
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
  const node = nodeOf(report)
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ visits: z.array(z.tuple([z.number(), z.string()])) }),
    sql: `select arraySort(groupArray((ms, node))) as visits
      from (select who, ms, ${node.clean(bind, 'toString(assumeNotNull(found))')} as node from (${foundSql(bind, report, scanOf(scope, report), node)}))
      where who % ${bind.integer(parts)} = ${bind.integer(part)} and node not in ${bind.texts(report.excludeEvents)} group by who order by who`,
  })
  return rows.map(({ visits }) => visits.map(([ms, node]) => ({ ms, node })))
}

function nodeOf(report: PathsReport): NodeSql {
  const { node } = report
  return {
    raw: (bind) => (node === 'event' ? 'name' : node === 'page' ? rawPageSql(bind) : propertySql(bind, node.property)),
    clean: (bind, raw) => cleanPageSql(bind, raw, report),
  }
}
