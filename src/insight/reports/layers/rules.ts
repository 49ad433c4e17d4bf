import { z } from 'zod'

/** What is known of a customer on a day. Days since something are absent, and meet no bound, for whom it never happened. */
export const layerFacts = [
  'friends',
  'groups',
  'orders',
  'amount',
  'daysSinceOrder',
  'activeDays30',
  'activeDays90',
  'daysSinceAct',
  'referrals',
] as const
const fact = z.enum(layerFacts)
export type LayerFact = z.infer<typeof fact>

const bound = z.strictObject({ fact, op: z.enum(['gte', 'lte']), value: z.number().min(0).max(1e12) })
export type Bound = z.infer<typeof bound>

/** Any of these, each of them all of its bounds. */
const rule = z.array(z.array(bound).min(1).max(8)).min(1).max(8)
export type Rule = z.infer<typeof rule>

/** From the top: whoever meets the rule of a layer and of none above it stands there. Everybody else known is the base. */
export const layerRules = z.strictObject({
  fan: rule,
  member: rule,
  ordinary: rule,
  /** Days without an act of their own after which a buyer is at risk, and orders after which one is loyal. */
  health: z.strictObject({ silentDays: z.int().min(1).max(3650), loyalOrders: z.int().min(1).max(1000) }),
})
export type LayerRules = z.infer<typeof layerRules>

/** The pyramid from its base. */
export const layerKeys = ['base', 'ordinary', 'member', 'fan'] as const
export type LayerKey = (typeof layerKeys)[number]
export const layerNames: Record<LayerKey, { name: string; nameEn: string }> = {
  base: { name: '基础用户', nameEn: 'Base' },
  ordinary: { name: '普通用户', nameEn: 'Ordinary' },
  member: { name: '会员', nameEn: 'Member' },
  fan: { name: '活跃粉丝', nameEn: 'Active fan' },
}

export const healthKeys = ['ordinary', 'loyal', 'at_risk'] as const
export const healthReasons = ['unfollowed', 'overdue', 'silent', 'orders', 'referral'] as const

const least = (fact: LayerFact, value: number): Bound => ({ fact, op: 'gte', value })
const most = (fact: LayerFact, value: number): Bound => ({ fact, op: 'lte', value })

/**
 * The printed defaults. Active fan: buys again and is there, or brings others. Member: bought within a year. Ordinary: did something
 * within 90 days, is in a group, or bought before.
 */
export const defaultRules: LayerRules = {
  fan: [
    [least('orders', 2), most('daysSinceOrder', 365), least('activeDays30', 4)],
    [least('orders', 1), least('referrals', 1), most('daysSinceAct', 90)],
  ],
  member: [[least('orders', 1), most('daysSinceOrder', 365)]],
  ordinary: [[least('activeDays90', 1)], [least('groups', 1)], [least('orders', 1)]],
  health: { silentDays: 60, loyalOrders: 3 },
}
