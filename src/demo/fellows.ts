import { seededRandom } from '#platform/random.ts'
import { atWakingHour, calendarOf, type Plan, waiting, weighted } from './calendar.ts'
import { type Circle, circles, groupTalk } from './company.ts'
import type { Life } from './life.ts'

/** Somebody who is in one of the company's groups, and how much they like to talk. */
export type Fellow = { life: Life; circle: Circle; joinedAt: number; talks: number }

/** `by`: whose message, a fellow's or the owner's of the group. `answers` is the id of an earlier message. */
export type Said = { id: string; circle: Circle; at: number; by: Fellow | 'owner'; text: string; answers?: string }

const hour = 3_600_000
const dayMs = 24 * hour

/** A few talk a lot, most listen: those who buy are invited into a group some hours after they became friends. */
export function fellowsOf(plan: Plan, lives: readonly Life[]): Fellow[] {
  const random = seededRandom(`${plan.seed} fellows`)
  return lives.flatMap((life) => {
    const joinedAt = Math.floor(life.addedAt + hour + waiting(random, 20 * hour))
    const [isIn, talks] = [random.chance(life.orders.length > 0 ? 0.42 : 0.08), random.next() ** 6]
    const circle = life.site.kind === 'store' ? circles[0] : random.pick(circles)
    const stays = life.endedAt === undefined && joinedAt < plan.until.getTime()
    return isIn && stays && circle ? [{ life, circle, joinedAt, talks }] : []
  })
}

/** What was said in the groups, in its order: somebody asks or tells, others and the owner answer. */
export function talkOf(plan: Plan, fellows: readonly Fellow[]): Said[] {
  const random = seededRandom(`${plan.seed} talk`)
  const calendar = calendarOf(plan)
  const said: Said[] = []
  for (const circle of circles)
    for (const day of calendar.days) {
      const present = fellows.filter((fellow) => fellow.circle === circle && fellow.joinedAt < day.start)
      if (present.length < 3) continue
      for (let threads = random.below(1 + Math.min(5, Math.ceil(present.length / 12))); threads > 0; threads--) {
        let at = atWakingHour(random, day.start + dayMs / 2, calendar)
        const opener = weighted(random, present, ({ talks }) => talks + 0.01)
        const [opening, ...answers] = random.pick(groupTalk)
        const first = `${plan.seed}-${circle.name}-${said.length}`
        said.push({ id: first, circle, at, by: opener, text: String(opening) })
        for (const text of answers) {
          at += Math.floor(20_000 + waiting(random, 6 * 60_000))
          const others = present.filter((one) => one !== opener)
          const by = random.chance(0.3) ? 'owner' : weighted(random, others, ({ talks }) => talks + 0.01)
          said.push({
            id: `${plan.seed}-${circle.name}-${said.length}`,
            circle,
            at,
            by,
            text,
            ...(random.chance(0.75) && { answers: first }),
          })
        }
      }
    }
  return said.filter(({ at }) => at < plan.until.getTime()).sort((a, b) => a.at - b.at)
}
