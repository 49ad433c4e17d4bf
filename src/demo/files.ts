import { DateTime } from 'luxon'
import type { Plan } from './calendar.ts'
import { company, sites } from './company.ts'
import type { Said } from './fellows.ts'
import type { Life, Order } from './life.ts'
import type { Story } from './story.ts'

type Week = { from: number; to: number; name: string }

const weekMs = 7 * 86_400_000

/** Whole weeks from the first day on; the last one ends with the story. */
export function weeksOf({ days, until, timezone }: Plan): Week[] {
  const start = DateTime.fromJSDate(until, { zone: timezone })
    .startOf('day')
    .minus({ days: days - 1 })
  const weeks: Week[] = []
  for (let from = start.toMillis() - weekMs; from < until.getTime(); from += weekMs)
    weeks.push({
      from,
      to: Math.min(from + weekMs, until.getTime()),
      name: DateTime.fromMillis(from, { zone: timezone }).toISODate() ?? '',
    })
  return weeks
}

const within = (at: number, { from, to }: Week): boolean => at >= from && at < to

/** Who came this week, as the member system knows them: whom WeCom means by which name, and whom our pages do. */
export function customersFile(week: Week, friends: readonly { life: Life; externalUserId: string }[]): string | undefined {
  const rows = friends
    .filter(({ life }) => within(life.addedAt, week))
    .map(({ life: { person, city, joined }, externalUserId }) =>
      [externalUserId, person, joined?.phone ?? '', joined?.memberNo ?? '', city].join(','),
    )
  return table('外部联系人ID,用户ID,手机号,会员号,城市', rows)
}

export const customersMapping = {
  columns: { external_userid: '外部联系人ID', person: '用户ID', phone: '手机号', member_no: '会员号', 'attribute.city': '城市' },
}

type Sale = { life: Life; order: Order }

/** The shop's export of a week: what was ordered, and what went back. `before`: later orders come by themselves. */
export function ordersFile(
  week: Week,
  sales: readonly Sale[],
  { timezone, before }: { timezone: string; before: number },
): string | undefined {
  const time = (at: number) => DateTime.fromMillis(at, { zone: timezone }).toFormat('yyyy-MM-dd HH:mm:ss')
  const rows = sales.flatMap(({ life, order }) => {
    if (order.at >= before) return []
    const buyer = [life.joined?.phone ?? '', order.counter ? '' : (life.joined?.memberNo ?? '')]
    const common = [order.counter ? company.counter : company.shop, ...buyer, life.site.channel, life.city]
    const sold = within(order.at, week)
      ? order.lines.map(({ good, quantity, discount }, place) =>
          [
            order.no,
            '',
            time(order.at),
            place + 1,
            good.code,
            good.title,
            quantity,
            `${good.price}.00`,
            discount,
            '交易完成',
            ...common,
          ].join(','),
        )
      : []
    const [first] = order.lines
    const back =
      order.refundedAt !== undefined && first && within(order.refundedAt, week)
        ? [
            [
              `T${order.no}`,
              order.no,
              time(order.refundedAt),
              1,
              first.good.code,
              first.good.title,
              -first.quantity,
              `${first.good.price}.00`,
              first.discount,
              '退款成功',
              ...common,
            ].join(','),
          ]
        : []
    return [...sold, ...back]
  })
  return table('订单号,原订单号,付款时间,子订单号,商品编码,商品名称,数量,单价,优惠金额,状态,店铺,买家手机号,会员号,渠道,地区', rows)
}

export const ordersMapping = { refundWhen: { column: '订单号', startsWith: 'T' } }

/** What was done on the company's pages in a week, each with an id of its own. */
export function eventsFile(week: Week, { lives, visitors }: Story): string | undefined {
  const lines: string[] = []
  // Both keys in every line: the first one says what columns there are.
  const tell = (who: { person: string; device: string }, id: string, acts: Life['acts']) => {
    for (const [place, { event, at, properties }] of acts.entries())
      if (within(at, week))
        lines.push(JSON.stringify({ ...who, event, timestamp: new Date(at).toISOString(), properties, id: `${id} ${place}` }))
  }
  for (const { person, acts } of lives) tell({ person, device: '' }, person, acts)
  for (const { device, acts } of visitors) tell({ person: '', device }, device, acts)
  return lines.length === 0 ? undefined : `${lines.join('\n')}\n`
}

/** What each channel cost in a week, a row a day: by how many came, as the bill of the medium says it. */
export function spendsFile(week: Week, lives: readonly Life[], timezone: string): string | undefined {
  const came = Map.groupBy(
    lives.filter(({ addedAt }) => within(addedAt, week)),
    ({ site, addedAt }) => `${DateTime.fromMillis(addedAt, { zone: timezone }).toISODate()} ${site.name}`,
  )
  const rows = [...came].sort().map(([key, friends]) => {
    const [day = '', name] = key.split(' ')
    const site = sites.find((one) => one.name === name)
    // Bills are uneven: the fewer come on a day, the more each of them cost.
    const each = (site?.costs.each ?? 0) * (0.85 + 0.6 / friends.length)
    return [day, site?.channel ?? '', site?.costs.kind ?? '', site?.costs.item ?? '', (each * friends.length).toFixed(2)].join(',')
  })
  return table('日期,渠道,费用类型,计划,花费', rows)
}

/** What was said in the groups in a week, as the archive of a group is written out. */
export function groupTalkFile(
  week: Week,
  said: readonly Said[],
  names: { chats: ReadonlyMap<string, string>; friends: ReadonlyMap<Life, string> },
): string | undefined {
  const rows = said
    .filter(({ at }) => within(at, week))
    .map(({ id, circle, at, by, text, answers = '' }) =>
      [
        names.chats.get(circle.name) ?? '',
        circle.name,
        by === 'owner' ? circle.owner : (names.friends.get(by.life) ?? ''),
        new Date(at).toISOString(),
        id,
        answers,
        text,
      ].join(','),
    )
  return table('群ID,群名称,发言人,时间,消息ID,回复消息ID,内容', rows)
}

const table = (header: string, rows: readonly string[]): string | undefined =>
  rows.length === 0 ? undefined : `${[header, ...rows].join('\n')}\n`
