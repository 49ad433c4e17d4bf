import { type Random, seededRandom } from '#platform/random.ts'
import { atWakingHour, type Calendar, type Plan, someMoment, waiting, weighted } from './calendar.ts'
import { cities, type Good, goods, pairs, type Site, sites, tags, talks, trial } from './company.ts'
import { gatheringsOf } from './gatherings.ts'
import { nickname } from './nicknames.ts'
import { type Act, visitsOf } from './visits.ts'

/** Moments are milliseconds. */
export type Order = {
  no: string
  at: number
  counter: boolean
  lines: { good: Good; quantity: number; discount: number }[]
  /** The first line goes back. */
  refundedAt?: number
}

type Tagging = { group: string; name: string; at: number }

/** One person's story. */
export type Life = {
  /** What our own pages call this person. */
  person: string
  name: string
  gender: 0 | 1 | 2
  city: string
  site: Site
  /** Of the code, by WeCom id. */
  employee: string
  scannedAt: number
  addedAt: number
  endedAt?: number
  endedBy?: 'customer' | 'employee'
  talk?: { at: number; question: string; answer: string }
  joined?: { phone: string; memberNo: string }
  taggings: Tagging[]
  orders: Order[]
  acts: Act[]
}

const minute = 60_000
const hour = 60 * minute
const dayMs = 24 * hour

export function lifeOf(plan: Plan, calendar: Calendar, place: number): Life {
  const random = seededRandom(`${plan.seed} life ${place}`)
  const site = weighted(random, sites, ({ share }) => share)
  const scannedAt = someMoment(random, calendar)
  const addedAt = Math.min(scannedAt + Math.floor(8_000 + waiting(random, 90_000)), calendar.until)
  const buys = random.chance(site.buys)
  const left = random.chance(buys ? site.leaves / 3 : site.leaves * 1.2)
    ? addedAt + Math.floor(20 * minute + waiting(random, 9 * dayMs))
    : undefined
  const endedAt = left !== undefined && left < calendar.until ? left : undefined
  const bought = buys ? ordersOf(random, calendar, { site, addedAt, endedAt, place }) : []
  const orders = [...earlierOrder(random, calendar, { site, addedAt, place, buys }), ...bought]
  const joinedAt = bought[0]?.at ?? (random.chance(0.18) ? addedAt + Math.floor(waiting(random, 2 * dayMs)) : undefined)
  const [city] = weighted(random, cities, ([, weight]) => weight)
  return {
    person: `${plan.seed}-${String(place).padStart(5, '0')}`,
    name: nickname(random),
    gender: random.chance(0.08) ? 0 : random.chance(0.36) ? 1 : 2,
    city,
    site,
    employee: random.pick(site.members),
    scannedAt,
    addedAt,
    ...(endedAt !== undefined && { endedAt, endedBy: random.chance(0.88) ? 'customer' : 'employee' }),
    ...talkOf(random, addedAt, endedAt ?? calendar.until),
    ...(joinedAt !== undefined &&
      joinedAt < calendar.until && {
        // 138 0000 …: numbers that are nobody's.
        joined: { phone: String(13_800_000_000 + place), memberNo: `SY${100_000 + place}` },
      }),
    taggings: taggingsOf(random, { addedAt, until: endedAt ?? calendar.until, orders: bought }),
    orders,
    acts: [
      ...trialOf(random, { addedAt, until: calendar.until, buys: bought.length > 0 }),
      ...visitsOf(random, calendar, { scannedAt, addedAt, endedAt, orders, source: site.channel }),
      ...gatheringsOf(plan, calendar, { place, scannedAt, addedAt, endedAt, orders }),
    ],
  }
}

function talkOf(random: Random, addedAt: number, until: number): Pick<Life, 'talk'> {
  const at = addedAt + Math.floor(3 * minute + waiting(random, hour))
  const [question, answer] = random.pick(talks)
  return random.chance(0.14) && at + 4 * minute < until ? { talk: { at, question, answer } } : {}
}

/** Which of the two texts somebody was greeted with; among those who buy are more of the first, because it worked better. */
function trialOf(random: Random, { addedAt, until, buys }: { addedAt: number; until: number; buys: boolean }): Act[] {
  const variant = trial.variants[random.chance(buys ? 0.58 : 0.48) ? 0 : 1]
  const at = addedAt + 5_000
  return at < until ? [{ event: 'experiment.exposed', at, properties: { experiment: trial.name, variant } }] : []
}

type Buying = { site: Site; addedAt: number; endedAt: number | undefined; place: number }

/** The first order soon after the friendship, at the counter within the hour; then at the buyer's own pace, until they have had enough. */
function ordersOf(random: Random, calendar: Calendar, { site, addedAt, endedAt, place }: Buying): Order[] {
  const orders: Order[] = []
  const likes = weighted(random, goods, ({ popular }) => popular).taste
  const isNear = site.kind === 'store'
  let at = addedAt + Math.floor(isNear ? 4 * minute + waiting(random, 0.5 * hour) : 10 * minute + waiting(random, 3.5 * dayMs))
  const { gapDays, stops } = paceOf(random, site)
  for (let n = 0; ; n++) {
    if (n > 0) at = atWakingHour(random, at + Math.floor(Math.max(1, waiting(random, gapDays)) * dayMs), calendar)
    // Whoever has gone seldom comes back for more.
    if (at >= calendar.until || (endedAt !== undefined && at > endedAt && !random.chance(0.2))) break
    if (n > 1 && random.chance(stops)) break
    orders.push(orderOf(random, { at, n, place, counter: isNear && random.chance(0.7), likes, until: calendar.until }))
  }
  return orders
}

/**
 * How long a buyer waits on average, and the chance of having had enough after coming again. Both differ from buyer to buyer as the
 * model of lifetime values takes it (gamma with shape ½, beta with 1 and 2): were all alike, its fit would end at an edge.
 */
function paceOf(random: Random, { repeats }: Site): { gapDays: number; stops: number } {
  const keen = waiting(random, 2) * Math.cos(Math.PI * random.next()) ** 2
  return { gapDays: 30 / Math.max(repeats * keen, 0.001), stops: 1 - Math.sqrt(1 - random.next()) }
}

type Earlier = { site: Site; addedAt: number; place: number; buys: boolean }

/** Some were at the counter before they scanned the code there: by phone the two become one person. */
function earlierOrder(random: Random, { days, until }: Calendar, { site, addedAt, place, buys }: Earlier): Order[] {
  const at = addedAt - Math.floor((8 + 20 * random.next()) * dayMs)
  if (!buys || site.kind !== 'store' || at < (days[0]?.start ?? until) || !random.chance(0.3)) return []
  return [{ ...orderOf(random, { at, n: 0, place, counter: true, likes: '', until }), no: `SYC${String(place).padStart(5, '0')}` }]
}

type Making = { at: number; n: number; place: number; counter: boolean; likes: string; until: number }

function orderOf(random: Random, { at, n, place, counter, likes, until }: Making): Order {
  const lines = Array.from({ length: random.chance(0.62) ? 1 : random.chance(0.75) ? 2 : 3 }, () => {
    const good = weighted(random, goods, ({ popular, taste }) => popular * (taste === likes ? 3 : 1))
    return { good, quantity: random.chance(0.78) ? 1 : 2 + random.below(2), discount: 0 }
  }).filter(({ good }, place, all) => all.findIndex((line) => line.good === good) === place)
  lines.push(...alongOf(random, lines))
  // The coupon of the welcome.
  if (n === 0 && lines[0] && random.chance(0.55)) lines[0].discount = lines[0].good.price >= 100 ? 20 : 5
  const refundedAt = at + Math.floor((1 + waiting(random, 3)) * dayMs)
  const no = `SY${String(place).padStart(5, '0')}${String(n + 1).padStart(2, '0')}`
  return { no, at, counter, lines, ...(random.chance(0.055) && refundedAt < until && { refundedAt }) }
}

/** The tea that was chosen sells its cup. */
function alongOf(random: Random, lines: Order['lines']): Order['lines'] {
  const has = (code: string) => lines.some(({ good }) => good.code === code)
  const wanted = pairs.filter(([good, along]) => has(good) && !has(along) && random.chance(0.4))
  return wanted.flatMap(([, along]) => goods.filter(({ code }) => code === along).map((good) => ({ good, quantity: 1, discount: 0 })))
}

type Known = { addedAt: number; until: number; orders: readonly Order[] }

/** What employees write down: how keen somebody seems after the first talk, taste and tier after orders. */
function taggingsOf(random: Random, { addedAt, until, orders }: Known): Tagging[] {
  const found: Tagging[] = []
  const seen = addedAt + Math.floor(10 * minute + waiting(random, 7 * hour))
  const [keen, later, none] = tags.intent.names
  const intent = orders.length > 0 ? keen : random.chance(0.25) ? keen : random.chance(0.7) ? later : none
  if (intent && random.chance(orders.length > 0 ? 0.75 : 0.42)) found.push({ group: tags.intent.group, name: intent, at: seen })
  const [first, second, third] = orders
  const taste = first?.lines[0]?.good.taste
  if (first && taste && random.chance(0.6)) found.push({ group: tags.taste.group, name: taste, at: first.at + 20 * minute })
  if (second) found.push({ group: tags.tier.group, name: third ? '核心' : '重要', at: (third ?? second).at + hour })
  return found.filter(({ at }) => at < until)
}
