import { countPart } from '../count.ts'
import { type Counted, countedOf } from '../counted.ts'
import type { Metric, Part } from '../definition.ts'
import type { Asking } from '../rows/facts.ts'
import type { Spans } from '../spans.ts'
import { askFlows } from './flows.ts'
import { askLives } from './lives.ts'
import type { Asker, Placed } from './question.ts'
import { askFriends, askMembers } from './states.ts'
import { askStored } from './stored.ts'

/** Each takes what the ones before it left. */
const askers: readonly Asker[] = [askStored, askFlows, askLives, askFriends, askMembers]

/**
 * What the parts of one metric or of many come to, undivided. Parts that look at the same facts are one question, and what two
 * metrics are made of is asked once; what has a shape of its own is asked by itself.
 */
export function countParts(asking: Omit<Asking, 'bind'>, spans: Spans, metrics: readonly Metric[]): (part: Part) => Promise<Counted> {
  const parts = new Map(metrics.flatMap((metric) => metric.parts.map((part) => [keyOf(part), { metric, part }] as const)))
  const counted = new Map<string, Promise<Counted>>()
  let left: Placed[] = [...parts.values()].map(({ part }, place) => ({ place, part }))
  for (const asker of askers)
    for (const { places, ask } of asker(asking, spans, left)) {
      const rows = ask()
      for (const { place, part } of left.filter((one) => places.includes(one.place)))
        counted.set(
          keyOf(part),
          quiet(
            rows.then((all) =>
              countedOf(
                asking.scope,
                part,
                all.filter((row) => row.part === place),
              ),
            ),
          ),
        )
      left = left.filter(({ place }) => !places.includes(place))
    }
  for (const { part } of left) {
    const { metric } = parts.get(keyOf(part)) ?? {}
    if (metric) counted.set(keyOf(part), quiet(countPart(asking, spans, metric, part, undefined)))
  }
  return (part) => counted.get(keyOf(part)) ?? Promise.reject(new Error('This part was not asked for.'))
}

const keyOf = ({ rows, measure }: Part): string => JSON.stringify([rows, measure])

/** Its failure is told to whoever needs the part, not to the process. */
function quiet(counted: Promise<Counted>): Promise<Counted> {
  counted.catch(() => undefined)
  return counted
}
