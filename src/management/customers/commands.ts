import { sql } from 'kysely'
import { refreshCustomers } from '#management/identity/groups.ts'
import type { Context } from '#platform/context.ts'
import { type FollowEnd, type FollowStart, tellFollows } from './following.ts'

/** An employee and a customer are friends since `at`. Told twice or late it changes nothing but what was still unknown. */
export const startFollow = (ctx: Context, start: FollowStart): Promise<void> => tellFollows(ctx, [{ what: 'start', ...start }])

/** The friendship ended at `at`. The first end counts; an end from before the current start is history already. */
export const endFollow = (ctx: Context, end: FollowEnd): Promise<void> => tellFollows(ctx, [{ what: 'end', ...end }])

/** The channel that a friendship came through, once whoever knows channels has found it out. The first one stays. */
export const setFollowChannel = (
  ctx: Context,
  { customerId, employeeId, channelId }: { customerId: number; employeeId: number; channelId: number },
): Promise<void> => setFollowChannels(ctx, [{ customerId, employeeId, channelId }])

/** The same for many at once. */
export async function setFollowChannels(
  ctx: Context,
  rows: readonly { customerId: number; employeeId: number; channelId: number }[],
): Promise<void> {
  if (rows.length === 0) return
  await sql`
    update follows f set channel_id = n."channelId"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n("customerId" int, "employeeId" int, "channelId" int)
    where f.tenant_id = ${ctx.tenantId} and f.customer_id = n."customerId" and f.employee_id = n."employeeId" and f.channel_id is null`.execute(
    ctx.db,
  )
}

export type TotalsChange = {
  customerId: number
  currency: string
  orders: number
  paidMinor: number
  refundedMinor: number
  paidAt?: Date
}

/** Adds to what customers have ordered, paid and got back; called by orders in the transaction of the change. Numbers may be negative. */
export async function addTotals(ctx: Context, changes: readonly TotalsChange[]): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map(({ customerId, currency, orders, paidMinor, refundedMinor, paidAt }) => ({
    customer: customerId,
    currency,
    orders,
    paid: paidMinor,
    refunded: refundedMinor,
    at: paidAt?.toISOString() ?? null,
  }))
  await sql`
    insert into customer_totals as t (tenant_id, customer_id, currency, orders_count, paid_minor, refunded_minor, first_paid_at, last_paid_at)
    select ${ctx.tenantId}, customer, currency, sum(orders), sum(paid), sum(refunded), min(at), max(at)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(customer int, currency text, orders int, paid bigint, refunded bigint, at timestamptz)
    group by customer, currency order by customer, currency
    on conflict (tenant_id, customer_id, currency) do update set
      orders_count = t.orders_count + excluded.orders_count, paid_minor = t.paid_minor + excluded.paid_minor, refunded_minor = t.refunded_minor + excluded.refunded_minor,
      first_paid_at = least(t.first_paid_at, excluded.first_paid_at), last_paid_at = greatest(t.last_paid_at, excluded.last_paid_at)`.execute(
    ctx.db,
  )
  await refreshCustomers(
    ctx,
    changes.map(({ customerId }) => customerId),
  )
}
