import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { minorFactor } from '../money.ts'
import { scanOrders, tradeCurrency } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { windowOf } from '../window.ts'
import { type QuadrantReport, type QuadrantResult, quadrants } from './schema.ts'

/** Minor units for amounts; who is above both, or meets both, stands in the best quadrant. */
type Bounds = { frequency: number | null; value: number | null; meeting: boolean }

export async function runQuadrant(scope: Scope, report: QuadrantReport): Promise<QuadrantResult> {
  const middle = await readMiddle(scope, report)
  const currency = tradeCurrency(scope, report, middle.currencies)
  const bounds = boundsOf(report, middle, currency)
  const counts = await readCounts(scope, report, bounds)
  return {
    customers: middle.customers,
    currency,
    thresholds: { frequency: bounds.frequency, orderValue: bounds.value === null ? null : bounds.value / minorFactor(currency) },
    quadrants: quadrants.map(({ key, name, nameEn, often, much }) => {
      const found = counts.find((row) => (row.often === 1) === often && (row.much === 1) === much)
      const { people = 0, orders = 0, amount = 0 } = found ?? {}
      const orderValue = orders === 0 ? null : majorNumber(Math.round(amount / orders), currency)
      return { key, name, nameEn, count: people, orders, amount: majorNumber(amount, currency), orderValue }
    }),
    ...(report.rows || report.persons ? await readPeople(scope, report, bounds, currency) : {}),
  }
}

/** A buyer's orders in the window. */
function buyersSql(bind: Bindings, scope: Scope, report: QuadrantReport): string {
  const { from, to } = windowOf(scope, report)
  const amount = report.amount === 'net' ? 'paid - refunded' : 'paid'
  return `(select who, count() as frequency, sum(${amount}) as amount, amount / frequency as value, groupUniqArray(5)(currency) as currencies
    from ${scanOrders(bind, { ...scope.scan(report), ...(from ? { from } : {}), to, currency: report.currency })} where who != 0 group by who)`
}

const Middle = z.object({
  customers: z.number(),
  frequency: z.number().nullable(),
  value: z.number().nullable(),
  currencies: z.array(z.string()),
})

async function readMiddle(scope: Scope, report: QuadrantReport): Promise<z.infer<typeof Middle>> {
  const bind = bindings()
  const middle = (column: string) =>
    report.thresholds === 'mean' ? `avg(${column})` : `(quantileExactLow(0.5)(${column}) + quantileExactHigh(0.5)(${column})) / 2`
  const [found] = await scope.ask({
    params: bind.params,
    row: Middle,
    sql: `select count() as customers, if(customers = 0, null, ${middle('frequency')}) as frequency, if(customers = 0, null, ${middle('value')}) as value,
        groupUniqArrayArray(5)(currencies) as currencies from ${buyersSql(bind, scope, report)}`,
  })
  return found ?? { customers: 0, frequency: null, value: null, currencies: [] }
}

function boundsOf({ thresholds }: QuadrantReport, middle: z.infer<typeof Middle>, currency: string): Bounds {
  if (typeof thresholds === 'string') return { frequency: middle.frequency, value: middle.value, meeting: false }
  return { frequency: thresholds.frequency, value: thresholds.orderValue * minorFactor(currency), meeting: true }
}

/** Above the middle, because half of all buyers may stand on it; a bound that somebody chose is met. */
function highSql(bind: Bindings, { frequency, value, meeting }: Bounds): string {
  const sign = meeting ? '>=' : '>'
  const bound = (number: number | null) => `toFloat64(${bind.text(String(number ?? 0))})`
  return `frequency ${sign} ${bound(frequency)} as often, value ${sign} ${bound(value)} as much`
}

const Counts = z.object({ often: z.number(), much: z.number(), people: z.number(), orders: z.number(), amount: z.number() })

function readCounts(scope: Scope, report: QuadrantReport, bounds: Bounds): Promise<z.infer<typeof Counts>[]> {
  const bind = bindings()
  return scope.ask({
    params: bind.params,
    row: Counts,
    sql: `select often, much, count() as people, sum(frequency) as orders, sum(spent) as amount
      from (select frequency, amount as spent, ${highSql(bind, bounds)} from ${buyersSql(bind, scope, report)}) group by often, much`,
  })
}

const Person = z.object({
  who: z.number(),
  frequency: z.number(),
  amount: z.number(),
  value: z.number(),
  often: z.number(),
  much: z.number(),
})

/** The most valuable first. */
async function readPeople(
  scope: Scope,
  report: QuadrantReport,
  bounds: Bounds,
  currency: string,
): Promise<Pick<QuadrantResult, 'rows' | 'persons'>> {
  const bind = bindings()
  const found = await scope.ask({
    params: bind.params,
    row: Person,
    sql: `select who, frequency, amount, value, ${highSql(bind, bounds)} from ${buyersSql(bind, scope, report)} order by amount desc, who`,
  })
  const rows = found.map((row) => ({
    person: scope.nameOf(row.who),
    frequency: row.frequency,
    amount: majorNumber(row.amount, currency),
    orderValue: majorNumber(Math.round(row.value), currency),
    quadrant: quadrants.find(({ often, much }) => (row.often === 1) === often && (row.much === 1) === much)?.key ?? 'neither',
  }))
  const asked = report.persons?.quadrant
  return {
    ...(report.rows ? { rows } : {}),
    ...(asked ? { persons: rows.filter(({ quadrant }) => quadrant === asked).map(({ person }) => person) } : {}),
  }
}
