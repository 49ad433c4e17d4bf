import { beforeAll, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import { orderPaid } from '#conversion/events.ts'
import { liveCodeAdded } from '#growth/events.ts'
import { startFollow } from '#management/customers/commands.ts'
import { identify } from '#management/identity/commands.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { client, cookieFor, roleOf } from '#management/team/testing/people.ts'
import { listTasks } from '#operation/tasks/queries.ts'
import { TaskQuery } from '#operation/tasks/schema.ts'
import type { Context } from '#platform/context.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { changeMarketingTask } from './changing.ts'
import { createMarketingTask, handOutMore, stopMarketingTask } from './commands.ts'
import { marketingResults } from './counting.ts'
import { rankPeople, readMarketingTask } from './queries.ts'
import { MarketingTaskInput } from './schema.ts'
import { scriptWith } from './script.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  workspace.setNow('2026-03-12T04:00:00.000Z')
  await registerConsumers(workspace, [marketingResults])
})

const input = (facts: Record<string, unknown>) =>
  MarketingTaskInput.parse({
    name: '春季上新',
    script: '看看 {link} 吧',
    targetUrl: 'https://shop.test/spring?from=x&ll_task=forged#top',
    goal: 2,
    endsAt: '2026-03-20T04:00:00.000Z',
    ...facts,
  })

async function company() {
  const ctx = await workspace.newTenant()
  const top = await ctx.db
    .insertInto('departments')
    .values({ tenantId: ctx.tenantId, name: '门店' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const below = await ctx.db
    .insertInto('departments')
    .values({ tenantId: ctx.tenantId, name: '一店', parentId: top.id })
    .returning('id')
    .executeTakeFirstOrThrow()
  const roleId = await roleOf(ctx, 'employee')
  const [one, two, outside] = [
    (await createEmployee(ctx, { name: '甲', roleId, departmentIds: [top.id] })).id,
    (await createEmployee(ctx, { name: '乙', roleId, departmentIds: [below.id] })).id,
    (await createEmployee(ctx, { name: '丙', roleId })).id,
  ]
  return { ctx, one, two, outside, departmentIds: [publicId(ctx, 'dep', top.id)] }
}

const phone = { 'user-agent': 'Mozilla/5.0 (iPhone) Mobile MicroMessenger' }
const open = (address: string, headers: Record<string, string> = phone) =>
  createApp(workspace).request(new URL(address).pathname + new URL(address).search, { headers, redirect: 'manual' })

const people = async (ctx: Context, id: number) =>
  Object.fromEntries((await rankPeople(ctx, id, { limit: 50 })).items.map((one) => [one.employee.name, one]))

const tasksOf = async (ctx: Context, view: 'open' | 'ended') =>
  (await listTasks(ctx, TaskQuery.parse({ whose: 'team', view }))).items.map(({ employee, state }) => [employee?.name, state])

let friends = 0
async function newFriend(ctx: Context, employeeId: number, at: string): Promise<number> {
  const customerId = await identify(ctx, [{ kind: 'member_no', value: `f${++friends}` }])
  await startFollow(ctx, { customerId, employeeId, at: new Date(at) })
  return customerId
}

const pay = (
  ctx: Context,
  customerId: number | null,
  order: number,
  facts: { at?: string; currency?: string; employeeName?: string } = {},
) =>
  inTransaction(ctx, async (ctx) =>
    emit(ctx, orderPaid, {
      customerId,
      at: new Date(facts.at ?? '2026-03-15T04:00:00.000Z'),
      properties: {
        ...{ order, orderNo: `o${order}`, shop: 0, amount: 1000, currency: facts.currency ?? 'CNY', items: 1, source: 'manual', lines: 1 },
        ...{ products: [], first: true, ...(facts.employeeName && { employeeName: facts.employeeName }) },
      },
    }),
  )

test('is handed out once to everybody active below a department, each with an address of their own', async () => {
  const { ctx, one, outside, departmentIds } = await company()
  const id = await createMarketingTask(ctx, input({ departmentIds, employeeIds: [publicId(ctx, 'emp', one)] }))
  expect(await handOutMore(ctx, id, { departmentIds, employeeIds: [publicId(ctx, 'emp', outside)] })).toBe(1)
  const each = await people(ctx, id)
  expect(Object.keys(each).sort()).toEqual(['丙', '乙', '甲'])
  expect(new Set(Object.values(each).map(({ url }) => url)).size).toBe(3)
  expect((await tasksOf(ctx, 'open')).length).toBe(3)
  await expect(createMarketingTask(ctx, input({}))).rejects.toMatchObject({ code: 'marketing_task.nobody', field: 'employeeIds' })
  await expect(createMarketingTask(ctx, input({ departmentIds, endsAt: '2026-03-12T03:00:00.000Z' }))).rejects.toMatchObject({
    field: 'endsAt',
  })
  expect((await ctx.db.selectFrom('marketingTasks').select('id').where('tenantId', '=', ctx.tenantId).execute()).length).toBe(1)
})

test('changed while it runs it says the new words with each one’s own address, keeps what was counted, and is told', async () => {
  const { ctx, one, two, departmentIds } = await company()
  const none = Buffer.from('')
  const corp = { tenantId: ctx.tenantId, secret: none, callbackToken: none, callbackKey: none }
  const { id: corpId } = await ctx.db
    .insertInto('wecomCorps')
    .values({ ...corp, corpId: 'ww1', name: '有应用', agentId: 1000002 })
    .returning('id')
    .executeTakeFirstOrThrow()
  await ctx.db
    .insertInto('employeeAccounts')
    .values([
      { tenantId: ctx.tenantId, corpId, userId: 'a', employeeId: one },
      { tenantId: ctx.tenantId, corpId, userId: 'b', employeeId: two },
    ])
    .execute()
  const id = await createMarketingTask(ctx, input({ departmentIds, goal: 1 }))
  const url = (await people(ctx, id)).甲?.url ?? ''
  await open((await people(ctx, id)).乙?.url ?? '')
  const change = { name: '初夏上新', script: '夏天到了', endsAt: '2026-03-25T04:00:00.000Z' }
  expect(await changeMarketingTask(ctx, id, change)).toBe(1)
  expect(await changeMarketingTask(ctx, id, change)).toBe(0)
  const { items } = await listTasks(ctx, TaskQuery.parse({ whose: 'team', view: 'open' }))
  expect(items).toMatchObject([{ title: '初夏上新', script: `夏天到了\n${url}`, dueAt: change.endsAt, url }])
  expect((await people(ctx, id)).乙).toMatchObject({ clicks: 1, reachedAt: '2026-03-12T04:00:00.000Z' })
  const reminders = await ctx.db.selectFrom('taskReminders').select(['employeeId', 'text']).where('tenantId', '=', ctx.tenantId).execute()
  expect(reminders).toEqual([{ employeeId: one, text: expect.stringContaining('话术已更新，截止改为 03-25 12:00') }])
  await expect(changeMarketingTask(ctx, id, { endsAt: '2026-03-12T03:00:00.000Z' })).rejects.toMatchObject({
    code: 'marketing_task.ends_too_early',
    field: 'endsAt',
  })
  await stopMarketingTask(ctx, id)
  await expect(changeMarketingTask(ctx, id, { name: '晚了' })).rejects.toMatchObject({ code: 'marketing_task.over' })
})

test('an address counts people’s visits, leads to the stored address only, and comes to the goal once', async () => {
  const { ctx, one, departmentIds } = await company()
  const id = await createMarketingTask(ctx, input({ departmentIds }))
  const url = (await people(ctx, id)).甲?.url ?? ''
  const answer = await open(`${url}?to=https://evil.test`)
  const target = new URL(answer.headers.get('location') ?? '')
  expect([answer.status, target.origin, target.pathname, target.hash]).toEqual([302, 'https://shop.test', '/spring', '#top'])
  expect(Object.fromEntries(target.searchParams)).toEqual({
    from: 'x',
    ll_employee: publicId(ctx, 'emp', one),
    ll_task: publicId(ctx, 'mtk', id),
  })
  await open(url, { 'user-agent': 'Googlebot' })
  expect((await people(ctx, id)).甲).toMatchObject({ clicks: 1, reachedAt: null })
  await Promise.all([open(url), open(url), open(url)])
  expect((await people(ctx, id)).甲).toMatchObject({ clicks: 4, rank: 1, reachedAt: '2026-03-12T04:00:00.000Z' })
  expect(await tasksOf(ctx, 'ended')).toEqual([['甲', 'done']])
  const reached = await ctx.db
    .selectFrom('eventLog')
    .select('id')
    .where('name', '=', 'marketing_task.reached')
    .where('tenantId', '=', ctx.tenantId)
    .execute()
  expect(reached.length).toBe(1)
  const other = url.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x'))
  expect([(await open(other)).status, (await open(`${new URL(url).origin}/m/zzz`)).status]).toEqual([404, 404])
  await stopMarketingTask(ctx, id)
  expect((await open(url)).status).toBe(302)
  expect((await people(ctx, id)).甲?.clicks).toBe(4)
  expect((await tasksOf(ctx, 'ended')).sort()).toEqual([
    ['乙', 'withdrawn'],
    ['甲', 'done'],
  ])
  await expect(stopMarketingTask(ctx, id)).rejects.toMatchObject({ code: 'marketing_task.over' })
})

test('new friends and their orders count for who brought them, within the time and once', async () => {
  const { ctx, one, two, departmentIds } = await company()
  const id = await createMarketingTask(ctx, input({ departmentIds, goalKind: 'friends' }))
  const friend = await newFriend(ctx, one, '2026-03-13T04:00:00.000Z')
  await startFollow(ctx, { customerId: friend, employeeId: two, at: new Date('2026-03-14T04:00:00.000Z') })
  await newFriend(ctx, one, '2026-03-11T04:00:00.000Z')
  await newFriend(ctx, two, '2026-03-20T04:00:00.000Z')
  await consumeAll(workspace, [marketingResults])
  await pay(ctx, friend, 1)
  await pay(ctx, friend, 1)
  await pay(ctx, friend, 2, { currency: 'USD' })
  await pay(ctx, friend, 3, { at: '2026-03-21T04:00:00.000Z' })
  const stranger = await identify(ctx, [{ kind: 'member_no', value: 'stranger' }])
  await pay(ctx, stranger, 4, { employeeName: '乙' })
  await pay(ctx, stranger, 5, { employeeName: '丁' })
  await consumeAll(workspace, [marketingResults])
  expect(await people(ctx, id)).toMatchObject({
    甲: { friends: 1, orders: 2, paidMinor: 1000, rank: 1 },
    乙: { friends: 1, orders: 1, paidMinor: 1000, rank: 1 },
  })
  expect((await readMarketingTask(ctx, id)).totals).toEqual({ clicks: 0, friends: 2, orders: 3, paidMinor: 2000, people: 2, reached: 0 })
})

test('with a live code only those who came through it count', async () => {
  const { ctx, one, departmentIds } = await company()
  const id = await createMarketingTask(ctx, input({ departmentIds, goalKind: 'friends', goal: 1, liveCodeId: publicId(ctx, 'lco', 7) }))
  const friend = await newFriend(ctx, one, '2026-03-13T04:00:00.000Z')
  const through = (code: number) =>
    inTransaction(ctx, async (ctx) =>
      emit(ctx, liveCodeAdded, {
        customerId: friend,
        at: new Date('2026-03-13T04:00:00.000Z'),
        properties: { code, codeName: 'c', employee: one, employeeName: '甲', corp: 1, again: false },
      }),
    )
  await through(8)
  await consumeAll(workspace, [marketingResults])
  expect((await people(ctx, id)).甲).toMatchObject({ friends: 0, reachedAt: null })
  await through(7)
  await consumeAll(workspace, [marketingResults])
  expect((await people(ctx, id)).甲).toMatchObject({ friends: 1 })
  expect(await tasksOf(ctx, 'ended')).toEqual([['甲', 'done']])
})

test('employees see their own and their place; they hand nothing out', async () => {
  const { ctx, two, outside, departmentIds } = await company()
  const id = await createMarketingTask(ctx, input({ departmentIds }))
  await open((await people(ctx, id)).甲?.url ?? '')
  const call = client(createApp(workspace))
  const mine = await call('GET', 'marketing-tasks', { cookie: await cookieFor(workspace, ctx, two) })
  expect(mine.body.items).toMatchObject([{ totals: { people: 1, clicks: 0 }, mine: { rank: 2, clicks: 0 } }])
  expect(mine.body.items[0].mine.script).toBe(`看看 ${mine.body.items[0].mine.url} 吧`)
  const path = `marketing-tasks/${publicId(ctx, 'mtk', id)}`
  expect((await call('GET', `${path}/people`, { cookie: await cookieFor(workspace, ctx, two) })).body.items).toMatchObject([{ rank: 2 }])
  expect((await call('GET', path, { cookie: await cookieFor(workspace, ctx, outside) })).status).toBe(404)
  expect((await call('PUT', `${path}/stop`, { cookie: await cookieFor(workspace, ctx, two) })).status).toBe(403)
})

test.each(['javascript:alert(1)', 'ftp://shop.test', 'https://me:secret@shop.test', 'shop.test'])('refuses to lead to %s', (targetUrl) => {
  expect(MarketingTaskInput.safeParse({ name: 'x', targetUrl, goal: 1, endsAt: '2026-03-20T04:00:00.000Z' }).success).toBe(false)
})

test('the address stands where the words want it, else behind them', () => {
  expect([scriptWith('a {link} b {link}', 'u'), scriptWith('a', 'u'), scriptWith('', 'u')]).toEqual(['a u b u', 'a\nu', 'u'])
})
