import { z } from 'zod'
import { dayRange } from '#platform/time.ts'
import { adjustForMany, compareShares } from '../proportions.ts'
import type { Scope } from '../scope.ts'
import { askPersons, type Bindings, bindings, matcherSql, scanEvents } from '../sql.ts'
import type { NorthStarReport, NorthStarResult } from './schema.ts'

export async function runNorthStar(scope: Scope, report: NorthStarReport): Promise<NorthStarResult> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ event: z.string(), persons: z.number(), outcomes: z.number(), young: z.number() }),
    sql: `select arrayJoin(arrayConcat([''], early)) as event, countIf(isOld) as persons, countIf(isOld and isOutcome) as outcomes, countIf(not isOld) as young
      from ${peopleSql(bind, scope, report)} group by event order by event`,
  })
  const everybody = rows.find(({ event }) => event === '') ?? { persons: 0, outcomes: 0, young: 0 }
  const compared = rows.flatMap(({ event, persons, outcomes }) => {
    const did = { did: outcomes, of: persons }
    const didNot = { did: everybody.outcomes - outcomes, of: everybody.persons - persons }
    const enough = event !== '' && did.of >= report.minPersons && didNot.of >= report.minPersons
    const found = enough ? compareShares(did, didNot) : null
    return found ? [{ event, did, didNot, ...found }] : []
  })
  const qs = adjustForMany(compared.map(({ p }) => p))
  const judged = compared.map(({ did, didNot, ...row }, i) => {
    const q = qs[i] ?? 1
    const verdict = q >= 0.05 ? ('unclear' as const) : row.difference > 0 ? ('precedes' as const) : ('precedes_less' as const)
    return { ...row, did: { persons: did.of, outcome: did.did }, didNot: { persons: didNot.of, outcome: didNot.did }, q, verdict }
  })
  return {
    cohort: everybody.persons,
    outcome: everybody.outcomes,
    tooYoung: everybody.young,
    compared: compared.length,
    rows: judged.sort((a, b) => b.phi - a.phi || (a.event < b.event ? -1 : 1)).slice(0, report.limit),
    ...(report.persons ? { persons: await listPersons(scope, report, report.persons) } : {}),
  }
}

const dayMs = 86_400_000

/** One row a person of the cohort: what they did in the early days, whether the outcome came, and whether it still may. */
function peopleSql(bind: Bindings, scope: Scope, report: NorthStarReport): string {
  const dates = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const [from, to, now] = [dates.from, dates.to, scope.ctx.now()].map((at) => bind.integer(at.getTime()))
  const [early, end] = [`since + ${report.earlyDays * dayMs}`, `since + ${report.outcome.days * dayMs}`]
  const start = matcherSql(bind, report.start)
  // Reading may stop where nobody's time goes on.
  const until = new Date(dates.to.getTime() + report.outcome.days * dayMs + 1)
  return `(select who, since, arrayDistinct(arrayMap(a -> a.2, arrayFilter(a -> a.1 >= since and a.1 <= ${early}, acts))) as early, ${outcomeSql(report, early, end)} as isOutcome, ${end} <= ${now} as isOld
    from (select who, minIf(ms, isStart) as since, groupArrayIf((ms, name), isAct) as acts, groupArrayIf(ms, name = 'order.paid') as orders
      from (select who, ms, name, ${start} as isStart, not has(${bind.texts([...scope.settings.notActs, report.start.event])}, name) as isAct
        from ${scanEvents(bind, { ...scope.scan(report), to: until, persons: askPersons([report.start]) })} where who != 0)
      group by who having countIf(isStart) > 0 and since >= ${from} and since < ${to}))`
}

const outcomeSql = ({ outcome }: NorthStarReport, early: string, end: string): string =>
  outcome.kind === 'retention'
    ? `arrayExists(a -> a.1 > ${early} and a.1 <= ${end}, acts)`
    : `arrayCount(o -> o >= since and o <= ${end}, orders) >= 2 and arrayExists(o -> o > ${early} and o <= ${end}, orders)`

async function listPersons(scope: Scope, report: NorthStarReport, wanted: NonNullable<NorthStarReport['persons']>): Promise<string[]> {
  const bind = bindings()
  const outcome = wanted.outcome === undefined ? '' : `and isOutcome = ${wanted.outcome ? 1 : 0}`
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select who from ${peopleSql(bind, scope, report)} where isOld and has(early, ${bind.text(wanted.event)}) = ${wanted.did ? 1 : 0} ${outcome} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
