import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { identifyMany } from '#management/identity/commands.ts'
import { mergeCustomers, undoMerge } from '#management/identity/merging.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { tagCustomers, untagCustomers } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import { appendEvents } from '#platform/events/append.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { readRule } from '../../reports/segment/rule.ts'
import { writeNouns } from '../../reports/segment/testing.ts'
import { changeSegment, createSegment } from '../commands.ts'
import { memberIds } from '../queries.ts'
import { keepOnce } from './keeper.ts'
import { listMoves, previewChange, readFlow } from './queries.ts'

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

const someone = async (ctx: Context, count: number): Promise<number[]> =>
  identifyMany(
    ctx,
    Array.from({ length: count }, (_, i) => ({ identities: [{ kind: 'member_no' as const, value: `M${i}` }] })),
    'test',
  )

let number = 0
const did = (ctx: Context, customer: number, name: string, ageMs = 0, properties: Record<string, unknown> = {}) =>
  inTransaction(ctx, (ctx) =>
    appendEvents(ctx, [
      {
        id: `00000000-0000-4000-8000-${String(++number).padStart(12, '0')}`,
        name,
        customer,
        at: new Date(clock - ageMs).toISOString(),
        properties,
      },
    ]),
  )

/** What the worker does until nothing is left to do. */
async function settleDown(): Promise<void> {
  while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
  while ((await keepOnce(workspace)) > 0);
}

const ruleOf = (value: unknown) => {
  const read = readRule(value)
  if ('message' in read) throw new Error(read.message)
  return read.rule
}
const segment = async (ctx: Context, name: string, rule: unknown): Promise<number> =>
  (await createSegment(ctx, { name, note: '', rule: ruleOf(rule) })).id

const inside = async (ctx: Context, id: number): Promise<number[]> =>
  (
    await sql<{
      one: number
    }>`select customer_id as one from segment_stays where tenant_id = ${ctx.tenantId} and segment_id = ${id} and left_at is null order by 1`.execute(
      ctx.db,
    )
  ).rows.map(({ one }) => one)

const visits = (last: number, unit: string, gte = 1) => ({ event: { event: 'visit', count: { gte }, within: { last, unit } } })

test('who does what the rule asks is in, and out when the window has passed, with the reason written down', async () => {
  const ctx = await workspace.newTenant()
  const [a = 0, b = 0] = await someone(ctx, 2)
  const id = await segment(ctx, '常来', visits(30, 'minute', 2))
  await settleDown()
  expect(await inside(ctx, id)).toEqual([])
  await did(ctx, a, 'visit')
  await did(ctx, a, 'visit', 10 * minute)
  await did(ctx, b, 'visit')
  await settleDown()
  expect(await inside(ctx, id)).toEqual([a])
  pass(19 * minute)
  await settleDown()
  expect(await inside(ctx, id)).toEqual([a])
  pass(minute)
  await settleDown()
  expect(await inside(ctx, id)).toEqual([])
  const { items } = await listMoves(ctx, id, { limit: 10 })
  expect(items.map(({ customer, direction, why }) => [customer.id, direction, why])).toEqual([
    [publicId(ctx, 'cus', a), 'left', 'time'],
    [publicId(ctx, 'cus', a), 'entered', 'fact'],
  ])
  expect((await readFlow(ctx, id, 2)).days.at(-1)).toMatchObject({ entered: 1, left: 1, members: 0 })
})

test('points and levels move people by the last word about them, also one that comes late', async () => {
  const ctx = await workspace.newTenant()
  const [a = 0, b = 0] = await someone(ctx, 2)
  const rich = await segment(ctx, '满一百', { points: { gte: 100 } })
  const gold = await segment(ctx, '金卡以上', { member_level: { level: { gte: 3 }, isNot: ['体验卡'] } })
  await settleDown()
  await did(ctx, a, 'points.changed', 0, { change: 120, balance: 120, reason: '下单' })
  await did(ctx, b, 'member.level_changed', minute, { level: 3, levelName: '金卡' })
  await settleDown()
  expect([await inside(ctx, rich), await inside(ctx, gold)]).toEqual([[a], [b]])
  // Older words come late and change nothing.
  await did(ctx, a, 'points.changed', minute, { balance: 20 })
  await did(ctx, b, 'member.level_changed', 2 * minute, { level: 1, levelName: '银卡' })
  await settleDown()
  expect([await inside(ctx, rich), await inside(ctx, gold)]).toEqual([[a], [b]])
  pass(minute)
  await did(ctx, a, 'points.changed', 0, { change: -50, balance: 70, reason: '兑换' })
  await did(ctx, b, 'member.level_changed', 0, { level: 5, levelName: '体验卡' })
  await settleDown()
  expect([await inside(ctx, rich), await inside(ctx, gold)]).toEqual([[], []])
})

test('a changed rule says who would move, moves them, and takes along what is made of it', async () => {
  const ctx = await workspace.newTenant()
  const [a = 0, b = 0] = await someone(ctx, 2)
  await did(ctx, a, 'visit')
  const id = await segment(ctx, '来过', { event: { event: 'visit' } })
  const others = await segment(ctx, '没来过', { not: { segment: publicId(ctx, 'seg', id) } })
  await settleDown()
  expect([await inside(ctx, id), await inside(ctx, others)]).toEqual([[a], [b]])
  const rule = ruleOf({ event: { event: 'visit', count: { eq: 0 } } })
  expect(await previewChange(ctx, id, { rule })).toMatchObject({ before: 1, after: 1, entering: { count: 1 }, leaving: { count: 1 } })
  pass(minute)
  await changeSegment(ctx, id, { rule })
  await settleDown()
  expect([await inside(ctx, id), await inside(ctx, others)]).toEqual([[b], [a]])
  expect((await listMoves(ctx, id, { limit: 10, direction: 'left' })).items).toMatchObject([{ why: 'rule' }])
})

test('merged people have one stay, and two again when they are separated', async () => {
  const ctx = await workspace.newTenant()
  const [a = 0, b = 0] = await someone(ctx, 2)
  for (const one of [a, b]) await did(ctx, one, 'visit')
  const twice = await segment(ctx, '两次', { event: { event: 'visit', count: { gte: 2 } } })
  const once = await segment(ctx, '一次', { event: { event: 'visit' } })
  await settleDown()
  expect([await inside(ctx, twice), await inside(ctx, once)]).toEqual([[], [a, b]])
  pass(minute)
  const merge = await mergeCustomers(ctx, { keepId: a, mergeId: b })
  await settleDown()
  expect([await inside(ctx, twice), await inside(ctx, once)]).toEqual([[a], [a]])
  pass(minute)
  await undoMerge(ctx, merge)
  await settleDown()
  expect([await inside(ctx, twice), await inside(ctx, once)]).toEqual([[], [a, b]])
})

test('what is told twice moves nobody twice, and a clock put back moves people back', async () => {
  const ctx = await workspace.newTenant()
  const [a = 0] = await someone(ctx, 1)
  const id = await segment(ctx, '刚来', visits(10, 'minute'))
  await settleDown()
  await did(ctx, a, 'visit')
  await settleDown()
  await sql`insert into touches (tenant_id, name, customers) values (${ctx.tenantId}, 'visit', ${[a]}::int[])`.execute(ctx.db)
  await settleDown()
  expect((await listMoves(ctx, id, { limit: 10 })).items).toHaveLength(1)
  pass(20 * minute)
  await settleDown()
  expect(await inside(ctx, id)).toEqual([])
  pass(-15 * minute)
  await settleDown()
  expect(await inside(ctx, id)).toEqual([a])
})

test('a segment whose tag is gone stands as it is and keeps no other waiting', async () => {
  const ctx = await workspace.newTenant()
  await writeNouns(ctx)
  const [a = 0] = await someone(ctx, 1)
  const gone = await segment(ctx, '标签', { attribute: { property: 'name', op: 'exists', value: false } })
  const other = await segment(ctx, '来过', { event: { event: 'visit' } })
  await settleDown()
  await sql`update segments set rule = '{"segment": "seg_none"}' where tenant_id = ${ctx.tenantId} and id = ${gone}`.execute(ctx.db)
  await did(ctx, a, 'visit')
  await settleDown()
  expect([await inside(ctx, gone), await inside(ctx, other)]).toEqual([[a], [a]])
})

const rules = [
  visits(30, 'minute'),
  visits(2, 'hour', 2),
  { not: visits(1, 'day') },
  { event: { event: '*', days: { gte: 2 } } },
  { tag: { any: ['$1'], none: ['$2'] } },
  {
    or: [
      { tag: { all: ['$1', '$2'] } },
      { event: { event: 'buy', sum: { property: 'price', gt: 10 }, within: { last: 3, unit: 'hour' } } },
    ],
  },
  { sequence: { steps: [{ event: 'visit' }, { event: 'buy' }], window: { value: 2, unit: 'hour' }, within: { last: 1, unit: 'day' } } },
  { and: [{ random: { salt: 's', from: 0, to: 0.6 } }, { event: { event: 'visit' } }] },
]

const who = fc.nat(5)
const act = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('did' as const), who, name: fc.constantFrom('visit', 'visit', 'buy'), age: fc.nat(200) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('tag' as const), who, tag: fc.constantFrom(1, 2), on: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const), who, into: who }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('part' as const), which: fc.nat(3) }) },
)

test('after whatever happens, those inside are those whom the rule names when everybody is asked', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { minLength: 4, maxLength: 8 }), async (story) => {
      const ctx = await workspace.newTenant()
      await writeNouns(ctx)
      const people = await someone(ctx, 6)
      const written = (rule: object) => JSON.parse(JSON.stringify(rule).replace(/\$(\d)/g, (_, tag) => publicId(ctx, 'tag', Number(tag))))
      const ids = await Promise.all(rules.map((rule, i) => segment(ctx, `${i}`, written(rule))))
      for (const acts of story) {
        for (const one of acts) await live(ctx, people, one)
        await settleDown()
        for (const [i, id] of ids.entries())
          expect({ rule: rules[i], inside: await inside(ctx, id) }).toEqual({ rule: rules[i], inside: await memberIds(ctx, id) })
      }
    }),
    // A story takes seconds: the one that failed says more than a shorter one that is waited for.
    { numRuns: runs(8), endOnFailure: true },
  )
})

type Act = typeof act extends fc.Arbitrary<infer One> ? One : never

async function live(ctx: Context, people: readonly number[], one: Act): Promise<void> {
  const person = 'who' in one ? (people[one.who] ?? 0) : 0
  if (one.kind === 'pass') pass(one.minutes * minute)
  if (one.kind === 'did') await did(ctx, person, one.name, one.age * minute, { price: one.age % 9 })
  if (one.kind === 'tag') await (one.on ? tagCustomers : untagCustomers)(ctx, one.tag, [person], { source: 'test' })
  if (one.kind === 'merge') await mergeCustomers(ctx, { keepId: people[one.into] ?? 0, mergeId: person }).catch(() => undefined)
  if (one.kind === 'part') await part(ctx, one.which)
}

/** Takes one of the merges that stand back. */
async function part(ctx: Context, which: number): Promise<void> {
  const { rows } = await sql<{
    id: number
  }>`select id from merges where tenant_id = ${ctx.tenantId} and undone_at is null order by id`.execute(ctx.db)
  const merge = rows[which % Math.max(1, rows.length)]
  if (merge) await undoMerge(ctx, merge.id)
}
