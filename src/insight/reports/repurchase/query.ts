import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { addDays, dayOf, dayRange } from '#platform/time.ts'
import { type Bucket, bucketSql, bucketsOf } from '../dates.ts'
import { scanOrders } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { ratio } from '../trade/totals.ts'
import { readCycle, readCycles, readProductCycles } from './cycles.ts'
import type { RepurchaseReport, RepurchaseResult } from './schema.ts'

/** Orders with an amount only: what was given away says nothing about buying again. */
export async function runRepurchase(scope: Scope, report: RepurchaseReport): Promise<RepurchaseResult> {
  const buckets = bucketsOf(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  const [buyers, cohorts, cycle, products, rows] = await Promise.all([
    countBuyers(scope, report),
    readCohorts(scope, report, buckets),
    readCycle(scope, report),
    report.products > 0 ? readProductCycles(scope, report) : undefined,
    report.rows > 0 ? readCycles(scope, report) : undefined,
  ])
  return {
    ...buyers,
    cohorts,
    mean: report.days.map((days, i) => {
      const old = cohorts.filter(({ within }) => within[i]?.open === false)
      const size = old.reduce((sum, cohort) => sum + cohort.size, 0)
      const repeated = old.reduce((sum, { within }) => sum + (within[i]?.repeated ?? 0), 0)
      return { days, size, repeated, rate: ratio(repeated, size) }
    }),
    cycle,
    ...(products ? { products } : {}),
    ...(rows ? { rows } : {}),
    ...(report.persons ? { persons: await listPersons(scope, report, buckets) } : {}),
  }
}

const within = (scope: Scope, { dateFrom, dateTo }: RepurchaseReport) => dayRange(dateFrom, dateTo, scope.calendar.timezone)

async function countBuyers(scope: Scope, report: RepurchaseReport): Promise<Pick<RepurchaseResult, 'buyers' | 'repeated' | 'rate'>> {
  const bind = bindings()
  const [found] = await scope.ask({
    params: bind.params,
    row: z.object({ buyers: z.int(), repeated: z.int() }),
    sql: `select count() as buyers, countIf(number > 1) as repeated from ${buyersSql(bind, scope, report)}`,
  })
  const { buyers = 0, repeated = 0 } = found ?? {}
  return { buyers, repeated, rate: ratio(repeated, buyers) }
}

const buyersSql = (bind: Bindings, scope: Scope, report: RepurchaseReport): string =>
  `(select who, count() as number from ${scanOrders(bind, { ...scope.scan(report), ...within(scope, report), currency: report.currency })}
    where who != 0 and paid > 0 group by who)`

/** Everybody's first order that the report looks at, ever, when it lies in the dates, and after how many days the second came. */
function firstsSql(bind: Bindings, scope: Scope, report: RepurchaseReport): string {
  const { from, to } = within(scope, report)
  const zone = bind.text(scope.calendar.timezone)
  return `(select who, first as at, if(length(times) > 1, dateDiff('day', toDate(first, ${zone}), toDate(times[2], ${zone})), null) as again
    from (select who, arraySort(groupArray(at)) as times, times[1] as first
      from ${scanOrders(bind, { ...scope.scan(report), currency: report.currency })} where who != 0 and paid > 0 group by who)
    where toUnixTimestamp64Milli(first) >= ${bind.integer(from.getTime())} and toUnixTimestamp64Milli(first) < ${bind.integer(to.getTime())})`
}

async function readCohorts(scope: Scope, report: RepurchaseReport, buckets: readonly Bucket[]): Promise<RepurchaseResult['cohorts']> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ bucket: z.string(), size: z.int(), repeated: z.array(z.int()) }),
    sql: `select ${bucketSql(bind, scope.calendar, report.interval)} as bucket, count() as size,
        [${report.days.map((days) => `countIf(again <= ${days})`).join(', ')}] as repeated
      from ${firstsSql(bind, scope, report)} group by bucket`,
  })
  const found = new Map(rows.map((row) => [row.bucket, row]))
  const today = dayOf(scope.ctx.now(), scope.calendar.timezone)
  return buckets.map(({ key, label, to }) => {
    const { size = 0, repeated = [] } = found.get(key) ?? {}
    const last = lastDay(to, report.dateTo, scope.calendar.timezone)
    return {
      start: label,
      size,
      within: report.days.map((days, i) => {
        // The day itself still counts, so the window is over the day after it.
        const open = addDays(last, days) >= today
        return { days, repeated: repeated[i] ?? 0, rate: open ? null : ratio(repeated[i] ?? 0, size), open }
      }),
    }
  })
}

/** The last day on which a first order of the cohort can lie. */
function lastDay(end: Date, dateTo: string, timezone: string): string {
  const day = dayOf(new Date(end.getTime() - 1), timezone)
  return day < dateTo ? day : dateTo
}

async function listPersons(scope: Scope, report: RepurchaseReport, buckets: readonly Bucket[]): Promise<string[]> {
  const { persons } = report
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int() }),
    sql:
      persons && 'cohort' in persons
        ? cohortPersonsSql(bind, scope, report, persons, buckets)
        : `select who from ${buyersSql(bind, scope, report)} ${persons?.of === 'repeated' ? 'where number > 1' : ''} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}

function cohortPersonsSql(
  bind: Bindings,
  scope: Scope,
  report: RepurchaseReport,
  { cohort, days, repeated }: { cohort: number; days: number; repeated: boolean },
  buckets: readonly Bucket[],
): string {
  const bucket = buckets[cohort]
  if (!bucket) throw appError('report.invalid', { message: `There is no cohort ${cohort}.`, field: 'persons.cohort' })
  return `select who from ${firstsSql(bind, scope, report)}
    where ${bucketSql(bind, scope.calendar, report.interval)} = ${bind.text(bucket.key)} and ${repeated ? '' : 'not '}ifNull(again <= ${days}, 0) order by who`
}
