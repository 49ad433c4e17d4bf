import { randomUUID } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { audit } from '../audit.ts'
import type { Context, Installation } from '../context.ts'
import { appError, notFound } from '../errors.ts'
import { inTransaction } from '../events/emit.ts'
import { safeFileName, saveUpload } from '../http/upload.ts'
import { enqueue, type Job } from '../jobs.ts'
import type { ImportKind } from './kind.ts'
import { findTable, parseMapping, setUp, tenantDefaults } from './mapping.ts'
import { openSource } from './source.ts'

type Start = { kind: ImportKind; file: File; mapping: unknown; dryRun: boolean }

/** Keeps the file, checks up front what can be checked without reading it all, and lets a worker do the rest. */
export async function startImport(ctx: Context, job: Job<z.ZodType>, { kind, file, mapping: given, dryRun }: Start): Promise<number> {
  const mapping = parseMapping(given)
  const storedPath = join('imports', String(ctx.tenantId), `${randomUUID()}.upload`)
  const path = join(ctx.config.dataDir, storedPath)
  await saveUpload(file, path)
  try {
    await checkFile(ctx, kind, path, mapping)
    return await inTransaction(ctx, async (ctx) => {
      const { id } = await ctx.db
        .insertInto('imports')
        .values({
          tenantId: ctx.tenantId,
          kind: kind.name,
          fileName: safeFileName(file.name),
          storedPath,
          mapping: JSON.stringify(mapping),
          dryRun,
          createdAt: ctx.now(),
          createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      const jobId = await enqueue(ctx, job, { importId: id })
      await ctx.db.updateTable('imports').set({ jobId }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
      await audit(ctx, 'import.started', ['imp', id], { kind: kind.name, file: safeFileName(file.name), dryRun })
      return id
    })
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

async function checkFile(ctx: Context, kind: ImportKind, path: string, mapping: ReturnType<typeof parseMapping>): Promise<void> {
  const source = await openSource(path, { encoding: mapping.encoding, json: kind.columns.filter(({ json }) => json).map(({ key }) => key) })
  const table = await findTable(source, kind, mapping)
  await kind.prepare(ctx, setUp(await tenantDefaults(ctx), { importId: 0, dryRun: true, kind, mapping, table, source }))
}

/** What is in stays in; the import stops after the chunk under way. */
export async function cancelImport(ctx: Context, id: number): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const found = await ctx.db
      .updateTable('imports')
      .set((eb) => ({
        cancelRequested: true,
        state: eb.case().when('state', '=', 'waiting').then('cancelled').else(eb.ref('state')).end(),
        finishedAt: eb.case().when('state', '=', 'waiting').then(ctx.now()).else(eb.ref('finishedAt')).end(),
      }))
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning(['state', 'jobId'])
      .executeTakeFirst()
    if (!found) throw notFound('import')
    if (found.state === 'done' || found.state === 'failed')
      throw appError('import.over', { status: 409, message: 'This import has ended already.' })
    if (found.jobId !== null && found.state === 'cancelled')
      await ctx.db
        .updateTable('jobs')
        .set({ state: 'cancelled', finishedAt: ctx.now() })
        .where('tenantId', '=', ctx.tenantId)
        .where('id', '=', found.jobId)
        .where('state', '=', 'waiting')
        .execute()
    await audit(ctx, 'import.cancelled', ['imp', id])
  })
}

const keepUploadsMs = 7 * 24 * 3600_000

/** Uploaded files are only needed until they are read; error files stay. */
export async function dropOldUploads(installation: Installation): Promise<void> {
  const root = join(installation.config.dataDir, 'imports')
  for (const tenant of await readdir(root).catch(() => []))
    for (const name of await readdir(join(root, tenant)).catch(() => [])) {
      const path = join(root, tenant, name)
      const age = installation.now().getTime() - (await stat(path)).mtimeMs
      if (name.endsWith('.upload') && age > keepUploadsMs) await rm(path, { force: true })
    }
}
