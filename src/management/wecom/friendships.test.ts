import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { identify } from '#management/identity/commands.ts'
import { ensureTag, tagCustomers } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createCorp, deleteCorp } from './corps.ts'
import { applyNews, type News } from './friendships.ts'
import { applyTagGroups, removeTagOrGroup } from './tags.ts'
import { noteUnreached } from './unreached.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  // Both ways of telling the same story shall show the same times.
  workspace.setNow(now)
})

const now = new Date('2026-01-01T00:00:00Z')
const corpId = 'ww0123456789abcdef'
const start = 1_700_000_000
const tags = ['t0', 't1', 't2', 't3']

async function company(id = corpId): Promise<{ ctx: Context; corp: number }> {
  const ctx = await workspace.newTenant()
  return { ctx, corp: await connect(ctx, id) }
}

async function connect(ctx: Context, id = corpId): Promise<number> {
  const { corp } = await createCorp(ctx, { corpId: id, secret: 'a secret of this corp' })
  const tag = tags.map((id) => ({ id, name: `标签${id}` }))
  await applyTagGroups(ctx, corp, [{ group_id: 'g', group_name: '组', tag }])
  return corp
}

/** Facts that people can see, without numbers that only say in which order rows were made. */
async function everything(ctx: Context) {
  const { rows: people } = await sql`
    select i.value as external, c.name, c.listed, array(select unnest(string_to_array(c.search, ' ')) order by 1) as words, c.added_at, c.gender, m.value as canonical from identities i
    join customers o on o.tenant_id = i.tenant_id and o.id = i.customer_id join customers c on c.tenant_id = o.tenant_id and c.id = o.canonical_id
    left join lateral (select min(x.value) as value from customers y join identities x on x.tenant_id = y.tenant_id and x.customer_id = y.id where y.tenant_id = c.tenant_id and y.canonical_id = c.id) m on true
    where i.tenant_id = ${ctx.tenantId} order by 1`.execute(ctx.db)
  const { rows: follows } = await sql`
    select ${who('f.customer_id')} as who, e.name as employee, f.added_at, f.ended_at, f.ended_by, f.add_way, f.state, f.operator, f.remark, f.description
    from follows f join employees e on e.tenant_id = f.tenant_id and e.id = f.employee_id where f.tenant_id = ${ctx.tenantId} order by 1, 2`.execute(
    ctx.db,
  )
  const { rows: periods } = await sql`
    select ${who('f.customer_id')} as who, e.name as employee, f.added_at, f.ended_at, f.ended_by
    from follow_periods f join employees e on e.tenant_id = f.tenant_id and e.id = f.employee_id where f.tenant_id = ${ctx.tenantId} order by 1, 2, 3`.execute(
    ctx.db,
  )
  const { rows: tagged } = await sql`
    select ${who('t.customer_id')} as who, g.name, t.source from customer_tags t join tags g on g.tenant_id = t.tenant_id and g.id = t.tag_id
    where t.tenant_id = ${ctx.tenantId} order by 1, 2`.execute(ctx.db)
  const { rows: shown } = await sql`
    select ${who('f.customer_id')} as who, external_userid, user_id, live, half, history, tag_ids, add_way, state, remark, description, seen_in from wecom_follows f
    where f.tenant_id = ${ctx.tenantId} order by external_userid, user_id`.execute(ctx.db)
  return { people, follows, periods, tagged, shown }
}

const who = (column: string) =>
  sql`(select min(i.value) from identities i where i.tenant_id = current_tenant() and i.customer_id = ${sql.ref(column)})`

/** Without the name of a new customer: a list knows the last one at once, one by one the first. */
async function events(ctx: Context): Promise<string[]> {
  const { rows } = await sql<{ name: string; who: string; at: Date; said: string }>`
    select name, ${who('l.customer_id')} as who, case when name in ('customer.followed', 'customer.unfollowed') then at end as at,
      coalesce(properties->>'employeeName', properties->>'tagName', '') || coalesce(properties->>'state', '') || coalesce(properties->>'again', '') as said
    from event_log l where l.tenant_id = ${ctx.tenantId} and l.name like 'customer.%'`.execute(ctx.db)
  return rows.map((row) => `${row.name} ${row.who} ${row.at?.toISOString() ?? ''} ${row.said}`).sort()
}

const friend = fc.record({
  customer: fc.nat({ max: 7 }),
  employee: fc.nat({ max: 3 }),
  what: fc.constantFrom(
    'shown' as const,
    'shown' as const,
    'shown' as const,
    'added' as const,
    'half' as const,
    'ended' as const,
    'lost' as const,
  ),
  at: fc.nat({ max: 3 }),
  remark: fc.constantFrom(undefined, '', '老客', '新客'),
  tags: fc.subarray(tags),
  state: fc.constantFrom(undefined, 'spring'),
  /** Two external ids of one person. */
  sharesUnion: fc.boolean(),
})

/** The one who lost a tag became somebody else in the same page in which the other friendship lost it too. */
const tagged = (employee: number, tags: string[], sharesUnion: boolean) =>
  ({ customer: 0, employee, what: 'shown', at: 0, remark: undefined, tags, state: undefined, sharesUnion }) as const
const movedMeanwhile = [
  [tagged(1, ['t1'], false), tagged(0, ['t1'], false)],
  [tagged(0, [], true), tagged(1, [], false)],
]
/** Two names of one person with the same employee; an older end is heard of in the page after a newer beginning. */
const told = (customer: number, what: 'added' | 'ended' | 'lost', at: number) => ({
  customer,
  employee: 1,
  what,
  at,
  remark: undefined,
  tags: [] as string[],
  state: undefined,
  sharesUnion: true,
})
const olderEnd = [
  [told(6, 'ended', 2), told(6, 'added', 0)],
  [told(0, 'added', 3), told(6, 'lost', 0)],
]

function newsOf(one: typeof friend extends fc.Arbitrary<infer T> ? T : never, key: number): News {
  const externalUserId = `wm${one.customer}`
  const userId = `user${one.employee}`
  const at = start + one.at * 100
  if (one.what === 'ended' || one.what === 'lost')
    return { externalUserId, userId, change: { at, what: 'ended', by: one.what === 'ended' ? 'employee' : 'customer', key: `k${key}` } }
  if (one.what === 'half') return { externalUserId, userId, change: { at, what: 'half', key: `k${key}` }, state: one.state }
  const unionid = one.sharesUnion ? `union${one.customer % 2}` : `own${one.customer}`
  return {
    externalUserId,
    userId,
    ...(one.what === 'added' && { change: { at, what: 'added', key: `k${key}` }, state: one.state }),
    contact: { external_userid: externalUserId, name: `客户${one.customer}`, gender: 1, unionid },
    shown: {
      userId,
      createdAt: at,
      addWay: 1,
      state: one.state,
      remark: one.remark,
      description: '',
      tags: one.tags.map((id) => ({ id })),
    },
  }
}

describe('news of friendships', () => {
  test('as one list end as they do one by one, in the same rows and with the same events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(friend, { maxLength: 25 }), { minLength: 1, maxLength: 3 }), async (pages) => {
        const [byPage, byOne] = [await company(), await company()]
        let key = 0
        for (const page of pages) {
          const news = page.map((one) => newsOf(one, ++key))
          await applyNews(byPage.ctx, byPage.corp, news, 7)
          for (const one of news) await applyNews(byOne.ctx, byOne.corp, [one], 7)
        }
        expect(await everything(byPage.ctx)).toEqual(await everything(byOne.ctx))
        expect(await events(byPage.ctx)).toEqual(await events(byOne.ctx))
      }),
      { numRuns: runs(15), endOnFailure: true, examples: [[movedMeanwhile], [olderEnd]] },
    )
  }, 120_000)

  test('applied again change nothing and say nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(friend, { minLength: 1, maxLength: 20 }), async (page) => {
        const { ctx, corp } = await company()
        // Each friendship once: what a page of WeCom is.
        const news = [...new Map(page.map((one, i) => [`${one.customer} ${one.employee}`, newsOf(one, i)])).values()]
        await applyNews(ctx, corp, news)
        const [before, told] = [await everything(ctx), await events(ctx)]
        const { repairs } = await applyNews(ctx, corp, news)
        expect(repairs).toEqual([])
        expect(await everything(ctx)).toEqual(before)
        expect(await events(ctx)).toEqual(told)
      }),
      { numRuns: runs(15) },
    )
  })

  test('that break off in the middle leave nothing, and are whole when they are tried again', async () => {
    const { ctx, corp } = await company()
    const news = Array.from({ length: 30 }, (_, i) =>
      newsOf({ customer: i, employee: i % 3, what: 'shown', at: 0, remark: '老客', tags: ['t1'], state: undefined, sharesUnion: false }, i),
    )
    await ctx.db
      .transaction()
      .execute(async (db) => {
        await applyNews({ ...ctx, db, pending: [] }, corp, news)
        await sql`select pg_terminate_backend(pg_backend_pid())`.execute(db)
      })
      .catch(() => undefined)
    expect((await everything(ctx)).shown).toEqual([])
    expect(await events(ctx)).toEqual([])
    await applyNews(ctx, corp, news)
    expect((await everything(ctx)).follows).toHaveLength(30)
    expect((await events(ctx)).filter((one) => one.startsWith('customer.followed'))).toHaveLength(30)
  })

  test('that several workers hear at once, page against callback, end as if they had come in turn', async () => {
    const { ctx, corp } = await company()
    const shown = (customer: number): News =>
      newsOf(
        { customer, employee: customer % 4, what: 'shown', at: 1, remark: '', tags: ['t0'], state: undefined, sharesUnion: false },
        customer,
      )
    const page = Array.from({ length: 40 }, (_, i) => shown(i))
    const callbacks = page.map(
      ({ externalUserId, userId }, i): News => ({
        externalUserId,
        userId,
        change: { at: start + 500, what: 'ended', by: 'employee', key: `e${i}` },
      }),
    )
    await Promise.all([
      applyNews(ctx, corp, page),
      ...callbacks.map((one) => applyNews(ctx, corp, [one])),
      applyNews(ctx, corp, page.toReversed()),
    ])
    const { shown: rows, follows } = await everything(ctx)
    expect(rows).toHaveLength(40)
    // Who was told to be over before the page showed them came back with the page, as WeCom shows it; nobody's end is forgotten.
    for (const row of rows as { history: { what: string }[]; live: boolean }[])
      expect(row.history.map(({ what }) => what)).toContain('ended')
    expect(follows).toHaveLength(40)
  })

  test('an answer from before the last change here does not undo it', async () => {
    const { ctx, corp } = await company()
    const one = newsOf(
      { customer: 1, employee: 1, what: 'shown', at: 0, remark: '', tags: ['t0'], state: undefined, sharesUnion: false },
      1,
    )
    await applyNews(ctx, corp, [one])
    const asked = new Date(now.getTime() + 1_000)
    workspace.setNow(new Date(now.getTime() + 2_000))
    const newer = { ...one, shown: one.shown && { ...one.shown, remark: '新', tags: [{ id: 't1' }] } }
    await applyNews(ctx, corp, [newer])
    expect(await applyNews(ctx, corp, [{ ...one, askedAt: asked }])).toEqual({ repairs: [], stale: [one.externalUserId] })
    const { shown, tagged } = await everything(ctx)
    expect(shown).toMatchObject([{ remark: '新', tagIds: ['t1'] }])
    expect(tagged).toMatchObject([{ name: '标签t1' }])
    // What says nothing else is no older answer.
    expect(await applyNews(ctx, corp, [{ ...newer, askedAt: asked }])).toEqual({ repairs: [], stale: [] })
    workspace.setNow(now)
  })
})

describe('external user ids', () => {
  const shownIn = (externalUserId: string, name: string, unionid?: string): News => ({
    externalUserId,
    userId: 'li',
    contact: { external_userid: externalUserId, name, ...(unionid && { unionid }) },
    shown: { userId: 'li', createdAt: start, tags: [] },
  })
  const customerOf = async (ctx: Context, corp: number, externalUserId: string) =>
    (
      await ctx.db
        .selectFrom('wecomFollows as f')
        .innerJoin('customers as c', (join) => join.onRef('c.tenantId', '=', 'f.tenantId').onRef('c.id', '=', 'f.customerId'))
        .select('c.canonicalId')
        .where('f.tenantId', '=', ctx.tenantId)
        .where('f.corp', '=', corp)
        .where('f.externalUserid', '=', externalUserId)
        .executeTakeFirstOrThrow()
    ).canonicalId

  test('of two corps with the same letters are two people', async () => {
    const { ctx, corp } = await company()
    const other = await connect(ctx, 'ww_the_other_corp')
    await applyNews(ctx, corp, [shownIn('wmSame', '甲')])
    await applyNews(ctx, other, [shownIn('wmSame', '乙')])
    expect(await customerOf(ctx, corp, 'wmSame')).not.toBe(await customerOf(ctx, other, 'wmSame'))
  })

  test('of one person in two corps lead to the same customer, without a question to anybody', async () => {
    const { ctx, corp } = await company()
    const other = await connect(ctx, 'ww_the_other_corp')
    await applyNews(ctx, corp, [shownIn('wmHere', '甲', 'union')])
    await applyNews(ctx, other, [shownIn('wmThere', '甲', 'union')])
    expect(await customerOf(ctx, corp, 'wmHere')).toBe(await customerOf(ctx, other, 'wmThere'))
    expect(await ctx.db.selectFrom('mergeReviews').select('id').where('tenantId', '=', ctx.tenantId).execute()).toEqual([])
  })

  test('in an order find their customer by the only corp, or by the only corp that knows them', async () => {
    const { ctx, corp } = await company()
    const ordered = (value: string) => identify(ctx, [{ kind: 'wecom_external_userid', value }], {}, 'order')
    // Before WeCom told of them: the tenant's only corp is meant.
    const early = await ordered('wmEarly')
    await applyNews(ctx, corp, [shownIn('wmEarly', '甲'), shownIn('wmLate', '乙')])
    expect(await customerOf(ctx, corp, 'wmEarly')).toBe(early)
    const other = await connect(ctx, 'ww_the_other_corp')
    expect(await ordered('wmLate')).toBe(await customerOf(ctx, corp, 'wmLate'))
    await applyNews(ctx, other, [shownIn('wmThere', '丙')])
    expect(await ordered('wmThere')).toBe(await customerOf(ctx, other, 'wmThere'))
  })

  test('of somebody who turns out to be known already: the friendship is told once, and its end ends it', async () => {
    const { ctx, corp } = await company()
    const older = await identify(ctx, [{ kind: 'unionid', value: 'u' }])
    const change = (what: 'added' | 'ended', at: number): News => ({
      externalUserId: 'wm1',
      userId: 'li',
      change: { at, what, key: what, ...(what === 'ended' && { by: 'customer' as const }) },
    })
    await applyNews(ctx, corp, [change('added', start)])
    await applyNews(ctx, corp, [shownIn('wm1', '甲', 'u')])
    await applyNews(ctx, corp, [shownIn('wm1', '甲甲', 'u')])
    expect(await customerOf(ctx, corp, 'wm1')).toBe(older)
    expect((await events(ctx)).filter((one) => one.startsWith('customer.followed'))).toHaveLength(1)
    await applyNews(ctx, corp, [change('ended', start + 60)])
    expect((await everything(ctx)).follows).toMatchObject([{ endedBy: 'customer' }])
  })

  test('keep their friendships when an answer gives two of them one union id, then and when answers are right again', async () => {
    const { ctx, corp } = await company()
    await applyNews(ctx, corp, [shownIn('wm1', '甲', 'u1')])
    await applyNews(ctx, corp, [shownIn('wm2', '乙', 'u1')])
    const [first, second] = [await customerOf(ctx, corp, 'wm1'), await customerOf(ctx, corp, 'wm2')]
    expect(second).not.toBe(first)
    await applyNews(ctx, corp, [shownIn('wm2', '乙', 'u2')])
    expect(await customerOf(ctx, corp, 'wm2')).toBe(second)
    const { people, follows } = await everything(ctx)
    expect(follows).toMatchObject([
      { who: 'u1', endedAt: null },
      { who: 'u2', endedAt: null },
    ])
    expect(people).toMatchObject([
      { external: 'u1', name: '甲' },
      { external: 'u2', name: '乙' },
      { external: 'wm1', name: '甲' },
      { external: 'wm2', name: '乙' },
    ])
  })

  test('that came before any corp was connected belong to the first corp that shows them', async () => {
    const ctx = await workspace.newTenant()
    const early = await identify(ctx, [{ kind: 'wecom_external_userid', value: 'wmEarly' }], {}, 'order')
    const [first, second] = [await connect(ctx), await connect(ctx, 'ww_the_other_corp')]
    await applyNews(ctx, first, [shownIn('wmEarly', '甲')])
    await applyNews(ctx, second, [shownIn('wmEarly', '乙')])
    expect(await customerOf(ctx, first, 'wmEarly')).toBe(early)
    expect(await customerOf(ctx, second, 'wmEarly')).not.toBe(early)
  })
})

test('ids stored without their corp get it from the migration: from the only corp, or the only one that shows them', async () => {
  const bare = (ctx: Context, value: string) => identify(ctx, [{ kind: 'wecom_external_userid', value }])
  const [{ ctx: one }, two] = [{ ctx: await workspace.newTenant() }, await workspace.newTenant()]
  await bare(one, 'wmOnly')
  await connect(one)
  for (const value of ['wmFirst', 'wmBoth', 'wmNobody']) await bare(two, value)
  const [first, second] = [await connect(two), await connect(two, 'ww_the_other_corp')]
  for (const [corp, external] of [
    [first, 'wmFirst'],
    [first, 'wmBoth'],
    [second, 'wmBoth'],
  ] as const)
    await two.db
      .insertInto('wecomFollows')
      .values({ tenantId: two.tenantId, corp, externalUserid: external, userId: 'li', live: true })
      .execute()
  const file = readFileSync(new URL('../../../migrations/postgres/0013_corps_and_their_tags.sql', import.meta.url), 'utf8')
  for (let times = 0; times < 2; times++)
    await workspace.databases.systemPool.query(file.slice(0, file.indexOf('-- The number a corp had here.')))
  const scopes = async (ctx: Context) =>
    (
      await ctx.db
        .selectFrom('identities')
        .select(['value', 'scope'])
        .where('tenantId', '=', ctx.tenantId)
        .where('scope', '<>', '')
        .orderBy('value')
        .execute()
    ).map(({ value, scope }) => `${value} ${scope}`)
  expect(await scopes(one)).toEqual([`wmOnly ${corpId}`])
  expect(await scopes(two)).toEqual([`wmFirst ${corpId}`])
})

test('a corp that is connected again is the one it was: nobody joins a second time', async () => {
  const { ctx, corp } = await company()
  const one = newsOf({ customer: 1, employee: 1, what: 'shown', at: 0, remark: '', tags: [], state: undefined, sharesUnion: false }, 1)
  await applyNews(ctx, corp, [one])
  await deleteCorp(ctx, corp)
  const again = await connect(ctx)
  await applyNews(ctx, again, [one])
  expect(again).toBe(corp)
  const said = await ctx.db.selectFrom('eventLog').select('name').where('tenantId', '=', ctx.tenantId).execute()
  expect(said.filter(({ name }) => name === 'employee.joined')).toHaveLength(1)
  expect(said.filter(({ name }) => name === 'customer.followed')).toHaveLength(1)
})

test('tags given before a friendship are pushed once it stands, and those from WeCom are not', async () => {
  const { ctx, corp } = await company()
  const friend = { externalUserId: 'wm1', userId: 'li' }
  const customerId = await identify(ctx, [{ kind: 'wecom_external_userid', value: 'wm1' }])
  const tag = await ensureTag(ctx, '本地', '老客')
  await tagCustomers(ctx, tag, [customerId], { source: 'import' })
  const waiting = () => ctx.db.selectFrom('wecomTagPushes').select('tagId').where('tenantId', '=', ctx.tenantId).execute()
  await applyNews(ctx, corp, [{ ...friend, change: { at: start, what: 'half', key: 'h' } }])
  expect(await waiting()).toEqual([])
  const contact = { external_userid: 'wm1', name: '甲' }
  const shown = { userId: 'li', createdAt: start, tags: [{ id: 't0' }] }
  await applyNews(ctx, corp, [{ ...friend, change: { at: start, what: 'added', key: 'a' }, contact, shown }])
  expect(await waiting()).toEqual([{ tagId: tag }])
})

test('a friend said to be half again and again is whole as soon as WeCom shows them', async () => {
  const { ctx, corp } = await company()
  const shown: News = {
    externalUserId: 'wm1',
    userId: 'li',
    contact: { external_userid: 'wm1', name: '甲' },
    shown: { userId: 'li', createdAt: start, tags: [] },
  }
  for (const at of [start, start + 60, start + 120]) {
    await applyNews(ctx, corp, [{ externalUserId: 'wm1', userId: 'li', change: { at, what: 'half', key: `half ${at}` } }])
    await applyNews(ctx, corp, [shown])
    expect((await everything(ctx)).shown).toMatchObject([{ live: true, half: false }])
  }
  expect((await events(ctx)).filter((one) => one.startsWith('customer.followed'))).toHaveLength(1)
})

test('a tag that another corp still shows on the person stays, whether it is taken off or deleted in the first', async () => {
  const { ctx, corp } = await company()
  const other = await connect(ctx, 'ww_the_other_corp')
  const news = (externalUserId: string, tags: string[]): News => ({
    externalUserId,
    userId: 'li',
    contact: { external_userid: externalUserId, name: '甲', unionid: 'u' },
    shown: { userId: 'li', createdAt: start, tags: tags.map((id) => ({ id })) },
  })
  const named = async () => (await everything(ctx)).tagged.map((row) => (row as { name: string }).name)
  await applyNews(ctx, corp, [news('wmHere', ['t0', 't1'])])
  await applyNews(ctx, other, [news('wmThere', ['t0', 't1'])])
  await applyNews(ctx, corp, [news('wmHere', ['t1'])])
  expect(await named()).toEqual(['标签t0', '标签t1'])
  await removeTagOrGroup(ctx, corp, 't1', 'tag')
  expect(await named()).toEqual(['标签t0', '标签t1'])
  await applyNews(ctx, other, [news('wmThere', [])])
  expect(await named()).toEqual([])
})

test('a tag that a friendship showed before the list named it is given once it does', async () => {
  const { ctx, corp } = await company()
  const shown: News = {
    externalUserId: 'wm1',
    userId: 'li',
    contact: { external_userid: 'wm1', name: '甲' },
    shown: { userId: 'li', createdAt: start, tags: [{ id: 'unheard' }] },
  }
  await applyNews(ctx, corp, [shown])
  expect((await everything(ctx)).tagged).toEqual([])
  await applyTagGroups(ctx, corp, [{ group_id: 'g', group_name: '组', tag: [{ id: 'unheard', name: '晚来' }] }])
  expect((await everything(ctx)).tagged).toMatchObject([{ name: '晚来', source: 'wecom' }])
  await applyNews(ctx, corp, [shown])
  expect((await everything(ctx)).tagged).toHaveLength(1)
})

test('a tag given in WeCom while an untagging is under way is looked at again', async () => {
  const { ctx, corp } = await company()
  const shown = (tags: string[]): News => ({
    externalUserId: 'wm1',
    userId: 'li',
    contact: { external_userid: 'wm1', name: '甲' },
    shown: { userId: 'li', createdAt: start, tags: tags.map((id) => ({ id })) },
  })
  await applyNews(ctx, corp, [shown([])])
  const { customerId } = await ctx.db
    .selectFrom('follows')
    .select('customerId')
    .where('tenantId', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  const { localTagId: tagId } = await ctx.db
    .selectFrom('wecomTags')
    .select('localTagId')
    .where('tenantId', '=', ctx.tenantId)
    .where('tagId', '=', 't0')
    .executeTakeFirstOrThrow()
  await ctx.db.insertInto('wecomTagPushes').values({ tenantId: ctx.tenantId, customerId, tagId, dueAt: now }).execute()
  const version = async () =>
    (await ctx.db.selectFrom('wecomTagPushes').select('version').where('tenantId', '=', ctx.tenantId).executeTakeFirstOrThrow()).version
  const before = await version()
  await applyNews(ctx, corp, [shown(['t0'])])
  expect(await version()).toBe(before + 1)
  expect((await everything(ctx)).tagged).toEqual([])
})

test('a tag renamed onto another one takes its people there', async () => {
  const { ctx, corp } = await company()
  await applyNews(ctx, corp, [
    {
      externalUserId: 'wm1',
      userId: 'li',
      contact: { external_userid: 'wm1', name: '甲' },
      shown: { userId: 'li', createdAt: start, tags: [{ id: 't0' }] },
    },
  ])
  const tag = [{ id: 't0', name: '标签t1' }, ...tags.slice(2).map((id) => ({ id, name: `标签${id}` }))]
  await applyTagGroups(ctx, corp, [{ group_id: 'g', group_name: '组', tag }])
  expect((await everything(ctx)).tagged).toMatchObject([{ name: '标签t1', source: 'wecom' }])
})

test('a customer whom a mass message did not reach has deleted the employee, and the next comparison brings nobody back', async () => {
  const { ctx, corp } = await company()
  const one = newsOf({ customer: 1, employee: 1, what: 'shown', at: 0, remark: '', tags: [], state: undefined, sharesUnion: false }, 1)
  await applyNews(ctx, corp, [one])
  const at = new Date((start + 900) * 1000)
  for (let i = 0; i < 2; i++) await noteUnreached(ctx, corp, 'msg1', [{ externalUserId: 'wm1', userId: 'user1', at }])
  await applyNews(ctx, corp, [{ ...one, askedAt: now }], 1)
  expect((await everything(ctx)).follows).toMatchObject([{ endedAt: at, endedBy: 'customer' }])
  expect((await events(ctx)).filter((name) => name.startsWith('customer.unfollowed'))).toHaveLength(1)
})
