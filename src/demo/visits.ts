import type { Random } from '#platform/random.ts'
import { atWakingHour, type Calendar, waiting, weighted } from './calendar.ts'
import { articles, goods, pages, sites } from './company.ts'
import type { Order } from './life.ts'
import { traced } from './page-traces.ts'

/** Something done on the company's own pages. */
export type Act = { event: string; at: number; properties: Record<string, string | number> }

type Visiting = { scannedAt: number; addedAt: number; endedAt: number | undefined; orders: readonly Order[]; source: string }

const dayMs = 86_400_000

/** From the page with the code, through evenings of reading and looking, to every order that was paid. */
export function visitsOf(random: Random, calendar: Calendar, { scannedAt, addedAt, endedAt, orders, source }: Visiting): Act[] {
  const landing = landingOf(random, scannedAt, source)
  const evenings = visitTimes(random, calendar, addedAt, endedAt).flatMap((at) => visit(random, at))
  const bought = orders.filter(({ counter }) => !counter).flatMap((order) => buying(random, order))
  const reminded = orders.flatMap((order) => (order.counter ? [] : reminding(random, order, addedAt)))
  const acts = [...landing, ...evenings, ...reminded, ...bought].sort((a, b) => a.at - b.at)
  return traced(acts, String(scannedAt)).filter(({ at }) => at < calendar.until)
}

export function landingOf(random: Random, before: number, source: string): Act[] {
  const at = before - Math.floor(15_000 + waiting(random, 100_000))
  const page = random.pick(pages.landing)
  const more = random.chance(0.4) ? [{ event: 'page.viewed', at: at + 9_000, properties: { ...pages.about, source } }] : []
  return [{ event: 'page.viewed', at, properties: { ...page, source } }, ...more]
}

/** Often it is not the channel that brought somebody which makes them buy: a post or a friend comes some hours before. */
function reminding(random: Random, { at }: Order, addedAt: number): Act[] {
  const seen = Math.floor(at - 3_600_000 - waiting(random, 20 * 3_600_000))
  if (!random.chance(0.35) || seen <= addedAt) return []
  const source = random.pick(sites).channel
  return [{ event: 'page.viewed', at: seen, properties: { ...random.pick(pages.landing), source } }]
}

/** Some come all the time, most less and less, and some never. */
function visitTimes(random: Random, calendar: Calendar, addedAt: number, endedAt: number | undefined): number[] {
  const isLoyal = random.chance(0.3)
  if (!isLoyal && random.chance(0.3)) return []
  const times: number[] = []
  let gap = (isLoyal ? 1.1 : 1.5) * dayMs
  for (let at = addedAt + waiting(random, 0.8 * dayMs); at < calendar.until && times.length < 60; at += waiting(random, gap)) {
    if (endedAt !== undefined && at > endedAt && !random.chance(0.12)) break
    times.push(times.length === 0 ? Math.floor(at) : Math.max(Math.floor(addedAt), atWakingHour(random, at, calendar)))
    gap *= isLoyal ? 1.02 : 1.32
  }
  return times
}

function visit(random: Random, start: number): Act[] {
  let at = start
  const then = () => (at += Math.floor(4_000 + waiting(random, 35_000)))
  const acts: Act[] = [{ event: 'app.opened', at, properties: { from: random.pick(['chat', 'menu', 'moments']) } }]
  for (let left = 1 + random.below(3); left > 0; left--)
    acts.push({ event: 'page.viewed', at: then(), properties: random.pick(pages.inside) })
  if (random.chance(0.36))
    acts.push({ event: 'article.read', at: then(), properties: { title: random.pick(articles), seconds: 15 + random.below(160) } })
  for (let looks = random.below(3); looks > 0; looks--) acts.push({ event: 'product.viewed', at: then(), properties: productOf(random) })
  if (random.chance(0.12)) acts.push({ event: 'cart.added', at: then(), properties: productOf(random) })
  if (random.chance(0.16)) acts.push({ event: 'checkin.done', at: then(), properties: { plan: '七日早茶打卡' } })
  return acts
}

const productOf = (random: Random) => {
  const { title, price, taste } = weighted(random, goods, ({ popular }) => popular)
  return { product: title, price, taste }
}

/** What was looked at and put into the cart is what is paid a few minutes later. */
function buying(random: Random, { at, lines }: Order): Act[] {
  return lines.flatMap(({ good: { title, price, taste }, discount }, place) => {
    const properties = { product: title, price, taste }
    const start = at - Math.floor((4 + 2 * place) * 60_000 + waiting(random, 60_000))
    return [
      { event: 'product.viewed', at: start, properties },
      { event: 'cart.added', at: start + 40_000, properties },
      ...(discount > 0 ? [{ event: 'coupon.used', at: start + 70_000, properties: { coupon: '新人礼券', amount: discount } }] : []),
    ]
  })
}
