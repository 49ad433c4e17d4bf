import { daysBefore } from '#console/ui/format.ts'

/** A report as its JSON document. The editor changes fields of it and knows no more about the rest. */
export type Document = { type: string } & Record<string, unknown>

export const editableTypes = [
  'metric',
  'funnel',
  'trend',
  'retention',
  'rfm',
  'lifecycle',
  'stickiness',
  'pages',
  'heatmap',
  'distribution',
  'paths',
  'clv',
  'quadrant',
  'layers',
  'high_value',
  'score',
  'segment',
  'portrait',
  'influence',
  'experiment',
  'trade',
  'products',
  'basket',
  'repurchase',
  'cohort_revenue',
  'interval',
  'attribution',
  'economics',
  'stages',
  'north_star',
  'waste',
  'balance',
  'review',
  'effect',
] as const
export type EditableType = (typeof editableTypes)[number]

export const isEditable = (type: string | undefined): type is EditableType => editableTypes.some((one) => one === type)

export interface Matcher {
  event: string
  where?: unknown
}

export interface Series extends Matcher {
  measure?: string
}

export interface Span {
  from: string
  to: string
}

/** What a new report of a type asks before anybody has changed anything: the last 30 days, and an answer from what there is. */
export function newDocument(type: EditableType, today: string, weekStart: 'monday' | 'sunday' = 'monday'): Document {
  const dates = { dateFrom: daysBefore(today, 29), dateTo: today }
  switch (type) {
    case 'funnel':
      return {
        type,
        ...dates,
        steps: [{ event: 'customer.followed' }, { event: 'order.paid' }],
        window: { value: 14, unit: 'day' },
        order: 'ordered',
      }
    case 'metric':
      return { type, ...dates, metric: 'new_customers', interval: 'day', compare: 'previous_period' }
    case 'trend':
      return { type, ...dates, interval: 'day', series: [{ event: 'order.paid', measure: 'persons' }] }
    case 'retention':
      return {
        type,
        start: { event: 'order.paid' },
        return: { event: 'order.paid' },
        cohort: 'first_time_ever',
        period: 'week',
        from: daysBefore(today, 7 * 7),
        intervals: 8,
        ...(weekStart === 'sunday' ? { weekStart } : {}),
      }
    case 'trade':
    case 'products':
      return {
        type,
        ...dates,
        interval: 'day',
        compare: 'previous_period',
        ...(type === 'trade' ? { breakdowns: ['region', 'channel'] } : {}),
      }
    case 'basket':
      return { type, ...dates, minSupport: 0.01, minConfidence: 0.2, limit: 200 }
    case 'repurchase':
    case 'cohort_revenue':
      return { type, dateFrom: daysBefore(today, 181), dateTo: today, interval: 'month' }
    case 'interval':
      return { type, ...dates, start: { event: 'order.paid' }, end: { event: 'order.paid' } }
    case 'rfm':
      return { type, amount: 'net', bins: { method: 'quantile', n: 5 } }
    case 'clv':
      return { type, calibrationEnd: daysBefore(today, 29), horizon: 26, rows: true, limit: 50 }
    case 'quadrant':
    case 'influence':
      return { type }
    case 'layers':
      return { type, comparedTo: daysBefore(today, 30) }
    case 'high_value':
      return { type, limit: 50 }
    case 'score':
      return { type, score: 'relationship', trend: { every: 'week', points: 13 }, limit: 50 }
    case 'segment':
      return { type, rule: { and: [{ orders: { count: { gte: 1 } } }] }, persons: false }
    case 'portrait':
      return { type, of: { and: [{ orders: { count: { gte: 1 } } }] } }
    case 'experiment':
      return {
        type,
        exposure: { event: 'experiment.exposed', variant: 'variant' },
        // Which one is the reader's to say.
        control: '',
        metrics: [{ name: 'order.paid', event: 'order.paid' }],
        windowDays: 14,
      }
    case 'pages':
      return { type, ...dates, by: 'page', interval: 'day' }
    case 'heatmap':
      return { type, ...dates, page: '/' }
    case 'distribution':
      return { type, ...dates, event: 'order.paid' }
    case 'paths':
      return { type, ...dates, node: 'event', stepLimit: 5 }
    case 'attribution':
      return {
        type,
        dateFrom: daysBefore(today, 89),
        dateTo: today,
        conversion: { event: 'order.paid', value: 'amount' },
        touchpoint: { event: 'page.viewed', property: 'source' },
      }
    case 'economics':
    case 'waste':
      return { type, dateFrom: daysBefore(today, 89), dateTo: today }
    case 'stages':
      return { type, ...dates }
    case 'north_star':
      return { type, dateFrom: daysBefore(today, 179), dateTo: today }
    case 'effect':
      return { type, ...dates, touch: { event: 'message.sent' } }
    case 'review':
      return { type, of: 'live', dateFrom: daysBefore(today, 89), dateTo: today, windowDays: 7 }
    case 'balance':
      return { type, dateFrom: daysBefore(today, 89), dateTo: today, interval: 'week', repeatDays: 60 }
    case 'lifecycle':
    case 'stickiness':
      return { type, ...dates, event: 'order.paid', interval: 'day' }
  }
}

export const matcherOf = (value: unknown): Matcher =>
  typeof value === 'object' && value !== null && typeof (value as Matcher).event === 'string' ? (value as Matcher) : { event: '' }

export const listOf = <One>(value: unknown): One[] => (Array.isArray(value) ? (value as One[]) : [])

export const spanOf = (document: Document): Span => ({ from: textOf(document.dateFrom), to: textOf(document.dateTo) })

export const textOf = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise)
export const numberOf = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)

/** Undefined fields disappear, so that a document holds only what was said. */
export function change(document: Document, fields: Record<string, unknown>): Document {
  const all = { ...document, ...fields }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Document
}

/** Whether every event of the document is chosen; until then there is nothing to ask the server. */
export function isComplete(document: Document): boolean {
  const matchers = [...listOf<Matcher>(document.steps), ...listOf<Matcher>(document.series), ...listOf<Matcher>(document.exclusions)]
  const alone = [document.start, document.return, document.touch, document.visit].filter((one) => one !== undefined).map(matcherOf)
  return [...matchers, ...alone].every(({ event }) => event !== '') && !isUnchosen(document)
}

/** An experiment's report of which nobody has said yet what is compared with what. */
export const isUnchosen = ({ type, control }: Document): boolean => type === 'experiment' && control === ''

export const sameDocument = (one: unknown, other: unknown): boolean => stable(one) === stable(other)

function stable(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

export function readDocument(text: string | undefined): Document | undefined {
  if (!text) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
      ? (value as Document)
      : undefined
  } catch {
    return undefined
  }
}
