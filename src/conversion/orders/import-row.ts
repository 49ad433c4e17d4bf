import Big from 'big.js'
import type { CustomerFacts, Identity } from '#management/identity/schema.ts'
import { normalPhone } from '#management/identity/values.ts'
import { isCurrency } from '#platform/currency.ts'
import { appError } from '#platform/errors.ts'
import type { ImportSetup } from '#platform/imports/kind.ts'
import { isNegative } from '#platform/imports/mapping.ts'
import type { FileRow } from '#platform/imports/source.ts'
import { toMinor } from '#platform/money.ts'
import { contentKey, type LineFacts, ordinals } from './facts.ts'
import type { OrderStatus } from './schema.ts'
import { isPaid, readStatus } from './status.ts'

/** One row of an order file, read and checked, before customers and shops are known. */
export type ReadRow = {
  orderNo: string
  shop: string
  isRefund: boolean
  refundOf: string
  currency: string
  status: OrderStatus | undefined
  rawStatus: string
  times: { orderedAt?: Date; paidAt?: Date; shippedAt?: Date; completedAt?: Date; closedAt?: Date; updatedAt?: Date }
  statedPaidMinor: number | undefined
  employee: string
  channel: string
  coupons: string
  region: string
  buyer: { identities: Identity[]; facts: CustomerFacts }
  line: LineFacts | undefined
  /** Told in the same row: this much of the line went back. */
  refundedMinor: number
}

const mostQuantity = new Big(100_000_000)

export function orderReader(setup: ImportSetup): (row: FileRow) => ReadRow {
  const orderNo = setup.text('order_no', 128)
  const status = setup.text('status', 60)
  const currency = setup.text('currency', 10)
  const text = {
    shop: setup.text('shop', 100),
    refundOf: setup.text('refund_of', 128),
    employee: setup.text('employee', 100),
    channel: setup.text('channel', 100),
    coupons: setup.text('coupons', 500),
    region: setup.text('region', 100),
  }
  const paid = setup.decimal('paid')
  const readLine = lineReader(setup)
  const readTimes = timesReader(setup)
  const readBuyer = buyerReader(setup)
  const isTimedOnlyByOrder = !setup.isMapped('paid_at') && !setup.isMapped('status')
  return (row) => {
    const no = orderNo(row)
    if (no === '') throw appError('order.no_number', { message: 'The row has no order number.', field: 'order_no' })
    const isRefund = setup.isRefund(row)
    const rawStatus = status(row)
    const found = rawStatus === '' ? undefined : readStatus(rawStatus)
    const money = readCurrency(currency(row), setup.currency)
    const stated = paid(row)
    if (stated && isNegative(stated) && !isRefund) throw negative('paid')
    const { line, refundedMinor } = readLine(row, no, isRefund, money)
    return {
      orderNo: no,
      shop: text.shop(row),
      isRefund,
      refundOf: text.refundOf(row),
      currency: money,
      status: found,
      rawStatus,
      times: readTimes(row, found, isRefund || isTimedOnlyByOrder),
      statedPaidMinor: stated && toMinor(stated.abs(), money, 'paid'),
      employee: text.employee(row),
      channel: text.channel(row),
      coupons: text.coupons(row),
      region: text.region(row),
      buyer: readBuyer(row, text.shop(row)),
      line,
      refundedMinor,
    }
  }
}

function readCurrency(text: string, usual: string): string {
  if (text === '') return usual
  const found = /^(人民币|¥|RMB)$/i.test(text) ? 'CNY' : text.toUpperCase()
  if (!isCurrency(found)) throw appError('currency.invalid', { message: `"${text.slice(0, 20)}" is not a currency.`, field: 'currency' })
  return found
}

function timesReader(setup: ImportSetup) {
  const [paidAt, createdAt, shippedAt, completedAt, closedAt, updatedAt] = (
    ['paid_at', 'created_at', 'shipped_at', 'completed_at', 'closed_at', 'updated_at'] as const
  ).map((key) => setup.date(key))
  return (row: FileRow, status: OrderStatus | undefined, paidWhenPlaced: boolean): ReadRow['times'] => {
    const ordered = createdAt?.(row)
    const paid = paidAt?.(row) ?? (paidWhenPlaced || (status && isPaid(status)) ? ordered : undefined)
    if (!ordered && !paid)
      throw appError('order.no_time', {
        message: 'The row has neither a time of order nor of payment.',
        field: setup.isMapped('paid_at') ? 'paid_at' : 'created_at',
      })
    return {
      ...when('orderedAt', ordered ?? paid),
      ...when('paidAt', paid),
      ...when('shippedAt', shippedAt?.(row)),
      ...when('completedAt', completedAt?.(row)),
      ...when('closedAt', closedAt?.(row)),
      ...when('updatedAt', updatedAt?.(row)),
    }
  }
}

const when = <Key extends string>(key: Key, at: Date | undefined): { [K in Key]?: Date } =>
  at ? ({ [key]: at } as { [K in Key]?: Date }) : {}

function lineReader(setup: ImportSetup) {
  const hasLine = ['line.product_code', 'line.sku_code', 'line.title', 'line.quantity', 'line.unit_price', 'line.paid'].some(setup.isMapped)
  const no = setup.text('line.no', 64)
  const code = setup.text('line.product_code', 100)
  const sku = setup.text('line.sku_code', 100)
  const title = setup.text('line.title', 500)
  const quantity = setup.decimal('line.quantity')
  const unitPrice = setup.decimal('line.unit_price')
  const discount = setup.decimal('line.discount')
  const paid = setup.decimal('line.paid')
  const refunded = setup.decimal('line.refunded')
  const ordinal = ordinals()
  const price = rememberedPrices()
  const one = new Big(1)
  const needsQuantity = setup.isMapped('line.quantity')
  return (row: FileRow, orderNo: string, isRefund: boolean, currency: string): { line: LineFacts | undefined; refundedMinor: number } => {
    const back = refunded(row)
    if (back && isNegative(back)) throw negative('line.refunded')
    const refundedMinor = back ? toMinor(back, currency, 'line.refunded') : 0
    if (!hasLine) return { line: undefined, refundedMinor }
    const prices = {
      quantity: checkQuantity(quantity(row) ?? (needsQuantity ? undefined : one), isRefund),
      unitPrice: unitPrice(row),
      discount: discount(row),
      paid: paid(row),
    }
    const line = { position: row.line, productCode: code(row), skuCode: sku(row), title: title(row), ...price(prices, isRefund, currency) }
    const lineNo = no(row)
    const key = lineNo === '' ? contentKey(line, String(line.discountMinor)) : `no ${lineNo}`
    const nth = ordinal(`${orderNo}\u0000${key}`)
    return { line: { ...line, ...(lineNo === '' ? {} : { lineNo }), lineKey: nth === 1 ? key : `${key}#${nth}` }, refundedMinor }
  }
}

type Priced = Pick<LineFacts, 'quantity' | 'unitPrice' | 'amountMinor' | 'discountMinor' | 'paidMinor'>

/** Files repeat their quantities and prices, and the readers give equal texts as the same object: most products are known already. */
function rememberedPrices(): (prices: Prices, isRefund: boolean, currency: string) => Priced {
  const compute = (prices: Prices, isRefund: boolean, currency: string): Priced => ({
    quantity: prices.quantity.abs().toFixed(),
    ...priceLine(prices, isRefund, currency),
  })
  const seen = new WeakMap<Big, WeakMap<Big, Priced & { currency: string; isRefund: boolean }>>()
  return (prices, isRefund, currency) => {
    const { quantity, unitPrice, discount, paid } = prices
    if (!unitPrice || discount || paid) return compute(prices, isRefund, currency)
    const byPrice = seen.get(quantity) ?? new WeakMap()
    seen.set(quantity, byPrice)
    const known = byPrice.get(unitPrice)
    if (known?.currency === currency && known.isRefund === isRefund) return pick(known)
    const priced = compute(prices, isRefund, currency)
    byPrice.set(unitPrice, { ...priced, currency, isRefund })
    return priced
  }
}

const pick = ({ quantity, unitPrice, amountMinor, discountMinor, paidMinor }: Priced): Priced => ({
  quantity,
  unitPrice,
  amountMinor,
  discountMinor,
  paidMinor,
})

function checkQuantity(quantity: Big | undefined, isRefund: boolean): Big {
  if (!quantity) throw appError('quantity.missing', { message: 'The row has no quantity.', field: 'line.quantity' })
  if (isNegative(quantity) && !isRefund)
    throw appError('quantity.negative', { message: 'A negative quantity is only valid in a refund.', field: 'line.quantity' })
  if (quantity.eq(0)) throw appError('quantity.invalid', { message: 'The quantity is zero.', field: 'line.quantity' })
  if (quantity.abs().gte(mostQuantity))
    throw appError('quantity.invalid', { message: 'The quantity is too large.', field: 'line.quantity' })
  return quantity
}

type Prices = { quantity: Big; unitPrice: Big | undefined; discount: Big | undefined; paid: Big | undefined }

/** Quantity × unit price, rounded half up once per line. What was paid is said, or follows from the discount. */
export function priceLine(
  { quantity, unitPrice, discount, paid }: Prices,
  isRefund: boolean,
  currency: string,
): Pick<LineFacts, 'unitPrice' | 'amountMinor' | 'discountMinor' | 'paidMinor'> {
  if (unitPrice && isNegative(unitPrice)) throw negative('line.unit_price')
  if (discount && isNegative(discount)) throw negative('line.discount')
  if (paid && isNegative(paid) && !isRefund) throw negative('line.paid')
  const off = discount ? toMinor(discount, currency, 'line.discount') : 0
  const said = paid && toMinor(paid.abs(), currency, 'line.paid')
  const amount = unitPrice ? toMinor(quantity.abs().times(unitPrice), currency, 'line.unit_price') : (said ?? 0) + off
  const left = said ?? amount - off
  if (left < 0) throw appError('amount.negative', { message: 'The discount is larger than the line.', field: 'line.discount' })
  const each = unitPrice ?? (said === undefined ? undefined : new Big(paid ?? 0).abs().div(quantity.abs()).round(4))
  if (!each) throw appError('amount.missing', { message: 'The row has neither a price nor an amount paid.', field: 'line.unit_price' })
  return { unitPrice: each.toFixed(), amountMinor: amount, discountMinor: off, paidMinor: left }
}

const negative = (field: string) => appError('amount.negative', { message: 'A negative amount is only valid in a refund.', field })

function buyerReader(setup: ImportSetup) {
  const kinds = [
    ['customer.unionid', 'unionid'],
    ['customer.external_userid', 'wecom_external_userid'],
    ['customer.openid', 'openid'],
    ['customer.member_no', 'member_no'],
    ['customer.phone', 'phone'],
    ['customer.shop_buyer', 'shop_buyer'],
  ] as const
  const readers = kinds.filter(([key]) => setup.isMapped(key)).map(([key, kind]) => ({ key, kind, read: setup.text(key, 200) }))
  const name = setup.text('customer.name', 100)
  return (row: FileRow, shop: string): ReadRow['buyer'] => {
    const identities = readers.flatMap(({ key, kind, read }): Identity[] => {
      const value = read(row)
      if (value === '') return []
      if (kind === 'phone') checkPhone(value, key)
      return [{ kind, value, ...(kind === 'shop_buyer' && shop ? { scope: shop } : {}) }]
    })
    const called = name(row)
    return { identities, facts: called ? { name: called } : {} }
  }
}

function checkPhone(value: string, field: string): void {
  try {
    normalPhone(value)
  } catch (cause) {
    throw appError('phone.invalid', { message: 'This is not a phone number.', field, cause })
  }
}
