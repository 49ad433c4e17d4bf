import { z } from 'zod'
import { WecomError } from '#connectors/wecom/errors.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { defineJob, enqueue } from '#platform/jobs.ts'
import { wecomApp } from './app.ts'
import type { WecomPart } from './parts.ts'
import { syncCustomers } from './sync-customers.ts'
import { syncDepartments, syncMembers, syncTags } from './sync-directory.ts'
import { Saved, type Sync } from './sync-state.ts'

/**
 * Reads everything of a corp and makes everything here agree with it. The first time it brings a company in, every night it
 * repairs what callbacks did not tell. It goes on where it was interrupted, and running it twice is like running it once.
 * `parts`: what features above compare after us.
 */
export const syncCorp = (parts: readonly WecomPart[]) =>
  defineJob({
    name: 'wecom.sync',
    payload: z.object({ corp: z.int(), why: z.enum(['connected', 'asked', 'nightly']) }),
    maxAttempts: 20,
    async run(ctx, { corp, why }, task) {
      const saved = Saved.parse(task.saved)
      saved.first ??=
        (
          await ctx.db
            .selectFrom('wecomCorps')
            .select('syncedAt')
            .where('tenantId', '=', ctx.tenantId)
            .where('id', '=', corp)
            .executeTakeFirst()
        )?.syncedAt === null
      const sync: Sync = { ctx, corp, app: await wecomApp(ctx, corp), task, saved, askedTags: new Set() }
      try {
        await step(sync, 'departments', syncDepartments)
        await step(sync, 'employees', syncMembers)
        await step(sync, 'tags', syncTags)
        await step(sync, 'customers', syncCustomers)
        for (const { name, work } of parts.flatMap(({ steps }) => steps)) await step(sync, name, work)
        await finish(sync, why)
      } catch (error) {
        throw final(error)
      }
      return { done: saved.done, repaired: saved.repaired }
    },
  })

/** One sync of a corp at a time; asking again while one waits or runs is the same one. */
export const startSync = (ctx: Context, corp: number, why: 'connected' | 'asked' | 'nightly'): Promise<number> =>
  enqueue(ctx, syncCorp([]), { corp, why }, { key: `corp ${corp}` })

async function step(sync: Sync, name: string, work: (sync: Sync) => Promise<void>): Promise<void> {
  const { saved, task } = sync
  if (saved.finished.includes(name)) return
  task.signal.throwIfAborted()
  Object.assign(saved, { step: name, done: 0, total: 0 })
  await task.save(saved)
  await work(sync)
  saved.finished.push(name)
  await task.save(saved)
}

async function finish({ ctx, corp, task, saved }: Sync, why: string): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    await ctx.db
      .updateTable('wecomCorps')
      .set({ syncedAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', corp)
      .execute()
    if (saved.first || why === 'asked' || saved.repaired > 0)
      await audit(ctx, saved.first ? 'corp.synced' : 'corp.reconciled', ['cor', corp], { run: task.id, why, repaired: saved.repaired })
  })
}

/** What somebody has to set up first will not be better in a minute. */
function final(error: unknown): unknown {
  if (!(error instanceof WecomError) || !['configure', 'tell', 'fix_request'].includes(error.reaction)) return error
  return appError(error.code, {
    status: 422,
    message: error.message,
    details: { endpoint: error.endpoint, errcode: error.errcode },
    cause: error,
  })
}
