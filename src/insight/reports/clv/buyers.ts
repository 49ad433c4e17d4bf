import { z } from 'zod'
import { addDays, dayRange } from '#platform/time.ts'
import { scanOrders } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { bindings } from '../sql.ts'
import type { ClvReport } from './schema.ts'

const Row = z.object({
  x: z.number(),
  recencyDays: z.number(),
  ageDays: z.number(),
  spent: z.number(),
  customers: z.number(),
  later: z.number(),
  currencies: z.array(z.string()),
  people: z.array(z.number()),
})
/** Customers who are alike in days and in what they spent on repeat purchases; `later` are their purchase days in the hold-out. */
export type Alike = z.infer<typeof Row>

/**
 * Everybody who bought until the cut. Purchases of one day are one purchase. ClickHouse folds customers who are alike into one
 * row, because a million people have far fewer histories; who they are is told only where somebody asks for people.
 */
export function readBuyers(scope: Scope, report: ClvReport, cut: string, holdoutEnd: string, people: boolean): Promise<Alike[]> {
  const bind = bindings()
  const zone = bind.text(scope.calendar.timezone)
  const until = `toDate(${bind.text(cut)})`
  const { to } = dayRange(cut, holdoutEnd < cut ? cut : holdoutEnd, scope.calendar.timezone)
  const amount = report.amount === 'net' ? 'paid - refunded' : 'paid'
  const chosen = report.products ? `and hasAny(products, ${bind.texts(report.products)})` : ''
  const days = `select who, toDate(at, ${zone}) as day, sum(${amount}) as amount, groupUniqArray(5)(currency) as currencies
      from ${scanOrders(bind, { ...scope.scan(report), to, currency: report.currency })}
      where who != 0 ${chosen} group by who, day`
  return scope.ask({
    params: bind.params,
    row: Row,
    sql: `select x, recencyDays, ageDays, spent, count() as customers, sum(held) as later, groupUniqArrayArray(5)(currencies) as currencies,
        ${people ? 'groupArray(who)' : '[]'} as people
      from (select who, min(day) as first, countIf(day <= ${until}) - 1 as x, dateDiff('day', first, maxIf(day, day <= ${until})) as recencyDays,
          dateDiff('day', first, ${until}) as ageDays, sumIf(amount, day > min_day and day <= ${until}) as spent,
          countIf(day > ${until}) as held, groupUniqArrayArray(5)(d.currencies) as currencies
        from (select *, min(day) over (partition by who) as min_day from (${days})) as d group by who having first <= ${until})
      group by x, recencyDays, ageDays, spent order by x, recencyDays, ageDays, spent`,
  })
}

/** The hold-out ends a horizon after the cut, or with the last whole day. */
export function holdoutOf(cut: string, horizonDays: number, lastDay: string): { end: string; days: number; complete: boolean } {
  const wanted = addDays(cut, horizonDays)
  const end = wanted < lastDay ? wanted : lastDay
  const days = Math.max(0, Math.round((Date.parse(end) - Date.parse(cut)) / 86_400_000))
  return { end, days, complete: days === horizonDays }
}
