import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { startFollow } from '#management/customers/commands.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { createEmployee } from '#management/team/employees/commands.ts'
import { roleOf } from '#management/team/testing/people.ts'
import type { Context } from '#platform/context.ts'
import { consumeAll, registerConsumers } from '#platform/events/consumers.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { changeFollowUp } from '../follow-ups/commands.ts'
import { customerFollowUps, listStages } from '../follow-ups/queries.ts'
import { changeConsent } from '../outbound/consents.ts'
import { checkDefinition } from './check.ts'
import { createJourney, enterByHand, publishJourney, stopJourney } from './commands.ts'
import { Definition } from './definition.ts'
import { dryRun } from './foresight.ts'
import { journeyReactions } from './hearing.ts'
import { moveOnce } from './loop.ts'
import { listRuns, readCounts, readTrace } from './queries.ts'
import { RunQuery } from './schema.ts'
import { rules } from './testing-rules.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
  await registerConsumers(workspace, [journeyReactions])
  workspace.setNow('2026-03-02T02:00:00Z')
})

const drawing = (steps: object[]) => Definition.parse({ entry: { by: 'hand' }, reentry: { policy: 'inactive' }, start: 'a', steps })

async function begin(ctx: Context, steps: object[]): Promise<number> {
  const id = await createJourney(ctx, { name: `旅程${Math.random()}`, note: '', draft: drawing(steps) })
  await publishJourney(ctx, rules, id)
  return id
}

async function send(ctx: Context, journey: number, people: readonly number[]): Promise<void> {
  await enterByHand(ctx, journey, people)
  await consumeAll(workspace, [journeyReactions])
  while ((await moveOnce(workspace, rules)) > 0);
}

const waysOf = async (ctx: Context, journey: number, step: string) =>
  (await readCounts(ctx, journey)).steps.find((one) => one.step === step)?.ways

/** A colleague whom an app may write to, and their friends. */
async function company(friends: number) {
  const ctx = await workspace.newTenant()
  const { id } = await createEmployee(ctx, { name: '小王', roleId: await roleOf(ctx, 'employee') })
  const none = Buffer.from('')
  const corp = { tenantId: ctx.tenantId, secret: none, callbackToken: none, callbackKey: none }
  const { id: corpId } = await ctx.db
    .insertInto('wecomCorps')
    .values({ ...corp, name: '甲', corpId: `ww${ctx.tenantId}`, agentId: 1000002 })
    .returning('id')
    .executeTakeFirstOrThrow()
  await ctx.db.insertInto('employeeAccounts').values({ tenantId: ctx.tenantId, employeeId: id, corpId, userId: 'wang' }).execute()
  const people = await identifyMany(
    ctx,
    Array.from({ length: friends }, (_, i) => ({
      identities: [{ kind: 'member_no' as const, value: `M${i}` }],
      facts: { name: `客${i}` },
    })),
    'test',
  )
  for (const customerId of people) await startFollow(ctx, { customerId, employeeId: id, at: ctx.now() })
  const me: Context = { ...ctx, actor: { kind: 'employee', id, name: '小王', permissions: new Set(['tasks.write']), scope: [id] } }
  return { ctx, me, employee: id, people }
}

const logged = async (ctx: Context, name: string) =>
  (
    await sql<{ customerId: number; properties: Record<string, unknown> }>`
      select customer_id, properties from event_log where tenant_id = ${ctx.tenantId} and name = ${name} order by transaction, seq`.execute(
      ctx.db,
    )
  ).rows

test('a stage step moves the friendship of the colleague forward, back only where it says so, and says whom it could not move', async () => {
  const { ctx, me, people } = await company(2)
  const [one = 0, far = 0] = people
  const [stranger = 0] = await identifyMany(ctx, [{ identities: [{ kind: 'member_no', value: 'X' }] }], 'test')
  const stages = await listStages(ctx, { whose: 'team' })
  const named = (at: number) => stages[at]?.id ?? ''
  await changeFollowUp(me, far, { stageId: named(3) })
  const stage = (back: boolean) => [{ id: 'a', type: 'stage', stage: named(1), back }]
  const journey = await begin(ctx, stage(false))
  await send(ctx, journey, [one, far, stranger])
  expect(await waysOf(ctx, journey, 'a')).toEqual({ next: 3, 'missed:further': 1, 'missed:no_colleague': 1 })
  const stageOf = async (customer: number) => (await customerFollowUps(ctx, customer)).items.map((item) => item.stage.name)
  expect([await stageOf(one), await stageOf(far)]).toEqual([['深度互动'], ['提出方案']])
  // Again is no second move: nothing is told twice.
  await send(ctx, journey, [one])
  expect((await logged(ctx, 'follow_up.moved')).map(({ customerId, properties }) => [customerId, properties.stageName])).toEqual([
    [far, '提出方案'],
    [one, '深度互动'],
  ])
  await send(ctx, await begin(ctx, stage(true)), [far])
  expect(await stageOf(far)).toEqual(['深度互动'])
  expect((await customerFollowUps(ctx, far)).records[0]).toMatchObject({
    stage: { name: '深度互动' },
    text: expect.stringMatching(/^「旅程/),
  })
})

test('a notice is planned once a person with their page, and people who come together are one notice', async () => {
  const { ctx, employee, people } = await company(40)
  const other = await createEmployee(ctx, { name: '没有应用', roleId: await roleOf(ctx, 'employee') })
  const journey = await begin(ctx, [
    { id: 'a', type: 'notice', text: '{{name}}来了，{{employee}}请留意', next: 'b' },
    { id: 'b', type: 'notice', employees: [publicId(ctx, 'emp', other.id)], text: '看一下', next: null },
  ])
  const [first = 0, ...rest] = people
  await send(ctx, journey, [first])
  await send(ctx, journey, rest)
  const planned = await ctx.db
    .selectFrom('taskReminders')
    .select(['employeeId', 'text'])
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('id')
    .execute()
  expect(planned.map(({ employeeId }) => employeeId)).toEqual([employee, employee])
  const [alone, together] = planned.map(({ text }) => text)
  expect(alone).toBe(`客0来了，小王请留意\n${ctx.config.publicUrl}/customers/${publicId(ctx, 'cus', first)}`)
  expect(together).toMatch(/^客1来了.*\n.*\n客2来了/)
  expect(together).toMatch(/\n\+\d+$/)
  expect(Buffer.byteLength(together ?? '')).toBeLessThan(2048)
  expect(await waysOf(ctx, journey, 'b')).toEqual({ next: 40, 'missed:no_app': 40 })
})

test('a text message is asked for with the words of this person, after consent, and says when the quiet hours end', async () => {
  const { ctx, people } = await company(3)
  const [reached = 0, refuses = 0, unknown = 0] = people
  await identifyMany(
    ctx,
    [reached, refuses].map((_, i) => ({
      identities: [
        { kind: 'member_no', value: `M${i}` },
        { kind: 'phone', value: `1380013800${i}` },
      ],
    })),
    'test',
  )
  await changeConsent(ctx, refuses, { purpose: 'marketing', allowed: false, source: 'test' })
  const journey = await begin(ctx, [{ id: 'a', type: 'sms', text: '{{name}}，新品到了' }])
  await send(ctx, journey, [reached, refuses, unknown])
  expect(await waysOf(ctx, journey, 'a')).toEqual({ next: 3, 'missed:no_consent': 1, 'missed:no_phone': 1 })
  workspace.setNow('2026-03-02T15:00:00Z')
  await send(ctx, journey, [reached])
  workspace.setNow('2026-03-02T02:00:00Z')
  const told = await logged(ctx, 'sms.requested')
  expect(told.map(({ customerId }) => customerId)).toEqual([reached, reached])
  expect(told.map(({ properties: { text, kind, step, notBefore } }) => ({ text, kind, step, notBefore }))).toEqual([
    { text: '客0，新品到了', kind: 'marketing', step: 'a' },
    { text: '客0，新品到了', kind: 'marketing', step: 'a', notBefore: '2026-03-03T00:00:00.000Z' },
  ])
})

test('a group hears a step once a day, through its owner, however many of it come', async () => {
  const { ctx, employee, people } = await company(3)
  const [one = 0, two = 0, alone = 0] = people
  const corp = (await ctx.db.selectFrom('wecomCorps').select('id').where('tenantId', '=', ctx.tenantId).executeTakeFirstOrThrow()).id
  const group = async (chat: string, owner: number | null, members: number[]) => {
    const facts = { tenantId: ctx.tenantId, corp, chatId: chat, name: chat, createdAt: ctx.now(), changedAt: ctx.now() }
    const { id } = await ctx.db
      .insertInto('groups')
      .values({ ...facts, ownerId: owner })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const customerId of members)
      await ctx.db
        .insertInto('groupMembers')
        .values({ tenantId: ctx.tenantId, groupId: id, member: `wm${customerId}`, kind: 'customer', customerId, joinedAt: ctx.now() })
        .execute()
    return id
  }
  const own = await group('own', employee, [one, two])
  await group('other', null, [one])
  const journey = await begin(ctx, [{ id: 'a', type: 'group_message', text: '今晚八点开讲' }])
  await send(ctx, journey, [one, alone])
  await send(ctx, journey, [two])
  const heard = () => ctx.db.selectFrom('sends').select(['groupId', 'kind', 'step']).where('tenantId', '=', ctx.tenantId).execute()
  expect(await heard()).toEqual([{ groupId: own, kind: 'marketing', step: 'a' }])
  expect(await waysOf(ctx, journey, 'a')).toEqual({ next: 3, 'missed:no_group': 1 })
  // The group's message stands in the way of everybody by whose coming it was wished for.
  const { items } = await listRuns(ctx, journey, RunQuery.parse({}))
  const saidTo = async (customerId: number) => {
    const run = items.find(({ customer }) => customer.id === publicId(ctx, 'cus', customerId))
    return (await readTrace(ctx, internalId(ctx, 'jru', run?.id ?? ''))).turns.map(({ passed, sends }) => ({ passed, sends }))
  }
  const toOwn = { state: 'intended', group: { id: publicId(ctx, 'grp', own), name: 'own' } }
  for (const customerId of [one, two])
    expect(await saidTo(customerId)).toMatchObject([{ passed: [{ step: 'a', way: 'next' }], sends: { a: [toOwn] } }])
  expect((await saidTo(alone)).map(({ sends }) => sends)).toEqual([{}])
  workspace.setNow('2026-03-03T02:00:00Z')
  await send(ctx, journey, [two])
  expect((await heard()).length).toBe(2)
  workspace.setNow('2026-03-02T02:00:00Z')
})

test('colleagues of those who come are gathered into one moment, asked once a day each, and none without the tag that it is shown by', async () => {
  const { ctx, employee, people } = await company(2)
  const [first = 0, second = 0] = people
  const journey = await begin(ctx, [{ id: 'a', type: 'moment', text: '春茶上新' }])
  await send(ctx, journey, [first])
  await send(ctx, journey, [second])
  const planned = () =>
    ctx.db
      .selectFrom('moments')
      .select(['state', 'employeeIds', 'tagIds', 'nextAt'])
      .where('tenantId', '=', ctx.tenantId)
      .orderBy('id')
      .execute()
  const nextAt = new Date('2026-03-02T02:05:00Z')
  expect(await planned()).toEqual([{ state: 'scheduled', employeeIds: [employee], tagIds: [], nextAt }])
  const tag = publicId(ctx, 'tag', await ensureTag(ctx, '意向', '高'))
  const hidden = await begin(ctx, [{ id: 'a', type: 'moment', text: '只给高意向', tag }])
  await send(ctx, hidden, [first])
  expect(await waysOf(ctx, hidden, 'a')).toEqual({ next: 1, 'missed:tag_not_in_wecom': 1 })
  await stopJourney(ctx, journey)
  expect((await planned()).map(({ state }) => state)).toEqual(['cancelled'])
})

test('what these steps name is checked, step by step', async () => {
  const { ctx, people } = await company(1)
  const refused = (step: object) =>
    begin(ctx, [{ id: 'a', ...step }]).then(
      () => 'started',
      ({ code, field }) => `${code} ${field}`,
    )
  expect(await refused({ type: 'stage', stage: 'fst_none' })).toBe('follow_up_stage.not_found steps.0.stage')
  expect(await refused({ type: 'notice', text: 'x', employees: ['emp_none'] })).toBe('employee.not_found steps.0.employees.0')
  expect(await refused({ type: 'notice', text: '{{nobody}}' })).toBe('journey.unknown_variable steps.0.text')
  expect(await refused({ type: 'sms', text: '{{nobody}}' })).toBe('journey.unknown_variable steps.0.text')
  expect(await refused({ type: 'welcome', text: '您好' })).toBe('journey.welcome_entry steps.0.type')
  const greeting = (steps: object[]) =>
    checkDefinition(Definition.parse({ entry: { by: 'event', event: 'customer.followed' }, start: 'a', steps })).map(({ step, code }) => [
      step,
      code,
    ])
  const [welcome, day] = [
    { type: 'welcome', text: '您好' },
    { value: 1, unit: 'day' },
  ]
  expect(
    greeting([
      { id: 'a', type: 'goal', next: 'b' },
      { id: 'b', ...welcome },
    ]),
  ).toEqual([])
  expect(
    greeting([
      { id: 'a', type: 'wait', for: day, next: 'b' },
      { id: 'b', ...welcome },
    ]),
  ).toEqual([['b', 'journey.welcome_late']])
  expect(
    greeting([
      { id: 'a', ...welcome, next: 'b' },
      { id: 'b', ...welcome },
    ]),
  ).toEqual([['b', 'journey.welcome_late']])
  const draft = drawing([{ id: 'a', type: 'sms', text: '{{name}}您好', next: null }])
  const foreseen = await dryRun(ctx, rules, people[0] ?? 0, { definition: draft, happens: {}, entry: {} })
  expect(foreseen).toMatchObject({ end: 'done', effects: [{ step: 'a', type: 'sms', text: '客0您好' }] })
})

test('whoever comes to a welcome step without having been greeted goes on, and the trace says so', async () => {
  const { ctx, people } = await company(1)
  const draft = Definition.parse({
    entry: { by: 'event', event: 'customer.followed' },
    start: 'a',
    steps: [{ id: 'a', type: 'welcome', text: '您好' }],
  })
  const id = await createJourney(ctx, { name: '问候', note: '', draft })
  await publishJourney(ctx, rules, id)
  await send(ctx, id, people)
  expect((await listRuns(ctx, id, { limit: 10 })).items.map(({ state }) => state)).toEqual(['done'])
  expect(await waysOf(ctx, id, 'a')).toEqual({ next: 1, 'missed:no_greeting': 1 })
})
