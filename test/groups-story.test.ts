import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findCorp } from '#management/wecom/corps.ts'
import { startSync } from '#management/wecom/sync.ts'
import { listGroups } from '#operation/groups/queries.ts'
import type { GroupDetail, GroupItem, GroupMemberItem, GroupStatistics, MembershipItem } from '#operation/groups/schema.ts'
import { publicId } from '#platform/ids.ts'
import { seededRandom } from '#platform/random.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { until } from '#test/support/until.ts'
import { tellSandbox } from './support/sandbox-control.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'

// Customer groups of one company on the sandbox: what happens on the phones stands here, whatever becomes of the callbacks.

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let corp: number
let owner: string
let colleague: string

beforeAll(async () => {
  workspace = await openSandboxedWorkspace(await ownDatabases())
  const [first] = (await phone<{ items: { corpId: string }[] }>('GET', 'corps')).items
  corp = (await findCorp(workspace.ctx, first?.corpId ?? '')) ?? 0
  await jobsDone()
  const { items } = await phone<{ items: { userId: string; contact: boolean; status: number }[] }>('GET', 'employees')
  const [one, other] = items.filter(({ contact, status }) => contact && status === 1)
  owner = one?.userId ?? ''
  colleague = other?.userId ?? ''
})

afterAll(() => workspace?.close())

describe('customer groups', () => {
  test('are read whole by the comparison, with everybody in them and how they came', async () => {
    expect(await different()).toEqual([])
    expect(await repairs()).toEqual([])
    const small = await totalOf()
    expect(small).toBeGreaterThan(0)
    await phone('POST', 'company', { employees: 4, customers: 60, groups: 12, seed: 'groups' })
    await compare('asked')
    expect(await different()).toEqual([])
    expect(await repairs()).toEqual(Array.from({ length: 12 }, () => 'group_missing'))
    expect(await totalOf()).toBe(small + 12)
    const { items } = await api<{ items: GroupItem[] }>('groups?limit=5&sort=-customersCount')
    expect(items.map(({ customersCount }) => customersCount)).toEqual(
      items.map(({ customersCount }) => customersCount).sort((a, b) => b - a),
    )
  })

  test('pages of the list hold every group once, in any order', async () => {
    for (const sort of ['createdAt', '-createdAt', 'customersCount', '-customersCount']) {
      const seen: string[] = []
      for (let cursor = ''; ; ) {
        const page = await api<{ items: GroupItem[]; next: string | null }>(`groups?limit=5&sort=${sort}&cursor=${cursor}`)
        seen.push(...page.items.map(({ id }) => id))
        if (!page.next) break
        cursor = page.next
      }
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen).toHaveLength(await totalOf())
    }
  })

  test('whoever scans the code of a group stands in it within two seconds, and it is on their timeline once', async () => {
    const group = await newGroup('新客体验群')
    const startedAt = Date.now()
    const joined = await phone<{ externalUserId: string; chatId: string }>('POST', 'scan', { code: group.code, name: '许一诺' })
    expect(joined.chatId).toBe(group.chatId)
    await until(async () => (await memberOf(group, '许一诺')) !== undefined)
    expect(Date.now() - startedAt).toBeLessThan(2000)
    expect(await memberOf(group, '许一诺')).toMatchObject({ kind: 'customer', joinScene: 'code', role: 'member' })
    await quiet()
    await expect.poll(() => eventsOf(joined.externalUserId)).toEqual(['customer.created', 'group.joined'])
  })

  test('an invitation names who invited; a link is a link', async () => {
    const group = await newGroup('老友群')
    const [invited, linked] = [await friendOf(owner, '赵可'), await friendOf(owner, '钱多')]
    await phone('POST', `groups/${group.chatId}/invite`, { by: owner, members: [invited] })
    await phone('POST', `groups/${group.chatId}/invite`, { by: owner, members: [linked], via: 'link' })
    await until(async () => (await memberOf(group, '钱多')) !== undefined)
    const inviter = { name: await nameOf(owner) }
    expect(await memberOf(group, '赵可')).toMatchObject({ joinScene: 'invited', inviter })
    expect(await memberOf(group, '钱多')).toMatchObject({ joinScene: 'link' })
    expect(await different()).toEqual([])
  })

  test('who left and who was removed are told apart, and both keep their row', async () => {
    const group = await newGroup('进出群')
    const [goes, thrown] = [await scanInto(group, '孙远'), await scanInto(group, '李静')]
    await phone('POST', `groups/${group.chatId}/leave`, { member: goes })
    await phone('POST', `groups/${group.chatId}/remove`, { by: owner, members: [thrown] })
    await until(async () => (await members(group, 'former')).length === 2)
    await quiet()
    expect(Object.fromEntries((await members(group, 'former')).map(({ name, quitScene }) => [name, quitScene]))).toEqual({
      孙远: 'left',
      李静: 'removed',
    })
    await expect.poll(() => eventsOf(goes)).toEqual(['customer.created', 'group.joined', 'group.left'])
    await phone('POST', 'scan', { code: group.code, customer: goes })
    await until(async () => (await memberOf(group, '孙远')) !== undefined)
    expect((await members(group, 'former')).map(({ name }) => name)).toContain('孙远')
    const statistics = await api<GroupStatistics>(`groups/${await idOf(group)}/statistics?dateFrom=${today()}&dateTo=${today()}`)
    expect(statistics).toMatchObject({ joined: 3, left: 2, scenes: [{ scene: 'code', joined: 3, stayed: 1 }] })
  })

  test('a new name, notice and owner are here at once; admins, which WeCom does not tell of, after the night', async () => {
    const group = await newGroup('旧名字')
    await phone('POST', `groups/${group.chatId}/invite`, { by: owner, members: [colleague] })
    await phone('PUT', `groups/${group.chatId}`, { by: owner, name: '新名字', notice: '周五八点见' })
    await until(async () => (await detail(group)).notice === '周五八点见')
    expect((await detail(group)).name).toBe('新名字')
    await phone('PUT', `groups/${group.chatId}`, { by: owner, owner: colleague })
    await until(async () => (await detail(group)).owner?.name === (await nameOf(colleague)))
    await expect.poll(() => groupEvents(group)).toEqual(['group.created', 'group.owner_changed', 'group.renamed'])
    await phone('PUT', `groups/${group.chatId}`, { by: colleague, admins: [owner] })
    await compare('nightly')
    expect((await detail(group)).admins.map(({ name }) => name)).toEqual([await nameOf(owner)])
  })

  test('a dismissed group keeps its people as former members', async () => {
    const group = await newGroup('短命群')
    const guest = await scanInto(group, '周末')
    await phone('DELETE', `groups/${group.chatId}?by=${owner}`)
    await until(async () => (await detail(group)).state === 'dismissed')
    expect(await members(group, 'current')).toEqual([])
    expect(await memberships(guest)).toMatchObject([{ group: { name: '短命群' }, quitScene: 'dismissed' }])
    await quiet()
    await expect.poll(() => eventsOf(guest)).toEqual(['customer.created', 'group.joined', 'group.left'])
    await expect.poll(() => groupEvents(group)).toEqual(['group.created', 'group.dismissed'])
  })

  test('callbacks that come twice and out of order end in what WeCom shows, each act told once', async () => {
    await phone('PUT', 'faults', { callbacks: { duplicate: 1, reorder: 1 } })
    const acts = await liveThrough('order', 40)
    await phone('PUT', 'faults', { callbacks: {} })
    await quiet()
    expect(await different()).toEqual([])
    await expect.poll(() => joinsTold(acts.groups)).toBe(acts.joins)
  })

  test('who comes while WeCom cannot be asked is here all the same, completed when it answers again', async () => {
    const group = await newGroup('断线群')
    await phone('PUT', 'faults', { fail: [{ path: 'externalcontact/groupchat/get', status: 503, times: 6 }] })
    await phone('POST', 'scan', { code: group.code, name: '陈默' })
    await until(async () => (await members(group, 'current')).some(({ kind }) => kind === 'customer'))
    await phone('PUT', 'faults', { fail: [] })
    await until(async () => (await memberOf(group, '陈默')) !== undefined, 20_000)
    await quiet()
    expect(await different()).toEqual([])
  })

  test('what lost callbacks did not tell is repaired in the night and written down; the next night finds nothing', async () => {
    await compare('nightly')
    const before = (await repairs()).length
    await phone('PUT', 'faults', { callbacks: { drop: 1 } })
    await liveThrough('lost', 40)
    await phone('POST', `groups/${(await groupCalled('新名字')).chatId}/invite`, {
      by: colleague,
      members: [await friendOf(colleague, '冯春')],
    })
    await phone('DELETE', `groups/${(await groupCalled('老友群')).chatId}`)
    await phone('PUT', 'faults', { callbacks: {} })
    await quiet()
    expect((await different()).length).toBeGreaterThan(0)
    await compare('nightly')
    expect(await different()).toEqual([])
    const found = (await repairs()).slice(before)
    expect(new Set(found)).toEqual(new Set(['group_missing', 'group_members', 'group_details', 'group_gone']))
    await compare('nightly')
    expect(await repairs()).toHaveLength(before + found.length)
  })

  test('an employee sees the groups they own and no others', async () => {
    const employee = await employeeId(colleague)
    const actor = { ...workspace.ctx.actor, scope: [employee] }
    const { items } = await listGroups({ ...workspace.ctx, actor }, { limit: 200 })
    expect(items.length).toBeGreaterThan(0)
    expect(new Set(items.map(({ owner }) => owner?.id))).toEqual(new Set([publicId(workspace.ctx, 'emp', employee)]))
  })
})

const totalOf = async (): Promise<number> => (await api<{ total: number }>('groups?limit=1')).total

async function groupCalled(name: string): Promise<Group> {
  const found = (await phone<{ items: Group[] }>('GET', 'groups?limit=200')).items.find((one) => one.name === name)
  if (!found) throw new Error(`there is no group ${name}`)
  return found
}

type Group = { chatId: string; name: string; code: string }

async function newGroup(name: string): Promise<Group> {
  const group = await phone<Group>('POST', 'groups', { owner, name })
  await until(async () => (await idOf(group)) !== '')
  return group
}

const scanInto = async ({ chatId, code }: Group, name: string): Promise<string> => {
  const { externalUserId } = await phone<{ externalUserId: string }>('POST', 'scan', { code, name })
  await until(async () => (await memberOf({ chatId }, name)) !== undefined)
  return externalUserId
}

const friendOf = async (userId: string, name: string): Promise<string> => {
  const friend = await phone<{ externalUserId: string; task?: { id: string } }>('POST', 'befriend', { userId, name })
  const { items } = await phone<{ items: { id: string }[] }>('GET', `tasks/${userId}`)
  for (const { id } of items) await phone('POST', `tasks/${id}/confirm`)
  return friend.externalUserId
}

/** Some weeks of groups in a second: people come by code and go, are removed, groups get other names. */
async function liveThrough(seed: string, acts: number): Promise<{ groups: string[]; joins: number }> {
  const random = seededRandom(seed)
  const groups: { chatId: string; code: string; inside: string[] }[] = []
  for (const n of [1, 2, 3]) {
    const { chatId, code } = await phone<Group>('POST', 'groups', { owner, name: `${seed} ${n}` })
    groups.push({ chatId, code, inside: [] })
  }
  let joins = 0
  for (let n = 0; n < acts; n++) {
    const group = random.pick(groups)
    const somebody = group.inside.length > 0 ? random.pick(group.inside) : undefined
    if (!somebody || random.chance(0.5)) {
      const { externalUserId } = await phone<{ externalUserId: string }>('POST', 'scan', { code: group.code, name: `${seed}客${n}` })
      group.inside.push(externalUserId)
      joins++
      continue
    }
    if (random.chance(0.25)) await phone('PUT', `groups/${group.chatId}`, { by: owner, name: `${seed} 改 ${n}` })
    else {
      group.inside = group.inside.filter((one) => one !== somebody)
      if (random.chance(0.5)) await phone('POST', `groups/${group.chatId}/leave`, { member: somebody })
      else await phone('POST', `groups/${group.chatId}/remove`, { by: owner, members: [somebody] })
    }
  }
  await phone('PUT', `groups/${(await groupCalled('新名字')).chatId}`, { by: colleague, notice: seed })
  return { groups: groups.map(({ chatId }) => chatId), joins }
}

type Shown = {
  chatId: string
  name: string
  notice: string
  owner: string
  admins: string[]
  members: { member: string; joinScene: number; state: string; invitor: string; joinedAt: string }[]
}

const lines = (group: Shown): string[] => [
  `${group.chatId} ${group.name} ${group.notice} ${group.owner} ${[...group.admins].sort()}`,
  ...group.members.map(({ member, joinScene, state, invitor, joinedAt }) =>
    [group.chatId, member, joinScene, state, invitor, joinedAt.slice(0, 19)].join(' '),
  ),
]

/** Every group and everybody in it as the phones show them, against the tables that people see. */
async function different(): Promise<string[]> {
  const there: string[] = []
  const { items } = await phone<{ items: { chatId: string }[] }>('GET', 'groups?limit=200')
  for (const { chatId } of items) there.push(...lines(await phone<Shown>('GET', `groups/${chatId}`)))
  const { ctx } = workspace
  const groups = await ctx.db
    .selectFrom('groups')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('dismissedAt', 'is', null)
    .execute()
  const rows = await ctx.db
    .selectFrom('groupMembers')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('leftAt', 'is', null)
    .execute()
  const scenes = { invited: 1, link: 2, code: 3 }
  const here = groups.flatMap(({ id, chatId, name, notice, ownerUserid, admins }) =>
    lines({
      chatId,
      name,
      notice,
      owner: ownerUserid,
      admins,
      members: rows
        .filter(({ groupId }) => groupId === id)
        .map(({ member, joinScene, state, inviterUserid, joinedAt }) => ({
          member,
          joinScene: scenes[joinScene as 'code'] ?? 0,
          state,
          invitor: inviterUserid,
          joinedAt: joinedAt.toISOString(),
        })),
    }),
  )
  return [...there.filter((line) => !here.includes(line)), ...here.filter((line) => !there.includes(line))].sort()
}

async function compare(why: 'asked' | 'nightly'): Promise<void> {
  await startSync(workspace.ctx, corp, why)
  await jobsDone()
}

async function jobsDone(): Promise<void> {
  const { ctx } = workspace
  const inState = (...states: string[]) =>
    ctx.db.selectFrom('jobs').select(['name', 'error']).where('tenantId', '=', ctx.tenantId).where('state', 'in', states).execute()
  await until(async () => (await inState('waiting', 'running')).length === 0, 60_000)
  expect(await inState('failed')).toEqual([])
}

/** Everything the sandbox has to tell is told, everything told is worked through, and what has to be read again is read. */
async function quiet(): Promise<void> {
  const { ctx } = workspace
  const isQuiet = async () => {
    const { counts } = await phone<{ counts: Record<string, number> }>('GET', 'callbacks?limit=1')
    const waiting = await ctx.db
      .selectFrom('wecomInbox')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('state', '=', 'waiting')
      .execute()
    return !counts.waiting && waiting.length === 0
  }
  await until(isQuiet, 30_000)
  await new Promise((resolve) => setTimeout(resolve, 300))
  await until(isQuiet, 30_000)
  await jobsDone()
}

async function repairs(): Promise<string[]> {
  const { ctx } = workspace
  const rows = await ctx.db
    .selectFrom('wecomRepairs')
    .select('kind')
    .where('tenantId', '=', ctx.tenantId)
    .where('kind', 'like', 'group%')
    .orderBy('id')
    .execute()
  return rows.map(({ kind }) => kind)
}

async function idOf({ chatId }: { chatId: string }): Promise<string> {
  const { ctx } = workspace
  const row = await ctx.db
    .selectFrom('groups')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('chatId', '=', chatId)
    .executeTakeFirst()
  return row ? publicId(ctx, 'grp', row.id) : ''
}

const detail = async (group: Group): Promise<GroupDetail> => api(`groups/${await idOf(group)}`)

const members = async (group: { chatId: string }, state: string): Promise<GroupMemberItem[]> =>
  (await api<{ items: GroupMemberItem[] }>(`groups/${await idOf(group)}/members?state=${state}&limit=200`)).items

const memberOf = async (group: { chatId: string }, name: string): Promise<GroupMemberItem | undefined> =>
  (await members(group, 'current')).find((one) => one.name === name)

async function customerOf(externalUserId: string): Promise<number> {
  const { ctx } = workspace
  const row = await ctx.db
    .selectFrom('identities')
    .select('customerId')
    .where('tenantId', '=', ctx.tenantId)
    .where('kind', '=', 'wecom_external_userid')
    .where('value', '=', externalUserId)
    .executeTakeFirstOrThrow()
  return row.customerId
}

const memberships = async (externalUserId: string): Promise<MembershipItem[]> => {
  const customer = publicId(workspace.ctx, 'cus', await customerOf(externalUserId))
  return (await api<{ items: MembershipItem[] }>(`groups/memberships?customer=${customer}`)).items
}

/** Facts as the reports and timelines have them, by name. */
async function eventsOf(externalUserId: string): Promise<string[]> {
  const person = await customerOf(externalUserId)
  return told('person = {person:UInt32}', { person })
}

/** What is told of the group itself, not of its people. */
async function groupEvents({ chatId }: Group): Promise<string[]> {
  return told(`person = 0 and name like 'group.%' and properties['chat'] in {chats:Array(String)}`, { chats: await numbersOf([chatId]) })
}

async function joinsTold(chatIds: string[]): Promise<number> {
  return (await told(`name = 'group.joined' and properties['chat'] in {chats:Array(String)}`, { chats: await numbersOf(chatIds) })).length
}

async function told(where: string, params: Record<string, unknown>): Promise<string[]> {
  const { ctx } = workspace
  const rows = await ctx.clickhouse.rows<{ name: string }>(
    `select name from events where tenant = {tenant:UInt32} and ${where} order by name`,
    {
      tenant: ctx.tenantId,
      ...params,
    },
  )
  return rows.map(({ name }) => name)
}

async function numbersOf(chatIds: string[]): Promise<string[]> {
  const { ctx } = workspace
  const rows = await ctx.db.selectFrom('groups').select('id').where('tenantId', '=', ctx.tenantId).where('chatId', 'in', chatIds).execute()
  return rows.map(({ id }) => String(id))
}

async function employeeId(userId: string): Promise<number> {
  const { ctx } = workspace
  const row = await ctx.db
    .selectFrom('employeeAccounts')
    .select('employeeId')
    .where('tenantId', '=', ctx.tenantId)
    .where('userId', '=', userId)
    .executeTakeFirstOrThrow()
  return row.employeeId
}

async function nameOf(userId: string): Promise<string> {
  const { ctx } = workspace
  const id = await employeeId(userId)
  return (
    await ctx.db.selectFrom('employees').select('name').where('tenantId', '=', ctx.tenantId).where('id', '=', id).executeTakeFirstOrThrow()
  ).name
}

/** Companies are in Shanghai unless they say otherwise. */
const today = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10)

async function api<T>(path: string): Promise<T> {
  const response = await fetch(`${workspace.url}/api/v1/${path}`, { headers: { Authorization: `Bearer ${workspace.apiKey}` } })
  const answer = (await response.json()) as T
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer
}

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)
