import { z } from 'zod'
import { type Attachment, bytesOf, Content } from '#operation/contents/schema.ts'
import { PageQuery } from '#platform/http/paging.ts'

const Id = z.string().min(1).max(60)

/** What a moment may show. */
export const momentKinds = ['image', 'video', 'link'] as const

type Refusal = { reason: 'kind' | 'mixed' | 'one' | 'title'; message: string; path: (string | number)[] }

/** What a moment does not show (doc 95094): it has nine pictures, or one video, or one link; never mixed. */
export function momentRefusals(attachments: readonly Attachment[]): Refusal[] {
  const isMixed = new Set(attachments.map(({ kind }) => kind)).size > 1
  const own = attachments.flatMap((one, index): Refusal[] => {
    const path = ['attachments', index]
    if (one.kind === 'file' || one.kind === 'miniprogram')
      return [{ reason: 'kind', message: 'A moment shows pictures, a video or a link.', path: [...path, 'kind'] }]
    if (one.kind !== 'image' && index > 0 && !isMixed) return [{ reason: 'one', message: 'A moment shows one video or one link.', path }]
    if (one.kind === 'link' && bytesOf(one.title) > 64)
      return [{ reason: 'title', message: 'The title of a link in a moment has at most 64 bytes.', path: [...path, 'title'] }]
    return []
  })
  return isMixed
    ? [{ reason: 'mixed', message: 'Pictures, a video and a link are not mixed in one moment.', path: ['attachments'] }, ...own]
    : own
}

export const MomentContent = Content.superRefine(({ text, attachments }, check) => {
  const say = (message: string, path: (string | number)[]) => check.addIssue({ code: 'custom', message, path })
  if (text.length > 2000) say('A moment has at most 2000 letters.', ['text'])
  for (const { message, path } of momentRefusals(attachments)) say(message, path)
})

export const MomentInput = z.strictObject({
  name: z.string().trim().min(1, 'A moment has a name.').max(60, 'A name has at most 60 letters.'),
  /** The only one when absent. */
  corpId: Id.optional(),
  content: MomentContent,
  /** Who is asked to publish; everybody with customers when empty. */
  employeeIds: z.array(Id).max(500).default([]),
  /** Who sees it: customers with one of these tags; every customer when empty. */
  tagIds: z.array(Id).max(100).default([]),
})
export type MomentInput = z.infer<typeof MomentInput>

export const Submission = z.strictObject({ at: z.iso.datetime({ offset: true }).nullable().default(null) })

/** `published`: members have it on their phones; each publishes by hand. */
export const momentStates = ['draft', 'review', 'scheduled', 'calling', 'unknown', 'creating', 'published', 'cancelled', 'failed'] as const

const Named = z.object({ id: z.string(), name: z.string() })

export const MomentItem = z.object({
  id: z.string(),
  name: z.string(),
  corp: Named,
  /** The journey whose step asked for it; null for one that somebody planned. */
  journey: Named.nullable(),
  state: z.enum(momentStates),
  content: Content,
  employees: z.array(Named),
  tags: z.array(Named),
  scheduledAt: z.string().nullable(),
  publishedAt: z.string().nullable(),
  createdAt: z.string(),
  asked: z.int(),
  confirmed: z.int(),
  likes: z.int(),
  comments: z.int(),
  error: z.string().nullable(),
  /** Customers who would see it, when it was submitted. */
  receivers: z.int().nullable(),
  /** Whether the asker made or changed it: then somebody else approves. */
  isOwn: z.boolean(),
  approvedBy: z.string().nullable(),
  reviewNote: z.string().nullable(),
})
export type MomentItem = z.infer<typeof MomentItem>
export const MomentList = z.object({ items: z.array(MomentItem), next: z.string().nullable() })

export const MomentTaskItem = z.object({
  employee: Named.nullable(),
  userId: z.string(),
  publishedAt: z.string().nullable(),
  likes: z.int(),
  comments: z.int(),
})
export type MomentTaskItem = z.infer<typeof MomentTaskItem>
export const MomentTaskList = z.object({ items: z.array(MomentTaskItem), next: z.null() })

export const MomentQuery = PageQuery.extend({ state: z.enum(momentStates).optional(), q: z.string().trim().max(60).optional() })
export type MomentQuery = z.infer<typeof MomentQuery>
