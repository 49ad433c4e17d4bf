import { type Random, seededRandom } from '#platform/random.ts'
import { type Calendar, type Plan, waiting } from './calendar.ts'
import { goods } from './company.ts'
import type { Order } from './life.ts'
import { nickname } from './nicknames.ts'
import type { Act } from './visits.ts'

// What other programs tell of a friend: the live sessions of the platform, the check-in of the activity tool, the distributors.

type Friend = { place: number; scannedAt: number; addedAt: number; endedAt: number | undefined; orders: readonly Order[] }

const minute = 60_000
const dayMs = 24 * 60 * minute

export function gatheringsOf(plan: Plan, calendar: Calendar, friend: Friend): Act[] {
  const random = seededRandom(`${plan.seed} gatherings ${friend.place}`)
  const until = Math.min(friend.endedAt ?? calendar.until, calendar.until)
  const acts = [...sessions(calendar).flatMap((session) => watching(random, session, friend.addedAt)), ...checkingIn(random, friend)]
  return [...acts, ...broughtBy(plan, random, friend), ...distributing(plan, friend)].filter(({ at }) => at < until)
}

type Session = { at: number; properties: { session: string; sessionName: string } }

/** Three evenings, each so many days ago. */
const evenings = [
  [62, '春茶开采直播'],
  [34, '老茶客之夜'],
  [10, '双十一返场直播'],
] as const

const sessions = ({ days }: Calendar): Session[] =>
  evenings.flatMap(([daysAgo, sessionName], i) => {
    const day = days.at(-1 - daysAgo)
    return day ? [{ at: day.start + 20 * 60 * minute, properties: { session: `L${i + 1}`, sessionName } }] : []
  })

function watching(random: Random, { at, properties }: Session, addedAt: number): Act[] {
  const act = (event: string, when: number, more: Act['properties'] = {}): Act => ({
    event: `live.${event}`,
    at: Math.floor(when),
    properties: { ...properties, ...more },
  })
  if (addedAt > at - 120 * minute) return []
  const reserved = random.chance(0.28) ? [act('reserved', Math.max(addedAt + minute, at - waiting(random, dayMs)))] : []
  if (!random.chance(reserved.length > 0 ? 0.62 : 0.12)) return reserved
  const entered = at + waiting(random, 12 * minute)
  const seconds = Math.min(5400, 20 + Math.floor(waiting(random, 420)))
  const during = (share: number) => entered + seconds * 1000 * share
  return [
    ...reserved,
    act('entered', entered),
    ...(random.chance(0.22) ? [act('liked', during(0.2))] : []),
    ...(random.chance(0.16) ? [act('commented', during(0.4))] : []),
    ...(random.chance(0.04) ? [act('shared', during(0.5))] : []),
    ...(seconds > 90 && random.chance(0.34) ? [act('product_clicked', during(0.7), { product: random.pick(goods).title })] : []),
    act('left', during(1), { seconds }),
  ]
}

function checkingIn(random: Random, { addedAt }: Friend): Act[] {
  if (!random.chance(0.14)) return []
  const properties = { activity: 'A1', activityName: '七日早茶打卡' }
  const joined = Math.floor(addedAt + waiting(random, 3 * dayMs))
  const done = random.chance(0.46) ? [{ event: 'activity.completed', at: joined + 7 * dayMs, properties }] : []
  const claimed = done.length > 0 && random.chance(0.8) ? [{ event: 'activity.prize_claimed', at: joined + 8 * dayMs, properties }] : []
  return [{ event: 'activity.joined', at: joined, properties }, ...done, ...claimed]
}

/** So many friends apart stands a distributor, the first of whom brought the next two in, and these two more each. */
const apart = 150
const most = 9
const hasDistributor = (place: number): boolean => place % apart === 20 && place < apart * most
const distributorOf = (plan: Plan, nth: number) => ({
  distributor: `F${nth + 1}`,
  distributorName: nickname(seededRandom(`${plan.seed} distributor ${nth}`)),
})

function distributing(plan: Plan, { place, addedAt }: Friend): Act[] {
  if (!hasDistributor(place)) return []
  const nth = Math.floor(place / apart)
  const above: Act['properties'] = nth === 0 ? {} : { parent: distributorOf(plan, Math.floor((nth - 1) / 2)).distributor }
  return [{ event: 'distributor.joined', at: addedAt + 3 * minute, properties: { ...distributorOf(plan, nth), ...above } }]
}

/** Some come by a distributor's link; what they pay earns a tenth, and what goes back takes it back. */
function broughtBy(plan: Plan, random: Random, { scannedAt, addedAt, orders }: Friend): Act[] {
  const nth = Math.floor(random.next() ** 2 * Math.max(1, Math.min(most, Math.ceil(plan.customers / apart))))
  if (!random.chance(0.11)) return []
  const properties = distributorOf(plan, nth)
  const earned = (order: Order) =>
    Math.round(order.lines.reduce((sum, { good, quantity, discount }) => sum + good.price * quantity - discount, 0) * 10)
  const money = (order: Order) => ({ ...properties, level: 1, order: order.no, amount: earned(order), currency: 'CNY' })
  return [
    { event: 'distribution.link_opened', at: scannedAt - minute, properties },
    { event: 'referral.registered', at: addedAt + minute, properties },
    ...orders.flatMap((order): Act[] => [
      { event: 'commission.accrued', at: order.at + minute, properties: money(order) },
      ...(order.refundedAt === undefined
        ? [{ event: 'commission.paid', at: order.at + 15 * dayMs, properties: money(order) }]
        : [{ event: 'commission.clawed_back', at: order.refundedAt + minute, properties: money(order) }]),
    ]),
  ]
}
