import type { Condition } from '#platform/events/where.ts'
import type { Facts, Part, Rows } from '../definition.ts'

export const part = (zh: string, en: string, rows: Rows, measure: Part['measure']): Part => ({ zh, en, rows, measure })

const equals = (property: string, ...values: string[]): Condition => ({ property, scope: 'event', op: 'in', value: values })

export const followed = { kind: 'flow', events: ['customer.followed'] } as const

export const unfollowed = (...by: ('customer' | 'employee')[]): Rows => ({
  kind: 'flow',
  events: ['customer.unfollowed'],
  where: equals('by', ...by),
})

/** Orders at price zero are trials, not trade. */
export const withAmount: Condition = { property: 'amount', scope: 'event', op: 'gt', value: 0 }

export const bought = { kind: 'flow', events: ['order.paid'], where: withAmount } as const

export const paidAmount: Part = part(
  '支付金额',
  'Paid amount',
  { kind: 'flow', events: ['order.paid', 'order.amended'] },
  { of: 'sum', property: 'amount' },
)

export const refundedAmount: Part = part(
  '退款金额',
  'Refunded amount',
  { kind: 'flow', events: ['order.refunded'] },
  { of: 'sum', property: 'amount' },
)

export const buyersPart: Part = part('下单人数', 'Buyers', bought, { of: 'persons' })
export const ordersPart: Part = part('订单数', 'Orders', bought, { of: 'count' })

export const visitors: Part = part('访客', 'Visitors', { kind: 'flow', events: ['page.viewed'] }, { of: 'persons' })
export const existing: Part = part('现有用户', 'Existing customers', { kind: 'live', of: 'follow' }, { of: 'persons' })

/** Of whom it is known who brought them. */
export const invitees: Part = part(
  '有效被邀请人',
  'Valid invitees',
  {
    kind: 'flow',
    events: ['referral.registered', 'customer.referred', 'invite.accepted'],
    where: { or: ['distributor', 'inviter'].map((property) => ({ property, scope: 'event', op: 'exists', value: undefined })) },
  },
  { of: 'persons' },
)

export const after = (counted: 'matched' | 'settled', start: Facts, then: Facts, hours: number): Rows => ({
  kind: 'after',
  start,
  then,
  hours,
  counted,
})

/** Messages that reached somebody, and what that person did within 72 hours. */
export const reached = (counted: 'matched' | 'settled', then: Facts): Rows => after(counted, { events: ['message.sent'] }, then, 72)
