import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { dayRange } from '#platform/time.ts'
import { scanOrders, tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { askPersons, type Bindings, bindings, matcherSql, namesOf, scanEvents } from '../sql.ts'
import type { EffectReport, EffectResult } from './schema.ts'

const hourMs = 3_600_000

export async function runEffect(scope: Scope, report: EffectReport): Promise<EffectResult> {
  const span = await readSpan(scope, report)
  const bind = bindings()
  const now = scope.ctx.now().getTime()
  const open = (hours: number) => `countIf(sent + ${bind.integer(hours * hourMs)} > ${bind.integer(now)})`
  const [found] = span
    ? await scope.ask({
        params: bind.params,
        row: Row,
        sql: `select count() as touched, countIf(b.visits > 0) as visited, countIf(b.buys > 0) as bought, countIf(b.returned > 0) as refunded, countIf(b.leaves > 0) as left,
            toUInt64(sum(b.buys)) as orders, toInt64(sum(b.paid)) as gross, toInt64(sum(b.returned)) as back, groupUniqArrayArray(5)(b.found) as currencies,
            [${open(report.visitHours)}, ${open(report.buyHours)}, ${open(report.leaveHours)}] as open
          from ${peopleSql(bind, scope, report, span)} as b`,
      })
    : []
  const all = span ? await readPaidByAll(scope, report, span) : 0
  const { open: [visit = 0, buy = 0, leave = 0] = [], gross = 0, back = 0, currencies = [], ...counts } = found ?? nobody
  const currency = tradeCurrency(scope, report, currencies)
  return {
    ...counts,
    gross: majorNumber(gross, currency),
    net: majorNumber(gross - back, currency),
    paidByAll: majorNumber(all, currency),
    currency,
    open: { visit, buy, leave },
    ...(report.persons ? { persons: span ? await readPersons(scope, report, span) : [] } : {}),
  }
}

const Row = z.object({
  touched: z.int(),
  visited: z.int(),
  bought: z.int(),
  refunded: z.int(),
  left: z.int(),
  orders: z.int(),
  gross: z.number(),
  back: z.number(),
  currencies: z.array(z.string()),
  open: z.array(z.int()),
})
const nobody: z.infer<typeof Row> = {
  ...{ touched: 0, visited: 0, bought: 0, refunded: 0, left: 0, orders: 0, gross: 0, back: 0 },
  currencies: [],
  open: [],
}

/** From the first touch to the last moment at which one could still have an effect: nothing else is read. */
type Span = { from: Date; to: Date; lastTouch: number }

/** Of everybody the asker may see, known or not, with corrections (minor units). */
async function readPaidByAll(scope: Scope, report: EffectReport, { from, lastTouch }: Span): Promise<number> {
  const bind = bindings()
  const to = new Date(lastTouch + report.buyHours * hourMs)
  const [row] = await scope.ask({
    params: bind.params,
    row: z.object({ paid: z.number() }),
    sql: `select toInt64(sum(paid)) as paid from ${scanOrders(bind, { ...scope.scan({}), from, to, currency: report.currency })}`,
  })
  return row?.paid ?? 0
}

async function readSpan(scope: Scope, report: EffectReport): Promise<Span | undefined> {
  const bind = bindings()
  const [found] = await scope.ask({
    params: bind.params,
    row: z.object({ touched: z.int(), first: z.number(), last: z.number() }),
    sql: `select count() as touched, min(sent) as first, max(sent) as last from ${touchedSql(bind, scope, report)}`,
  })
  if (!found || found.touched === 0) return undefined
  const longest = Math.max(report.visitHours, report.buyHours, report.leaveHours) * hourMs
  return { from: new Date(found.first), to: new Date(found.last + longest), lastTouch: found.last }
}

/** One row for each touched person: who, sent (ms), and by whom (the employee; empty where nobody is named). */
function touchedSql(bind: Bindings, scope: Scope, report: EffectReport): string {
  const { touch, dateFrom, dateTo } = report
  const { timezone } = scope.calendar
  const scan = {
    ...scope.scan(report),
    names: namesOf([touch]),
    persons: askPersons([touch]),
    ...(dateFrom ? { from: dayRange(dateFrom, dateFrom, timezone).from } : {}),
    ...(dateTo ? { to: dayRange(dateTo, dateTo, timezone).to } : {}),
  }
  return `(select who, min(ms) as sent, argMin(properties['employee'], (ms, id)) as employee
    from ${scanEvents(bind, scan)} where who != 0 and ${matcherSql(bind, touch)} group by who)`
}

/** Every touched person with what they did in their hours: who, sent, visits, buys, paid, returned (minor units), found (currencies), leaves. */
function peopleSql(bind: Bindings, scope: Scope, report: EffectReport, span: Span): string {
  const touched = () => touchedSql(bind, scope, report)
  const within = (hours: number) => `d.ms >= t.sent and d.ms < t.sent + ${bind.integer(hours * hourMs)}`
  const did = (columns: string, rows: string, condition: string) =>
    `(select t.who as who, ${columns} from ${rows} as d inner join ${touched()} as t on d.who = t.who where ${condition} group by who)`
  const facts = { ...scope.scan({}), from: span.from, to: span.to }
  const visits = did('count() as visits', visitsSql(bind, scope, report, span), `${within(report.visitHours)} and d.ms > t.sent`)
  const orders = did(
    'count() as buys, sum(d.paid) as spent, sum(d.refunded) as returned, groupUniqArray(5)(d.currency) as found',
    scanOrders(bind, { ...facts, currency: report.currency }),
    `${within(report.buyHours)} and d.paid > 0`,
  )
  const leaves = did(
    'count() as leaves',
    `(select who, ms, properties['employee'] as employee, properties['by'] as by from ${scanEvents(bind, { ...facts, names: ['customer.unfollowed'] })})`,
    `${within(report.leaveHours)} and d.by = 'customer' and (t.employee = '' or d.employee = t.employee)`,
  )
  return `(select t.who as who, t.sent as sent, v.visits as visits, o.buys as buys, o.spent as paid, o.returned as returned, o.found as found, l.leaves as leaves
    from ${touched()} as t left join ${visits} as v on t.who = v.who left join ${orders} as o on t.who = o.who left join ${leaves} as l on t.who = l.who)`
}

function visitsSql(bind: Bindings, scope: Scope, { visit }: EffectReport, span: Span): string {
  const scan = { ...scope.scan({}), from: span.from, to: span.to }
  return visit
    ? `(select who, ms from ${scanEvents(bind, { ...scan, names: namesOf([visit]), persons: askPersons([visit]) })} where ${matcherSql(bind, visit)})`
    : `(select who, ms from ${scanEvents(bind, scan)} where name not in ${bind.texts(scope.settings.notActs)})`
}

const columnOf = { visited: 'visits', bought: 'buys', refunded: 'returned', left: 'leaves' } as const

async function readPersons(scope: Scope, report: EffectReport, span: Span): Promise<string[]> {
  const bind = bindings()
  const of = report.persons?.of ?? 'touched'
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int() }),
    sql: `select who from ${peopleSql(bind, scope, report, span)} where ${of === 'touched' ? '1' : `${columnOf[of]} > 0`} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
