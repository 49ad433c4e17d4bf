import { z } from 'zod'
import { momentsOfTrails, trailsFor } from '../route.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, type Scan, scanEvents } from '../sql.ts'
import type { PathsReport } from './schema.ts'

/**
 * Paths are walked inside ClickHouse, in arrays, as long as their nodes fit a list: then one number holds a visit (millisecond,
 * node, and whether a session begins with it), and only edges leave the engine. A path between two points, which may be cut out
 * in the middle, and pages without end are walked outside.
 */
const nodeBits = 13
const nodeMask = 2 ** nodeBits - 1
const mostNodes = 4000
/** Parameters travel in the address of a request, which may hold a megabyte. */
const mostLetters = 400_000

export type Step = { step: number; node: string; next: string | undefined; times: number; ms: number }

/** Where on paths people are asked for: a node of a step, and what comes after it. */
export type Place = { step: number; node: string; next: 'any' | 'some' | 'none' | { node: string } }

/** What an event names (null: no visit), and how a node is made of that. */
export type NodeSql = { raw(bind: Bindings): string; clean(bind: Bindings, raw: string): string }

/** How often each step of a session went on to which node, or undefined where this way cannot tell. */
export async function readSteps(scope: Scope, report: PathsReport, scan: Scan, node: NodeSql): Promise<Step[] | undefined> {
  if (report.endPoint !== undefined) return undefined
  const known = await readNodes(scope, report, scan, node)
  return known && walk(scope, report, scan, known)
}

/** Who stands at a place of these same steps. */
export async function readPeople(
  scope: Scope,
  report: PathsReport,
  scan: Scan,
  node: NodeSql,
  asked: Place,
): Promise<number[] | undefined> {
  const known = await readNodes(scope, report, scan, node)
  return known && listPeople(scope, report, scan, known, asked)
}

type Known = { key: NodeSql; places: Places }

/** Names are cleaned once each and not at every visit, unless only cleaning makes them few. */
async function readNodes(scope: Scope, report: PathsReport, scan: Scan, node: NodeSql): Promise<Known | undefined> {
  for (const key of [node, cleaned(node)]) {
    const places = await readPlaces(scope, report, scan, key)
    if (places) return { key, places }
  }
  return undefined
}

const cleaned = ({ raw, clean }: NodeSql): NodeSql => ({ raw: (bind) => clean(bind, raw(bind)), clean: (_, sql) => sql })

/** What events name, and the place of its node in the list of nodes; 0 for what is left out. */
type Places = { keys: string[]; places: number[]; nodes: string[] }

/** Sorted as ClickHouse sorts, so that visits of one instant come in the order of their nodes here and outside. */
async function readPlaces(scope: Scope, report: PathsReport, scan: Scan, node: NodeSql): Promise<Places | undefined> {
  const bind = bindings()
  // The company's events by name are fewer to read than those of the days, and a name too many is in nobody's path.
  const found =
    report.node === 'event'
      ? `select name as found from events where tenant = ${bind.integer(scan.tenantId)}`
      : foundSql(bind, report, scan, node)
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ key: z.string(), node: z.string() }),
    sql: `select toString(assumeNotNull(found)) as key, ${node.clean(bind, 'key')} as node from (select distinct found from (${found}))
      order by node, key limit ${mostNodes + 1}`,
  })
  const letters = rows.reduce((sum, { key }) => sum + encodeURIComponent(key).length, 0)
  if (rows.length > mostNodes || letters > mostLetters) return undefined
  const nodes = [...new Set(rows.map(({ node }) => node))].filter((one) => !report.excludeEvents.includes(one))
  const placeOf = new Map(nodes.map((one, i) => [one, i + 1]))
  return { keys: rows.map(({ key }) => key), places: rows.map(({ node }) => placeOf.get(node) ?? 0), nodes }
}

async function walk(scope: Scope, report: PathsReport, scan: Scan, known: Known): Promise<Step[]> {
  const bind = bindings()
  const parts = partsOf(bind, scope, report, scan, known)
  if (!parts) return []
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ step: z.int(), node: z.int(), next: z.int(), times: z.int(), ms: z.int() }),
    sql: `select part.1 as step, part.2 as node, part.3 as next, count() as times, toInt64(sum(part.4)) as ms
      from ${parts} group by step, node, next order by step, node, next`,
  })
  const nameOf = (one: number) => known.places.nodes[one - 1] ?? ''
  return rows.map(({ node, next, ...step }) => ({ ...step, node: nameOf(node), next: next === 0 ? undefined : nameOf(next) }))
}

async function listPeople(scope: Scope, report: PathsReport, scan: Scan, known: Known, { step, node, next }: Place): Promise<number[]> {
  const bind = bindings()
  const parts = partsOf(bind, scope, report, scan, known)
  const placeOf = (name: string) => bind.integer(known.places.nodes.indexOf(name) + 1)
  if (!parts || !known.places.nodes.includes(node) || (typeof next === 'object' && !known.places.nodes.includes(next.node))) return []
  const after = typeof next === 'object' ? `part.3 = ${placeOf(next.node)}` : { any: '1', some: 'part.3 != 0', none: 'part.3 = 0' }[next]
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int() }),
    sql: `select distinct who from ${parts} where part.1 = ${bind.integer(step)} and part.2 = ${placeOf(node)} and ${after} order by who`,
  })
  return rows.map(({ who }) => who)
}

/** Rows of who and part: each step that each of their sessions took. Undefined where nothing can be one. */
function partsOf(bind: Bindings, scope: Scope, report: PathsReport, scan: Scan, { key: node, places: known }: Known): string | undefined {
  const { keys, places, nodes } = known
  const start = report.startPoint === undefined ? undefined : nodes.indexOf(report.startPoint) + 1
  if (start === 0 || keys.length === 0) return undefined
  const place = `transform(assumeNotNull(found), ${bind.texts(keys)}, [${places.join(',')}]::Array(Int64), toInt64(0))`
  const trails = report.node === 'event' ? trailsFor(scope, scan, []) : undefined
  if (trails) scope.answeredBy('trails')
  const visits = trails
    ? `select who, groupArrayArray(arrayMap(ms -> ms * ${nodeMask + 1} + place, moments)) as visits
      from (select who, moments, ${place} as place from (select who, name, moments, ${node.raw(bind)} as found from ${momentsOfTrails(bind, trails)}
        ${excludedSql(bind, report, 'where')})) where place != 0 group by who`
    : `select who, groupArray(ms * ${nodeMask + 1} + place) as visits
      from (select who, ms, ${place} as place from (${foundSql(bind, report, scan, node)})) where place != 0 group by who`
  return stepsSql(bind, report, visits, start)
}

/** Who named what when, before it is cleaned. */
export const foundSql = (bind: Bindings, report: PathsReport, scan: Scan, node: NodeSql): string =>
  `select who, ms, found from (select who, ms, name, ${node.raw(bind)} as found from ${scanEvents(bind, scan)})
    where who != 0 and found is not null ${excludedSql(bind, report, 'and')}`

const excludedSql = (bind: Bindings, { excludeEvents }: PathsReport, before: 'where' | 'and'): string =>
  excludeEvents.length > 0 ? `${before} name not in ${bind.texts(excludeEvents)}` : ''

/**
 * From a person's visits to steps. `begins` says at each visit where its path begins: at the session's first visit, or at the
 * first one at the starting point, 0 before that.
 */
function stepsSql(bind: Bindings, report: PathsReport, visits: string, start: number | undefined): string {
  const gapMs = bind.integer(report.sessionGapMinutes * 60_000)
  const limit = bind.integer(report.stepLimit)
  const nodeOf = (visit: string) => `bitAnd(bitShiftRight(${visit}, 1), ${nodeMask})`
  const msOf = (visit: string) => `bitShiftRight(${visit}, ${nodeBits + 1})`
  const kept = report.collapseRepeats
    ? `arrayFilter((v, b) -> bitAnd(v, 1) = 1 or ${nodeOf('v')} != bitAnd(b, ${nodeMask}), marked, before) as kept`
    : 'marked as kept'
  const begins =
    start === undefined
      ? ['arrayFill((i, v) -> bitAnd(v, 1) = 1, places, kept) as begins']
      : [
          `arrayMap(v -> toUInt8(${nodeOf('v')} = ${start}), kept) as hits`,
          'arrayCumSum(hits) as hitsSoFar',
          'arrayFill((c, v) -> bitAnd(v, 1) = 1, arrayMap((c, h) -> c - h, hitsSoFar, hits), kept) as hitsBefore',
          'arrayMap((h, c, b, i) -> if(h = 1 and c - b = 1, i, 0), hits, hitsSoFar, hitsBefore, places) as firstHits',
          'arrayFill((f, v) -> bitAnd(v, 1) = 1 or f != 0, firstHits, kept) as begins',
        ]
  const goesOn = `bitAnd(n, 1) = 0 and i - b + 1 < ${limit}`
  return `(select who, arrayJoin(steps) as part
      from (select who, arraySort(visits) as sorted,
          arrayPopBack(arrayPushFront(sorted, toInt64(-1000000000000000000))) as before,
          arrayMap((x, b) -> x * 2 + (bitShiftRight(x, ${nodeBits}) - bitShiftRight(b, ${nodeBits}) >= ${gapMs}), sorted, before) as marked,
          ${kept}, arrayEnumerate(kept) as places, ${begins.join(', ')},
          arrayPushBack(arrayPopFront(kept), toInt64(1)) as after,
          arrayMap((v, n, i, b) -> (toUInt16(i - b + 1), toUInt16(${nodeOf('v')}), toUInt16(if(${goesOn}, ${nodeOf('n')}, 0)), if(${goesOn}, ${msOf('n')} - ${msOf('v')}, 0)),
            arrayFilter((v, i, b) -> b != 0 and i - b < ${limit}, kept, places, begins),
            arrayFilter((n, i, b) -> b != 0 and i - b < ${limit}, after, places, begins),
            arrayFilter((i, b) -> b != 0 and i - b < ${limit}, places, begins),
            arrayFilter((b, i) -> b != 0 and i - b < ${limit}, begins, places)) as steps
        from (${visits})))`
}
