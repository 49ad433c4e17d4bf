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

/** Who is counted, each a bitmap of the rows of `interestSql`. */
const sets = {
  viewers: 'viewed',
  carted: 'putInCart',
  viewedCarted: 'viewedThenCart',
  viewedBought: 'viewedThenOrder',
  cartedBought: 'cartThenOrder',
  open: 'mayStillOrder',
} as const
const counted = Object.keys(sets) as (keyof typeof sets)[]

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
  const all = counted.map((one) => `bitmapCardinality(groupBitmapOrState(${sets[one]})) as ${one}`).join(', ')
  const each = ['looks', ...counted.map((one) => `bitmapCardinality(${sets[one]})`)].join(', ')
  const named = ['views', ...counted].map((one) => `${one} UInt64`).join(', ')
  const [found] = await scope.ask({
    params: bind.params,
    row: Counts.extend({ products: z.array(z.tuple([z.string(), Counts])) }),
    sql: `select ${all}, sum(looks) as views, groupArray((toString(code), cast((${each}), 'Tuple(${named})'))) as products
      from ${interestSql(bind, scope, selling, window)}`,
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
  viewers: sets.viewers,
  carted: sets.carted,
  carted_not_bought: 'bitmapAndnot(putInCart, cartThenOrder)',
  viewed_not_bought: 'bitmapAndnot(viewed, viewedThenOrder)',
}

export async function listInterested(scope: Scope, selling: Selling, window: Window, of: InterestedPersons): Promise<string[]> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.array(z.int()) }),
    sql: `select arraySort(bitmapToArray(groupBitmapOrState(${whichSql[of]}))) as who from ${interestSql(bind, scope, selling, window)}`,
  })
  return rows.flatMap(({ who }) => who.map((one) => scope.nameOf(one)))
}

/** What was looked at or put into a cart, also in the window after the dates. */
const seenSql = (bind: Bindings, scope: Scope, { scan }: Selling, { days }: Window): string =>
  scanEvents(bind, {
    ...scope.scan({}),
    from: scan.from,
    to: new Date(scan.to.getTime() + days * dayMs),
    names: [...viewEvents, ...cartEvents],
    known: true,
  })

/** One number (`x`) holds a moment and what happened then, in its last two bits. */
const kinds = { view: 0, cart: 1, order: 2 }
const isKind = (x: string, kind: keyof typeof kinds): string => `bitAnd(${x}, 3) = ${kinds[kind]}`

/**
 * One row for a product (code) that somebody looked at or put into a cart in the dates: how often it was looked at (looks), and bitmaps
 * of who looked (viewed), took (putInCart), did the next within the window, be it after the dates (viewedThenCart, viewedThenOrder,
 * cartThenOrder), or looked so lately that an order may still come (mayStillOrder). Events may call a product by its title; orders
 * know its code.
 *
 * A product's moments are gathered side by side, and only of those people laid in order who did more than one thing with it: they are
 * few, and sorting out each person and product took twice as long.
 */
function interestSql(bind: Bindings, scope: Scope, selling: Selling, window: Window): string {
  const { scan, product } = selling
  const tenant = bind.integer(scan.tenantId)
  const length = window.days * dayMs * 4
  const isInside = `x < ${bind.integer(scan.to.getTime() * 4)}`
  const isLately = `x > ${bind.integer(window.now.getTime() * 4 - length)}`
  const lines = scanLines(bind, { ...scan, where: undefined, to: new Date(scan.to.getTime() + window.days * dayMs) }, 'paid')
  const moments = `select transform(product, called.1, called.2) as code, who, ms * 4 + if(has(${bind.texts(viewEvents)}, name), ${kinds.view}, ${kinds.cart}) as x
      from ${seenSql(bind, scope, selling, window)} where product != ''
    union all select product as code, who, toUnixTimestamp64Milli(at) * 4 + ${kinds.order} as x from ${lines} where who != 0 and product != ''`
  const whoDid = (kind: keyof typeof kinds, more = '1') => `groupArrayIf(who, ${isKind('x', kind)} and ${more})`
  const bothWithin = (first: keyof typeof kinds, then: keyof typeof kinds) =>
    `bitmapBuild(arrayMap(run -> run[1].1, arrayFilter(run -> arrayExists((_, x) -> ${isKind('x', first)} and ${isInside}
      and arrayExists((_, y) -> ${isKind('y', then)} and y >= x - ${kinds[first]} and y <= x - ${kinds[first]} + ${length} + ${kinds[then]}, run.1, run.2), run.1, run.2), runs)))`
  return `(with (select (groupArray(title), groupArray(code)) from (select title, min(product) as code from product_titles where tenant = ${tenant} and title != '' group by title)
      where title not in (select product from product_titles where tenant = ${tenant})) as called
    select code, looks, viewed, putInCart, ${bothWithin('view', 'cart')} as viewedThenCart, ${bothWithin('view', 'order')} as viewedThenOrder,
      ${bothWithin('cart', 'order')} as cartThenOrder, bitmapAndnot(viewedLately, viewedThenOrder) as mayStillOrder
    from (select *, bitmapOr(bitmapAnd(viewed, bitmapOr(carts, bought)), bitmapAnd(putInCart, bought)) as several,
        arrayMap(one -> bitmapContains(several, one), whos) as isOneOf,
        arraySort(arrayZip(arrayFilter((_, is) -> is, whos, isOneOf), arrayFilter((_, is) -> is, xs, isOneOf))) as sorted,
        arraySplit((one, before) -> one.1 != before.1, sorted, arrayPopBack(arrayPushFront(sorted, (0, 0)))) as runs
      from (select code, groupArray(who) as whos, groupArray(x) as xs, countIf(${isKind('x', 'view')} and ${isInside}) as looks,
          bitmapBuild(${whoDid('view', isInside)}) as viewed, bitmapBuild(${whoDid('view', `${isInside} and ${isLately}`)}) as viewedLately,
          bitmapBuild(${whoDid('cart', isInside)}) as putInCart, bitmapBuild(${whoDid('cart')}) as carts, bitmapBuild(${whoDid('order')}) as bought
        from (${moments}) ${product === undefined ? '' : `where code = ${bind.text(product)}`} group by code
        having bitmapCardinality(viewed) + bitmapCardinality(putInCart) > 0)))`
}
