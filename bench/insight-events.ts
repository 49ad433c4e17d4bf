import type { ClickHouse } from '#platform/clickhouse.ts'

/** How much there is of everything. Orders are events too: so many of the events are `order.paid`. */
export type Sizes = { events: number; persons: number; orders: number }

/** Event names from frequent to rare; of those that are no orders the k-th comes 1/k as often as the first. */
export const eventNames = [
  'page.viewed',
  'product.viewed',
  'message.read',
  'link.clicked',
  'cart.added',
  'material.opened',
  'video.watched',
  'page.shared',
  'coupon.received',
  'coupon.used',
  'group.joined',
  'group_message.sent',
  'live.entered',
  'live.watched',
  'task.done',
  'point.earned',
  'point.spent',
  'form.submitted',
  'friend.invited',
  'service.asked',
  'review.written',
  'product.favoured',
  'card.opened',
] as const

export const weeks = 52
const rowsInBlock = 2_000_000

/** Events come in visits: so many of one person, a minute or two apart. */
const visit = 5

/** What a hour of the day and a day of the week (Monday first) get of the events, in thousandths. */
const hours = [8, 4, 2, 2, 2, 4, 12, 28, 42, 48, 52, 58, 66, 56, 48, 46, 48, 54, 64, 80, 94, 92, 62, 28]
const weekdays = [128, 130, 132, 136, 150, 168, 156]

/**
 * Events that are always the same for the same sizes, made inside ClickHouse out of row numbers and hashes: a year in order of
 * time, so that every block lies in one month or two; persons after Zipf with exponent ½ (the most active of a million has
 * 100,000 of 100 million events, the median one 71), names after Zipf with exponent 1, more in the evening and at weekends.
 */
export async function generateEvents(
  clickhouse: ClickHouse,
  { tenant, start, sizes, say }: { tenant: number; start: Date; sizes: Sizes; say: (text: string) => void },
): Promise<void> {
  const params = {
    tenant,
    start: Math.floor(start.getTime() / 1000),
    names: eventNames,
    hours: thresholds(hours),
    weekdays: thresholds(weekdays),
    shares: nameShares(),
    ...sizes,
  }
  for (let from = 0; from < sizes.events; from += rowsInBlock) {
    await clickhouse.command(blockSql, { ...params, from, rows: Math.min(rowsInBlock, sizes.events - from) })
    if (from % (rowsInBlock * 5) === 0) say(`${from / 1e6} M of ${sizes.events / 1e6} M events`)
  }
}

/** One line for each order, as the mirror of orders would hold it; month by month, because a statement may run for a minute. */
export async function generateLines(clickhouse: ClickHouse, tenant: number): Promise<void> {
  for (let month = 1; month <= 12; month++)
    await clickhouse.command(
      `insert into order_lines (tenant, kind, document, line, ord, person, at, product, title, quantity, amount, currency, version)
       select tenant, 'paid', toUInt64(properties['order']) + 1, 1, toUInt64(properties['order']) + 1, person, at, extract(properties['products'], '\\w+'),
         concat('商品 ', extract(properties['products'], '\\w+')), 1, toInt64(properties['amount']), 'CNY', 1
       from events where tenant = {tenant:UInt32} and name = 'order.paid' and toMonth(at) = {month:UInt8}`,
      { tenant, month },
    )
}

/** Cumulated shares as whole numbers below 2³². */
function thresholds(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, one) => sum + one, 0)
  let sum = 0
  return weights.map((weight) => {
    sum += weight
    return Math.min(2 ** 32 - 1, Math.floor((sum / total) * 2 ** 32))
  })
}

const nameShares = (): number[] => thresholds(eventNames.map((_, i) => 1 / (i + 1)))

/** The k-th of independent dice of a row, below 2³², or of something that rows share. */
const die = (k: number, of = 'number'): string => `toUInt32(sipHash64(${of}, ${k}))`

/** A share of [0, 1) of a row. */
const share = (k: number, of = 'number'): string => `(${die(k, of)} / 4294967296.)`

/** The place of a die among cumulated shares. */
const placeOf = (shares: string, k: number, of = 'number'): string => `arrayCount(x -> x < ${die(k, of)}, ${shares})`

const blockSql = `insert into events (tenant, person, at, name, id, properties, received_at, load)
with
  intDiv(number, ${visit}) as visit,
  intDiv(visit * ${visit} * ${weeks}, {events:UInt64}) as week,
  week * 7 + ${placeOf('{weekdays:Array(UInt32)}', 1, 'visit')} as day,
  toInt64({start:UInt32}) * 1000 + toInt64(day) * 86400000 + ${placeOf('{hours:Array(UInt32)}', 2, 'visit')} * 3600000
    + toInt64(floor(${share(3, 'visit')} * 3600000)) + (number % ${visit}) * 90000 + toInt64(floor(${share(11)} * 90000)) as ms,
  toUInt64(floor({persons:UInt32} * pow(${share(4, 'visit')}, 2))) as rank,
  intDiv((number + 1) * {orders:UInt64}, {events:UInt64}) > intDiv(number * {orders:UInt64}, {events:UInt64}) as isOrder,
  if(isOrder, 'order.paid', {names:Array(String)}[1 + ${placeOf('{shares:Array(UInt32)}', 5)}]) as event,
  toString(toUInt32(floor(1000 * pow(${share(6)}, 2)))) as product,
  fromUnixTimestamp64Milli(ms, 'UTC') as happened
select {tenant:UInt32}, toUInt32(1 + (rank * 2654435761) % {persons:UInt32}), happened, event, reinterpretAsUUID(sipHash128(number)),
  multiIf(
    event = 'page.viewed', map('path', concat('/p/', toString(toUInt32(floor(300 * pow(${share(7)}, 3)))), if(number % 7 = 0, '/', ''))),
    event in ('product.viewed', 'cart.added', 'product.favoured', 'review.written'), map('product', product),
    event in ('link.clicked', 'material.opened', 'live.entered'), map('channel', ['douyin', 'xiaohongshu', 'bilibili', 'zhihu', 'weibo', 'store', 'friend', 'sms'][1 + toUInt32(floor(8 * pow(${share(8)}, 2)))]),
    isOrder, map('order', toString(number), 'orderNo', concat('O', toString(number)), 'shop', '0', 'amount', toString(990 + toUInt32(floor(100000 * pow(${share(9)}, 3)))), 'currency', 'CNY', 'items', '1', 'lines', '1', 'source', 'import', 'first', 'false', 'products', concat('["', product, '"]')),
    map('seconds', toString(${die(10)} % 120))),
  happened, 0
from numbers({from:UInt64}, {rows:UInt64})
settings max_partitions_per_insert_block = 0, min_insert_block_size_rows = ${rowsInBlock}, max_insert_threads = 2, max_block_size = 65536`
