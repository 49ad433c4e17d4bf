import Big from 'big.js'
import { sql } from 'kysely'
import { identify } from '#management/identity/commands.ts'
import type { Identity } from '#management/identity/schema.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { AppError, appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { parseMoney } from '#platform/money.ts'
import { announce } from './announce.ts'
import type { LineFacts, OrderFacts, RefundFacts } from './facts.ts'
import { priceLine } from './import-row.ts'
import { linesOf, ordersWhere } from './queries.ts'
import type { OrderBody, OrderSource, RefundBody } from './schema.ts'
import { isPaid, readStatus } from './status.ts'
import { storeOrders, storeRefunds } from './store.ts'

type From = { shopId: number; source: OrderSource }

/** Takes an order as a shop or a person tells it: finds the buyer, stores what is new, says what changed. The same again changes nothing. */
export const receiveOrder = (
  ctx: Context,
  from: From,
  body: OrderBody,
): Promise<{ order: number; customer: number | null; inserted: boolean }> =>
  inTransaction(ctx, async (ctx) => {
    const facts = factsOf(from, body, await buyerOf(ctx, from, body))
    const [stored] = await storeOrders(ctx, [facts], { completeLines: true })
    if (!stored || stored.refused) throw stored?.refused ?? notFound('order')
    const { customerId, sourceUpdatedAt } = await ctx.db
      .selectFrom('orders')
      .select(['customerId', 'sourceUpdatedAt'])
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', stored.id)
      .executeTakeFirstOrThrow()
    // Told by an older word than the order already knows: its refunds are older too.
    const isStale = sourceUpdatedAt !== null && new Date(sourceUpdatedAt) > body.updatedAt
    const refunds = isStale ? [] : await storeRefunds(ctx, refundsOf(from, body, stored.id, customerId))
    await announce(ctx, {
      orders: { ids: [stored.id] },
      refunds: { ids: refunds.map(({ id }) => id) },
      newIds: new Set(stored.inserted ? [stored.id] : []),
    })
    return { order: stored.id, customer: customerId, inserted: stored.inserted }
  })

/** By hand: a number that exists is refused, so that nobody writes over an order by accident. */
export const enterOrder = (ctx: Context, body: OrderBody): Promise<{ order: number; customer: number | null }> =>
  inTransaction(ctx, async (ctx) => {
    const found = await receiveOrder(ctx, { shopId: 0, source: 'manual' }, body)
    if (!found.inserted)
      throw appError('order.exists', { status: 409, message: 'There is an order of this number already.', field: 'orderNo' })
    await audit(ctx, 'order.entered', ['ord', found.order], { orderNo: body.orderNo })
    return found
  })

async function buyerOf(ctx: Context, { shopId }: From, { buyer }: OrderBody): Promise<number | null> {
  if (!buyer) return null
  const kinds = [
    ['unionid', buyer.unionid],
    ['wecom_external_userid', buyer.externalUserId],
    ['member_no', buyer.memberNo],
    ['phone', buyer.phone],
    ['shop_buyer', buyer.shopBuyerId],
  ] as const
  const identities = kinds.flatMap(([kind, value]): Identity[] =>
    value ? [{ kind, value, ...(kind === 'shop_buyer' ? { scope: `shop ${shopId}` } : {}) }] : [],
  )
  if (identities.length === 0) return null
  try {
    return await identify(ctx, identities, buyer.name ? { name: buyer.name } : {}, 'order')
  } catch (error) {
    if (error instanceof AppError && error.code === 'phone.invalid')
      throw appError(error.code, { message: error.message, field: 'buyer.phone', cause: error })
    throw error
  }
}

function factsOf({ shopId, source }: From, body: OrderBody, customerId: number | null): OrderFacts {
  const status = readStatus(body.status)
  const paidAt = body.paidAt ?? (isPaid(status) ? body.createdAt : undefined)
  const { employee, channel, coupon } = body.attribution ?? {}
  return {
    shopId,
    source,
    orderNo: body.orderNo,
    currency: body.currency,
    customerId,
    status,
    rawStatus: body.status,
    orderedAt: body.createdAt,
    updatedAt: body.updatedAt,
    ...(paidAt ? { paidAt } : {}),
    ...(body.shippedAt ? { shippedAt: body.shippedAt } : {}),
    ...(body.completedAt ? { completedAt: body.completedAt } : {}),
    ...(body.closedAt ? { closedAt: body.closedAt } : {}),
    ...(employee ? { employee } : {}),
    ...(channel ? { channel } : {}),
    ...(coupon ? { coupons: coupon } : {}),
    lines: linesFrom(body),
  }
}

function linesFrom({ lines, currency }: OrderBody): LineFacts[] {
  const seen = new Set<string>()
  return lines.map((line, i) => {
    if (seen.has(line.lineNo))
      throw appError('line.number_repeated', { message: `Line ${line.lineNo} comes twice.`, field: `lines.${i}.lineNo` })
    seen.add(line.lineNo)
    if (line.productCode === '' && line.title === '')
      throw appError('line.no_product', { message: 'Say the product by code or title.', field: `lines.${i}.productCode` })
    const big = (text: string | null | undefined) => (text ? new Big(text) : undefined)
    const quantity = new Big(line.quantity)
    const amounts = atLine(i, () =>
      priceLine({ quantity, unitPrice: new Big(line.unitPrice), discount: big(line.discount), paid: big(line.paid) }, false, currency),
    )
    return {
      lineKey: `no ${line.lineNo}`,
      lineNo: line.lineNo,
      position: i,
      productCode: line.productCode,
      skuCode: line.skuCode ?? '',
      title: line.title,
      quantity: quantity.toFixed(),
      ...amounts,
    }
  })
}

const apiNames: Record<string, string> = {
  'line.unit_price': 'unitPrice',
  'line.discount': 'discount',
  'line.paid': 'paid',
  'line.quantity': 'quantity',
}

function atLine<T>(place: number, price: () => T): T {
  try {
    return price()
  } catch (error) {
    if (error instanceof AppError)
      throw appError(error.code, {
        message: error.message,
        field: `lines.${place}.${apiNames[error.field ?? ''] ?? 'unitPrice'}`,
        cause: error,
      })
    throw error
  }
}

function refundsOf({ shopId, source }: From, body: OrderBody, orderId: number, customerId: number | null): RefundFacts[] {
  return (body.refunds ?? []).map((refund, i) => {
    const at = refund.finishedAt ?? body.updatedAt
    return {
      shopId,
      source,
      refundNo: refund.refundNo,
      currency: body.currency,
      orderId,
      customerId,
      status: refund.status,
      type: refund.type,
      ...(refund.reason ? { reason: refund.reason } : {}),
      appliedAt: at,
      ...(refund.status === 'success' ? { finishedAt: at } : {}),
      amountMinor: parseMoney(refund.amount, body.currency, `refunds.${i}.amount`),
      lines: shareOut(body, refund.lineNos, parseMoney(refund.amount, body.currency, `refunds.${i}.amount`), `refunds.${i}.lineNos`),
    }
  })
}

/** A shop says which lines a refund is for, not how much of each: shared by what was paid for them, the rest of the rounding to the last. */
function shareOut(body: OrderBody, lineNos: readonly string[], amount: number, field: string): RefundFacts['lines'] {
  const lines = linesFrom(body).filter(({ lineNo }) => lineNo !== undefined && lineNos.includes(lineNo))
  const unknown = lineNos.find((no) => !lines.some(({ lineNo }) => lineNo === no))
  if (unknown !== undefined) throw appError('refund.line_unknown', { message: `The order has no line ${unknown}.`, field })
  const paid = lines.reduce((sum, line) => sum + line.paidMinor, 0)
  let left = amount
  return lines.map(({ discountMinor: _discount, paidMinor, ...line }, i) => {
    const share = i === lines.length - 1 ? left : paid === 0 ? 0 : new Big(amount).times(paidMinor).div(paid).round(0).toNumber()
    left -= share
    return { ...line, amountMinor: share }
  })
}

/** Writes down money that went back, for the order or line by line; never more than was paid. */
export const refundOrder = (ctx: Context, orderId: number, body: RefundBody): Promise<{ refund: number }> =>
  inTransaction(ctx, async (ctx) => {
    const order = await lockOrder(ctx, orderId)
    const { open } = await ctx.db
      .selectFrom('refunds')
      .select(sql<number>`coalesce(sum(amount_minor), 0)::bigint`.as('open'))
      .where('tenantId', '=', ctx.tenantId)
      .where('orderId', '=', orderId)
      .where('status', 'not in', ['rejected', 'closed'])
      .executeTakeFirstOrThrow()
    if (open + body.amountMinor > order.paidMinor)
      throw appError('refund.too_much', {
        status: 409,
        message: `At most ${order.paidMinor - open} can go back of this order (minor units).`,
        field: 'amountMinor',
        details: { leftMinor: order.paidMinor - open },
      })
    const refundNo = body.refundNo ?? `R-${order.orderNo}-${(await countRefunds(ctx, orderId)) + 1}`
    const [stored] = await storeRefunds(ctx, [
      {
        shopId: order.shopId,
        refundNo,
        source: 'manual',
        currency: order.currency,
        orderId,
        customerId: order.customerId,
        status: 'success',
        type: body.type,
        ...(body.reason ? { reason: body.reason } : {}),
        appliedAt: ctx.now(),
        finishedAt: ctx.now(),
        amountMinor: body.amountMinor,
        lines: await refundLines(ctx, orderId, body),
      },
    ])
    if (!stored?.inserted)
      throw appError('refund.exists', { status: 409, message: 'There is a refund of this number already.', field: 'refundNo' })
    await announce(ctx, { orders: { ids: [] }, refunds: { ids: [stored.id] } })
    await audit(ctx, 'order.refunded', ['ord', orderId], { refundNo, amountMinor: body.amountMinor })
    return { refund: stored.id }
  })

async function lockOrder(ctx: Context, id: number) {
  const where = await ordersWhere(ctx, {})
  const { rows } = await sql<{
    orderNo: string
    shopId: number
    customerId: number | null
    currency: string
    paidMinor: number
    countedAt: Date | null
  }>`
    select o.order_no, o.shop_id, o.customer_id, o.currency, o.paid_minor, o.counted_at from orders o where ${where} and o.id = ${id} for update of o`.execute(
    ctx.db,
  )
  const [order] = rows
  if (!order) throw notFound('order')
  if (order.countedAt === null) throw appError('refund.not_paid', { status: 409, message: 'This order has not been paid.' })
  return order
}

const countRefunds = async (ctx: Context, orderId: number): Promise<number> =>
  (
    await ctx.db
      .selectFrom('refunds')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('tenantId', '=', ctx.tenantId)
      .where('orderId', '=', orderId)
      .executeTakeFirstOrThrow()
  ).count

async function refundLines(ctx: Context, orderId: number, { lines: asked = [], amountMinor }: RefundBody): Promise<RefundFacts['lines']> {
  if (asked.length === 0) return []
  if (asked.reduce((sum, line) => sum + line.amountMinor, 0) !== amountMinor)
    throw appError('refund.lines_differ', { message: 'The lines do not add up to the amount.', field: 'amountMinor' })
  const known = new Map((await linesOf(ctx, orderId)).map((line) => [line.lineNo, line]))
  const keys = new Map(
    (
      await ctx.db
        .selectFrom('orderLines')
        .select(['lineKey', 'lineNo'])
        .where('tenantId', '=', ctx.tenantId)
        .where('orderId', '=', orderId)
        .execute()
    ).map(({ lineKey, lineNo }) => [lineNo ?? lineKey, lineKey]),
  )
  return asked.map((line, i) => {
    const found = known.get(line.lineNo)
    if (!found) throw appError('refund.line_unknown', { message: `The order has no line ${line.lineNo}.`, field: `lines.${i}.lineNo` })
    const left =
      found.paidMinor -
      found.refundedMinor -
      asked.slice(0, i).reduce((sum, one) => sum + (one.lineNo === line.lineNo ? one.amountMinor : 0), 0)
    if (line.amountMinor > left)
      throw appError('refund.too_much', {
        status: 409,
        message: `At most ${left} can go back of this line (minor units).`,
        field: `lines.${i}.amountMinor`,
      })
    if (asked.findIndex((one) => one.lineNo === line.lineNo) !== i)
      throw appError('line.number_repeated', { message: `Line ${line.lineNo} comes twice.`, field: `lines.${i}.lineNo` })
    return {
      lineKey: keys.get(line.lineNo) ?? line.lineNo,
      lineNo: line.lineNo,
      position: i,
      productCode: found.productCode,
      skuCode: found.skuCode,
      title: found.title,
      quantity: String(line.quantity ?? found.quantity),
      unitPrice: found.unitPrice,
      amountMinor: line.amountMinor,
    }
  })
}
