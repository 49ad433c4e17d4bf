import { z } from 'zod'

/** `entries`: people who are to be let into a journey by hand. */
export const approvalKinds = ['message', 'moment', 'journey', 'entries'] as const

export const ApprovalItem = z.object({
  kind: z.enum(approvalKinds),
  /** Of the message, the moment or the journey. */
  id: z.string(),
  name: z.string(),
  receivers: z.int().nullable(),
  /** Who asks, where that is known. */
  by: z.string(),
  /** When it is to go, where it has a time. */
  at: z.string().nullable(),
})
export type ApprovalItem = z.infer<typeof ApprovalItem>
export const ApprovalList = z.object({ items: z.array(ApprovalItem), next: z.null() })
