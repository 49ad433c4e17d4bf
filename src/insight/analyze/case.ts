import { AppError, appError } from '#platform/errors.ts'
import type { BehaviourEvent } from '#platform/events/inbox.ts'
import { parseJson } from '#platform/http/json.ts'
import { checkEvent } from '../tracking/event-check.ts'

/** What `liuliang analyze` takes in place of a workspace: events, properties of people, and the report about them. */
export type Case = { events: BehaviourEvent[]; persons: Map<string, Record<string, string | number | boolean>>; report: unknown }

/** A case is as long as its maker likes; it is gone after its answer. */
const mostValues = 50_000_000

export function readCase(line: string): Case {
  const value = parseJson(line, mostValues)
  if (!isObject(value)) throw invalid('A case is {"events": […], "persons": {…}, "report": {…}}.', undefined)
  const { events, persons = {}, report } = value
  if (!Array.isArray(events)) throw invalid('"events" is a list.', 'events')
  if (!isObject(persons)) throw invalid('"persons" is {id: {property: value}}.', 'persons')
  if (report === undefined) throw invalid('A case needs a report.', 'report')
  return {
    events: events.map((event, i) => checkEvent(event, { passing: true, path: `events.${i}.` })),
    persons: new Map(Object.entries(persons).map(([id, properties]) => [nameOf(id), readProperties(properties, `persons.${id}`)])),
    report,
  }
}

/** One event of a file. What is wrong with it is said with the line and the field. */
export function readEventLine(line: string, number: number): BehaviourEvent {
  try {
    return checkEvent(parseJson(line), { passing: true })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    throw appError(error.code, { message: `Line ${number}: ${error.message}`, field: error.field || `line ${number}`, cause: error })
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (message: string, field: string | undefined) => appError('case.invalid', { message, field })

function nameOf(id: string): string {
  if (id.trim() === '' || id.length > 200) throw invalid('The id of a person is a text of 1 to 200 letters.', 'persons')
  return id.trim()
}

function readProperties(value: unknown, field: string): Record<string, string | number | boolean> {
  if (!isObject(value)) throw invalid('The properties of a person are an object.', field)
  const known = Object.entries(value).filter(([, one]) => one !== null && one !== undefined)
  return Object.fromEntries(known.map(([key, one]) => [key, typeof one === 'object' ? JSON.stringify(one) : (one as string)]))
}
