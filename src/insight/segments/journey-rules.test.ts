import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { ensureTag, tagCustomers } from '#management/tags/commands.ts'
import { createJourney, enterByHand, publishJourney } from '#operation/journeys/commands.ts'
import { Definition } from '#operation/journeys/definition.ts'
import { journeyReactions } from '#operation/journeys/hearing.ts'
import { moveOnce } from '#operation/journeys/loop.ts'
import { listRuns } from '#operation/journeys/queries.ts'
import type { Rules } from '#operation/journeys/rules.ts'
import type { Context } from '#platform/context.ts'
import { appendEvents } from '#platform/events/append.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { rulesForJourneys } from './journey-rules.ts'

// Journeys that wait for a rule, with the rules as they are: PostgreSQL and ClickHouse answer.

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [journeyReactions])
})

const start = new Date('2026-03-02T02:00:00Z')
const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000)

const people = (ctx: Context, count: number): Promise<number[]> =>
  identifyMany(
    ctx,
    Array.from({ length: count }, (_, i) => ({ identities: [{ kind: 'person' as const, value: `P${i}` }] })),
    'test',
  )

const waiting = (rule: object) =>
  Definition.parse({
    entry: { by: 'hand' },
    start: 'until',
    steps: [
      { id: 'until', type: 'wait_for', happens: [{ rule }], timeout: { value: 2, unit: 'hour' }, next: 'yes', otherwise: 'no' },
      { id: 'yes', type: 'wait', for: { value: 9, unit: 'day' } },
      { id: 'no', type: 'wait', for: { value: 9, unit: 'day' } },
    ],
  })

async function begin(ctx: Context, rule: object, rules: Rules = rulesForJourneys): Promise<number> {
  const id = await createJourney(ctx, { name: `旅程${Math.random()}`, note: '', draft: waiting(rule) })
  await publishJourney(ctx, rules, id)
  return id
}

/** What the worker does at this moment, until nothing is left to do. */
async function settle(minutes: number, rules: Rules = rulesForJourneys): Promise<void> {
  workspace.setNow(at(minutes))
  while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
  await consumeAll(workspace, [journeyReactions])
  while ((await moveOnce(workspace, rules)) > 0) while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
}

const placesOf = async (ctx: Context, journey: number) =>
  (await listRuns(ctx, journey, { limit: 200 })).items.toReversed().map(({ step }) => step)

let number = 0
const viewed = (ctx: Context, person: string, minutes: number) =>
  inTransaction(ctx, (ctx) =>
    appendEvents(ctx, [
      {
        id: `00000000-0000-4000-8000-${String(++number).padStart(12, '0')}`,
        name: 'page.viewed',
        person,
        at: at(minutes).toISOString(),
        properties: { path: '/price' },
      },
    ]),
  )

test('who fits the rule goes on at once, others when they come to fit it, the rest when the wait is over', async () => {
  workspace.setNow(start)
  const ctx = await workspace.newTenant()
  const [before = 0, later = 0, never = 0] = await people(ctx, 3)
  const tag = await ensureTag(ctx, '意向', '高')
  await tagCustomers(ctx, tag, [before], { source: 'test' })
  const journey = await begin(ctx, { tag: { any: [publicId(ctx, 'tag', tag)] } })
  await settle(0)
  await enterByHand(ctx, journey, [before, later, never])
  await settle(0)
  expect(await placesOf(ctx, journey)).toEqual(['yes', 'until', 'until'])
  workspace.setNow(at(3))
  await tagCustomers(ctx, tag, [later], { source: 'test' })
  // Three minutes after: told by the tag, not by the clock.
  await settle(3)
  expect(await placesOf(ctx, journey)).toEqual(['yes', 'yes', 'until'])
  await settle(119)
  expect(await placesOf(ctx, journey)).toEqual(['yes', 'yes', 'until'])
  await settle(120)
  expect(await placesOf(ctx, journey)).toEqual(['yes', 'yes', 'no'])
})

test('behaviour is heard of when it is told, and time alone makes a window true within ten minutes', async () => {
  workspace.setNow(start)
  const ctx = await workspace.newTenant()
  const [one = 0, two = 0] = await people(ctx, 2)
  const done = { event: { event: 'page.viewed', within: { last: 30, unit: 'minute' } } }
  const comes = await begin(ctx, done)
  const quiet = await begin(ctx, { not: done })
  await viewed(ctx, 'P1', 0)
  await settle(0)
  await enterByHand(ctx, comes, [one])
  await enterByHand(ctx, quiet, [two])
  await settle(0)
  expect([await placesOf(ctx, comes), await placesOf(ctx, quiet)]).toEqual([['until'], ['until']])
  workspace.setNow(at(4))
  await viewed(ctx, 'P0', 4)
  await settle(4)
  expect(await placesOf(ctx, comes)).toEqual(['yes'])
  await settle(29)
  expect(await placesOf(ctx, quiet)).toEqual(['until'])
  await settle(30)
  expect(await placesOf(ctx, quiet)).toEqual(['yes'])
})

test('a thousand who wait are one question at a time, asked for all of them at the same moment', async () => {
  workspace.setNow(start)
  const ctx = await workspace.newTenant()
  const ids = await people(ctx, 1000)
  const tag = await ensureTag(ctx, '意向', '高')
  const own = ctx.tenantId
  const asked: number[] = []
  const counting: Rules = {
    ...rulesForJourneys,
    holds: (ctx, rule, customerIds) => {
      if (ctx.tenantId === own) asked.push(customerIds.length)
      return rulesForJourneys.holds(ctx, rule, customerIds)
    },
  }
  const journey = await begin(ctx, { tag: { any: [publicId(ctx, 'tag', tag)] } }, counting)
  await enterByHand(ctx, journey, ids)
  for (const minutes of [1, 3, 11, 12]) await settle(minutes, counting)
  expect(asked).toEqual([1000, 1000])
  const { rows } = await sql<{ turns: number }>`
    select distinct turns from journey_runs where tenant_id = ${ctx.tenantId} and journey_id = ${journey}`.execute(ctx.db)
  // Looking again is no turn of their own way.
  expect(rows).toEqual([{ turns: 1 }])
})

test('a rule that cannot be asked is refused, naming the step', async () => {
  const ctx = await workspace.newTenant()
  await expect(begin(ctx, { tag: { any: ['tag_none'] } })).rejects.toMatchObject({
    field: expect.stringMatching(/^steps\.0\.happens\.0\.rule/),
  })
  const endless = Definition.parse({
    entry: { by: 'hand' },
    start: 'a',
    steps: [
      { id: 'a', type: 'wait_for', happens: [{ rule: { and: [] } }], timeout: { value: 1, unit: 'day' }, next: 'a', otherwise: null },
    ],
  })
  const id = await createJourney(ctx, { name: '圈', note: '', draft: endless })
  await expect(publishJourney(ctx, rulesForJourneys, id)).rejects.toMatchObject({ code: 'journey.endless' })
})
