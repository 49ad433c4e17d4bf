import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import type { StickinessResult } from '../stickiness/schema.ts'
import { loadWorld } from '../testing.ts'
import type { LifecycleResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const first = Date.parse('2026-03-02T00:00:00+08:00')
const active = (days: Record<string, number[]>) =>
  Object.entries(days).flatMap(([person, list]) =>
    list.map((day) => ({ person, event: 'seen', timestamp: new Date(first + day * 86_400_000 + 40_000_000).toISOString() })),
  )
const ask = async <Result>(days: Record<string, number[]>, report: object): Promise<Result> =>
  (await loadWorld(await workspace.newTenant(), { events: active(days) })).run<Result>({
    dateFrom: '2026-03-02',
    dateTo: '2026-03-05',
    event: 'seen',
    ...report,
  })

describe('lifecycle', () => {
  test('new, returning, resurrected and dormant by day', async () => {
    expect(await ask<LifecycleResult>({ a: [0, 1, 3], b: [-9, 0], c: [-1], d: [2] }, { type: 'lifecycle' })).toEqual({
      intervals: ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05'],
      new: [1, 0, 1, 0],
      returning: [0, 1, 0, 0],
      resurrected: [1, 0, 0, 1],
      dormant: [-1, -1, -1, -1],
    })
  })

  test('lists the people behind a number', async () => {
    const people = async (persons: object) =>
      (await ask<LifecycleResult>({ a: [0, 1, 3], b: [-9, 0], c: [-1] }, { type: 'lifecycle', persons })).persons
    expect(await people({ interval: '2026-03-02', status: 'resurrected' })).toEqual(['b'])
    expect(await people({ interval: 0, status: 'dormant' })).toEqual(['c'])
    await expect(people({ interval: 9, status: 'new' })).rejects.toMatchObject({ field: 'persons.interval' })
  })

  test('refuses what it cannot answer', async () => {
    await expect(
      runReport(await workspace.newTenant(), { type: 'lifecycle', dateFrom: '2026-03-02', dateTo: '2026-03-01' }),
    ).rejects.toMatchObject({ field: 'dateTo' })
    await expect(ask({}, { type: 'stickiness', persons: { intervals: 5 } })).rejects.toMatchObject({ field: 'persons.intervals' })
    await expect(runReport(await workspace.newTenant(), { type: 'stickiness', dateFrom: '2026-03-02' })).rejects.toMatchObject({
      field: 'dateTo',
    })
  })
})

test('says how many intervals are over while one is not, clipped to the dates where only those count', async () => {
  const completeAt = async (now: string, report: object) => {
    workspace.setNow(now)
    const { complete } = await ask<LifecycleResult & StickinessResult>({ a: [0] }, report)
    return complete
  }
  for (const type of ['lifecycle', 'stickiness', 'distribution']) {
    const report = { type, interval: 'day' }
    expect([type, await completeAt('2026-03-04T10:00:00+08:00', report)]).toEqual([type, 2])
    expect([type, await completeAt('2026-03-05T23:59:59+08:00', report)]).toEqual([type, 3])
    expect([type, await completeAt('2026-03-06T00:00:00+08:00', report)]).toEqual([type, undefined])
  }
  // The week goes on until Sunday, the dates end on Thursday.
  expect(await completeAt('2026-03-06T00:00:00+08:00', { type: 'lifecycle', interval: 'week' })).toBe(0)
  expect(await completeAt('2026-03-06T00:00:00+08:00', { type: 'stickiness', interval: 'week' })).toBeUndefined()
  workspace.setNow('2026-11-22T00:00:00Z')
})

test('lifecycle and stickiness agree with counting by hand on random worlds', { timeout: 120_000 }, async () => {
  const world = fc.dictionary(
    fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('a', 'b', 'c', 'd') }),
    fc.array(fc.integer({ min: -4, max: 6 }), { maxLength: 8 }),
    { maxKeys: 12 },
  )
  await fc.assert(
    fc.asyncProperty(world, async (days) => {
      const people = Object.values(days).map((list) => new Set(list))
      const count = (day: number, is: (list: Set<number>) => boolean) =>
        people.filter((list) => list.size > 0 && list.has(day) && is(list)).length
      const range = [0, 1, 2, 3]
      const found = await ask<LifecycleResult>(days, { type: 'lifecycle' })
      expect(found.new).toEqual(range.map((day) => count(day, (list) => Math.min(...list) === day)))
      expect(found.returning).toEqual(range.map((day) => count(day, (list) => list.has(day - 1))))
      expect(found.resurrected).toEqual(range.map((day) => count(day, (list) => !list.has(day - 1) && Math.min(...list) < day)))
      expect(found.dormant).toEqual(range.map((day) => 0 - people.filter((list) => list.has(day - 1) && !list.has(day)).length))
      const { personsByActiveIntervals, persons } = await ask<StickinessResult>(days, { type: 'stickiness', persons: { intervals: 2 } })
      const inTwo = Object.entries(days).filter(([, list]) => range.filter((day) => list.includes(day)).length === 2)
      expect(persons?.toSorted()).toEqual(inTwo.map(([name]) => name).toSorted())
      expect(personsByActiveIntervals).toEqual(
        range.map((n) => people.filter((list) => range.filter((day) => list.has(day)).length === n + 1).length),
      )
    }),
    { numRuns: runs(12) },
  )
})
