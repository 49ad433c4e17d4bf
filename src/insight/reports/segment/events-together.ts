import { z } from 'zod'
import { asksPersons } from '#platform/events/where.ts'
import { type Bindings, bindings, namesOf, scanEvents } from '../sql.ts'
import type { Asking } from './asking.ts'
import { bitsOfWords, nobody, type People } from './bits.ts'
import { doneSql, eventConditions, holdsForNone, scanOf } from './event-people.ts'
import type { EventFact, Fact, Span } from './node.ts'

/** So many facts a question: they are written into its address. */
const most = 32

/**
 * Who did what several rules ask, read once: each fact alone would read the same events of the same people again. Facts that look
 * at properties are read apart, because the others have their events by name.
 */
export async function eventsTogether(asking: Asking, facts: readonly Fact[]): Promise<ReadonlyMap<Fact, People>> {
  const events = facts.filter((fact) => fact.kind === 'event').filter(({ where }) => where === undefined || !asksPersons(where))
  const [plain, looking] = [events.filter((fact) => !looksAtProperties(fact)), events.filter(looksAtProperties)]
  const found = new Map<Fact, People>()
  for (const some of [...inParts(plain), ...inParts(looking)]) {
    const people = await askTogether(asking, some)
    for (const [i, fact] of some.entries()) found.set(fact, people[i] ?? nobody())
  }
  return found
}

const looksAtProperties = ({ where, sum }: EventFact): boolean => where !== undefined || sum !== undefined

const inParts = (facts: readonly EventFact[]): EventFact[][] =>
  Array.from({ length: Math.ceil(facts.length / most) }, (_, i) => facts.slice(i * most, (i + 1) * most))

const Row = z.object({ word: z.number(), bits: z.array(z.number()) })

async function askTogether(asking: Asking, facts: readonly EventFact[]): Promise<People[]> {
  const bind = bindings()
  const held = facts.map((fact) => `toBool(${heldSql(bind, asking, fact)})`)
  const bits = facts.map((_, i) => `groupBitOr(if(held[${i + 1}], bitShiftLeft(toUInt32(1), who % 32), 0))`)
  const scan = scanEvents(bind, { ...scanOf(asking, spanOf(facts)), names: namesOf(facts) })
  const rows = await asking.ctx.clickhouse.ask({
    params: bind.params,
    row: Row,
    sql: `select intDiv(who, 32) as word, [${bits.join(', ')}] as bits
      from (select who, [${held.join(', ')}] as held from ${scan} where who != 0 group by who) group by word`,
  })
  const words = rows.map(({ word }) => word)
  const valuesOf = (place: number) => rows.map((row) => row.bits[place] ?? 0)
  return facts.map((fact, i) => ({ negated: holdsForNone(fact), bits: bitsOfWords(words, valuesOf(i)) }))
}

/** Of one person's events of all these names: whether the fact holds, or, where it holds for whoever never did it, does not. */
function heldSql(bind: Bindings, asking: Asking, fact: EventFact): string {
  const { from, to } = fact
  const span = [`ms <= ${bind.integer(to)}`, ...(from === undefined ? [] : [`ms >= ${bind.integer(from)}`])]
  const conditions = eventConditions(bind, asking, fact, `(${[doneSql(bind, asking, fact), ...span].join(' and ')})`)
  return holdsForNone(fact) ? `not (${conditions})` : conditions
}

const spanOf = (facts: readonly EventFact[]): Span => ({
  from: facts.some(({ from }) => from === undefined) ? undefined : Math.min(...facts.map(({ from = 0 }) => from)),
  to: Math.max(...facts.map(({ to }) => to)),
})
