import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { systemActor } from '#platform/context.ts'
import { createServer } from '#platform/http/server.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import type { MetricResult } from '../metric/schema.ts'
import { runReport } from '../run.ts'
import { insightSettings } from '../settings/routes.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import { loyaltyOf, meanOf, type Parts, relationshipOf, toFacts } from './oracle.ts'
import { defaultScores } from './rules.ts'
import type { ScoreResult } from './schema.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const asOf = '2026-03-31'
const end = Date.parse('2026-04-01T00:00:00+08:00')
const at = (person: string, event: string, day: string, properties: Record<string, unknown> = {}): TestEvent => ({
  person,
  event,
  timestamp: day.includes('T') ? `${day}:00+08:00` : `${day}T10:00:00+08:00`,
  properties,
})
const load = async (events: TestEvent[]) => loadWorld(await workspace.newTenant(), { events })

describe('scores', () => {
  test('closeness is talk, answers and tenure; what no event tells of counts for nobody', async () => {
    const by = { employee: '7' }
    const world = await load([
      at('a', 'customer.followed', '2025-04-01T00:00', by),
      at('a', 'employee_message.sent', '2026-03-01T09:00', by),
      at('a', 'employee_message.sent', '2026-03-01T09:30', by),
      at('a', 'message.received', '2026-03-01T10:00', by),
      at('a', 'employee_message.sent', '2026-03-05T09:00', by),
      at('b', 'customer.followed', '2026-03-31T00:00', by),
      at('gone', 'customer.followed', '2026-01-01', by),
      at('gone', 'customer.unfollowed', '2026-02-01', by),
    ])
    const { customers, mean, parts, bands, rows } = await world.run<ScoreResult>({ type: 'score', score: 'relationship', asOf })
    expect(rows.map(({ person, parts, facts }) => ({ person, parts, facts }))).toEqual([
      {
        person: 'a',
        parts: { turns: 5, replies: 50, content: null, groups: null, tenure: 100 },
        facts: { turns: 1, replied: 1, asked: 2, content: 0, groups: 0, tenureDays: 365 },
      },
      {
        person: 'b',
        parts: { turns: 0, replies: null, content: null, groups: null, tenure: expect.closeTo(100 / 365, 6) },
        facts: { turns: 0, replied: 0, asked: 0, content: 0, groups: 0, tenureDays: 1 },
      },
    ])
    const [a, b] = [(30 * 5 + 20 * 50 + 20 * 100) / 70, (20 * 100) / 365 / 50]
    expect([customers, mean, rows[0]?.score, rows[1]?.score]).toEqual([2, ...[(a + b) / 2, a, b].map((one) => expect.closeTo(one, 5))])
    expect(parts.map(({ part, known, fed }) => [part, known, fed])).toEqual([
      ['turns', 2, true],
      ['replies', 1, true],
      ['content', 0, false],
      ['groups', 0, false],
      ['tenure', 2, true],
    ])
    expect(bands.map(({ count }) => count)).toEqual([1, 0, 1, 0, 0])
  })

  test('the dictionary’s number is the report’s, with its trend and its people', async () => {
    const paid = (person: string, day: string) => at(person, 'order.paid', day, { amount: 1000, currency: 'CNY', order: `${person}${day}` })
    const world = await load([
      paid('a', '2025-10-01'),
      paid('a', '2025-12-01'),
      paid('b', '2026-03-20'),
      at('b', 'nps.answered', '2026-03-21', { score: 9 }),
    ])
    const trend = { every: 'week', points: 3 }
    const report = await world.run<ScoreResult>({ type: 'score', score: 'loyalty', asOf, trend, persons: { from: 0, to: 100 } })
    const metric = await world.run<MetricResult>({
      type: 'metric',
      metric: 'loyalty_score',
      dateFrom: '2026-03-25',
      dateTo: asOf,
      interval: 'period',
      compare: 'previous_period',
      persons: {},
    })
    expect([metric.total, metric.before]).toEqual(
      [report.trend?.[2]?.mean, report.trend?.[1]?.mean].map((one) => expect.closeTo(one ?? -1, 4)),
    )
    expect(metric.persons?.toSorted()).toEqual(report.persons?.toSorted())
    expect(report.trend?.map(({ day, customers }) => [day, customers])).toEqual([
      ['2026-03-17', 1],
      ['2026-03-24', 2],
      ['2026-03-31', 2],
    ])
  })

  test('a company’s own weights and list of acts are kept and asked by', async () => {
    const ctx = await workspace.newTenant()
    const app = createServer(workspace, async () => ({ tenantId: ctx.tenantId, actor: { ...systemActor, permissions: new Set(['*']) } }))
    app.route('/settings', insightSettings)
    const send = async (body: object) => {
      const answer = await app.request('/settings', {
        method: 'PATCH',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
      return { status: answer.status, body: (await answer.json()) as { isDefault: object; error?: { field?: string } } }
    }
    const { relationship, loyalty } = defaultScores
    const tenureAlone = { ...relationship.parts, turns: { weight: 0, full: 1 }, replies: { weight: 0 } }
    const scores = { loyalty, relationship: { ...relationship, parts: { ...tenureAlone, tenure: { weight: 5, full: 10 } } } }
    const answer = await send({ scores, silentDays: 5, acts: { uncounted: ['page.viewed'] } })
    expect([answer.status, answer.body.isDefault]).toEqual([200, { acts: false, silentDays: false, scores: false }])
    const world = await loadWorld(ctx, {
      events: [at('a', 'customer.followed', '2026-03-27T00:00', { employee: '7' }), at('a', 'page.viewed', '2026-03-30')],
    })
    expect((await world.run<ScoreResult>({ type: 'score', score: 'relationship', asOf })).mean).toBeCloseTo((50 * 5 + 10 * 15) / 20, 5)
    const silent = { type: 'metric', metric: 'silent_customers', dateFrom: asOf, dateTo: asOf, interval: 'period' }
    expect((await world.run<MetricResult>(silent)).total).toBe(1)
    expect((await send({ acts: null, silentDays: null })).body.isDefault).toEqual({ acts: true, silentDays: true, scores: false })
    expect((await world.run<MetricResult>(silent)).total).toBe(0)
    expect(await send({ acts: { counted: ['x'], uncounted: ['x'] } })).toMatchObject({
      status: 400,
      body: { error: { field: 'acts.uncounted' } },
    })
  })

  test.each([
    [{ score: 'love' }, 'score'],
    [{ score: 'loyalty', byEmployee: true }, 'byEmployee'],
    [{ score: 'loyalty', rules: defaultScores.relationship }, 'rules'],
    [{ persons: { from: 50, to: 50 } }, 'persons.to'],
    [{ trend: { points: 1 } }, 'trend.points'],
    [{ asOf: '2026-02-30' }, 'asOf'],
    [{ where: 3 }, 'where'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'score', score: 'relationship', ...wrong })).rejects.toMatchObject({
      field,
    })
  })
})

const happened = fc.record({
  person: fc.constantFrom('a', 'b', 'c', 'd'),
  event: fc.constantFrom(
    ...[
      'customer.followed',
      'customer.followed',
      'customer.unfollowed',
      'employee_message.sent',
      'employee_message.sent',
      'message.received',
    ],
    ...['message.received', 'page.viewed', 'group_message.sent', 'order.paid', 'order.paid', 'invite.accepted', 'nps.answered'],
  ),
  employee: fc.constantFrom('1', '2'),
  minute: fc.integer({ min: 0, max: 60 * 24 * 80 }),
  score: fc.nat(12),
})
const rulesOf = fc.record({
  window: fc.integer({ min: 3, max: 90 }),
  soon: fc.integer({ min: 1, max: 40 }),
  full: fc.integer({ min: 1, max: 9 }),
  weight: fc.nat(3),
})

test('everybody’s scores are what their own events say, on every day', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(happened, { maxLength: 70, selector: ({ minute }) => minute }),
      rulesOf,
      async (list, { window, soon, full, weight }) => {
        const events = list.map(({ person, event, employee, minute, score }, i) => ({
          person,
          event,
          timestamp: new Date(Date.parse('2026-01-15T00:00:00Z') + minute * 60_000).toISOString(),
          properties: { employee, score, order: String(i), amount: 100, currency: 'CNY' },
        }))
        const { relationship, loyalty } = defaultScores
        const weighed = { weight, full }
        const close = {
          ...relationship,
          windowDays: window,
          replyHours: soon,
          parts: { ...relationship.parts, turns: weighed, content: { ...relationship.parts.content, ...weighed } },
        }
        const loyal = { ...loyalty, windowDays: window, onTimeDays: soon, parts: { ...loyalty.parts, repurchases: weighed } }
        const facts = toFacts(events)
        const people = [...new Set(events.map(({ person }) => person))]
        const world = await load(events)
        const weightsOf = (parts: Record<string, { weight: number }>) => Object.values(parts).map(({ weight }) => weight)
        const scored = (of: (person: string) => Parts | undefined, weights: number[]) =>
          people.flatMap((person) => {
            const parts = of(person)
            const score = parts && meanOf(parts, weights)
            return score === undefined || score === null ? [] : [[person, score] as const]
          })
        for (const [score, rules, of] of [
          ['relationship', close, (person: string) => relationshipOf(facts, person, end, close)],
          ['loyalty', loyal, (person: string) => loyaltyOf(facts, person, end, loyal)],
        ] as const) {
          const found = await world.run<ScoreResult>({ type: 'score', score, asOf, rules, persons: { from: 30, to: 60 } })
          const expected = scored(of, weightsOf(rules.parts))
          expect(found.customers).toBe(expected.length)
          expect(new Map(found.rows.map(({ person, score }) => [person, score]))).toEqual(
            new Map(expected.map(([person, score]) => [person, expect.closeTo(score, 4)])),
          )
          expect(found.persons?.toSorted()).toEqual(
            expected
              .filter(([, one]) => one >= 30 && one < 60)
              .map(([person]) => person)
              .toSorted(),
          )
        }
        const pairs = await world.run<ScoreResult>({ type: 'score', score: 'relationship', asOf, rules: close, byEmployee: true })
        for (const { person, employee, score } of pairs.rows) {
          const parts = relationshipOf(facts, person, end, close, employee?.id)
          expect(score).toBeCloseTo((parts && meanOf(parts, weightsOf(close.parts))) ?? -1, 4)
        }
      },
    ),
    { numRuns: runs(12) },
  )
})
