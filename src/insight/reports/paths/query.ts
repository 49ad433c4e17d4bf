import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import { checkPatterns, cleanPageSql, pageEvents, rawPageSql } from '../page-name.ts'
import { countParts } from '../parts.ts'
import type { Scope } from '../scope.ts'
import { bindings, propertySql, type Scan } from '../sql.ts'
import { createPathTally, isOn, pathsOf, placeOf, type Visit } from './paths.ts'
import { foundSql, type NodeSql, type Place, readPeople, readSteps } from './plain.ts'
import type { PathsReport, PathsResult } from './schema.ts'

export async function runPaths(scope: Scope, report: PathsReport): Promise<PathsResult> {
  await checkPatterns(scope, report)
  const tally = createPathTally()
  const asked = report.persons && placeOf(report.persons)
  const steps = await readSteps(scope, report, scanOf(scope, report), nodeOf(report))
  if (steps) for (const step of steps) tally.addStep(step)
  const people = steps
    ? asked && (await readPeople(scope, report, scanOf(scope, report), nodeOf(report), asked))
    : await walkOutside(scope, report, tally, asked)
  const persons = asked ? { persons: (people ?? []).map((person) => scope.nameOf(person)) } : {}
  return { ...tally.result(report.edgeLimit), ...persons }
}

/** Adds up everybody's paths, and says who stands at the asked place. */
async function walkOutside(
  scope: Scope,
  report: PathsReport,
  tally: ReturnType<typeof createPathTally>,
  asked: Place | undefined,
): Promise<number[]> {
  const rules = { ...report, sessionGapMs: report.sessionGapMinutes * 60_000 }
  const parts = await countParts(scope, scanOf(scope, report))
  const people: number[] = []
  for (let part = 0; part < parts; part++)
    for (const { who, visits } of await readVisits(scope, report, part, parts)) {
      const paths = pathsOf(visits, rules)
      for (const path of paths) tally.add(path)
      if (asked && paths.some((path) => isOn(path, asked))) people.push(who)
    }
  return people.sort((a, b) => a - b)
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

async function readVisits(scope: Scope, report: PathsReport, part: number, parts: number): Promise<{ who: number; visits: Visit[] }[]> {
  const bind = bindings()
  const node = nodeOf(report)
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number(), visits: z.array(z.tuple([z.number(), z.string()])) }),
    sql: `select who, arraySort(groupArray((ms, node))) as visits
      from (select who, ms, ${node.clean(bind, 'toString(assumeNotNull(found))')} as node from (${foundSql(bind, report, scanOf(scope, report), node)}))
      where who % ${bind.integer(parts)} = ${bind.integer(part)} and node not in ${bind.texts(report.excludeEvents)} group by who order by who`,
  })
  return rows.map(({ who, visits }) => ({ who, visits: visits.map(([ms, node]) => ({ ms, node })) }))
}

function nodeOf(report: PathsReport): NodeSql {
  const { node } = report
  return {
    raw: (bind) => (node === 'event' ? 'name' : node === 'page' ? rawPageSql(bind) : propertySql(bind, node.property)),
    clean: (bind, raw) => cleanPageSql(bind, raw, report),
  }
}
