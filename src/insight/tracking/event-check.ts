import { appError } from '#platform/errors.ts'
import { isEventName } from '#platform/events/catalogue.ts'
import { type BehaviourEvent, eventIdOf } from '#platform/events/inbox.ts'
import { misfitOf, type Plan } from './plan.ts'

/** Events may come late and clocks may be wrong, but not by more than this. */
const furthestAheadMs = 24 * 3600_000
const earliest = Date.UTC(1970, 0, 2)
const most = { properties: 200, letters: 10_000, name: 100, id: 200 }

/** What an event is held to, depending on where it comes from. */
export type EventRules = {
  /** Stands for a time that is not said; without it an event must say its time, and may say any up to the year 2100. */
  now?: Date
  /** Names that only the product itself may say. */
  reserved?: ReadonlySet<string>
  /** What the company declared; events that do not fit it are refused. */
  plan?: Plan
  /** Cells of a table: numbers may be written out. */
  written?: boolean
  /** Before the field in an error: `events.3.` */
  path?: string
  /**
   * For files that are looked at and thrown away. Their names are free and of any size, since nothing is kept; ids may be
   * numbers; a time without a zone is in UTC; and somebody must have done it.
   */
  passing?: boolean
}

/** What a stranger sent, as `parseJson` read it → an event of ours, or `event.…` with the field at fault. The one check of every way in. */
export function checkEvent(sent: unknown, rules: EventRules): BehaviourEvent {
  const refuse: Refuse = (reason, message, field) =>
    appError(`event.${reason}`, { message, field: `${rules.path ?? ''}${field}`.replace(/\.$/, '') })
  if (!isObject(sent)) throw refuse('not_an_object', 'An event is an object.', '')
  const name = nameOf(sent.event, rules, refuse)
  const who = textOf(sent.person, 'person', most.id, rules, refuse)
  const on = textOf(sent.device, 'device', most.id, rules, refuse)
  const given = textOf(sent.id, 'id', most.id, rules, refuse)
  if (rules.passing && who === undefined && on === undefined) throw refuse('no_person', 'An event needs a person or a device.', 'person')
  const properties = propertiesOf(sent.properties, rules, refuse)
  const misfit = rules.plan && misfitOf(rules.plan, name, properties, rules.written)
  if (misfit) throw refuse(misfit.reason, misfit.message, misfit.field)
  return {
    name,
    at: timeOf(sent.timestamp, rules, refuse).toISOString(),
    properties,
    ...(given === undefined ? {} : { id: eventIdOf(given) }),
    ...(who === undefined ? {} : { person: who }),
    ...(on === undefined ? {} : { device: on }),
  }
}

type Refuse = (reason: string, message: string, field: string) => Error

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function nameOf(value: unknown, rules: EventRules, refuse: Refuse): string {
  const name = textOf(value, 'event', rules.passing ? most.id : most.name, rules, refuse)
  if (name === undefined) throw refuse('no_name', 'An event needs a name in "event".', 'event')
  if (!rules.passing && !isEventName(name))
    throw refuse('bad_name', `"${name}" is no event name: words joined by dots, such as page.viewed.`, 'event')
  if (rules.reserved?.has(name))
    throw refuse(
      'reserved',
      `"${name}" is a fact that Liuliang itself states; send it through its own door or under another name.`,
      'event',
    )
  return name
}

function textOf(value: unknown, field: string, longest: number, { passing }: EventRules, refuse: Refuse): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = passing && typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text.trim() === '' || text.length > longest)
    throw refuse('bad_text', `${field} is a text of 1 to ${longest} letters.`, field)
  return passing ? text.trim() : text
}

const isoTime = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/

function timeOf(value: unknown, { now, passing }: EventRules, refuse: Refuse): Date {
  if (now && (value === undefined || value === null)) return now
  const at = typeof value === 'number' ? new Date(value) : typeof value === 'string' ? isoInstant(value, passing === true) : undefined
  if (!at || Number.isNaN(at.getTime()))
    throw refuse('bad_time', 'timestamp is an ISO time with zone (2026-01-02T03:04:05.678Z) or epoch milliseconds.', 'timestamp')
  if (
    now
      ? at.getTime() < earliest || at.getTime() > now.getTime() + furthestAheadMs
      : at.getTime() < 0 || at.getTime() >= Date.UTC(2100, 0, 1)
  )
    throw refuse(
      'time_out_of_range',
      now ? 'timestamp lies before 1970 or more than a day ahead.' : 'timestamp lies before 1970 or after 2099.',
      'timestamp',
    )
  return at
}

/** JavaScript turns 30 February into 2 March; a sender that says such a day is mistaken. */
function isoInstant(text: string, zoneIsUtc: boolean): Date | undefined {
  const found = isoTime.exec(text)
  if (!found) return undefined
  const [, year, month, day, hour, , , zone] = found
  if (!zone && !zoneIsUtc) return undefined
  // Every month has 28 days: only the last ones want a look at the calendar.
  if (Number(day) > 28 && Number(day) > new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()) return undefined
  // A day alone is read in UTC anyway.
  return new Date(zone || hour === undefined ? text : `${text}Z`)
}

function propertiesOf(value: unknown, { passing }: EventRules, refuse: Refuse): Record<string, unknown> {
  if (value === undefined || value === null) return {}
  if (!isObject(value)) throw refuse('bad_properties', 'properties is an object.', 'properties')
  if (!passing) checkSizes(value, refuse)
  return value
}

function checkSizes(properties: Record<string, unknown>, refuse: Refuse): void {
  const entries = Object.entries(properties)
  if (entries.length > most.properties)
    throw refuse('too_many_properties', `An event may have ${most.properties} properties.`, 'properties')
  for (const [key, one] of entries) {
    if (key.length > most.name) throw refuse('bad_property', `A property name may have ${most.name} letters.`, 'properties')
    if (typeof one === 'string' && one.length > most.letters)
      throw refuse('text_too_long', `A property may have ${most.letters} letters.`, `properties.${key}`)
  }
}
