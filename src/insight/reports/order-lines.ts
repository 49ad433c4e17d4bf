import { z } from 'zod'
import { asksPersons } from '#platform/events/where.ts'
import { canonicalIdSql, mergedSql } from '../stores/persons.ts'
import type { TradeScan } from './orders.ts'
import type { Scope } from './scope.ts'
import { type Bindings, bindings, conditionSql } from './sql.ts'

/**
 * The lines of paid orders (`kind` paid, at the time of payment) and of refunds (`refunded`, when the money went back): who, kind,
 * document, ord (0: a refund that names no order), at, product, sku, title, quantity, amount (minor units), currency, region,
 * channel, employee, shop. `where` asks for product, sku, title, currency, region, channel, employeeName, shopName, amount,
 * quantity, and for properties of the person.
 */
export function scanLines(bind: Bindings, { tenantId, from, to, where, among, currency }: TradeScan, kind?: 'paid' | 'refunded'): string {
  const tenant = bind.integer(tenantId)
  const conditions = [
    `l.tenant = ${tenant} and l.deleted = 0`,
    ...(kind ? [`l.kind = '${kind}'`] : []),
    ...(from ? [`l.at >= fromUnixTimestamp64Milli(${bind.integer(from.getTime())}, 'UTC')`] : []),
    ...(to ? [`l.at < fromUnixTimestamp64Milli(${bind.integer(to.getTime())}, 'UTC')`] : []),
    ...(currency ? [`l.currency = ${bind.text(currency)}`] : []),
  ]
  const people = `left any join (select person, properties as personProperties from persons final where tenant = ${tenant}) as p on r.who = p.person`
  const read = `with ${mergedSql(bind, tenantId)} select ${canonicalIdSql('l.person')} as who, ${columns.map((column) => `l.${column} as ${column}`).join(', ')}
    ${where ? `, ${propertiesSql} as properties` : ''} from order_lines as l final where ${conditions.join(' and ')}`
  const outer = [
    ...(where ? [conditionSql(bind, where)] : []),
    ...(among ? [among.length === 0 ? '0' : `who in (${among.map((id) => Math.trunc(id)).join(',')})`] : []),
  ]
  const rows = where && asksPersons(where) ? `select r.*, p.personProperties as personProperties from (${read}) as r ${people}` : read
  return outer.length === 0 ? `(${rows})` : `(select * from (${rows}) where ${outer.join(' and ')})`
}

const columns = [
  'kind',
  'document',
  'ord',
  'at',
  'product',
  'sku',
  'title',
  'quantity',
  'amount',
  'currency',
  'region',
  'channel',
  'employee',
  'shop',
]

/** What a filter of lines may ask for beside what order events have. */
export const lineProperties = ['sku', 'title', 'quantity']

/** As events call them, so that one filter serves orders and their lines. */
const propertiesSql = `mapFilter((k, v) -> v != '', map('product', l.product, 'sku', l.sku, 'title', l.title, 'currency', l.currency, 'region', l.region,
  'channel', l.channel, 'employeeName', l.employee, 'shopName', l.shop, 'amount', toString(l.amount), 'quantity', toString(l.quantity)))`

/** Whether the company's orders came with lines; events sent by programs only name their products. */
export async function hasLines(scope: Scope): Promise<boolean> {
  const bind = bindings()
  const found = await scope.ask({
    params: bind.params,
    row: z.object({ one: z.number() }),
    sql: `select 1 as one from order_lines where tenant = ${bind.integer(scope.ctx.tenantId)} limit 1`,
  })
  return found.length > 0
}
