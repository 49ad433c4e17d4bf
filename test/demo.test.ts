import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillWithDemo } from '#app/demo/fill.ts'
import type { Order } from '#app/demo/life.ts'
import type { DemoResult } from '#app/demo/live.ts'
import { readProgress, refuseRealData } from '#app/demo/progress.ts'
import { openSandbox } from '#app/demo/sandbox.ts'
import { type Story, storyOf } from '#app/demo/story.ts'
import { enterOrder } from '#conversion/orders/commands.ts'
import { OrderBody } from '#conversion/orders/schema.ts'
import { readJourneyEffect, readMessageEffect } from '#insight/effects/queries.ts'
import { readOverview } from '#insight/overview/queries.ts'
import { expectedPurchases, fitBgNbd } from '#insight/reports/clv/bg-nbd.ts'
import { edgesOf } from '#insight/reports/clv/edges.ts'
import type { FunnelResult } from '#insight/reports/funnel/schema.ts'
import type { RfmResult } from '#insight/reports/rfm/schema.ts'
import { runReport } from '#insight/reports/run.ts'
import type { WasteResult } from '#insight/reports/waste/schema.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { createCorp } from '#management/wecom/corps.ts'
import { listExperiments } from '#operation/experiments/queries.ts'
import { ExperimentQuery } from '#operation/experiments/schema.ts'
import { listJourneys, readCounts } from '#operation/journeys/queries.ts'
import { JourneyQuery } from '#operation/journeys/schema.ts'
import { listMarketingTasks } from '#operation/marketing-tasks/queries.ts'
import { listMessages } from '#operation/messages/queries.ts'
import { listMoments } from '#operation/moments/queries.ts'
import { countTasks } from '#operation/tasks/queries.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { internalId } from '#platform/ids.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { dayOf } from '#platform/time.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'

// A small demo company, interrupted and told again, held against the story it was made from.

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let ctx: Context
let story: Story
let result: DemoResult
const zone = 'Asia/Shanghai'
const size = { seed: 'test', customers: 60, days: 30 }

beforeAll(async () => {
  workspace = await openSandboxedWorkspace(await ownDatabases())
  ctx = workspace.ctx
  const interrupt = (text: string) => {
    if (text.includes('employees noted')) throw new Error('the power went out')
  }
  await expect(fillWithDemo(ctx, { ...size, say: interrupt })).rejects.toThrow('the power went out')
  result = await fillWithDemo(ctx, {})
  const progress = await readProgress(ctx)
  if (!progress) throw new Error('no demo was begun')
  story = storyOf(progress.plan)
}, 300_000)

afterAll(() => workspace?.close())

const worthOf = ({ lines }: Order): number => lines.reduce((sum, { good, quantity, discount }) => sum + good.price * quantity - discount, 0)
const firstLineOf = (order: Order): number => worthOf({ ...order, lines: order.lines.slice(0, 1) })

describe('the story', () => {
  test('is the same from the same seed, and another from another', () => {
    const plan = { ...size, until: new Date('2026-06-01T04:00:00Z'), timezone: zone }
    expect(storyOf(plan)).toEqual(storyOf(plan))
    expect(storyOf({ ...plan, seed: 'other' })).not.toEqual(storyOf(plan))
  })

  test('lies in the past, within its days, in its order', () => {
    const plan = { seed: 'order', customers: 500, days: 60, until: new Date('2026-06-01T04:00:00Z'), timezone: zone }
    const first = Date.parse('2026-04-02T16:00:00Z')
    for (const { scannedAt, addedAt, endedAt, orders, acts, taggings, talk } of storyOf(plan).lives) {
      expect(scannedAt).toBeGreaterThanOrEqual(first)
      expect(addedAt).toBeGreaterThanOrEqual(scannedAt)
      const all = [addedAt, endedAt ?? 0, talk?.at ?? 0, ...[...orders, ...acts, ...taggings].map(({ at }) => at)]
      expect(Math.max(...all)).toBeLessThanOrEqual(plan.until.getTime())
      for (const { at } of taggings) expect(at).toBeGreaterThan(addedAt)
      const [, ...again] = orders
      for (const [place, { at }] of again.entries())
        expect(dayOf(new Date(at), zone) > dayOf(new Date(orders[place]?.at ?? 0), zone)).toBe(true)
    }
  })

  test('has fuller weekends than Mondays and channels of different worth', () => {
    const { lives } = storyOf({ seed: 'rhythm', customers: 4000, days: 84, until: new Date('2026-06-01T15:59:00Z'), timezone: zone })
    const onDay = (day: number) => lives.filter(({ scannedAt }) => new Date(scannedAt + 8 * 3_600_000).getUTCDay() === day).length
    expect(onDay(6)).toBeGreaterThan(onDay(1) * 1.4)
    const buyers = (channel: string) => {
      const came = lives.filter(({ site }) => site.channel === channel)
      return came.filter(({ orders }) => orders.length > 0).length / came.length
    }
    expect(buyers('包裹卡')).toBeGreaterThan(2 * buyers('抖音投放'))
  })
})

describe('the buyers', () => {
  test('have paces and ends of their own, so that lifetime values have something to be fitted to', () => {
    const until = new Date('2026-06-01T04:00:00Z')
    const { lives } = storyOf({ seed: 'demo', customers: 2000, days: 90, until, timezone: zone })
    const cut = dayNumber(until.getTime()) - 29
    const triples = lives.flatMap(({ orders }) => {
      const days = [...new Set(orders.map(({ at }) => dayNumber(at)))].filter((day) => day <= cut).sort((a, b) => a - b)
      const [first, last] = [days[0], days.at(-1)]
      return first === undefined || last === undefined ? [] : [{ x: days.length - 1, tx: (last - first) / 7, T: (cut - first) / 7, n: 1 }]
    })
    const fit = fitBgNbd(triples)
    expect(fit.converged).toBe(true)
    expect(edgesOf(fit)).toEqual([])
    const best = triples
      .map((triple) => expectedPurchases(fit, triple, 26))
      .sort((a, b) => b - a)
      .slice(0, 10)
    expect(new Set(best.map((one) => one.toFixed(2))).size).toBeGreaterThan(5)
  })
})

const dayNumber = (at: number): number => Math.floor((at + 8 * 3_600_000) / 86_400_000)

describe('the company', () => {
  const span = () => ({ from: result.from, to: result.to })

  test('is done once: told a third time it finds everything there', async () => {
    expect(result).toMatchObject({ made: true, customers: 60, seed: 'test' })
    const again = await fillWithDemo(ctx, { customers: 500 })
    expect(again).toMatchObject({ made: false, customers: 60 })
  })

  test('fills the overview day by day as the story tells it', async () => {
    const { loop, days, channels } = await readOverview(ctx, span())
    const added = Map.groupBy(story.lives, ({ addedAt }) => dayOf(new Date(addedAt), zone))
    const views = Map.groupBy(story.openings, ({ at }) => dayOf(at, zone))
    // The sandbox's first customers come on top here and there, and today's few.
    const before = days.filter(({ day }) => day < span().to)
    for (const { day, adds } of before) expect(adds, day).toBeGreaterThanOrEqual(added.get(day)?.length ?? 0)
    expect(before.filter(({ day, adds }) => adds === (added.get(day)?.length ?? 0)).length).toBeGreaterThan(15)
    for (const { day, scans } of before) expect(scans, day).toBeGreaterThanOrEqual(views.get(day)?.length ?? 0)
    expect(loop.scans.total).toBeGreaterThan(loop.adds.total)
    expect(loop.adds.total).toBeGreaterThan(loop.ordered.total)
    expect(channels.filter(({ channel }) => channel !== null)).toHaveLength(6)
  })

  test('lets a funnel count exactly the friends who bought', async () => {
    const bought = new Set(story.lives.filter(({ orders, addedAt }) => orders.some(({ at }) => at >= addedAt)).map(({ person }) => person))
    for (const { buyer } of story.sharedPhones) bought.add(buyer.person)
    const report = {
      type: 'funnel',
      steps: [{ event: 'live_code.added' }, { event: 'order.paid' }],
      window: { value: 90, unit: 'day' },
      dateFrom: result.from,
      dateTo: result.to,
    }
    const counts = async () => ((await runReport(ctx, report)).result as FunnelResult).steps.map(({ count }) => count)
    await expect.poll(counts).toEqual([60 + 6, bought.size])
  })

  test('is worth in RFM what its orders and refunds come to', async () => {
    const { result: found } = await runReport(ctx, { type: 'rfm', asOf: result.to })
    const { customers, groups } = found as RfmResult
    const buyers = story.lives.filter(({ orders, joined }) => joined && orders.length > 0)
    const families = story.sharedPhones
      .map(({ phoneOf, buyer }) => phoneOf.orders[0] ?? buyer.orders[0])
      .filter((order) => order !== undefined)
    const orders = buyers.flatMap((life) => life.orders)
    const sold = [...orders, ...families].reduce((sum, order) => sum + worthOf(order), 0)
    const back = orders.filter(({ refundedAt }) => refundedAt !== undefined).reduce((sum, order) => sum + firstLineOf(order), 0)
    const persons = new Set([
      ...buyers.map(({ person }) => person),
      ...(families.length > 0 ? story.sharedPhones.map(({ buyer }) => buyer.person) : []),
    ])
    expect(customers).toBe(persons.size)
    expect(groups.reduce((sum, { amount }) => sum + amount, 0)).toBeCloseTo(sold - back, 2)
  })

  test('has what was said in its groups by whom, and what each channel cost', async () => {
    // Without a name of the group: what the archive heard of today's message into the groups.
    const said = await ctx.clickhouse.rows<{ chat: string; own: number; replies: number }>(
      `select properties['chatName'] as chat, countIf(person > 0) as own, countIf(properties['replyTo'] != '') as replies
       from events where tenant = {tenant:UInt32} and name = 'group_message.sent' and chat != '' group by chat order by chat`,
      { tenant: ctx.tenantId },
    )
    const circles = Map.groupBy(story.said, ({ circle }) => circle.name)
    expect(said).toEqual(
      [...circles]
        .map(([chat, all]) => ({
          chat,
          own: all.filter(({ by }) => by !== 'owner').length,
          replies: all.filter(({ answers }) => answers !== undefined).length,
        }))
        .sort((a, b) => (a.chat < b.chat ? -1 : 1)),
    )
    expect(story.said.length).toBeGreaterThan(5)
    const members = await ctx.db
      .selectFrom('groupMembers')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('customerId', 'is not', null)
      .execute()
    expect(members.length).toBeGreaterThanOrEqual(story.fellows.length)
    const { rows: spends } = await ctx.databases.systemPool.query<{ name: string; yuan: number }>(
      'select c.name, sum(s.amount_minor) / 100.0::float8 as yuan from channel_spends s join channels c on c.tenant_id = s.tenant_id and c.id = s.channel_id where s.tenant_id = $1 group by 1',
      [ctx.tenantId],
    )
    expect(spends).toHaveLength(6)
    for (const { name, yuan } of spends) {
      const friends = story.lives.filter(({ site }) => site.channel === name)
      expect(Number(yuan) / friends.length, name).toBeGreaterThan((friends[0]?.site.costs.each ?? 0) * 0.8)
    }
  })

  test('has two journeys with people on them, told once although the demo was interrupted, and one that is only drawn', async () => {
    const { items } = await listJourneys(ctx, JourneyQuery.parse({}))
    expect(Object.fromEntries(items.map(({ name, state }) => [name, state]))).toEqual({
      新茶友七天承接: 'running',
      老客唤醒: 'running',
      会员生日关怀: 'draft',
    })
    const newcomers = items.find(({ name }) => name === '新茶友七天承接')
    // Those who were let in, and the last ones, who came through a code by themselves.
    const stayed = story.lives.filter(({ endedAt }) => endedAt === undefined).length
    expect(newcomers?.entered).toBe(Math.min(60, stayed) + 6)
    const waiting = async (...at: string[]) => {
      const { steps } = await readCounts(ctx, internalId(ctx, 'jny', newcomers?.id ?? ''))
      return steps.reduce((sum, { step, waiting }) => sum + (at.includes(step) ? waiting : 0), 0)
    }
    // Half of the colleagues have asked their friends, who went on by it.
    await expect.poll(() => waiting('tasted', 'guide')).toBeGreaterThan(10)
    expect(await waiting('answer')).toBeGreaterThan(10)
  })

  test('has messages and moments with results, work that is done and late, and trials that are over and running', async () => {
    const states = async () => Object.fromEntries((await listMessages(ctx, { limit: 10 })).items.map(({ name, state }) => [name, state]))
    await expect.poll(states).toMatchObject({ 明前龙井到店: 'done', 冷泡季开场: 'draft' })
    const done = (await listMessages(ctx, { limit: 10 })).items.find(({ name }) => name === '明前龙井到店')
    expect(done?.counts.find(({ state }) => state === 'sent')?.count).toBeGreaterThan(5)
    const moments = await listMoments(ctx, { limit: 10 })
    expect(moments.items.find(({ name }) => name === '头采当天')).toMatchObject({ state: 'published' })
    const { open, overdue, doneToday } = await countTasks({ ...ctx, actor: { ...ctx.actor, scope: 'all' } }, 'team')
    expect([open > 20, overdue > 0, doneToday > 10]).toEqual([true, true, true])
    const [campaign] = (await listMarketingTasks(ctx, { limit: 10 })).items
    expect(campaign?.totals.clicks).toBeGreaterThan(20)
    const trials = (await listExperiments(ctx, ExperimentQuery.parse({}))).items
    expect(trials.map(({ state, winner }) => [state, winner])).toEqual([
      ['running', null],
      ['stopped', 'sample'],
    ])
    for (const { exposed } of trials) expect(exposed).toBeGreaterThan(2)
  })

  test('knows what a message and its journeys cost, so that they stand against what they brought', async () => {
    const hours = { visitHours: 24, buyHours: 168 }
    const message = (await listMessages(ctx, { limit: 10 })).items.find(({ name }) => name === '明前龙井到店')
    const sent = await readMessageEffect(ctx, message?.id ?? '', hours)
    expect(sent.cost?.items.map(({ kind }) => kind)).toEqual(['content', 'labour'])
    expect(sent.roi).not.toBeNull()
    const newcomers = (await listJourneys(ctx, JourneyQuery.parse({}))).items.find(({ name }) => name === '新茶友七天承接')
    const entered = await readJourneyEffect(ctx, newcomers?.id ?? '', hours)
    expect(entered.cost?.items.map(({ kind }) => kind)).toEqual(['prizes', 'labour'])
    expect(entered.roi).not.toBeNull()
    const today = dayOf(new Date(), zone)
    // Nobody bought since it went out a minute ago.
    const { result } = await runReport(ctx, { type: 'waste', dateFrom: today, dateTo: today, kinds: ['message'] })
    expect((result as WasteResult).items).toMatchObject([{ name: '明前龙井到店', spend: (sent.cost?.totalMinor ?? 0) / 100 }])
  })

  test('knows each friend since the day of the friendship, told once although it was told twice', async () => {
    const rows = await ctx.db
      .selectFrom('customers as c')
      .innerJoin('identities as i', (join) => join.onRef('i.tenantId', '=', 'c.tenantId').onRef('i.customerId', '=', 'c.id'))
      .innerJoin('customers as k', (join) => join.onRef('k.tenantId', '=', 'c.tenantId').onRef('k.id', '=', 'c.canonicalId'))
      .select(['i.value as person', 'k.name', 'k.addedAt'])
      .where('c.tenantId', '=', ctx.tenantId)
      .where('i.kind', '=', 'person')
      .execute()
    const known = new Map(rows.map((row) => [row.person, row]))
    for (const { person, name, addedAt } of story.lives)
      expect(known.get(person), person).toMatchObject({ name, addedAt: new Date(Math.floor(addedAt / 1000) * 1000) })
    const ended = await ctx.db
      .selectFrom('follows')
      .select('customerId')
      .where('tenantId', '=', ctx.tenantId)
      .where('endedAt', 'is not', null)
      .execute()
    expect(ended).toHaveLength(story.lives.filter(({ endedAt }) => endedAt !== undefined).length)
    const reviews = await ctx.db.selectFrom('mergeReviews').select('id').where('tenantId', '=', ctx.tenantId).execute()
    expect(reviews).toHaveLength(story.sharedPhones.length)
  })
})

describe('a workspace that is somebody’s', () => {
  const other = async (login: string): Promise<Context> =>
    createContext(ctx, (await createTenantWithOwner(ctx, { name: login, login })).tenantId, systemActor, login)
  const refusal = async (there: Context) => refuseRealData(there, openSandbox(workspace.sandboxUrl))

  test('is refused by its orders, and by a WeCom that is no sandbox', async () => {
    const mine = await other('shopkeeper')
    await expect(refusal(mine)).resolves.toBeUndefined()
    const body = { orderNo: '1', status: 'paid', currency: 'CNY', createdAt: '2026-01-01T00:00:00Z', updatedAt: '2026-01-01T00:00:00Z' }
    await enterOrder(mine, OrderBody.parse({ ...body, lines: [{ lineNo: 1, title: '茶', quantity: 1, unitPrice: '10.00' }] }))
    await expect(refusal(mine)).rejects.toMatchObject({ code: 'demo.real_data' })
    const real = await other('real')
    await createCorp(real, { corpId: 'ww0000000000000000', name: '真公司', secret: 's'.repeat(43), agentId: 1_000_002 })
    await expect(refusal(real)).rejects.toMatchObject({ code: 'demo.real_wecom' })
  })
})
