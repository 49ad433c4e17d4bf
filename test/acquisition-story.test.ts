import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AcquiredCustomer, AcquisitionLink, LinkStatistics, Quota } from '#growth/acquisition-links/schema.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { findCorp } from '#management/wecom/corps.ts'
import { startSync } from '#management/wecom/sync.ts'
import { publicId } from '#platform/ids.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { until } from '#test/support/until.ts'
import { tellSandbox } from './support/sandbox-control.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'

// Acquisition links of one company on the sandbox: made in the console, opened on the phone, and everything that follows.

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let corp: number
let tag: string
let channel: string
let other: string
const members: { id: string; userId: string }[] = []

beforeAll(async () => {
  workspace = await openSandboxedWorkspace(await ownDatabases())
  const { ctx } = workspace
  const [first] = (await phone<{ items: { corpId: string }[] }>('GET', 'corps')).items
  corp = (await findCorp(ctx, first?.corpId ?? '')) ?? 0
  await jobsDone()
  const { items } = await phone<{ items: { userId: string; contact: boolean; status: number }[] }>('GET', 'employees')
  const accounts = await ctx.db
    .selectFrom('employeeAccounts')
    .select(['userId', 'employeeId'])
    .where('tenantId', '=', ctx.tenantId)
    .execute()
  for (const { userId } of items.filter(({ contact, status }) => contact && status === 1)) {
    const account = accounts.find((one) => one.userId === userId)
    if (account) members.push({ userId, id: publicId(ctx, 'emp', account.employeeId) })
  }
  tag = publicId(ctx, 'tag', await ensureTag(ctx, '来源', '获客链接'))
  channel = (await api<{ id: string }>('POST', 'channels', { name: '抖音私信', kind: 'content_platform' })).id
  other = (await api<{ id: string }>('POST', 'channels', { name: '小红书主页', kind: 'content_platform' })).id
})

afterAll(() => workspace?.close())

describe('acquisition links', () => {
  test('are made at WeCom at once, with an address of their own that can be given away', async () => {
    const link = await newLink('秋招获客')
    expect(link).toMatchObject({ state: 'active', origin: 'here', sync: { state: 'done' }, employees: [{ id: members[0]?.id }] })
    const [main] = link.variants
    expect(link.variants).toHaveLength(1)
    expect(main?.url).toContain(`customer_channel=${main?.state}`)
    expect(Buffer.byteLength(main?.state ?? '')).toBeLessThanOrEqual(64)
    expect(link.url).toBe(main?.url)
    const found = await api<{ items: { kind: string; name: string }[] }>('GET', `search?q=${encodeURIComponent('秋招')}`)
    expect(found.items).toMatchObject([{ kind: 'acquisition_link', name: '秋招获客' }])
    const listed = await linksThere()
    expect(listed.map(({ name }) => name)).toContain('秋招获客')
    const picture = await raw(`acquisition-links/${link.id}/variants/${main?.id}/image?size=400`)
    expect(picture.headers.get('content-type')).toBe('image/png')
  })

  test('whoever opens one becomes a friend with channel, tag and greeting, and is counted', async () => {
    const link = await newLink('全套', {
      channelId: channel,
      tagIds: [tag],
      welcome: { text: '{nickname}你好，我是{employee}', attachments: [] },
    })
    const friend = await open(link.variants[0]?.url, '林小满')
    await until(async () => (await people(link)).length === 1)
    const [person] = await people(link)
    expect(person).toMatchObject({ customer: { name: '林小满' }, employee: { id: members[0]?.id }, chat: 'silent', endedAt: null })
    const customer = await api<{ channel: { name: string }; tags: { name: string }[]; followers: { state: string }[] }>(
      'GET',
      `customers/${person?.customer.id}`,
    )
    expect(customer.channel.name).toBe('抖音私信')
    expect(customer.tags.map(({ name }) => name)).toEqual(['获客链接'])
    await until(async () => (await inbox(friend.externalUserId)).some((text) => text.startsWith('林小满你好，我是')))
    await expect.poll(() => eventsOf(link, 'acquisition_link.added')).toBe(1)
    await expect.poll(() => eventsOf(link, 'acquisition_link.opened')).toBe(1)
    expect(await eventsOf(link, 'acquisition_link.requested')).toBe(1)
  })

  test('who wrote is told from who is silent, with the number of their messages; who left is a loss of the link', async () => {
    const link = await newLink('开口')
    const talker = await open(link.url, '会说话')
    const silent = await open(link.url, '不说话')
    for (const text of ['你好', '在吗', '多少钱']) await phone('POST', 'say', { from: talker.externalUserId, to: talker.userId, text })
    await until(async () => (await people(link, 'wrote')).some(({ messages }) => messages === 3))
    await until(async () => (await people(link)).length === 2)
    expect((await people(link, 'wrote')).map(({ customer }) => customer.name)).toEqual(['会说话'])
    expect((await people(link, 'silent')).map(({ customer }) => customer.name)).toEqual(['不说话'])
    await phone('POST', 'unfollow', { ...silent, by: 'customer' })
    await until(async () => (await people(link, 'deleted_by_customer')).length === 1)
    await expect.poll(() => eventsOf(link, 'acquisition_link.chat_started')).toBe(1)
    await expect.poll(() => eventsOf(link, 'acquisition_link.left')).toBe(1)
    const { totals, days } = await statistics(link)
    expect(totals).toMatchObject({ added: 2, wrote: 1, silent: 1, left: 1, deletedByCustomer: 1, deletedByEmployee: 0 })
    expect(days.at(-1)).toMatchObject({ added: 2, wrote: 1, left: 1 })
  })

  test('places are told apart, each with a channel of its own, and our short address leads on and counts who looked', async () => {
    const link = await newLink('两处', { channelId: channel })
    const more = await api<AcquisitionLink>('POST', `acquisition-links/${link.id}/variants`, {
      name: '小红书',
      channelId: other,
      note: '主页置顶',
    })
    const place = more.variants.find(({ isMain }) => !isMain)
    expect(place).toMatchObject({ name: '小红书', note: '主页置顶', channel: { name: '小红书主页' } })
    const looked = await fetch(place?.shortUrl ?? '', {
      redirect: 'manual',
      headers: { 'user-agent': 'Mozilla/5.0 (iPhone) MicroMessenger' },
    })
    expect([looked.status, looked.headers.get('location')]).toEqual([302, place?.url])
    await open(place?.url, '小红书来的')
    await open(link.url, '主链接来的')
    await until(async () => (await people(link)).length === 2)
    const found = await people(link)
    expect(Object.fromEntries(found.map(({ customer, variant }) => [customer.name, variant?.name]))).toEqual({
      小红书来的: '小红书',
      主链接来的: '',
    })
    const one = found.find(({ variant }) => variant?.name === '小红书')
    expect((await api<{ channel: { name: string } }>('GET', `customers/${one?.customer.id}`)).channel.name).toBe('小红书主页')
    expect((await statistics(link)).variants.map(({ added }) => added)).toEqual([1, 1])
    await expect(api('DELETE', `channels/${other}`)).rejects.toThrow('channel.in_use')
    await expect.poll(() => eventsOf(link, 'acquisition_link.viewed')).toBe(1)
  })

  test('who comes through the bare address is known from the list that WeCom keeps', async () => {
    const link = await newLink('裸链')
    const bare = new URL(link.url ?? '')
    bare.search = ''
    await open(bare.href, '没有参数')
    await until(async () => (await people(link)).length === 1, 20_000)
    expect((await people(link))[0]).toMatchObject({ customer: { name: '没有参数' }, variant: null })
  })

  test('an answer that got lost makes one link, under the name it was asked for', async () => {
    await phone('PUT', 'faults', {
      fail: [{ path: 'externalcontact/customer_acquisition/create_link', status: 503, times: 1, after: true }],
    })
    const made = await newLink('只有一条')
    expect(made).toMatchObject({ state: 'making', url: null, sync: { state: 'failed' } })
    await phone('PUT', 'faults', { fail: [] })
    await api('PATCH', `acquisition-links/${made.id}`, { name: '改了名字' })
    await until(async () => (await read(made)).state === 'active', 20_000)
    expect(await read(made)).toMatchObject({ name: '改了名字', sync: { state: 'done' } })
    const names = (await linksThere()).map(({ name }) => name)
    expect(names.filter((name) => name === '改了名字' || name === '只有一条')).toEqual(['改了名字'])
  })

  test('a change is told to WeCom, and what WeCom refuses is shown until it can', async () => {
    const link = await newLink('会改')
    await phone('PUT', 'faults', { fail: [{ path: 'externalcontact/customer_acquisition/update_link', errcode: 84083, times: 1 }] })
    const changed = await api<AcquisitionLink>('PATCH', `acquisition-links/${link.id}`, {
      employeeIds: members.slice(0, 2).map(({ id }) => id),
    })
    expect(changed.sync).toMatchObject({ state: 'failed', error: { message: expect.stringContaining('84083') } })
    await phone('PUT', 'faults', { fail: [] })
    expect((await api<AcquisitionLink>('POST', `acquisition-links/${link.id}/sync`, {})).sync.state).toBe('done')
    expect((await read(link)).employees).toHaveLength(2)
  })

  test('a link that is deleted here is deleted there; one that the administrator deletes is shown as gone and can no more be changed', async () => {
    const [mine, theirs] = [await newLink('这里删'), await newLink('那里删')]
    await api('DELETE', `acquisition-links/${mine.id}`)
    await until(async () => !(await linksThere()).some(({ name }) => name === '这里删'))
    await phone('DELETE', `links/${theirs.linkId}`)
    await until(async () => (await read(theirs)).state === 'gone')
    await expect(api('PATCH', `acquisition-links/${theirs.id}`, { name: '改不了' })).rejects.toThrow('acquisition_link.gone')
    const short = await fetch(theirs.variants[0]?.shortUrl ?? '', { redirect: 'manual' })
    expect(short.status).toBe(410)
    await expect.poll(() => eventsOf(theirs, 'acquisition_link.deleted')).toBe(1)
  })

  test('the quota is known, warned of when it runs low, and found exhausted and back', async () => {
    await phone('POST', 'links/quota', { amount: 20, days: 5, replace: true })
    await api('POST', 'acquisition-links/reading', {})
    await until(async () => (await quota()).balance === 20)
    expect(await quota()).toMatchObject({ level: 'fine', expiring: { balance: 20 }, problem: null })
    const link = await newLink('用额度')
    await open(link.url, '第一位')
    await until(async () => (await quota()).level === 'low')
    await phone('POST', 'links/quota', { amount: 1, replace: true })
    await open(link.url, '最后一位')
    await until(async () => (await quota()).level === 'exhausted')
    await expect(open(link.url, '来晚了')).rejects.toThrow('link.exhausted')
    await phone('POST', 'links/quota', { amount: 500 })
    await until(async () => (await quota()).level === 'fine')
    await expect
      .poll(() => quotaEvents())
      .toEqual([
        'acquisition_quota.exhausted',
        'acquisition_quota.expiry_announced',
        'acquisition_quota.increased',
        'acquisition_quota.ran_low',
      ])
  })

  test('what lost callbacks did not tell is repaired in the night and written down; the next night finds nothing', async () => {
    const [gone, talked] = [await newLink('丢了回调'), await newLink('丢了开口')]
    const friend = await open(talked.url, '开口丢了')
    await until(async () => (await people(talked)).length === 1)
    await quiet()
    await compare()
    const before = (await repairs()).length
    await phone('PUT', 'faults', { callbacks: { drop: 1 } })
    await phone('DELETE', `links/${gone.linkId}`)
    await phone('POST', 'say', { from: friend.externalUserId, to: friend.userId, text: '有人吗' })
    await phone('PUT', 'faults', { callbacks: {} })
    await quiet()
    expect((await read(gone)).state).toBe('active')
    await compare()
    expect((await read(gone)).state).toBe('gone')
    expect((await people(talked))[0]?.chat).toBe('wrote')
    expect((await repairs()).slice(before).sort()).toEqual(['link_customers', 'link_gone'])
    await compare()
    expect(await repairs()).toHaveLength(before + 2)
  })

  test('who comes at once is counted once each, whatever becomes of the callbacks', async () => {
    const link = await newLink('人多', { channelId: channel, tagIds: [tag] })
    await phone('PUT', 'faults', { callbacks: { duplicate: 1, reorder: 1 } })
    await Promise.all(Array.from({ length: 12 }, (_, n) => open(link.url, `挤进来${n}`)))
    await phone('PUT', 'faults', { callbacks: { drop: 1 } })
    for (let n = 0; n < 4; n++) await open(link.url, `没消息${n}`)
    await phone('PUT', 'faults', { callbacks: {} })
    await until(async () => (await people(link)).length === 12, 20_000)
    await compare()
    await until(async () => (await people(link)).length === 16, 20_000)
    expect((await read(link)).counts).toMatchObject({ added: 16, friends: 16 })
    expect((await statistics(link)).variants).toMatchObject([{ variant: { name: '' }, added: 16 }])
    const last = (await people(link)).find(({ customer }) => customer.name === '没消息3')
    const found = await api<{ channel: { name: string }; tags: { name: string }[] }>('GET', `customers/${last?.customer.id}`)
    expect([found.channel.name, found.tags.map(({ name }) => name)]).toEqual(['抖音私信', ['获客链接']])
    await expect.poll(() => eventsOf(link, 'acquisition_link.added')).toBe(16)
  })

  test('a link that nobody here made is shown with its people once WeCom lists it', async () => {
    const lost = await newLink('以后再找到')
    const { ctx } = workspace
    const id = await numberOf(lost)
    await ctx.db.deleteFrom('acquisitionLinks').where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await open(lost.url, '先来的人')
    await quiet()
    await compare()
    const { items } = await api<{ items: AcquisitionLink[] }>('GET', `acquisition-links?q=${encodeURIComponent('以后再找到')}`)
    expect(items).toMatchObject([{ origin: 'wecom', state: 'active', employees: [{ id: members[0]?.id }], counts: { added: 1 } }])
    expect(items[0]?.url).toContain('customer_channel=')
  })

  test('what WeCom counts stands beside our own numbers', async () => {
    const link = await newLink('对数')
    await open(link.url, '对数客户')
    await until(async () => (await people(link)).length === 1)
    await compare()
    expect((await statistics(link)).totals).toMatchObject({ added: 1, clicks: 1, newCustomers: 1 })
    const { items } = await api<{ items: AcquisitionLink[] }>('GET', `acquisition-links?q=${encodeURIComponent('对数')}`)
    expect(items[0]?.counts).toMatchObject({ friends: 1, added: 1, clicksLately: 1 })
  })

  test('bad input is refused at the field it stands in', async () => {
    const refused = async (body: object): Promise<unknown> => {
      const answer = await raw('acquisition-links', 'POST', { name: '坏', employeeIds: [members[0]?.id], ...body })
      return ((await answer.json()) as { error: { field?: string } }).error.field
    }
    expect(await refused({ name: '' })).toBe('name')
    expect(await refused({ name: '长'.repeat(31) })).toBe('name')
    expect(await refused({ employeeIds: [] })).toBe('employeeIds')
    expect(await refused({ employeeIds: ['emp_nonsense'] })).toBe('employeeIds.0')
    expect(await refused({ departmentIds: ['dep_nonsense'] })).toBe('departmentIds.0')
    expect(await refused({ tagIds: ['tag_nonsense'] })).toBe('tagIds.0')
    expect(await refused({ channelId: 'cha_nonsense' })).toBe('channelId')
    expect(await refused({ priority: { kind: 'listed', employeeIds: [] } })).toBe('priority.employeeIds')
    expect(await refused({ welcome: { text: '{nobody}', attachments: [] } })).toBe('welcome.text')
    for (const path of [
      'acquisition-links/acl_nonsense',
      'acquisition-links/acl_nonsense/people',
      'acquisition-links/acl_nonsense/statistics',
    ])
      expect((await raw(path)).status).toBe(404)
    for (const path of ['/a/nonsense', '/a/1-abcdefghjkmn']) expect((await fetch(`${workspace.url}${path}`)).status).toBe(404)
  })

  test('an app that may not use links is told what to switch on', async () => {
    // Every time until it may: what happened before asks for a reading of its own, which would find nothing wrong.
    await phone('PUT', 'faults', { fail: [{ path: 'externalcontact/customer_acquisition_quota', errcode: 48002, times: 1000 }] })
    await api('POST', 'acquisition-links/reading', {})
    await until(async () => (await quota()).problem?.errcode === 48002)
    expect((await quota()).level).toBe('unknown')
    await phone('PUT', 'faults', { fail: [] })
    await api('POST', 'acquisition-links/reading', {})
    await until(async () => (await quota()).problem === null)
  })
})

const newLink = (name: string, more: object = {}): Promise<AcquisitionLink> =>
  api('POST', 'acquisition-links', { name, employeeIds: [members[0]?.id], ...more })

const read = ({ id }: { id: string }): Promise<AcquisitionLink> => api('GET', `acquisition-links/${id}`)

const open = (url: string | null | undefined, name: string): Promise<{ externalUserId: string; userId: string }> =>
  phone('POST', 'scan', { code: url ?? '', name })

const linksThere = async (): Promise<{ linkId: string; name: string }[]> =>
  (await phone<{ items: { linkId: string; name: string }[] }>('GET', 'links?limit=200')).items

const people = async ({ id }: { id: string }, step = 'added'): Promise<AcquiredCustomer[]> =>
  (await api<{ items: AcquiredCustomer[] }>('GET', `acquisition-links/${id}/people?step=${step}`)).items

const statistics = ({ id }: { id: string }): Promise<LinkStatistics> => api('GET', `acquisition-links/${id}/statistics`)

async function quota(): Promise<Quota> {
  const [first] = (await api<{ items: Quota[] }>('GET', 'acquisition-links/quota')).items
  if (!first) throw new Error('there is no corp')
  return first
}

const inbox = async (externalUserId: string): Promise<string[]> =>
  (await phone<{ items: { text?: string }[] }>('GET', `inbox/${externalUserId}`)).items.map(({ text }) => text ?? '')

async function numberOf({ linkId }: { linkId: string | null }): Promise<number> {
  const { ctx } = workspace
  const row = await ctx.db
    .selectFrom('acquisitionLinks')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('linkId', '=', linkId)
    .executeTakeFirstOrThrow()
  return row.id
}

/** How often the reports have this fact of the link. */
async function eventsOf(link: { linkId: string | null }, name: string): Promise<number> {
  const { ctx } = workspace
  const rows = await ctx.clickhouse.rows<{ count: string }>(
    "select toString(count()) as count from events where tenant = {tenant:UInt32} and name = {name:String} and properties['link'] = {link:String}",
    { tenant: ctx.tenantId, name, link: String(await numberOf(link)) },
  )
  return Number(rows[0]?.count ?? 0)
}

async function quotaEvents(): Promise<string[]> {
  const { ctx } = workspace
  const rows = await ctx.clickhouse.rows<{ name: string }>(
    "select name from events where tenant = {tenant:UInt32} and name like 'acquisition_quota.%' order by name",
    { tenant: ctx.tenantId },
  )
  return rows.map(({ name }) => name)
}

async function compare(): Promise<void> {
  await startSync(workspace.ctx, corp, 'nightly')
  await jobsDone()
}

async function jobsDone(): Promise<void> {
  const { ctx } = workspace
  const inState = (...states: string[]) =>
    ctx.db.selectFrom('jobs').select(['name', 'error']).where('tenantId', '=', ctx.tenantId).where('state', 'in', states).execute()
  await until(async () => (await inState('waiting', 'running')).length === 0, 60_000)
  expect(await inState('failed')).toEqual([])
}

/** Everything the sandbox has to tell is told, and everything told is worked through. */
async function quiet(): Promise<void> {
  const { ctx } = workspace
  await until(async () => {
    const { counts } = await phone<{ counts: Record<string, number> }>('GET', 'callbacks?limit=1')
    const waiting = await ctx.db
      .selectFrom('wecomInbox')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('state', '=', 'waiting')
      .execute()
    return !counts.waiting && waiting.length === 0
  }, 30_000)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await jobsDone()
}

async function repairs(): Promise<string[]> {
  const { ctx } = workspace
  const rows = await ctx.db
    .selectFrom('wecomRepairs')
    .select('kind')
    .where('tenantId', '=', ctx.tenantId)
    .where('kind', 'like', 'link%')
    .orderBy('id')
    .execute()
  return rows.map(({ kind }) => kind)
}

const raw = (path: string, method = 'GET', body?: object): Promise<Response> =>
  fetch(`${workspace.url}/api/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${workspace.apiKey}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })

async function api<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await raw(path, method, body)
  const answer = response.status === 204 ? undefined : await response.json()
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer as T
}

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)
