import { sql } from 'kysely'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sendToCustomers } from '#connectors/wecom/mass-messages.ts'
import { findEmployeeByAccount } from '#management/team/queries.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { createCorp } from '#management/wecom/corps.ts'
import { applyNews } from '#management/wecom/friendships.ts'
import { type NewFriend, runWelcomes } from '#management/wecom/welcome.ts'
import { createContent } from '#operation/contents/commands.ts'
import { changeState, createExperiment } from '#operation/experiments/commands.ts'
import { changeControlGroup } from '#operation/experiments/control-commands.ts'
import { heldOutOfAll } from '#operation/experiments/control-queries.ts'
import { variantsFor } from '#operation/experiments/queries.ts'
import { NewExperiment } from '#operation/experiments/schema.ts'
import { createJourney } from '#operation/journeys/commands.ts'
import { JourneyInput } from '#operation/journeys/schema.ts'
import {
  cancelMessage,
  changeMessage,
  createMessage,
  remindMessage,
  rescheduleMessage,
  reviewMessage,
  submitMessage,
  testMessage,
  withdrawMessage,
} from '#operation/messages/commands.ts'
import { messageJobs, messageSchedules } from '#operation/messages/jobs.ts'
import { previewMessage, previewPeople } from '#operation/messages/preview.ts'
import { listTasks, readMessage } from '#operation/messages/queries.ts'
import type { MessageInput, Outcome } from '#operation/messages/schema.ts'
import { requireMessage } from '#operation/messages/trials.ts'
import { cancelMoment, changeMoment, createMoment, rescheduleMoment, reviewMoment, submitMoment } from '#operation/moments/commands.ts'
import { askForMoment } from '#operation/moments/journey-moments.ts'
import { claimMoments, doMoment } from '#operation/moments/publishing.ts'
import { listMoments, listMomentTasks, readMoment } from '#operation/moments/queries.ts'
import { MomentQuery } from '#operation/moments/schema.ts'
import { cancelIntents, type Intent, intend } from '#operation/outbound/commands.ts'
import { changeConsent } from '#operation/outbound/consents.ts'
import { decideDue } from '#operation/outbound/deciding.ts'
import type { Dealing } from '#operation/outbound/facts.ts'
import { unlessStopped } from '#operation/outbound/greeting.ts'
import { packReady } from '#operation/outbound/packing.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import { countSends, listSends, listStops } from '#operation/outbound/queries.ts'
import { SendQuery } from '#operation/outbound/schema.ts'
import { doTask } from '#operation/outbound/sender.ts'
import { countMet, liftStop, stopSends } from '#operation/outbound/stops.ts'
import { changeTask, claimTasks, holdTask } from '#operation/outbound/tasks.ts'
import { dealForGood, foreseeDeal } from '#operation/outbound/trials.ts'
import type { Actor, Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { runDueJobs } from '#platform/jobs.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'
import { contractLab } from './support/contract-lab.ts'
import { until } from './support/until.ts'

// From a wish to the phone and back, on a real database and WeCom's sandbox: each person once, whatever breaks on the way.

const lab = contractLab()
const { control } = lab
const creation = 'externalcontact/add_msg_template'
const nobody: Dealing = async () => new Map()

let base: Awaited<ReturnType<typeof openTestWorkspace>>
beforeAll(async () => {
  base = await openTestWorkspace({ WECOM_BASE_URL: lab.url })
})

let ctx: Context
let corp: number
let member: string
let seconds = 0
let callsBefore = 0
const calls = async () => (await lab.calls(creation)) - callsBefore

beforeEach(async () => {
  await control('PUT', 'settings', { habits: { dispatchMs: 0 }, limits: { massReceive: { per: 'month' } } })
  ctx = await base.newTenant()
  ctx.now = () => new Date(Date.now() + seconds * 1000)
  corp = (await createCorp(ctx, { corpId: lab.corp.corpId, secret: lab.corp.secret, agentId: lab.corp.agentId })).corp
  await changePolicy(ctx, { quietHours: { marketing: null, service: null }, frequency: { marketing: null, service: null } })
  member = await lab.newMember()
  callsBefore = await lab.calls(creation)
})

/** Friends of the member, in the sandbox and here: what WeCom calls them, and our customers. */
async function friends(count: number, of = member): Promise<{ external: string; customer: number }[]> {
  const externals = await lab.newCustomers(of, count)
  return befriend(externals, of)
}

async function befriend(externals: readonly string[], of: string, at = 1_700_000_000) {
  await applyNews(
    ctx,
    corp,
    externals.map(
      (externalUserId) => ({ externalUserId, userId: of, change: { at, what: 'added', key: `k${of}${externalUserId}` } }) as const,
    ),
  )
  const rows = await ctx.db
    .selectFrom('wecomFollows')
    .select(['externalUserid', 'customerId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('userId', '=', of)
    .execute()
  const customers = new Map(rows.map(({ externalUserid, customerId }) => [externalUserid, customerId ?? 0]))
  return externals.map((external) => ({ external, customer: customers.get(external) ?? 0 }))
}

let texts = 0
async function wish(customers: readonly number[], more: Partial<Intent> = {}): Promise<string> {
  const text = `第 ${++texts} 次上新`
  await inTransaction(ctx, async (ctx) => {
    const content = more.content ?? (await createContent(ctx, { text, attachments: [] }))
    const source = { kind: 'message', id: texts } as const
    await intend(
      ctx,
      customers.map((customerId) => ({
        key: `message ${texts} customer ${customerId}`,
        customerId,
        content,
        kind: 'marketing',
        source,
        ...more,
      })),
    )
  })
  return text
}

const signal = new AbortController().signal

async function decideAndPack(): Promise<void> {
  while ((await decideDue(ctx, nobody)) > 0);
  await packReady(ctx, { atOnce: true })
}

/** What a worker does until nothing is due; `hurry`: as if time had passed for everything that is put off. */
async function work(hurry = false): Promise<void> {
  await decideAndPack()
  if (hurry)
    await sql`update mass_tasks set next_at = ${ctx.now()}, lease_until = null where tenant_id = ${ctx.tenantId} and next_at is not null`.execute(
      ctx.db,
    )
  for (let tasks = await claimTasks(ctx, 8); tasks.length > 0; tasks = await claimTasks(ctx, 8))
    for (const task of tasks) await doTask(ctx, task, signal)
}

const sends = async () =>
  (
    await sql<{ customerId: number; state: string; reason: string | null }>`
    select customer_id, state, reason from sends where tenant_id = ${ctx.tenantId} order by id`.execute(ctx.db)
  ).rows
const fates = async () => (await sends()).map(({ state, reason }) => (reason ? `${state} ${reason}` : state))
const told = async () =>
  (
    await sql<{ name: string; customerId: number; reason: string | null }>`
    select name, customer_id, properties ->> 'reason' as reason from event_log where tenant_id = ${ctx.tenantId} and name like 'message.%' order by seq`.execute(
      ctx.db,
    )
  ).rows

type PhoneTask = { id: string; text: string; size: number }
const phoneTasks = async (userId = member): Promise<PhoneTask[]> => (await control<{ items: PhoneTask[] }>('GET', `tasks/${userId}`)).items
async function confirmAll(userId = member): Promise<void> {
  for (const { id } of await phoneTasks(userId)) await control('POST', `tasks/${id}/confirm`)
}
const inbox = async (external: string): Promise<string[]> =>
  (await control<{ items: { kind: string; text?: string; source: string }[] }>('GET', `inbox/${external}`)).items
    .filter(({ source }) => source === 'mass')
    .map(({ text }) => text ?? '')

describe('a wish', () => {
  test('becomes one message a member confirms, reaches each once, and is told once', async () => {
    const [one, two] = await friends(2)
    const other = await lab.newMember()
    await control('POST', 'befriend', { userId: other, customer: one?.external })
    await befriend([one?.external ?? ''], other, 1_700_009_999)
    const customers = [one?.customer ?? 0, two?.customer ?? 0]
    const text = await wish(customers)
    texts--
    await wish(customers)
    await work()
    expect(await fates()).toEqual(['tasked', 'tasked'])
    expect(await phoneTasks()).toMatchObject([{ text, size: 2 }])
    expect(await phoneTasks(other)).toEqual([])
    await confirmAll()
    await work(true)
    await work(true)
    expect(await fates()).toEqual(['sent', 'sent'])
    expect(await inbox(one?.external ?? '')).toEqual([text])
    expect((await told()).map(({ name }) => name)).toEqual(['message.sent', 'message.sent'])
    expect(await calls()).toBe(1)
  })

  test('that cannot arrive says why: deleted, too much already, unknown to WeCom, member gone', async () => {
    const [gone, full, kept] = await friends(3)
    const [ghost] = await befriend(['wmNobodyThere'], member)
    await control('POST', 'unfollow', { externalUserId: gone?.external, userId: member, by: 'customer' })
    await control('PUT', 'settings', { limits: { massReceive: { per: 'month', most: 1 } } })
    await sendToCustomers(lab.app, { sender: member, customers: [full?.external ?? ''] }, { text: '别的应用' })
    await confirmAll()
    await wish([gone, full, kept, ghost].map((one) => one?.customer ?? 0))
    await work()
    await confirmAll()
    await work(true)
    expect(await fates()).toEqual(['failed not_friend', 'failed over_limit', 'sent', 'failed unreachable'])
    const { rows } = await sql<{
      endedBy: string
    }>`select ended_by from follows where tenant_id = ${ctx.tenantId} and ended_at is not null`.execute(ctx.db)
    expect(rows).toEqual([{ endedBy: 'customer' }])
    // What WeCom said is known next time: nobody is asked to send in vain.
    await wish([gone, full].map((one) => one?.customer ?? 0))
    await work()
    expect((await fates()).slice(4)).toEqual(['suppressed no_friend', 'suppressed platform_limit'])
    expect((await told()).at(-1)).toMatchObject({ name: 'message.suppressed', reason: 'platform_limit' })
    const away = await lab.newMember()
    const [theirs] = await friends(1, away)
    await control('DELETE', `employees/${away}`)
    await wish([theirs?.customer ?? 0])
    await work()
    expect((await fates()).at(-1)).toBe('failed sender_unavailable')
  })

  test('waits for the morning, keeps to the company’s frequency, and is kept from whoever declined', async () => {
    const [one, two, three] = await friends(3)
    await changePolicy(ctx, {
      frequency: { marketing: { most: 1, days: 7 }, service: null },
      quietHours: { marketing: { from: '00:00', to: '23:59' }, service: null },
    })
    await changeConsent(ctx, two?.customer ?? 0, { purpose: 'marketing', allowed: false, source: 'page' })
    const everybody = [one, two, three].map((it) => it?.customer ?? 0)
    await wish(everybody)
    await work()
    expect(await fates()).toEqual(['waiting quiet_hours', 'suppressed no_consent', 'waiting quiet_hours'])
    await changePolicy(ctx, { quietHours: { marketing: null, service: null } })
    await sql`update sends set due_at = ${ctx.now()} where tenant_id = ${ctx.tenantId} and state = 'waiting'`.execute(ctx.db)
    await wish([one?.customer ?? 0])
    await wish([one?.customer ?? 0], { kind: 'service' })
    await work()
    expect((await fates()).slice(2)).toEqual(['tasked', 'suppressed frequency', 'tasked'])
    expect((await phoneTasks()).map(({ size }) => size).sort()).toEqual([1, 2])
  })

  test('goes out once with two workers at one moment, and many wishes become few tasks', async () => {
    const people = await friends(12)
    await wish(people.map(({ customer }) => customer))
    await Promise.all([work(), work(), work()])
    await work(true)
    expect(new Set(await fates())).toEqual(new Set(['tasked']))
    expect(await phoneTasks()).toMatchObject([{ size: 12 }])
  })

  test('is left to the worker that has it, also by one whose clock runs a day ahead', async () => {
    const [one] = await friends(1)
    await wish([one?.customer ?? 0])
    await decideAndPack()
    const [held] = await claimTasks(ctx, 8)
    const ahead: Context = { ...ctx, now: () => new Date(Date.now() + 86_400_000) }
    expect([held?.state, await claimTasks(ahead, 8)]).toEqual(['planned', []])
    // A minute later whoever held it has ended.
    await sql`update mass_tasks set lease_until = lease_until - interval '1 minute' where tenant_id = ${ctx.tenantId}`.execute(ctx.db)
    const [taken] = await claimTasks(ctx, 8)
    expect([taken?.id, held && (await holdTask(ctx, held)), taken && (await holdTask(ctx, taken))]).toEqual([held?.id, false, true])
  })

  test('is asked for before others are followed', async () => {
    const [one, two] = await friends(2)
    await wish([one?.customer ?? 0])
    await work()
    await wish([two?.customer ?? 0])
    await decideAndPack()
    await sql`update mass_tasks set next_at = ${new Date(Date.now() - 60_000)} where tenant_id = ${ctx.tenantId} and state = 'asked'`.execute(
      ctx.db,
    )
    expect((await claimTasks(ctx, 1)).map(({ state }) => state)).toEqual(['planned'])
  })

  test('that is taken back goes nowhere unless WeCom has it', async () => {
    const people = await friends(2)
    const customers = people.map(({ customer }) => customer)
    const take = () => inTransaction(ctx, (ctx) => cancelIntents(ctx, { kind: 'message', id: texts }))
    await wish(customers)
    expect(await take()).toBe(2)
    await wish(customers)
    await decideAndPack()
    expect(await take()).toBe(2)
    await work(true)
    expect(await phoneTasks()).toEqual([])
    await wish(customers)
    await work()
    expect(await take()).toBe(0)
    expect(await fates()).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled', 'tasked', 'tasked'])
  })

  test('that is taken back while its message is prepared is not in the call; with nobody left there is none', async () => {
    const people = await friends(2)
    const customers = people.map(({ customer }) => customer)
    const journey = { kind: 'journey', id: 7 } as const
    await wish(customers, { source: journey })
    await decideAndPack()
    await takeBackDuringCall([customers[0] ?? 0])
    expect(await fates()).toEqual(['cancelled', 'tasked'])
    expect(await phoneTasks()).toMatchObject([{ size: 1 }])
    await confirmAll()
    await work(true)
    expect(await fates()).toEqual(['cancelled', 'sent'])
    expect(await inbox(people[0]?.external ?? '')).toEqual([])

    await wish(customers, { source: journey })
    await decideAndPack()
    await takeBackDuringCall(customers)
    expect((await fates()).slice(2)).toEqual(['cancelled', 'cancelled'])
    expect([await calls(), await phoneTasks()]).toEqual([1, []])
  })

  test('that is stopped while its message is prepared is not asked for', async () => {
    const [one] = await friends(1)
    await wish([one?.customer ?? 0])
    await decideAndPack()
    await duringCall((ctx) => stopSends(ctx, { scope: 'corp', corp }, '价格写错了'))
    expect([await fates(), await calls()]).toEqual([['suppressed stopped'], 0])
  })
})

const newJourney = (name: string): Promise<number> =>
  createJourney(
    ctx,
    JourneyInput.parse({ name, draft: { entry: { by: 'hand' }, start: 'greet', steps: [{ id: 'greet', type: 'message', text: '您好' }] } }),
  )

describe('what became of a journey’s messages', () => {
  const list = (query: object) => listSends(ctx, SendQuery.parse(query))

  test('is counted and listed by journey and step, with its name', async () => {
    const people = await friends(3)
    const customers = people.map(({ customer }) => customer)
    await changeConsent(ctx, customers[0] ?? 0, { purpose: 'marketing', allowed: false, source: 'page' })
    const id = await newJourney('沉睡唤醒')
    const journey = publicId(ctx, 'jny', id)
    await wish(customers, { source: { kind: 'journey', id, step: 'greet' } })
    await wish([customers[1] ?? 0], { source: { kind: 'journey', id, step: 'again' } })
    await wish([customers[2] ?? 0])
    await work()
    expect(await countSends(ctx, { journey, step: 'greet' })).toEqual([
      { state: 'tasked', reason: null, count: 2 },
      { state: 'suppressed', reason: 'no_consent', count: 1 },
    ])
    expect((await list({ journey })).items).toHaveLength(4)
    const { items } = await list({ journey, step: 'greet', state: 'suppressed', reason: 'no_consent' })
    expect(items.map(({ source, customer }) => [source, customer?.id])).toEqual([
      [{ kind: 'journey', id: journey, name: '沉睡唤醒', step: 'greet' }, publicId(ctx, 'cus', customers[0] ?? 0)],
    ])
    expect(SendQuery.safeParse({ step: 'greet' }).error?.issues[0]?.path).toEqual(['journey'])
    const first = await list({ customer: publicId(ctx, 'cus', customers[1] ?? 0), limit: 1 })
    const second = await list({ customer: publicId(ctx, 'cus', customers[1] ?? 0), limit: 1, cursor: first.next })
    expect([...first.items, ...second.items].map(({ source }) => source.step)).toEqual(['again', 'greet'])
    expect(second.next).toBeNull()
  })
})

/** A worker has read for whom its message is and prepares it, while somebody else's transaction is not over yet. */
async function duringCall(change: (ctx: Context) => Promise<unknown>): Promise<void> {
  const [task] = await claimTasks(ctx, 1)
  if (!task) throw new Error('nothing is to be asked for')
  const asking = await inTransaction(ctx, async (inner) => {
    await change(inner)
    const asking = doTask(ctx, task, signal)
    await until(() => isAwaited(inner))
    return { over: asking }
  })
  await asking.over
}

const takeBackDuringCall = (customerIds: number[]) => duringCall((ctx) => cancelIntents(ctx, { kind: 'journey', id: 7, customerIds }))

/** Whether somebody waits for this transaction. */
const isAwaited = async ({ db }: Context): Promise<boolean> =>
  (
    await sql<{
      isAwaited: boolean
    }>`select exists (select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))) as is_awaited`.execute(db)
  ).rows[0]?.isAwaited ?? false

describe('whatever breaks', () => {
  test('a lost answer is looked for, and two messages of the same words are not mixed up', async () => {
    const people = await friends(3)
    const content = await createContent(ctx, { text: '一样的话', attachments: [] })
    const { customer: first = 0 } = people[0] ?? {}
    // Somebody else's message of the same words, to others.
    await sendToCustomers(lab.app, { sender: member, customers: [people[2]?.external ?? ''] }, { text: '一样的话' })
    await lab.fail({ path: creation, times: 1, status: 0, after: true })
    await wish([first], { content })
    await wish([people[1]?.customer ?? 0], { content })
    await work(true)
    await work(true)
    expect(await calls()).toBe(3)
    expect(await phoneTasks()).toHaveLength(3)
    await confirmAll()
    await work(true)
    expect(await fates()).toEqual(['sent', 'sent'])
    for (const { external } of people) expect(await inbox(external)).toEqual(['一样的话'])
  })

  test('a worker that dies before, during or after the call leaves nobody out and nobody twice', async () => {
    const people = await friends(3)
    const [before, after] = people.map(({ customer }) => customer)
    await wish([before ?? 0])
    await decideAndPack()
    const [dying] = await claimTasks(ctx, 1)
    if (dying) await changeTask(ctx, dying, { state: 'calling', calledAt: ctx.now() })
    await work(true)
    expect(await phoneTasks()).toHaveLength(1)
    const text = await wish([after ?? 0])
    await decideAndPack()
    const [died] = await claimTasks(ctx, 1)
    if (died) await changeTask(ctx, died, { state: 'calling', calledAt: ctx.now() })
    await sendToCustomers(await wecomApp(ctx, corp), { sender: member, customers: [people[1]?.external ?? ''] }, { text })
    await work(true)
    expect(await phoneTasks()).toHaveLength(2)
    // Whoever comes back from the dead changes nothing.
    expect(died && (await changeTask(ctx, died, { state: 'failed' }))).toBe(false)
    await confirmAll()
    await work(true)
    expect(await fates()).toEqual(['sent', 'sent'])
    expect(await inbox(people[1]?.external ?? '')).toEqual([text])
  })

  test('an end that nobody can tell stays unknown, is shown so, and is never sent again blindly', async () => {
    const [one] = await friends(1)
    const list = 'externalcontact/get_groupmsg_list_v2'
    await lab.fail({ path: creation, times: 1, status: 0, after: true }, { path: list, times: 100, errcode: 45009 })
    await wish([one?.customer ?? 0])
    await work()
    expect(await fates()).toEqual(['unknown'])
    await work(true)
    expect([await fates(), await calls()]).toEqual([['unknown'], 1])
    await lab.fail()
    // The api rested by our own count; a new line begins anew.
    await sql`delete from wecom_budgets`.execute(base.databases.system)
    await work(true)
    expect([await fates(), await calls()]).toEqual([['tasked'], 1])
    expect(await phoneTasks()).toHaveLength(1)
  })

  test('storms of 45009 and 45033 are waited out with hardly a call too many', async () => {
    const [one] = await friends(1)
    const two = await lab.newMember()
    const [theirs] = await friends(1, two)
    await lab.fail({ path: creation, times: 1, errcode: 45009 })
    await wish([one?.customer ?? 0, theirs?.customer ?? 0])
    await work()
    await work()
    expect(await calls()).toBe(1)
    expect(await fates()).toEqual(['tasked', 'tasked'])
    expect([...(await phoneTasks()), ...(await phoneTasks(two))]).toEqual([])
    await sql`delete from wecom_budgets`.execute(base.databases.system)
    await lab.fail({ path: creation, times: 2, errcode: 45033 })
    await work(true)
    expect([(await phoneTasks()).length, (await phoneTasks(two)).length]).toEqual([1, 1])
    expect(await calls()).toBe(5)
  })
})

describe('an emergency stop', () => {
  test('holds what waits, calls back what is not confirmed, says what had left, and is lifted', async () => {
    const people = await friends(3)
    const [left = 0, asked = 0, waiting = 0] = people.map(({ customer }) => customer)
    await wish([left])
    await work()
    await confirmAll()
    await work(true)
    await wish([asked])
    await work()
    await wish([waiting])
    const met = { held: 1, recalled: 1, gone: 1 }
    expect([await countMet(ctx, { scope: 'corp', corp }), await countMet(ctx, { scope: 'corp', corp: corp + 1 })]).toEqual([
      { ...met, held: 0 },
      { held: 0, recalled: 0, gone: 0 },
    ])
    expect(await countMet(ctx, { scope: 'company' })).toEqual(met)
    const stop = await stopSends(ctx, { scope: 'company' }, '价格写错了')
    expect(await stopSends(ctx, { scope: 'company' }, '再按一次')).toBe(stop)
    const row = await ctx.db
      .selectFrom('sendStops')
      .select(['held', 'recalled', 'gone'])
      .where('tenantId', '=', ctx.tenantId)
      .executeTakeFirst()
    expect(row).toEqual(met)
    await work()
    expect(await fates()).toEqual(['sent', 'suppressed stopped', 'suppressed stopped'])
    expect(await phoneTasks()).toEqual([])
    await liftStop(ctx, stop)
    await wish([waiting])
    await work()
    expect((await fates()).at(-1)).toBe('tasked')
    expect(await phoneTasks()).toHaveLength(1)
  })

  test('of a journey holds its messages and greetings, and nobody else’s', async () => {
    const people = await friends(2)
    const [asked = 0, waiting = 0] = people.map(({ customer }) => customer)
    const [id, other] = [await newJourney('沉睡唤醒'), await newJourney('生日祝福')]
    const source = { kind: 'journey', id, step: 'greet' } as const
    await wish([asked], { source })
    await wish([asked], { source: { ...source, id: other } })
    await work()
    await wish([waiting], { source })
    const what = { scope: 'source', kind: 'journey', id } as const
    expect(await countMet(ctx, what)).toEqual({ held: 1, recalled: 1, gone: 0 })
    await stopSends(ctx, what, '文案有误')
    await work()
    expect(await fates()).toEqual(['suppressed stopped', 'tasked', 'suppressed stopped'])
    expect(await phoneTasks()).toHaveLength(1)
    expect((await listStops(ctx))[0]?.source).toEqual({ kind: 'journey', id: publicId(ctx, 'jny', id), name: '沉睡唤醒' })

    const friend = { corp } as NewFriend
    const greet = (journey: number) => unlessStopped(async () => ({ text: '您好', by: { journey, step: 'hello' } }))(ctx, friend)
    expect([await greet(id), await greet(other)]).toEqual(['stopped', { text: '您好', by: { journey: other, step: 'hello' } }])
    await stopSends(ctx, { scope: 'company' }, '全部先停')
    expect([await greet(other), await unlessStopped(async () => ({ text: '您好' }))(ctx, friend)]).toEqual(['stopped', 'stopped'])
    for (const one of await listStops(ctx)) await liftStop(ctx, internalId(ctx, 'stp', one.id))
    expect(await greet(id)).toEqual({ text: '您好', by: { journey: id, step: 'hello' } })
  })

  test('keeps new friends from being greeted, and says so', async () => {
    await friends(1)
    const stop = await stopSends(ctx, { scope: 'corp', corp }, '欢迎语写错了')
    const now = ctx.now()
    const times = { eventAt: now, receivedAt: now, expiresAt: new Date(now.getTime() + 20_000) }
    await ctx.db
      .insertInto('wecomWelcomes')
      .values({ tenantId: ctx.tenantId, corp, welcomeCode: 'CODE', externalUserid: 'wmNew', userId: member, ...times })
      .execute()
    const fate = async () =>
      ctx.db.selectFrom('wecomWelcomes').select(['status', 'reason']).where('tenantId', '=', ctx.tenantId).executeTakeFirst()
    const over = new AbortController()
    const running = runWelcomes(base, [unlessStopped(async () => ({ text: '您好' }))], over.signal)
    await until(async () => (await fate())?.status === 'skipped')
    over.abort()
    await running
    expect([await fate(), await lab.calls('externalcontact/send_welcome_msg')]).toEqual([{ status: 'skipped', reason: 'stopped' }, 0])
    await liftStop(ctx, stop)
  })

  test('of a journey cancels what its moments were about to ask', async () => {
    await friends(1)
    const journey = await newJourney('新品')
    const employee = (await findEmployeeByAccount(ctx, corp, member)) ?? 0
    await inTransaction(ctx, async (ctx) => {
      const contentId = await createContent(ctx, { text: `新品 ${++texts}`, attachments: [] })
      await askForMoment(ctx, { journey, step: 'tell', name: '新品', contentId, tagId: null, corp, employeeIds: [employee] })
    })
    const stop = await stopSends(ctx, { scope: 'source', kind: 'journey', id: journey }, '先停')
    const makings = await lab.calls('externalcontact/add_moment_task')
    seconds = 400
    for (const held of await claimMoments(ctx, 8)) await doMoment(ctx, held)
    seconds = 0
    const { items } = await listMoments(ctx, MomentQuery.parse({}))
    expect(items.map(({ state, error }) => [state, error])).toEqual([['cancelled', 'An emergency stop stands.']])
    expect(await lab.calls('externalcontact/add_moment_task')).toBe(makings)
    await liftStop(ctx, stop)
  })
})

describe('a mass message', () => {
  const segment: number[] = []
  const ports = { deal: nobody, membersOfSegment: async () => segment }
  const actor = (id: number): Actor => ({ kind: 'employee', id, name: `员工${id}`, permissions: new Set(['*']), scope: 'all' })
  const as = (id: number): Context => ({ ...ctx, actor: actor(id) })
  const everybody = { whom: 'customers', audience: {} } as const
  const draft = (to: MessageInput['to'] = everybody): MessageInput => ({
    name: '周末上新',
    kind: 'marketing',
    to,
    content: { text: `上新 ${++texts}`, attachments: [] },
  })
  const stateOf = async (id: number) => (await readMessage(ctx, id)).state
  const start = async () => {
    await runDueJobs({ ...base, now: ctx.now }, messageJobs(ports.membersOfSegment))
    await work()
  }
  const finish = () => messageSchedules[0]?.run({ ...base, now: ctx.now })

  test('is looked at, approved by a second person, sent once to each, and done when all have an end', async () => {
    const people = await friends(3)
    await changeConsent(ctx, people[0]?.customer ?? 0, { purpose: 'marketing', allowed: false, source: 'page' })
    await changePolicy(ctx, { approvalAbove: 2 })
    const id = await createMessage(as(1), draft())
    const preview = await previewMessage(ctx, { input: { kind: 'marketing', to: everybody }, id, scope: 'all' }, ports)
    expect(preview).toMatchObject({
      receivers: 3,
      now: 2,
      later: 0,
      employees: 1,
      needsApproval: true,
      suppressed: [{ reason: 'no_consent', count: 1 }],
    })
    const behind = async (outcome: Outcome) =>
      (await previewPeople(ctx, { input: { kind: 'marketing', to: everybody }, id, scope: 'all' }, outcome, ports)).persons
    const named = people.map(({ customer }) => publicId(ctx, 'cus', customer))
    expect([await behind('all'), await behind('now'), await behind('later'), await behind('no_consent')]).toEqual([
      named,
      named.slice(1),
      [],
      named.slice(0, 1),
    ])
    expect(await submitMessage(as(1), id, null, ports.membersOfSegment)).toBe('review')
    await start()
    expect(await phoneTasks()).toEqual([])
    await expect(reviewMessage(as(1), id, { approve: true, note: '' })).rejects.toMatchObject({ code: 'approval.own' })
    await reviewMessage(as(2), id, { approve: true, note: '可以' })
    await start()
    expect([await stateOf(id), (await phoneTasks()).map(({ size }) => size)]).toEqual(['sending', [2]])
    expect(await remindMessage(ctx, id)).toEqual({ reminded: 1, spared: 0 })
    await work()
    expect((await listTasks(ctx, id, { limit: 10 })).items).toMatchObject([{ state: 'asked', size: 2, reminders: 1 }])
    await finish()
    expect(await stateOf(id)).toBe('sending')
    await confirmAll()
    await work(true)
    await finish()
    const done = await readMessage(ctx, id)
    expect(done).toMatchObject({ state: 'done', receivers: 3, approvedBy: '员工2' })
    expect(new Set(done.counts.map(({ state, count }) => `${state} ${count}`))).toEqual(new Set(['sent 2', 'suppressed 1']))
  })

  test('that has grown since it was approved is looked at again; taken back it can be changed; a segment narrows it', async () => {
    const people = await friends(2)
    await changePolicy(ctx, { approvalAbove: 1 })
    const later = new Date(ctx.now().getTime() + 60_000)
    const id = await createMessage(as(1), draft())
    await submitMessage(as(1), id, later, ports.membersOfSegment)
    await reviewMessage(as(2), id, { approve: true, note: '' })
    await friends(2)
    seconds = 120
    await start()
    seconds = 0
    expect(await stateOf(id)).toBe('review')
    await withdrawMessage(as(1), id)
    segment.splice(0, segment.length, people[0]?.customer ?? 0)
    await changeMessage(as(3), id, draft({ whom: 'customers', audience: { segment: 'seg' } }))
    expect(await submitMessage(as(1), id, null, ports.membersOfSegment)).toBe('scheduled')
    await start()
    expect((await sends()).map(({ customerId, state }) => [customerId, state])).toEqual([[people[0]?.customer, 'tasked']])
    await cancelMessage(as(1), id)
    await work()
    expect([await fates(), await phoneTasks(), await stateOf(id)]).toEqual([['cancelled'], [], 'cancelled'])
  })

  test('leaves out whom a trial on it holds out, at the moment it would have gone, and the control group without a trial', async () => {
    const ids = (await friends(14)).map(({ customer }) => customer)
    await changeControlGroup(ctx, { perMille: 250, rotate: false })
    const control = await heldOutOfAll(ctx, ids)
    const id = await createMessage(as(1), draft())
    const onTrial = NewExperiment.parse({
      ...{ name: '上新', holdoutPerMille: 400, variants: [{ key: 'a', name: 'A', weight: 1000 }], windowDays: 7 },
      trialMetric: { name: '到访', event: 'page.viewed' },
      growthMetric: { name: '成交', event: 'order.paid' },
      plan: { base: 0.2, lift: 0.1 },
      thing: { kind: 'message', id: publicId(ctx, 'msg', id) },
    })
    const experiment = await createExperiment(ctx, onTrial)
    await changeState(ctx, experiment, { state: 'running' }, { message: requireMessage })
    const dealt = await variantsFor(ctx, experiment, ids)
    const ghosts = ids.filter((one) => !control.has(one) && dealt.get(one)?.ghost)
    // Whom nothing would have reached anyway was not met by the trial.
    const shy = ids.find((one) => !control.has(one) && !dealt.get(one)?.ghost) ?? 0
    await changeConsent(ctx, shy, { purpose: 'marketing', allowed: false, source: 'page' })
    const exposures = async () =>
      ctx.db
        .selectFrom('experimentExposures')
        .select(['customerId', 'ghost'])
        .where('tenantId', '=', ctx.tenantId)
        .where('experimentId', '=', experiment)
        .orderBy('customerId')
        .execute()
    const preview = await previewMessage(
      ctx,
      { input: { kind: 'marketing', to: everybody }, id, scope: 'all' },
      { ...ports, deal: foreseeDeal },
    )
    expect(preview).toMatchObject({
      now: 13 - control.size - ghosts.length,
      suppressed: [
        { reason: 'holdout', count: control.size + ghosts.length },
        { reason: 'no_consent', count: 1 },
      ],
    })
    expect(await exposures()).toEqual([])
    await submitMessage(as(1), id, null, ports.membersOfSegment)
    await runDueJobs({ ...base, now: ctx.now }, messageJobs(ports.membersOfSegment))
    while ((await decideDue(ctx, dealForGood)) > 0);
    await work()
    expect(
      (await sends())
        .filter(({ reason }) => reason === 'holdout')
        .map(({ customerId }) => customerId)
        .sort(),
    ).toEqual([...control, ...ghosts].sort())
    expect(await exposures()).toEqual(
      ids
        .filter((one) => !control.has(one) && one !== shy)
        .sort((a, b) => a - b)
        .map((customerId) => ({ customerId, ghost: ghosts.includes(customerId) })),
    )
    expect([control.size > 0, ghosts.length > 0]).toEqual([true, true])
    await changeState(ctx, experiment, { state: 'stopped' })
    const late = await createExperiment(ctx, onTrial)
    await expect(changeState(ctx, late, { state: 'running' }, { message: requireMessage })).rejects.toMatchObject({
      code: 'experiment.message_gone',
      field: 'thing.id',
    })
  })

  test('said in three ways reaches each customer in the way of their variant, once, and nobody without a trial', async () => {
    const people = await friends(45)
    const ids = people.map(({ customer }) => customer)
    const wordings = ['上新 甲', '上新 乙', '上新 丙'].map((text) => ({ text, attachments: [] }))
    const [content = { text: '', attachments: [] }, ...others] = wordings
    const said: MessageInput = { ...draft(), content, wordings: others }
    const id = await createMessage(as(1), said)
    expect((await readMessage(ctx, id)).wordings.map(({ text }) => text)).toEqual(['上新 乙', '上新 丙'])
    await expect(submitMessage(as(1), id, null, ports.membersOfSegment)).rejects.toMatchObject({
      code: 'message.wordings_untried',
      field: 'wordings',
    })
    const variants = [334, 333, 333].map((weight, i) => ({ key: 'abc'[i] ?? '', name: 'abc'[i] ?? '', weight }))
    const onTrial = NewExperiment.parse({
      ...{ name: '三种说法', holdoutPerMille: 200, variants, windowDays: 7 },
      trialMetric: { name: '到访', event: 'page.viewed' },
      growthMetric: { name: '成交', event: 'order.paid' },
      plan: { base: 0.2, lift: 0.1 },
      thing: { kind: 'message', id: publicId(ctx, 'msg', id) },
    })
    const two = await createExperiment(ctx, {
      ...onTrial,
      variants: [334, 666].map((weight, i) => ({ key: 'ab'[i] ?? '', name: 'ab'[i] ?? '', weight })),
    })
    const check = { message: requireMessage }
    await expect(changeState(ctx, two, { state: 'running' }, check)).rejects.toMatchObject({
      code: 'experiment.variants_unlike_wordings',
      field: 'variants',
    })
    const experiment = await createExperiment(ctx, onTrial)
    await changeState(ctx, experiment, { state: 'running' }, check)
    await expect(changeMessage(as(1), id, { ...said, wordings: [] })).rejects.toMatchObject({ code: 'message.on_trial', field: 'wordings' })
    await changeMessage(as(1), id, { ...said, name: '还是三种' })
    const dealt = await variantsFor(ctx, experiment, ids)
    await submitMessage(as(1), id, null, ports.membersOfSegment)
    await runDueJobs({ ...base, now: ctx.now }, messageJobs(ports.membersOfSegment))
    while ((await decideDue(ctx, dealForGood)) > 0);
    await work()
    await confirmAll()
    const heard = new Set<string>()
    for (const { external, customer } of people) {
      const { ghost, variant } = dealt.get(customer) ?? { ghost: true, variant: '' }
      const text = wordings[['a', 'b', 'c'].indexOf(variant)]?.text
      expect(await inbox(external)).toEqual(ghost ? [] : [text])
      heard.add(ghost ? 'nothing' : (text ?? ''))
    }
    expect(heard.size).toBe(4)
    const asked = (await listTasks(as(1), id, { limit: 200 })).items.map(({ wording }) => wording)
    expect(new Set(asked)).toEqual(new Set([0, 1, 2]))
    const toGroups: MessageInput = { ...said, to: { whom: 'groups', audience: {} } }
    await expect(createMessage(as(1), toGroups)).rejects.toMatchObject({ code: 'message.wordings_to_groups', field: 'wordings' })
  })

  test('is refused a time that has passed, with a minute for clocks', async () => {
    await friends(1)
    const ago = (ms: number) => new Date(ctx.now().getTime() - ms)
    const id = await createMessage(as(1), draft())
    const past = { code: 'send.in_the_past', status: 422, field: 'at' }
    await expect(submitMessage(as(1), id, ago(3_600_000), ports.membersOfSegment)).rejects.toMatchObject(past)
    expect(await stateOf(id)).toBe('draft')
    await submitMessage(as(1), id, ago(30_000), ports.membersOfSegment)
    await expect(rescheduleMessage(as(1), id, ago(86_400_000))).rejects.toMatchObject(past)
    await withdrawMessage(as(1), id)
  })

  test('is done although a stop that was lifted held what was sent to try it', async () => {
    const [one] = await friends(1)
    const id = await createMessage(as(1), draft())
    const stop = await stopSends(ctx, { scope: 'company' }, '先停一下')
    await testMessage(as(1), id, { customer: publicId(ctx, 'cus', one?.customer ?? 0) })
    await work()
    await liftStop(ctx, stop)
    await submitMessage(as(1), id, null, ports.membersOfSegment)
    await start()
    await confirmAll()
    await work(true)
    await finish()
    expect([await fates(), await stateOf(id)]).toEqual([['suppressed stopped', 'sent'], 'done'])
  })

  test('goes at another time when it is told to, and not at the first one', async () => {
    await friends(1)
    const soon = new Date(ctx.now().getTime() + 60_000)
    const id = await createMessage(as(1), draft())
    await submitMessage(as(1), id, soon, ports.membersOfSegment)
    await rescheduleMessage(as(1), id, new Date(soon.getTime() + 600_000))
    seconds = 120
    await start()
    expect([await stateOf(id), await sends()]).toEqual(['scheduled', []])
    seconds = 720
    await start()
    seconds = 0
    expect([await stateOf(id), await fates()]).toEqual(['sending', ['tasked']])
    await expect(rescheduleMessage(as(1), id, null)).rejects.toMatchObject({ code: 'message.wrong_state' })
  })

  test('goes into the groups of each owner, and only as often as a group may hear it', async () => {
    const chatId = await lab.newGroup(member)
    await friends(1)
    const employee = await findEmployeeByAccount(ctx, corp, member)
    await sql`insert into groups (tenant_id, corp, chat_id, name, owner_userid, owner_id, created_at, changed_at)
      values (${ctx.tenantId}, ${corp}, ${chatId}, '老客群', ${member}, ${employee ?? 0}, now(), now())`.execute(ctx.db)
    await changePolicy(ctx, { platformPeriod: 'day' })
    const reached = async (audience: object) =>
      (await previewMessage(as(1), { input: draft({ whom: 'groups', audience }), scope: 'all' }, ports)).receivers
    const owner = publicId(ctx, 'emp', employee ?? 0)
    expect([await reached({ name: '老客' }), await reached({ name: '新客' }), await reached({ name: '老客', owners: [owner] })]).toEqual([
      1, 0, 1,
    ])
    for (const expected of ['tasked', 'suppressed platform_limit']) {
      const id = await createMessage(as(1), draft({ whom: 'groups', audience: {} }))
      await submitMessage(as(1), id, null, ports.membersOfSegment)
      await start()
      expect((await fates()).at(-1)).toBe(expected)
    }
    await confirmAll()
    await work(true)
    expect(await fates()).toEqual(['sent', 'suppressed platform_limit'])
  })

  test('of somebody who sees only their own customers goes through them only', async () => {
    const mine = await friends(1)
    const other = await lab.newMember()
    await friends(1, other)
    const employee = (await findEmployeeByAccount(ctx, corp, member)) ?? 0
    const self: Context = { ...ctx, actor: { ...actor(employee), scope: [employee] } }
    const id = await createMessage(self, draft())
    await submitMessage(self, id, null, ports.membersOfSegment)
    await start()
    expect((await sends()).map(({ customerId }) => customerId)).toEqual([mine[0]?.customer])
    await expect(readMessage({ ...ctx, actor: { ...actor(9), scope: [9] } }, id)).rejects.toMatchObject({ code: 'message.not_found' })
  })
})

describe('a moment', () => {
  const input = (name: string) => ({ name, content: { text: `${name} ${++texts}`, attachments: [] }, employeeIds: [], tagIds: [] })
  const go = async () => {
    await sql`update moments set next_at = ${ctx.now()}, lease_until = null where tenant_id = ${ctx.tenantId} and next_at is not null`.execute(
      ctx.db,
    )
    for (const held of await claimMoments(ctx, 8)) await doMoment(ctx, held)
  }
  const published = async (id: number) => {
    for (let tries = 0; tries < 60 && !(await readMoment(ctx, id)).publishedAt; tries++) {
      await go()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await go()
    return readMoment(ctx, id)
  }

  test('is asked of its members once although the answer was lost, followed with its likes, and called back', async () => {
    const [friend] = await friends(1)
    const employee = publicId(ctx, 'emp', (await findEmployeeByAccount(ctx, corp, member)) ?? 0)
    const id = await createMoment({ ...ctx }, { ...input('新品'), employeeIds: [employee] })
    await expect(submitMoment(ctx, id, new Date(ctx.now().getTime() - 3_600_000))).rejects.toMatchObject({
      code: 'send.in_the_past',
      field: 'at',
    })
    await submitMoment(ctx, id, null)
    expect(await published(id)).toMatchObject({ state: 'published', asked: 1, confirmed: 0 })
    await confirmAll()
    const { items } = await control<{ items: { momentId: string }[] }>('GET', `moments?employee=${member}`)
    await control('POST', `moments/${items[0]?.momentId}/like`, { userId: member, by: friend?.external })
    await go()
    await go()
    expect(await readMoment(ctx, id)).toMatchObject({ confirmed: 1, likes: 1, comments: 0 })
    expect(await listMomentTasks(ctx, id)).toMatchObject([{ userId: member, likes: 1 }])
    await cancelMoment(ctx, id)
    await go()
    expect((await readMoment(ctx, id)).state).toBe('cancelled')
    const makings = await lab.calls('externalcontact/add_moment_task')
    await lab.fail({ path: 'externalcontact/add_moment_task', times: 1, status: 0, after: true })
    const second = await createMoment(ctx, { ...input('第二条'), employeeIds: [employee] })
    await submitMoment(ctx, second, null)
    expect((await published(second)).state).toBe('published')
    expect(await lab.calls('externalcontact/add_moment_task')).toBe(makings + 1)
  })

  test('is asked of its members at another time when it is told to, although a worker had it in hand', async () => {
    await friends(1)
    const employee = publicId(ctx, 'emp', (await findEmployeeByAccount(ctx, corp, member)) ?? 0)
    const id = await createMoment(ctx, { ...input('改期 100%'), employeeIds: [employee] })
    await expect(rescheduleMoment(ctx, id, null)).rejects.toMatchObject({ code: 'moment.wrong_state', status: 409 })
    await submitMoment(ctx, id, null)
    const makings = await lab.calls('externalcontact/add_moment_task')
    const inHand = (await claimMoments(ctx, 8)).filter((held) => held.id === id)
    const later = new Date(ctx.now().getTime() + 3_600_000)
    await rescheduleMoment(ctx, id, later)
    for (const held of inHand) await doMoment(ctx, held)
    expect([inHand.length, await readMoment(ctx, id)]).toMatchObject([1, { state: 'scheduled', scheduledAt: later.toISOString() }])
    expect((await claimMoments(ctx, 8)).some((held) => held.id === id)).toBe(false)
    await expect(rescheduleMoment(ctx, id, new Date(ctx.now().getTime() - 86_400_000))).rejects.toMatchObject({
      code: 'send.in_the_past',
      field: 'at',
    })
    expect(await lab.calls('externalcontact/add_moment_task')).toBe(makings)
    await rescheduleMoment(ctx, id, null)
    expect((await published(id)).state).toBe('published')
    await expect(rescheduleMoment(ctx, id, null)).rejects.toMatchObject({ code: 'moment.wrong_state' })
    const found = async (asked: object) => (await listMoments(ctx, MomentQuery.parse(asked))).items.map((one) => one.name)
    expect([await found({ q: '期 100%' }), await found({ q: '期 100%', state: 'scheduled' })]).toEqual([['改期 100%'], []])
  })

  test('called off while a worker has it in hand is not asked of anybody', async () => {
    await friends(1)
    const employee = publicId(ctx, 'emp', (await findEmployeeByAccount(ctx, corp, member)) ?? 0)
    const id = await createMoment(ctx, { ...input('不发了'), employeeIds: [employee] })
    await submitMoment(ctx, id, null)
    const makings = await lab.calls('externalcontact/add_moment_task')
    const inHand = (await claimMoments(ctx, 8)).filter((held) => held.id === id)
    await cancelMoment(ctx, id)
    for (const held of inHand) await doMoment(ctx, held)
    expect([inHand.length, (await readMoment(ctx, id)).state, await lab.calls('externalcontact/add_moment_task')]).toEqual([
      ...[1, 'cancelled', makings],
    ])
  })

  test('that many would see is asked of its members after the word of a second person', async () => {
    await friends(2)
    const employee = publicId(ctx, 'emp', (await findEmployeeByAccount(ctx, corp, member)) ?? 0)
    const { approvalAbove } = await changePolicy(ctx, { approvalAbove: 1 })
    const as = (id: number): Context => ({
      ...ctx,
      actor: { kind: 'employee', id, name: `员工${id}`, permissions: new Set(['*']), scope: 'all' },
    })
    const approve = { approve: true, note: '' }
    const id = await createMoment(as(1), { ...input('大促'), employeeIds: [employee] })
    expect(await submitMoment(as(1), id, null)).toBe('review')
    const makings = await lab.calls('externalcontact/add_moment_task')
    await go()
    const waiting = await readMoment(as(1), id)
    expect(waiting).toMatchObject({ state: 'review', isOwn: true })
    expect(waiting.receivers).toBeGreaterThan(approvalAbove ?? 0)
    await expect(reviewMoment(as(1), id, approve)).rejects.toMatchObject({ code: 'approval.own' })
    await reviewMoment(as(2), id, { approve: false, note: '再改改' })
    expect(await readMoment(ctx, id)).toMatchObject({ state: 'draft', reviewNote: '再改改' })
    await changeMoment(as(3), id, { ...input('大促二'), employeeIds: [employee] })
    await submitMoment(as(1), id, null)
    await expect(reviewMoment(as(3), id, approve)).rejects.toMatchObject({ code: 'approval.own' })
    await reviewMoment(as(2), id, approve)
    expect(await published(id)).toMatchObject({ state: 'published', approvedBy: '员工2' })
    expect(await lab.calls('externalcontact/add_moment_task')).toBe(makings + 1)
    await changePolicy(ctx, { approvalAbove: 1000 })
    const free = await createMoment(as(1), { ...input('日常'), employeeIds: [employee], tagIds: [] })
    expect(await submitMoment(as(1), free, null)).toBe('scheduled')
    await cancelMoment(ctx, free)
  })
})

// Last, because the sandbox's clock does not go back.
test('a lost answer is found although messages are made all the time', async () => {
  const [one] = await friends(1)
  const text = await wish([one?.customer ?? 0])
  await lab.fail(
    { path: creation, times: 1, status: 0, after: true },
    { path: 'externalcontact/get_groupmsg_list_v2', times: 10, status: 502 },
  )
  await work()
  expect(await fates()).toEqual(['unknown'])
  await control('PUT', 'faults', {})
  const later = 1200
  await control('PUT', 'clock', { advanceSeconds: later })
  seconds = later
  // While one was made within the last moments, a list that reaches up to now is refused.
  await control('PUT', 'settings', { habits: { dispatchMs: 600_000 } })
  const other = await lab.newMember()
  await lab.newCustomers(other, 1)
  await sendToCustomers(await wecomApp(ctx, corp), { sender: other }, { text })
  const before = await calls()
  await work(true)
  expect([await fates(), (await calls()) - before]).toEqual([['tasked'], 0])
  seconds = 0
})
