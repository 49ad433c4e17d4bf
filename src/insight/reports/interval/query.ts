import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import { ofDoers } from '../doers.ts'
import { momentsOfTrails, trailsFor } from '../route.ts'
import type { Scope } from '../scope.ts'
import { askPersons, type Bindings, bindings, matcherSql, namesOf, type Scan, scanEvents } from '../sql.ts'
import type { IntervalReport, IntervalResult } from './schema.ts'

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

const Row = z.object({ bin: z.int(), number: z.int(), persons: z.int() })
const Measures = z.object({
  intervals: z.int(),
  open: z.int(),
  people: z.int(),
  average: z.number().nullable(),
  quartiles: z.array(z.number().nullable()),
})

/** Starts lie in the dates; ends may come later, and what has no end yet is open, not long. Real time, so changes of clocks count. */
export async function runInterval(scope: Scope, report: IntervalReport): Promise<IntervalResult> {
  const [of, by] = [bindings(), bindings()]
  const scan = await scanOf(scope, report)
  const [[found], rows] = await Promise.all([
    scope.ask({
      params: of.params,
      row: Measures,
      sql: `select countIf(ended > 0) as intervals, countIf(ended = 0) as open, uniqExact(who) as people,
          if(intervals = 0, null, avgIf(${lengthOf(report)}, ended > 0)) as average,
          arrayMap((low, high) -> (low + high) / 2, quantilesExactLowIf(0.25, 0.5, 0.75)(${lengthOf(report)}, ended > 0), quantilesExactHighIf(0.25, 0.5, 0.75)(${lengthOf(report)}, ended > 0)) as quartiles
        from ${pairsSql(of, scope, report, scan)}`,
    }),
    scope.ask({
      params: by.params,
      row: Row,
      sql: `select toUInt32(${binSql(report)}) as bin, count() as number, uniqExact(who) as persons from ${pairsSql(by, scope, report, scan)} where ended > 0 group by bin`,
    }),
  ])
  const bins = new Map(rows.map((row) => [row.bin, row]))
  const [lowerQuartile, median, upperQuartile] = found && found.intervals > 0 ? found.quartiles : []
  return {
    intervals: found?.intervals ?? 0,
    open: found?.open ?? 0,
    people: found?.people ?? 0,
    average: round(found?.average),
    lowerQuartile: round(lowerQuartile),
    median: round(median),
    upperQuartile: round(upperQuartile),
    bins: [0, ...report.bins].map((from, i) => ({
      from,
      to: report.bins[i] ?? null,
      intervals: bins.get(i)?.number ?? 0,
      persons: bins.get(i)?.persons ?? 0,
    })),
    ...(report.persons ? { persons: await listPersons(scope, report, scan, report.persons) } : {}),
  }
}

const round = (value: number | null | undefined): number | null => (value == null ? null : Math.round(value * 1e6) / 1e6)

const lengthOf = ({ unit }: IntervalReport): string => `((ended - started) / ${unitMs[unit]})`

const binSql = (report: IntervalReport): string =>
  report.bins.map((bound) => `(ended - started >= ${Math.ceil(bound * unitMs[report.unit])})`).join(' + ')

function scanOf(scope: Scope, report: IntervalReport): Promise<Scan> {
  const matchers = [report.start, report.end]
  const span = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const scan = { ...scope.scan(report), from: span.from, names: namesOf(matchers), persons: askPersons(matchers) }
  return ofDoers(scope, scan, { first: report.start, span, filtered: [...matchers, report] })
}

/** One row a start: who, started, ended (0 while nothing followed). An end at the very moment of its start does not follow it. */
const pairsSql = (bind: Bindings, scope: Scope, report: IntervalReport, scan: Scan): string =>
  `(select who, arrayJoin(starts) as started, arrayFirst(end -> end > started, ends) as ended from (${momentsSql(bind, scope, report, scan)}))`

/** One row for everybody who started: who, starts, and ends in order. */
function momentsSql(bind: Bindings, scope: Scope, report: IntervalReport, scan: Scan): string {
  const { to } = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const [isStart, isEnd] = [matcherSql(bind, report.start), matcherSql(bind, report.end)]
  const isEarly = `ms < ${bind.integer(to.getTime())}`
  const trails = trailsFor(scope, scan, [report.start, report.end])
  if (trails) {
    scope.answeredBy('trails')
    return `select who, ${report.match === 'first' ? '[arrayMin(begun)]' : 'arrayDistinct(begun)'} as starts, ends from (
      select who, groupArrayArrayIf(arrayFilter(ms -> ${isEarly}, moments), ${isStart}) as begun, arraySort(groupArrayArrayIf(moments, ${isEnd})) as ends
      from ${momentsOfTrails(bind, trails)} group by who) where notEmpty(begun)`
  }
  const starts = `${isStart} and ${isEarly}`
  return `select who, ${report.match === 'first' ? `[minIf(ms, ${starts})]` : `arrayDistinct(groupArrayIf(ms, ${starts}))`} as starts, arraySort(groupArrayIf(ms, ${isEnd})) as ends
    from ${scanEvents(bind, scan)} where who != 0 group by who having countIf(${starts}) > 0`
}

async function listPersons(
  scope: Scope,
  report: IntervalReport,
  scan: Scan,
  persons: NonNullable<IntervalReport['persons']>,
): Promise<string[]> {
  const bind = bindings()
  const which = 'open' in persons ? 'ended = 0' : `ended > 0 and ${binSql(report)} = ${persons.bin}`
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int() }),
    sql: `select distinct who from ${pairsSql(bind, scope, report, scan)} where ${which} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
