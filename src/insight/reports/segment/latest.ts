import type Big from 'big.js'
import { numberOf } from '#platform/events/where-holds.ts'
import { meets } from './compare.ts'
import type { KnownEvent, Verdict } from './judge.ts'
import type { LatestFact } from './node.ts'

// What somebody has by the last word of another program: points, a member level. Of two words at one moment the one with the greater id
// counts; a word without the value asked about is none. Nobody who was never spoken of meets anything.

/** The properties that say it; `name` where it has one beside the number. */
export const latestEvents = {
  points: { event: 'points.changed', number: 'balance', name: undefined },
  member_level: { event: 'member.level_changed', number: 'level', name: 'levelName' },
} as const

export function judgeLatest({ of, to, value, is, isNot }: LatestFact, events: readonly KnownEvent[]): Verdict {
  const { event, number, name } = latestEvents[of]
  const words = events.flatMap((one) => {
    const said: Said = {
      ms: one.ms,
      id: one.id,
      number: numberOf(one.properties[number] ?? '') ?? null,
      name: name ? (one.properties[name] ?? '') : '',
    }
    return one.name === event && one.ms <= to && (said.number || said.name) ? [said] : []
  })
  const last = words.reduce<Said | undefined>((found, one) => (found && isAfter(found, one) ? found : one), undefined)
  if (!last) return { holds: false, value: null }
  const holds = (!value || meets(last.number, value)) && (!is || is.includes(last.name)) && !isNot?.includes(last.name)
  return { holds, value: { number: last.number?.toNumber() ?? null, name: last.name || null, at: new Date(last.ms).toISOString() } }
}

type Said = { ms: number; id: string; number: Big | null; name: string }

const isAfter = (one: Said, other: Said): boolean => one.ms > other.ms || (one.ms === other.ms && one.id > other.id)
