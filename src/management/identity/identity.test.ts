import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { endFollow, startFollow } from '#management/customers/commands.ts'
import { mirrorPersons } from '#management/customers/mirror.ts'
import { getCustomer } from '#management/customers/profile.ts'
import { ensureTag, tagCustomers } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import { seededRandom } from '#platform/random.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { identitySoak } from '#test/soak/identity.ts'
import { identify, identifyMany } from './commands.ts'
import { decideReview, mergeCustomers, undoMerge } from './merging.ts'
import { canonicalOf, listMerges, listReviews, membersOf } from './queries.ts'
import { resolvePersons } from './resolve-persons.ts'
import type { Identity } from './schema.ts'
import { maskPhone, normalPhone } from './values.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const union = (value: string): Identity => ({ kind: 'unionid', value })
const phone = (value: string): Identity => ({ kind: 'phone', value })
const external = (value: string, scope = '1'): Identity => ({ kind: 'wecom_external_userid', value, scope })
const person = (value: string): Identity => ({ kind: 'person', value })
const device = (value: string): Identity => ({ kind: 'device', value })

const openReviews = async (ctx: Context) => (await listReviews(ctx, { limit: 50, state: 'open' })).items

const events = async (ctx: Context, name: string) =>
  await ctx.db
    .selectFrom('eventLog')
    .select(['customerId', 'at', 'properties', 'partition', 'barrier'])
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', name)
    .orderBy('seq')
    .execute()

const newEmployee = async (ctx: Context, name: string): Promise<number> => {
  const { id: roleId } = await ctx.db
    .selectFrom('roles')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .limit(1)
    .executeTakeFirstOrThrow()
  return (await ctx.db.insertInto('employees').values({ tenantId: ctx.tenantId, name, roleId }).returning('id').executeTakeFirstOrThrow())
    .id
}

describe('identify', () => {
  test('the same name is the same customer, and a new name beside it belongs to them too', async () => {
    const ctx = await workspace.newTenant()
    const id = await identify(ctx, [union('u1')], { name: '王小明' })
    expect(await identify(ctx, [union('u1'), phone('+86 138-0013-8000')])).toBe(id)
    expect(await identify(ctx, [phone('13800138000')])).toBe(id)
    expect(await events(ctx, 'customer.created')).toHaveLength(1)
  })

  test('phones are stored sealed and shown masked', async () => {
    const ctx = await workspace.newTenant()
    await identify(ctx, [phone('13800138000')])
    const stored = await ctx.db.selectFrom('identities').selectAll().where('tenantId', '=', ctx.tenantId).executeTakeFirstOrThrow()
    expect(stored.masked).toBe('138****8000')
    expect(JSON.stringify(stored)).not.toContain('13800138000')
    expect(stored.sealed?.includes('13800138000')).toBe(false)
  })

  test('two known names in one list merge their customers, older first, and say so to both', async () => {
    const ctx = await workspace.newTenant()
    const a = await identify(ctx, [union('u1')])
    const b = await identify(ctx, [phone('13800138000')])
    expect(await identify(ctx, [union('u1'), phone('13800138000')])).toBe(a)
    expect(await canonicalOf(ctx, b)).toBe(a)
    const [merged] = await events(ctx, 'customer.merged')
    expect(merged).toMatchObject({ customerId: a, properties: { keep: a, merged: b, reason: 'phone' } })
  })

  test('facts are told once: the same again changes nothing, empty ones say nothing', async () => {
    const ctx = await workspace.newTenant()
    const id = await identify(ctx, [union('u1')], { name: '王小明', gender: 'male', company: '一号公司' })
    await identify(ctx, [union('u1')], { name: '', company: '二号公司' })
    expect(await getCustomer(ctx, id)).toMatchObject({ name: '王小明', gender: 'male', company: '二号公司' })
  })

  test('two values of what a person has one of are two customers and one question', async () => {
    const ctx = await workspace.newTenant()
    const a = await identify(ctx, [union('u1'), phone('13800138000')])
    const b = await identify(ctx, [union('u2'), phone('13800138000')])
    expect(b).not.toBe(a)
    expect(await canonicalOf(ctx, b)).toBe(b)
    await identify(ctx, [union('u2'), phone('13800138000')])
    expect(await openReviews(ctx)).toMatchObject([{ reason: 'phone', state: 'open' }])
  })

  test('external ids of two corps belong to one person, two of the same corp do not', async () => {
    const ctx = await workspace.newTenant()
    const a = await identify(ctx, [union('u1'), external('e1', '1')])
    expect(await identify(ctx, [union('u1'), external('e2', '2')])).toBe(a)
    expect(await openReviews(ctx)).toHaveLength(0)
    expect(await identify(ctx, [union('u1'), external('e3', '1')])).toBe(a)
    expect(await openReviews(ctx)).toMatchObject([{ reason: 'wecom_external_userid' }])
    expect(await identify(ctx, [external('e3', '1')])).not.toBe(a)
  })

  test('a question is answered once, either way, and the answer stands against the rule', async () => {
    const ctx = await workspace.newTenant()
    const ask = async (n: string): Promise<[number, number, number]> => {
      const a = await identify(ctx, [union(`a${n}`), phone(`1380013${n}`)])
      const b = await identify(ctx, [union(`b${n}`), phone(`1380013${n}`)])
      const { id } = await ctx.db
        .selectFrom('mergeReviews')
        .select('id')
        .where('tenantId', '=', ctx.tenantId)
        .where('state', '=', 'open')
        .executeTakeFirstOrThrow()
      return [a, b, id]
    }
    const [a, b, first] = await ask('8001')
    await decideReview(ctx, first, 'merge')
    expect(await canonicalOf(ctx, b)).toBe(a)
    await expect(decideReview(ctx, first, 'separate')).rejects.toMatchObject({ code: 'merge_review.already_decided', status: 409 })
    const [c, d, second] = await ask('8002')
    await decideReview(ctx, second, 'separate')
    await identify(ctx, [union('b8002'), phone('13800138002')])
    expect(await canonicalOf(ctx, d)).toBe(d)
    expect(c).not.toBe(d)
    expect(await openReviews(ctx)).toHaveLength(0)
  })

  test('a visitor becomes the first person who logs in on the device, not the second', async () => {
    const ctx = await workspace.newTenant()
    const visitor = await identify(ctx, [device('d1')])
    const first = await identify(ctx, [person('p1'), device('d1')])
    const second = await identify(ctx, [person('p2'), device('d1')])
    expect(await canonicalOf(ctx, visitor)).toBe(first)
    expect(await canonicalOf(ctx, second)).toBe(second)
    expect(await openReviews(ctx)).toHaveLength(0)
  })

  test('a list decides row by row as if the rows had come one by one', async () => {
    const rows = fc.array(
      fc.uniqueArray(
        fc.oneof(
          fc.nat(3).map((n) => union(`u${n}`)),
          fc.nat(3).map((n) => phone(`1380013800${n}`)),
          fc.nat(3).map((n) => device(`d${n}`)),
          fc.nat(3).map((n) => ({ kind: 'member_no' as const, value: `m${n}` })),
        ),
        { minLength: 1, maxLength: 3, selector: ({ kind, value }) => `${kind} ${value}` },
      ),
      { minLength: 1, maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(rows, async (list) => {
        const [one, other] = [await workspace.newTenant(), await workspace.newTenant()]
        const together = await identifyMany(
          one,
          list.map((identities) => ({ identities })),
        )
        const singly: number[] = []
        for (const identities of list) singly.push(await identify(other, identities))
        expect(await shape(one, together)).toEqual(await shape(other, singly))
      }),
      { numRuns: runs(25) },
    )
  })

  test('many makers of the same people at once make each of them once', async () => {
    const ctx = await workspace.newTenant()
    const list = Array.from({ length: 40 }, (_, i) => ({ identities: [union(`u${i}`), phone(`139001380${String(i).padStart(2, '0')}`)] }))
    const found = await Promise.all([list, list.toReversed(), list.filter((_, i) => i % 2), list].map((one) => identifyMany(ctx, one)))
    expect(new Set(found.flat()).size).toBe(40)
    expect(found[1]?.toReversed()).toEqual(found[0])
    const { count } = await ctx.db
      .selectFrom('customers')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('tenantId', '=', ctx.tenantId)
      .executeTakeFirstOrThrow()
    expect(count).toBe(40)
  })

  test('bad values are refused with the kind as field', async () => {
    const ctx = await workspace.newTenant()
    await expect(identify(ctx, [phone('not a phone')])).rejects.toMatchObject({ code: 'phone.invalid', field: 'phone' })
    await expect(identify(ctx, [union('  ')])).rejects.toMatchObject({ code: 'identity.invalid', field: 'unionid' })
    await expect(identify(ctx, [person('x'.repeat(201))])).rejects.toMatchObject({ code: 'identity.invalid' })
    expect(await ctx.db.selectFrom('customers').select('id').where('tenantId', '=', ctx.tenantId).execute()).toEqual([])
  })
})

/** Who is whom in numbers that do not depend on ids: by the first row that named them. */
async function shape(ctx: Context, ids: number[]): Promise<unknown> {
  const canonicals = await Promise.all(ids.map((id) => canonicalOf(ctx, id)))
  const reviews = await ctx.db.selectFrom('mergeReviews').select('reason').where('tenantId', '=', ctx.tenantId).orderBy('reason').execute()
  const { count } = await ctx.db
    .selectFrom('customers')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('tenantId', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  return {
    rows: ids.map((id) => ids.indexOf(id)),
    groups: canonicals.map((canonical) => canonicals.indexOf(canonical)),
    reviews: reviews.map(({ reason }) => reason),
    count,
  }
}

describe('phones', () => {
  test('are one number however they are written', () => {
    for (const text of ['13800138000', '+86 138 0013 8000', '0086-13800138000', '８６１３８００１３８０００', '(138) 0013-8000'])
      expect(normalPhone(text)).toBe('13800138000')
    expect(normalPhone('+44 20 7946 0958')).toBe('+442079460958')
    for (const text of ['', 'abc', '1', '1e10', '138001380001380013800', '+0123456']) expect(() => normalPhone(text)).toThrow()
  })

  test('never show more than their ends', () => {
    expect(maskPhone('13800138000')).toBe('138****8000')
    expect(maskPhone('+442079460958')).toBe('+4420****0958')
    expect(maskPhone('95588')).toBe('***88')
  })
})

describe('merging and undoing', () => {
  test('an undo gives back identities, follows, tags and attributes, also when later merges built on it', async () => {
    const ctx = await workspace.newTenant()
    const employee = await newEmployee(ctx, '李雷')
    const ids = await identifyMany(
      ctx,
      ['a', 'b', 'c'].map((name) => ({ identities: [union(name)], facts: { name, attributes: { [name]: 1 } } })),
    )
    const [a = 0, b = 0, c = 0] = ids
    const tag = await ensureTag(ctx, '意向', '高')
    await tagCustomers(ctx, tag, [b], { source: 'manual' })
    await startFollow(ctx, { customerId: b, employeeId: employee, at: new Date('2026-01-01T00:00:00Z'), remark: '老王' })
    const plain = ({ id: _, ...rest }: Awaited<ReturnType<typeof getCustomer>>) => rest
    const before = await Promise.all(ids.map(async (id) => plain(await getCustomer(ctx, id))))
    const first = await mergeCustomers(ctx, { keepId: a, mergeId: b })
    const second = await mergeCustomers(ctx, { keepId: c, mergeId: b })
    const together = await getCustomer(ctx, c)
    expect(together).toMatchObject({ name: 'c', tags: [{ name: '高' }], followers: [{ employee: { name: '李雷' } }] })
    expect(together.identities.map(({ value }) => value).sort()).toEqual(['a', 'b', 'c'])
    await undoMerge(ctx, first)
    expect(await membersOf(ctx, c)).toEqual([c, b])
    expect(plain(await getCustomer(ctx, a))).toEqual(before[0])
    await undoMerge(ctx, second)
    expect(await Promise.all(ids.map(async (id) => plain(await getCustomer(ctx, id))))).toEqual(before)
    await expect(undoMerge(ctx, first)).rejects.toMatchObject({ code: 'merge.already_undone', status: 409 })
    expect((await listMerges(ctx, { limit: 10 })).items.map(({ undoneAt }) => undoneAt !== null)).toEqual([true, true])
  })

  test('what an identity brought after the merge goes with it', async () => {
    const ctx = await workspace.newTenant()
    const [a = 0, b = 0] = await identifyMany(ctx, [{ identities: [union('a')] }, { identities: [external('e')] }])
    const merge = await mergeCustomers(ctx, { keepId: a, mergeId: b })
    const tag = await ensureTag(ctx, '意向', '高')
    await tagCustomers(ctx, tag, [await identify(ctx, [external('e'), phone('13800138000')])], { source: 'wecom' })
    await undoMerge(ctx, merge)
    expect(await getCustomer(ctx, b)).toMatchObject({ tags: [{ name: '高' }], phoneMasked: '138****8000' })
    expect(await getCustomer(ctx, a)).toMatchObject({ tags: [], phoneMasked: null })
  })

  test('a pair that was undone is not merged again by what merged it', async () => {
    const ctx = await workspace.newTenant()
    const [a = 0, b = 0] = await identifyMany(ctx, [{ identities: [union('a')] }, { identities: [phone('13800138000')] }])
    await identify(ctx, [union('a'), phone('13800138000')])
    const { id } = await ctx.db.selectFrom('merges').select('id').where('tenantId', '=', ctx.tenantId).executeTakeFirstOrThrow()
    await undoMerge(ctx, id)
    await identify(ctx, [union('a'), phone('13800138000')])
    expect(await canonicalOf(ctx, b)).toBe(b)
    await mergeCustomers(ctx, { keepId: a, mergeId: b })
    expect(await canonicalOf(ctx, b)).toBe(a)
  })

  test('one customer cannot be merged with itself', async () => {
    const ctx = await workspace.newTenant()
    const a = await identify(ctx, [union('a')])
    await expect(mergeCustomers(ctx, { keepId: a, mergeId: a })).rejects.toMatchObject({ code: 'merge.already_one' })
    await expect(mergeCustomers(ctx, { keepId: a, mergeId: 999_999 })).rejects.toMatchObject({ code: 'customer.not_found' })
  })

  test('two who merge the same pair at once merge it once', async () => {
    const ctx = await workspace.newTenant()
    const ids = await identifyMany(
      ctx,
      ['a', 'b', 'c', 'd'].map((name) => ({ identities: [union(name)] })),
    )
    const [a = 0, b = 0, c = 0, d = 0] = ids
    const pairs = [
      [a, b],
      [b, a],
      [c, d],
      [a, c],
      [d, b],
    ] as const
    await Promise.allSettled(pairs.map(([keepId, mergeId]) => mergeCustomers(ctx, { keepId, mergeId })))
    const standing = await ctx.db
      .selectFrom('merges')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('undoneAt', 'is', null)
      .execute()
    const canonicals = new Set(await Promise.all(ids.map((id) => canonicalOf(ctx, id))))
    expect(standing).toHaveLength(4 - canonicals.size)
  })

  test('five hundred random merges and undos on the database equal the list of merges that stand', async () => {
    const ctx = await workspace.newTenant()
    const [seed = 0] = fc.sample(fc.nat(), 1)
    const counts = await identitySoak(ctx, { operations: 500, originals: 60, random: seededRandom(String(seed)) })
    expect(counts.merges + counts.undos).toBe(500)
    expect(counts.undos).toBeGreaterThan(100)
  }, 120_000)

  test('ClickHouse’s persons follow: newest version wins', async () => {
    const ctx = await workspace.newTenant()
    const [a = 0, b = 0] = await identifyMany(ctx, [
      { identities: [union('a')], facts: { gender: 'female', attributes: { city: '上海', visits: 3 } } },
      { identities: [union('b')] },
    ])
    const persons = () =>
      workspace.clickhouse.rows('select person, canonical, properties from persons final where tenant = {t:UInt32} order by person', {
        t: ctx.tenantId,
      })
    await mirrorPersons(workspace)
    expect(await persons()).toEqual([
      { person: a, canonical: a, properties: { gender: 'female', kind: 'person', city: '上海', visits: '3' } },
    ])
    const merge = await mergeCustomers(ctx, { keepId: a, mergeId: b })
    await mirrorPersons(workspace)
    expect(await persons()).toMatchObject([{ person: a }, { person: b, canonical: a, properties: { city: '上海' } }])
    await undoMerge(ctx, merge)
    await mirrorPersons(workspace)
    expect(await persons()).toMatchObject([
      { person: a, canonical: a },
      { person: b, canonical: b, properties: { kind: 'person' } },
    ])
    expect(await ctx.db.selectFrom('personChanges').select('seq').where('tenantId', '=', ctx.tenantId).execute()).toEqual([])
  })
})

describe('resolvePersons', () => {
  test('gives every reference one id, again after a restart, and to many askers at once', async () => {
    const ctx = await workspace.newTenant()
    const references = Array.from({ length: 500 }, (_, i) => (i % 3 === 0 ? { device: `d${i % 50}` } : { person: `p${i % 80}` }))
    // Another installation on the same databases knows nothing from memory.
    const restarted = { ...workspace, databases: { ...workspace.databases } }
    const [one, two] = await Promise.all([
      resolvePersons(workspace)(ctx.tenantId, references),
      resolvePersons(restarted)(ctx.tenantId, references),
    ])
    expect(two).toEqual(one)
    expect(await resolvePersons(workspace)(ctx.tenantId, references)).toEqual(one)
    expect(one.every((id) => id > 0)).toBe(true)
    expect(new Set(one).size).toBe(new Set(references.map((one) => JSON.stringify(one))).size)
  })

  test('a login on a device joins what the device did before, and the ids of both stay', async () => {
    const ctx = await workspace.newTenant()
    const resolve = resolvePersons(workspace)
    const [visitor = 0] = await resolve(ctx.tenantId, [{ device: 'd1' }])
    const [known = 0, same = 0] = await resolve(ctx.tenantId, [{ person: 'p1', device: 'd1' }, { device: 'd1' }])
    expect(same).toBe(visitor)
    expect(await canonicalOf(ctx, visitor)).toBe(known)
    expect(await resolve(ctx.tenantId, [{ device: 'd2' }, { person: 'p1', device: 'd2' }])).toEqual([known, known])
  })

  test('nameless references are nobody and strange ones do not stop the rest', async () => {
    const ctx = await workspace.newTenant()
    const [none, blank, long, lone] = await resolvePersons(workspace)(ctx.tenantId, [
      {},
      { person: '  ' },
      { person: 'x'.repeat(5000) },
      { person: '\ud800' },
    ])
    expect([none, blank]).toEqual([0, 0])
    expect(Number(long) * Number(lone)).toBeGreaterThan(0)
  })

  test('tenants do not share people', async () => {
    const [one, two] = [await workspace.newTenant(), await workspace.newTenant()]
    await resolvePersons(workspace)(one.tenantId, [{ person: 'p' }, { person: 'q' }])
    await resolvePersons(workspace)(two.tenantId, [{ person: 'q' }])
    const { rows } = await sql<{ count: number }>`select count(*) as count from customers where tenant_id = ${two.tenantId}`.execute(two.db)
    expect(rows[0]?.count).toBe(1)
  })
})

describe('follows', () => {
  const at = (second: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, second))

  test('told in any order and twice they end in the same state, and say each add and each end once', async () => {
    const told = fc.shuffledSubarray([0, 1, 2, 3, 4, 0, 1, 2, 3, 4], { minLength: 10, maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(told, async (order) => {
        const ctx = await workspace.newTenant()
        const employeeId = await newEmployee(ctx, '李雷')
        const customerId = await identify(ctx, [union('a')])
        const steps = [
          () => startFollow(ctx, { customerId, employeeId, at: at(10) }),
          () => endFollow(ctx, { customerId, employeeId, at: at(20), by: 'customer' }),
          () => startFollow(ctx, { customerId, employeeId, at: at(30), state: 'again' }),
          () => endFollow(ctx, { customerId, employeeId, at: at(40), by: 'employee' }),
          () => startFollow(ctx, { customerId, employeeId, at: at(50), state: 'last' }),
        ]
        for (const step of order) await steps[step]?.()
        const [follow] = (await getCustomer(ctx, customerId)).follows
        expect(follow).toMatchObject({ addedAt: at(50).toISOString(), endedAt: null })
        expect((await events(ctx, 'customer.followed')).length).toBeLessThanOrEqual(3)
        expect((await events(ctx, 'customer.unfollowed')).length).toBeLessThanOrEqual(2)
      }),
      { numRuns: runs(15) },
    )
  })

  test('added, deleted and added again is one friendship with a history', async () => {
    const ctx = await workspace.newTenant()
    const employeeId = await newEmployee(ctx, '李雷')
    const customerId = await identify(ctx, [union('a')])
    await startFollow(ctx, { customerId, employeeId, at: at(10), state: 'code-1', addWay: 'qr' })
    await endFollow(ctx, { customerId, employeeId, at: at(20), by: 'customer' })
    await startFollow(ctx, { customerId, employeeId, at: at(30) })
    const [follow] = (await getCustomer(ctx, customerId)).follows
    expect(follow).toMatchObject({
      addedAt: at(30).toISOString(),
      endedAt: null,
      state: null,
      earlier: [{ addedAt: at(10).toISOString(), endedAt: at(20).toISOString(), endedBy: 'customer' }],
    })
    expect((await events(ctx, 'customer.followed')).map(({ properties }) => (properties as { again: boolean }).again)).toEqual([
      false,
      true,
    ])
    await endFollow(ctx, { customerId, employeeId, at: at(15), by: 'employee' })
    expect((await getCustomer(ctx, customerId)).follows[0]?.endedAt).toBeNull()
  })

  test('a time of friendship that is heard of after the one that stands is told then, with both its ends, once', async () => {
    const told = async (turns: ('first' | 'end' | 'second')[]) => {
      const ctx = await workspace.newTenant()
      const employeeId = await newEmployee(ctx, '李雷')
      const customerId = await identify(ctx, [union('a')])
      const act = {
        first: () => startFollow(ctx, { customerId, employeeId, at: at(10) }),
        end: () => endFollow(ctx, { customerId, employeeId, at: at(20), by: 'employee', since: at(10) }),
        second: () => startFollow(ctx, { customerId, employeeId, at: at(30) }),
      }
      for (const turn of turns) await act[turn]()
      const [follow] = (await getCustomer(ctx, customerId)).follows
      const moments = async (name: 'customer.followed' | 'customer.unfollowed') =>
        (await events(ctx, name)).map((event) => event.at.getUTCSeconds()).sort()
      return { now: follow, followed: await moments('customer.followed'), unfollowed: await moments('customer.unfollowed') }
    }
    for (const order of [
      ['second', 'first', 'end', 'second', 'end'],
      ['first', 'second', 'end', 'second', 'end'],
      ['first', 'end', 'second', 'end', 'first'],
    ] as const) {
      const { now, ...events } = await told([...order])
      expect({ order, ...events }).toEqual({ order, followed: [10, 30], unfollowed: [20] })
      expect(now).toMatchObject({
        addedAt: at(30).toISOString(),
        endedAt: null,
        earlier: [{ addedAt: at(10).toISOString(), endedAt: at(20).toISOString(), endedBy: 'employee' }],
      })
    }
  })

  test('an end that comes before its start stays the end', async () => {
    const ctx = await workspace.newTenant()
    const employeeId = await newEmployee(ctx, '李雷')
    const customerId = await identify(ctx, [union('a')])
    await endFollow(ctx, { customerId, employeeId, at: at(20), by: 'customer' })
    await startFollow(ctx, { customerId, employeeId, at: at(10) })
    expect((await getCustomer(ctx, customerId)).follows[0]).toMatchObject({
      addedAt: at(10).toISOString(),
      endedAt: at(20).toISOString(),
      endedBy: 'customer',
    })
    expect(await events(ctx, 'customer.followed')).toHaveLength(1)
  })
})
