import { sql } from 'kysely'
import { z } from 'zod'
import { minorFactor } from '../money.ts'
import { scanOf } from '../segment/event-people.ts'
import { ordersSql } from '../segment/orders-people.ts'
import { type Bindings, bindings, scanEvents } from '../sql.ts'
import { type Band, bandRule, type Dimension, dimension, type Found } from './dimensions.ts'
import { isInSql, type Sets } from './sets.ts'

const day = 86_400_000

/** What ClickHouse knows: what they bought, how often, how lately, and what they did. */
export const deedDimensions = (sets: Sets): Dimension[] => [
  dimension('trade', 'product', { many: true }, () => products(sets)),
  dimension('trade', 'ordersCount', {}, () => orderBands(sets, 'count', countBands)),
  dimension('trade', 'amount', {}, () => orderBands(sets, 'amount', amountBands)),
  dimension('trade', 'lastDaysAgo', {}, () => orderBands(sets, 'lastDaysAgo', dayBands)),
  dimension('behaviour', 'event', { many: true }, () => deeds(sets)),
  dimension('behaviour', 'hour', { many: true }, () => hours(sets)),
]

const countBands: Band[] = [
  { label: '0', to: 0 },
  { label: '1', from: 1, to: 1 },
  { label: '2', from: 2, to: 2 },
  { label: '3–5', from: 3, to: 5 },
  { label: '6+', from: 6 },
]
const steps = [0, 100, 500, 1000, 5000, 10_000]
const amountBands: Band[] = [
  { label: '0', to: 0 },
  ...steps.map((from, i) => ({
    label: steps[i + 1] ? `${from}–${steps[i + 1]}` : `${from}+`,
    from: from + 0.01,
    ...(steps[i + 1] ? { to: steps[i + 1] ?? 0 } : {}),
  })),
]
const dayBands: Band[] = [
  { label: '0–30', to: 30 },
  { label: '31–90', from: 31, to: 90 },
  { label: '91–180', from: 91, to: 180 },
  { label: '181–365', from: 181, to: 365 },
  { label: '365+', from: 366 },
]

const Row = z.object({ value: z.string(), count: z.number(), baseCount: z.number() })

const countsSql = ({ of, base }: Sets): string =>
  `uniqExactIf(who, ${isInSql(of)}) as count, uniqExactIf(who, ${isInSql(base)}) as baseCount`

const ask = ({ asking }: Sets, bind: Bindings, sql: string) => asking.ctx.clickhouse.ask({ params: bind.params, row: Row, sql })

const everOf = ({ asking }: Sets) => ({
  from: undefined,
  to: asking.moment.at.getTime(),
  currency: asking.moment.currency,
  products: undefined,
})

async function products(sets: Sets): Promise<Found[]> {
  const bind = bindings()
  const rows = await ask(
    sets,
    bind,
    `select arrayJoin(arrayDistinct(bought)) as value, ${countsSql(sets)} from ${ordersSql(bind, sets.asking, everOf(sets))} where who != 0 and isOrder group by value`,
  )
  const titles = await productTitles(
    sets,
    rows.map(({ value }) => value),
  )
  return rows.map((row) => ({ ...row, label: titles.get(row.value) ?? row.value, rule: { orders: { products: [row.value] } } }))
}

/** As the product list calls them, else as the newest order did. */
export async function productTitles({ asking: { ctx } }: Sets, codes: string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ code: string; title: string | null }>`
    select asked.code, coalesce(nullif(p.title, p.code), l.title, p.title) as title from unnest(${codes}::text[]) as asked(code)
    left join products p on p.tenant_id = ${ctx.tenantId} and p.code = asked.code
    left join lateral (select title from order_lines where tenant_id = ${ctx.tenantId} and product_code = asked.code and title <> '' order by order_id desc limit 1) l on true`.execute(
    ctx.db,
  )
  return new Map(rows.flatMap(({ code, title }) => (title ? [[code, title] as const] : [])))
}

/** Whoever has no orders has a count and an amount of 0, and no last day. */
async function orderBands(sets: Sets, figure: 'count' | 'amount' | 'lastDaysAgo', bands: Band[]): Promise<Found[]> {
  const bind = bindings()
  const { moment } = sets.asking
  const value = {
    count: 'countIf(isOrder)',
    amount: `sum(net) / ${minorFactor(moment.currency)}`,
    lastDaysAgo: `dateDiff('day', toDate(fromUnixTimestamp64Milli(maxIf(ms, isOrder)), ${bind.text(moment.zone)}), toDate(${bind.text(moment.today)}))`,
  }[figure]
  const place = bands.map(
    ({ from, to }, i) => `${from === undefined ? '1' : `x >= ${from}`} and ${to === undefined ? '1' : `x <= ${to}`}, '${i}'`,
  )
  const rows = await ask(
    sets,
    bind,
    `select multiIf(${figure === 'lastDaysAgo' ? "orders = 0, 'none', " : ''}${place.join(', ')}, 'none') as value, ${countsSql(sets)}
     from (select who, countIf(isOrder) as orders, ${value} as x from ${ordersSql(bind, sets.asking, everOf(sets))} where who != 0 group by who) group by value`,
  )
  return withTheRest(sets, figure, bands, new Map(rows.map((row) => [row.value, row])))
}

/** People without a row stand in the first band, or, where that is a time since, under nothing. */
function withTheRest(sets: Sets, figure: string, bands: Band[], rows: ReadonlyMap<string, { count: number; baseCount: number }>): Found[] {
  const seen = [...rows.entries()].filter(([place]) => figure !== 'lastDaysAgo' || place !== 'none')
  const rest = {
    count: sets.of.count - seen.reduce((sum, [, { count }]) => sum + count, 0),
    baseCount: sets.base.count - seen.reduce((sum, [, { baseCount }]) => sum + baseCount, 0),
  }
  const found = bands.map((band, i) => {
    const { count = 0, baseCount = 0 } = rows.get(String(i)) ?? {}
    const takesRest = i === 0 && figure !== 'lastDaysAgo'
    return {
      value: band.label,
      count: count + (takesRest ? rest.count : 0),
      baseCount: baseCount + (takesRest ? rest.baseCount : 0),
      rule: { orders: { [figure]: bandRule(band) } },
    }
  })
  return figure === 'lastDaysAgo' ? [...found, { value: null, ...rest, rule: { not: { orders: { count: { gte: 1 } } } } }] : found
}

/** The days of behaviour that a portrait looks at. */
export const daysBefore = (sets: Sets) => ({
  from: sets.asking.moment.at.getTime() - sets.windowDays * day + 1,
  to: sets.asking.moment.at.getTime(),
})

async function deeds(sets: Sets): Promise<Found[]> {
  const bind = bindings()
  const rows = await ask(
    sets,
    bind,
    `select name as value, ${countsSql(sets)} from ${scanEvents(bind, scanOf(sets.asking, daysBefore(sets)))} where who != 0 group by value`,
  )
  return rows.map((row) => ({ ...row, rule: { event: { event: row.value, within: { last: sets.windowDays, unit: 'day' } } } }))
}

/** At which hours of the company's day anything was done, by the events that were the person's own or not alike. */
async function hours(sets: Sets): Promise<Found[]> {
  const bind = bindings()
  const rows = await ask(
    sets,
    bind,
    `select leftPad(toString(toHour(at, ${bind.text(sets.asking.moment.zone)})), 2, '0') as value, ${countsSql(sets)}
     from ${scanEvents(bind, scanOf(sets.asking, daysBefore(sets)))} where who != 0 group by value order by value`,
  )
  return rows.map((row) => ({ ...row, rule: null }))
}
