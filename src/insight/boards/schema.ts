import { z } from 'zod'
import { text } from '../reports/schema.ts'

export const cardSizes = ['small', 'medium', 'wide', 'full'] as const
export type CardSize = (typeof cardSizes)[number]

/** A card is a metric, a saved report, the loop, or words; cards stand in their order, as wide as they say. */
export const Card = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('metric'),
    metric: text(100),
    size: z.enum(cardSizes).default('small'),
    dimension: text(200).optional(),
  }),
  z.strictObject({ kind: z.literal('report'), report: text(60), size: z.enum(cardSizes).default('medium') }),
  z.strictObject({ kind: z.literal('loop'), size: z.enum(cardSizes).default('full') }),
  z.strictObject({ kind: z.literal('note'), text: text(1000), size: z.enum(cardSizes).default('full') }),
])
export type Card = z.infer<typeof Card>

export const mostCards = 40
export const spanDays = [1, 7, 30, 90] as const

export const Layout = z.strictObject({
  days: z.literal(spanDays).default(30),
  cards: z.array(Card).max(mostCards),
})
export type Layout = z.infer<typeof Layout>

export const NewBoard = z.strictObject({
  name: z.string().trim().pipe(text(60)),
  layout: Layout,
  /** Roles that see it beside its maker; null is everybody. */
  roles: z.array(z.string()).max(50).nullable().default(null),
})
export const BoardPatch = z.strictObject({
  name: z.string().trim().pipe(text(60)).optional(),
  layout: Layout.optional(),
  roles: z.array(z.string()).max(50).nullable().optional(),
})
export type BoardPatch = z.infer<typeof BoardPatch>

const Named = z.object({ id: z.string(), name: z.string() })

export const Board = z.object({
  id: z.string(),
  name: z.string(),
  layout: Layout,
  roles: z.array(z.string()).nullable(),
  owner: Named.nullable(),
  mine: z.boolean(),
  updatedAt: z.iso.datetime(),
})
export type Board = z.infer<typeof Board>
export const Boards = z.object({ items: z.array(Board), next: z.null() })

export const Rhythm = z.discriminatedUnion('every', [
  z.strictObject({ every: z.literal('day'), hour: z.int().min(0).max(23) }),
  /** 1 is Monday. */
  z.strictObject({ every: z.literal('week'), hour: z.int().min(0).max(23), weekday: z.int().min(1).max(7) }),
  z.strictObject({ every: z.literal('month'), hour: z.int().min(0).max(23), day: z.int().min(1).max(28) }),
])
export type Rhythm = z.infer<typeof Rhythm>

/** A board (own or built in) or a saved report. */
const Subject = z.strictObject({ kind: z.enum(['board', 'report']), id: text(60) })
export type Subject = z.infer<typeof Subject>

const Target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('wecom'), employees: z.array(z.string()).min(1).max(200) }),
  z.strictObject({ kind: z.literal('webhook'), webhook: z.string() }),
])
export type Target = z.infer<typeof Target>

export const NewSchedule = z.strictObject({ subject: Subject, rhythm: Rhythm, target: Target })
export type NewSchedule = z.infer<typeof NewSchedule>

export const BoardSchedule = NewSchedule.extend({
  id: z.string(),
  active: z.boolean(),
  nextAt: z.iso.datetime(),
  last: z
    .object({
      plannedAt: z.iso.datetime(),
      state: z.enum(['planned', 'sent', 'failed']),
      attempts: z.int(),
      /** Of one that did not arrive and is tried again. */
      nextTryAt: z.iso.datetime().nullable(),
      error: z.string().nullable(),
      /** The code of what the error says. */
      problem: z.string().nullable(),
    })
    .nullable(),
})
export type BoardSchedule = z.infer<typeof BoardSchedule>
export const BoardSchedules = z.object({ items: z.array(BoardSchedule), next: z.null() })
