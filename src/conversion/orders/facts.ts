import { createHash } from 'node:crypto'
import type { OrderSource, OrderStatus, RefundStatus, RefundType } from './schema.ts'

/** An order as a source tells it. What is absent is not said, so it stays as it was. */
export type OrderFacts = {
  shopId: number
  orderNo: string
  source: OrderSource
  currency: string
  customerId: number | null
  status?: OrderStatus
  rawStatus?: string
  orderedAt?: Date
  paidAt?: Date
  shippedAt?: Date
  completedAt?: Date
  closedAt?: Date
  /** The source's own time of change: an older one changes nothing. */
  updatedAt?: Date
  statedPaidMinor?: number
  employee?: string
  channel?: string
  coupons?: string[]
  region?: string
  lines: LineFacts[]
}

export type LineFacts = {
  lineKey: string
  lineNo?: string
  /** Where it stands among its neighbours. */
  position: number
  productCode: string
  skuCode: string
  title: string
  /** Exact decimals. */
  quantity: string
  unitPrice: string
  amountMinor: number
  discountMinor: number
  paidMinor: number
}

export type RefundFacts = {
  shopId: number
  refundNo: string
  source: OrderSource
  currency: string
  orderId: number | null
  customerId: number | null
  status: RefundStatus
  type: RefundType
  reason?: string
  region?: string
  appliedAt: Date
  finishedAt?: Date
  /** Said by the source; otherwise the lines add up. */
  amountMinor?: number
  lines: RefundLineFacts[]
}

export type RefundLineFacts = Omit<LineFacts, 'discountMinor' | 'paidMinor'>

/** What makes a line this line where nobody numbered it. The title is left out: a corrected title must not double the line. */
export function contentKey(
  line: Pick<LineFacts, 'productCode' | 'skuCode' | 'title' | 'quantity' | 'unitPrice'>,
  discount: string,
): string {
  const words = [line.productCode || line.title, line.skuCode, line.quantity, line.unitPrice, discount]
  return words.join('\u0001').length <= 40
    ? words.join('|')
    : createHash('sha1').update(words.join('\u0001')).digest('base64url').slice(0, 16)
}

/**
 * Counts equal lines over a whole file: the second of two equal rows is `…#2`, in every run over the same file. Kept as
 * numbers, so that ten million rows fit; two texts with one number would only count together, the same way each time.
 */
export function ordinals(): (text: string) => number {
  const seen = new Map<number, number>()
  return (text) => {
    const key = hash53(text)
    const next = (seen.get(key) ?? 0) + 1
    seen.set(key, next)
    return next
  }
}

/** Two 32-bit multiplicative hashes side by side (cyrb53, public domain). */
export function hash53(text: string): number {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 4294967296 * (2097151 & b) + (a >>> 0)
}
