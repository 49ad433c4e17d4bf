import type { Matcher } from '../schema.ts'
import { askPersons, type Bindings, bindings, matcherSql, namesOf, scanEvents } from '../sql.ts'
import { type Asking, bitsTogether } from './asking.ts'
import { nobody, type People } from './bits.ts'
import { scanOf, spanOf } from './event-people.ts'
import type { SequenceFact } from './node.ts'

/**
 * One number of 64 bits holds a moment: its millisecond, up to the year 2299 that ClickHouse knows, and, in the last bits, a bit for each
 * step that something done then fits.
 */
const stepBits = 19
/** Stands before the first moment, and for a chain that never began; no step's bit is set in it. */
const never = 'toInt64(-9223372036854775808)'

/** Whoever did the steps one after the other, each later than the one before. */
export async function sequencePeople(asking: Asking, fact: SequenceFact): Promise<People> {
  const [found = nobody()] = await askSequences(asking, [fact])
  return found
}

/** So many sequences a question: each is written into it. */
const most = 16

/** Sequences whose steps fit into the bits of one question each. */
export function sequencesInParts(facts: readonly SequenceFact[]): SequenceFact[][] {
  const parts: SequenceFact[][] = []
  for (const fact of facts) {
    const part = parts.at(-1)
    if (part && part.length < most && distinctSteps([...part, fact]).length <= stepBits) part.push(fact)
    else parts.push([fact])
  }
  return parts
}

const keyOf = (step: Matcher): string => JSON.stringify(step)

const distinctSteps = (facts: readonly SequenceFact[]): Matcher[] => [
  ...new Map(facts.flatMap(({ steps }) => steps).map((step) => [keyOf(step), step])).values(),
]

/** Several at once: what people did is read and put in order of time once. */
export async function askSequences(asking: Asking, facts: readonly SequenceFact[]): Promise<People[]> {
  const bind = bindings()
  const found = await bitsTogether(asking, bind, sequencesSql(bind, asking, facts), facts.length)
  return found.map((bits) => ({ negated: false, bits }))
}

/** Who, and in `held` whether each of the sequences holds. */
function sequencesSql(bind: Bindings, asking: Asking, facts: readonly SequenceFact[]): string {
  const steps = distinctSteps(facts)
  const span = spanOf(facts)
  const scan = scanEvents(bind, { ...scanOf(asking, span), names: namesOf(steps), persons: askPersons(steps) })
  const fits = steps.map((step, i) => `if(${matcherSql(bind, step)}, ${2 ** i}, 0)`)
  const moments = `select who, ms, groupBitOr(toUInt32(${fits.join(' + ')})) as fits from ${scan} where who != 0 group by who, ms having fits != 0`
  const ordered = `select who, arraySort(groupArray(ms * ${2 ** stepBits} + fits)) as moments from (${moments}) group by who`
  const bitsOf = ({ steps: own }: SequenceFact) => own.map((step) => 2 ** steps.findIndex((one) => keyOf(one) === keyOf(step)))
  const chains = facts.map((fact, i) => ({ ...fact, i, bits: bitsOf(fact) }))
  const own = chains.map((chain) => `arrayConcat([${never}], ${ownSql(bind, chain, span)}) as moments${chain.i}`)
  const begun = `select who, ${own.join(', ')} from (${ordered})`
  const held = chains.map((chain) => endsSql(bind, chain))
  return `select who, [${held.join(', ')}] as held from (${startsSql(chains, begun)})`
}

type Chain = SequenceFact & { i: number; bits: number[] }

/** The moments that a sequence looks at. */
function ownSql(bind: Bindings, { bits, from, to }: Chain, span: { from: number | undefined; to: number }): string {
  const all = [...new Set(bits)].reduce((sum, bit) => sum + bit, 0)
  const conditions = [
    `bitAnd(x, ${all}) != 0`,
    ...(from === undefined || from === span.from ? [] : [`${msOf('x')} >= ${bind.integer(from)}`]),
    ...(to === span.to ? [] : [`${msOf('x')} <= ${bind.integer(to)}`]),
  ]
  return `arrayFilter(x -> ${conditions.join(' and ')}, moments)`
}

const msOf = (moment: string): string => `bitShiftRight(${moment}, ${stepBits})`
const isAt = (moment: string, bit: number | undefined): string => `bitAnd(${moment}, ${bit}) != 0`

/**
 * `starts<i>_<k>`: at each moment, when the chain that has come as far as step k by then began at the latest. A moment takes a chain on
 * from what stood before it, so two steps never share a moment. One select on the other, because ClickHouse writes an alias out wherever
 * it is used.
 */
function startsSql(chains: readonly Chain[], begun: string): string {
  const deepest = Math.max(...chains.map(({ bits }) => bits.length)) - 1
  return Array.from({ length: deepest }, (_, step) => step).reduce((sql, step) => {
    const starts = chains
      .filter(({ bits }) => step < bits.length - 1)
      .map(({ i, bits }) =>
        step === 0
          ? `arrayFill(x -> ${isAt('x', bits[0])}, moments${i}) as starts${i}_0`
          : `arrayFill((s, x) -> ${isAt('x', bits[step])}, ${before(`starts${i}_${step - 1}`)}, moments${i}) as starts${i}_${step}`,
      )
    return `select *, ${starts.join(', ')} from (${sql})`
  }, begun)
}

const before = (starts: string): string => `arrayPushFront(arrayPopBack(${starts}), ${never})`

/** Whether a last step came within the window of a chain that had come as far as the one before it. */
function endsSql(bind: Bindings, { i, bits, windowMs }: Chain): string {
  const inTime = `${msOf('x')} - ${msOf('s')} <= ${bind.integer(windowMs)}`
  return `arrayExists((x, s) -> ${isAt('x', bits.at(-1))} and s != ${never} and ${inTime}, moments${i}, ${before(`starts${i}_${bits.length - 2}`)})`
}
