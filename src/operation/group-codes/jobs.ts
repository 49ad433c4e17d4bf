import { z } from 'zod'
import { createContext, type Installation, systemActor } from '#platform/context.ts'
import { defineJob, enqueue, type Schedule } from '#platform/jobs.ts'
import { pushGroupCode, removeFromWecom } from './sync.ts'

/** Tells WeCom which groups a code leads into. */
export const syncGroupCode = defineJob({
  name: 'group_codes.sync',
  payload: z.object({ code: z.int() }),
  run: (ctx, { code }) => pushGroupCode(ctx, code),
})

export const removeGroupCode = defineJob({
  name: 'group_codes.remove',
  payload: z.object({ code: z.int() }),
  maxAttempts: 12,
  run: (ctx, { code }) => removeFromWecom(ctx, code),
})

/** Codes that WeCom has not been told of yet. */
async function tellWaiting(installation: Installation): Promise<void> {
  const { rows } = await installation.databases.systemPool.query<{ tenant_id: number; id: number }>(
    `select tenant_id, id from group_codes
     where deleted_at is null and synced_version < wanted_version and (retry_at is null or retry_at <= $1) and (lease_until is null or lease_until < $1)
     order by tenant_id, id limit 1000`,
    [installation.now()],
  )
  for (const { tenant_id, id } of rows)
    await enqueue(
      createContext(installation, tenant_id, systemActor, `group-code-${id}`),
      syncGroupCode,
      { code: id },
      { key: `code-${id}` },
    )
}

export const groupCodeJobs = [syncGroupCode, removeGroupCode]

export const groupCodeSchedules: Schedule[] = [{ name: 'group_codes.waiting', everySeconds: 10, run: tellWaiting }]
