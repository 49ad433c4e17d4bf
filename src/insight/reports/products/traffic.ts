import { z } from 'zod'
import { scanLines } from '../order-lines.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, scanEvents } from '../sql.ts'
import { ratio } from '../trade/totals.ts'
import type { Selling } from './sales.ts'
import type { Traffic } from './schema.ts'

const viewEvents = ['product.viewed']
const cartEvents = ['cart.added', 'product.added_to_cart']

const dayMs = 86_400_000

const Counts = z.object({
  viewers: z.int(),
  views: z.int(),
  carted: z.int(),
  viewedCarted: z.int(),
  viewedBought: z.int(),
  cartedBought: z.int(),
  open: z.int(),
})
export type Counted = z.infer<typeof Counts>

/** Days and window of the question, and the moment at which a window is over. */
export type Window = { days: number; now: Date }

const people = (condition: string): string => `groupBitmapIf(who, ${condition})`

const countsSql = `${people('length(viewedAt) > 0')} as viewers, sum(length(viewedAt)) as views, ${people('length(cartedAt) > 0')} as carted,
  ${people('length(viewedAt) > 0 and viewCart')} as viewedCarted, ${people('length(viewedAt) > 0 and viewOrder')} as viewedBought,
  ${people('length(cartedAt) > 0 and cartOrder')} as cartedBought, ${people('length(viewedAt) > 0 and isOpen and not viewOrder')} as open`

/**
 * By product, and over all of them in the same pass: there, who bought what they looked at counts once, however many products
 * they looked at.
 */
export async function readTraffic(
  scope: Scope,
  selling: Selling,
  window: Window,
): Promise<{ total: Counted; products: Map<string, Counted> }> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: Counts.extend({ product: z.string() }),
    sql: `${calledSql(bind, selling)} select product, ${countsSql} from ${interestSql(bind, scope, selling, window)} group by grouping sets ((product), ())`,
  })
  // No product is called nothing: that row is the whole.
  const products = new Map(rows.map(({ product, ...counts }) => [product, counts]))
  const total = products.get('') ?? noTraffic
  products.delete('')
  return { total, products }
}

export const noTraffic: Counted = { viewers: 0, views: 0, carted: 0, viewedCarted: 0, viewedBought: 0, cartedBought: 0, open: 0 }

export const presentTraffic = ({ viewers, views, carted, viewedCarted, viewedBought, cartedBought, open }: Counted): Traffic => ({
  viewers,
  views,
  carted,
  viewToCart: ratio(viewedCarted, viewers),
  cartToOrder: ratio(cartedBought, carted),
  viewToOrder: ratio(viewedBought, viewers),
  open,
})

type InterestedPersons = 'viewers' | 'carted' | 'carted_not_bought' | 'viewed_not_bought'

const whichSql: Record<InterestedPersons, string> = {
  viewers: 'length(viewedAt) > 0',
  carted: 'length(cartedAt) > 0',
  carted_not_bought: 'length(cartedAt) > 0 and not cartOrder',
  viewed_not_bought: 'length(viewedAt) > 0 and not viewOrder',
}

export async function listInterested(scope: Scope, selling: Selling, window: Window, of: InterestedPersons): Promise<string[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int() }),
    sql: `${calledSql(bind, selling)} select distinct who from ${interestSql(bind, scope, selling, window)} where ${whichSql[of]} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}

/** Titles that are no codes, and the code of each, as scalars: called.1 is called.2. */
function calledSql(bind: Bindings, { scan }: Selling): string {
  const tenant = bind.integer(scan.tenantId)
  return `with (select (groupArray(title), groupArray(code)) from (select title, min(product) as code from product_titles where tenant = ${tenant} and title != '' group by title)
    where title not in (select product from product_titles where tenant = ${tenant})) as called`
}

/** One number holds a moment and what happened then, in its last two bits. */
const kinds = { view: 0, cart: 1, order: 2 }

/**
 * One row for a person and a product they looked at or put into a cart in the dates: when they did (viewedAt, cartedAt), and whether a
 * cart or an order followed within the window, be it after the dates. Events may call a product by its title; orders know its code. Needs `calledSql`.
 */
function interestSql(bind: Bindings, scope: Scope, { scan, product }: Selling, { days, now }: Window): string {
  const lengthMs = days * dayMs
  const until = bind.integer(scan.to.getTime() * 4)
  const events = scanEvents(bind, {
    ...scope.scan({}),
    from: scan.from,
    to: new Date(scan.to.getTime() + lengthMs),
    names: [...viewEvents, ...cartEvents],
  })
  const lines = scanLines(bind, { ...scan, where: undefined, to: new Date(scan.to.getTime() + lengthMs) }, 'paid')
  const kind = `if(has(${bind.texts(viewEvents)}, name), ${kinds.view}, ${kinds.cart})`
  const seen = `select who, transform(toString(product), called.1, called.2) as product, ms * 4 + ${kind} as x from ${events} where who != 0`
  const bought = `select who, toString(product) as product, toUnixTimestamp64Milli(at) * 4 + ${kinds.order} as x from ${lines} where who != 0`
  const those = (of: number, more = '1') => `arrayMap(x -> bitShiftRight(x, 2), arrayFilter(x -> bitAnd(x, 3) = ${of} and ${more}, xs))`
  const follows = (first: string, then: string) => `arrayExists(a -> arrayExists(b -> b >= a and b <= a + ${lengthMs}, ${then}), ${first})`
  return `(select who, product, viewedAt, cartedAt, ${follows('viewedAt', 'allCarts')} as viewCart, ${follows('viewedAt', 'boughtAt')} as viewOrder, ${follows('cartedAt', 'boughtAt')} as cartOrder,
      arrayExists(a -> a + ${lengthMs} > ${bind.integer(now.getTime())}, viewedAt) as isOpen
    from (select who, product, ${those(kinds.view, `x < ${until}`)} as viewedAt, ${those(kinds.cart, `x < ${until}`)} as cartedAt,
        ${those(kinds.cart)} as allCarts, ${those(kinds.order)} as boughtAt
      from (select who, product, groupArray(x) as xs from (${seen} union all ${bought}) where product != ''${product === undefined ? '' : ` and product = ${bind.text(product)}`}
        group by who, product))
    where length(viewedAt) + length(cartedAt) > 0)`
}
