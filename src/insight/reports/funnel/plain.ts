import { z } from 'zod'
import { momentsOfTrails, type TrailFrame, trailsFor } from '../route.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, matcherSql, type Scan, scanEvents } from '../sql.ts'
import type { FunnelRules } from './attempts.ts'
import type { FunnelReport, FunnelResult } from './schema.ts'

/**
 * A plain funnel – in order, a window of fixed length, no event for two steps – is decided inside ClickHouse, person by person
 * in arrays, because nothing but the counts has to leave it then. One number holds an event: its millisecond and, in the last
 * five bits, its step; sorted, they are in the order that serves an attempt best, also within one instant.
 */
const stepBits = 32
const noStep = stepBits - 1
/** ClickHouse needs a quarter of a second to read the question of eight steps, and a second for twenty. */
const mostSteps = 8

/** Whether ClickHouse can decide the funnel, as far as the document tells; two filters of one event may still fit the same one. */
export const isPlain = ({ steps, order, window, exclusions, holding, trend, breakdown }: FunnelReport): boolean =>
  order === 'ordered' &&
  steps.length <= mostSteps &&
  window.unit !== 'month' &&
  exclusions.length + holding.length === 0 &&
  trend === undefined &&
  breakdown === undefined &&
  (steps.length === 1 || steps.every(({ event }) => event !== '*')) &&
  new Set(steps.map((step) => JSON.stringify(step))).size === steps.length

const Answer = z.object({
  steps: z.array(z.tuple([z.int(), z.int(), z.number().nullable(), z.number().nullable()])),
  persons: z.array(z.int()),
  ambiguous: z.int(),
})

/** Undefined where an event fits two steps: which of them it serves is a choice that this way cannot make. */
export async function runPlainFunnel(
  scope: Scope,
  report: FunnelReport,
  rules: FunnelRules,
  scan: Scan,
): Promise<FunnelResult | undefined> {
  const bind = bindings()
  const trails = trailsFor(scope, scan, report.steps)
  const events = trails ? momentsSql(bind, report, rules, trails) : eventsSql(bind, report, rules, scan)
  const sql = totalsSql(bind, scope, report, rules, events)
  const [answer] = await scope.ask({ params: bind.params, row: Answer, sql })
  if (!answer || answer.ambiguous > 0) return undefined
  if (trails) scope.answeredBy('trails')
  const steps = answer.steps.map(([count, inProgress, averageSeconds, medianSeconds]) => ({
    count,
    inProgress,
    averageSeconds,
    medianSeconds,
  }))
  return { steps, ...(report.persons ? { persons: answer.persons.map((person) => scope.nameOf(person)) } : {}) }
}

function totalsSql(bind: Bindings, scope: Scope, report: FunnelReport, rules: FunnelRules, events: string): string {
  const steps = report.steps.map((_, i) => stepSql(i, report.steps.length))
  return `select [${steps.join(', ')}] as steps, ${personsSql(bind, report)} as persons, sum(ambiguous) as ambiguous
    from (${attemptsSql(bind, scope, report, rules, events)})`
}

function stepSql(step: number, steps: number): string {
  const count = `countIf(depth > ${step})`
  const open = step === steps - 1 ? 'toUInt64(0)' : `countIf(open and depth = ${step + 1})`
  if (step === 0) return `(${count}, ${open}, null::Nullable(Float64), null::Nullable(Float64))`
  const wait = `intDiv(t${step} - t${step - 1}, ${stepBits})`
  const some = (sql: string) => `if(${count} = 0, null, ${sql})`
  return `(${count}, ${open}, ${some(`sumIf(${wait}, depth > ${step}) / ${count} / 1000`)}, ${some(`quantileExactInclusiveIf(0.5)(${wait}, depth > ${step}) / 1000`)})`
}

function personsSql(bind: Bindings, { persons }: FunnelReport): string {
  if (!persons) return '[]::Array(UInt32)'
  const step = bind.integer(persons.step)
  const listed = persons.dropped ? `depth = ${step} and not open` : persons.inProgress ? `depth = ${step} + 1 and open` : `depth > ${step}`
  return `arraySort(groupArrayIf(who, ${listed}))`
}

/**
 * One row a person: how deep, and when the steps of the attempt that counts came. Going through the events once, `s<k>` holds
 * the latest start that has come as far as step k by then; `e<k>` is the first event of step k within the window of such a start.
 * The attempt that counts ends with the `e` of the deepest step, and begins with the first start that has it in its window.
 */
function attemptsSql(bind: Bindings, scope: Scope, report: FunnelReport, rules: FunnelRules, events: string): string {
  const last = report.steps.length - 1
  const window = bind.integer(rules.windowEnd(0) * stepBits)
  const isAt = (step: number) => `bitAnd(x, ${noStep}) = ${step}`
  const later = Array.from({ length: last }, (_, i) => i + 1)
  const starts = later.map((step) =>
    step === 1 ? `arrayFill(x -> ${isAt(0)}, a) as s0` : `arrayFill((s, x) -> ${isAt(step - 1)}, s${step - 2}, a) as s${step - 1}`,
  )
  const ends = later.map(
    (step) =>
      `arrayFirst((x, s) -> ${isAt(step)} and bitAnd(s, ${noStep}) = 0 and x - ${step} - s <= ${window}, a, s${step - 1}) as e${step}`,
  )
  const deepestFirst = later.toReversed()
  const depth = last === 0 ? '1 as depth' : `multiIf(${deepestFirst.map((step) => `e${step} != 0, ${step + 1}, `).join('')}1) as depth`
  const end =
    last === 0 ? 'toInt64(0) as e' : `multiIf(${deepestFirst.map((step) => `e${step} != 0, e${step} - ${step}, `).join('')}toInt64(0)) as e`
  const lastInstant = rules.everyStep ? `least(latest + ${window}, ${bind.integer((rules.to - 1) * stepBits)})` : `latest + ${window}`
  const open = `${lastInstant} >= ${bind.integer(scope.ctx.now().getTime() * stepBits)} as open`
  // The first element stands for "nothing yet": arrayFill leaves a first element as it is. One select on the other, because
  // ClickHouse writes an alias out wherever it is used: all in one, a funnel of eight steps took it a second to read.
  const gathered = `select *, arrayConcat([toInt64(${noStep})], arraySort(events)) as a from (${events})`
  const found = `select ${['who', 'ambiguous', 'a', ...starts, ...ends].join(', ')} from (${gathered})`
  // Who has no start has nothing after it either.
  const latest = last === 0 ? 'a[-1]' : 's0[-1]'
  const ended = `select who, ambiguous, a, ${latest} as latest, ${depth}, ${end} from (${found}) where ${latest} != ${noStep}`
  // Only what lies within the window before the end is looked through for the times; who got no further than the first step has none.
  const attempt = `select who, ambiguous, latest, depth, arrayFilter(x -> x >= e - ${window} and x <= e + ${noStep}, a) as b from (${ended})`
  const timed = later.reduce(
    (sql, step) => `select *, arrayFirst(x -> ${isAt(step)} and x >= t${step - 1}, b) - ${step} as t${step} from (${sql})`,
    `select *, arrayFirst(x -> ${isAt(0)}, b) as t0 from (${attempt})`,
  )
  return `select *, ${open} from (${timed})`
}

/** Before anything is put in order: who never did the first step is in no attempt. */
const beganSql = 'having min(step) = 0'

/** Events that fit a step; a first step that begins after the last day serves nobody. */
function eventsSql(bind: Bindings, { steps }: FunnelReport, rules: FunnelRules, scan: Scan): string {
  const isClear = new Set(steps.map(({ event }) => event)).size === steps.length
  const isAmbiguous = isClear ? '0' : `${steps.map((step) => `(${matcherSql(bind, step)})`).join(' + ')} > 1`
  const isFiltered = steps.some(({ where }) => where !== undefined)
  return `select who, ${isClear ? 'toUInt64(0)' : `countIf(${isAmbiguous})`} as ambiguous, groupArray(ms * ${stepBits} + step) as events
    from (select *, ${placeSql(bind, steps)} as step from ${scanEvents(bind, scan)})
    where who != 0 and (ms < ${bind.integer(rules.to)} or step != 0) ${isFiltered ? `and step != ${noStep}` : ''}
    group by who ${beganSql}`
}

/** The same out of trails: without filters a name is one step's, as steps are no two alike. */
function momentsSql(bind: Bindings, { steps }: FunnelReport, rules: FunnelRules, trails: TrailFrame): string {
  const some = rules.everyStep ? 'moments' : `if(step = 0, arrayFilter(ms -> ms < ${bind.integer(rules.to)}, moments), moments)`
  return `select who, toUInt64(0) as ambiguous, groupArrayArray(arrayMap(ms -> ms * ${stepBits} + step, ${some})) as events
    from (select who, ${placeSql(bind, steps)} as step, moments from ${momentsOfTrails(bind, trails)}) group by who ${beganSql}`
}

const placeSql = (bind: Bindings, steps: FunnelReport['steps']): string =>
  `multiIf(${steps.map((step, i) => `${matcherSql(bind, step)}, ${i}, `).join('')}${noStep})`
