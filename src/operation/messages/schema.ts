import { z } from 'zod'
import { Content } from '#operation/contents/schema.ts'
import { messageKinds, SendCount, suppressions } from '#operation/outbound/schema.ts'
import { PageQuery } from '#platform/http/paging.ts'

const Id = z.string().min(1).max(60)
const ids = z.array(Id).min(1).max(500)

/** Any of `in`, every one of `all`, none of `none`. */
const tags = z
  .strictObject({ in: ids.optional(), all: ids.optional(), none: ids.optional() })
  .refine((tags) => Object.keys(tags).length > 0, 'Name tags.')

/** Customers that hold all of it; nothing said is everybody whom the maker may see. */
export const CustomerAudience = z.strictObject({
  segment: Id.optional(),
  tags: tags.optional(),
  /** Their customers, and who sends. */
  employees: ids.optional(),
  customers: ids.optional(),
})
export type CustomerAudience = z.infer<typeof CustomerAudience>

/** Groups that hold all of it: these, those of these owners, those whose name holds these letters, those with these tags of groups; nothing said is every group. */
export const GroupAudience = z.strictObject({
  groups: ids.optional(),
  owners: ids.optional(),
  name: z.string().trim().min(1, 'Name a part of the group’s name.').max(100).optional(),
  tags: tags.optional(),
})
export type GroupAudience = z.infer<typeof GroupAudience>

const to = {
  kind: z.enum(messageKinds).default('marketing'),
  to: z.discriminatedUnion('whom', [
    z.strictObject({ whom: z.literal('customers'), audience: CustomerAudience }),
    z.strictObject({ whom: z.literal('groups'), audience: GroupAudience }),
  ]),
}

export const mostWordings = 9

export const MessageInput = z.strictObject({
  name: z.string().trim().min(1, 'A message has a name.').max(60, 'A name has at most 60 letters.'),
  ...to,
  content: Content,
  /** Other ways to say it, for a trial with as many variants: the content is the first one's. */
  wordings: z.array(Content).max(mostWordings).optional(),
})
export type MessageInput = z.infer<typeof MessageInput>

export const AudienceInput = z.strictObject(to)
export type AudienceInput = z.infer<typeof AudienceInput>

/** Without a time it goes as soon as it may. */
export const Submission = z.strictObject({ at: z.iso.datetime({ offset: true }).nullable().default(null) })
/** One customer who is a friend of the employee: usually the colleague's own WeChat. */
export const TestSend = z.strictObject({ customer: Id, employee: Id.optional() })

export const messageStates = ['draft', 'review', 'scheduled', 'sending', 'done', 'cancelled', 'stopped'] as const

export const MessageItem = z.object({
  id: z.string(),
  name: z.string(),
  whom: z.enum(['customers', 'groups']),
  kind: z.enum(messageKinds),
  state: z.enum(messageStates),
  text: z.string(),
  scheduledAt: z.string().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  madeBy: z.string(),
  receivers: z.int().nullable(),
  counts: z.array(SendCount),
})
export type MessageItem = z.infer<typeof MessageItem>
export const MessageList = z.object({ items: z.array(MessageItem), next: z.string().nullable() })

export const MessageDetail = MessageItem.extend({
  audience: z.union([CustomerAudience, GroupAudience]),
  content: Content,
  wordings: z.array(Content),
  /** Whether the asker made or changed it: then somebody else approves. */
  isOwn: z.boolean(),
  approvedBy: z.string().nullable(),
  approvedAt: z.string().nullable(),
  reviewNote: z.string().nullable(),
  /** The code of what refused, where it could not begin. */
  stopReason: z.string().nullable(),
})
export type MessageDetail = z.infer<typeof MessageDetail>

export const Preview = z.object({
  receivers: z.int(),
  /** Who hears it now, and who later because of quiet hours or the rate. */
  now: z.int(),
  later: z.int(),
  employees: z.int(),
  suppressed: z.array(z.object({ reason: z.enum(suppressions), count: z.int() })),
  needsApproval: z.boolean(),
  /** When the quiet hours end that it would fall into. */
  quietUntil: z.string().nullable(),
  limitsLifted: z.boolean(),
})
export type Preview = z.infer<typeof Preview>

/** A number of the preview: everybody it is for, who hears it now or later, or who does not for this reason. */
export const outcomes = ['all', 'now', 'later', ...suppressions] as const
export type Outcome = (typeof outcomes)[number]
export const OutcomeQuery = z.object({ outcome: z.enum(outcomes) })
export const PreviewPeople = z.object({ persons: z.array(z.string()) })
export type PreviewPeople = z.infer<typeof PreviewPeople>

export const MessageQuery = PageQuery.extend({ state: z.enum(messageStates).optional(), q: z.string().trim().max(60).optional() })
export type MessageQuery = z.infer<typeof MessageQuery>

/** One mass message of WeCom: what one member was asked to send. */
export const MassTaskItem = z.object({
  id: z.string(),
  employee: z.object({ id: z.string(), name: z.string() }),
  /** Which of several wordings, by its place: 0 is the content itself. */
  wording: z.int().nullable(),
  state: z.enum(['planned', 'calling', 'unknown', 'asked', 'confirmed', 'done', 'cancelled', 'failed']),
  size: z.int(),
  sent: z.int(),
  failed: z.int(),
  askedAt: z.string().nullable(),
  confirmedAt: z.string().nullable(),
  reminders: z.int(),
  error: z.string().nullable(),
  /** Of the error: our word for it, and the number of WeCom where it was WeCom that refused. */
  errorCode: z.string().nullable(),
  errcode: z.int().nullable(),
})
export type MassTaskItem = z.infer<typeof MassTaskItem>
export const MassTaskList = z.object({ items: z.array(MassTaskItem), next: z.string().nullable() })

export const Reminded = z.object({
  /** Members who see it again. */ reminded: z.int(),
  /** Reminded three times within a day already. */ spared: z.int(),
})
export type Reminded = z.infer<typeof Reminded>
