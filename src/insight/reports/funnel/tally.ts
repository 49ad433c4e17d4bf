import type { Bucket } from '../dates.ts'
import { type Attempt, attemptsOf, deepest, type FunnelRules } from './attempts.ts'
import type { Person, ValuedEvent } from './query.ts'
import type { FunnelReport, FunnelResult, FunnelStep } from './schema.ts'

type Values = (string | null)[]
type Asked = NonNullable<FunnelReport['persons']>
type Row = NonNullable<FunnelResult['breakdown']>[number] & { persons: number[] }

/** Takes people one by one and adds them up. Nothing of a person is kept but numbers, and the id where a list is asked for. */
export function createTally(report: FunnelReport, rules: FunnelRules, now: number, buckets: Bucket[]) {
  const total = createColumn(rules.steps)
  const columns = new Map<string, { values: Values; column: Column }>()
  const periods = buckets.map(() => Array.from({ length: rules.steps }, () => 0))
  const asked = report.persons
  const ofPeriod: number[] = []

  const addTo = (column: Column, who: number, attempts: readonly Attempt[]): Attempt | undefined => {
    const best = deepest(attempts, rules.steps)
    if (!best) return undefined
    const open = isOpen(attempts, best, rules.steps, now)
    column.add(best.times, open)
    if (asked && isListed(asked, best.matched.length, open)) column.persons.push(who)
    return best
  }

  const addToColumns = (person: Person, events: readonly ValuedEvent[], attempts: readonly Attempt[], best: Attempt): void => {
    if (!report.breakdown) return
    if (report.breakdown.scope === 'event' && report.breakdown.attribution.of === 'all_steps') {
      addEachValue(person)
      return
    }
    const values =
      report.breakdown.scope === 'person'
        ? person.values
        : attributed(
            report.breakdown.attribution,
            best.matched.map((place) => events[place]?.values ?? []),
          )
    if (values) addTo(columnOf(values), person.who, attempts)
  }

  /** With `all_steps` a value's funnel is that of the events that carry it. */
  const addEachValue = (person: Person): void => {
    const distinct = new Map(person.events.filter(({ steps }) => steps !== 0).map(({ values }) => [JSON.stringify(values), values]))
    for (const [key, values] of distinct) {
      const own = person.events.map((event) => (JSON.stringify(event.values) === key ? event : { ...event, steps: 0 }))
      const attempts = [...attemptsOf(own, rules)]
      if (attempts.length === 0) continue
      const column = columnOf(values)
      const best = addTo(column, person.who, attempts)
      if (best) column.known.push({ who: person.who, times: best.times, open: isOpen(attempts, best, rules.steps, now) })
    }
  }

  const columnOf = (values: Values): Column => {
    const key = JSON.stringify(values)
    const found = columns.get(key) ?? { values, column: createColumn(rules.steps) }
    columns.set(key, found)
    return found.column
  }

  const addToPeriods = (who: number, attempts: readonly Attempt[]): void => {
    for (const [i, { from, to }] of buckets.entries()) {
      const started = attempts.filter(({ times: [ms = 0] }) => ms >= from.getTime() && ms < to.getTime())
      const best = deepest(started, rules.steps)
      for (let step = 0; step < (best?.times.length ?? 0); step++) periods[i]?.splice(step, 1, (periods[i]?.[step] ?? 0) + 1)
      if (asked?.interval === i && (best?.times.length ?? 0) > asked.step) ofPeriod.push(who)
    }
  }

  const listed = (asked: Asked, rows: Row[] | undefined): number[] => {
    if (asked.interval !== undefined) return ofPeriod
    if (asked.value === undefined && !asked.other) return total.persons
    return rows?.find((row) => isAsked(asked, row))?.persons ?? []
  }

  return {
    add(person: Person): void {
      const attempts = [...attemptsOf(person.events, rules)]
      const best = addTo(total, person.who, attempts)
      if (!best) return
      addToColumns(person, person.events, attempts, best)
      addToPeriods(person.who, attempts)
    },
    result(nameOf: (person: number) => string): FunnelResult {
      const { breakdown } = report
      const rows = breakdown && present({ ...report, breakdown }, [...columns.values()], rules.steps)
      return {
        steps: total.steps(),
        ...(report.trend
          ? {
              trend: buckets.map(({ label }, i) => ({
                start: label,
                steps: (periods[i] ?? []).map((count) => ({ count })),
                conversionRate: rate(periods[i] ?? []),
              })),
            }
          : {}),
        ...(rows ? { breakdown: rows.map(({ persons: _, ...row }) => row) } : {}),
        ...(asked ? { persons: listed(asked, rows).map(nameOf) } : {}),
      }
    },
  }
}

/** Not converted, but some attempt still has time. */
const isOpen = (attempts: readonly Attempt[], best: Attempt, steps: number, now: number): boolean =>
  best.matched.length < steps && attempts.some(({ mayGoOn, end }) => mayGoOn && end >= now)

/** Reached the step; or came to the one before, did not reach it, and has no time left; or stands there and has. */
function isListed({ step, dropped, inProgress }: Asked, reached: number, open: boolean): boolean {
  if (dropped) return reached === step && !open
  return inProgress ? reached === step + 1 && open : reached > step
}

const rate = (counts: readonly number[]): number | null => (counts[0] ? (counts.at(-1) ?? 0) / counts[0] : null)

/** The values that a person counts under; undefined for nobody who never came to the step that decides. */
function attributed(attribution: NonNullable<FunnelReport['breakdown']>['attribution'], matched: readonly Values[]): Values | undefined {
  if (attribution.of === 'step') return matched[attribution.step]
  const known = matched.filter((values) => values.some((value) => value !== null))
  return (attribution.of === 'last_touch' ? known.at(-1) : known[0]) ?? matched[0]
}

function isAsked({ value, other }: Asked, row: Row): boolean {
  return other ? row.other === true : row.other !== true && JSON.stringify(row.value) === JSON.stringify(value)
}

type Known = { who: number; times: readonly number[]; open: boolean }
type Column = ReturnType<typeof createColumn>

function createColumn(length: number) {
  const counts = Array.from({ length }, () => 0)
  const inProgress = Array.from({ length }, () => 0)
  const waits = Array.from({ length }, (): number[] => [])
  const persons: number[] = []
  /** Who got how far, where one person may stand under several values. */
  const known: Known[] = []
  return {
    counts,
    waits,
    inProgress,
    persons,
    known,
    add(times: readonly number[], open: boolean): void {
      for (const [step, ms] of times.entries()) {
        counts[step] = (counts[step] ?? 0) + 1
        if (step > 0) waits[step]?.push(ms - (times[step - 1] ?? ms))
      }
      const last = times.length - 1
      if (open) inProgress[last] = (inProgress[last] ?? 0) + 1
    },
    merge(other: { counts: number[]; inProgress: number[]; waits: number[][]; persons: number[] }): void {
      for (const person of other.persons) persons.push(person)
      for (let step = 0; step < length; step++) {
        counts[step] = (counts[step] ?? 0) + (other.counts[step] ?? 0)
        inProgress[step] = (inProgress[step] ?? 0) + (other.inProgress[step] ?? 0)
        for (const wait of other.waits[step] ?? []) waits[step]?.push(wait)
      }
    },
    steps: (): FunnelStep[] =>
      counts.map((count, step) => ({
        count,
        inProgress: inProgress[step] ?? 0,
        averageSeconds: average(waits[step] ?? []),
        medianSeconds: median(waits[step] ?? []),
      })),
  }
}

const average = (waits: readonly number[]): number | null =>
  waits.length === 0 ? null : waits.reduce((sum, ms) => sum + ms, 0) / waits.length / 1000

function median(waits: readonly number[]): number | null {
  if (waits.length === 0) return null
  const sorted = [...waits].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return (sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2) / 1000
}

/** The values with the most people, the rest as "Other". */
function present(
  { breakdown, persons: asked }: FunnelReport & { breakdown: NonNullable<FunnelReport['breakdown']> },
  columns: { values: Values; column: Column }[],
  steps: number,
): Row[] {
  const sorted = columns.sort(
    (a, b) => (b.column.counts[0] ?? 0) - (a.column.counts[0] ?? 0) || (JSON.stringify(a.values) < JSON.stringify(b.values) ? -1 : 1),
  )
  const shown = sorted.slice(0, breakdown.limit).map(({ values, column }) => ({
    value: breakdown.properties ? values : (values[0] ?? null),
    steps: column.steps(),
    persons: column.persons,
  }))
  if (sorted.length <= breakdown.limit) return shown
  const other = createColumn(steps)
  const folded = sorted.slice(breakdown.limit).map(({ column }) => column)
  for (const column of folded) if (column.known.length === 0) other.merge(column)
  const several = furthest(
    folded.flatMap(({ known }) => known),
    steps,
  )
  for (const { who, times, open } of several) {
    other.add(times, open)
    if (asked && isListed(asked, times.length, open)) other.persons.push(who)
  }
  return [...shown, { value: 'Other', other: true, steps: other.steps(), persons: other.persons }]
}

/** Each person once, where any of the folded values took them furthest; they still have time where one of these does. */
function furthest(all: readonly Known[], steps: number): Known[] {
  const best = new Map<number, Known>()
  for (const one of all) {
    const found = best.get(one.who)
    const [far, near] = found && isFurther(found, one) ? [found, one] : [one, found]
    best.set(one.who, { ...far, open: far.times.length < steps && (far.open || near?.open === true) })
  }
  return [...best.values()]
}

/** Of equally far ones the earlier counts. */
const isFurther = ({ times }: Known, other: Known): boolean =>
  times.length > other.times.length || (times.length === other.times.length && (times[0] ?? 0) <= (other.times[0] ?? 0))
