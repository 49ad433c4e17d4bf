import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import { mergeCustomers } from '#management/identity/merging.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { ensureTag, tagCustomers, untagCustomers } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import { appendEvents } from '#platform/events/append.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { readRule } from '../../reports/segment/rule.ts'
import { changeSegment, createSegment } from '../commands.ts'
import { keepOnce } from './keeper.ts'
import { previewChange } from './queries.ts'
import { tellMoves } from './telling.ts'

let workspace: TestWorkspace
let clock = Date.parse('2026-03-10T02:00:00Z')
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow(new Date(clock))
})

const pass = (ms: number): void => {
  clock += ms
  workspace.setNow(new Date(clock))
}
const minute = 60_000
const day = 24 * 60 * minute

const someone = async (ctx: Context, count: number): Promise<number[]> =>
  identifyMany(
    ctx,
    Array.from({ length: count }, (_, i) => ({ identities: [{ kind: 'member_no' as const, value: `M${i}` }] })),
    'test',
  )

let number = 0
const did = (ctx: Context, customer: number, name: string) =>
  inTransaction(ctx, (ctx) =>
    appendEvents(ctx, [
      {
        id: `00000000-0000-4000-9000-${String(++number).padStart(12, '0')}`,
        name,
        customer,
        at: new Date(clock).toISOString(),
        properties: {},
      },
    ]),
  )

/** What the worker does until nothing is left to do. */
async function settleDown(): Promise<void> {
  while ((await loadOnce(workspace, resolvePersons(workspace))) > 0 || (await keepOnce(workspace)) > 0);
}

const ruleOf = (value: unknown) => {
  const read = readRule(value)
  if ('message' in read) throw new Error(read.message)
  return read.rule
}
const visits = (last: number, gte = 1) => ruleOf({ event: { event: 'visit', count: { gte }, within: { last, unit: 'minute' } } })

type Told = { name: string; customerId: number; properties: { segment?: number; segmentName?: string; why?: string } }
const told = async (ctx: Context): Promise<Told[]> =>
  (
    await sql<Told>`select name, customer_id, properties from event_log where tenant_id = ${ctx.tenantId} and name like 'segment.%' order by transaction, seq`.execute(
      ctx.db,
    )
  ).rows

const tagged = async (ctx: Context, tag: number): Promise<[number, string][]> =>
  (
    await sql<{ id: number; source: string }>`
      select canonical_id as id, source from customer_tags where tenant_id = ${ctx.tenantId} and tag_id = ${tag} order by 1`.execute(ctx.db)
  ).rows.map(({ id, source }) => [id, source])

test('consumers hear who came and who left and why, once and in order, and ClickHouse does not', async () => {
  const ctx = await workspace.newTenant()
  const [a = 0, b = 0] = await someone(ctx, 2)
  await did(ctx, a, 'visit')
  const { id: segment } = await createSegment(ctx, { name: '来过', note: '', rule: visits(30) })
  await settleDown()
  pass(minute)
  await did(ctx, b, 'visit')
  await settleDown()
  pass(40 * minute)
  await settleDown()
  const said = (name: string, customerId: number, why: string) => ({ name, customerId, properties: { segment, segmentName: '来过', why } })
  expect(await told(ctx)).toEqual([
    said('segment.entered', a, 'rule'),
    said('segment.entered', b, 'fact'),
    said('segment.left', a, 'time'),
    said('segment.left', b, 'time'),
  ])
  const loaded = await workspace.clickhouse.rows<{ name: string }>('select distinct name from events where tenant = {t:UInt32}', {
    t: ctx.tenantId,
  })
  expect(loaded.map(({ name }) => name).sort()).toEqual(['customer.created', 'visit'])
})

test('a rule that takes in very many tells them in parts, each once, whoever is killed in between', async () => {
  const ctx = await workspace.newTenant()
  const people = await someone(ctx, 4_500)
  await createSegment(ctx, { name: '全部', note: '', rule: ruleOf({ and: [] }) })
  const { rows } = await sql<{ left: number }>`select count(*)::int as left from untold_moves where tenant_id = ${ctx.tenantId}`.execute(
    ctx.db,
  )
  expect(rows).toEqual([{ left: 0 }])
  await settleDown()
  // Told again by one who was killed before the end of the transaction: nothing of it stays.
  await sql`insert into untold_moves (tenant_id, segment_id, direction, why, at, customers)
    select ${ctx.tenantId}, id, 'left', 'rule', ${ctx.now()}, ${people.slice(0, 2)}::int[] from segments where tenant_id = ${ctx.tenantId}`.execute(
    ctx.db,
  )
  const killed = inTransaction(ctx, async (ctx) => {
    await tellMoves(ctx)
    throw new Error('killed')
  })
  await expect(killed).rejects.toThrow('killed')
  await settleDown()
  const events = await told(ctx)
  expect(events.filter(({ name }) => name === 'segment.entered').map(({ customerId }) => customerId)).toHaveLength(4_500)
  expect(new Set(events.filter(({ name }) => name === 'segment.entered').map(({ customerId }) => customerId)).size).toBe(4_500)
  expect(events.filter(({ name }) => name === 'segment.left').map(({ customerId }) => customerId)).toEqual(people.slice(0, 2))
  const transactions = await sql<{ most: number }>`
    select max(n)::int as most from (select count(*) as n from event_log where tenant_id = ${ctx.tenantId} and name = 'segment.entered' group by transaction) t`.execute(
    ctx.db,
  )
  expect(transactions.rows[0]?.most).toBeLessThanOrEqual(4_000)
})

test('members have the tag and lose it, and what was given by hand or is given by another rule stays', async () => {
  const ctx = await workspace.newTenant()
  const [a = 0, b = 0, c = 0] = await someone(ctx, 3)
  const tag = await ensureTag(ctx, '活跃', '常来')
  await tagCustomers(ctx, tag, [c], { source: 'manual' })
  for (const one of [a, b, c]) await did(ctx, one, 'visit')
  await did(ctx, b, 'buy')
  const writes = { id: publicId(ctx, 'tag', tag), takeAway: true }
  const { id: visitors } = await createSegment(ctx, { name: '来过', note: '', rule: visits(30) })
  await settleDown()
  expect(await tagged(ctx, tag)).toEqual([[c, 'manual']])
  const preview = await previewChange(ctx, visitors, { rule: visits(30), tag: writes })
  expect(preview).toMatchObject({ entering: { count: 0 }, tag: { given: 2, taken: 0 } })
  // Those who are in already get it.
  await changeSegment(ctx, visitors, { tag: writes })
  await createSegment(ctx, { name: '买过', note: '', rule: ruleOf({ event: { event: 'buy' } }), tag: writes })
  await settleDown()
  expect(await tagged(ctx, tag)).toEqual([
    [a, 'rule'],
    [b, 'rule'],
    [c, 'manual'],
  ])
  expect((await previewChange(ctx, visitors, { rule: visits(1, 5) })).tag).toEqual({ given: 0, taken: 1 })
  pass(40 * minute)
  await settleDown()
  expect(await tagged(ctx, tag)).toEqual([
    [b, 'rule'],
    [c, 'manual'],
  ])
  // Taken away by hand, it comes back when everybody is asked again.
  await untagCustomers(ctx, tag, [b], { source: 'manual' })
  await settleDown()
  expect(await tagged(ctx, tag)).toEqual([[c, 'manual']])
  pass(day)
  await settleDown()
  expect(await tagged(ctx, tag)).toEqual([
    [b, 'rule'],
    [c, 'manual'],
  ])
})

test('a tag follows its customer through a merge', async () => {
  const ctx = await workspace.newTenant()
  const [a = 0, b = 0] = await someone(ctx, 2)
  const tag = await ensureTag(ctx, '活跃', '来一次')
  await did(ctx, a, 'visit')
  await did(ctx, b, 'visit')
  const once = ruleOf({ event: { event: 'visit', count: { eq: 1 } } })
  await createSegment(ctx, { name: '一次', note: '', rule: once, tag: { id: publicId(ctx, 'tag', tag), takeAway: true } })
  await settleDown()
  expect(await tagged(ctx, tag)).toHaveLength(2)
  pass(minute)
  await mergeCustomers(ctx, { keepId: a, mergeId: b })
  await settleDown()
  expect(await tagged(ctx, tag)).toEqual([])
  expect((await told(ctx)).slice(2).map(({ name, customerId, properties }) => [name, customerId, properties.why])).toEqual(
    expect.arrayContaining([
      ['segment.left', a, 'fact'],
      ['segment.left', b, 'merge'],
    ]),
  )
})
