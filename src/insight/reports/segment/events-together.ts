import { askPersons, type Bindings, bindings, namesOf, scanEvents } from '../sql.ts'
import { type Asking, bitsTogether } from './asking.ts'
import { nobody, type People } from './bits.ts'
import { doneSql, eventConditions, holdsForNone, scanOf, spanOf } from './event-people.ts'
import { matchersOf } from './facts.ts'
import type { EventFact, Fact } from './node.ts'
import { askSequences, sequencesInParts } from './sequence-people.ts'

/** So many facts a question: they are written into its address. */
const most = 64

/**
 * Who did what several rules ask, read once: each fact alone would read the same events of the same people again. Facts that look
 * at properties are read apart, because the others have their events by name.
 */
export async function eventsTogether(asking: Asking, facts: readonly Fact[]): Promise<ReadonlyMap<Fact, People>> {
  const shared = facts.filter((fact) => !askPersons(matchersOf(fact)))
  const events = shared.filter((fact) => fact.kind === 'event')
  const sequences = shared.filter((fact) => fact.kind === 'sequence')
  const found = new Map<Fact, People>()
  const take = <One extends Fact>(some: readonly One[], people: readonly People[]) => {
    for (const [i, fact] of some.entries()) found.set(fact, people[i] ?? nobody())
  }
  for (const looks of [false, true]) {
    for (const some of inParts(events.filter((fact) => looksAtProperties(fact) === looks))) take(some, await askEvents(asking, some))
    for (const some of sequencesInParts(sequences.filter((fact) => looksAtProperties(fact) === looks)))
      take(some, await askSequences(asking, some))
  }
  return found
}

const looksAtProperties = (fact: Fact): boolean =>
  matchersOf(fact).some(({ where }) => where !== undefined) || ('sum' in fact && fact.sum !== undefined)

const inParts = (facts: readonly EventFact[]): EventFact[][] =>
  Array.from({ length: Math.ceil(facts.length / most) }, (_, i) => facts.slice(i * most, (i + 1) * most))

async function askEvents(asking: Asking, facts: readonly EventFact[]): Promise<People[]> {
  const bind = bindings()
  const held = facts.map((fact) => `toBool(${heldSql(bind, asking, fact)})`)
  const scan = scanEvents(bind, { ...scanOf(asking, spanOf(facts)), names: namesOf(facts) })
  const found = await bitsTogether(
    asking,
    bind,
    `select who, [${held.join(', ')}] as held from ${scan} where who != 0 group by who`,
    facts.length,
  )
  return facts.map((fact, i) => ({ negated: holdsForNone(fact), bits: found[i] ?? nobody().bits }))
}

/** Of one person's events of all these names: whether the fact holds, or, where it holds for whoever never did it, does not. */
function heldSql(bind: Bindings, asking: Asking, fact: EventFact): string {
  const { from, to } = fact
  const span = [`ms <= ${bind.integer(to)}`, ...(from === undefined ? [] : [`ms >= ${bind.integer(from)}`])]
  const conditions = eventConditions(bind, asking, fact, `(${[doneSql(bind, asking, fact), ...span].join(' and ')})`)
  return holdsForNone(fact) ? `not (${conditions})` : conditions
}
