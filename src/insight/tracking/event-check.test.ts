import { describe, expect, test } from 'vitest'
import { checkEvent } from './event-check.ts'

const now = new Date('2026-03-01T00:00:00Z')
const reasonOf = (check: () => unknown) => {
  try {
    return check()
  } catch (error) {
    const { code, field } = error as { code: string; field?: string }
    return `${code} ${field}`
  }
}

describe('one check of events', () => {
  const said = { person: 'p', event: 'a.b', timestamp: '2026-02-28T23:00:00.5+08:00' }

  test('an event is the same whichever way it comes in', () => {
    const event = { name: 'a.b', person: 'p', at: '2026-02-28T15:00:00.500Z', properties: {} }
    expect(checkEvent(said, { now })).toEqual(event)
    expect(checkEvent(said, { passing: true })).toEqual(event)
  })

  test.each([
    ['a name in words of one’s own', { ...said, event: 'drop; table' }, 'event.bad_name event', 'drop; table'],
    ['a number as person', { ...said, person: 7 }, 'event.bad_text person', '7'],
    ['a time without zone', { ...said, timestamp: '2026-02-03 00:00:00' }, 'event.bad_time timestamp', '2026-02-03T00:00:00.000Z'],
    ['a day', { ...said, timestamp: '2026-02-03' }, 'event.bad_time timestamp', '2026-02-03T00:00:00.000Z'],
    ['next year', { ...said, timestamp: '2027-02-03T00:00:00Z' }, 'event.time_out_of_range timestamp', '2027-02-03T00:00:00.000Z'],
  ])('%s is refused where it would be kept and taken from a file that is only looked at', (_what, sent, refused, taken) => {
    expect(reasonOf(() => checkEvent(sent, { now }))).toBe(refused)
    expect(Object.values(checkEvent(sent, { passing: true }))).toContain(taken)
  })

  test('a file must say who and when, a door knows the time and lets nobody be it', () => {
    expect(checkEvent({ event: 'a.b' }, { now })).toEqual({ name: 'a.b', at: now.toISOString(), properties: {} })
    expect(reasonOf(() => checkEvent({ event: 'a.b', timestamp: 0 }, { passing: true, path: 'events.4.' }))).toBe(
      'event.no_person events.4.person',
    )
    expect(reasonOf(() => checkEvent({ event: 'a.b', device: 'd' }, { passing: true }))).toBe('event.bad_time timestamp')
    expect(reasonOf(() => checkEvent(null, { passing: true, path: 'events.4.' }))).toBe('event.not_an_object events.4')
  })

  test('no day that the calendar has not, in either', () => {
    for (const timestamp of ['2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-04-31T00:00:00Z', '2026-01-32T00:00:00Z'])
      for (const rules of [{ now }, { passing: true }])
        expect(reasonOf(() => checkEvent({ ...said, timestamp }, rules))).toMatch('bad_time')
  })
})
