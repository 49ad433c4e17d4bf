import type { OrderFacts } from './facts.ts'
import type { OrderStatus } from './schema.ts'
import { isPaid } from './status.ts'

/** An order as it stands. */
export type KnownOrder = {
  status: OrderStatus
  rawStatus: string | null
  customerId: number | null
  currency: string
  orderedAt: Date
  paidAt: Date | null
  shippedAt: Date | null
  completedAt: Date | null
  closedAt: Date | null
  sourceUpdatedAt: Date | null
  statedPaidMinor: number | null
  employee: string | null
  channel: string | null
  coupons: string[]
  region: string | null
  announcedMinor: number | null
}

/** Told by somebody who has not heard the latest. */
export const isStale = (known: Pick<KnownOrder, 'sourceUpdatedAt'>, given: Pick<OrderFacts, 'updatedAt'>): boolean =>
  known.sourceUpdatedAt !== null && given.updatedAt !== undefined && given.updatedAt < known.sourceUpdatedAt

/** What the order is after the source has spoken. Times of order and payment are the earliest ever told. */
export function mergeOrder(known: KnownOrder | undefined, given: OrderFacts, now: Date): KnownOrder {
  const paidAt = earliest(
    known?.paidAt,
    given.paidAt ?? (given.status && isPaid(given.status) && !known?.paidAt ? given.orderedAt : undefined),
  )
  const orderedAt = earliest(known?.orderedAt, given.orderedAt ?? given.paidAt) ?? now
  const status = given.status ?? statusAfter(known?.status, paidAt)
  return {
    status,
    rawStatus: given.rawStatus ?? known?.rawStatus ?? null,
    // Whom an announced order belongs to has been told; a change of owner is a merge of customers, not of orders.
    customerId: known && (known.customerId !== null || known.announcedMinor !== null) ? known.customerId : given.customerId,
    currency: known?.currency ?? given.currency,
    orderedAt,
    paidAt: paidAt ?? (isPaid(status) ? orderedAt : null),
    shippedAt: given.shippedAt ?? known?.shippedAt ?? null,
    completedAt: given.completedAt ?? known?.completedAt ?? null,
    closedAt: given.closedAt ?? known?.closedAt ?? null,
    sourceUpdatedAt: given.updatedAt ?? known?.sourceUpdatedAt ?? null,
    statedPaidMinor: given.statedPaidMinor ?? known?.statedPaidMinor ?? null,
    employee: given.employee ?? known?.employee ?? null,
    channel: given.channel ?? known?.channel ?? null,
    coupons: given.coupons ?? known?.coupons ?? [],
    region: given.region ?? known?.region ?? null,
    announcedMinor: known?.announcedMinor ?? null,
  }
}

const statusAfter = (known: OrderStatus | undefined, paidAt: Date | null): OrderStatus =>
  known && known !== 'unpaid' ? known : paidAt ? 'paid' : 'unpaid'

function earliest(first: Date | null | undefined, second: Date | null | undefined): Date | null {
  if (!first || !second) return first ?? second ?? null
  return second < first ? second : first
}

export const isSame = (a: KnownOrder, b: KnownOrder): boolean =>
  (Object.keys(a) as (keyof KnownOrder)[]).every((key) => {
    const [one, other] = [a[key], b[key]]
    if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime()
    return Array.isArray(one) && Array.isArray(other) ? one.join('\0') === other.join('\0') : one === other
  })
