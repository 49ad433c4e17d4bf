import { setTimeout as sleep } from 'node:timers/promises'
import { createChannel } from '#growth/channels/commands.ts'
import { type ChannelKind, NewChannel } from '#growth/channels/schema.ts'
import { changeLiveCode, createLiveCode } from '#growth/live-codes/commands.ts'
import { LiveCodeChange, LiveCodeInput } from '#growth/live-codes/schema.ts'
import { saveReport } from '#insight/reports/commands.ts'
import { createSegment } from '#insight/segments/commands.ts'
import { NewSegment } from '#insight/segments/schema.ts'
import { createAttribute } from '#management/customers/attributes.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { presentAccounts } from '#management/team/queries.ts'
import { updateSettings } from '#management/team/settings/commands.ts'
import { readSettings } from '#management/team/settings/queries.ts'
import { wecomApp } from '#management/wecom/app.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { cities, company, sites, tags } from './company.ts'

export type Team = { corp: number; employees: ReadonlyMap<string, { id: number; name: string }> }

/** Waits until the sandbox's company is connected and its members stand here. */
export async function teamOf(ctx: Context, patienceMs = 60_000): Promise<Team> {
  const needed = new Set(sites.flatMap(({ members }) => members))
  for (const giveUpAt = Date.now() + patienceMs; ; await sleep(200)) {
    const corp = await ctx.db
      .selectFrom('wecomCorps')
      .select(['id', 'syncedAt'])
      .where('tenantId', '=', ctx.tenantId)
      .where('state', '=', 'active')
      .orderBy('id')
      .executeTakeFirst()
    const accounts = corp?.syncedAt ? await presentAccounts(ctx, corp.id) : new Map<string, number>()
    if (corp && [...needed].every((userId) => accounts.has(userId))) return { corp: corp.id, employees: await named(ctx, accounts) }
    if (Date.now() > giveUpAt)
      throw appError('demo.no_team', {
        status: 409,
        message: 'The sandbox’s company is not here yet: is the workspace running, with its sandbox?',
      })
  }
}

async function named(ctx: Context, accounts: ReadonlyMap<string, number>): Promise<Team['employees']> {
  const rows = await ctx.db
    .selectFrom('employees')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', 'in', [...accounts.values()])
    .execute()
  const names = new Map(rows.map(({ id, name }) => [id, name]))
  return new Map([...accounts].map(([userId, id]) => [userId, { id, name: names.get(id) ?? userId }]))
}

/** The company's name, its own field, its tags. Done before, it changes nothing. */
export async function setUpCompany(ctx: Context): Promise<void> {
  const { name } = await readSettings(ctx)
  if (name === '我的企业') await updateSettings(ctx, { name: company.name })
  for (const { group, names } of [tags.intent, tags.tier, tags.taste]) for (const one of names) await ensureTag(ctx, group, one)
  const known = await ctx.db.selectFrom('attributes').select('id').where('tenantId', '=', ctx.tenantId).where('key', '=', 'city').execute()
  if (known.length === 0) await createAttribute(ctx, { name: '城市', key: 'city', type: 'choice', choices: cities.map(([city]) => city) })
}

/** Live codes by site. They were made before the first scan, asked for confirmation and greeted nobody, as codes did then. */
export async function setUpCodes(now: Context, past: Context, { corp, employees }: Team): Promise<Map<string, number>> {
  // Calls of WeCom go by today's clock whoever asks for them.
  await wecomApp(now, corp)
  const codes = new Map<string, number>()
  for (const site of sites) {
    const known = await now.db
      .selectFrom('liveCodes')
      .select('id')
      .where('tenantId', '=', now.tenantId)
      .where('name', '=', site.name)
      .where('deletedAt', 'is', null)
      .executeTakeFirst()
    const channel = await channelOf(past, site.channel, site.kind, await channelOf(past, site.group, 'group', null))
    const tagIds = site.tag ? [publicId(now, 'tag', await ensureTag(past, tags.source.group, site.tag))] : []
    const members = site.members.map((userId) => ({ employeeId: publicId(now, 'emp', employees.get(userId)?.id ?? 0) }))
    const input = { name: site.name, channelId: publicId(now, 'cha', channel), employees: members, tagIds, skipVerify: false }
    codes.set(site.name, known?.id ?? (await createLiveCode(past, LiveCodeInput.parse(input))))
  }
  return codes
}

async function channelOf(ctx: Context, name: string, kind: ChannelKind, parent: number | null): Promise<number> {
  const known = await ctx.db
    .selectFrom('channels')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', name)
    .executeTakeFirst()
  const parentId = parent === null ? null : publicId(ctx, 'cha', parent)
  return known?.id ?? createChannel(ctx, NewChannel.parse({ name, kind, parentId }))
}

/** From now on people come through at once and are greeted. */
export async function openCodes(ctx: Context, codes: ReadonlyMap<string, number>): Promise<void> {
  for (const site of sites) {
    const id = codes.get(site.name)
    if (id === undefined) continue
    const change = {
      skipVerify: true,
      remark: `${site.channel}-{nickname}`.slice(0, 30),
      welcome: {
        text: `{nickname}，您好！我是${company.name}的{employee}。\n回复“茶”，送您一份新人品鉴装。`,
        attachments: [{ kind: 'link', title: '新人礼：三款小罐任选', url: 'https://example.com/gift', description: '今天起 7 天内有效' }],
      },
    }
    await changeLiveCode(ctx, id, LiveCodeChange.parse(change))
  }
}

const reports = [
  {
    name: '从浏览到下单',
    report: {
      type: 'funnel',
      steps: [{ event: 'page.viewed' }, { event: 'live_code.added' }, { event: 'customer.tagged' }, { event: 'order.paid' }],
      window: { value: 30, unit: 'day' },
    },
  },
  {
    name: '购买漏斗',
    report: {
      type: 'funnel',
      steps: [{ event: 'product.viewed' }, { event: 'cart.added' }, { event: 'order.paid' }],
      window: { value: 7, unit: 'day' },
    },
  },
  { name: '客户价值分层', report: { type: 'rfm' } },
  {
    name: '新好友回访',
    report: { type: 'retention', start: { event: 'live_code.added' }, return: { event: 'app.opened' }, period: 'week' },
  },
] as const

/** Reports that somebody of the company keeps. */
export async function keepReports(ctx: Context, { from, to }: { from: string; to: string }): Promise<void> {
  const kept = await ctx.db.selectFrom('reports').select('name').where('tenantId', '=', ctx.tenantId).execute()
  for (const { name, report } of reports)
    if (!kept.some((one) => one.name === name)) await saveReport(ctx, { name, report: datesOf(report.type, from, to, report) })
}

const segments = [
  { name: '一个月没再买的老客', rule: { orders: { count: { gte: 1 }, lastDaysAgo: { gte: 30 } } } },
  {
    name: '近 30 天常来、从未下单',
    rule: {
      and: [
        { event: { event: 'app.opened', count: { gte: 3 }, within: { last: 30, unit: 'day' } } },
        { not: { orders: { count: { gte: 1 } } } },
      ],
    },
  },
  { name: '买过三次以上', rule: { orders: { count: { gte: 3 } } } },
] as const

/** Segments that somebody of the company looks at every week. */
export async function keepSegments(ctx: Context): Promise<void> {
  const kept = await ctx.db.selectFrom('segments').select('name').where('tenantId', '=', ctx.tenantId).execute()
  for (const segment of segments) if (!kept.some(({ name }) => name === segment.name)) await createSegment(ctx, NewSegment.parse(segment))
}

const datesOf = (type: string, dateFrom: string, dateTo: string, report: Record<string, unknown>): Record<string, unknown> =>
  type === 'rfm'
    ? { ...report, asOf: dateTo }
    : type === 'retention'
      ? { ...report, from: dateFrom, intervals: 8 }
      : { ...report, dateFrom, dateTo }

export const codeConfig = async (ctx: Context, id: number): Promise<string> => {
  const { configId } = await ctx.db
    .selectFrom('liveCodes')
    .select('configId')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  if (!configId) throw appError('demo.no_code', { status: 502, message: 'The sandbox did not make the live code.' })
  return configId
}
