import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { textProperties } from '#platform/events/loader.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { readStores } from '../../stores/dirty.ts'
import { runReport } from '../run.ts'
import type { TrendResult } from '../trend/schema.ts'
import { type Asking, fewOf } from './asking.ts'
import { idsOf, type People } from './bits.ts'
import { eventsTogether } from './events-together.ts'
import { explain, explainFor } from './explain.ts'
import { factPeople } from './fact-people.ts'
import type { Person } from './judge.ts'
import { membersOf } from './members.ts'
import { factsOf, type Node, type SequenceFact } from './node.ts'
import { momentOf, resolveRule } from './resolve.ts'
import { readRule } from './rule.ts'
import { sequencesInParts } from './sequence-people.ts'
import { event, type Known, writeNouns, writePeople } from './testing.ts'
import { asOf, isCustomer, name, people } from './worlds.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

/** Everybody somebody is made of, as one. */
function merged(people: readonly Known[], id: number): Person {
  const all = people.map((one, i) => ({ ...one, id: i + 1 })).filter((one) => one.id === id || one.mergedInto === id)
  return {
    id,
    // Attributes of a canonical are kept by refresh_customers(); this world writes them on the canonical alone.
    attributes: { hasPhone: 'false', kind: 'person', ...textProperties(people[id - 1]?.attributes ?? {}) },
    tags: all.flatMap(({ tags }) => tags),
    follows: all.flatMap(({ follows }) => follows),
    stays: all.flatMap(({ stays }) => stays),
    events: all.flatMap(({ events }) => events),
  }
}

const bound = (max: number) =>
  fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte').chain((sign) => fc.integer({ min: 0, max }).map((value) => ({ [sign]: value })))
const within = fc.constantFrom(undefined, { last: 30 }, { last: 36, unit: 'hour' }, { dateFrom: '2026-01-20', dateTo: '2026-03-01' })
const where = fc.constantFrom(
  undefined,
  { price: 5 },
  { price: { gt: '5' } },
  { price: null },
  { price: { ne: '5.0' } },
  { property: 'city', op: 'eq', value: '上海', scope: 'person' },
)
const slot = fc.constantFrom(
  undefined,
  undefined,
  { hours: { from: '08:00', to: '12:30' } },
  { hours: { from: '22:00', to: '06:00' }, weekdays: [1, 2, 7] },
)
const clean = (value: object) => JSON.parse(JSON.stringify(value))

const tagIds = (tags: number[]) => fc.subarray(tags, { minLength: 1 })
const leaf = fc.oneof(
  fc
    .constantFrom(
      { property: 'city', op: 'eq', value: '上海' },
      { property: 'city', op: 'in', value: ['上海', 5] },
      { property: 'city', op: 'not_in', value: ['北京'] },
      { property: 'city', op: 'ne', value: '上海' },
      { property: 'city', op: 'contains', value: '海' },
      { property: 'age', op: 'gte', value: 5.5 },
      { property: 'age', op: 'lt', value: '30' },
      { property: 'city', op: 'gt', value: '上' },
      { property: 'age', op: 'exists' },
      { property: 'birthday', op: 'exists', value: false },
      { property: 'birthday', op: 'anniversary_in', value: { lte: 3 } },
      { property: 'birthday', op: 'days_ago', value: { gte: 0, lt: 30 } },
    )
    .map((attribute) => ({ attribute })),
  fc
    .record({ any: tagIds([1, 2]), all: tagIds([2, 3]), none: tagIds([1, 3]) }, { requiredKeys: [] })
    .filter((tag) => Object.keys(tag).length > 0)
    .map((tag) => ({ tag })),
  fc
    .record(
      { state: fc.constantFrom('live', 'ended', 'ever'), employees: tagIds([1, 2, 3]), channels: tagIds([1, 2]), days: bound(40) },
      { requiredKeys: [] },
    )
    .map((follow) => ({ follow })),
  fc.constantFrom({ state: 'ended', endedBy: ['customer'] }, { state: 'ever', addWays: ['scan'] }).map((follow) => ({ follow })),
  fc
    .record({ state: fc.constantFrom('member', 'left', 'ever'), groups: tagIds([1, 2]), days: bound(40) }, { requiredKeys: [] })
    .map((group) => ({ group })),
  fc
    .record({
      event: fc.constantFrom('a', 'b', '*'),
      where,
      within,
      slot,
      count: fc.option(bound(3), { nil: undefined }),
      days: fc.option(bound(3), { nil: undefined }),
      sum: fc.option(
        bound(20).map((asked) => ({ property: 'price', ...asked })),
        { nil: undefined },
      ),
    })
    .map((event) => ({ event })),
  fc
    .record({
      steps: fc.array(fc.record({ event: name, where }), { minLength: 2, maxLength: 3 }),
      window: fc.record({ value: fc.integer({ min: 1, max: 9 }), unit: fc.constantFrom('hour', 'day', 'week') }),
      within,
    })
    .map((sequence) => ({ sequence })),
  fc
    .record({
      within,
      products: fc.option(
        tagIds([1]).map(() => ['p']),
        { nil: undefined },
      ),
      currency: fc.constantFrom('CNY', 'USD'),
      count: fc.option(bound(3), { nil: undefined }),
      amount: fc.option(bound(120), { nil: undefined }),
      average: fc.option(bound(60), { nil: undefined }),
      lastDaysAgo: fc.option(bound(60), { nil: undefined }),
      firstDaysAgo: fc.option(bound(60), { nil: undefined }),
    })
    .map((orders) => ({ orders })),
  bound(120).map((points) => ({ points })),
  fc
    .record({ is: fc.subarray(['金卡', '银卡'], { minLength: 1 }), isNot: fc.constant(['金卡']), level: bound(6) }, { requiredKeys: [] })
    .filter((level) => Object.keys(level).length > 0)
    .map((member_level) => ({ member_level })),
  fc.record({ salt: fc.constantFrom('x', 'y'), from: fc.constantFrom(0, 0.3), to: fc.constantFrom(0.5, 1) }).map((random) => ({ random })),
)

const { rule } = fc.letrec((tie) => ({
  rule: fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: fc.record({ and: fc.array(tie('rule'), { maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ or: fc.array(tie('rule'), { maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ not: tie('rule') }) },
  ),
}))

/** Numbers of this world as the public ids that a rule is written with. */
function outside(ctx: Parameters<typeof publicId>[0], value: unknown): unknown {
  const ids = { any: 'tag', all: 'tag', none: 'tag', employees: 'emp', channels: 'cha', groups: 'grp' } as const
  if (Array.isArray(value)) return value.map((one) => outside(ctx, one))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key in ids && Array.isArray(inner) ? inner.map((id: number) => publicId(ctx, ids[key as keyof typeof ids], id)) : outside(ctx, inner),
    ]),
  )
}

describe('segments', () => {
  test('the sets of the databases are the people of whom each is judged to belong', async () => {
    await fc.assert(
      fc.asyncProperty(people, fc.array(rule, { minLength: 6, maxLength: 6 }), async (world, rules) => {
        const ctx = await workspace.newTenant()
        await writeNouns(ctx)
        await writePeople(ctx, [
          ...world,
          { attributes: { city: 'x', age: 1, birthday: '2000-01-01' }, tags: [], follows: [], stays: [], events: [] },
        ])
        const all: Known[] = [
          ...world,
          { attributes: { city: 'x', age: 1, birthday: '2000-01-01' }, tags: [], follows: [], stays: [], events: [] },
        ]
        const moment = momentOf(ctx, 'Asia/Shanghai', 'CNY', asOf)
        const asking: Asking = { ctx, moment, stores: await readStores(ctx) }
        const asked: { node: Node; members: number[] }[] = []
        for (const one of rules) {
          const read = readRule(outside(ctx, clean(one as object)))
          if ('message' in read) throw new Error(`${read.path.join('.')}: ${read.message}`)
          const node = await resolveRule({ ctx, moment, personOf: Number, within: [] }, read.rule)
          const customers = all.flatMap((known, i) => (isCustomer(known) ? [i + 1] : []))
          const judged = customers.map((id) => ({ id, ...explain(node, merged(all, id), moment) }))
          const members = idsOf(await membersOf(asking, node))
          expect({ rule: clean(one as object), members }).toEqual({
            rule: clean(one as object),
            members: judged.filter(({ holds }) => holds).map(({ id }) => id),
          })
          expect((await explainFor(asking, node, 1)).holds).toBe(members.includes(1))
          const few = await fewOf(ctx, [1, 3])
          expect(idsOf(await membersOf({ ...asking, few }, node))).toEqual(members.filter((id) => few.ids.includes(id)))
          asked.push({ node, members })
        }
        const few = await fewOf(ctx, [1, 2, 4])
        const facts = asked.flatMap(({ node }) => factsOf(node))
        const known = await eventsTogether({ ...asking, few }, facts)
        expect(known.size).toBeLessThanOrEqual(facts.length)
        for (const { node, members } of asked)
          expect(idsOf(await membersOf({ ...asking, few, known }, node))).toEqual(members.filter((id) => few.ids.includes(id)))
      }),
      { numRuns: runs(16) },
    )
  })

  test('the report counts, names people and says why somebody is in or out', async () => {
    const ctx = await workspace.newTenant()
    await writePeople(ctx, [
      someone([event('a', '2026-03-01T00:00:00Z'), event('a', '2026-03-02T00:00:00Z'), event('a', '2026-03-03T00:00:00Z')]),
      someone([
        event('a', '2026-03-01T00:00:00Z'),
        event('a', '2026-03-02T00:00:00Z'),
        event('a', '2026-03-03T00:00:00Z'),
        event('b', '2020-01-01T00:00:00Z'),
      ]),
      someone([event('a', '2026-03-01T00:00:00Z')]),
    ])
    const report = {
      type: 'segment',
      asOf: '2026-03-10',
      rule: { and: [{ event: { event: 'a', count: { gte: 3 }, within: { last: 30 } } }, { not: { event: { event: 'b' } } }] },
      explain: publicId(ctx, 'cus', 2),
    }
    expect((await runReport(ctx, report)).result).toEqual({
      count: 1,
      persons: [publicId(ctx, 'cus', 1)],
      explain: {
        holds: false,
        and: [
          expect.objectContaining({ holds: true, value: { count: 3, days: 3, last: '2026-03-03T00:00:00.000Z' } }),
          { holds: false, not: expect.objectContaining({ holds: true, value: { count: 1, days: 1, last: '2020-01-01T00:00:00.000Z' } }) },
        ],
      },
    })
    expect((await runReport(ctx, { ...report, explain: undefined, persons: false })).result).toEqual({ count: 1 })
    expect((await runReport(ctx, { type: 'segment', rule: { and: [] }, among: [publicId(ctx, 'cus', 3)] })).result).toMatchObject({
      count: 1,
    })
  })

  test('more sequences and steps than one question takes are asked in several, and each is as it is alone', async () => {
    const ctx = await workspace.newTenant()
    const names = Array.from({ length: 25 }, (_, i) => `step${i}`)
    // One after the other, a minute apart; the second turns round; the third has all of them at once.
    const minute = (i: number) => new Date(Date.UTC(2026, 2, 1, 0, i)).toISOString()
    await writePeople(ctx, [
      someone(names.map((name, i) => event(name, minute(i)))),
      someone(names.map((name, i) => event(name, minute(30 - i)))),
      someone(names.map((name) => event(name, minute(0)))),
    ])
    const moment = momentOf(ctx, 'Asia/Shanghai', 'CNY', asOf)
    const asking: Asking = { ctx, moment, stores: await readStores(ctx), few: await fewOf(ctx, [1, 2, 3]) }
    const facts = names.flatMap((name, i): SequenceFact[] => {
      const steps = [{ event: name }, { event: names[(i + 7) % 25] ?? '' }]
      const span = { from: undefined, to: moment.at.getTime() }
      return [
        { kind: 'sequence', steps, windowMs: 7 * 60_000, ...span },
        { kind: 'sequence', steps, windowMs: 20 * 60_000, ...span },
      ]
    })
    expect(sequencesInParts(facts).length).toBeGreaterThan(3)
    const together = await eventsTogether(asking, facts)
    for (const [i, fact] of facts.entries()) {
      const [first, wraps] = [Math.floor(i / 2), Math.floor(i / 2) + 7 >= 25]
      const holds = wraps ? (i % 2 === 0 ? [] : [2]) : [1]
      expect({ first, alone: peopleIn(await factPeople(asking, fact)), together: peopleIn(together.get(fact)) }).toEqual({
        first,
        alone: holds,
        together: holds,
      })
    }
  })

  test('a sequence is found at the end of the time that the engine knows', async () => {
    const ctx = await workspace.newTenant()
    await writePeople(ctx, [someone([event('a', '2298-12-30T00:00:00Z'), event('b', '2298-12-30T00:01:00Z')])])
    const moment = momentOf(ctx, 'Asia/Shanghai', 'CNY', '2298-12-31')
    const fact: SequenceFact = {
      kind: 'sequence',
      steps: [{ event: 'a' }, { event: 'b' }],
      windowMs: 60_000,
      from: undefined,
      to: moment.at.getTime(),
    }
    expect(peopleIn(await factPeople({ ctx, moment, stores: await readStores(ctx) }, fact))).toEqual([1])
    expect(peopleIn(await factPeople({ ctx, moment, stores: await readStores(ctx) }, { ...fact, windowMs: 59_999 }))).toEqual([])
  })

  test('a rule bounds any report to whom it holds for now, and is refused where it is wrong', async () => {
    const ctx = await workspace.newTenant()
    await writePeople(ctx, [
      someone([event('a', '2026-03-01T00:00:00Z')]),
      someone([event('a', '2026-03-02T00:00:00Z'), event('b', '2026-03-02T00:00:00Z')]),
      someone([event('a', '2026-03-03T00:00:00Z')]),
    ])
    const trend = {
      type: 'trend',
      dateFrom: '2026-03-01',
      dateTo: '2026-03-05',
      interval: 'month',
      series: [{ event: 'a', measure: 'persons' }],
    }
    const total = async (more: object) => ((await runReport(ctx, { ...trend, ...more })).result as TrendResult).series[0]?.values
    const notB = { people: { and: [{ not: { event: { event: 'b' } } }] } }
    expect(await total({})).toEqual([3])
    expect(await total(notB)).toEqual([2])
    expect(await total({ ...notB, among: [publicId(ctx, 'cus', 2), publicId(ctx, 'cus', 3)] })).toEqual([1])
    await expect(runReport(ctx, { ...trend, people: { and: [{ event: { event: 'a', count: {} } }] } })).rejects.toMatchObject({
      code: 'report.invalid',
      field: 'people.and.0.event.count',
    })
    await expect(runReport(ctx, { ...trend, people: { tag: { any: ['tag_nobody'] } } })).rejects.toMatchObject({
      code: 'tag.not_found',
      field: 'people.tag.any.0',
    })
  })

  test('shares of a salt are people who stay, and do not overlap', async () => {
    const ctx = await workspace.newTenant()
    await writePeople(
      ctx,
      Array.from({ length: 2000 }, () => someone([])),
    )
    const share = async (from: number, to: number) =>
      ((await runReport(ctx, { type: 'segment', rule: { random: { salt: 'autumn', from, to } } })).result as { persons: string[] }).persons
    const [low, high] = await Promise.all([share(0, 0.3), share(0.3, 1)])
    expect(new Set([...low, ...high]).size).toBe(2000)
    expect(low.length + high.length).toBe(2000)
    expect(low.length).toBeGreaterThan(500)
    expect(low.length).toBeLessThan(700)
  })

  test.each([
    [{ event: {} }, 'rule.event.event'],
    [{ and: [{ event: { event: 'a', count: { least: 3 } } }] }, 'rule.and.0.event.count.least'],
    [{ and: [{ event: { event: 'a', count: {} } }] }, 'rule.and.0.event.count'],
    [{ or: {} }, 'rule.or'],
    [{}, 'rule'],
    [{ and: [], or: [] }, 'rule'],
    [{ or: [{ drop: 'table' }] }, 'rule.or.0.drop'],
    [{ event: { event: 'a', where: { x: { like: 1 } } } }, 'rule.event.where.x.like'],
    [{ event: { event: 'a', within: { dateFrom: '2026-02-01', dateTo: '2026-01-01' } } }, 'rule.event.within'],
    [{ tag: {} }, 'rule.tag'],
    [{ tag: { any: ['tag_nothing'] } }, 'rule.tag.any.0'],
    [{ and: [{ follow: { employees: ['emp_nobody'] } }] }, 'rule.and.0.follow.employees.0'],
    [{ attribute: { property: "city'; drop table events; --", op: 'eq', value: 'x' } }, 'rule.attribute.property'],
    [{ attribute: { property: 'city', op: 'like', value: 'x' } }, 'rule.attribute.op'],
    [{ sequence: { steps: [{ event: 'a' }], window: { value: 1, unit: 'day' } } }, 'rule.sequence.steps'],
    [{ orders: {} }, 'rule.orders'],
    [{ points: {} }, 'rule.points'],
    [{ member_level: {} }, 'rule.member_level'],
    [{ member_level: { is: [] } }, 'rule.member_level.is'],
    [{ random: { salt: 'x', from: 0.5, to: 0.5 } }, 'rule.random.to'],
    [{ segment: 'seg_none' }, 'rule.segment'],
    [{ customers: ['cus_none'] }, 'rule.customers.0'],
    [{ and: Array.from({ length: 10_000 }, () => ({ event: { event: 'a' } })) }, 'rule.and.199'],
    [nested(30), `rule${'.not'.repeat(25)}`],
  ])('refuses the rule %j and names %s', async (rule, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'segment', rule })).rejects.toMatchObject({ field })
  })

  test.each([
    [{ explain: 'cus_nobody' }, 'explain'],
    [{ asOf: 'yesterday' }, 'asOf'],
    [{ where: {} }, 'where'],
    [{ segment: 'seg_none' }, 'segment'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'segment', rule: { and: [] }, ...wrong })).rejects.toMatchObject({ field })
  })
})

const peopleIn = (people: People | undefined): number[] => idsOf(people?.bits ?? new Uint32Array())

const someone = (events: Known['events']): Known => ({ attributes: {}, tags: [], follows: [], stays: [], events })

const nested = (depth: number): object => (depth === 0 ? { event: { event: 'a' } } : { not: nested(depth - 1) })
