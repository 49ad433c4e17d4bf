import { z } from 'zod'
import { Alias } from '#management/identity/schema.ts'

const Id = z.string().min(1).max(60)
const Named = z.object({ id: z.string(), name: z.string() })

export const Stage = Named.extend({
  /** Customers in it whom the reader's data scope reaches. */
  count: z.int(),
})
export const StageList = z.object({ items: z.array(Stage), next: z.null() })

/** The whole list in its order: with an id what is there, without one what is new. What is missing is removed. */
export const StagesInput = z.object({
  stages: z
    .array(z.object({ id: Id.optional(), name: z.string().trim().min(1, 'A stage has a name.').max(20, 'A name has at most 20 letters.') }))
    .min(1, 'There is at least one stage.')
    .max(12, 'At most twelve stages.'),
})

export const FollowUpItem = z.object({
  id: z.string(),
  customer: z.object({ id: z.string(), name: z.string().nullable(), alias: Alias.nullable(), avatar: z.string().nullable() }),
  employee: Named,
  stage: Named,
  stageSince: z.iso.datetime(),
  /** What is to be done next; null once it was done. */
  nextAction: z.string().nullable(),
  nextAt: z.iso.datetime().nullable(),
  changedAt: z.iso.datetime(),
})
export const FollowUpList = z.object({ items: z.array(FollowUpItem), next: z.string().nullable() })

export const FollowUpQuery = z.object({
  stage: Id,
  whose: z.enum(['mine', 'team']).default('mine'),
  employee: Id.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})
export const StageQuery = FollowUpQuery.pick({ whose: true, employee: true })

export const FollowUpRecord = z.object({
  id: z.string(),
  employee: Named,
  text: z.string(),
  files: z.array(z.object({ id: z.string(), name: z.string(), contentType: z.string() })),
  stage: Named.nullable(),
  writtenAt: z.iso.datetime(),
})

/** Of one customer: where each employee stands, and what was written down, the last first. */
export const CustomerFollowUps = z.object({ items: z.array(FollowUpItem), records: z.array(FollowUpRecord) })

export const mostFiles = 9

/** What is absent stays as it is; a next action of null is taken back. */
export const FollowUpChange = z
  .object({
    stageId: Id,
    text: z.string().trim().max(2000),
    fileIds: z.array(Id).max(mostFiles, `At most ${mostFiles} files.`),
    next: z
      .object({ action: z.string().trim().min(1, 'Say what is to be done.').max(100), at: z.iso.datetime({ offset: true }).nullable() })
      .nullable(),
  })
  .partial()

export type Stage = z.infer<typeof Stage>
export type FollowUpItem = z.infer<typeof FollowUpItem>
export type FollowUpQuery = z.infer<typeof FollowUpQuery>
export type FollowUpRecord = z.infer<typeof FollowUpRecord>
export type CustomerFollowUps = z.infer<typeof CustomerFollowUps>
export type FollowUpChange = z.infer<typeof FollowUpChange>
export type StagesInput = z.infer<typeof StagesInput>
