import { z } from 'zod'
import { addDays, dayOf, dayRange, daysBetween } from '#platform/time.ts'
import { scanLines } from '../order-lines.ts'
import { scanOrders } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import type { RepurchaseReport, RepurchaseResult } from './schema.ts'

type Cycle = RepurchaseResult['cycle']

const Row = z.object({ gaps: z.int(), quartiles: z.array(z.number().nullable()) })

/** The mean of the two middle ones where there is no middle one. */
const quartilesSql = `arrayMap((low, high) -> (low + high) / 2, quantilesExactLow(0.25, 0.5, 0.75)(days), quantilesExactHigh(0.25, 0.5, 0.75)(days)) as quartiles`

const present = ({ gaps, quartiles: [lower, middle, upper] }: z.infer<typeof Row>): Cycle => ({
  gaps,
  lowerQuartile: gaps > 0 ? (lower ?? null) : null,
  median: gaps > 0 ? (middle ?? null) : null,
  upperQuartile: gaps > 0 ? (upper ?? null) : null,
})

/** Days between neighbours of a sorted list of times, kept where the later one lies in the dates. */
function gapsSql(bind: Bindings, scope: Scope, { dateFrom, dateTo }: RepurchaseReport): string {
  const { from, to } = dayRange(dateFrom, dateTo, scope.calendar.timezone)
  const zone = bind.text(scope.calendar.timezone)
  return `arrayMap(pair -> dateDiff('day', toDate(pair.1, ${zone}), toDate(pair.2, ${zone})),
    arrayFilter(pair -> toUnixTimestamp64Milli(pair.2) >= ${bind.integer(from.getTime())} and toUnixTimestamp64Milli(pair.2) < ${bind.integer(to.getTime())},
      arrayZip(arrayPopBack(times), arrayPopFront(times))))`
}

const ordersOf = (bind: Bindings, scope: Scope, report: RepurchaseReport): string =>
  scanOrders(bind, { ...scope.scan(report), currency: report.currency })

export async function readCycle(scope: Scope, report: RepurchaseReport): Promise<Cycle> {
  const bind = bindings()
  const [found] = await scope.ask({
    params: bind.params,
    row: Row,
    sql: `select count() as gaps, ${quartilesSql} from (
        select arrayJoin(${gapsSql(bind, scope, report)}) as days from (
          select arraySort(groupArray(at)) as times from ${ordersOf(bind, scope, report)} where who != 0 and paid > 0 group by who))`,
  })
  return present(found ?? { gaps: 0, quartiles: [] })
}

/** Orders with the same product, of the same person. */
export async function readProductCycles(scope: Scope, report: RepurchaseReport): Promise<NonNullable<RepurchaseResult['products']>> {
  const bind = bindings()
  const lines = scanLines(bind, { ...scope.scan(report), currency: report.currency }, 'paid')
  const rows = await scope.ask({
    params: bind.params,
    row: Row.extend({ product: z.string(), label: z.string(), persons: z.int() }),
    sql: `select product, any(called) as label, count() as gaps, uniqExact(who) as persons, ${quartilesSql} from (
        select product, who, called, arrayJoin(${gapsSql(bind, scope, report)}) as days from (
          select product, who, argMax(said, placed) as called, arraySort(groupArray(placed)) as times from (
            select product, who, ord, any(title) as said, any(at) as placed from ${lines} where who != 0 and product != '' group by product, who, ord)
          group by product, who))
      group by product order by gaps desc, product limit ${report.products}`,
  })
  return rows.map(({ product, label, persons, ...cycle }) => ({ product, title: label, persons, ...present(cycle) }))
}

/** Who bought twice or more often up to the end of the dates; those most overdue by their own habit first. */
export async function readCycles(scope: Scope, report: RepurchaseReport): Promise<NonNullable<RepurchaseResult['rows']>> {
  const bind = bindings()
  const { to } = dayRange(report.dateFrom, report.dateTo, scope.calendar.timezone)
  const zone = bind.text(scope.calendar.timezone)
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int(), orders: z.int(), middle: z.number(), last: z.string() }),
    sql: `select who, length(times) as orders, arraySort(arrayMap((a, b) -> dateDiff('day', toDate(a, ${zone}), toDate(b, ${zone})), arrayPopBack(times), arrayPopFront(times))) as gaps,
        (gaps[intDiv(length(gaps) + 1, 2)] + gaps[intDiv(length(gaps), 2) + 1]) / 2 as middle, toString(toDate(times[-1], ${zone})) as last
      from (select who, arraySort(groupArray(at)) as times
        from ${scanOrders(bind, { ...scope.scan(report), to, currency: report.currency })} where who != 0 and paid > 0 group by who having length(times) > 1)
      order by toDate(last) + toUInt32(ceil(middle)), who limit ${report.rows}`,
  })
  const now = dayOf(scope.ctx.now(), scope.calendar.timezone)
  return rows.map(({ who, orders, middle, last }) => {
    const dueDay = addDays(last, Math.ceil(middle))
    return { person: scope.nameOf(who), orders, medianDays: middle, lastDay: last, dueDay, overdueDays: daysBetween(dueDay, now) }
  })
}
