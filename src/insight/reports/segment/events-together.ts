import { z } from 'zod'
import { askPersons, bindings, matcherSql, namesOf, scanEvents } from '../sql.ts'
import { asksPersons } from '../where.ts'
import type { Asking } from './asking.ts'
import { bitsOfWords, complement, type People } from './bits.ts'
import { eventConditions, holdsForNone, scanOf } from './event-people.ts'
import type { EventFact, Fact } from './node.ts'

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
    for (const [i, fact] of some.entries()) found.set(fact, people[i] ?? complement({ negated: true, bits: new Uint32Array(0) }))
  }
  return found
}

const looksAtProperties = ({ where, sum }: EventFact): boolean => where !== undefined || sum !== undefined

const inParts = (facts: readonly EventFact[]): EventFact[][] =>
  Array.from({ length: Math.ceil(facts.length / most) }, (_, i) => facts.slice(i * most, (i + 1) * most))

const Row = z.object({ word: z.number(), bits: z.array(z.number()) })

async function askTogether(asking: Asking, facts: readonly EventFact[]): Promise<People[]> {
  const bind = bindings()
  const columns = facts.map((fact) => {
    const conditions = eventConditions(
      bind,
      asking,
      fact,
      `(${matcherSql(bind, fact)} and ms >= ${bind.integer(fact.from ?? never)} and ms <= ${bind.integer(fact.to)})`,
    )
    return holdsForNone(fact) ? `not (${conditions})` : conditions
  })
  const span = {
    from: facts.some(({ from }) => from === undefined) ? undefined : Math.min(...facts.map(({ from = 0 }) => from)),
    to: Math.max(...facts.map(({ to }) => to)),
  }
  const scan = scanEvents(bind, { ...scanOf(asking, span), names: namesOf(facts), persons: askPersons(facts) })
  const rows = await asking.ctx.clickhouse.ask({
    params: bind.params,
    row: Row,
    sql: `select intDiv(who, 32) as word, [${facts.map((_, i) => `groupBitOr(if(held[${i + 1}], bitShiftLeft(toUInt32(1), who % 32), 0))`).join(', ')}] as bits
      from (select who, [${columns.map((column) => `toBool(${column})`).join(', ')}] as held from ${scan} where who != 0 group by who) group by word`,
  })
  const words = rows.map(({ word }) => word)
  return facts.map((fact, i) => {
    const bits = bitsOfWords(
      words,
      rows.map((row) => row.bits[i] ?? 0),
    )
    return { negated: holdsForNone(fact), bits }
  })
}

/** Before any event. */
const never = -9_000_000_000_000_000
