import { z } from 'zod'
import { PageQuery } from '#platform/http/paging.ts'

/** How somebody came in; null where WeCom does not say. */
export const joinScenes = ['invited', 'link', 'code'] as const
export type JoinScene = (typeof joinScenes)[number]

/** How somebody went; null where only their absence was seen. */
export const quitScenes = ['left', 'removed', 'dismissed'] as const
export type QuitScene = (typeof quitScenes)[number]

/** `owner_left`: somebody else has to take it over. */
export const groupStates = ['active', 'owner_left', 'dismissed'] as const
export const groupSorts = ['createdAt', 'customersCount'] as const

const EmployeeRef = z.object({ id: z.string(), name: z.string() })
const TagRef = z.object({ id: z.string(), name: z.string() })

export const GroupItem = z.object({
  id: z.string(),
  name: z.string(),
  corp: z.object({ id: z.string(), name: z.string() }),
  owner: EmployeeRef.nullable(),
  state: z.enum(groupStates),
  membersCount: z.int(),
  customersCount: z.int(),
  /** Customers who came and went today and in the seven days up to today. */
  joinedToday: z.int(),
  leftToday: z.int(),
  joinedWeek: z.int(),
  leftWeek: z.int(),
  createdAt: z.string(),
  dismissedAt: z.string().nullable(),
  tags: z.array(TagRef),
})
export type GroupItem = z.infer<typeof GroupItem>

export const GroupList = z.object({ items: z.array(GroupItem), next: z.string().nullable(), total: z.int() })

export const GroupDetail = GroupItem.extend({ chatId: z.string(), notice: z.string(), admins: z.array(EmployeeRef) })
export type GroupDetail = z.infer<typeof GroupDetail>

export const GroupQuery = PageQuery.extend({
  q: z.string().trim().max(100).optional(),
  /** A public id, or `me`. */
  owner: z.string().max(60).optional(),
  state: z.enum([...groupStates, 'alive']).optional(),
  /** Tags of groups, comma-separated: groups that have any of them. */
  tags: z
    .string()
    .max(3000)
    .transform((ids) => ids.split(',').filter((id) => id !== ''))
    .optional(),
  sort: z
    .enum(groupSorts.flatMap((key) => [key, `-${key}`] as const) as ['createdAt', '-createdAt', 'customersCount', '-customersCount'])
    .optional(),
})
export type GroupQuery = z.infer<typeof GroupQuery>

export const GroupMemberItem = z.object({
  id: z.string(),
  kind: z.enum(['employee', 'customer']),
  name: z.string(),
  nickname: z.string(),
  role: z.enum(['owner', 'admin', 'member']),
  /** Null for colleagues, and for customers outside the asker's data scope. */
  customerId: z.string().nullable(),
  employeeId: z.string().nullable(),
  avatar: z.string().nullable(),
  joinScene: z.enum(joinScenes).nullable(),
  /** Of the code they scanned. */
  state: z.string().nullable(),
  inviter: EmployeeRef.nullable(),
  joinedAt: z.string(),
  leftAt: z.string().nullable(),
  quitScene: z.enum(quitScenes).nullable(),
})
export type GroupMemberItem = z.infer<typeof GroupMemberItem>

export const GroupMemberList = z.object({ items: z.array(GroupMemberItem), next: z.string().nullable(), total: z.int() })

export const GroupMemberQuery = PageQuery.extend({
  state: z.enum(['current', 'former']).default('current'),
  kind: z.enum(['employee', 'customer']).optional(),
  scene: z.enum([...joinScenes, 'unknown']).optional(),
  inviter: z.string().max(60).optional(),
  q: z.string().trim().max(100).optional(),
})
export type GroupMemberQuery = z.infer<typeof GroupMemberQuery>

/** The last thirty days unless said otherwise. */
export const GroupPeriodQuery = z.object({ dateFrom: z.iso.date().optional(), dateTo: z.iso.date().optional() })

const Joins = z.object({ joined: z.int(), stayed: z.int() })

/** Customers only. `stayed`: of those who came in the period, who is still there. */
export const GroupStatistics = z.object({
  dateFrom: z.string(),
  dateTo: z.string(),
  joined: z.int(),
  left: z.int(),
  days: z.array(z.object({ day: z.string(), joined: z.int(), left: z.int() })),
  scenes: z.array(Joins.extend({ scene: z.enum(joinScenes).nullable() })),
  inviters: z.array(Joins.extend({ inviter: EmployeeRef.nullable() })),
})
export type GroupStatistics = z.infer<typeof GroupStatistics>

/** A time of one customer in one group. */
export const MembershipItem = z.object({
  group: z.object({ id: z.string(), name: z.string() }),
  joinScene: z.enum(joinScenes).nullable(),
  inviter: EmployeeRef.nullable(),
  joinedAt: z.string(),
  leftAt: z.string().nullable(),
  quitScene: z.enum(quitScenes).nullable(),
})
export type MembershipItem = z.infer<typeof MembershipItem>

export const MembershipList = z.object({ items: z.array(MembershipItem), next: z.string().nullable() })

const TagName = z
  .string()
  .trim()
  .min(1, 'A tag has a name.')
  .refine((text) => [...text].length <= 30, { message: 'A name has at most 30 letters.' })
const ids = z.array(z.string().min(1).max(60))

export const GroupTagInput = z.strictObject({ name: TagName })

/** `groups`: how many that are not dismissed have it. */
export const GroupTagItem = TagRef.extend({ groups: z.int() })
export type GroupTagItem = z.infer<typeof GroupTagItem>
export const GroupTagList = z.object({ items: z.array(GroupTagItem) })

/** Tags that these groups get and lose. */
export const GroupTagging = z
  .strictObject({
    groups: ids.min(1, 'Name at least one group.').max(500, 'At most 500 groups at once.'),
    give: ids.max(100).default([]),
    take: ids.max(100).default([]),
  })
  .refine(({ give, take }) => give.length + take.length > 0, { message: 'Name tags to give or to take.', path: ['give'] })
  .refine(({ give, take }) => !take.some((tag) => give.includes(tag)), { message: 'A tag is given or taken, not both.', path: ['take'] })
export type GroupTagging = z.infer<typeof GroupTagging>

/** How many taggings are new, and how many are gone. */
export const GroupTagged = z.object({ given: z.int(), taken: z.int() })
export type GroupTagged = z.infer<typeof GroupTagged>
