import { CompiledQuery, sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { kysely } from '#platform/database.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createJourney, publishJourney } from './commands.ts'
import { Definition, type Reentry } from './definition.ts'
import { letIn } from './entering.ts'
import { rules } from './testing-rules.ts'

// What PostgreSQL does for a list at the door while it knows nothing about its tables, as in the minute after a large import.

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const listed = 1000
const everybody = 4000

async function fill(ctx: Context): Promise<void> {
  await sql`insert into customers (tenant_id, id, canonical_id, listed, name)
    select ${ctx.tenantId}, n, n, true, '客户' || n from generate_series(1, ${everybody}::int) n`.execute(ctx.db)
}

const policies: Reentry[] = [{ policy: 'once' }, { policy: 'inactive' }, { policy: 'after', days: 7 }, { policy: 'each', property: 'no' }]

test.each(policies)('a list is let in with work in proportion to its length ($policy)', async (reentry) => {
  const ctx = await workspace.newTenant()
  await fill(ctx)
  const draft = Definition.parse({
    entry: { by: 'event', event: 'thing.done' },
    reentry,
    start: 'end',
    steps: [{ id: 'end', type: 'end' }],
  })
  const journey = await createJourney(ctx, { name: '旅程', note: '', draft })
  await publishJourney(ctx, rules, journey)
  const touched: number[] = []
  for (let first = 1; first <= everybody; first += listed) {
    const arrivals = Array.from({ length: listed }, (_, i) => ({ customerId: first + i, entry: { no: `${first + i}` } }))
    await inTransaction(ctx, async (ctx) => {
      const { result, rows } = await counted(ctx, (ctx) => letIn(ctx, journey, arrivals))
      expect(result).toEqual({ entered: listed, refused: 0 })
      touched.push(rows)
    })
  }
  // The first lists pass over some rows each; the same for later ones, or for the square of a list, would be a million.
  expect(Math.max(...touched)).toBeLessThan(40 * everybody)
  expect(Math.min(...touched)).toBeGreaterThan(listed)
})

/** Runs the work and every statement of it once more under EXPLAIN ANALYZE: the rows that all parts of the plans looked at. */
async function counted<T>(ctx: Context, work: (ctx: Context) => Promise<T>): Promise<{ result: T; rows: number }> {
  let rows = 0
  const query = async (text: string, values: unknown[] = []) => {
    if (/^\s*(select|insert|with)\b/.test(text)) {
      await ctx.db.executeQuery(CompiledQuery.raw('savepoint before'))
      const explained = await ctx.db.executeQuery<Record<string, [{ Plan: Plan }]>>(
        CompiledQuery.raw(`explain (analyze, format json) ${text}`, values),
      )
      await ctx.db.executeQuery(CompiledQuery.raw('rollback to savepoint before'))
      rows += looked(Object.values(explained.rows[0] ?? {})[0]?.[0].Plan)
    }
    const { rows: found, numAffectedRows } = await ctx.db.executeQuery(CompiledQuery.raw(text, values))
    return { command: 'SELECT', rows: found, rowCount: Number(numAffectedRows ?? found.length) }
  }
  const db = kysely({ connect: async () => ({ query, release: () => undefined }), end: async () => undefined } as never)
  return { result: await work({ ...ctx, db }), rows }
}

type Plan = {
  'Actual Rows': number
  'Actual Loops': number
  'Rows Removed by Filter'?: number
  'Rows Removed by Join Filter'?: number
  Plans?: Plan[]
}

const looked = (plan: Plan | undefined): number =>
  plan === undefined
    ? 0
    : (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Join Filter'] ?? 0)) * plan['Actual Loops'] +
      (plan.Plans ?? []).reduce((sum, one) => sum + looked(one), 0)
