import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import type { NorthStarResult } from './schema.ts'

let workspace: TestWorkspace
const dayMs = 86_400_000
const start = Date.parse('2026-03-01T00:00:00Z')
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-04-15T00:00:00Z')
})

const base = { type: 'north_star', dateFrom: '2026-03-01', dateTo: '2026-03-31', timezone: 'UTC', minPersons: 1 }
const act = (person: string, day: number, event: string): TestEvent => ({
  person,
  event,
  timestamp: new Date(start + day * dayMs).toISOString(),
})
const run = async (events: TestEvent[], report: object = {}) =>
  (await loadWorld(await workspace.newTenant(), { events })).run<NorthStarResult>({ ...base, ...report })

describe('north-star candidates', () => {
  const people = Array.from({ length: 60 }, (_, i) => {
    const who = `p${String(i).padStart(2, '0')}`
    const read = i < 30 ? [act(who, 2, 'read')] : []
    const stayed = i < 25 || i >= 55 ? [act(who, 20, 'visit')] : []
    return [act(who, 1, 'customer.followed'), act(who, 1.5, 'customer.tagged'), ...read, ...stayed]
  }).flat()

  test('a behaviour that goes with staying is found, with its interval; what is done to people is none', async () => {
    const result = await run([...people, act('young', 30, 'customer.followed'), act('young', 31, 'read')])
    expect(result).toMatchObject({ cohort: 60, outcome: 30, tooYoung: 1, compared: 1 })
    expect(result.rows[0]).toMatchObject({
      event: 'read',
      did: { persons: 30, outcome: 25 },
      didNot: { persons: 30, outcome: 5 },
      oddsRatio: 25,
      verdict: 'precedes',
    })
    expect(result.rows[0]?.difference).toBeCloseTo(2 / 3, 12)
    expect(result.rows[0]?.low).toBeGreaterThan(0.4)
  })

  test('people behind the numbers', async () => {
    const found = async (persons: object) => (await run(people, { persons })).persons
    expect(await found({ event: 'read', did: true, outcome: false })).toEqual(['p25', 'p26', 'p27', 'p28', 'p29'])
    expect(await found({ event: 'read', did: false, outcome: true })).toEqual(['p55', 'p56', 'p57', 'p58', 'p59'])
    expect(await found({ event: 'read', did: true })).toHaveLength(30)
  })

  test.each([
    [{ outcome: { kind: 'retention', days: 5 } }, 'outcome.days'],
    [{ outcome: { kind: 'wealth' } }, 'outcome.kind'],
    [{ earlyDays: 0 }, 'earlyDays'],
    [{ minPersons: 0 }, 'minPersons'],
    [{ persons: { event: 'read' } }, 'persons.did'],
    [{ dateTo: '2026-02-01' }, 'dateTo'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { ...base, ...wrong })).rejects.toMatchObject({ field })
  })
})

const acts = fc.array(
  fc.record({
    event: fc.constantFrom('customer.followed', 'read', 'share', 'order.paid', 'customer.tagged'),
    half: fc.integer({ min: -6, max: 80 }),
  }),
  { maxLength: 10 },
)

test('agrees with counting by hand on random worlds', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(acts, { minLength: 6, maxLength: 14 }),
      fc.constantFrom('retention', 'repurchase'),
      fc.integer({ min: 1, max: 9 }),
      async (people, kind, earlyDays) => {
        const days = 20
        const now = Date.parse('2026-04-15T00:00:00Z')
        const counts = new Map<string, [number, number]>([['', [0, 0]]])
        let tooYoung = 0
        for (const own of people) {
          const timed = own.map(({ event, half }) => ({ event, ms: start + half * 0.5 * dayMs }))
          const since = Math.min(...timed.filter(({ event }) => event === 'customer.followed').map(({ ms }) => ms))
          if (since < start || since >= start + 31 * dayMs) continue
          if (since + days * dayMs > now) {
            tooYoung += 1
            continue
          }
          const mine = timed.filter(({ event }) => event === 'read' || event === 'share' || event === 'order.paid')
          const late = (ms: number) => ms > since + earlyDays * dayMs && ms <= since + days * dayMs
          const orders = mine.filter(({ event, ms }) => event === 'order.paid' && ms >= since && ms <= since + days * dayMs)
          const came = kind === 'retention' ? mine.some(({ ms }) => late(ms)) : orders.length >= 2 && orders.some(({ ms }) => late(ms))
          const early = new Set(mine.filter(({ ms }) => ms >= since && ms <= since + earlyDays * dayMs).map(({ event }) => event))
          for (const event of ['', ...early]) {
            const [persons, outcomes] = counts.get(event) ?? [0, 0]
            counts.set(event, [persons + 1, outcomes + (came ? 1 : 0)])
          }
        }
        const events = people.flatMap((own, i) => own.map(({ event, half }) => act(`p${i}`, half / 2, event)))
        const result = await run(events, { outcome: { kind, days }, earlyDays })
        const [cohort = 0, outcome = 0] = counts.get('') ?? []
        expect(result).toMatchObject({ cohort, outcome, tooYoung })
        const found = Object.fromEntries(result.rows.map(({ event, did }) => [event, [did.persons, did.outcome]]))
        const expected = [...counts].filter(([event, [persons]]) => event !== '' && persons < cohort)
        expect(found).toEqual(Object.fromEntries(expected))
      },
    ),
    { numRuns: runs(12) },
  )
})
