import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../errors.ts'
import { defineJob, type Job, type Schedule } from '../jobs.ts'
import { dropOldUploads } from './commands.ts'
import { fail, runImport } from './engine.ts'
import { findImportKind, type ImportKind } from './kind.ts'

const Payload = z.object({ importId: z.int() })

/** Reads an uploaded file in; taken over by another worker it goes on after the last committed chunk. */
export const importJob = (kinds: readonly ImportKind[]): Job<typeof Payload> =>
  defineJob({
    name: 'import.run',
    payload: Payload,
    maxAttempts: 20,
    async run(ctx, { importId }, task) {
      const row = await ctx.db
        .selectFrom('imports')
        .select(['kind', 'storedPath', 'state'])
        .where('tenantId', '=', ctx.tenantId)
        .where('id', '=', importId)
        .executeTakeFirstOrThrow()
      if (row.state === 'cancelled' || row.state === 'done' || row.storedPath === null) return undefined
      const path = join(ctx.config.dataDir, row.storedPath)
      try {
        const result = await runImport(ctx, {
          kind: findImportKind(kinds, row.kind),
          importId,
          path,
          signal: task.signal,
          onProgress: tellSometimes((progress) => task.save(progress)),
        })
        await rm(path, { force: true })
        return result
      } catch (error) {
        if (error instanceof AppError && error.status < 500 && error.code !== 'import.taken_over') await fail(ctx, importId, error)
        throw error
      }
    },
  })

/** The import's own row carries what counts; the job's line only needs to look alive. */
function tellSometimes<Progress>(tell: (progress: Progress) => Promise<void>): (progress: Progress) => void {
  let last = 0
  return (progress) => {
    if (performance.now() - last < 1000) return
    last = performance.now()
    tell(progress).catch(() => undefined)
  }
}

export const importSchedules: readonly Schedule[] = [{ name: 'import.drop_uploads', everySeconds: 3600, run: dropOldUploads }]
