import { beforeAll, expect, test } from 'vitest'
import { startFollow } from '#management/customers/commands.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import type { Context } from '#platform/context.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createContent } from '../contents/commands.ts'
import { changePolicy } from '../outbound/policy.ts'
import type { Policy } from '../outbound/schema.ts'
import { Definition } from './definition.ts'
import { simulate } from './foresight.ts'
import { rules } from './testing-rules.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const foresee = (ctx: Context, people: readonly number[], definition: Definition) =>
  simulate(ctx, rules, people, { definition, happens: {}, entry: {} })

/** Three words, a day apart. */
const three = (kind: 'marketing' | 'service') =>
  Definition.parse({
    entry: { by: 'hand' },
    start: 'm1',
    steps: [1, 2, 3].flatMap((n) => [
      { id: `m${n}`, type: 'message', text: `第${n}次`, kind, next: n < 3 ? `w${n}` : null },
      ...(n < 3 ? [{ id: `w${n}`, type: 'wait', for: { value: 1, unit: 'day' }, next: `m${n + 1}` }] : []),
    ]),
  })

async function company() {
  // Tuesday morning in Beijing.
  workspace.setNow(new Date('2026-03-03T02:00:00Z'))
  const ctx = await workspace.newTenant()
  const { id: employee } = await createEmployee(ctx, { name: '小王', roleId: await roleOf(ctx, 'employee') })
  const none = Buffer.from('')
  const { id: corp } = await ctx.db
    .insertInto('wecomCorps')
    .values({
      tenantId: ctx.tenantId,
      secret: none,
      callbackToken: none,
      callbackKey: none,
      name: '甲',
      corpId: `ww${ctx.tenantId}`,
      agentId: 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await ctx.db
    .insertInto('employeeAccounts')
    .values({ tenantId: ctx.tenantId, employeeId: employee, corpId: corp, userId: 'wang' })
    .execute()
  const [one = 0, two = 0] = await identifyMany(
    ctx,
    Array.from({ length: 2 }, (_, i) => ({ identities: [{ kind: 'member_no' as const, value: `M${i}` }] })),
    'test',
  )
  const content = await createContent(ctx, { text: '早安', attachments: [] }, [])
  let key = 0
  const got = (customerId: number, kind: 'marketing' | 'service', at: string, refused = false) =>
    ctx.db
      .insertInto('sends')
      .values({
        ...{ tenantId: ctx.tenantId, key: `k${++key}`, customerId, contentId: content, kind, sourceKind: 'message', sourceId: 1 },
        ...{ corp, userId: 'wang', target: `wm${customerId}`, createdAt: new Date(at), dueAt: new Date(at), taskedAt: new Date(at) },
        ...(refused ? { state: 'failed', reason: 'over_limit', finishedAt: new Date(at) } : { state: 'sent' }),
      })
      .execute()
  return { ctx, corp, employee, one, two, got }
}

const overs = async (ctx: Context, people: readonly number[], kind: 'marketing' | 'service', change: Partial<Policy>) => {
  await changePolicy(ctx, change)
  const { overLimit, overFrequency } = await foresee(ctx, people, three(kind))
  return [overLimit, overFrequency]
}
const free = { frequency: { marketing: null, service: null } }

test('WeCom’s limits are the company’s: its month, week or day in Beijing, with what people got in it', async () => {
  const { ctx, one, two, got } = await company()
  const people = [one, two]
  expect(await overs(ctx, people, 'service', { ...free, platformPeriod: 'day' })).toEqual([0, 0])
  expect(await overs(ctx, people, 'service', { platformPeriod: 'week' })).toEqual([0, 0])
  // This morning, of either kind: today is used up.
  await got(one, 'service', '2026-03-03T01:00:00Z')
  expect(await overs(ctx, people, 'service', { platformPeriod: 'day' })).toEqual([1, 0])
  // Four this week, three to come; a fifth and they are too many. What came before Monday counts for nothing.
  for (const at of ['2026-03-01T15:59:00Z', '2026-03-01T16:00:00Z', '2026-03-02T05:00:00Z', '2026-03-02T06:00:00Z'])
    await got(one, 'marketing', at)
  expect(await overs(ctx, people, 'service', { platformPeriod: 'week' })).toEqual([0, 0])
  await got(one, 'marketing', '2026-03-02T07:00:00Z')
  expect(await overs(ctx, people, 'service', { platformPeriod: 'week' })).toEqual([1, 0])
  expect(await overs(ctx, people, 'service', { platformPeriod: 'month' })).toEqual([0, 0])
  // Where WeCom said that it takes no more, it takes no more.
  await got(two, 'service', '2026-03-02T07:00:00Z', true)
  expect(await overs(ctx, people, 'service', { platformPeriod: 'month' })).toEqual([1, 0])
})

test('the company’s own rule counts marketing in its days, before and within the journey', async () => {
  const { ctx, one, two, got } = await company()
  const people = [one, two]
  const cap = (most: number, days: number) => ({ frequency: { marketing: { most, days }, service: null } })
  expect(await overs(ctx, people, 'marketing', cap(3, 7))).toEqual([0, 0])
  expect(await overs(ctx, people, 'marketing', cap(2, 7))).toEqual([0, 2])
  expect(await overs(ctx, people, 'service', cap(2, 7))).toEqual([0, 0])
  await got(one, 'service', '2026-03-01T02:00:00Z')
  await got(one, 'marketing', '2026-02-20T02:00:00Z')
  expect(await overs(ctx, people, 'marketing', cap(3, 7))).toEqual([0, 0])
  await got(one, 'marketing', '2026-03-01T02:00:00Z')
  expect(await overs(ctx, people, 'marketing', cap(3, 7))).toEqual([0, 1])
})

test('greetings count by person, groups and moments once a day for whoever is reached', async () => {
  const { ctx, corp, employee, one, two } = await company()
  const alone = (await identifyMany(ctx, [{ identities: [{ kind: 'member_no', value: 'X' }] }], 'test'))[0] ?? 0
  for (const customerId of [one, two]) await startFollow(ctx, { customerId, employeeId: employee, at: ctx.now() })
  const { id: groupId } = await ctx.db
    .insertInto('groups')
    .values({ tenantId: ctx.tenantId, corp, chatId: 'wr1', name: '一群', createdAt: ctx.now(), changedAt: ctx.now(), ownerId: employee })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const customerId of [one, two])
    await ctx.db
      .insertInto('groupMembers')
      .values({ tenantId: ctx.tenantId, groupId, member: `wm${customerId}`, kind: 'customer', customerId, joinedAt: ctx.now() })
      .execute()
  const definition = Definition.parse({
    entry: { by: 'event', event: 'customer.followed' },
    start: 'greet',
    steps: [
      { id: 'greet', type: 'welcome', text: '您好', next: 'group' },
      { id: 'group', type: 'group_message', text: '群里见', next: 'wait' },
      { id: 'wait', type: 'wait', for: { value: 1, unit: 'day' }, next: 'moment' },
      { id: 'moment', type: 'moment', text: '春茶上新' },
    ],
  })
  const { days } = await foresee(ctx, [one, two, alone], definition)
  expect(days.map(({ day, welcomes, groupMessages, moments, messages }) => [day, welcomes, groupMessages, moments, messages])).toEqual([
    ['2026-03-03', 3, 1, 0, 0],
    ['2026-03-04', 0, 0, 1, 0],
  ])
})
