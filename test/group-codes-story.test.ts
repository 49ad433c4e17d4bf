import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCorp } from '#management/wecom/corps.ts'
import { startSync } from '#management/wecom/sync.ts'
import type { GroupCode } from '#operation/group-codes/schema.ts'
import type { GroupItem } from '#operation/groups/schema.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { until } from '#test/support/until.ts'
import { tellSandbox } from './support/sandbox-control.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'

// Codes into groups, scanned on the phone.

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let corp: number
let owner: string
const groups: string[] = []

beforeAll(async () => {
  workspace = await openSandboxedWorkspace(await ownDatabases())
  const [first] = (await phone<{ items: { corpId: string }[] }>('GET', 'corps')).items
  corp = (await findCorp(workspace.ctx, first?.corpId ?? '')) ?? 0
  await jobsDone()
  const { items } = await phone<{ items: { userId: string; contact: boolean; status: number }[] }>('GET', 'employees')
  owner = items.find(({ contact, status }) => contact && status === 1)?.userId ?? ''
  for (const name of ['一群', '二群']) groups.push(await newGroup(name))
})

afterAll(() => workspace?.close())

test('a code is made at WeCom at once, with its picture, and counts who came through it and who stayed', async () => {
  const code = await api<GroupCode>('POST', 'group-codes', {
    name: '门店海报',
    groupIds: groups,
    newGroups: { name: '门店福利群', from: 3 },
  })
  expect(code).toMatchObject({
    groups: [{ name: '一群' }, { name: '二群' }],
    newGroups: { name: '门店福利群', from: 3 },
    hasPicture: true,
    sync: { state: 'done' },
  })
  const picture = await raw(`group-codes/${code.id}/image?download=true`)
  expect(picture.headers.get('content-type')).toMatch(/^image\//)
  expect(picture.headers.get('content-disposition')).toContain('attachment')
  const came = [await scan(code, '阿一'), await scan(code, '阿二')]
  await until(async () => (await read(code)).joined === 2)
  await phone('POST', `groups/${came[0]?.chatId}/leave`, { member: came[0]?.externalUserId })
  await until(async () => (await read(code)).present === 1)
  expect(await read(code)).toMatchObject({ joined: 2, joinedToday: 2, present: 1 })
})

test('when all groups are full the one that WeCom makes is here after the night, and a change of name keeps it', async () => {
  const small = await newGroup('小群')
  const code = await api<GroupCode>('POST', 'group-codes', { name: '满了就建', groupIds: [small], newGroups: { name: '自动群' } })
  await phone('PUT', 'settings', { limits: { groupMembers: 3 } })
  const first = await scan(code, '第一位')
  expect((await scan(code, '第二位')).chatId).toBe(first.chatId)
  const next = await scan(code, '第三位')
  expect(next.chatId).not.toBe(first.chatId)
  await phone('PUT', 'settings', { limits: { groupMembers: 200 } })
  await until(async () => (await api<{ items: GroupItem[] }>('GET', `groups?q=${encodeURIComponent('自动群')}`)).items.length === 1)
  await startSync(workspace.ctx, corp, 'nightly')
  await jobsDone()
  expect((await read(code)).groups).toHaveLength(2)
  const renamed = await api<GroupCode>('PATCH', `group-codes/${code.id}`, { name: '换了名字' })
  expect(renamed).toMatchObject({ name: '换了名字', sync: { state: 'done' }, groups: [{}, {}] })
})

test('what WeCom refuses is shown until it can; a deleted code leads nowhere', async () => {
  const code = await api<GroupCode>('POST', 'group-codes', { name: '会出错', groupIds: groups })
  await phone('PUT', 'faults', { fail: [{ path: 'externalcontact/groupchat/update_join_way', errcode: 41091, times: 1 }] })
  const failed = await api<GroupCode>('PATCH', `group-codes/${code.id}`, { groupIds: [groups[1]] })
  expect(failed.sync).toMatchObject({ state: 'failed', error: { message: expect.stringContaining('41091') } })
  await phone('PUT', 'faults', { fail: [] })
  expect((await api<GroupCode>('POST', `group-codes/${code.id}/sync`, {})).sync.state).toBe('done')
  const address = await configOf(code)
  await api('DELETE', `group-codes/${code.id}`)
  await jobsDone()
  await expect(phone('POST', 'scan', { code: address, name: '来晚了' })).rejects.toThrow()
  expect((await raw(`group-codes/${code.id}`)).status).toBe(404)
})

test('bad input is refused at the field it stands in', async () => {
  const refused = async (body: object): Promise<unknown> =>
    ((await (await raw('group-codes', 'POST', { name: '坏', groupIds: groups, ...body })).json()) as { error: { field?: string } }).error
      .field
  expect(await refused({ name: '' })).toBe('name')
  expect(await refused({ groupIds: [] })).toBe('groupIds')
  expect(await refused({ groupIds: ['grp_nonsense'] })).toBe('groupIds.0')
  expect(await refused({ groupIds: [groups[0], groups[0]] })).toBe('groupIds.1')
  expect(await refused({ newGroups: { name: '' } })).toBe('newGroups.name')
  expect((await raw('group-codes/gco_nonsense')).status).toBe(404)
})

async function newGroup(name: string): Promise<string> {
  await phone('POST', 'groups', { owner, name })
  const find = async () => (await api<{ items: GroupItem[] }>('GET', `groups?q=${encodeURIComponent(name)}`)).items[0]?.id
  await until(async () => (await find()) !== undefined)
  return (await find()) ?? ''
}

const read = ({ id }: GroupCode): Promise<GroupCode> => api('GET', `group-codes/${id}`)

async function configOf({ name }: GroupCode): Promise<string> {
  const { ctx } = workspace
  const row = await ctx.db
    .selectFrom('groupCodes')
    .select('configId')
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  return row.configId ?? ''
}

const scan = async (code: GroupCode, name: string): Promise<{ externalUserId: string; chatId: string }> =>
  phone('POST', 'scan', { code: await configOf(await read(code)), name })

async function jobsDone(): Promise<void> {
  const { ctx } = workspace
  const inState = (...states: string[]) =>
    ctx.db.selectFrom('jobs').select(['name', 'error']).where('tenantId', '=', ctx.tenantId).where('state', 'in', states).execute()
  await until(async () => (await inState('waiting', 'running')).length === 0, 60_000)
  expect(await inState('failed')).toEqual([])
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
