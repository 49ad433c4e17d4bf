import { sql } from 'kysely'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { sendToCustomers } from '#connectors/wecom/mass-messages.ts'
import { createCorp } from '#management/wecom/corps.ts'
import { applyNews } from '#management/wecom/friendships.ts'
import { createJourney, enterByHand, publishJourney, stopJourney } from '#operation/journeys/commands.ts'
import { moveOnce } from '#operation/journeys/loop.ts'
import { listRuns, readTrace } from '#operation/journeys/queries.ts'
import { JourneyInput } from '#operation/journeys/schema.ts'
import { rules } from '#operation/journeys/testing-rules.ts'
import { changeConsent } from '#operation/outbound/consents.ts'
import { decideDue } from '#operation/outbound/deciding.ts'
import { packReady } from '#operation/outbound/packing.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import { doTask } from '#operation/outbound/sender.ts'
import { countMet } from '#operation/outbound/stops.ts'
import { claimTasks } from '#operation/outbound/tasks.ts'
import type { Context } from '#platform/context.ts'
import { internalId } from '#platform/ids.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'
import { contractLab } from './support/contract-lab.ts'

// What becomes of a journey's messages, as the trace of each person tells it: the worker, the sender and WeCom's sandbox are real.

const lab = contractLab()
const { control } = lab
const creation = 'externalcontact/add_msg_template'
const day = 86_400_000

let base: Awaited<ReturnType<typeof openTestWorkspace>>
beforeAll(async () => {
  base = await openTestWorkspace({ WECOM_BASE_URL: lab.url })
})

let ctx: Context
let corp: number
let ahead = 0
function pass(ms: number): void {
  ahead += ms
  base.setNow(new Date(Date.now() + ahead))
}

beforeEach(async () => {
  ahead = 0
  pass(0)
  await control('PUT', 'settings', { habits: { dispatchMs: 0 }, limits: { massReceive: { per: 'month' } } })
  ctx = await base.newTenant()
  corp = (await createCorp(ctx, { corpId: lab.corp.corpId, secret: lab.corp.secret, agentId: lab.corp.agentId })).corp
  await changePolicy(ctx, { quietHours: { marketing: null, service: null }, frequency: { marketing: null, service: null } })
})

type Friend = { external: string; customer: number }

async function friends(member: string, count: number): Promise<Friend[]> {
  const externals = await lab.newCustomers(member, count)
  await applyNews(
    ctx,
    corp,
    externals.map(
      (externalUserId) =>
        ({ externalUserId, userId: member, change: { at: 1_700_000_000, what: 'added', key: `k${member}${externalUserId}` } }) as const,
    ),
  )
  const rows = await ctx.db
    .selectFrom('wecomFollows')
    .select(['externalUserid', 'customerId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('userId', '=', member)
    .execute()
  return rows.map(({ externalUserid, customerId }) => ({ external: externalUserid, customer: customerId ?? 0 }))
}

/** Two messages, a day apart. */
async function begin(people: readonly Friend[], name = '两条消息'): Promise<number> {
  const steps = [
    { id: 'first', type: 'message', text: '第一条', next: 'rest' },
    { id: 'rest', type: 'wait', for: { value: 1, unit: 'day' }, next: 'second' },
    { id: 'second', type: 'message', text: '第二条' },
  ]
  const id = await createJourney(ctx, JourneyInput.parse({ name, draft: { entry: { by: 'hand' }, start: 'first', steps } }))
  await publishJourney(ctx, rules, id)
  await enterByHand(
    ctx,
    id,
    people.map(({ customer }) => customer),
  )
  return id
}

/** What the workers do, as if the time of everything that is put off had come and the corp's budget were whole again. */
async function work(): Promise<void> {
  while ((await moveOnce(base, rules)) > 0);
  while ((await decideDue(ctx, async () => new Map())) > 0);
  await packReady(ctx, { atOnce: true })
  await sql`delete from wecom_budgets`.execute(base.databases.system)
  await sql`update mass_tasks set next_at = ${ctx.now()}, lease_until = null where tenant_id = ${ctx.tenantId} and next_at is not null`.execute(
    ctx.db,
  )
  for (let tasks = await claimTasks(ctx, 8); tasks.length > 0; tasks = await claimTasks(ctx, 8))
    await Promise.all(tasks.map((task) => doTask(ctx, task, new AbortController().signal)))
}

async function confirmAll(member: string): Promise<void> {
  const { items } = await control<{ items: { id: string }[] }>('GET', `tasks/${member}`)
  for (const { id } of items) if (id.startsWith('mass-')) await control('POST', `tasks/${id}/confirm`)
}

/** By person, in the order they came in: what the trace says became of each message. */
async function fates(journey: number): Promise<string[][]> {
  const { items } = await listRuns(ctx, journey, { limit: 200 })
  return Promise.all(
    items.toReversed().map(async ({ id }) => {
      const { turns } = await readTrace(ctx, internalId(ctx, 'jru', id))
      return turns.flatMap(({ sends }) =>
        Object.entries(sends).flatMap(([step, list]) => list.map(({ state, reason }) => `${step} ${state} ${reason ?? ''}`.trim())),
      )
    }),
  )
}

const runStates = async (journey: number) => new Set((await listRuns(ctx, journey, { limit: 200 })).items.map(({ state }) => state))

const heard = async ({ external }: Friend): Promise<(string | undefined)[]> =>
  (await control<{ items: { text?: string; source: string }[] }>('GET', `inbox/${external}`)).items.flatMap(({ source, text }) =>
    source === 'mass' ? [text] : [],
  )

test('the trace follows each message: kept back, waiting for a finger, sent, over WeCom’s limit, never confirmed; everybody goes on', async () => {
  const [diligent, idle] = [await lab.newMember(), await lab.newMember()]
  const [declined, full, reached] = await friends(diligent, 3)
  const [waiting] = await friends(idle, 1)
  if (!declined || !full || !reached || !waiting) throw new Error('four friends are needed')
  await changeConsent(ctx, declined.customer, { purpose: 'marketing', allowed: false, source: 'page' })
  await control('PUT', 'settings', { limits: { massReceive: { per: 'month', most: 1 } } })
  await sendToCustomers(lab.app, { sender: diligent, customers: [full.external] }, { text: '别的应用' })
  await confirmAll(diligent)

  const journey = await begin([declined, full, reached, waiting])
  await work()
  const asked = ['first tasked']
  expect(await fates(journey)).toEqual([['first suppressed no_consent'], asked, asked, asked])
  await confirmAll(diligent)
  await control('POST', `tasks/${(await control<{ items: { id: string }[] }>('GET', `tasks/${idle}`)).items[0]?.id}/ignore`)
  await work()
  expect(await fates(journey)).toEqual([['first suppressed no_consent'], ['first failed over_limit'], ['first sent'], asked])
  const [last] = (await listRuns(ctx, journey, { limit: 1 })).items
  const { turns } = await readTrace(ctx, internalId(ctx, 'jru', last?.id ?? ''))
  expect(turns[0]?.sends.first).toMatchObject([{ state: 'tasked', employee: expect.any(String), at: expect.any(String), group: null }])

  pass(31 * day)
  await work()
  await confirmAll(diligent)
  await work()
  const firsts = (await fates(journey)).map(([first]) => first)
  expect(firsts).toEqual(['first suppressed no_consent', 'first failed over_limit', 'first sent', 'first failed not_confirmed'])
  expect((await fates(journey)).map((one) => one.length)).toEqual([2, 2, 2, 2])
  expect(await runStates(journey)).toEqual(new Set(['done']))
  expect(await heard(full)).toEqual(['别的应用'])
})

test('storms of 45009 and 45033 while a journey sends: everybody hears each step once, nobody is stuck, and the trace says so', async () => {
  const members = await Promise.all([1, 2, 3, 4].map(() => lab.newMember()))
  const people: Friend[] = []
  for (const member of members) people.push(...(await friends(member, 3)))
  const journey = await begin(people)
  for (const errcode of [45009, 45033]) {
    await lab.fail({ path: creation, times: 6, errcode })
    await work()
    expect((await fates(journey)).flat().filter((one) => one.endsWith(' sent')).length).toBe(errcode === 45009 ? 0 : people.length)
    // The faults run out, and what was put off is asked for.
    for (let rounds = 0; rounds < 12; rounds++) {
      await work()
      for (const member of members) await confirmAll(member)
    }
    await work()
    pass(day + 60_000)
  }
  expect(await fates(journey)).toEqual(people.map(() => ['first sent', 'second sent']))
  expect(await Promise.all(people.map(heard))).toEqual(people.map(() => ['第一条', '第二条']))
  expect(await lab.calls(creation, 45009)).toBeGreaterThan(0)
  expect(await lab.calls(creation, 45033)).toBeGreaterThan(0)
  expect(await runStates(journey)).toEqual(new Set(['done']))
})

test('who stops a journey may call back what members have not confirmed; else it stays on their phones', async () => {
  const member = await lab.newMember()
  const people = await friends(member, 2)
  const onPhone = async () =>
    (await control<{ items: { id: string }[] }>('GET', `tasks/${member}`)).items.filter(({ id }) => id.startsWith('mass-'))
  const [left, recalled] = [await begin(people, '留着'), await begin(people, '撤回')]
  await work()
  const before = (await onPhone()).length
  expect(before).toBeGreaterThan(0)
  await stopJourney(ctx, left)
  await work()
  expect((await onPhone()).length).toBe(before)
  expect(await countMet(ctx, { scope: 'source', kind: 'journey', id: recalled })).toMatchObject({ recalled: 2 })
  await stopJourney(ctx, recalled, { recall: true })
  await work()
  expect((await onPhone()).length).toBe(before - 1)
  expect([await fates(left), await fates(recalled)]).toEqual([
    [['first tasked'], ['first tasked']],
    [['first cancelled'], ['first cancelled']],
  ])
})
