import { eventNames } from './insight-events.ts'

/** A question both ways: the document our API answers, and the SQL somebody would write on the raw table. */
export type Case = { name: string; goalMs: number; report: object; naive: string }

export type Days = { first: string; last: string; monthAgo: string; weeksAgo12: string }

const zone = 'Asia/Shanghai'
const steps = ['product.viewed', 'cart.added', 'coupon.used', 'order.paid']
const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ')
const since = (day: string) => `at >= toDateTime64('${day} 00:00:00', 3, '${zone}')`
const until = (day: string) => `at < toDateTime64('${day} 00:00:00', 3, '${zone}') + interval 1 day`

/** The questions of the table, each as a document and as plain SQL without merges of people, which makes the SQL's work lighter. */
export const casesOf = (days: Days): Case[] => [
  funnelCase('funnel of 4 steps, all time', 700, days.first, days.last),
  funnelCase('funnel of 4 steps, 30 days', 350, days.monthAgo, days.last),
  {
    name: 'weekly retention 12 × 12',
    goalMs: 80,
    report: {
      type: 'retention',
      start: { event: 'order.paid' },
      return: { event: 'page.viewed' },
      cohort: 'recurring',
      period: 'week',
      from: days.weeksAgo12,
      intervals: 12,
    },
    naive: `with weeks as (select distinct person, name, toStartOfWeek(at, 1, '${zone}') as week from events
        where tenant = {tenant:UInt32} and name in ('order.paid', 'page.viewed') and ${since(days.weeksAgo12)})
      select a.week, dateDiff('week', a.week, b.week) as after, count() from (select person, week from weeks where name = 'order.paid') as a
        join (select person, week from weeks where name = 'page.viewed') as b on a.person = b.person where b.week >= a.week group by 1, 2 order by 1, 2`,
  },
  {
    name: 'daily actives of each of 20 events',
    goalMs: 100,
    report: {
      type: 'trend',
      dateFrom: days.first,
      dateTo: days.last,
      interval: 'day',
      series: eventNames.slice(0, 20).map((event) => ({ event, measure: 'persons' })),
    },
    naive: `select name, toDate(at, '${zone}') as day, uniqExact(person) from events
      where tenant = {tenant:UInt32} and name in (${quoted(eventNames.slice(0, 20))}) group by name, day order by name, day`,
  },
  {
    name: 'top paths of 5',
    goalMs: 500,
    report: { type: 'paths', dateFrom: days.first, dateTo: days.last, node: 'event', stepLimit: 5, edgeLimit: 50 },
    naive: `select arrayStringConcat(arraySlice(arrayCompact(session.2), 1, 5), ' > ') as path, count() as c from (
        select arrayJoin(arrayMap(s -> (s, arrayMap(e -> e.2, s)), arraySplit((e, gap) -> gap >= 1800000, events, arrayDifference(arrayMap(e -> e.1, events))))) as session
        from (select arraySort(groupArray((toUnixTimestamp64Milli(at), toString(name)))) as events from events where tenant = {tenant:UInt32} group by person))
      group by path order by c desc limit 20`,
  },
  {
    name: 'segment: ≥ 3 in 30 days and never Y',
    goalMs: 100,
    report: {
      type: 'segment',
      persons: false,
      rule: {
        and: [
          { event: { event: 'product.viewed', count: { gte: 3 }, within: { last: 30, unit: 'day' } } },
          { not: { event: { event: 'coupon.used' } } },
        ],
      },
    },
    naive: `select count() from (select person from events where tenant = {tenant:UInt32} and name in ('product.viewed', 'coupon.used')
      group by person having countIf(name = 'product.viewed' and at >= now() - interval 30 day) >= 3 and countIf(name = 'coupon.used') = 0)`,
  },
  {
    name: 'RFM of all orders',
    goalMs: 100,
    report: { type: 'rfm', asOf: days.last },
    naive: `select person, dateDiff('day', toDate(max(at), '${zone}'), toDate('${days.last}')), count(), sum(toInt64(properties['amount']))
      from events where tenant = {tenant:UInt32} and name = 'order.paid' group by person`,
  },
  {
    name: 'product ranking with conversion, 30 days',
    goalMs: 300,
    report: { type: 'products', dateFrom: days.monthAgo, dateTo: days.last, limit: 100 },
    naive: `select product, amount, buyers, viewers, converted / viewers from (
        select product, sum(amount) as amount, uniqExact(person) as buyers from order_lines final
        where tenant = {tenant:UInt32} and kind = 'paid' and ${since(days.monthAgo)} and ${until(days.last)} group by product) as bought
      left join (select product, uniqExact(person) as viewers, uniqExactIf(person, o.at >= v.at and o.at <= v.at + interval 7 day) as converted
        from (select person, at, properties['product'] as product from events where tenant = {tenant:UInt32} and name = 'product.viewed' and ${since(days.monthAgo)} and ${until(days.last)}) as v
        left join (select person, at, product from order_lines final where tenant = {tenant:UInt32} and kind = 'paid' and ${since(days.monthAgo)}) as o using (person, product)
        group by product) as viewed using product
      order by amount desc limit 100`,
  },
  {
    name: 'attribution, 30 days',
    goalMs: 2000,
    report: {
      type: 'attribution',
      dateFrom: days.monthAgo,
      dateTo: days.last,
      conversion: { event: 'order.paid', value: 'amount' },
      touchpoint: { event: 'link.clicked', property: 'channel' },
    },
    // The linear model alone, where ours answers seven.
    naive: `select channel, count(), sum(amount / touches) from (
        select c.id as id, c.amount as amount, t.channel as channel, count() over (partition by c.id) as touches
        from (select id, person, at, toInt64(properties['amount']) as amount from events where tenant = {tenant:UInt32} and name = 'order.paid' and ${since(days.monthAgo)} and ${until(days.last)}) as c
        join (select person, at, properties['channel'] as channel from events where tenant = {tenant:UInt32} and name = 'link.clicked' and ${since(days.monthAgo)} - interval 30 day) as t on c.person = t.person
        where t.at <= c.at and t.at >= c.at - interval 30 day) group by channel`,
  },
]

const funnelCase = (name: string, goalMs: number, from: string, to: string): Case => ({
  name,
  goalMs,
  report: { type: 'funnel', dateFrom: from, dateTo: to, steps: steps.map((event) => ({ event })), window: { value: 14, unit: 'day' } },
  naive: `select level, count() from (
      select person, windowFunnel(1209600000)(toUInt64(toUnixTimestamp64Milli(at)), ${steps.map((step) => `name = '${step}'`).join(', ')}) as level
      from events where tenant = {tenant:UInt32} and name in (${quoted(steps)}) and ${since(from)} and ${until(to)} group by person)
    group by level order by level`,
})
