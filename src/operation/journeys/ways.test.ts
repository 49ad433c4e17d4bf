import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { identifyMany } from '#management/identity/commands.ts'
import { ensureTag } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createJourney, enterByHand, publishJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { journeyReactions } from './hearing.ts'
import { moveOnce } from './loop.ts'
import type { Rules } from './rules.ts'

// Random drawings and random lives: where everybody ends on the database is where somebody with a pencil, minute by minute, says.

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [journeyReactions])
})

const names = ['thing.a', 'thing.b', 'thing.c'] as const
const events = names.map((name) => defineEvent(name, { title: { zh: name, en: name }, properties: z.object({ n: z.int() }) }))
const start = Date.parse('2026-03-02T02:00:00Z')
const lastMinute = 24

/** Steps lead to later ones only; the last place is the end. */
const stepAt = (place: number, places: number) => {
  const to = fc.integer({ min: place + 1, max: places })
  const minutes = fc.integer({ min: 1, max: 6 })
  const name = fc.constantFrom(...names)
  return fc.oneof(
    fc.record({ type: fc.constant('wait' as const), minutes, to }),
    fc.record({ type: fc.constant('wait_for' as const), name, minutes, to, late: to }),
    fc.record({
      type: fc.constant('branch' as const),
      n: fc.integer({ min: 1, max: 3 }),
      asks: fc.constantFrom('happened', 'rule'),
      to,
      late: to,
    }),
    fc.record({ type: fc.constant('tag' as const), tag: fc.integer({ min: 0, max: 1 }), remove: fc.boolean(), to }),
    fc.record({ type: fc.constant('goal' as const), to }),
  )
}
const drawing = fc.integer({ min: 1, max: 7 }).chain((places) =>
  fc.record({
    steps: fc.tuple(...Array.from({ length: places }, (_, place) => stepAt(place, places))),
    exit: fc.option(fc.constantFrom(...names), { nil: undefined }),
    goal: fc.option(fc.record({ name: fc.constantFrom(...names), leaves: fc.boolean() }), { nil: undefined }),
  }),
)
type Drawing = typeof drawing extends fc.Arbitrary<infer T> ? T : never
const life = fc.array(
  fc.record({ minute: fc.integer({ min: -2, max: lastMinute }), name: fc.constantFrom(...names), n: fc.integer({ min: 1, max: 3 }) }),
  { maxLength: 6 },
)
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never

/** People whose number leaves this when divided by three: what rules are here. */
const rules: Rules = {
  holds: async (_ctx, rule, ids) => new Set(ids.filter((id) => id % 3 === (rule as { rest: number }).rest)),
  check: async () => [],
  heardBy: async () => [],
  membersOf: async () => [],
}

const idOf = (place: number, places: number): string | null => (place >= places ? null : `s${place}`)

function definitionOf(ctx: Context, { steps, exit, goal }: Drawing, tags: readonly number[]): Definition {
  const places = steps.length
  const wait = (minutes: number) => ({ value: minutes, unit: 'minute' })
  return Definition.parse({
    entry: { by: 'hand' },
    exits: exit ? [{ event: exit }] : [],
    goal: goal ? { when: [{ event: goal.name }], leaves: goal.leaves } : null,
    start: 's0',
    steps: steps.map((step, place) => {
      const common = { id: `s${place}`, next: idOf(step.to, places) }
      if (step.type === 'wait') return { ...common, type: 'wait', for: wait(step.minutes) }
      if (step.type === 'tag') return { ...common, type: 'tag', tag: publicId(ctx, 'tag', tags[step.tag] ?? 0), remove: step.remove }
      if (step.type === 'goal') return { ...common, type: 'goal' }
      const otherwise = idOf(step.late, places)
      if (step.type === 'wait_for')
        return { ...common, type: 'wait_for', happens: [{ event: step.name }], timeout: wait(step.minutes), otherwise }
      const when = step.asks === 'rule' ? { rule: { rest: step.n - 1 } } : { happened: { n: step.n } }
      return { id: `s${place}`, type: 'branch', paths: [{ name: '是', when, next: common.next }], otherwise }
    }),
  })
}

type End = { state: string; reason: string | null; step: string | null; goal: boolean; tags: number[] }

/** With a pencil: minute by minute, first what happens, then whoever is due moves on. */
function byHand({ steps, exit, goal }: Drawing, events: Life, person: number): End {
  const places = steps.length
  const tags = new Set<number>()
  let [place, since, happened, answer] = [0, -1, 0, undefined as number | undefined]
  let reached = false
  const told = (state: string, reason: string | null): End => ({
    state,
    reason,
    step: idOf(place, places),
    goal: reached,
    tags: [...tags].sort(),
  })
  for (let minute = 0; minute <= lastMinute; minute++) {
    const now = events.filter((one) => one.minute === minute)
    // Whoever is let in at minute 0 has done nothing yet when that minute's events are heard.
    for (const { name, n } of minute === 0 ? [] : now) {
      if (goal?.name === name) reached = true
      if (goal?.name === name && goal.leaves) return told('left', 'goal')
      if (exit === name) return told('left', 'exit')
      const step = steps[place]
      if (step?.type === 'wait_for' && since >= 0 && step.name === name && answer === undefined) answer = n
    }
    for (;;) {
      const step = steps[place]
      if (!step) return told('done', 'done')
      const isWait = step.type === 'wait' || step.type === 'wait_for'
      if (isWait && since < 0) since = minute
      if (isWait && answer === undefined && minute < since + step.minutes) break
      if (step.type === 'wait_for' && answer === undefined) place = step.late
      else if (step.type === 'branch') {
        const holds = step.asks === 'rule' ? person % 3 === step.n - 1 : happened === step.n
        place = holds ? step.to : step.late
      } else {
        if (step.type === 'tag' && step.remove) tags.delete(step.tag)
        else if (step.type === 'tag') tags.add(step.tag)
        if (step.type === 'goal') reached = true
        if (step.type === 'wait_for') happened = answer ?? 0
        place = step.to
      }
      since = -1
      answer = undefined
    }
  }
  return told('active', null)
}

async function onDatabase(ctx: Context, made: Drawing, lives: readonly Life[]): Promise<{ people: number[]; ends: End[] }> {
  workspace.setNow(new Date(start))
  const tags = [await ensureTag(ctx, '组', '甲'), await ensureTag(ctx, '组', '乙')]
  const people = await identifyMany(
    ctx,
    lives.map((_, i) => ({ identities: [{ kind: 'member_no', value: `M${i}` }] })),
    'test',
  )
  const journey = await createJourney(ctx, { name: '旅程', note: '', draft: definitionOf(ctx, made, tags) })
  await publishJourney(ctx, rules, journey)
  const tell = (minute: number) =>
    inTransaction(ctx, async (ctx) => {
      for (const [i, life] of lives.entries())
        for (const { name, n, minute: at } of life) {
          const event = events.find((one) => one.name === name)
          if (at === minute && event) emit(ctx, event, { customerId: people[i] ?? 0, at: new Date(start + at * 60_000), properties: { n } })
        }
    })
  for (let minute = -2; minute <= 0; minute++) await tell(minute)
  await consumeAll(workspace, [journeyReactions])
  await enterByHand(ctx, journey, people)
  for (let minute = 0; minute <= lastMinute; minute++) {
    workspace.setNow(new Date(start + minute * 60_000))
    if (minute > 0) await tell(minute)
    await consumeAll(workspace, [journeyReactions])
    while ((await moveOnce(workspace, rules)) > 0);
  }
  const { rows } = await sql<Omit<End, 'tags'> & { customerId: number }>`
    select customer_id, state, reason, step, goal_at is not null as goal from journey_runs where tenant_id = ${ctx.tenantId} order by id`.execute(
    ctx.db,
  )
  const given = await sql<{
    customerId: number
    tagId: number
  }>`select customer_id, tag_id from customer_tags where tenant_id = ${ctx.tenantId}`.execute(ctx.db)
  const ends = rows.map(({ customerId, ...end }) => ({
    ...end,
    tags: given.rows.flatMap((row) => (row.customerId === customerId ? [tags.indexOf(row.tagId)] : [])).sort(),
  }))
  return { people, ends }
}

test('everybody ends where a pencil says', { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(drawing, fc.array(life, { minLength: 1, maxLength: 8 }), async (made, lives) => {
      const { people, ends } = await onDatabase(await workspace.newTenant(), made, lives)
      expect(ends).toEqual(lives.map((life, i) => byHand(made, life, people[i] ?? 0)))
    }),
    { numRuns: runs(16), endOnFailure: true },
  )
})
