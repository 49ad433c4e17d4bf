import { z } from 'zod'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { WecomError } from '#connectors/wecom/errors.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import type { Task } from '#platform/jobs.ts'

/** How far a sync has come; what it goes on from when another process takes it over. */
export const Saved = z.object({
  /** Everything is new the first time: then nothing is a repair. */
  first: z.boolean().optional(),
  step: z.string().default(''),
  finished: z.array(z.string()).default([]),
  done: z.int().default(0),
  total: z.int().default(0),
  repaired: z.int().default(0),
  /** Members whose customers are read, in order of their ids: the last one of the batches that were begun. */
  lastMember: z.string().optional(),
  /** Batches that were begun and not ended. */
  open: z.array(z.object({ members: z.array(z.string()), cursor: z.string().optional(), startedAt: z.string() })).default([]),
  /** Groups are read in order of their ids: the last one of the last whole batch. */
  lastGroup: z.string().optional(),
  /** The first time that groups are read: then none is a repair. */
  groupsAreNew: z.boolean().optional(),
})

export type Sync = {
  ctx: Context
  corp: number
  app: WecomApp
  task: Task
  saved: z.infer<typeof Saved>
  /** Ids of tags that were looked for in the tag list. */
  askedTags: Set<string>
}

const longestRestMs = 15 * 60_000
const mostRests = 100

/** Calls that found the budget used up rest for as long as it takes; a sync has time. */
export async function patiently<T>({ app, task }: Sync, work: () => Promise<T>): Promise<T> {
  for (let rests = 0; ; rests++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof WecomError) || error.reaction !== 'back_off' || rests >= mostRests) throw error
      await app.connection.sleep(Math.min(error.retryAfterMs ?? 60_000, longestRestMs), task.signal)
    }
  }
}

export type RepairRow = {
  kind: string
  externalUserId?: string | undefined
  userId?: string | undefined
  customerId?: number | null
  details: Record<string, unknown>
}

/** Does one transaction's work, and writes down what it put right in the same transaction. */
export async function repairing(sync: Sync, work: (ctx: Context) => Promise<readonly RepairRow[]>): Promise<void> {
  const repairs = await inTransaction(sync.ctx, async (ctx) => {
    const repairs = await work(ctx)
    await noteRepairs(ctx, sync, repairs)
    return repairs
  })
  if (!sync.saved.first) sync.saved.repaired += repairs.length
}

async function noteRepairs(ctx: Context, { corp, task, saved }: Sync, repairs: readonly RepairRow[]): Promise<void> {
  if (saved.first || repairs.length === 0) return
  await ctx.db
    .insertInto('wecomRepairs')
    .values(
      repairs.map(({ kind, externalUserId, userId, customerId, details }) => ({
        tenantId: ctx.tenantId,
        corp,
        run: task.id,
        at: ctx.now(),
        kind,
        externalUserid: externalUserId ?? null,
        userId: userId ?? null,
        customerId: customerId ?? null,
        details: JSON.stringify(details),
      })),
    )
    .execute()
}
