/** Nearer than this is a slow line, not a wrong clock. */
const toleratedMs = 60_000

/**
 * Phones have wrong clocks. A page says what its clock showed when it sent (`sentAt`): as far as that is off, so are the times of
 * its events. What says no such time, or nothing that can be read, is left as it is; the check of events sees to that.
 */
export function settleClock(sent: unknown, now: Date): unknown {
  if (!isObject(sent) || !Array.isArray(sent.events) || typeof sent.sentAt !== 'string') return sent
  const ahead = Date.parse(sent.sentAt) - now.getTime()
  if (!(Math.abs(ahead) > toleratedMs)) return sent
  return { ...sent, events: sent.events.map((event) => moved(event, ahead)) }
}

function moved(event: unknown, ahead: number): unknown {
  if (!isObject(event) || typeof event.timestamp !== 'string') return event
  const at = Date.parse(event.timestamp) - ahead
  return Number.isNaN(at) || Math.abs(at) > 8e15 ? event : { ...event, timestamp: new Date(at).toISOString() }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
