import { sql } from 'kysely'
import { customerFollowed, customerUnfollowed } from '#management/events.ts'
import { refreshCustomers } from '#management/identity/groups.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { endsFollow, startMeans } from './follows.ts'

export type FollowStart = {
  customerId: number
  employeeId: number
  at: Date
  addWay?: string
  state?: string
  channelId?: number
  channelName?: string
  remark?: string
  description?: string
  operator?: string
}

/** An employee and a customer are friends since `at`. Told twice or late it changes nothing but what was still unknown. */
export const startFollow = (ctx: Context, start: FollowStart): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const known = await lockFollow(ctx, start)
    const meaning = startMeans(known, start.at)
    if (meaning === 'again' && known?.addedAt && known.endedAt) await keepPeriod(ctx, start, known)
    const { addWay, state, channelId, remark, description, operator } = start
    const said = Object.fromEntries(
      Object.entries({ addWay, state, channelId, remark, description, operator }).filter(([, value]) => value !== undefined),
    )
    const forgotten = { endedAt: null, endedBy: null, addWay: null, state: null, channelId: null, operator: null }
    const change = { ...(meaning === 'known' ? {} : { addedAt: start.at }), ...(meaning === 'again' ? forgotten : {}), ...said }
    if (Object.keys(change).length === 0) return
    await ctx.db
      .updateTable('follows')
      .set(change)
      .where('tenantId', '=', ctx.tenantId)
      .where('customerId', '=', start.customerId)
      .where('employeeId', '=', start.employeeId)
      .execute()
    if (meaning !== 'known' && meaning !== 'moved') await emitFollowed(ctx, start, meaning === 'again')
    await refreshCustomers(ctx, [start.customerId])
  })

export type FollowEnd = { customerId: number; employeeId: number; by: 'customer' | 'employee' | 'transfer'; at: Date }

/** The friendship ended at `at`. The first end counts; an end from before the current start is history already. */
export const endFollow = (ctx: Context, end: FollowEnd): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const known = await lockFollow(ctx, end)
    if (!endsFollow(known, end.at)) return
    await ctx.db
      .updateTable('follows')
      .set({ endedAt: end.at, endedBy: end.by })
      .where('tenantId', '=', ctx.tenantId)
      .where('customerId', '=', end.customerId)
      .where('employeeId', '=', end.employeeId)
      .execute()
    emit(ctx, customerUnfollowed, {
      customerId: end.customerId,
      at: end.at,
      properties: { employee: end.employeeId, employeeName: await employeeName(ctx, end.employeeId), by: end.by },
    })
    await refreshCustomers(ctx, [end.customerId])
  })

type Follow = {
  addedAt: Date | null
  endedAt: Date | null
  endedBy: string | null
  addWay: string | null
  state: string | null
  channelId: number | null
}

/** The row of this pair, locked; undefined when it was made just now. */
async function lockFollow(
  ctx: Context,
  { customerId, employeeId }: { customerId: number; employeeId: number },
): Promise<Follow | undefined> {
  const made = await sql`
    insert into follows (tenant_id, customer_id, employee_id, canonical_id)
    select tenant_id, id, ${employeeId}, canonical_id from customers where tenant_id = ${ctx.tenantId} and id = ${customerId}
    on conflict do nothing`.execute(ctx.db)
  if (Number(made.numAffectedRows) === 1) return undefined
  return ctx.db
    .selectFrom('follows')
    .select(['addedAt', 'endedAt', 'endedBy', 'addWay', 'state', 'channelId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('customerId', '=', customerId)
    .where('employeeId', '=', employeeId)
    .forUpdate()
    .executeTakeFirstOrThrow() as Promise<Follow>
}

const keepPeriod = (
  ctx: Context,
  { customerId, employeeId }: FollowStart,
  { addedAt, endedAt, endedBy, addWay, state, channelId }: Follow,
) =>
  ctx.db
    .insertInto('followPeriods')
    .values({
      tenantId: ctx.tenantId,
      customerId,
      employeeId,
      addedAt: addedAt as Date,
      endedAt: endedAt as Date,
      endedBy: endedBy ?? 'customer',
      addWay,
      state,
      channelId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()

async function emitFollowed(ctx: Context, start: FollowStart, again: boolean): Promise<void> {
  emit(ctx, customerFollowed, {
    customerId: start.customerId,
    at: start.at,
    properties: {
      employee: start.employeeId,
      employeeName: await employeeName(ctx, start.employeeId),
      ...(start.channelId === undefined
        ? {}
        : { channel: start.channelId, ...(start.channelName ? { channelName: start.channelName } : {}) }),
      ...(start.state ? { state: start.state } : {}),
      ...(start.addWay ? { addWay: start.addWay } : {}),
      again,
    },
  })
}

const employeeName = async (ctx: Context, employeeId: number): Promise<string> =>
  (await ctx.db.selectFrom('employees').select('name').where('tenantId', '=', ctx.tenantId).where('id', '=', employeeId).executeTakeFirst())
    ?.name ?? ''

/** The channel that a friendship came through, once whoever knows channels has found it out. The first one stays. */
export const setFollowChannel = (
  ctx: Context,
  { customerId, employeeId, channelId }: { customerId: number; employeeId: number; channelId: number },
): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    await ctx.db
      .updateTable('follows')
      .set({ channelId })
      .where('tenantId', '=', ctx.tenantId)
      .where('customerId', '=', customerId)
      .where('employeeId', '=', employeeId)
      .where('channelId', 'is', null)
      .execute()
  })

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
