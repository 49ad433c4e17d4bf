import { z } from 'zod'
import { majorNumber } from '#platform/money.ts'
import { type Bucket, bucketSql } from '../dates.ts'
import { scanLines } from '../order-lines.ts'
import type { TradeScan } from '../orders.ts'
import type { Interval } from '../schema.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { ratio } from '../trade/totals.ts'
import type { Sales } from './schema.ts'

/** What to look at, in minor units until the currency is known. */
export type Selling = { scan: TradeScan & { from: Date; to: Date }; product?: string | undefined }

const Sums = { orders: z.int(), buyers: z.int(), quantity: z.number(), amount: z.int(), refunded: z.int(), currencies: z.array(z.string()) }
const Product = z.object({ ...Sums, product: z.string(), label: z.string() })
export type SoldProduct = z.infer<typeof Product>
type Total = Omit<SoldProduct, 'product' | 'label'> & { products: number }

const linesSql = (bind: Bindings, { scan, product }: Selling): string =>
  `(select * from ${scanLines(bind, scan)} where product != ''${product === undefined ? '' : ` and product = ${bind.text(product)}`})`

/**
 * Everything that was sold or came back, named as it was called last, and the sums of all of it in the same pass. Orders and buyers of a
 * product are gathered first and told apart afterwards, product by product: one table of all of them at once takes twice as long.
 */
export async function readSales(scope: Scope, selling: Selling): Promise<{ total: Total; products: SoldProduct[] }> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ ...Sums, products: z.array(Product) }),
    sql: `select uniqExactArray(ords) as orders, bitmapCardinality(groupBitmapOrState(who)) as buyers, sum(sold) as quantity, sum(paid) as amount, sum(back) as refunded,
        groupUniqArrayArray(10)(told) as currencies,
        groupArray(cast((toString(product), label, arrayUniq(ords), bitmapCardinality(who), sold, paid, back, told),
          'Tuple(product String, label String, orders UInt64, buyers UInt64, quantity Float64, amount Int64, refunded Int64, currencies Array(String))')) as products
      from (select product, argMaxIf(title, at, title != '') as label, groupArrayIf(ord, kind = 'paid') as ords,
          bitmapBuild(groupArrayIf(who, kind = 'paid' and who != 0)) as who, toFloat64(sumIf(quantity, kind = 'paid')) as sold,
          sumIf(amount, kind = 'paid') as paid, sumIf(amount, kind = 'refunded') as back, groupUniqArray(10)(currency) as told
        from ${linesSql(bind, selling)} group by product order by paid desc, product)`,
  })
  const { products, ...sums } = rows[0] ?? { ...noSales, currencies: [], products: [] }
  return { total: { ...sums, products: products.filter(({ orders }) => orders > 0).length }, products }
}

export function presentSales(
  { orders, buyers, quantity, amount, refunded }: Omit<SoldProduct, 'product' | 'label' | 'currencies'>,
  currency: string,
): Sales {
  return {
    orders,
    buyers,
    quantity,
    amount: majorNumber(amount, currency),
    refunded: majorNumber(refunded, currency),
    refundRate: ratio(refunded, amount),
  }
}

export const noSales = { orders: 0, buyers: 0, quantity: 0, amount: 0, refunded: 0 }

const Step = z.object({ bucket: z.string(), amount: z.int(), quantity: z.number(), buyers: z.int() })

type Series = { amount: number[]; quantity: number[]; buyers: number[] }

/** Amounts in minor units. */
export async function readSalesSeries(scope: Scope, interval: Interval, selling: Selling, buckets: readonly Bucket[]): Promise<Series> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: Step,
    sql: `select ${bucketSql(bind, scope.calendar, interval)} as bucket, sum(l.amount) as amount, toFloat64(sum(l.quantity)) as quantity, uniqExactIf(who, who != 0) as buyers
      from ${linesSql(bind, selling)} as l where kind = 'paid' group by bucket`,
  })
  const found = new Map(rows.map((row) => [row.bucket, row]))
  const of = (what: keyof Series) => buckets.map(({ key }) => found.get(key)?.[what] ?? 0)
  return { amount: of('amount'), quantity: of('quantity'), buyers: of('buyers') }
}

export const presentSeries = ({ amount, ...series }: Series, currency: string): Series => ({
  amount: amount.map((minor) => majorNumber(minor, currency)),
  ...series,
})

export async function listLinePersons(scope: Scope, selling: Selling, kind: 'paid' | 'refunded'): Promise<string[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int() }),
    sql: `select distinct who from ${linesSql(bind, selling)} where who != 0 and kind = '${kind}' order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}
