import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { receiveOrder } from '#conversion/orders/commands.ts'
import { ensureShops } from '#conversion/orders/shops.ts'
import { codeOf } from '#growth/live-codes/reactions.ts'
import { noteViews } from '#growth/live-codes/views.ts'
import { ensureTag, tagCustomers } from '#management/tags/commands.ts'
import { readSettings } from '#management/team/settings/queries.ts'
import type { Actor, Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { importFile } from '#platform/imports/engine.ts'
import type { ImportKind } from '#platform/imports/kind.ts'
import { findImportKind } from '#platform/imports/kind.ts'
import { readLags } from '#platform/operations/lags.ts'
import { seededRandom } from '#platform/random.ts'
import { dayOf } from '#platform/time.ts'
import type { Plan } from './calendar.ts'
import { circles, company, sites } from './company.ts'
import { beginDoings, type Doing, finishDoings } from './doing.ts'
import { customersFile, customersMapping, eventsFile, groupTalkFile, ordersFile, ordersMapping, spendsFile, weeksOf } from './files.ts'
import { liveLately } from './lately.ts'
import type { Life, Order } from './life.ts'
import { nickname } from './nicknames.ts'
import { noteBegun, noteFinished, noteStep, type Progress, readProgress, refuseRealData } from './progress.ts'
import { openSandbox, type Sandbox } from './sandbox.ts'
import { codeConfig, keepReports, keepSegments, openCodes, setUpCodes, setUpCompany, type Team, teamOf } from './set-up.ts'
import { sideBySide } from './sides.ts'
import { type Story, storyOf } from './story.ts'

export type DemoOptions = {
  sandboxUrl: string
  importKinds: readonly ImportKind[]
  seed?: string
  customers?: number
  days?: number
  say?: (text: string) => void
}

export type DemoResult = {
  seed: string
  /** False: it was here already. */
  made: boolean
  from: string
  to: string
  customers: number
  openings: number
  orders: number
  refunds: number
  events: number
  seconds: number
}

type Living = {
  ctx: Context
  plan: Plan
  story: Story
  team: Team
  sandbox: Sandbox
  sandboxUrl: string
  codes: ReadonlyMap<string, number>
  kinds: readonly ImportKind[]
  done: ReadonlySet<string>
  say: (text: string) => void
}

/** Fills a served workspace with the demo company. Told again it goes on where it was interrupted, or finds everything done. */
export async function liveDemo(
  ctx: Context,
  { sandboxUrl, importKinds, say = () => undefined, ...wishes }: DemoOptions,
): Promise<DemoResult> {
  const startedAt = performance.now()
  const sandbox = openSandbox(sandboxUrl)
  const team = await teamOf(ctx)
  const { plan, done, finished } = await begin(ctx, sandbox, wishes)
  const story = storyOf(plan)
  if (!finished) {
    await setUpCompany(ctx)
    const codes = await setUpCodes(ctx, past(ctx, weeksOf(plan)[0]?.to ?? plan.until.getTime()), team)
    await liveAll({ ctx, plan, story, team, sandbox, sandboxUrl, codes, kinds: importKinds, done, say })
    await noteFinished(ctx)
  }
  return resultOf(plan, story, !finished, (performance.now() - startedAt) / 1000)
}

async function begin(ctx: Context, sandbox: Sandbox, { seed = 'demo', customers = 2000, days = 90 }: Partial<Plan>): Promise<Progress> {
  const known = await readProgress(ctx)
  if (known) return known
  await refuseRealData(ctx, sandbox)
  const { timezone } = await readSettings(ctx)
  const plan = { seed, customers, days, until: new Date(Math.floor(ctx.now().getTime() / 60_000) * 60_000), timezone }
  await noteBegun(ctx, plan)
  return { plan, done: new Set(), finished: false }
}

async function liveAll(living: Living): Promise<void> {
  const { ctx, plan, story, sandbox, codes, say } = living
  say(`${story.lives.length} people meet the company …`)
  await sandbox.tellApiEdits(false)
  let friends: Met[] = []
  try {
    friends = await meet(living)
    await openings(living)
    await untilTold(ctx, sandbox)
    await part(living, friends)
    await untilTold(ctx, sandbox)
    say('Groups, members, orders, visits and costs of each week …')
    const chats = await gather(living, friends)
    await weeks(living, friends, chats)
    say('What employees noted, and the orders of these days …')
    await taggings(living)
    await lateOrders(living)
    await settled(ctx)
  } finally {
    await sandbox.tellApiEdits(true)
  }
  await openCodes(ctx, codes)
  say('What the company began these days …')
  await liveLately(living)
  await untilTold(ctx, sandbox)
  await keepSegments(ctx)
  say('Journeys, messages, tasks and experiments …')
  const doing = await doingOf(living, friends)
  await beginDoings(doing, living.done)
  await today(living)
  await untilTold(ctx, sandbox)
  await settled(ctx)
  await finishDoings(doing)
  await keepReports(ctx, { from: dayOf(new Date(plan.until.getTime() - 29 * dayMs), plan.timezone), to: dayOf(plan.until, plan.timezone) })
}

const dayMs = 86_400_000

/** The same actor at an earlier moment. */
const past = (ctx: Context, at: number): Context => ({ ...ctx, now: () => new Date(at) })

type Met = { life: Life; externalUserId: string; userId: string }

/** Scans, confirmations and talks, each person's in their order. Callbacks tell the product. */
async function meet({ ctx, story, sandbox, codes }: Living): Promise<Met[]> {
  const configs = new Map(await Promise.all([...codes].map(async ([name, id]) => [name, await codeConfig(ctx, id)] as const)))
  return sideBySide(8, story.lives, async (life) => {
    const { person, name, gender, employee, scannedAt, addedAt, site, talk } = life
    const scanned = await sandbox.scan({ code: configs.get(site.name) ?? '', person, name, gender, employee, at: scannedAt })
    const friend = { externalUserId: scanned.externalUserId, userId: scanned.userId }
    if (scanned.task) await sandbox.confirm(scanned.task, addedAt)
    if (talk && scanned.relation !== 'friends') {
      await sandbox.say(friend.externalUserId, friend.userId, talk.question, talk.at)
      await sandbox.say(friend.userId, friend.externalUserId, talk.answer, talk.at + 2 * 60_000)
    }
    return { life, ...friend }
  })
}

/** The company's groups, and who came into each. Returns their ids at WeCom by name. */
async function gather({ plan, story, sandbox }: Living, friends: readonly Met[]): Promise<Map<string, string>> {
  const start = weeksOf(plan)[0]?.to ?? plan.until.getTime()
  const chats = new Map<string, string>()
  const members = [...new Set(sites.flatMap(({ members }) => members))]
  for (const { name, owner } of circles) chats.set(name, await sandbox.group({ name, owner, members }, start))
  const met = new Map(friends.map((friend) => [friend.life, friend]))
  await sideBySide(4, story.fellows, async ({ life, circle, joinedAt }) => {
    const [chat, friend] = [chats.get(circle.name), met.get(life)]
    if (chat && friend) await sandbox.invite(chat, friend, joinedAt)
  })
  return chats
}

const namesOf = (friends: readonly Met[]): Map<Life, string> => new Map(friends.map(({ life, externalUserId }) => [life, externalUserId]))

/** Ends come when everybody is known: WeCom says nothing about friends of the past, not even their names. */
async function part({ sandbox }: Living, friends: readonly Met[]): Promise<void> {
  await sideBySide(8, friends, async ({ life: { endedAt, endedBy }, externalUserId, userId }) => {
    if (endedAt !== undefined && endedBy) await sandbox.unfollow({ externalUserId, userId }, endedBy, endedAt)
  })
}

/** Openings have no name to be known by: each code's are one transaction with their note. */
async function openings({ ctx, story, codes, done }: Living): Promise<void> {
  for (const site of sites) {
    const step = `openings ${site.name}`
    const code = await codeOf(ctx, 'id', codes.get(site.name) ?? 0)
    if (done.has(step) || !code) continue
    await inTransaction(ctx, async (ctx) => {
      await noteViews(
        ctx,
        code,
        story.openings.filter((one) => one.site === site),
      )
      await noteStep(ctx, step)
    })
  }
}

/** A file of each kind a week, brought in when the week was over. */
async function weeks({ ctx, plan, story, kinds, say }: Living, friends: readonly Met[], chats: ReadonlyMap<string, string>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'liuliang-demo-'))
  const sales = story.lives.flatMap((life) => life.orders.map((order) => ({ life, order })))
  try {
    for (const week of weeksOf(plan)) {
      const bring = async (kind: string, fileName: string, text: string | undefined, mapping: object) => {
        if (text === undefined) return
        const path = join(folder, fileName)
        writeFileSync(path, text)
        await importFile(past(ctx, week.to), { kind: findImportKind(kinds, kind), path, fileName, mapping })
      }
      await bring('customers', `会员-${week.name}.csv`, customersFile(week, friends), customersMapping)
      const orders = ordersFile(week, sales, { timezone: plan.timezone, before: lateFrom(plan) })
      await bring('orders', `订单-${week.name}.csv`, orders, ordersMapping)
      await bring('events', `浏览-${week.name}.jsonl`, eventsFile(week, story), {})
      await bring('spend', `花费-${week.name}.csv`, spendsFile(week, story.lives, plan.timezone), {})
      await bring('group-messages', `群聊-${week.name}.csv`, groupTalkFile(week, story.said, { chats, friends: namesOf(friends) }), {})
      say(`  the week of ${week.name}`)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** From here on the shop tells orders one by one. */
const lateFrom = ({ until }: Plan): number => until.getTime() - 3 * dayMs

async function taggings({ ctx, team, story }: Living): Promise<void> {
  const customers = await customersByPerson(ctx)
  const tagIds = new Map<string, number>()
  const all = story.lives.flatMap((life) => life.taggings.map((tagging) => ({ life, tagging })))
  for (const { tagging } of all) {
    const key = `${tagging.group}/${tagging.name}`
    if (!tagIds.has(key)) tagIds.set(key, await ensureTag(ctx, tagging.group, tagging.name))
  }
  await sideBySide(4, all, async ({ life, tagging: { group, name, at } }) => {
    const [tag, customer] = [tagIds.get(`${group}/${name}`), customers.get(life.person)]
    const employee = team.employees.get(life.employee)
    if (tag === undefined || customer === undefined || !employee) return
    await tagCustomers({ ...ctx, actor: actorOf(employee) }, tag, [customer], { source: 'manual', at: new Date(at) })
  })
}

/** Friends of employees who work here, the last first, and who acts: the owner, then colleagues. */
async function doingOf({ ctx, plan, team, sandbox }: Living, met: readonly Met[]): Promise<Doing> {
  const customers = await customersByPerson(ctx)
  const owner = await ctx.db
    .selectFrom('employees')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('id')
    .executeTakeFirstOrThrow()
  const everybody = met
    .toSorted((one, other) => other.life.addedAt - one.life.addedAt)
    .flatMap(({ life, externalUserId }) => {
      const [customer, employee] = [customers.get(life.person), team.employees.get(life.employee)]
      return customer === undefined || !employee ? [] : [{ life, customer, externalUserId, actor: actorOf(employee) }]
    })
  const colleagues = [...team.employees.values()].filter(({ id }) => id !== owner.id)
  const friends = everybody.filter(({ life }) => life.endedAt === undefined)
  return { ctx, plan, team, sandbox, everybody, friends, actors: [owner, ...colleagues].map(actorOf) }
}

const actorOf = ({ id, name }: { id: number; name: string }): Actor => ({
  kind: 'employee',
  id,
  name,
  permissions: new Set(['*']),
  scope: 'all',
})

async function customersByPerson(ctx: Context): Promise<Map<string, number>> {
  const rows = await ctx.db
    .selectFrom('identities')
    .select(['value', 'customerId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('kind', '=', 'person')
    .execute()
  return new Map(rows.map(({ value, customerId }) => [value, customerId]))
}

/** The last days' orders as the shop's webhook tells them; in some a phone is another member's, which somebody has to look at. */
async function lateOrders({ ctx, plan, story }: Living): Promise<void> {
  const shops = await ensureShops(ctx, new Set([company.shop, company.counter]))
  const late = story.lives.flatMap((life) => life.orders.filter(({ at }) => at >= lateFrom(plan)).map((order) => ({ life, order })))
  const shared = story.sharedPhones.map(({ at, buyer, phoneOf }, place) => ({
    life: { ...buyer, joined: { ...buyer.joined, phone: phoneOf.joined?.phone } } as Life,
    order: { no: `SYF${place}${plan.seed}`, at, counter: false, lines: phoneOf.orders[0]?.lines ?? buyer.orders[0]?.lines ?? [] },
  }))
  const all = [...late, ...shared.filter(({ order }) => order.lines.length > 0)].sort((a, b) => a.order.at - b.order.at)
  await sideBySide(4, all, async ({ life, order }) => {
    const shopId = shops.get(order.counter ? company.counter : company.shop) ?? 0
    await receiveOrder(past(ctx, order.at), { shopId, source: 'webhook' }, bodyOf(life, order))
  })
}

function bodyOf({ joined, site }: Life, { no, at, lines, refundedAt }: Order): Parameters<typeof receiveOrder>[2] {
  const paidAt = new Date(at)
  const [first] = lines
  const back =
    first && refundedAt !== undefined
      ? { amount: `${first.good.price * first.quantity - first.discount}.00`, finishedAt: new Date(refundedAt) }
      : undefined
  return {
    orderNo: no,
    status: 'paid',
    currency: 'CNY',
    createdAt: paidAt,
    paidAt,
    updatedAt: back?.finishedAt ?? paidAt,
    ...(back && {
      refunds: [
        { refundNo: `T${no}`, lineNos: ['1'], status: 'success' as const, type: 'refund_only' as const, reason: undefined, ...back },
      ],
    }),
    buyer: {
      phone: joined?.phone,
      memberNo: joined?.memberNo,
      unionid: undefined,
      externalUserId: undefined,
      shopBuyerId: undefined,
      name: undefined,
    },
    lines: lines.map(({ good, quantity, discount }, place) => ({
      lineNo: String(place + 1),
      productCode: good.code,
      skuCode: undefined,
      title: good.title,
      quantity,
      unitPrice: `${good.price}.00`,
      discount: `${discount}.00`,
    })),
    attribution: { employee: undefined, channel: site.channel, coupon: undefined },
  }
}

/** A few come at this very moment, with everything that happens then: the greeting stands on their phones. */
async function today({ ctx, plan, codes, sandbox }: Living): Promise<void> {
  const random = seededRandom(`${plan.seed} today`)
  for (const [place, site] of sites.entries()) {
    const code = await codeConfig(ctx, codes.get(site.name) ?? 0)
    const person = `${plan.seed}-today-${place}`
    await sandbox.scan({ code, person, name: nickname(random), gender: 2, employee: random.pick(site.members) })
  }
}

/** Until WeCom has told everything and it stands here. */
async function untilTold(ctx: Context, sandbox: Sandbox): Promise<void> {
  while ((await sandbox.underWay()) > 0) await sleep(100)
  const waiting = () =>
    ctx.db.selectFrom('wecomInbox').select('id').where('tenantId', '=', ctx.tenantId).where('state', '=', 'waiting').limit(1).execute()
  while ((await waiting()).length > 0) await sleep(100)
}

/** Until codes have reacted and ClickHouse has everything. */
async function settled(ctx: Context): Promise<void> {
  for (;;) {
    const { inboxRows, consumers } = await readLags(ctx)
    if (inboxRows === 0 && consumers.every(({ behind }) => behind === 0)) return
    await sleep(100)
  }
}

function resultOf({ seed, days, until, timezone }: Plan, { lives, visitors, openings }: Story, made: boolean, seconds: number): DemoResult {
  const orders = lives.flatMap((life) => life.orders)
  const acts = [...lives, ...visitors].reduce((sum, { acts }) => sum + acts.length, 0)
  return {
    seed,
    made,
    from: dayOf(new Date(until.getTime() - (days - 1) * dayMs), timezone),
    to: dayOf(until, timezone),
    customers: lives.length,
    openings: openings.length,
    orders: orders.length,
    refunds: orders.filter(({ refundedAt }) => refundedAt !== undefined).length,
    events: acts,
    seconds: Math.round(seconds * 10) / 10,
  }
}
