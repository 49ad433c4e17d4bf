import { appError } from '#platform/errors.ts'
import { isEventName } from '#platform/events/catalogue.ts'
import { type BehaviourEvent, eventIdOf } from '#platform/events/inbox.ts'

/** Events may come late and clocks may be wrong, but not by more than this. */
const furthestAheadMs = 24 * 3600_000
const earliest = Date.UTC(1970, 0, 2)
const mostProperties = 200
const longestText = 10_000

/** What a stranger sent → an event of ours, or `event.…` with the field at fault. No I/O: also the check of imports and replays. */
export function checkEvent(sent: unknown, now: Date, reserved?: ReadonlySet<string>): BehaviourEvent {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) throw invalid('event.not_an_object', 'An event is an object.', '')
  const { id, person, device, event, timestamp, properties } = sent as Record<string, unknown>
  const name = textOf(event, 'event', 100)
  if (name === undefined) throw invalid('event.no_name', 'An event needs a name in "event".', 'event')
  if (!isEventName(name)) throw invalid('event.bad_name', `"${name}" is no event name: words joined by dots, such as page.viewed.`, 'event')
  if (reserved?.has(name))
    throw invalid(
      'event.reserved',
      `"${name}" is a fact that Liuliang itself states; send it through its own door or under another name.`,
      'event',
    )
  const [who, on, given] = [textOf(person, 'person', 200), textOf(device, 'device', 200), textOf(id, 'id', 200)]
  return {
    name,
    at: timeOf(timestamp, now).toISOString(),
    properties: propertiesOf(properties),
    ...(given === undefined ? {} : { id: eventIdOf(given) }),
    ...(who === undefined ? {} : { person: who }),
    ...(on === undefined ? {} : { device: on }),
  }
}

function textOf(value: unknown, field: string, longest: number): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' || value === '' || value.length > longest)
    throw invalid('event.bad_text', `${field} is a text of 1 to ${longest} letters.`, field)
  return value
}

const isoTime = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/

function timeOf(value: unknown, now: Date): Date {
  if (value === undefined || value === null) return now
  const at =
    typeof value === 'number' ? new Date(value) : typeof value === 'string' && isoTime.test(value) ? new Date(value) : new Date(Number.NaN)
  if (Number.isNaN(at.getTime()) || !sameDay(value, at))
    throw invalid('event.bad_time', 'timestamp is an ISO time with zone (2026-01-02T03:04:05.678Z) or epoch milliseconds.', 'timestamp')
  if (at.getTime() < earliest || at.getTime() > now.getTime() + furthestAheadMs)
    throw invalid('event.time_out_of_range', 'timestamp lies before 1970 or more than a day ahead.', 'timestamp')
  return at
}

/** JavaScript turns 30 February into 2 March; a sender that says such a day is mistaken. */
function sameDay(value: unknown, at: Date): boolean {
  // Every month has 28 days: only the last ones want a look at the calendar.
  if (typeof value !== 'string' || Number(value.slice(8, 10)) <= 28) return true
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(value) ?? []
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days && !Number.isNaN(at.getTime())
}

function propertiesOf(value: unknown): Record<string, unknown> {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('event.bad_properties', 'properties is an object.', 'properties')
  const entries = Object.entries(value)
  if (entries.length > mostProperties)
    throw invalid('event.too_many_properties', `An event may have ${mostProperties} properties.`, 'properties')
  for (const [key, one] of entries) {
    if (key.length > 100) throw invalid('event.bad_property', 'A property name may have 100 letters.', 'properties')
    if (typeof one === 'string' && one.length > longestText)
      throw invalid('event.text_too_long', `A property may have ${longestText} letters.`, `properties.${key}`)
  }
  return value as Record<string, unknown>
}

const invalid = (code: string, message: string, field: string) => appError(code, { message, field })
