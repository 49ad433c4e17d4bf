import type { Metric } from '../reports/metric/definition.ts'
import type { Condition } from './conditions.ts'
import type { Words } from './schema.ts'

export const kinds = [
  'funnel',
  'retention',
  'rfm',
  'products',
  'economics',
  'paths',
  'pages',
  'repurchase',
  'lifecycle',
  'stickiness',
  'trade',
  'basket',
  'interval',
  'cohort_revenue',
  'attribution',
  'stages',
  'layers',
  'quadrant',
  'high_value',
  'waste',
  'balance',
  'north_star',
] as const
export type Kind = (typeof kinds)[number]

export const named = ['segment', 'channel', 'tag', 'group', 'product'] as const
export type Named = (typeof named)[number]

/** What a piece of a question may mean. */
export type Meaning = { as: Words } & (
  | { is: 'metric'; metric: Metric }
  | { is: 'event'; event: string }
  /** Something the company gave a name. */
  | { is: 'name'; of: Named; id: string; name: string }
  /** Somebody whose customers are meant. */
  | { is: 'employee'; id: string }
  /** A value that an attribute of customers has; `people`: the word means those who have it. */
  | { is: 'value'; property: string; value: string; people?: boolean }
  /** A condition turned round. */
  | { is: 'without'; of: Condition }
  /** Said of what was or was not done or had, taking something out, or behind what is taken out. */
  | { is: 'not'; how: 'did' | 'out' | 'after' }
  | { is: 'kind'; kind: Kind }
  | { is: 'dimension'; dimension: string }
  | { is: 'interval'; interval: 'hour' | 'day' | 'week' | 'month' }
  | { is: 'compare'; compare: 'previous_period' | 'previous_year' }
  | { is: 'dates'; dateFrom: string; dateTo: string }
  | { is: 'limit'; limit: number }
  | { is: 'window'; value: number; unit: 'hour' | 'day' | 'week' | 'month' }
  | { is: 'sort'; sort: 'amount' | 'quantity' | 'orders' | 'buyers' | 'refunded' | 'viewers' }
  /** A condition that people meet. */
  | { is: 'rule'; rule: Record<string, unknown> }
  | { is: 'who' | 'people' | 'counting' | 'before' | 'then' | 'trend' | 'future' | 'filler' }
)

export type MeaningOf<Is extends Meaning['is']> = Extract<Meaning, { is: Is }>

/** A stretch of the question, and what it may mean: the likeliest first, nothing where nobody knows it. */
export type Token = { at: number; text: string; means: readonly Meaning[] }
