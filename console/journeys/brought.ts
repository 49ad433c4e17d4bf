import type { Definition } from '#operation/journeys/definition.ts'
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
