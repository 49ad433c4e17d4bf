import { DateTime } from 'luxon'

/**
 * A second funnel, written to be obviously right and not to be fast: it tries every choice of events for the steps. Only tests
 * use it, on small worlds.
 */
export type OracleEvent = { event: string; ms: number; properties: Record<string, string> }
export type OracleReport = {
  steps: { event: string }[]
  order: 'ordered' | 'strict' | 'unordered'
  window: { value: number; unit: 'hour' | 'day' | 'month' }
  range: 'first_step' | 'every_step'
  from: number
  to: number
  zone: string
  holding: string[]
  exclusions: { event: string; fromStep: number; toStep: number }[]
}

/** Each start's best choice: as many steps as possible, each as early as possible; voided choices are left out. */
export function oracleAttempts(events: readonly OracleEvent[], report: OracleReport): number[][] {
  return events.flatMap((start) => {
    const isStart = report.order === 'unordered' ? report.steps.some((step) => fits(start, step)) : fits(start, report.steps[0])
    if (!isStart || start.ms < report.from || start.ms >= report.to) return []
    const choices = choicesFrom(events, report, start)
    const best = choices.sort((a, b) => b.length - a.length || firstDifference(a, b))[0] ?? []
    return isVoid(events, report, best) ? [] : [best.map(({ ms }) => ms)]
  })
}

/** How far the person got, and when the steps of the attempt that counts came. */
export function oracleDepth(events: readonly OracleEvent[], report: OracleReport): { depth: number; times: number[] } {
  const attempts = oracleAttempts(events, report).sort(
    (a, b) => b.length - a.length || a.reduce((order, ms, i) => order || ms - (b[i] ?? 0), 0),
  )
  const best = attempts[0] ?? []
  return { depth: best.length, times: best }
}

const fits = (event: OracleEvent, step: { event: string } | undefined): boolean =>
  step !== undefined && (step.event === '*' || step.event === event.event)

function firstDifference(a: readonly OracleEvent[], b: readonly OracleEvent[]): number {
  for (const [i, { ms }] of a.entries()) if (ms !== b[i]?.ms) return ms - (b[i]?.ms ?? 0)
  return 0
}

function choicesFrom(events: readonly OracleEvent[], report: OracleReport, start: OracleEvent): OracleEvent[][] {
  const end =
    report.window.unit === 'month'
      ? DateTime.fromMillis(start.ms, { zone: report.zone }).plus({ months: report.window.value }).toMillis()
      : start.ms + report.window.value * { hour: 3_600_000, day: 86_400_000 }[report.window.unit]
  const held = (event: OracleEvent) =>
    report.holding.every((name) => event.properties[name] !== undefined && event.properties[name] === start.properties[name])
  const found: OracleEvent[][] = []
  const grow = (chosen: OracleEvent[]): void => {
    if (isAllowed(events, report, chosen)) found.push(chosen)
    if (chosen.length === report.steps.length) return
    for (const event of events) {
      if (chosen.includes(event) || event.ms < (chosen.at(-1)?.ms ?? 0) || event.ms > end || !held(event)) continue
      if (report.range === 'every_step' && event.ms >= report.to) continue
      grow([...chosen, event])
    }
  }
  grow([start])
  return found
}

const isAllowed = (events: readonly OracleEvent[], report: OracleReport, chosen: OracleEvent[]): boolean => {
  if (report.order === 'unordered') return assignable(chosen, report.steps)
  if (!chosen.every((event, i) => fits(event, report.steps[i]))) return false
  return report.order === 'ordered' || isGapless(events, chosen)
}

/** Every event serves a step of its own. */
const assignable = ([first, ...rest]: OracleEvent[], steps: { event: string }[]): boolean =>
  first === undefined ||
  steps.some(
    (step, i) =>
      fits(first, step) &&
      assignable(
        rest,
        steps.filter((_, j) => j !== i),
      ),
  )

/** Nothing lies between: only before the first or after the last may events of the same instant be left over. */
const isGapless = (events: readonly OracleEvent[], chosen: OracleEvent[]): boolean => {
  const [first, last] = [chosen[0]?.ms ?? 0, chosen.at(-1)?.ms ?? 0]
  return events.every((event) => chosen.includes(event) || event.ms <= first || event.ms >= last)
}

function isVoid(events: readonly OracleEvent[], report: OracleReport, chosen: OracleEvent[]): boolean {
  const start = chosen[0]
  if (!start) return true
  const windowEnd =
    report.window.unit === 'month'
      ? DateTime.fromMillis(start.ms, { zone: report.zone }).plus({ months: report.window.value }).toMillis()
      : start.ms + report.window.value * { hour: 3_600_000, day: 86_400_000 }[report.window.unit]
  const last = chosen.at(-1)?.ms ?? 0
  const breaker = Math.min(...events.filter(({ ms }) => ms > last).map(({ ms }) => ms))
  return report.exclusions.some(({ event, fromStep, toStep }) =>
    events.some((one) => {
      if (one.event !== event || chosen[fromStep] === undefined || one.ms <= chosen[fromStep].ms) return false
      if (chosen[toStep]) return one.ms < chosen[toStep].ms
      return (
        one.ms <= windowEnd && (report.range !== 'every_step' || one.ms < report.to) && (report.order !== 'strict' || one.ms <= breaker)
      )
    }),
  )
}
