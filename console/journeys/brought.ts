import { type Definition, type Step, waysOf } from '#operation/journeys/definition.ts'
import { type Condition, where } from '#platform/events/where.ts'

/** What somebody comes in with, as it is said by hand; what is left open is absent. */
export type Brought = Record<string, string | number | boolean>

/** Properties of the event that people come in by which the drawing asks for: at the door, at branches, to tell runs apart. */
export function propertiesAsked({ entry, reentry, steps }: Definition): string[] {
  const filters = steps.flatMap((step) =>
    step.type === 'branch' ? step.paths.flatMap(({ when }) => ('entry' in when ? [when.entry] : [])) : [],
  )
  return [
    ...new Set([
      ...(reentry.policy === 'each' ? [reentry.property] : []),
      ...(entry.by === 'event' ? namesIn(entry.where) : []),
      ...filters.flatMap(namesIn),
    ]),
  ].filter((name) => name !== '')
}

/** What each of these waits is met with, by the step. */
export type Met = Record<string, Brought>

/** Those of the drawing as it stands: a step may have been taken away since somebody said that it is met. */
export const metIn = ({ steps }: Definition, met: Met): Met =>
  Object.fromEntries(Object.entries(met).filter(([id]) => steps.some((step) => step.id === id && step.type === 'wait_for')))

/** Properties of what a step waited for that branches behind it ask for, as far as nothing else was waited for in between. */
export function propertiesLater({ steps }: Definition, wait: string): string[] {
  const byId = new Map(steps.map((step) => [step.id, step]))
  const first = byId.get(wait)
  const seen = new Set<Step>()
  const open = first?.type === 'wait_for' ? [first.next] : []
  for (const id of open) {
    const step = byId.get(id ?? '')
    if (!step || seen.has(step)) continue
    seen.add(step)
    open.push(...waysOf(step).flatMap(({ way, to }) => (way === 'next' && bringsNew(step) ? [] : [to])))
  }
  const filters = [...seen].flatMap((step) =>
    step.type === 'branch' ? step.paths.flatMap(({ when }) => ('happened' in when ? [when.happened] : [])) : [],
  )
  return [...new Set(filters.flatMap(namesIn))].filter((name) => name !== '')
}

/** Whoever goes on from such a wait has something new behind them; a rule or a segment may hold without anything happening. */
const bringsNew = (step: Step): boolean => step.type === 'wait_for' && step.happens.every((one) => 'event' in one || 'task' in one)

function namesIn(filter: unknown): string[] {
  const read = where.safeParse(filter ?? {})
  return read.success ? leavesOf(read.data) : []
}

function leavesOf(condition: Condition): string[] {
  if ('and' in condition) return condition.and.flatMap(leavesOf)
  if ('or' in condition) return condition.or.flatMap(leavesOf)
  if ('not' in condition) return leavesOf(condition.not)
  return condition.scope === 'event' ? [condition.property] : []
}
