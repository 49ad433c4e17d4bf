import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { minorFactor } from '../money.ts'
import { currenciesOf, distinctCurrencies, scanSpending, tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { windowOf } from '../window.ts'
import { type Buyer, groupCounts, type ScoreCount, scoreBuyers } from './rfm.ts'
import type { RfmReport, RfmResult } from './schema.ts'
import { scoreCountsSql } from './scores.ts'

/**
 * Recency, frequency and amount of everybody who paid an order in the window, from the order events;
 * an amount that was corrected afterwards counts as corrected. Where nobody asks for the buyers themselves, only how many of them
 * have which scores leaves the engine.
 */
export async function runRfm(scope: Scope, report: RfmReport): Promise<RfmResult> {
  if (!report.rows) return countScores(scope, report)
  const currency = tradeCurrency(scope, report, await readCurrencies(scope, report))
  const scored = scoreBuyers(await readBuyers(scope, report), report.bins, minorFactor(currency))
  return {
    ...present(
      scope,
      scored.map(({ monetary, r, f, m }) => ({ r, f, m, buyers: 1, monetary })),
      report,
      currency,
    ),
    rows: scored.map(({ who, group, monetary, ...row }) => ({
      person: scope.nameOf(who),
      recencyDays: row.recencyDays,
      frequency: row.frequency,
      monetary: majorNumber(monetary, currency),
      r: row.r,
      f: row.f,
      m: row.m,
      group: group.name,
    })),
  }
}

/** Quantiles need no currency: both questions are asked side by side. */
async function countScores(scope: Scope, report: RfmReport): Promise<RfmResult> {
  const asked = readCurrencies(scope, report).then((found) => tradeCurrency(scope, report, found))
  const factor = report.bins.method === 'fixed' ? minorFactor(await asked) : 1
  const [currency, counts] = await Promise.all([asked, readScoreCounts(scope, report, factor)])
  return present(scope, counts, report, currency)
}

function present(scope: Scope, counts: readonly ScoreCount[], report: RfmReport, currency: string): RfmResult {
  const groups = groupCounts(counts, report.bins)
  const customers = groups.reduce((sum, { count }) => sum + count, 0)
  return {
    customers,
    currency: customers === 0 ? (report.currency ?? scope.currency) : currency,
    groups: groups.map(({ name, nameEn, count, monetary }) => ({ name, nameEn, count, amount: majorNumber(monetary, currency) })),
  }
}

function scanOf(bind: Bindings, scope: Scope, report: RfmReport): string {
  const { from, to } = windowOf(scope, report)
  return scanSpending(bind, scope, { ...scope.scan(report), from, to, currency: report.currency })
}

/** Of the buyers' orders, unless one is asked for. */
const readCurrencies = (scope: Scope, report: RfmReport): Promise<string[]> =>
  report.currency ? Promise.resolve([]) : currenciesOf(scope, () => distinctCurrencies(scope, (bind) => scanOf(bind, scope, report)))

/** who, recencyDays, frequency, monetary (minor units) of every buyer. */
function buyersSql(bind: Bindings, scope: Scope, report: RfmReport): string {
  const { asOf } = windowOf(scope, report)
  const amount = report.amount === 'net' ? "if(name = 'order.refunded', -amount, amount)" : "if(name = 'order.refunded', 0, amount)"
  return `select who, dateDiff('day', toDate(fromUnixTimestamp64Milli(maxIf(last, name = 'order.paid')), ${bind.text(scope.calendar.timezone)}), toDate(${bind.text(asOf)})) as recencyDays,
      sumIf(times, name = 'order.paid') as frequency, sum(${amount}) as monetary
    from ${scanOf(bind, scope, report)} group by who having frequency > 0`
}

const Row = z.object({ who: z.number(), recencyDays: z.number(), frequency: z.number(), monetary: z.number() })

function readBuyers(scope: Scope, report: RfmReport): Promise<Buyer[]> {
  const bind = bindings()
  return scope.ask({ params: bind.params, row: Row, sql: `${buyersSql(bind, scope, report)} order by who` })
}

const Count = z.object({ r: z.int(), f: z.int(), m: z.int(), buyers: z.int(), monetary: z.number() })

function readScoreCounts(scope: Scope, report: RfmReport, minorPerMajor: number): Promise<ScoreCount[]> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: Count,
    sql: scoreCountsSql(buyersSql(bind, scope, report), report.bins, minorPerMajor),
  })
}
