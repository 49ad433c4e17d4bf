import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { addDays, dayOf, dayRange } from '#platform/time.ts'
import { minorFactor } from '../money.ts'
import { scanTrade, tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { bindings } from '../sql.ts'
import { type Buyer, rfmGroups, scoreBuyers } from './rfm.ts'
import type { RfmReport, RfmResult } from './schema.ts'

const Row = z.object({
  who: z.number(),
  recencyDays: z.number(),
  frequency: z.number(),
  gross: z.number(),
  refunded: z.number(),
  currencies: z.array(z.string()),
})

/**
 * Recency, frequency and amount of everybody who paid an order in the window that ends with the day `asOf`, from the order events;
 * an amount that was corrected afterwards counts as corrected.
 */
export async function runRfm(scope: Scope, report: RfmReport): Promise<RfmResult> {
  const asOf = report.asOf ?? dayOf(scope.ctx.now(), scope.calendar.timezone)
  const rows = await readBuyers(scope, report, asOf)
  const currency = tradeCurrency(
    scope,
    report,
    rows.flatMap(({ currencies }) => currencies),
  )
  const buyers: Buyer[] = rows.map(({ who, recencyDays, frequency, gross, refunded }) => ({
    who,
    recencyDays,
    frequency,
    monetary: report.amount === 'net' ? gross - refunded : gross,
  }))
  const scored = scoreBuyers(buyers, report.bins, minorFactor(currency))
  const groups = rfmGroups.map(({ name, nameEn }) => {
    const members = scored.filter(({ group }) => group.name === name)
    return {
      name,
      nameEn,
      count: members.length,
      amount: majorNumber(
        members.reduce((sum, { monetary }) => sum + monetary, 0),
        currency,
      ),
    }
  })
  return {
    customers: scored.length,
    currency,
    groups,
    ...(report.rows
      ? {
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
      : {}),
  }
}

function readBuyers(scope: Scope, report: RfmReport, asOf: string): Promise<z.infer<typeof Row>[]> {
  const { timezone } = scope.calendar
  const { to } = dayRange(asOf, asOf, timezone)
  const from = report.windowDays === undefined ? undefined : dayRange(addDays(asOf, 1 - report.windowDays), asOf, timezone).from
  const bind = bindings()
  const paid = "name = 'order.paid'"
  return scope.ask({
    params: bind.params,
    row: Row,
    sql: `select who, dateDiff('day', toDate(maxIf(at, ${paid}), ${bind.text(timezone)}), toDate(${bind.text(asOf)})) as recencyDays,
        countIf(${paid}) as frequency, sumIf(amount, name != 'order.refunded') as gross, sumIf(amount, name = 'order.refunded') as refunded,
        groupUniqArray(10)(currency) as currencies
      from ${scanTrade(bind, { ...scope.scan(report), from, to, currency: report.currency })}
      where who != 0 group by who having frequency > 0 order by who`,
  })
}
