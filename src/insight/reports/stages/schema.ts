import { z } from 'zod'
import { datedFields, matcher, text } from '../schema.ts'

/** The ladder of the journey; 裂变 refer stands beside it. */
export const ladder = ['see', 'follow', 'interest', 'deal', 'retain', 'active'] as const
export const stages = [...ladder, 'refer'] as const
export type Rung = (typeof ladder)[number]
export type Stage = (typeof stages)[number]

export const stageRule = z.strictObject({
  events: z.array(matcher).min(1).max(20),
  /** So often, within so many days. */
  times: z.int().min(1).max(100).default(1),
  withinDays: z.int().min(1).max(366).optional(),
  /** Only what comes after this stage was first reached, so many days later at the earliest. */
  after: z.enum(ladder).optional(),
  afterDays: z.int().min(0).max(366).default(0),
  /** Without it again for so many days, a customer falls. */
  holdsDays: z.int().min(1).max(3650).optional(),
  /** Each of these takes back one time that the rule was met: friendships ended. */
  until: z.array(matcher).max(10).default([]),
})
export type StageRule = z.infer<typeof stageRule>

export const stageRules = z
  .strictObject(Object.fromEntries(stages.map((stage) => [stage, stageRule])) as Record<Stage, typeof stageRule>)
  .superRefine((rules, ctx) => {
    for (const [i, stage] of stages.entries()) {
      const { after } = rules[stage]
      if (after !== undefined && stages.indexOf(after) >= i)
        ctx.addIssue({ code: 'custom', path: [stage, 'after'], message: 'A stage comes after an earlier one.' })
    }
  })
export type StageRules = z.infer<typeof stageRules>

export const stageTouchpoint = z.strictObject({ stage: z.enum(stages), name: text(60), event: text(200), where: matcher.shape.where })

/** What a company saves: its rules, whose SOP brings customers into each stage, and where they are touched. */
export const stageSettings = z.strictObject({
  rules: stageRules,
  sops: z.partialRecord(
    z.enum(stages),
    z.strictObject({
      text: z.string().trim().max(500),
      owner: z.string().trim().max(60).default(''),
      /** The journey that does it. */
      journey: z.string().max(60).optional(),
    }),
  ),
  touchpoints: z.array(stageTouchpoint).max(80),
})
export type StageSettings = z.infer<typeof stageSettings>

const place = z.enum([...ladder, 'lost', 'none'])

export const stagesReport = z.strictObject({
  type: z.literal('stages'),
  ...datedFields,
  /** In place of the saved ones. */
  rules: stageRules.optional(),
  touchpoints: z.array(stageTouchpoint).max(80).optional(),
  persons: z
    .union([
      /** `stuck`: reached it, never the next one. */
      z.strictObject({ stage: z.enum(stages), of: z.enum(['reached', 'entered', 'current', 'converted', 'stuck']) }),
      /** Who stood where before the dates and after them. */
      z.strictObject({ from: place, to: place }),
    ])
    .optional(),
})
export type StagesReport = z.infer<typeof stagesReport>

export const stagesResult = z.object({
  stages: z.array(
    z.object({
      stage: z.enum(stages),
      /** Ever until the end of the dates, and for the first time within them. */
      reached: z.int(),
      entered: z.int(),
      /** Whose highest stage it was before the dates and after them; null for 裂变, which is no rung. */
      before: z.int().nullable(),
      current: z.int().nullable(),
      /** Of those who reached the stage before: how many reached this one later or at once, and after how many hours (median). */
      converted: z.int().nullable(),
      medianHours: z.number().nullable(),
      /** None of its events has ever come in. */
      waiting: z.boolean(),
      events: z.array(z.string()),
      sop: z.object({ text: z.string(), owner: z.string(), journey: z.string().optional() }).nullable(),
    }),
  ),
  /** Had reached a stage and holds none any more. */
  lost: z.object({ before: z.int(), current: z.int() }),
  flows: z.array(z.object({ from: place, to: place, persons: z.int() })),
  touchpoints: z.array(
    z.object({
      stage: z.enum(stages),
      name: z.string(),
      event: z.string(),
      volume: z.int(),
      persons: z.int(),
      /** Null: never seen, so not bound to anything that happens. */
      lastSeen: z.iso.datetime().nullable(),
    }),
  ),
  persons: z.array(z.string()).optional(),
})
export type StagesResult = z.infer<typeof stagesResult>
