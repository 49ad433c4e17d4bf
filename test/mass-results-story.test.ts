import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendToCustomers } from '#connectors/wecom/mass-messages.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { findCorp } from '#management/wecom/corps.ts'
import { startSync } from '#management/wecom/sync.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { until } from '#test/support/until.ts'
import { tellSandbox } from './support/sandbox-control.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'

// A customer deletes an employee and the callback is lost: WeCom goes on showing the friendship, and only a mass message tells.

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let corp: number
let member: string

beforeAll(async () => {
  workspace = await openSandboxedWorkspace(await ownDatabases())
  const [first] = (await phone<{ items: { corpId: string }[] }>('GET', 'corps')).items
  corp = (await findCorp(workspace.ctx, first?.corpId ?? '')) ?? 0
  await jobsDone()
  const { items } = await phone<{ items: { userId: string; contact: boolean; status: number }[] }>('GET', 'employees')
  member = items.find(({ contact, status }) => contact && status === 1)?.userId ?? ''
})

afterAll(() => workspace?.close())

test('who was lost without a word is found out by a mass message that did not reach them, once, and whoever came back stays', async () => {
  const [lost, kept, returned] = [await friend('走了没说'), await friend('一直都在'), await friend('走了又回来')]
  await phone('PUT', 'faults', { callbacks: { drop: 1 } })
  await phone('POST', 'unfollow', { externalUserId: lost, userId: member, by: 'customer' })
  await phone('POST', 'unfollow', { externalUserId: returned, userId: member, by: 'customer' })
  await phone('PUT', 'faults', { callbacks: {} })
  await compare()
  expect(await standing(lost)).toEqual({ live: true, endedBy: null })

  await sendToCustomers(await wecomApp(workspace.ctx, corp), { sender: member, customers: [lost, kept, returned] }, { text: '周末上新' })
  await confirmAll()
  await phone('POST', 'befriend', { userId: member, customer: returned })
  await confirmAll()
  await until(async () => (await standing(returned)).live)

  await compare()
  expect(await standing(lost)).toEqual({ live: false, endedBy: 'customer' })
  expect(await standing(kept)).toEqual({ live: true, endedBy: null })
  expect((await standing(returned)).live).toBe(true)
  const before = await repairs()
  expect(before.filter(({ externalUserid }) => externalUserid === lost)).toMatchObject([{ kind: 'follow_gone', userId: member }])
  expect(before.filter(({ externalUserid }) => externalUserid === kept)).toEqual([])

  await compare()
  expect(await repairs()).toEqual(before)
  expect(await standing(lost)).toEqual({ live: false, endedBy: 'customer' })
})

test('an app that may not read messages does not stop the comparison', async () => {
  await phone('PUT', 'faults', { fail: [{ path: 'externalcontact/get_groupmsg_list_v2', errcode: 48002, times: 1000 }] })
  await compare()
  await phone('PUT', 'faults', { fail: [] })
})

async function friend(name: string): Promise<string> {
  const { externalUserId } = await phone<{ externalUserId: string }>('POST', 'befriend', { userId: member, name })
  await confirmAll()
  await until(async () => (await standing(externalUserId)).live)
  return externalUserId
}

/** Everything the employee's phone asks for: new friends, and messages to be sent. */
async function confirmAll(): Promise<void> {
  const tasks = async () => (await phone<{ items: { id: string }[] }>('GET', `tasks/${member}`)).items
  await new Promise((resolve) => setTimeout(resolve, 1500))
  for (const { id } of await tasks()) await phone('POST', `tasks/${id}/confirm`)
}

async function standing(externalUserId: string): Promise<{ live: boolean; endedBy: string | null }> {
  const { ctx } = workspace
  const row = await ctx.db
    .selectFrom('wecomFollows as w')
    .leftJoin('follows as f', (join) =>
      join.onRef('f.tenantId', '=', 'w.tenantId').onRef('f.customerId', '=', 'w.customerId').onRef('f.employeeId', '=', 'w.employeeId'),
    )
    .select(['w.live', 'f.endedBy'])
    .where('w.tenantId', '=', ctx.tenantId)
    .where('w.externalUserid', '=', externalUserId)
    .where('w.userId', '=', member)
    .executeTakeFirst()
  return { live: row?.live ?? false, endedBy: row?.endedBy ?? null }
}

async function repairs(): Promise<{ kind: string; externalUserid: string | null; userId: string | null }[]> {
  const { ctx } = workspace
  return ctx.db
    .selectFrom('wecomRepairs')
    .select(['kind', 'externalUserid', 'userId'])
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('id')
    .execute()
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

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)
