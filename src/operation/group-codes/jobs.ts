import { z } from 'zod'
import { waitingToTell } from '#management/wecom/telling.ts'
import { createContext, type Installation, systemActor } from '#platform/context.ts'
import { defineJob, enqueue, type Schedule } from '#platform/jobs.ts'
import { pushGroupCode, removeFromWecom, tellable } from './sync.ts'

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
  for (const { tenantId, id } of await waitingToTell(installation, tellable))
    await enqueue(
      createContext(installation, tenantId, systemActor, `group-code-${id}`),
      syncGroupCode,
      { code: id },
      { key: `code-${id}` },
    )
}

export const groupCodeJobs = [syncGroupCode, removeGroupCode]

export const groupCodeSchedules: Schedule[] = [{ name: 'group_codes.waiting', everySeconds: 10, run: tellWaiting }]
