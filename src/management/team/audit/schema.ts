import { z } from 'zod'
import { PageQuery } from '#platform/http/paging.ts'

export const AuditQuery = PageQuery.extend({
  q: z.string().max(100).optional(),
  /** An employee or a key. */
  actor: z.string().max(100).optional(),
  action: z.string().max(100).optional(),
  subject: z.string().max(200).optional(),
  from: z.string().optional(),
  to: z.string().optional(),
})

export const AuditEntry = z.object({
  id: z.string(),
  seq: z.number(),
  at: z.string(),
  /** Null is the system itself. */
  actor: z.object({ id: z.string(), name: z.string(), kind: z.string() }).nullable(),
  action: z.string(),
  subject: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  hash: z.string(),
})

export type AuditEntry = z.infer<typeof AuditEntry>

export const AuditPage = z.object({ items: z.array(AuditEntry), next: z.string().nullable() })

export const Verification = z.object({
  ok: z.boolean(),
  checked: z.number(),
  /** The chain's end; noted down elsewhere it tells later that nothing was cut off behind it. */
  head: z.object({ seq: z.number(), hash: z.string() }).nullable(),
  firstBad: z.string().optional(),
  firstBadSeq: z.number().optional(),
  reason: z.string().optional(),
})
