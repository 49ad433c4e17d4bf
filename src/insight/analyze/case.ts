import { appError } from '#platform/errors.ts'
import { type BehaviourEvent, eventIdOf } from '#platform/events/inbox.ts'
import { isCleanText } from '../reports/where.ts'

/** What `liuliang analyze` takes in place of a workspace: events, properties of people, and the report about them. */
export type Case = { events: BehaviourEvent[]; persons: Map<string, Record<string, string | number | boolean>>; report: unknown }

export function readCase(line: string): Case {
  const value = parse(line)
  if (!isObject(value)) throw invalid('A case is {"events": […], "persons": {…}, "report": {…}}.', undefined)
  const { events, persons = {}, report } = value
  if (!Array.isArray(events)) throw invalid('"events" is a list.', 'events')
  if (!isObject(persons)) throw invalid('"persons" is {id: {property: value}}.', 'persons')
  if (report === undefined) throw invalid('A case needs a report.', 'report')
  return {
    events: events.map((event, i) => readEvent(event, `events.${i}`)),
    persons: new Map(
      Object.entries(persons).map(([id, properties]) => [nameOf(id, 'persons') ?? '', readProperties(properties, `persons.${id}`)]),
    ),
    report,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw appError('json.malformed', { message: `This is not JSON: ${(cause as Error).message.slice(0, 200)}`, cause })
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (message: string, field: string | undefined) =>
  appError('case.invalid', { message, ...(field === undefined ? {} : { field }) })

/** One event of a file: `{person, device, event, timestamp, properties, id}`. Names are free, since nothing is kept. */
export function readEvent(sent: unknown, path: string): BehaviourEvent {
  if (!isObject(sent)) throw invalid('An event is an object.', path)
  const person = nameOf(sent.person, `${path}.person`)
  const device = nameOf(sent.device, `${path}.device`)
  const name = nameOf(sent.event, `${path}.event`)
  const id = nameOf(sent.id, `${path}.id`)
  if (name === undefined) throw invalid('An event needs a name in "event".', `${path}.event`)
  if (person === undefined && device === undefined) throw invalid('An event needs a person.', `${path}.person`)
  if (sent.properties !== undefined && sent.properties !== null && !isObject(sent.properties))
    throw invalid('"properties" is an object.', `${path}.properties`)
  return {
    name,
    at: instantOf(sent.timestamp, `${path}.timestamp`),
    properties: cleanProperties(sent.properties ?? {}, `${path}.properties`),
    ...(person === undefined ? {} : { person }),
    ...(device === undefined ? {} : { device }),
    ...(id === undefined ? {} : { id: eventIdOf(id) }),
  }
}

export const readEventLine = (line: string, number: number): BehaviourEvent => readEvent(parse(line), `line ${number}`)

function nameOf(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text.trim() === '' || text.length > 200 || !isCleanText(text))
    throw invalid('A text of 1 to 200 letters is expected.', field)
  return text.trim()
}

const isoTime = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?)?(Z|[+-]\d{2}:?\d{2})?$/

/** An ISO time, in UTC where it names no zone, or epoch milliseconds. */
function instantOf(value: unknown, field: string): string {
  const found = typeof value === 'string' ? isoTime.exec(value) : null
  const text = found && !found[7] && found[4] ? `${value}Z` : value
  const at = typeof value === 'number' || found ? new Date(text as string | number) : new Date(Number.NaN)
  const isReal = !found || Number(found[3]) <= new Date(Date.UTC(Number(found[1]), Number(found[2]), 0)).getUTCDate()
  if (Number.isNaN(at.getTime()) || !isReal || at.getTime() < 0 || at.getTime() >= Date.UTC(2100, 0, 1))
    throw invalid('An ISO time such as 2026-01-02T03:04:05.678Z is expected.', field)
  return at.toISOString()
}

function cleanProperties(value: Record<string, unknown>, field: string): Record<string, unknown> {
  if (!isClean(value)) throw invalid('NUL and half surrogate pairs are no text.', field)
  return value
}

/** One ill text in a block would hold up everybody's events. */
function isClean(value: unknown): boolean {
  if (typeof value === 'string') return isCleanText(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, one]) => isCleanText(key) && isClean(one))
}

function readProperties(value: unknown, field: string): Record<string, string | number | boolean> {
  if (!isObject(value)) throw invalid('The properties of a person are an object.', field)
  const known = Object.entries(cleanProperties(value, field)).filter(([, one]) => one !== null && one !== undefined)
  return Object.fromEntries(known.map(([key, one]) => [key, typeof one === 'object' ? JSON.stringify(one) : (one as string)]))
}
