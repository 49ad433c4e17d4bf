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

/** Who counts among whom; a row is a person and a product. */
const conditions = {
  viewers: 'length(viewedAt) > 0',
  carted: 'length(cartedAt) > 0',
  viewedCarted: 'length(viewedAt) > 0 and viewCart',
  viewedBought: 'length(viewedAt) > 0 and viewOrder',
  cartedBought: 'length(cartedAt) > 0 and cartOrder',
  open: 'length(viewedAt) > 0 and isOpen and not viewOrder',
} as const
const counted = Object.keys(conditions) as (keyof typeof conditions)[]

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
  const all = counted.map((one) => `bitmapCardinality(bitmapBuild(groupArrayArray(${one}Who))) as ${one}`).join(', ')
  const each = counted
    .map((one) => `countIf(${conditions[one]}) as ${one}Here, groupArrayIf(who, ${conditions[one]}) as ${one}Who`)
    .join(', ')
  const [found] = await scope.ask({
    params: bind.params,
    row: Counts.extend({ products: z.array(z.tuple([z.string(), Counts])) }),
    sql: `${numberedSql(bind, scope, selling, window)}
      select ${all}, sum(viewsHere) as views, groupArray((${productSql}, cast((viewsHere, ${counted.map((one) => `${one}Here`).join(', ')}), 'Tuple(views UInt64, ${counted.map((one) => `${one} UInt64`).join(', ')})'))) as products
      from (select number, sum(length(viewedAt)) as viewsHere, ${each} from ${interestSql(bind, scope, selling, window)} group by number)`,
  })
  const { products, ...total } = found ?? { ...noTraffic, products: [] }
  return { total, products: new Map(products) }
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
  viewers: conditions.viewers,
  carted: conditions.carted,
  carted_not_bought: 'length(cartedAt) > 0 and not cartOrder',
  viewed_not_bought: 'length(viewedAt) > 0 and not viewOrder',
}

export async function listInterested(scope: Scope, selling: Selling, window: Window, of: InterestedPersons): Promise<string[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int() }),
    sql: `${numberedSql(bind, scope, selling, window)} select distinct who from ${interestSql(bind, scope, selling, window)} where ${whichSql[of]} order by who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}

/**
 * The products of the events as scalars: what events say (`said`: a code, or a title that is none), its code, and the number of that
 * code. People and products are grouped by one number, in half the time that the products' names take.
 */
function numberedSql(bind: Bindings, scope: Scope, selling: Selling, window: Window): string {
  const tenant = bind.integer(selling.scan.tenantId)
  return `with (select (groupArray(title), groupArray(code)) from (select title, min(product) as code from product_titles where tenant = ${tenant} and title != '' group by title)
      where title not in (select product from product_titles where tenant = ${tenant})) as called,
    (select groupUniqArray(toString(product)) from ${seenSql(bind, scope, selling, window)} where product != '') as said,
    arrayMap(one -> transform(one, called.1, called.2), said) as codes, arrayEnumerateDense(codes) as numbers`
}

const productSql = "transform(number, numbers, codes, '')"

/** What was looked at or put into a cart, also in the window after the dates. */
const seenSql = (bind: Bindings, scope: Scope, { scan }: Selling, { days }: Window): string =>
  scanEvents(bind, {
    ...scope.scan({}),
    from: scan.from,
    to: new Date(scan.to.getTime() + days * dayMs),
    names: [...viewEvents, ...cartEvents],
    known: true,
  })

/** One number holds a moment and what happened then, in its last two bits. */
const kinds = { view: 0, cart: 1, order: 2 }

/**
 * One row for a person and a product they looked at or put into a cart in the dates: when they did (viewedAt, cartedAt), and whether a
 * cart or an order followed within the window, be it after the dates. Events may call a product by its title; orders know its code. Needs `numberedSql`.
 */
function interestSql(bind: Bindings, scope: Scope, selling: Selling, window: Window): string {
  const { scan, product } = selling
  const lengthMs = window.days * dayMs
  const until = bind.integer(scan.to.getTime() * 4)
  const lines = scanLines(bind, { ...scan, where: undefined, to: new Date(scan.to.getTime() + lengthMs) }, 'paid')
  const kind = `if(has(${bind.texts(viewEvents)}, name), ${kinds.view}, ${kinds.cart})`
  const numbered = (names: string) => `transform(toString(product), ${names}, numbers, 0) as number`
  const seen = `select who, ${numbered('said')}, ms * 4 + ${kind} as x from ${seenSql(bind, scope, selling, window)}`
  const bought = `select who, ${numbered('codes')}, toUnixTimestamp64Milli(at) * 4 + ${kinds.order} as x from ${lines} where who != 0`
  const chosen = product === undefined ? 'number != 0' : `number != 0 and number = transform(${bind.text(product)}, codes, numbers, 0)`
  const those = (of: number, more = '1') => `arrayMap(x -> bitShiftRight(x, 2), arrayFilter(x -> bitAnd(x, 3) = ${of} and ${more}, xs))`
  const follows = (first: string, then: string) => `arrayExists(a -> arrayExists(b -> b >= a and b <= a + ${lengthMs}, ${then}), ${first})`
  // Whoever only bought is left out before anything is made out of their moments.
  return `(select toUInt32(bitShiftRight(both, 32)) as who, toUInt32(bitAnd(both, 4294967295)) as number, viewedAt, cartedAt,
      ${follows('viewedAt', 'allCarts')} as viewCart, ${follows('viewedAt', 'boughtAt')} as viewOrder, ${follows('cartedAt', 'boughtAt')} as cartOrder,
      arrayExists(a -> a + ${lengthMs} > ${bind.integer(window.now.getTime())}, viewedAt) as isOpen
    from (select both, ${those(kinds.view, `x < ${until}`)} as viewedAt, ${those(kinds.cart, `x < ${until}`)} as cartedAt,
        ${those(kinds.cart)} as allCarts, ${those(kinds.order)} as boughtAt
      from (select bitShiftLeft(toUInt64(who), 32) + number as both, groupArray(x) as xs, min(bitAnd(x, 3)) as first
        from (${seen} union all ${bought}) where ${chosen} group by both having first < ${kinds.order}))
    where length(viewedAt) + length(cartedAt) > 0)`
}
