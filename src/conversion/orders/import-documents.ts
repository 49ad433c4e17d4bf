import { identifyMany } from '#management/identity/commands.ts'
import type { Context } from '#platform/context.ts'
import type { OrderFacts, RefundFacts } from './facts.ts'
import type { ReadRow } from './import-row.ts'
import { ensureShops } from './shops.ts'

/** The orders and refunds that a chunk of rows speaks of. */
export type Documents = {
  orders: OrderFacts[]
  refunds: RefundFacts[]
  /** Row → its order, or its refund where the row is one. */
  placeOf: number[]
  /** Rows that name their document first. */
  firstRows: Set<number>
  /** Refund → the order in whose rows it was told. */
  refundOrders: Map<number, number>
}

export async function collectDocuments(ctx: Context, rows: readonly ReadRow[]): Promise<Documents> {
  const shops = await ensureShops(ctx, new Set(rows.map(({ shop }) => shop)))
  const buyers = await identifyBuyers(ctx, rows)
  const originals = await findOriginals(ctx, rows, shops)
  const found: Documents = { orders: [], refunds: [], placeOf: [], firstRows: new Set(), refundOrders: new Map() }
  const orders = new Map<string, number>()
  const refunds = new Map<string, number>()
  rows.forEach((row, index) => {
    const shopId = shops.get(row.shop) ?? 0
    const customerId = buyers[index] ?? null
    const places = row.isRefund ? refunds : orders
    const key = `${shopId} ${row.orderNo}`
    let place = places.get(key)
    if (place === undefined) {
      place = row.isRefund
        ? found.refunds.push(refundOf(row, shopId, customerId, originals.get(`${shopId} ${row.refundOf}`))) - 1
        : found.orders.push(orderOf(row, shopId, customerId)) - 1
      places.set(key, place)
      found.firstRows.add(index)
    } else if (row.isRefund) addToRefund(found.refunds[place], row)
    else addToOrder(found.orders[place], row, customerId)
    found.placeOf.push(place)
    if (!row.isRefund && row.refundedMinor > 0) addRowRefund(found, refunds, row, { shopId, customerId, order: place })
  })
  return found
}

/** Each buyer once, whatever number of rows name him. */
async function identifyBuyers(ctx: Context, rows: readonly ReadRow[]): Promise<(number | null)[]> {
  const places = new Map<string, number>()
  const list: ReadRow['buyer'][] = []
  const placeOf = rows.map(({ buyer }) => {
    if (buyer.identities.length === 0) return undefined
    const key = buyer.identities.map(({ kind, value, scope = '' }) => `${kind} ${scope} ${value}`).join('\u0000')
    const place = places.get(key) ?? list.push({ ...buyer }) - 1
    places.set(key, place)
    return place
  })
  const ids = list.length === 0 ? [] : await identifyMany(ctx, list, 'order')
  return placeOf.map((place) => (place === undefined ? null : (ids[place] ?? null)))
}

/** Orders that refund rows name as theirs. */
async function findOriginals(
  ctx: Context,
  rows: readonly ReadRow[],
  shops: ReadonlyMap<string, number>,
): Promise<Map<string, { id: number; customerId: number | null }>> {
  const asked = rows.filter(({ isRefund, refundOf }) => isRefund && refundOf !== '')
  if (asked.length === 0) return new Map()
  const found = await ctx.db
    .selectFrom('orders')
    .select(['id', 'shopId', 'orderNo', 'customerId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('shopId', 'in', [...new Set(asked.map(({ shop }) => shops.get(shop) ?? 0))])
    .where('orderNo', 'in', [...new Set(asked.map(({ refundOf }) => refundOf))])
    .execute()
  return new Map(found.map(({ id, shopId, orderNo, customerId }) => [`${shopId} ${orderNo}`, { id, customerId }]))
}

function orderOf(row: ReadRow, shopId: number, customerId: number | null): OrderFacts {
  return {
    shopId,
    orderNo: row.orderNo,
    source: 'import',
    currency: row.currency,
    customerId,
    ...(row.status ? { status: row.status, rawStatus: row.rawStatus } : {}),
    ...row.times,
    ...(row.statedPaidMinor === undefined ? {} : { statedPaidMinor: row.statedPaidMinor }),
    ...(row.employee ? { employee: row.employee } : {}),
    ...(row.channel ? { channel: row.channel } : {}),
    ...(row.coupons ? { coupons: row.coupons.split(/[,，;；\s]+/).filter(Boolean) } : {}),
    ...(row.region ? { region: row.region } : {}),
    lines: row.line ? [row.line] : [],
  }
}

function addToOrder(order: OrderFacts | undefined, row: ReadRow, customerId: number | null): void {
  if (!order) return
  if (row.line) order.lines.push(row.line)
  order.customerId ??= customerId
  const { paidAt, orderedAt } = row.times
  if (paidAt && (!order.paidAt || paidAt < order.paidAt)) order.paidAt = paidAt
  if (orderedAt && (!order.orderedAt || orderedAt < order.orderedAt)) order.orderedAt = orderedAt
  if (row.statedPaidMinor !== undefined) order.statedPaidMinor ??= row.statedPaidMinor
}

const refundOf = (
  row: ReadRow,
  shopId: number,
  customerId: number | null,
  original: { id: number; customerId: number | null } | undefined,
): RefundFacts => {
  const at = row.times.paidAt ?? row.times.orderedAt ?? new Date(0)
  return {
    shopId,
    refundNo: row.orderNo,
    source: 'import',
    currency: row.currency,
    orderId: original?.id ?? null,
    customerId: customerId ?? original?.customerId ?? null,
    status: 'success',
    type: row.line ? 'return_refund' : 'refund_only',
    ...(row.region ? { region: row.region } : {}),
    appliedAt: at,
    finishedAt: at,
    ...(row.line || row.statedPaidMinor === undefined ? {} : { amountMinor: row.statedPaidMinor }),
    lines: row.line ? [refundLine(row.line, row.line.paidMinor)] : [],
  }
}

const refundLine = ({ discountMinor: _discount, paidMinor: _paid, ...line }: NonNullable<ReadRow['line']>, amountMinor: number) => ({
  ...line,
  amountMinor,
})

function addToRefund(refund: RefundFacts | undefined, row: ReadRow): void {
  if (!refund) return
  if (row.line) refund.lines.push(refundLine(row.line, row.line.paidMinor))
  const at = row.times.paidAt ?? row.times.orderedAt
  if (at && at < refund.appliedAt) Object.assign(refund, { appliedAt: at, finishedAt: at })
}

type Told = { shopId: number; customerId: number | null; order: number }

/** 退款金额 in an order's own row: one refund per order, growing by its lines. */
function addRowRefund(found: Documents, refunds: Map<string, number>, row: ReadRow, { shopId, customerId, order }: Told): void {
  const refundNo = `R-${row.orderNo}`
  const line = row.line
    ? refundLine(row.line, row.refundedMinor)
    : {
        lineKey: 'order',
        position: 0,
        productCode: '',
        skuCode: '',
        title: '',
        quantity: '1',
        unitPrice: '0',
        amountMinor: row.refundedMinor,
      }
  const key = `${shopId} ${refundNo}`
  const known = refunds.get(key)
  if (known !== undefined) {
    found.refunds[known]?.lines.push(line)
    return
  }
  const at = row.times.completedAt ?? row.times.closedAt ?? row.times.updatedAt ?? row.times.paidAt ?? row.times.orderedAt ?? new Date(0)
  const place =
    found.refunds.push({
      shopId,
      refundNo,
      source: 'import',
      currency: row.currency,
      orderId: null,
      customerId,
      status: 'success',
      type: 'refund_only',
      appliedAt: at,
      finishedAt: at,
      lines: [line],
    }) - 1
  refunds.set(key, place)
  found.refundOrders.set(place, order)
}
