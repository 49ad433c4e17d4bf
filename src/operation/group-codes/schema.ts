import { z } from 'zod'

const Id = z.string().min(1).max(60)
const Name = z.string().trim().min(1, 'A code has a name.').max(30, 'A name has at most 30 letters.')

/** doc 92229. */
export const mostGroups = 5

const groupIds = z.array(Id).min(1, 'Name at least one group.').max(mostGroups, `A code leads into ${mostGroups} groups at most.`)

/** When all are full WeCom makes a new one, named so and counted from there. */
const NewGroups = z.object({
  name: z.string().trim().min(1, 'New groups have a name.').max(40, 'A name has at most 40 letters.'),
  from: z.int().min(1).max(100_000).default(1),
})

export const GroupCodeInput = z.object({ name: Name, groupIds, newGroups: NewGroups.nullable().default(null) })

/** Absent stays as it is. */
export const GroupCodeChange = z.object({ name: Name, groupIds, newGroups: NewGroups.nullable() }).partial()

const Named = z.object({ id: z.string(), name: z.string() })

export const GroupCode = z.object({
  id: z.string(),
  name: z.string(),
  corp: Named,
  groups: z.array(Named.extend({ membersCount: z.int(), dismissed: z.boolean() })),
  newGroups: NewGroups.nullable(),
  hasPicture: z.boolean(),
  /** Who came through it: ever, today, and is still in. */
  joined: z.int(),
  joinedToday: z.int(),
  present: z.int(),
  sync: z.object({
    state: z.enum(['done', 'waiting', 'failed']),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    at: z.iso.datetime().nullable(),
  }),
  createdAt: z.iso.datetime(),
})

export const GroupCodeList = z.object({ items: z.array(GroupCode), next: z.string().nullable() })

export const GroupCodeQuery = z.object({
  q: z.string().trim().max(60).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})

export type GroupCodeInput = z.infer<typeof GroupCodeInput>
export type GroupCodeChange = z.infer<typeof GroupCodeChange>
export type GroupCode = z.infer<typeof GroupCode>
export type GroupCodeQuery = z.infer<typeof GroupCodeQuery>
