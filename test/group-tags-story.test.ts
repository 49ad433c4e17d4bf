import { afterAll, beforeAll, expect, test } from 'vitest'
import type { GroupItem, GroupTagItem } from '#operation/groups/schema.ts'
import type { MessageDetail, Preview } from '#operation/messages/schema.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { tellSandbox } from './support/sandbox-control.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'
import { until } from './support/until.ts'

// A message to the groups with a tag, from the API to what stands in the groups on the phones.

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
const owner = 'groupsowner'

beforeAll(async () => {
  workspace = await openSandboxedWorkspace(await ownDatabases())
  await changePolicy(workspace.ctx, { quietHours: { marketing: null, service: null } })
  await phone('POST', 'employees', { userId: owner, name: '秦朗', contact: true })
})

afterAll(() => workspace?.close())

test('a message to groups with a tag reaches these and no others', { timeout: 90_000 }, async () => {
  const [vip, plain, closed, left] = [
    await newGroup('会员群'),
    await newGroup('普通群'),
    await newGroup('会员旧群'),
    await newGroup('会员内部群'),
  ]
  const [member, staff] = [await newTag('会员'), await newTag('内部')]
  await api('POST', 'groups/tagging', { groups: [vip, closed, left].map(({ id }) => id), give: [member] })
  await api('POST', 'groups/tagging', { groups: [left.id], give: [staff] })
  await phone('DELETE', `groups/${closed.chatId}?by=${owner}`)
  await until(async () => (await groupCalled('会员旧群'))?.state === 'dismissed')

  const text = '会员专享，今晚八点'
  const to = { whom: 'groups', audience: { tags: { in: [member], none: [staff] } } }
  const { receivers, now } = await api<Preview>('POST', 'messages/preview', { kind: 'marketing', to })
  expect([receivers, now]).toEqual([1, 1])
  const { id } = await api<MessageDetail>('POST', 'messages', { name: '会员夜', to, content: { text, attachments: [] } })
  await api('POST', `messages/${id}/submission`, {})
  const asked = async () => (await phone<{ items: { id: string }[] }>('GET', `tasks/${owner}`)).items
  await until(async () => (await asked()).length > 0)
  for (const task of await asked()) await phone('POST', `tasks/${task.id}/confirm`)
  await until(async () => (await api<MessageDetail>('GET', `messages/${id}`)).state === 'done', 60_000)
  expect((await api<MessageDetail>('GET', `messages/${id}`)).counts).toEqual([{ state: 'sent', reason: null, count: 1 }])
  const heard = await Promise.all([vip, plain, left].map(async ({ chatId }) => (await said(chatId)).includes(text)))
  expect(heard).toEqual([true, false, false])
})

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)

async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${workspace.url}/api/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${workspace.apiKey}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`${path}: ${answer}`)
  return JSON.parse(answer) as T
}

const newTag = async (name: string): Promise<string> => (await api<GroupTagItem>('POST', 'group-tags', { name })).id

/** Two of them may have names that hold each other's: the exact one is meant. */
const groupCalled = async (name: string): Promise<GroupItem | undefined> =>
  (await api<{ items: GroupItem[] }>('GET', `groups?q=${encodeURIComponent(name)}`)).items.find((group) => group.name === name)

async function newGroup(name: string): Promise<{ id: string; chatId: string }> {
  const { chatId } = await phone<{ chatId: string }>('POST', 'groups', { owner, name })
  await until(async () => (await groupCalled(name)) !== undefined)
  return { id: (await groupCalled(name))?.id ?? '', chatId }
}

/** Everything that stands in a group on a phone. */
const said = async (chatId: string): Promise<string> => JSON.stringify(await phone<object>('GET', `groups/${chatId}`))
