import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consumers, createApp, jobs } from '#app/app.ts'
import { freePort } from '#app/ports.ts'
import { callWecom } from '#connectors/wecom/client.ts'
import { addContactWay } from '#connectors/wecom/contact-ways.ts'
import { getContact } from '#connectors/wecom/contacts.ts'
import { handOverCustomers } from '#connectors/wecom/handovers.ts'
import { listTagGroups } from '#connectors/wecom/tags.ts'
import { changeSegment, createSegment } from '#insight/segments/commands.ts'
import { keepOnce } from '#insight/segments/live/keeper.ts'
import { ensureTag, tagCustomers, untagCustomers } from '#management/tags/commands.ts'
import { createTagGroup, deleteTag, updateTag, updateTagGroup } from '#management/tags/editing.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { connectSandbox } from '#management/wecom/connect-sandbox.ts'
import { findCorp } from '#management/wecom/corps.ts'
import { startSync } from '#management/wecom/sync.ts'
import type { NewFriend } from '#management/wecom/welcome.ts'
import { runWecom } from '#management/wecom/work.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { registerConsumers, runConsumers } from '#platform/events/consumers.ts'
import { publicId } from '#platform/ids.ts'
import { runJobs } from '#platform/jobs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { until } from '#test/support/until.ts'

// One company on the sandbox, told from its connection to the night that repairs what was lost.

let sandbox: ChildProcess | undefined
let server: Server | undefined
let sandboxUrl: string
let workspace: TestWorkspace
let ctx: Context
let corp: number
let corpId: string
let code: string
let apiKey: string
const stop = new AbortController()
const running: Promise<unknown>[] = []
const greetings: NewFriend[] = []

beforeAll(async () => {
  sandboxUrl = await startSandbox()
  let app: ReturnType<typeof createApp> | undefined
  const listening = await listen((request) => {
    app ??= createApp(workspace)
    return app.fetch(request)
  })
  server = listening.server
  const { url } = listening
  workspace = await openTestWorkspace({ WECOM_BASE_URL: sandboxUrl, LIULIANG_PUBLIC_URL: url })
  const first = await createTenantWithOwner(workspace, { name: '故事公司', login: 'owner' })
  ctx = createContext(workspace, first.tenantId, systemActor, 'story')
  apiKey = first.apiKey
  await ctx.db
    .insertInto('roles')
    .values({ tenantId: ctx.tenantId, name: '员工', preset: 'employee', permissions: '{}', scope: 'self' } as never)
    .execute()
    .catch(() => undefined)
  await registerConsumers(workspace, consumers)
  const greeter = async (_ctx: Context, friend: NewFriend) => {
    greetings.push(friend)
    return friend.state === 'spring'
      ? {
          text: `${(await friend.name()) ?? '你'}，欢迎！`,
          attachments: [{ kind: 'link', title: '新人礼', url: 'https://example.com/gift' }] as const,
        }
      : undefined
  }
  running.push(
    runWecom(workspace, [greeter], stop.signal),
    runConsumers(workspace, consumers, stop.signal),
    runJobs(workspace, jobs, 'story', stop.signal),
  )
  await connectSandbox(ctx, sandboxUrl)
  corpId = (await sandboxGet<{ items: { corpId: string }[] }>('/sandbox/corps')).items[0]?.corpId ?? ''
  corp = (await findCorp(ctx, corpId)) ?? 0
})

afterAll(async () => {
  stop.abort()
  await Promise.allSettled(running)
  server?.closeAllConnections()
  server?.close()
  const ended = new Promise((resolve) => sandbox?.once('exit', resolve))
  if (sandbox?.kill('SIGTERM')) await ended
})

describe('a company on WeCom', () => {
  test('is read whole after it was connected: departments, employees, tags, customers with their friendships', async () => {
    await jobDone()
    const { items } = await sandboxGet<{ items: { totals: Record<string, number> }[] }>('/sandbox/corps')
    const totals = items[0]?.totals ?? {}
    // The owner of the workspace is an employee too, and no member of the corp.
    expect(await count('employees')).toBe(Number(totals.employees) + 1)
    expect(await count('departments')).toBe(totals.departments)
    expect(await count('tags')).toBe(totals.tags)
    expect(await difference()).toEqual([])
    const second = await sandboxGet<{ items: { callbackVerifiedAt: string | null }[] }>('/sandbox/corps')
    expect(second.items[0]?.callbackVerifiedAt).not.toBeNull()
  })

  test('a scanned code: within a second the customer stands here with name, employee and state, and the greeting is on the phone', async () => {
    const [first, second] = await members()
    code = await makeCode([first.userId, second.userId], 'spring')
    const startedAt = Date.now()
    const scanned = await sandboxDo<Friend>('POST', '/sandbox/scan', { code, name: '林小满' })
    await until(async () => (await followOf(scanned)) !== undefined)
    expect(Date.now() - startedAt).toBeLessThan(1000)
    await until(async () => (await followOf(scanned))?.name === '林小满')
    expect(await followOf(scanned)).toMatchObject({ state: 'spring', addWay: 'qr_code', endedAt: null })
    await until(async () => (await inbox(scanned)).some(({ text }) => text === '林小满，欢迎！'))
    expect((await inbox(scanned)).filter(({ source }) => source === 'welcome').map(({ kind }) => kind)).toEqual(['text', 'link'])
    expect(Date.now() - startedAt).toBeLessThan(3000)
    await until(async () => (await eventsOf(scanned)).includes('welcome.sent'))
    expect((await eventsOf(scanned)).filter((name) => name === 'customer.followed')).toHaveLength(1)
  })

  test('who deleted whom stands on the timeline, and a customer who comes back is a friend again', async () => {
    const one = await scan('周平')
    await sandboxDo('POST', '/sandbox/unfollow', { ...one, by: 'customer' })
    await until(async () => (await followOf(one))?.endedBy === 'customer')
    const other = await scan('吴双')
    await sandboxDo('POST', '/sandbox/unfollow', { ...other, by: 'employee' })
    await until(async () => (await followOf(other))?.endedBy === 'employee')
    expect(await unfollows(one)).toEqual(['customer'])
    expect(await unfollows(other)).toEqual(['employee'])
    await sandboxDo('POST', '/sandbox/scan', { code: await makeCode([one.userId], ''), customer: one.externalUserId })
    await until(async () => (await followOf(one))?.endedAt === null)
    expect((await eventsOf(one)).filter((name) => name === 'customer.followed')).toHaveLength(2)
  })

  test('tags go both ways and do not go round in circles', async () => {
    const friend = await scan('郑好')
    const { tagId, name } = await serverTag()
    await sandboxDo('POST', '/sandbox/tag', { ...friend, add: [tagId] })
    await until(async () => (await tagNames(friend)).includes(name))
    const { customerId } = (await followOf(friend)) ?? { customerId: 0 }
    const mine = await ensureTag(ctx, '自有标签', '高意向')
    await tagCustomers(ctx, mine, [customerId], { source: 'manual' })
    await until(async () => (await tagsThere(friend)).includes('高意向'))
    await untagCustomers(ctx, mine, [customerId], { source: 'manual' })
    await until(async () => !(await tagsThere(friend)).includes('高意向'))
    await sandboxDo('POST', '/sandbox/tag', { ...friend, remove: [tagId] })
    await until(async () => !(await tagNames(friend)).includes(name))
    await settled()
    const turns = (await eventsOf(friend)).filter((event) => event === 'customer.tagged' || event === 'customer.untagged')
    expect(turns).toEqual(['customer.tagged', 'customer.tagged', 'customer.untagged', 'customer.untagged'])
    expect(await waitingPushes()).toBe(0)
  })

  test('a rule tags whom it takes in, on the phone, too, and takes the tag away when they leave', async () => {
    const friend = await scan('方圆')
    await until(async () => (await followOf(friend)) !== undefined)
    const named = (value: string) => ({ attribute: { property: 'name' as const, op: 'eq' as const, value } })
    const tag = { id: publicId(ctx, 'tag', await ensureTag(ctx, '规则', '叫方圆')), takeAway: true }
    const { id } = await createSegment(ctx, { name: '叫方圆', note: '', rule: named('方圆'), tag })
    while ((await keepOnce(workspace)) > 0);
    await until(async () => (await tagsThere(friend)).includes('叫方圆'))
    await changeSegment(ctx, id, { rule: named('别人') })
    while ((await keepOnce(workspace)) > 0);
    await until(async () => !(await tagsThere(friend)).includes('叫方圆'))
    await settled()
    const turns = (await logged(friend)).filter(({ name }) => name.startsWith('segment.') || name.endsWith('tagged'))
    expect(turns.map(({ name, properties }) => [name, (properties as { source?: string; why?: string }).source])).toEqual([
      ['segment.entered', undefined],
      ['customer.tagged', 'rule'],
      ['segment.left', undefined],
      ['customer.untagged', 'rule'],
    ])
    expect(await waitingPushes()).toBe(0)
  })

  test('a token taken back in the middle is replaced without anybody noticing', async () => {
    await sandboxDo('POST', '/sandbox/tokens/revoke', {})
    const friend = await scan('钱多')
    expect(await followOf(friend)).toMatchObject({ name: '钱多' })
  })

  test('doubled and shuffled callbacks end where ordered ones end', async () => {
    await sandboxDo('PUT', '/sandbox/faults', { callbacks: { duplicate: 0.7, reorder: 0.7 } })
    const friends: Friend[] = []
    for (let i = 0; i < 15; i++) friends.push(await sandboxDo<Friend>('POST', '/sandbox/scan', { code, name: `乱序${i}` }))
    for (const [i, friend] of friends.entries())
      if (i % 3 !== 0) await sandboxDo('POST', '/sandbox/unfollow', { ...friend, by: i % 3 === 1 ? 'customer' : 'employee' })
    await sandboxDo('PUT', '/sandbox/faults', {})
    await settled(15_000)
    for (const [i, friend] of friends.entries()) {
      expect([i, (await followOf(friend))?.endedBy ?? null]).toEqual([i, [null, 'customer', 'employee'][i % 3]])
      expect((await eventsOf(friend)).filter((name) => name === 'customer.followed')).toHaveLength(1)
    }
    const repeats = await ctx.db
      .selectFrom('wecomInbox')
      .select((eb) => eb.fn.sum<number>('repeats').as('n'))
      .where('tenantId', '=', ctx.tenantId)
      .executeTakeFirstOrThrow()
    expect(Number(repeats.n)).toBeGreaterThan(0)
    expect(await inState('dead')).toBe(0)
  })

  test('twenty friends in the same second are twenty friends', async () => {
    const friends = await Promise.all(
      Array.from({ length: 20 }, (_, i) => sandboxDo<Friend>('POST', '/sandbox/scan', { code, name: `同秒${i}` })),
    )
    await until(async () => (await Promise.all(friends.map(followOf))).every(Boolean))
  })

  test('news of the directory and of tags arrive by themselves', async () => {
    const member = await sandboxDo<{ userId: string }>('POST', '/sandbox/employees', {
      userId: 'newcomer',
      name: '新同事',
      departments: [1],
    })
    await until(async () => (await employeeNamed('新同事')) !== undefined)
    await fetch(`${sandboxUrl}/sandbox/employees/${member.userId}`, { method: 'DELETE' })
    await until(async () => (await employeeNamed('新同事'))?.status === 'left')
    await sandboxDo('POST', '/sandbox/tags', { group: '来源', name: '线下门店' })
    await until(
      async () =>
        (await ctx.db.selectFrom('tags').select('id').where('tenantId', '=', ctx.tenantId).where('name', '=', '线下门店').execute())
          .length === 1,
    )
  })

  test('an operator sees over the API what came, what was asked and what the doctor says', async () => {
    const get = async <T>(path: string): Promise<T> => {
      const response = await fetch(`${workspace.config.publicUrl}/api/v1/wecom/corps${path}`, {
        headers: { authorization: `Bearer ${apiKey}` },
      })
      expect([path, response.status]).toEqual([path, 200])
      return (await response.json()) as T
    }
    const { items } = await get<{ items: Record<string, unknown>[] }>('')
    expect(items).toHaveLength(1)
    expect(JSON.stringify(items)).not.toMatch(/secret|token|encodingAesKey/i)
    const id = String(items[0]?.id)
    const findings = await get<{ items: { check: string; ok: boolean; message: { zh: string } }[] }>(`/${id}/doctor`)
    // Whoever left before the greeting could not be greeted.
    expect(findings.items.filter(({ ok, check }) => !ok && check !== 'welcomes')).toEqual([])
    expect(findings.items.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['secret', 'directory', 'contacts', 'media', 'callback', 'callbacks', 'clock', 'quota', 'sync']),
    )
    const callbacks = await get<{ items: { body: string; state: string }[]; next: string; counts: Record<string, number> }>(
      `/${id}/callbacks?limit=5`,
    )
    expect(callbacks.items).toHaveLength(5)
    expect(callbacks.counts.done).toBeGreaterThan(5)
    const older = await get<{ items: { id: string }[] }>(`/${id}/callbacks?limit=5&cursor=${callbacks.next}`)
    expect(older.items).toHaveLength(5)
    const calls = await get<{ items: { endpoint: string; errcode: number }[] }>(`/${id}/calls?limit=200`)
    expect(calls.items.some(({ endpoint, errcode }) => endpoint === 'externalcontact/get' && errcode === 0)).toBe(true)
    const welcomes = await get<{ items: { status: string; milliseconds: number }[] }>(`/${id}/welcomes?limit=200`)
    expect(welcomes.items.some(({ status }) => status === 'sent')).toBe(true)
    await get(`/${id}/repairs`)
    expect((await get<{ items: { state: string }[] }>(`/${id}/syncs`)).items[0]?.state).toBe('done')
    await sandboxDo('PUT', '/sandbox/faults', {
      fail: [
        { path: 'externalcontact/get_follow_user_list', errcode: 48002 },
        { path: 'department/simplelist', errcode: 60020 },
      ],
    })
    const ill = await get<{ items: { check: string; ok: boolean; fix?: { zh: string }; details?: { ip?: string } }[] }>(`/${id}/doctor`)
    await sandboxDo('PUT', '/sandbox/faults', {})
    expect(ill.items.find(({ check }) => check === 'contacts')).toMatchObject({
      ok: false,
      fix: { zh: expect.stringContaining('可调用接口的应用') },
    })
    expect(ill.items.find(({ check }) => check === 'directory')?.details?.ip).toMatch(/127\.0\.0\.1/)
  })

  test('what callbacks did not tell is repaired by the nightly comparison, down to no difference, and written down', async () => {
    await settled()
    const friends: Friend[] = []
    await sandboxDo('PUT', '/sandbox/faults', { callbacks: { drop: 1 } })
    for (let i = 0; i < 12; i++) friends.push(await sandboxDo<Friend>('POST', '/sandbox/scan', { code, name: `全丢${i}` }))
    await sandboxDo('PUT', '/sandbox/faults', { callbacks: { drop: 0.1 } })
    for (let i = 12; i < 20; i++) friends.push(await sandboxDo<Friend>('POST', '/sandbox/scan', { code, name: `丢失${i}` }))
    await settled()
    await sandboxDo('PUT', '/sandbox/faults', { callbacks: { drop: 1 } })
    for (const friend of friends.slice(16)) await sandboxDo('POST', '/sandbox/unfollow', { ...friend, by: 'employee' })
    const { tagId } = await serverTag()
    for (const friend of friends.slice(12, 16)) await sandboxDo('POST', '/sandbox/tag', { ...friend, add: [tagId] })
    await sandboxDo('PUT', '/sandbox/faults', {})
    await settled()
    expect(await difference()).not.toEqual([])
    await startSync(ctx, corp, 'nightly')
    await jobDone()
    expect(await difference()).toEqual([])
    const repairs = await ctx.db.selectFrom('wecomRepairs').select('kind').where('tenantId', '=', ctx.tenantId).execute()
    expect(new Set(repairs.map(({ kind }) => kind))).toEqual(new Set(['follow_missing', 'follow_gone', 'tags']))
    const audited = await ctx.db
      .selectFrom('auditLog')
      .select('details')
      .where('tenantId', '=', ctx.tenantId)
      .where('action', '=', 'corp.reconciled')
      .executeTakeFirstOrThrow()
    expect(audited.details).toMatchObject({ repaired: repairs.length })
    await startSync(ctx, corp, 'nightly')
    await jobDone()
    expect(await ctx.db.selectFrom('wecomRepairs').select('id').where('tenantId', '=', ctx.tenantId).execute()).toHaveLength(repairs.length)
  })

  test('what people do while everything is being read ends as WeCom has it', async () => {
    const { tagId } = await serverTag()
    await sandboxDo('PUT', '/sandbox/faults', { latencyMs: 40 })
    await startSync(ctx, corp, 'asked')
    for (let i = 0; i < 24; i++) {
      const friend = await sandboxDo<Friend>('POST', '/sandbox/scan', { code, name: `途中${i}` })
      if (i % 3 !== 0) await sandboxDo('POST', '/sandbox/tag', { ...friend, add: [tagId] })
      if (i % 3 === 1) await sandboxDo('POST', '/sandbox/tag', { ...friend, remove: [tagId] })
      if (i % 4 === 3) await sandboxDo('POST', '/sandbox/unfollow', { ...friend, by: 'employee' })
    }
    await sandboxDo('PUT', '/sandbox/faults', {})
    await settled()
    await jobDone()
    expect(await difference()).toEqual([])
    expect(await inState('dead')).toBe(0)
  })

  test('a tag renamed, moved or deleted here is so in WeCom, and what WeCom refuses is taken back', async () => {
    const friend = await scan('高兴')
    const { customerId } = (await followOf(friend)) ?? { customerId: 0 }
    const mine = await ensureTag(ctx, '阶段', '初识')
    await tagCustomers(ctx, mine, [customerId], { source: 'manual' })
    await until(async () => (await tagsThere(friend)).includes('初识'))
    await updateTag(ctx, mine, { name: '熟客' })
    await until(async () => (await tagsThere(friend)).includes('熟客'))
    const groupId = await createTagGroup(ctx, { name: '关系' })
    await updateTag(ctx, mine, { groupId })
    await until(async () => (await groupsThere()).get('关系')?.includes('熟客') === true && !(await groupsThere()).has('阶段'))
    await until(async () => (await tagsThere(friend)).includes('熟客'))
    await updateTagGroup(ctx, groupId, { name: '关系程度' })
    await until(async () => (await groupsThere()).has('关系程度'))
    await settled()
    // Nothing of it came back as somebody else's doing.
    expect(await tagNames(friend)).toEqual(['熟客'])
    await deleteTag(ctx, mine)
    await until(async () => !(await groupsThere()).has('关系程度'))
    expect(await tagsThere(friend)).toEqual([])

    const { name, local } = await ofAnAdministrator()
    await updateTag(ctx, local, { name: '改不了' })
    await until(async () => (await tagCalled(local)) === name)
    const refused = await ctx.db
      .selectFrom('wecomRepairs')
      .select('details')
      .where('tenantId', '=', ctx.tenantId)
      .where('kind', '=', 'tag_change_refused')
      .execute()
    expect(refused).toMatchObject([{ details: { errcode: 81011 } }])
    await startSync(ctx, corp, 'nightly')
    await jobDone()
    expect(await tagCalled(local)).toBe(name)
    expect([...(await groupsThere()).values()].flat()).not.toContain('熟客')
    expect(await ctx.db.selectFrom('tags').select('id').where('tenantId', '=', ctx.tenantId).where('name', '=', '熟客').execute()).toEqual(
      [],
    )
  })

  test('customers of a leaver wait, and a handover that nobody told of is found by the comparison', async () => {
    const [{ userId: taker }] = await members()
    await sandboxDo('POST', '/sandbox/employees', { userId: 'leaver', name: '离职者', departments: [1] })
    const befriend = (name: string) => sandboxDo<Friend>('POST', '/sandbox/befriend', { userId: 'leaver', name })
    const [waits, moves] = [await befriend('等待分配'), await befriend('悄悄继承')]
    await until(async () => (await followOf(waits)) !== undefined && (await followOf(moves)) !== undefined)
    await fetch(`${sandboxUrl}/sandbox/employees/leaver`, { method: 'DELETE' })
    await until(async () => (await employeeNamed('离职者'))?.status === 'left')
    await settled()
    await sandboxDo('PUT', '/sandbox/faults', { callbacks: { drop: 1 } })
    const handover = { from: 'leaver', to: taker, hasLeft: true, customers: [moves.externalUserId] }
    expect(await handOverCustomers(await wecomApp(ctx, corp), handover)).toEqual({ accepted: [moves.externalUserId], refused: [] })
    await sandboxDo('PUT', '/sandbox/clock', { advanceSeconds: 86_401 })
    await sandboxDo('PUT', '/sandbox/faults', {})
    await startSync(ctx, corp, 'nightly')
    await jobDone()
    expect(await followOf(moves)).toMatchObject({ endedBy: 'transfer' })
    expect(await followOf({ ...moves, userId: taker })).toMatchObject({ endedAt: null })
    expect(await followOf(waits)).toMatchObject({ endedAt: null })
  })
})

type Friend = { externalUserId: string; userId: string }

async function scan(name: string): Promise<Friend> {
  const friend = await sandboxDo<Friend>('POST', '/sandbox/scan', { code, name })
  await until(async () => (await followOf(friend))?.name === name)
  return friend
}

async function members(): Promise<[{ userId: string }, { userId: string }]> {
  const { items } = await sandboxGet<{ items: { userId: string; contact: boolean; status: number; adminWelcome: boolean }[] }>(
    '/sandbox/employees',
  )
  const [first, second] = items.filter(({ contact, status, adminWelcome }) => contact && status === 1 && !adminWelcome)
  if (!first || !second) throw new Error('the sandbox has too few members')
  return [first, second]
}

async function makeCode(user: string[], state: string): Promise<string> {
  const { configId } = await addContactWay(await wecomApp(ctx, corp), {
    type: 2,
    scene: 2,
    user,
    skip_verify: true,
    ...(state && { state }),
  })
  return configId
}

const followOf = ({ externalUserId, userId }: Friend) =>
  ctx.db
    .selectFrom('follows as f')
    .innerJoin('identities as i', (join) =>
      join.onRef('i.tenantId', '=', 'f.tenantId').onRef('i.customerId', '=', 'f.customerId').on('i.kind', '=', 'wecom_external_userid'),
    )
    .innerJoin('employeeAccounts as a', (join) => join.onRef('a.tenantId', '=', 'f.tenantId').onRef('a.employeeId', '=', 'f.employeeId'))
    .innerJoin('customers as c', (join) => join.onRef('c.tenantId', '=', 'f.tenantId').onRef('c.id', '=', 'f.canonicalId'))
    .select(['f.customerId', 'f.state', 'f.addWay', 'f.endedAt', 'f.endedBy', 'c.name'])
    .where('f.tenantId', '=', ctx.tenantId)
    .where('i.value', '=', externalUserId)
    .where('a.userId', '=', userId)
    .executeTakeFirst()

const employeeNamed = (name: string) =>
  ctx.db.selectFrom('employees').select(['id', 'status']).where('tenantId', '=', ctx.tenantId).where('name', '=', name).executeTakeFirst()

const inbox = async ({ externalUserId }: { externalUserId: string }) =>
  (await sandboxGet<{ items: { kind: string; text?: string; source: string }[] }>(`/sandbox/inbox/${externalUserId}`)).items

const logged = ({ externalUserId }: { externalUserId: string }) =>
  ctx.db
    .selectFrom('eventLog as e')
    .innerJoin('identities as i', (join) => join.onRef('i.tenantId', '=', 'e.tenantId').onRef('i.customerId', '=', 'e.customerId'))
    .select(['e.name', 'e.properties'])
    .where('e.tenantId', '=', ctx.tenantId)
    .where('i.value', '=', externalUserId)
    .orderBy('e.seq')
    .execute()

const eventsOf = async (friend: { externalUserId: string }): Promise<string[]> => (await logged(friend)).map(({ name }) => name)

const unfollows = async (friend: Friend): Promise<unknown[]> =>
  (await logged(friend)).filter(({ name }) => name === 'customer.unfollowed').map(({ properties }) => (properties as { by: string }).by)

async function serverTag(): Promise<{ tagId: string; name: string }> {
  const [tag] = (await listTagGroups(await wecomApp(ctx, corp))).flatMap((group) => group.tag ?? [])
  if (!tag) throw new Error('the sandbox has no tags')
  return { tagId: tag.id, name: tag.name ?? '' }
}

const groupsThere = async (): Promise<Map<string, string[]>> =>
  new Map(
    (await listTagGroups(await wecomApp(ctx, corp))).map((group) => [
      group.group_name ?? '',
      (group.tag ?? []).map(({ name }) => name ?? ''),
    ]),
  )

const tagCalled = async (id: number): Promise<string | undefined> =>
  (await ctx.db.selectFrom('tags').select('name').where('tenantId', '=', ctx.tenantId).where('id', '=', id).executeTakeFirst())?.name

/** A tag that was made in WeCom's own pages, which no app may change. */
async function ofAnAdministrator(): Promise<{ name: string; local: number }> {
  const name = '管理员的标签'
  await sandboxDo('POST', '/sandbox/tags', { group: '管理员的组', name })
  const find = () => ctx.db.selectFrom('tags').select('id').where('tenantId', '=', ctx.tenantId).where('name', '=', name).executeTakeFirst()
  await until(async () => (await find()) !== undefined)
  return { name, local: (await find())?.id ?? 0 }
}

async function tagNames(friend: Friend): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('customerTags as t')
    .innerJoin('tags', (join) => join.onRef('tags.tenantId', '=', 't.tenantId').onRef('tags.id', '=', 't.tagId'))
    .select('tags.name')
    .where('t.tenantId', '=', ctx.tenantId)
    .where('t.customerId', '=', (await followOf(friend))?.customerId ?? 0)
    .execute()
  return rows.map(({ name }) => name)
}

async function tagsThere({ externalUserId, userId }: Friend): Promise<string[]> {
  const { follows } = await getContact(await wecomApp(ctx, corp), externalUserId)
  return follows.filter(({ userid }) => userid === userId).flatMap(({ tags = [] }) => tags.map(({ tag_name }) => tag_name ?? ''))
}

const waitingPushes = async (): Promise<number> =>
  (await ctx.db.selectFrom('wecomTagPushes').select('tagId').where('tenantId', '=', ctx.tenantId).execute()).length

const inState = async (state: string): Promise<number> =>
  (await ctx.db.selectFrom('wecomInbox').select('id').where('tenantId', '=', ctx.tenantId).where('state', '=', state).execute()).length

/** Everything the sandbox has to tell is told, and everything told is worked through. */
async function settled(ms = 15_000): Promise<void> {
  const isQuiet = async () => {
    const { counts } = await sandboxGet<{ counts: Record<string, number> }>('/sandbox/callbacks?limit=1')
    return !counts.waiting && (await inState('waiting')) === 0 && (await waitingPushes()) === 0
  }
  await until(isQuiet, ms)
  await new Promise((resolve) => setTimeout(resolve, 200))
  await until(isQuiet, ms)
}

/** A process of its own, as `npm start` makes it; its output goes nowhere, so that nothing waits for it in the end. */
async function startSandbox(): Promise<string> {
  const port = await freePort()
  const file = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url))
  sandbox = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      file,
      '--port',
      String(port),
      '--data',
      mkdtempSync(join(tmpdir(), 'liuliang-story-')),
      '--json',
    ],
    { stdio: 'ignore', detached: true },
  )
  const url = `http://127.0.0.1:${port}`
  await until(
    async () =>
      fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    30_000,
  )
  return url
}

function listen(fetch: (request: Request) => Response | Promise<Response>) {
  return new Promise<{ server: Server; url: string }>((resolve) => {
    const server = serve({ fetch, port: 0, hostname: '127.0.0.1', overrideGlobalObjects: false }, (info: AddressInfo) =>
      resolve({ server: server as Server, url: `http://127.0.0.1:${info.port}` }),
    )
  })
}

async function sandboxGet<T>(path: string): Promise<T> {
  return (await fetch(`${sandboxUrl}${path}`)).json() as Promise<T>
}

async function sandboxDo<T = Record<string, string>>(method: 'POST' | 'PUT', path: string, body: object): Promise<T> {
  const response = await fetch(`${sandboxUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as T
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer
}

const count = async (table: 'employees' | 'departments' | 'tags'): Promise<number> =>
  Number(
    (
      await ctx.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('tenantId', '=', ctx.tenantId)
        .executeTakeFirstOrThrow()
    ).n,
  )

async function jobDone(): Promise<void> {
  await until(
    async () =>
      (
        await ctx.db
          .selectFrom('jobs')
          .select('id')
          .where('tenantId', '=', ctx.tenantId)
          .where('state', 'in', ['waiting', 'running'])
          .execute()
      ).length === 0,
    60_000,
  )
  const failed = await ctx.db
    .selectFrom('jobs')
    .select(['name', 'error'])
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', 'failed')
    .execute()
  expect(failed).toEqual([])
}

type Pair = { externalUserId: string; userId: string; tags: string[] }

/** What WeCom shows, asked member by member through the API, against what stands here in the tables people see. */
async function difference(): Promise<string[]> {
  const [there, here] = [await pairsThere(), await pairsHere()]
  const name = ({ externalUserId, userId }: Pair) => `${externalUserId} ${userId}`
  const tagsHere = new Map(here.map((pair) => [name(pair), new Set(pair.tags)]))
  const namesThere = new Set(there.map(name))
  return [
    ...there.filter((pair) => !tagsHere.has(name(pair))).map((pair) => `missing ${name(pair)}`),
    ...here.filter((pair) => !namesThere.has(name(pair))).map((pair) => `too much ${name(pair)}`),
    ...there.flatMap((pair) =>
      pair.tags
        .filter((tag) => tagsHere.has(name(pair)) && !tagsHere.get(name(pair))?.has(tag))
        .map((tag) => `untagged ${name(pair)} ${tag}`),
    ),
  ]
}

async function pairsThere(): Promise<Pair[]> {
  const app = await wecomApp(ctx, corp)
  const { follow_user: members = [] } = await callWecom(app, 'externalcontact/get_follow_user_list')
  const pairs: Pair[] = []
  for (let cursor = ''; ; ) {
    const page = await callWecom(app, 'externalcontact/batch/get_by_user', {
      body: { userid_list: members, limit: 100, ...(cursor && { cursor }) },
    })
    for (const { external_contact: contact, follow_info: follow } of page.external_contact_list ?? [])
      if (follow) pairs.push({ externalUserId: contact.external_userid, userId: follow.userid, tags: follow.tag_id ?? [] })
    cursor = page.next_cursor ?? ''
    if (!cursor) return pairs
  }
}

/** Friendships that the customer ended are shown by WeCom as before, so they are left in. */
async function pairsHere(): Promise<Pair[]> {
  const rows = await ctx.db
    .selectFrom('follows as f')
    .innerJoin('identities as i', (join) =>
      join.onRef('i.tenantId', '=', 'f.tenantId').onRef('i.customerId', '=', 'f.customerId').on('i.kind', '=', 'wecom_external_userid'),
    )
    .innerJoin('employeeAccounts as a', (join) => join.onRef('a.tenantId', '=', 'f.tenantId').onRef('a.employeeId', '=', 'f.employeeId'))
    .select(['i.value as externalUserId', 'a.userId', 'f.canonicalId'])
    .where('f.tenantId', '=', ctx.tenantId)
    .where((eb) => eb.or([eb('f.endedAt', 'is', null), eb('f.endedBy', '=', 'customer')]))
    .execute()
  const tags = await ctx.db
    .selectFrom('customerTags as t')
    .innerJoin('wecomTags as w', (join) => join.onRef('w.tenantId', '=', 't.tenantId').onRef('w.localTagId', '=', 't.tagId'))
    .select(['t.canonicalId', 'w.tagId'])
    .where('t.tenantId', '=', ctx.tenantId)
    .execute()
  return rows.map(({ externalUserId, userId, canonicalId }) => ({
    externalUserId,
    userId,
    tags: tags.filter((tag) => tag.canonicalId === canonicalId).map(({ tagId }) => tagId),
  }))
}
