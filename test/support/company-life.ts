import { sql } from 'kysely'
import { receiveOrder } from '#conversion/orders/commands.ts'
import { createChannel } from '#growth/channels/commands.ts'
import { NewChannel } from '#growth/channels/schema.ts'
import { liveCodeViewed } from '#growth/events.ts'
import { customerFollowed } from '#management/events.ts'
import { identify } from '#management/identity/commands.ts'
import { ensureTag, tagCustomers } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'

const families = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'
const given = [
  '雨桐',
  '子涵',
  '欣怡',
  '浩然',
  '梓萱',
  '宇轩',
  '思远',
  '佳琪',
  '晨曦',
  '婉清',
  '书瑶',
  '天佑',
  '若曦',
  '俊熙',
  '可欣',
  '明哲',
]
const goods = [
  { code: 'TEA-01', title: '明前龙井 50g', price: 168 },
  { code: 'TEA-07', title: '武夷岩茶 礼盒', price: 328 },
  { code: 'CUP-02', title: '手作盖碗', price: 89 },
  { code: 'TEA-11', title: '桂花乌龙 100g', price: 76 },
]
const sources = [
  { name: '抖音投放', kind: 'feed_ads' as const, pace: 7, tag: '抖音' },
  { name: '小红书笔记', kind: 'other' as const, pace: 4, tag: '小红书' },
  { name: '线下门店', kind: 'store' as const, pace: 3, tag: '线下门店' },
  { name: '老客推荐', kind: 'other' as const, pace: 2, tag: '老客推荐' },
]

/**
 * Lets a company live through the last `days` days: people open codes, become friends, are tagged, and some of them buy.
 * The same numbers give the same company, told through the same commands and events as real ones.
 */
export async function liveThrough(ctx: Context, days = 30): Promise<void> {
  const random = generator(days)
  const employees = await employeesOf(ctx)
  const level = [await ensureTag(ctx, '客户等级', '一般'), await ensureTag(ctx, '客户等级', '重要')]
  const channels: { id: number; tag: number; name: string; pace: number }[] = []
  for (const { name, kind, tag, pace } of sources)
    channels.push({
      id: await createChannel(ctx, NewChannel.parse({ name, kind })),
      tag: await ensureTag(ctx, '来源渠道', tag),
      name,
      pace,
    })
  for (let ago = days; ago >= 0; ago--) {
    for (const [code, channel] of channels.entries()) {
      const scans = Math.round(channel.pace * (0.6 + random()) * (isWeekend(ctx, ago) ? 1.5 : 1))
      for (let n = 0; n < scans; n++) await onePerson(ctx, { ago, code: code + 1, channel, employees, level, random })
    }
  }
}

type Visit = {
  ago: number
  code: number
  channel: { id: number; tag: number; name: string }
  employees: { id: number; name: string }[]
  level: number[]
  random: () => number
}

async function onePerson(ctx: Context, { ago, code, channel, employees, level, random }: Visit): Promise<void> {
  const at = momentOf(ctx, ago, random())
  const through = { channel: channel.id, channelName: channel.name }
  await inTransaction(ctx, async (ctx) =>
    emit(ctx, liveCodeViewed, {
      customerId: null,
      at,
      properties: { code, codeName: `${channel.name}活码`, ...through, device: random() < 0.8 ? 'wechat' : 'phone' },
    }),
  )
  if (random() > 0.72) return
  const employee = employees[Math.floor(random() * employees.length)]
  if (!employee) return
  const name = `${families[Math.floor(random() * families.length)]}${given[Math.floor(random() * given.length)]}`
  const phone = `139${String(Math.floor(random() * 1e8)).padStart(8, '0')}`
  const customer = await inTransaction({ ...ctx, now: () => at }, async (ctx) => {
    const id = await identify(ctx, [{ kind: 'phone', value: phone }], { name, gender: random() < 0.6 ? 'female' : 'male' }, 'wecom')
    await sql`insert into follows (tenant_id, customer_id, employee_id, canonical_id, added_at, channel_id, state)
      values (${ctx.tenantId}, ${id}, ${employee.id}, ${id}, ${at}, ${channel.id}, ${`code${code}`}) on conflict do nothing`.execute(ctx.db)
    await sql`select refresh_customers(${[id]}::int[])`.execute(ctx.db)
    emit(ctx, customerFollowed, {
      customerId: id,
      at,
      properties: { employee: employee.id, employeeName: employee.name, ...through, again: false },
    })
    return id
  })
  if (random() < 0.85) await tagCustomers(ctx, channel.tag, [customer], { source: 'live_code', at })
  if (random() < 0.4) await tagCustomers(ctx, level[random() < 0.3 ? 1 : 0] ?? channel.tag, [customer], { source: 'manual', at })
  for (let orders = 0; random() < 0.34 && orders < 3; orders++)
    await buy(ctx, phone, new Date(at.getTime() + (orders + random()) * 86_400_000), random)
}

async function buy(ctx: Context, phone: string, at: Date, random: () => number): Promise<void> {
  if (at > ctx.now()) return
  const item = goods[Math.floor(random() * goods.length)]
  if (!item) return
  const quantity = 1 + Math.floor(random() * 3)
  await receiveOrder(
    ctx,
    { shopId: 0, source: 'manual' },
    {
      orderNo: `L${at.getTime()}${Math.floor(random() * 90 + 10)}`,
      status: random() < 0.5 ? 'completed' : 'paid',
      currency: 'CNY',
      createdAt: at,
      paidAt: at,
      updatedAt: at,
      buyer: { phone, unionid: undefined, memberNo: undefined, externalUserId: undefined, shopBuyerId: undefined, name: undefined },
      lines: [{ lineNo: '1', productCode: item.code, skuCode: undefined, title: item.title, quantity, unitPrice: `${item.price}.00` }],
    },
  )
}

const employeesOf = async (ctx: Context) =>
  ctx.db
    .selectFrom('employees')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('status', '=', 'active')
    .orderBy('id')
    .limit(8)
    .execute()

const dayMs = 86_400_000
const isWeekend = (ctx: Context, ago: number): boolean => [0, 6].includes(new Date(ctx.now().getTime() - ago * dayMs).getUTCDay())

/** Between nine and nine, and never later than now. */
const momentOf = (ctx: Context, ago: number, part: number): Date =>
  new Date(
    Math.min(ctx.now().getTime() - 60_000, Math.floor((ctx.now().getTime() - ago * dayMs) / dayMs) * dayMs + (1 + part * 12) * 3_600_000),
  )

function generator(seed: number): () => number {
  let state = seed * 2654435761
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822507) + 0x9e3779b9) | 0
    const mixed = Math.imul(state ^ (state >>> 13), 3266489909)
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32
  }
}
