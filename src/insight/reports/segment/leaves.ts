import { z } from 'zod'
import { currency } from '#platform/currency.ts'
import { where } from '#platform/events/where.ts'
import { highValueReport } from '../high-value/schema.ts'
import { healthKeys, healthReasons, layerKeys } from '../layers/rules.ts'
import { quadrantReport } from '../quadrant/schema.ts'
import { rfmReport } from '../rfm/schema.ts'
import { day, matcher, text } from '../schema.ts'
import { scoreKinds } from '../score/rules.ts'
import { attribute } from './attribute-schema.ts'
import { compare } from './compare.ts'

const ids = z.array(text(60)).min(1).max(500)

const some = <Shape extends z.ZodType>(shape: Shape) =>
  shape.refine((value) => Object.keys(value as object).length > 0, 'Say at least one condition.')

const units = z.enum(['minute', 'hour', 'day', 'week'])
export const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 }

/** The last so and so long before the moment asked about, to the millisecond; whole days; or, absent, ever. */
const within = z.union([
  z.strictObject({ last: z.int().min(1).max(10_000), unit: units.default('day') }),
  z.strictObject({ dateFrom: day, dateTo: day }).refine(({ dateFrom, dateTo }) => dateFrom <= dateTo, 'dateTo lies before dateFrom.'),
])
export type Within = z.infer<typeof within>

const tag = some(z.strictObject({ any: ids.optional(), all: ids.optional(), none: ids.optional() }))

const follow = z
  .strictObject({
    /** `live`: friends now; `ended`: once, not now; `ever`: either. */
    state: z.enum(['live', 'ended', 'ever']).default('live'),
    employees: ids.optional(),
    /** With the departments below them. */
    departments: ids.optional(),
    channels: ids.optional(),
    addWays: z.array(text(60)).min(1).max(50).optional(),
    endedBy: z
      .array(z.enum(['customer', 'employee', 'transfer']))
      .min(1)
      .optional(),
    /** Days since the friend was added. */
    days: compare.optional(),
  })
  .refine(({ state, endedBy }) => state !== 'live' || endedBy === undefined, {
    message: 'A friendship that lasts was ended by nobody.',
    path: ['endedBy'],
  })

const group = z.strictObject({
  state: z.enum(['member', 'left', 'ever']).default('member'),
  groups: ids.optional(),
  /** Days since the person came into the group. */
  days: compare.optional(),
})

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of day looks like 08:30.')

/** When in the day and on which days of the week (1 is Monday), in the company's zone: from ≤ time < to, also past midnight. */
const slot = some(
  z.strictObject({
    hours: z
      .strictObject({ from: time, to: time })
      .refine(({ from, to }) => from !== to, 'A slot ends when it does not begin.')
      .optional(),
    weekdays: z.array(z.int().min(1).max(7)).min(1).max(7).optional(),
  }),
)
export type Slot = z.infer<typeof slot>

const event = z.strictObject({
  event: text(200),
  where: where.optional(),
  within: within.optional(),
  slot: slot.optional(),
  count: compare.optional(),
  /** On how many different days. */
  days: compare.optional(),
  sum: z
    .strictObject({ property: text(200), ...compare.shape })
    .refine((value) => Object.keys(value).length > 1, 'Say what the sum should be.')
    .optional(),
})

const sequence = z.strictObject({
  /** One after the other, each later than the one before. */
  steps: z.array(matcher).min(2).max(5),
  /** From the first to the last, inclusive. */
  window: z.strictObject({ value: z.int().min(1).max(10_000), unit: units }),
  within: within.optional(),
})

const orders = some(
  z.strictObject({
    within: within.optional(),
    products: z.array(text(200)).min(1).max(500).optional(),
    currency: currency.optional(),
    count: compare.optional(),
    /** What was paid less what went back, in major units. */
    amount: compare.optional(),
    /** The amount by the number of orders. */
    average: compare.optional(),
    lastDaysAgo: compare.optional(),
    firstDaysAgo: compare.optional(),
  }),
)

/** Groups of the RFM report as it stands with five scores, over all time or the days before. */
const rfm = z.strictObject({
  groups: z.array(text(40)).min(1).max(8),
  windowDays: z.int().min(1).max(36_600).optional(),
  amount: rfmReport.shape.amount.unwrap().optional(),
  bins: rfmReport.shape.bins.unwrap().optional(),
  currency: currency.optional(),
})

/** Layers, health and its reasons by the company's rules; `movedFrom`: where somebody stood so many days before. */
const layer = some(
  z.strictObject({
    layers: z.array(z.enum(layerKeys)).min(1).optional(),
    health: z.array(z.enum(healthKeys)).min(1).optional(),
    reasons: z.array(z.enum(healthReasons)).min(1).optional(),
    movedFrom: z.strictObject({ layers: z.array(z.enum([...layerKeys, 'new'])).min(1), days: z.int().min(1).max(3660) }).optional(),
    currency: currency.optional(),
  }),
)

/** Cells of the quadrant report. */
const quadrant = z.strictObject({
  quadrants: z.array(z.enum(['both', 'much', 'often', 'neither'])).min(1),
  windowDays: quadrantReport.shape.windowDays,
  amount: quadrantReport.shape.amount.unwrap().optional(),
  thresholds: quadrantReport.shape.thresholds.unwrap().optional(),
  currency: currency.optional(),
})

/** The best by the high-value score: so many of them, such a share, or by the score itself. */
const highValue = z
  .strictObject({
    top: z.int().min(1).max(10_000_000).optional(),
    share: z.number().gt(0).max(1).optional(),
    score: compare.optional(),
    windowDays: highValueReport.shape.windowDays.unwrap().optional(),
    weights: highValueReport.shape.weights.unwrap().optional(),
    currency: currency.optional(),
  })
  .refine(
    ({ top, share, score }) => top !== undefined || share !== undefined || score !== undefined,
    'Say how many, which share, or which score.',
  )

const score = z
  .strictObject({ of: z.enum(scoreKinds), ...compare.shape })
  .refine((value) => Object.keys(value).length > 1, 'Say what the score should be.')

const levelNames = z.array(text(60)).min(1).max(50)

/** By the last `member.level_changed`: its name, or its number. */
const memberLevel = some(
  z.strictObject({ is: levelNames.optional(), /** A level, but none of these. */ isNot: levelNames.optional(), level: compare.optional() }),
)

const share = z.number().min(0).max(1)
const random = z
  .strictObject({ salt: text(100), from: share.default(0), to: share })
  .refine(({ from, to }) => from < to, { message: 'A share ends after it starts.', path: ['to'] })

/** What can be said of one person. */
export const leaves = {
  attribute,
  tag,
  follow,
  group,
  event,
  sequence,
  orders,
  /** The balance that the last `points.changed` told. */
  points: compare,
  member_level: memberLevel,
  rfm,
  layer,
  quadrant,
  high_value: highValue,
  /** Closeness or loyalty, 0–100. */
  score,
  /** A saved segment. */
  segment: text(60),
  /** The same people every time for the same salt: `from` ≤ place < `to`, everybody's place lies between 0 and 1. */
  random,
  customers: z.array(text(200)).min(1).max(20_000),
}

export type LeafKind = keyof typeof leaves
export const leafKinds = Object.keys(leaves) as LeafKind[]

export type LeafOf<Kind extends LeafKind> = z.infer<(typeof leaves)[Kind]>
export type Leaf = { [Kind in LeafKind]: { [K in Kind]: LeafOf<K> } }[LeafKind]
