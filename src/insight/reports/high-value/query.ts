import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { dayRange } from '#platform/time.ts'
import { readEdges } from '../influence/query.ts'
import { rankPeople } from '../influence/rank.ts'
import { influenceReport } from '../influence/schema.ts'
import { tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { bindings, scanEvents } from '../sql.ts'
import { windowOf } from '../window.ts'
import type { HighValueReport, HighValueResult } from './schema.ts'
import { type Facts, type Scored, scoreAll } from './score.ts'

const Row = z.object({
  who: z.number(),
  recency: z.number().nullable(),
  orders: z.number(),
  interval: z.number().nullable(),
  amount: z.number(),
  messages: z.number(),
  speakingInterval: z.number().nullable(),
  currencies: z.array(z.string()),
})
type Row = z.infer<typeof Row>

/** Whoever bought or spoke within the window, by one score out of both. */
export async function runHighValue(scope: Scope, report: HighValueReport): Promise<HighValueResult> {
  const { scored, rows } = await rankHighValue(scope, report)
  const currency = tradeCurrency(
    scope,
    report,
    rows.flatMap(({ currencies }) => currencies),
  )
  const facts = new Map(rows.map((row) => [row.who, row]))
  return {
    customers: scored.length,
    currency,
    weights: report.weights,
    rows: scored.slice(0, report.limit).flatMap((one) => present(scope, one, facts.get(one.who), currency)),
    ...(report.persons ? { persons: scored.slice(0, report.persons.top).map(({ who }) => scope.nameOf(who)) } : {}),
  }
}

/** Everybody with a score, the best first, and what it is made of. */
export async function rankHighValue(scope: Scope, report: HighValueReport): Promise<{ scored: Scored[]; rows: Row[] }> {
  const { asOf, first = asOf } = windowOf(
    scope,
    report.dateFrom === undefined ? { ...report, windowDays: report.windowDays ?? 365 } : report,
  )
  const [rows, influence] = await Promise.all([readFacts(scope, report, first, asOf), readInfluence(scope, report, first, asOf)])
  const scored = scoreAll(
    rows.map((row) => factsOf(row, influence.get(row.who))),
    report.weights,
  )
  return { scored, rows }
}

function readFacts(scope: Scope, report: HighValueReport, dateFrom: string, asOf: string): Promise<Row[]> {
  const { timezone } = scope.calendar
  const bind = bindings()
  const day = `toDate(at, ${bind.text(timezone)})`
  const paid = "name = 'order.paid'"
  const said = "name = 'group_message.sent'"
  const money = report.currency === undefined ? '' : `and (${said} or properties['currency'] = ${bind.text(report.currency)})`
  const amount = "toInt64OrZero(properties['amount'])"
  const pause = (condition: string) =>
    `if(uniqExactIf(${day}, ${condition}) < 2, null, dateDiff('day', minIf(${day}, ${condition}), maxIf(${day}, ${condition})) / (uniqExactIf(${day}, ${condition}) - 1))`
  return scope.ask({
    params: bind.params,
    row: Row,
    sql: `select who, if(orders = 0, null, dateDiff('day', maxIf(${day}, ${paid}), toDate(${bind.text(asOf)}))) as recency, countIf(${paid}) as orders,
        ${pause(paid)} as interval, sumIf(${amount}, name in ('order.paid', 'order.amended')) - sumIf(${amount}, name = 'order.refunded') as amount,
        countIf(${said}) as messages, ${pause(said)} as speakingInterval, groupUniqArrayIf(5)(properties['currency'], properties['currency'] != '') as currencies
      from ${scanEvents(bind, {
        ...scope.scan(report),
        ...dayRange(dateFrom, asOf, timezone),
        names: ['order.paid', 'order.amended', 'order.refunded', 'group_message.sent'],
      })} where who != 0 ${money} group by who having orders > 0 or messages > 0 order by who`,
  })
}

async function readInfluence(
  scope: Scope,
  report: HighValueReport,
  dateFrom: string,
  dateTo: string,
): Promise<ReadonlyMap<number, number>> {
  const { where, ...asked } = influenceReport.parse({ type: 'influence', dateFrom, dateTo, graphs: ['reply', 'mention', 'invite'] })
  const { edges } = await readEdges(scope, { ...asked, where: report.where ?? where })
  const ranked = rankPeople(edges, asked)
  return new Map(ranked.flatMap(({ node, pageRank }) => (node.startsWith('#') ? [[Number(node.slice(1)), pageRank] as const] : [])))
}

const factsOf = (row: Row, influence: number | undefined): Facts => ({
  who: row.who,
  recency: row.recency,
  frequency: row.orders > 0 ? row.orders : null,
  interval: row.interval,
  monetary: row.orders > 0 ? row.amount : null,
  speaking: row.messages > 0 ? row.messages : null,
  speakingInterval: row.speakingInterval,
  influence: influence ?? null,
})

function present(scope: Scope, { who, score, parts }: Scored, row: Row | undefined, currency: string): HighValueResult['rows'] {
  if (!row) return []
  const { recency, orders, interval, amount, messages, speakingInterval } = row
  const facts = {
    recencyDays: recency,
    orders,
    intervalDays: interval,
    amount: majorNumber(amount, currency),
    messages,
    speakingDays: speakingInterval,
  }
  return [{ person: scope.nameOf(who), score, parts, ...facts }]
}
