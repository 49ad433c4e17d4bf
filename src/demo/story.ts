import type { View } from '#growth/live-codes/views.ts'
import { type Random, seededRandom } from '#platform/random.ts'
import { calendarOf, type Plan, someMoment } from './calendar.ts'
import { type Site, sites } from './company.ts'
import { type Fellow, fellowsOf, type Said, talkOf } from './fellows.ts'
import { type Life, lifeOf } from './life.ts'
import { traced } from './page-traces.ts'
import { type Act, landingOf } from './visits.ts'

/** Somebody who looked and went: known by a device only. */
type Visitor = { device: string; acts: Act[] }

/** Openings of a code's link, by whomever. */
type Opening = Required<View> & { site: Site }

/** Two members of one family: the second orders with the phone of the first, which people must look at. */
type SharedPhone = { at: number; buyer: Life; phoneOf: Life }

export type Story = {
  lives: Life[]
  visitors: Visitor[]
  openings: Opening[]
  sharedPhones: SharedPhone[]
  fellows: Fellow[]
  said: Said[]
}

/** Everything that happened, from the plan alone: no clock, no chance. */
export function storyOf(plan: Plan): Story {
  const calendar = calendarOf(plan)
  const lives = Array.from({ length: plan.customers }, (_, place) => lifeOf(plan, calendar, place)).sort(
    (a, b) => a.scannedAt - b.scannedAt,
  )
  const random = seededRandom(`${plan.seed} visitors`)
  const visitors: Visitor[] = []
  const openings: Opening[] = lives.map(({ site, scannedAt }) => ({ site, ...opening(random, scannedAt - 20_000) }))
  for (const site of sites) {
    const friends = lives.filter((life) => life.site === site).length
    for (let lost = Math.round(friends * (1 / site.adds - 1)); lost > 0; lost--) {
      const at = someMoment(random, calendar)
      openings.push({ site, ...opening(random, at) })
      if (random.chance(0.7))
        visitors.push({
          device: `${plan.seed}-visitor-${visitors.length}`,
          acts: traced(landingOf(random, at, site.channel), String(at)).filter((act) => act.at < calendar.until),
        })
    }
  }
  const fellows = fellowsOf(plan, lives)
  return {
    lives,
    visitors,
    openings: openings.sort((a, b) => a.at.getTime() - b.at.getTime()),
    sharedPhones: sharedPhones(plan, lives),
    fellows,
    said: talkOf(plan, fellows),
  }
}

const opening = (random: Random, at: number): Required<View> => ({
  at: new Date(at),
  device: random.chance(0.86) ? 'wechat' : random.chance(0.8) ? 'phone' : 'computer',
})

function sharedPhones({ seed, customers, until }: Plan, lives: readonly Life[]): SharedPhone[] {
  const random = seededRandom(`${seed} families`)
  const members = lives.filter(({ joined, endedAt }) => joined && endedAt === undefined)
  if (members.length < 4) return []
  return Array.from({ length: Math.min(7, 1 + Math.floor(customers / 400)) }, (_, place) => ({
    at: until.getTime() - Math.floor((2 + 9 * place + random.next() * 6) * 3_600_000),
    buyer: members[place * 2] as Life,
    phoneOf: members[place * 2 + 1] as Life,
  })).filter(({ buyer, phoneOf }) => buyer && phoneOf)
}
