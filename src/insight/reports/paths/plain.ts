import { z } from 'zod'
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

export type Step = { step: number; node: string; next: string | undefined; times: number; ms: number }

type NodeSql = (bind: Bindings) => string

/** How often each step of a session went on to which node, or undefined where this way cannot tell. */
export async function readSteps(scope: Scope, report: PathsReport, scan: Scan, nodeSql: NodeSql): Promise<Step[] | undefined> {
  if (report.endPoint !== undefined) return undefined
  const nodes = await readNodes(scope, report, scan, nodeSql)
  if (nodes.length > mostNodes) return undefined
  const start = report.startPoint === undefined ? undefined : nodes.indexOf(report.startPoint) + 1
  if (start === 0) return []
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ step: z.int(), node: z.int(), next: z.int(), times: z.int(), ms: z.int() }),
    sql: stepsSql(bind, report, visitsSql(bind, report, scan, nodeSql, nodes), start),
  })
  const nameOf = (place: number) => nodes[place - 1] ?? ''
  return rows.map(({ step, node, next, times, ms }) => ({
    step,
    node: nameOf(node),
    next: next === 0 ? undefined : nameOf(next),
    times,
    ms,
  }))
}

/** Sorted as ClickHouse sorts, so that visits of one instant come in the order of their nodes here and outside. */
async function readNodes(scope: Scope, report: PathsReport, scan: Scan, nodeSql: NodeSql): Promise<string[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ node: z.string() }),
    sql: `select distinct node from (${nodesSql(bind, report, scan, nodeSql)}) order by node limit ${mostNodes + 1}`,
  })
  return rows.map(({ node }) => node)
}

/** Who was at which node when. */
export function nodesSql(bind: Bindings, report: PathsReport, scan: Scan, nodeSql: NodeSql): string {
  const excluded =
    report.excludeEvents.length > 0
      ? `and name not in ${bind.texts(report.excludeEvents)} and node not in ${bind.texts(report.excludeEvents)}`
      : ''
  return `select who, ms, assumeNotNull(found) as node from (select who, ms, name, ${nodeSql(bind)} as found, assumeNotNull(found) as node from ${scanEvents(bind, scan)})
    where who != 0 and found is not null ${excluded}`
}

const visitsSql = (bind: Bindings, report: PathsReport, scan: Scan, nodeSql: NodeSql, nodes: readonly string[]): string =>
  `select groupArray(ms * ${nodeMask + 1} + transform(node, ${bind.texts(nodes)}, range(1, ${nodes.length + 1})::Array(Int64), toInt64(0))) as visits
    from (${nodesSql(bind, report, scan, nodeSql)}) group by who`

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
  return `select part.1 as step, part.2 as node, part.3 as next, count() as times, toInt64(sum(part.4)) as ms
    from (select arrayJoin(steps) as part
      from (select arraySort(visits) as sorted,
          arrayPopBack(arrayPushFront(sorted, toInt64(-1000000000000000000))) as before,
          arrayMap((x, b) -> x * 2 + (bitShiftRight(x, ${nodeBits}) - bitShiftRight(b, ${nodeBits}) >= ${gapMs}), sorted, before) as marked,
          ${kept}, arrayEnumerate(kept) as places, ${begins.join(', ')},
          arrayPushBack(arrayPopFront(kept), toInt64(1)) as after,
          arrayMap((v, n, i, b) -> (toUInt16(i - b + 1), toUInt16(${nodeOf('v')}), toUInt16(if(${goesOn}, ${nodeOf('n')}, 0)), if(${goesOn}, ${msOf('n')} - ${msOf('v')}, 0)),
            arrayFilter((v, i, b) -> b != 0 and i - b < ${limit}, kept, places, begins),
            arrayFilter((n, i, b) -> b != 0 and i - b < ${limit}, after, places, begins),
            arrayFilter((i, b) -> b != 0 and i - b < ${limit}, places, begins),
            arrayFilter((b, i) -> b != 0 and i - b < ${limit}, begins, places)) as steps
        from (${visits})))
    group by step, node, next order by step, node, next`
}
