import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import { dayRange } from '#platform/time.ts'
import { hasLines, scanLines } from '../order-lines.ts'
import { scanOrders } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { type Basket, frequentItemsets, type Itemset, TooManyItemsets } from './itemsets.ts'
import { associationRules, sortRules } from './rules.ts'
import type { BasketReport, BasketResult } from './schema.ts'

/** Beyond these a smaller answer is asked for instead of more memory. */
const most = { items: 10_000, baskets: 2_000_000, itemsets: 500_000, titles: 5000 }
const defaultSupport = 0.01

/** A basket is a paid order with at least one product; the same product twice is one item. */
export async function runBasket(scope: Scope, report: BasketReport): Promise<BasketResult> {
  const source = (await hasLines(scope)) ? linesSql : productsSql
  const { baskets, items } = await countAll(scope, report, source)
  const minCount = Math.max(1, report.minCount ?? Math.ceil((report.minSupport ?? defaultSupport) * baskets - 1e-9))
  const frequent = await frequentItems(scope, report, source, minCount)
  const sets = mine(await readBaskets(scope, report, source, minCount), frequent, minCount, report)
  const wanted = { ...report, baskets, nameOf: (item: number) => frequent[item]?.item ?? '' }
  const rules = associationRules(sets, wanted)
  const shown = sortRules(rules, report.sort).slice(0, report.limit)
  return {
    baskets,
    items,
    itemsets: sets.filter(({ items: { length } }) => length >= report.minLength).length,
    rulesFound: rules.length,
    rules: shown,
    titles: source === linesSql ? await titlesOf(scope, new Set(shown.flatMap(({ lhs, rhs }) => [...lhs, ...rhs]))) : {},
    ...(report.persons ? { persons: await buyersOf(scope, report, source, report.persons.items) } : {}),
  }
}

type Source = (bind: Bindings, scope: Scope, report: BasketReport) => string

const scanOf = (scope: Scope, report: BasketReport) => {
  const { from, to } = dayRange(report.dateFrom ?? '1970-01-02', report.dateTo ?? '2099-12-31', scope.calendar.timezone)
  return { ...scope.scan(report), ...(report.dateFrom ? { from } : {}), ...(report.dateTo ? { to } : {}) }
}

const linesSql: Source = (bind, scope, report) =>
  `(select toString(ord) as basket, who, product as item from ${scanLines(bind, scanOf(scope, report), 'paid')} where item != '')`

const productsSql: Source = (bind, scope, report) =>
  `(select ord as basket, who, arrayJoin(products) as item from ${scanOrders(bind, scanOf(scope, report))} where item != '')`

async function countAll(scope: Scope, report: BasketReport, source: Source) {
  const bind = bindings()
  const [found] = await scope.ask({
    params: bind.params,
    row: z.object({ baskets: z.int(), items: z.int() }),
    sql: `select uniqExact(basket) as baskets, uniqExact(item) as items from ${source(bind, scope, report)}`,
  })
  return found ?? { baskets: 0, items: 0 }
}

type Frequent = { item: string; count: number }

/** In a fixed order, rare ones first; the place in it, from 1, stands for the item. */
const frequentSql = (bind: Bindings, scope: Scope, report: BasketReport, source: Source, minCount: number): string =>
  `(select item, uniqExact(basket) as count, toUInt32(row_number() over (order by count, item)) as place
    from ${source(bind, scope, report)} group by item having count >= ${bind.integer(minCount)})`

async function frequentItems(scope: Scope, report: BasketReport, source: Source, minCount: number): Promise<Frequent[]> {
  const bind = bindings()
  const found = await scope.ask({
    params: bind.params,
    row: z.object({ item: z.string(), count: z.int() }),
    sql: `select item, count from ${frequentSql(bind, scope, report, source, minCount)} order by place limit ${most.items + 1}`,
  })
  if (found.length > most.items) throw tooMany(`More than ${most.items} products are that frequent.`)
  return found
}

const tooMany = (what: string) =>
  appError('basket.too_many_itemsets', { message: `${what} Raise minSupport, or ask about fewer days.`, field: 'minSupport' })

/** Only baskets with two frequent items or more, equal ones as one row: single items are counted already. */
async function readBaskets(scope: Scope, report: BasketReport, source: Source, minCount: number): Promise<Basket[]> {
  const bind = bindings()
  const found = await scope.ask({
    params: bind.params,
    row: z.object({ items: z.array(z.int()), times: z.int() }),
    sql: `select items, count() as times from (
        select arraySort(groupUniqArray(f.place)) as items from ${source(bind, scope, report)} as s
        inner join ${frequentSql(bind, scope, report, source, minCount)} as f on s.item = f.item group by s.basket having length(items) > 1)
      group by items limit ${most.baskets + 1}`,
  })
  if (found.length > most.baskets) throw tooMany(`More than ${most.baskets} different baskets hold frequent products.`)
  return found.map(({ items, times }) => ({ items: items.map((item) => item - 1), times }))
}

function mine(baskets: readonly Basket[], frequent: readonly Frequent[], minCount: number, { maxLength }: BasketReport): Itemset[] {
  // Baskets of one frequent item are not among those read, so single items keep the count they came with.
  const singles = frequent.map(({ count }, item) => ({ items: [item], count }))
  try {
    const larger = maxLength < 2 ? [] : frequentItemsets(baskets, minCount, maxLength, most.itemsets)
    return [...singles, ...larger.filter(({ items }) => items.length > 1)]
  } catch (error) {
    if (error instanceof TooManyItemsets) throw tooMany(`More than ${most.itemsets} sets of products are that frequent.`)
    throw error
  }
}

async function titlesOf(scope: Scope, items: ReadonlySet<string>): Promise<Record<string, string>> {
  if (items.size === 0) return {}
  const bind = bindings()
  const found = await scope.ask({
    params: bind.params,
    row: z.object({ product: z.string(), label: z.string() }),
    sql: `select product, argMax(title, at) as label from ${scanLines(bind, { tenantId: scope.ctx.tenantId }, 'paid')}
      where has(${bind.texts([...items])}, product) and title not in ('', product) group by product order by product limit ${most.titles}`,
  })
  return Object.fromEntries(found.map(({ product, label }) => [product, label]))
}

async function buyersOf(scope: Scope, report: BasketReport, source: Source, items: readonly string[]): Promise<string[]> {
  const bind = bindings()
  const wanted = [...new Set(items)]
  const found = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.int() }),
    sql: `select distinct who from (
        select any(who) as who from ${source(bind, scope, report)} where has(${bind.texts(wanted)}, item) group by basket
        having uniqExact(item) = ${bind.integer(wanted.length)}) where who != 0 order by who`,
  })
  return found.map(({ who }) => scope.nameOf(who))
}
