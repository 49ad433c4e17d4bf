import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import { defaultWeights, type HighValueResult, highValueParts } from './schema.ts'
import { type Facts, scoreAll } from './score.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const at = (person: string, event: string, day: number, properties: Record<string, unknown>): TestEvent => ({
  person,
  event,
  timestamp: `2026-03-${String(day).padStart(2, '0')}T10:00:00+08:00`,
  properties,
})
const paid = (person: string, day: number, amount: number) => at(person, 'order.paid', day, { amount, currency: 'CNY' })
const said = (person: string, day: number, message: string, more = {}) =>
  at(person, 'group_message.sent', day, { chat: 'g', sender: person, message, ...more })
const run = async (events: TestEvent[], report: object = {}): Promise<HighValueResult> =>
  (await loadWorld(await workspace.newTenant(), { events })).run<HighValueResult>({ type: 'high_value', asOf: '2026-03-31', ...report })

describe('high-value customers', () => {
  const events = [
    paid('a', 1, 1000),
    paid('a', 11, 3000),
    paid('a', 31, 1000),
    paid('b', 20, 100),
    said('c', 2, '1'),
    said('b', 4, '2', { replyTo: '1' }),
    said('c', 8, '3'),
  ]

  test('purchases and the community make one score, and its parts are shown', async () => {
    const { customers, currency, rows } = await run(events)
    expect({ customers, currency }).toEqual({ customers: 3, currency: 'CNY' })
    expect(rows[0]).toMatchObject({ person: 'a', recencyDays: 0, orders: 3, intervalDays: 15, amount: 50, messages: 0, speakingDays: null })
    expect(rows[0]?.parts).toMatchObject({ recency: 100, frequency: 100, interval: 100, monetary: 100, speaking: 0, influence: 0 })
    expect(rows.find(({ person }) => person === 'c')).toMatchObject({
      recencyDays: null,
      messages: 2,
      speakingDays: 6,
      parts: { influence: 100, speaking: 100 },
    })
    expect(rows.find(({ person }) => person === 'a')?.score).toBeCloseTo(70)
  })

  test('other weights order others, and the list is the people', async () => {
    const weights = { ...defaultWeights, recency: 0, frequency: 0, interval: 0, monetary: 0 }
    expect((await run(events, { weights, limit: 1, persons: { top: 2 } })).persons).toEqual(['c', 'b'])
    expect((await run(events, { windowDays: 12 })).rows.map(({ person }) => person)).toEqual(['a', 'b'])
  })

  test.each([
    [{ weights: { ...defaultWeights, recency: -1 } }, 'weights.recency'],
    [{ weights: Object.fromEntries(highValueParts.map((part) => [part, 0])) }, 'weights'],
    [{ weights: { recency: 1 } }, 'weights.frequency'],
    [{ windowDays: 0 }, 'windowDays'],
    [{ limit: 0 }, 'limit'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'high_value', ...wrong })).rejects.toMatchObject({
      code: 'report.invalid',
      field,
    })
  })
})

test('better in every part is never worse in the score, and scores stay within a hundred', () => {
  const fact = fc.option(fc.integer({ min: 0, max: 9 }), { nil: null })
  const person = fc.record(
    Object.fromEntries(highValueParts.map((part) => [part, fact])) as Record<(typeof highValueParts)[number], typeof fact>,
  )
  fc.assert(
    fc.property(fc.array(person, { minLength: 1, maxLength: 12 }), (people) => {
      const all: Facts[] = people.map((one, who) => ({ who, ...one }))
      const scored = scoreAll(all, defaultWeights)
      expect(scored).toHaveLength(all.length)
      for (const one of scored) {
        expect(one.score >= 0 && one.score <= 100 + 1e-9).toBe(true)
        for (const part of highValueParts) {
          const sign = ['recency', 'interval', 'speakingInterval'].includes(part) ? -1 : 1
          const own = all[one.who]?.[part] ?? null
          const known = all.flatMap((facts) => facts[part] ?? [])
          const wanted = own === null ? 0 : (100 * known.filter((value) => value * sign <= own * sign).length) / known.length
          expect(one.parts[part]).toBeCloseTo(wanted, 9)
        }
      }
    }),
  )
})
