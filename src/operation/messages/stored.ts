import type { Actor, Context } from '#platform/context.ts'
import { AudienceInput, type messageStates } from './schema.ts'

export type MessageRow = {
  id: number
  name: string
  toWhom: 'customers' | 'groups'
  kind: 'marketing' | 'service'
  contentId: number
  wordings: number[]
  audience: unknown
  scope: number[] | null
  state: (typeof messageStates)[number]
  scheduledAt: Date | null
  makers: number[]
  madeBy: string
  receivers: number | null
  intendedAt: Date | null
  reviewNote: string | null
  stopReason: string | null
  approvedBy: string | null
  approvedAt: Date | null
  approvedReceivers: number | null
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
}

/** The row, and inside a transaction its lock. */
export async function lockMessage(ctx: Context, id: number): Promise<MessageRow | undefined> {
  const row = await ctx.db
    .selectFrom('messages')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .$if(ctx.pending !== undefined, (query) => query.forUpdate())
    .executeTakeFirst()
  return row as MessageRow | undefined
}

/** Every way it is said, in the order of the variants of a trial on it. */
export const contentsOf = ({ contentId, wordings }: MessageRow): number[] => [contentId, ...wordings]

export const inputOf = ({ kind, toWhom, audience }: MessageRow): AudienceInput =>
  AudienceInput.parse({ kind, to: { whom: toWhom, audience } })

export const scopeOf = ({ scope }: MessageRow): Actor['scope'] => scope ?? 'all'
