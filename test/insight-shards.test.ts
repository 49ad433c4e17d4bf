import { globSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runReport } from '#insight/reports/run.ts'
import { buildNext, trailRules } from '#insight/stores/trail-builder.ts'
import type { Context } from '#platform/context.ts'
import { holdLock } from '#platform/locks.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'
import { randomWorld } from './support/shards-world.ts'
import { startTwoShards, type TwoShards } from './support/two-shards.ts'

// Every document of every type's examples, asked of one table and of a cluster of two shards that divides events by person.

const folder = join(import.meta.dirname, '../src/insight/reports')
const files = globSync('*/examples.ts', { cwd: folder }).sort()
const examples = new Map<string, readonly object[]>()
for (const file of files) examples.set(file.split('/')[0] ?? '', (await import(join(folder, file))).examples)

let shards: TwoShards
let plain: Context
let sharded: Context

beforeAll(async () => {
  shards = await startTwoShards()
  const workspace = await openTestWorkspace({ CLICKHOUSE_URL: shards.plainUrl })
  workspace.setNow('2026-04-01T04:00:00Z')
  plain = await workspace.newTenant()
  const [world] = fc.sample(randomWorld, 1)
  for (const [table, rows] of Object.entries(world?.(plain.tenantId) ?? {}))
    await workspace.clickhouse.insert(table, rows, { max_partitions_per_insert_block: '0' })
  await holdLock(workspace, 'liuliang.trails', async (holder) => {
    while (await buildNext(workspace, holder, { ...trailRules, enoughEvents: 100 }));
  })
  sharded = { ...plain, clickhouse: await shards.shard() }
})
afterAll(() => shards.stop())

const names = { nameOf: String, personOf: (name: string) => Number(name) || 0 }

async function answer(ctx: Context, document: object): Promise<unknown> {
  try {
    return rounded((await runReport(ctx, document, names)).result)
  } catch (error) {
    const { code, field } = error as { code?: string; field?: string }
    if (typeof code !== 'string' || !code.includes('.')) throw error
    return { code, field }
  }
}

/** Sums of fractions depend on the order of their parts in the last places. */
const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_key, one) => (typeof one === 'number' ? Number(one.toPrecision(11)) : one)))

test('the shards divide the events', async () => {
  const count = async (ctx: Context, table: string) => (await ctx.clickhouse.rows<{ c: number }>(`select count() as c from ${table}`))[0]?.c
  for (const table of ['events', 'person_day', 'trails']) expect(await count(sharded, table)).toBe(await count(plain, table))
  const parts = await sharded.clickhouse.rows<{ shard: number }>('select shardNum() as shard, count() as c from events group by shard')
  expect(parts).toHaveLength(2)
  const [funnel] = examples.get('funnel') ?? []
  for (const ctx of [plain, sharded]) expect((await runReport(ctx, funnel, names)).route).toBe('trails')
})

describe.each([...examples])('%s', (_type, documents) => {
  test.each(documents.map((document) => [JSON.stringify(document).slice(0, 160), document] as const))('%s', async (_name, document) => {
    const [one, two] = await Promise.all([answer(plain, document), answer(sharded, document)])
    // A document that is refused compares nothing.
    expect(one).not.toHaveProperty('code')
    expect(two).toEqual(one)
  })
})
