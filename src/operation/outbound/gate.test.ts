import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, test } from 'vitest'
import { decide, emptyTally, type Facts, type Rules } from './gate.ts'
import { receiveWindow } from './limits.ts'
import { quietUntil } from './quiet-hours.ts'
import { defaultPolicy } from './schema.ts'
import { isStopped, type Stop } from './stopping.ts'

const now = new Date('2026-03-04T04:00:00Z')
const reach = { corp: 1, userId: 'lina', employeeId: 5, target: 'wm1' }
const fine: Facts = {
  kind: 'marketing',
  audience: 'customer',
  person: 7,
  stopped: false,
  consent: null,
  reach,
  received: 0,
  isFull: false,
  inHoldout: false,
  wording: 0,
  recent: 0,
  isTwin: false,
}
const rules: Rules = {
  policy: { ...defaultPolicy, ratePerMinute: 100 },
  now,
  receiveMost: 31,
  quietUntil: { marketing: undefined, service: undefined },
}
const quiet: Rules = { ...rules, quietUntil: { marketing: new Date(now.getTime() + 1000), service: undefined } }
const ask = (facts: Partial<Facts>, given: Rules = rules, tally = emptyTally()) => decide(given, { ...fine, ...facts }, tally)

/** Everything that can hold a marketing message, in the declared order. */
const obstacles: [string, Partial<Facts>][] = [
  ['stopped', { stopped: true }],
  ['no_consent', { consent: false }],
  ['no_friend', { reach: null }],
  ['same_person', { isTwin: true }],
  ['platform_limit', { received: 31 }],
  ['holdout', { inHoldout: true }],
  ['frequency', { recent: 2 }],
]

describe('the gate', () => {
  test('gives the first reason of the declared order, whatever else is true', () => {
    fc.assert(
      fc.property(fc.subarray(obstacles), fc.boolean(), (some, isQuiet) => {
        const facts = Object.assign({}, ...some.map(([, one]) => one)) as Partial<Facts>
        const verdict = ask(facts, isQuiet ? quiet : rules)
        const first = obstacles.find((one) => some.includes(one))?.[0]
        if (first) expect(verdict).toEqual({ suppress: first })
        else expect(verdict).toMatchObject(isQuiet ? { wait: 'quiet_hours' } : { pass: reach })
      }),
    )
  })

  test('stops a service message for the platform and the clock, never for consent, the control group’s marketing or frequency', () => {
    expect(ask({ kind: 'service', consent: false, recent: 99 })).toEqual({ pass: reach })
    expect(ask({ kind: 'service', isFull: true })).toEqual({ suppress: 'platform_limit' })
    const night = { ...rules, quietUntil: { marketing: undefined, service: now } }
    expect(ask({ kind: 'service' }, night)).toEqual({ wait: 'quiet_hours', until: now })
  })

  test('asks a company that wants consent first for consent', () => {
    const strict = { ...rules, policy: { ...rules.policy, consentDefault: 'refused' as const } }
    expect(ask({}, strict)).toEqual({ suppress: 'no_consent' })
    expect(ask({ consent: true }, strict)).toEqual({ pass: reach })
  })

  test('sees messages of the same batch: frequency, platform and one message to one person', () => {
    const tally = emptyTally()
    const verdicts = Array.from({ length: 4 }, () => ask({}, rules, tally))
    expect(verdicts).toEqual([{ pass: reach }, { pass: reach }, { suppress: 'frequency' }, { suppress: 'frequency' }])
    const once = emptyTally()
    expect([ask({ once: 'm 7' }, rules, once), ask({ once: 'm 7' }, rules, once)]).toEqual([{ pass: reach }, { suppress: 'same_person' }])
    const full = { ...rules, receiveMost: 1 }
    const received = emptyTally()
    expect([ask({ kind: 'service' }, full, received), ask({ kind: 'service', person: 8 }, full, received)]).toEqual([
      { pass: reach },
      { suppress: 'platform_limit' },
    ])
  })

  test('lets so many people of a corp through in a minute and tells the others which minute is theirs', () => {
    const tally = emptyTally(new Map([[1, 40]]))
    const verdicts = Array.from({ length: 200 }, (_, person) => ask({ person, reach: { ...reach, target: `wm${person}` } }, rules, tally))
    expect(verdicts.filter((one) => 'pass' in one)).toHaveLength(60)
    const minutes = verdicts.flatMap((one) => ('until' in one ? [(one.until.getTime() - now.getTime()) / 60_000] : []))
    expect([minutes.filter((it) => it === 1).length, minutes.filter((it) => it === 2).length]).toEqual([100, 40])
    expect(ask({ reach: { ...reach, corp: 2 } }, rules, tally)).toMatchObject({ pass: { corp: 2 } })
  })

  test('stops by company, corp and source', () => {
    const stop = (one: Partial<Stop>): Stop => ({ id: 1, scope: 'company', corp: null, sourceKind: null, sourceId: null, ...one })
    const one = { sourceKind: 'journey', sourceId: 3, corp: 2 }
    expect(isStopped([], one)).toBe(false)
    expect(isStopped([stop({})], one)).toBe(true)
    expect(isStopped([stop({ scope: 'corp', corp: 2 })], one)).toBe(true)
    expect(isStopped([stop({ scope: 'corp', corp: 3 })], one)).toBe(false)
    expect(isStopped([stop({ scope: 'source', sourceKind: 'journey', sourceId: 3 })], one)).toBe(true)
    expect(isStopped([stop({ scope: 'source', sourceKind: 'message', sourceId: 3 })], one)).toBe(false)
  })
})

describe('quiet hours', () => {
  const clock = fc
    .integer({ min: 0, max: 24 * 60 - 1 })
    .map((it) => `${String(Math.floor(it / 60)).padStart(2, '0')}:${String(it % 60).padStart(2, '0')}`)
  const zones = fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland')
  const moments = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })

  test('end ahead of every moment in them, and outside of them say nothing', () => {
    fc.assert(
      fc.property(clock, clock, zones, moments, (from, to, zone, at) => {
        fc.pre(from !== to)
        const until = quietUntil({ from, to }, at, zone)
        const there = DateTime.fromJSDate(at, { zone }).toFormat('HH:mm')
        const isQuiet = from < to ? there >= from && there < to : there >= from || there < to
        expect(until !== undefined).toBe(isQuiet)
        if (until) expect(until.getTime()).toBeGreaterThan(at.getTime())
        if (until) expect(until.getTime() - at.getTime()).toBeLessThanOrEqual(25 * 3_600_000)
      }),
      { numRuns: 200 },
    )
  })

  test('of the night end in the morning of the company’s zone', () => {
    const night = { from: '22:00', to: '08:00' }
    expect(quietUntil(night, new Date('2026-03-04T15:00:00Z'), 'Asia/Shanghai')?.toISOString()).toBe('2026-03-05T00:00:00.000Z')
    expect(quietUntil(night, new Date('2026-03-04T23:59:00Z'), 'Asia/Shanghai')?.toISOString()).toBe('2026-03-05T00:00:00.000Z')
    expect(quietUntil(night, new Date('2026-03-05T00:00:00Z'), 'Asia/Shanghai')).toBeUndefined()
    expect(quietUntil(null, now, 'Asia/Shanghai')).toBeUndefined()
  })
})

test('the platform counts by Beijing’s months, weeks from Monday, and days', () => {
  const at = new Date('2026-02-28T17:00:00Z') // 1 March, 01:00 in Beijing, a Sunday
  expect(receiveWindow('month', at)).toEqual({ since: new Date('2026-02-28T16:00:00Z'), most: 31 })
  expect(receiveWindow('week', at)).toEqual({ since: new Date('2026-02-22T16:00:00Z'), most: 7 })
  expect(receiveWindow('day', at)).toEqual({ since: new Date('2026-02-28T16:00:00Z'), most: 1 })
  expect(receiveWindow('day', at, { massMessagesPerReceiver: 50 }).most).toBe(50)
})
