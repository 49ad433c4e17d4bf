import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { identifyMany } from '#management/identity/commands.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { defineEvent } from '#platform/events/catalogue.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createJourney, enterByHand, publishJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { journeyReactions } from './hearing.ts'
import { moveOnce } from './loop.ts'
import { listRuns, readCounts } from './queries.ts'
import { rules as noRules } from './testing-rules.ts'

// Clocks of workers that jump a day forward and back again: nobody gets a step twice, and nobody stays behind once it is late enough.

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [journeyReactions])
})

const day = 86_400_000
const start = Date.parse('2026-03-02T02:00:00Z')
const rules = {
  ...noRules,
  holds: async (_: unknown, __: unknown, ids: readonly number[]) => new Set(ids),
}
const answered = defineEvent('clock.answered', { title: { zh: '答', en: 'Answered' }, properties: z.object({}) })

const acts = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant('jump' as const), ms: fc.constantFrom(-day, day, -3_600_000, 3_600_000, 60_000) }),
    fc.record({ act: fc.constant('work' as const) }),
    fc.record({ act: fc.constant('enter' as const), who: fc.integer({ min: 0, max: 4 }) }),
    fc.record({ act: fc.constant('answer' as const), who: fc.integer({ min: 0, max: 4 }) }),
  ),
  { minLength: 5, maxLength: 25 },
)

test('everybody gets each step once, whatever the clocks do', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(acts, async (lived) => {
      const ctx = await workspace.newTenant()
      let now = start
      let latest = now
      const set = (at: number) => {
        now = at
        latest = Math.max(latest, at)
        workspace.setNow(new Date(at))
      }
      const work = async () => {
        await consumeAll(workspace, [journeyReactions])
        while ((await moveOnce(workspace, rules)) > 0);
      }
      set(start)
      const tag = publicId(ctx, 'tag', await ensureTag(ctx, '组', '甲'))
      const rows = Array.from({ length: 5 }, (_, i) => ({ identities: [{ kind: 'member_no' as const, value: `M${i}` }] }))
      const people = await identifyMany(ctx, rows, 'test')
      const draft = Definition.parse({
        entry: { by: 'hand' },
        start: 'first',
        steps: [
          { id: 'first', type: 'tag', tag, next: 'rest' },
          { id: 'rest', type: 'wait', for: { value: 2, unit: 'hour' }, next: 'answer' },
          {
            id: 'answer',
            type: 'wait_for',
            happens: [{ event: 'clock.answered' }],
            timeout: { value: 1, unit: 'day' },
            next: 'task',
            otherwise: 'task',
          },
          { id: 'task', type: 'task', title: '问候', next: 'said' },
          { id: 'said', type: 'message', text: '你好' },
        ],
      })
      const journey = await createJourney(ctx, { name: '钟', note: '', draft })
      await publishJourney(ctx, rules, journey)
      for (const step of lived) {
        if (step.act === 'jump') set(now + step.ms)
        else if (step.act === 'work') await work()
        else if (step.act === 'enter') await enterByHand(ctx, journey, [people[step.who] ?? 0])
        else
          await inTransaction(ctx, async (ctx) =>
            emit(ctx, answered, { customerId: people[step.who] ?? 0, at: new Date(now), properties: {} }),
          )
      }
      await enterByHand(ctx, journey, people)
      // Late enough for whatever was begun while the clock was ahead.
      for (let i = 1; i <= 3; i++) {
        set(latest + 2 * day)
        await work()
      }
      const { items } = await listRuns(ctx, journey, { limit: 200 })
      expect(items.map(({ state }) => state)).toEqual(people.map(() => 'done'))
      const had = await sql<{ what: string; count: number }>`
        select 'tags' as what, count(*)::int as count from customer_tags where tenant_id = ${ctx.tenantId}
        union all select 'tasks', count(*)::int from employee_tasks where tenant_id = ${ctx.tenantId}
        union all select 'wishes', count(*)::int from sends where tenant_id = ${ctx.tenantId}
        union all select 'people with wishes', count(distinct customer_id)::int from sends where tenant_id = ${ctx.tenantId}`.execute(
        ctx.db,
      )
      expect(had.rows.map(({ count }) => count)).toEqual([5, 5, 5, 5])
      const { steps } = await readCounts(ctx, journey)
      const left = Object.fromEntries(
        steps.map(({ step, waiting, ways }) => [step, { waiting, gone: (ways.next ?? 0) + (ways.otherwise ?? 0) }]),
      )
      for (const { id } of draft.steps) expect([id, left[id]]).toEqual([id, { waiting: 0, gone: 5 }])
    }),
    { numRuns: Number(process.env.RUNS ?? 6), endOnFailure: true },
  )
})
