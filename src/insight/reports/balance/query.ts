import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { isFriendSql } from '../arrivals.ts'
import { bucketSql, bucketsOf } from '../dates.ts'
import { sendingTrials } from '../held-out.ts'
import { scanOrders, tradeCurrency } from '../orders.ts'
import { compareShares } from '../proportions.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, scanEvents } from '../sql.ts'
import { countBatches } from './batches.ts'
import { countDriven, drivenSql } from './driven.ts'
import { datesOf, ordersSql } from './orders.ts'
import type { BalanceReport, BalanceResult } from './schema.ts'

export async function runBalance(scope: Scope, report: BalanceReport): Promise<BalanceResult> {
  const [orders, shops, repeat, batches, trial] = await Promise.all([
    countOrders(scope, report),
    countShops(scope, report),
    countRepeats(scope, report),
    countBatches(scope, report),
    countTrial(scope, report),
  ])
  const driven = await countDriven(scope, report, orders.currency)
  return {
    ...orders,
    shops,
    driven,
    batches,
    repeat,
    trial,
    ...(report.persons ? { persons: await listPersons(scope, report, report.persons) } : {}),
  }
}

async function countOrders(scope: Scope, report: BalanceReport): Promise<Pick<BalanceResult, 'currency' | 'total' | 'intervals'>> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({
      bucket: z.string(),
      isAll: z.number(),
      isPrivate: z.number(),
      orders: z.number(),
      buyers: z.number(),
      amount: z.number(),
      currencies: z.array(z.string()),
    }),
    sql: `select bucket, grouping(bucket) = 1 as isAll, isPrivate, count() as orders, uniqExactIf(who, who != 0) as buyers, sum(paid - refunded) as amount, groupUniqArray(currency) as currencies
      from (select *, ${bucketSql(bind, scope.calendar, report.interval)} as bucket from ${ordersSql(bind, scope, report, datesOf(scope, report))})
      group by grouping sets ((bucket, isPrivate), (isPrivate))`,
  })
  const currency = tradeCurrency(
    scope,
    report,
    rows.flatMap(({ currencies }) => currencies),
  )
  const sideOf = (isPrivate: number, bucket: string | undefined) => {
    const row = rows.find(
      (one) => one.isPrivate === isPrivate && (bucket === undefined ? one.isAll === 1 : one.isAll === 0 && one.bucket === bucket),
    )
    return { orders: row?.orders ?? 0, buyers: row?.buyers ?? 0, amount: majorNumber(row?.amount ?? 0, currency) }
  }
  const sides = (bucket?: string) => ({ private: sideOf(1, bucket), public: sideOf(0, bucket) })
  const buckets = bucketsOf(scope.calendar, report.interval, report.dateFrom, report.dateTo)
  return { currency, total: sides(), intervals: buckets.map(({ label, key }) => ({ start: label, ...sides(key) })) }
}

async function countShops(scope: Scope, report: BalanceReport): Promise<BalanceResult['shops']> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: z.object({ shop: z.string(), buyers: z.number(), settled: z.number() }),
    sql: `select shop, count() as buyers, countIf(isSettled) as settled from ${shopBuyersSql(bind, scope, report)} group by shop order by buyers desc, shop`,
  })
}

/** One row a shop and buyer until the end of the dates, and whether they were a friend then. */
function shopBuyersSql(bind: Bindings, scope: Scope, report: BalanceReport): string {
  const { to } = datesOf(scope, report)
  const end = bind.integer(Math.min(to.getTime() - 1, scope.ctx.now().getTime()))
  return `(select shop, who, ${isFriendSql('any(ties)', end)} as isSettled from ${ordersSql(bind, scope, report, { to })} where who != 0 group by shop, who)`
}

async function countRepeats(scope: Scope, report: BalanceReport): Promise<BalanceResult['repeat']> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ isBrought: z.number(), isOpen: z.number(), buyers: z.number(), repeated: z.number() }),
    sql: `select isBrought, isOpen, count() as buyers, countIf(isRepeat) as repeated from ${repeatsSql(bind, scope, report)} group by isBrought, isOpen`,
  })
  const sideOf = (isBrought: number) => {
    const row = rows.find((one) => one.isBrought === isBrought && one.isOpen === 0)
    return { buyers: row?.buyers ?? 0, repeated: row?.repeated ?? 0 }
  }
  const [brought, not] = [sideOf(1), sideOf(0)]
  const found = compareShares({ did: brought.repeated, of: brought.buyers }, { did: not.repeated, of: not.buyers })
  const open = rows.reduce((sum, { isOpen, buyers }) => sum + (isOpen === 1 ? buyers : 0), 0)
  return { brought, not, open, difference: found?.difference ?? null, low: found?.low ?? null, high: found?.high ?? null }
}

/** The same of those to whom a trial dealt something to be said in the days for joining, and of those it held out: the proof. */
async function countTrial(scope: Scope, report: BalanceReport): Promise<BalanceResult['trial']> {
  const bind = bindings()
  const { tenantId, among } = scope.scan(report)
  const trials = (await sendingTrials(scope)).map(({ experiment }) => experiment)
  const told = `(select who, arraySort(groupArray((ms, toUInt8(properties['ghost'] = 'true')))) as dealt
    from ${scanEvents(bind, { tenantId, among, names: ['experiment.exposed'] })} where who != 0 and has(${bind.texts(trials)}, properties['experiment']) group by who)`
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ held: z.number(), buyers: z.number(), repeated: z.number() }),
    sql: `select held, count() as buyers, countIf(isRepeat) as repeated
      from (select r.isRepeat as isRepeat, arrayFirst(m -> m.1 > r.first and m.1 <= r.first + ${bind.integer(report.joinDays * dayMs)}, t.dealt) as met, met.2 as held
        from ${repeatsSql(bind, scope, report)} as r inner join ${told} as t on r.who = t.who where r.isOpen = 0 and met.1 != 0)
      group by held`,
  })
  const sideOf = (held: number) => {
    const row = rows.find((one) => one.held === held)
    return { buyers: row?.buyers ?? 0, repeated: row?.repeated ?? 0 }
  }
  const [reached, heldOut] = [sideOf(0), sideOf(1)]
  const found = compareShares({ did: reached.repeated, of: reached.buyers }, { did: heldOut.repeated, of: heldOut.buyers })
  return { reached, heldOut, difference: found?.difference ?? null, low: found?.low ?? null, high: found?.high ?? null }
}

const dayMs = 86_400_000

/**
 * One row a buyer whose first order lies in the dates. Both sides are looked at after the same days for joining, so that whoever
 * joined because of a second order is not counted as brought in before it.
 */
function repeatsSql(bind: Bindings, scope: Scope, report: BalanceReport): string {
  const { from, to } = datesOf(scope, report)
  const { tenantId, among } = scope.scan(report)
  const [start, end, now] = [from, to, scope.ctx.now()].map((at) => bind.integer(at.getTime()))
  const [joined, until] = [report.joinDays * dayMs, report.repeatDays * dayMs]
  const all = ordersSql(bind, scope, { ...report, where: undefined }, {})
  const chosen = report.where
    ? `and who in (select who from ${scanOrders(bind, { tenantId, among, where: report.where, currency: report.currency, from, to })} where nth = 1)`
    : ''
  return `(select who, minIf(ms, nth = 1) as first, ${isFriendSql('any(ties)', `(first + ${joined})`)} as isBrought, first + ${until} > ${now} as isOpen,
      arrayExists(m -> m > first + ${joined} and m <= first + ${until}, groupArrayIf(ms, nth > 1)) as isRepeat
    from ${all} where who != 0 and nth > 0 ${chosen} group by who having first >= ${start} and first < ${end})`
}

async function listPersons(scope: Scope, report: BalanceReport, wanted: NonNullable<BalanceReport['persons']>): Promise<string[]> {
  const bind = bindings()
  const rows = await scope.ask({ params: bind.params, row: z.object({ who: z.number() }), sql: wantedSql(bind, scope, report, wanted) })
  return rows.map(({ who }) => scope.nameOf(who))
}

function wantedSql(bind: Bindings, scope: Scope, report: BalanceReport, wanted: NonNullable<BalanceReport['persons']>): string {
  if ('driven' in wanted)
    return `select distinct who from ${drivenSql(bind, scope, report)} where who != 0 and shop = ${bind.text(wanted.driven)} and isDriven order by who`
  if ('shop' in wanted) {
    const side = { buyers: '', settled: 'and isSettled', outside: 'and not isSettled' }[wanted.of]
    return `select who from ${shopBuyersSql(bind, scope, report)} where shop = ${bind.text(wanted.shop)} ${side} order by who`
  }
  if ('brought' in wanted) {
    const repeated = wanted.repeated === undefined ? '' : `and isRepeat = ${wanted.repeated ? 1 : 0}`
    return `select who from ${repeatsSql(bind, scope, report)} where isOpen = 0 and isBrought = ${wanted.brought ? 1 : 0} ${repeated} order by who`
  }
  const dates = datesOf(scope, report)
  const bucket =
    wanted.bucket === undefined ? undefined : bucketsOf(scope.calendar, report.interval, report.dateFrom, report.dateTo)[wanted.bucket]
  const within = bucket
    ? `and ms >= ${bind.integer(bucket.from.getTime())} and ms < ${bind.integer(bucket.to.getTime())}`
    : wanted.bucket === undefined
      ? ''
      : 'and 0'
  return `select distinct who from ${ordersSql(bind, scope, report, dates)} where who != 0 and isPrivate = ${wanted.domain === 'private' ? 1 : 0} ${within} order by who`
}
