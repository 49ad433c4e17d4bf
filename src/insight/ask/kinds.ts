import { appError } from '#platform/errors.ts'
import { addDays } from '#platform/time.ts'
import { bucketsOf } from '../reports/dates.ts'
import type { Kind, MeaningOf } from './meanings.ts'
import { compareOf, type Document, intervalFor } from './parts.ts'
import type { Taking } from './taking.ts'

/** How each kind of report is asked for when its name is said. */
export const kindReports: Record<Kind, (taking: Taking) => Document | undefined> = {
  funnel,
  retention,
  paths,
  products,
  lifecycle: (taking) => activity(taking, 'lifecycle'),
  stickiness: (taking) => activity(taking, 'stickiness'),
  rfm: (taking) => {
    const said = taking.one('dates')
    if (!said) taking.assume('全部时间的订单', 'orders of all time')
    return { type: 'rfm', ...(said ? { dateFrom: said.dateFrom, dateTo: said.dateTo } : {}) }
  },
  trade: (taking) => {
    const span = taking.span(30)
    return { type: 'trade', ...span, interval: intervalFor(taking, span), ...compareOf(taking) }
  },
  repurchase: (taking) => inCohorts(taking, 'repurchase'),
  cohort_revenue: (taking) => inCohorts(taking, 'cohort_revenue'),
  balance: (taking) => {
    const span = taking.span(90)
    return { type: 'balance', ...span, interval: intervalFor(taking, span) }
  },
  pages: (taking) => {
    const span = taking.span(30)
    return { type: 'pages', ...span, by: 'page', interval: intervalFor(taking, span) }
  },
  economics: (taking) => {
    taking.one('dimension', ({ dimension }) => dimension === 'channel')
    return { type: 'economics', ...taking.span(90) }
  },
  attribution: (taking) => ({
    type: 'attribution',
    ...taking.span(90),
    conversion: { event: 'order.paid', value: 'amount' },
    touchpoint: { event: 'page.viewed', property: 'source' },
  }),
  basket: (taking) => ({ type: 'basket', ...taking.span(30) }),
  interval: (taking) => {
    const [start, end] = taking.all('event')
    taking.all('then')
    return start && { type: 'interval', ...taking.span(30), start: { event: start.event }, end: { event: (end ?? start).event } }
  },
  stages: (taking) => ({ type: 'stages', ...taking.span(30) }),
  waste: (taking) => ({ type: 'waste', ...taking.span(90) }),
  north_star: (taking) => ({ type: 'north_star', ...taking.span(180) }),
  layers: () => ({ type: 'layers' }),
  quadrant: () => ({ type: 'quadrant' }),
  high_value: (taking) => {
    const limit = taking.one('limit')
    return { type: 'high_value', ...(limit ? { limit: limit.limit } : {}) }
  },
}

function funnel(taking: Taking): Document {
  const steps = taking.all('event').map(({ event }) => ({ event }))
  if (steps.length < 2)
    throw appError('question.steps_missing', {
      message: 'A conversion goes from one event to another: 加好友→下单 的转化, conversion from friend added to order.',
      field: 'question',
    })
  taking.all('then')
  taking.one('kind', ({ kind }) => kind === 'funnel')
  const said = taking.one('window')
  if (!said) taking.assume('14 天内走完', 'within 14 days')
  return { type: 'funnel', ...taking.span(30), steps, window: said ? { value: said.value, unit: said.unit } : { value: 14, unit: 'day' } }
}

const periods = {
  week: { days: 7, count: 8, zh: '周', en: 'weeks' },
  month: { days: 30, count: 6, zh: '个月', en: 'months' },
  day: { days: 1, count: 30, zh: '天', en: 'days' },
}

/** From the first event on, ever: who came back with the second. */
function retention(taking: Taking): Document {
  const said = taking.one('interval', ({ interval }) => interval !== 'hour')?.interval
  if (!said) taking.assume('按周', 'weekly')
  const period = said === 'day' || said === 'month' ? said : 'week'
  const [start, back] = taking.all('event')
  taking.all('then')
  if (!start) taking.assume('从添加好友算起', 'from the day of becoming a friend')
  if (!back) {
    taking.assume('之后有过任意事件（包括系统事件）就算留存', 'kept is whoever has any event later, also one of the system')
    taking.or('之后下过单才算留存', 'kept is whoever orders later', { return: { event: 'order.paid' } })
  }
  return {
    type: 'retention',
    start: { event: start?.event ?? 'customer.followed' },
    return: { event: back?.event ?? '*' },
    cohort: 'first_time_ever',
    period,
    ...cohorts(taking, period),
  }
}

function cohorts(taking: Taking, period: keyof typeof periods): { from: string; intervals: number } {
  const { clock } = taking
  const dates = taking.one('dates')
  const calendar = { timezone: 'UTC', weekStart: clock.weekStart }
  if (dates) return { from: dates.dateFrom, intervals: bucketsOf(calendar, period, dates.dateFrom, dates.dateTo).length }
  const { days, count, zh, en } = periods[period]
  taking.assume(`没有说时间：近 ${count} ${zh}`, `no dates said: the last ${count} ${en}`)
  return { from: addDays(clock.today, -days * (count - 1)), intervals: count }
}

function paths(taking: Taking): Document {
  const pages = taking.one('kind', ({ kind }) => kind === 'pages')
  const isEnd = taking.one('before') !== undefined
  const point = taking.one('event')?.event
  return {
    type: 'paths',
    ...taking.span(30),
    node: pages ? 'page' : 'event',
    ...(point && !pages ? { [isEnd ? 'endPoint' : 'startPoint']: point } : {}),
  }
}

/** Numbers that the report of products has of each of them. */
export const sortOfMetric: Record<string, MeaningOf<'sort'>['sort']> = {
  paid_amount: 'amount',
  items: 'quantity',
  orders: 'orders',
  buyers: 'buyers',
  refunded_amount: 'refunded',
}

function products(taking: Taking): Document {
  const product = taking.one('name', ({ of }) => of === 'product')
  const span = taking.span(30)
  const interval = intervalFor(taking, span)
  const limit = taking.one('limit')
  const metric = taking.one('metric', ({ metric }) => metric.key in sortOfMetric)
  const sort = taking.one('sort')?.sort ?? (metric && sortOfMetric[metric.metric.key])
  return {
    type: 'products',
    ...span,
    interval,
    ...compareOf(taking),
    ...(product ? { product: product.id } : {}),
    ...(sort ? { sort } : {}),
    ...(limit ? { limit: limit.limit } : {}),
  }
}

function activity(taking: Taking, type: 'lifecycle' | 'stickiness'): Document {
  const event = taking.one('event')?.event
  if (!event) taking.assume('任意事件都算活跃', 'any event counts as being active')
  const span = taking.span(30)
  return { type, ...span, event: event ?? '*', interval: intervalFor(taking, span) }
}

function inCohorts(taking: Taking, type: 'repurchase' | 'cohort_revenue'): Document {
  const span = taking.span(182)
  const said = taking.one('interval')?.interval
  if (!said) taking.assume('首单按月分组', 'grouped by the month of the first order')
  return { type, ...span, interval: said ?? 'month' }
}
