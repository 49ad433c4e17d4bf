import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { audit } from '../audit.ts'
import type { Context, Installation } from '../context.ts'
import { AppError, appError, describeError } from '../errors.ts'
import { inTransaction } from '../events/emit.ts'
import { may } from '../http/router.ts'
import { defineJob, enqueue, type Job, type Schedule, type Task } from '../jobs.ts'
import { type ExportKind, findExportKind } from './kind.ts'
import { writeSheet } from './write.ts'

const Payload = z.object({ exportId: z.int() })
export type ExportJob = Job<typeof Payload>

/** A link is good for a week; then the file is gone. */
const keptMs = 7 * 24 * 3600_000

export const actorName = ({ actor }: Context): string => `${actor.kind}:${actor.id}`

type Asked = { what: string; format: 'csv' | 'xlsx'; filter?: unknown; q?: string | undefined }

/** Queues an export with what its asker may see now. Phone numbers are whole only for those who may reveal them, and the audit log says so. */
export async function startExport(
  ctx: Context,
  kinds: readonly ExportKind[],
  job: ExportJob,
  { what, format, filter, q }: Asked,
): Promise<number> {
  const kind = findExportKind(kinds, what)
  if (!may(ctx, kind.permission))
    throw appError('permission.missing', {
      status: 403,
      message: `This needs the permission ${kind.permission}.`,
      details: { permission: kind.permission },
    })
  kind.check({ filter, q })
  const revealPhone = may(ctx, 'phone.reveal')
  return inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('exports')
      .values({
        tenantId: ctx.tenantId,
        what,
        format,
        query: JSON.stringify({ filter, q, scope: ctx.actor.scope }),
        actor: actorName(ctx),
        revealPhone,
        createdAt: ctx.now(),
        createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    const jobId = await enqueue(ctx, job, { exportId: id })
    await ctx.db.updateTable('exports').set({ jobId }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await audit(ctx, 'export.started', ['exp', id], {
      what,
      format,
      revealPhone,
      ...(filter === undefined ? {} : { filter }),
      ...(q ? { q } : {}),
    })
    return id
  })
}

const Query = z.object({ filter: z.unknown().optional(), q: z.string().optional(), scope: z.union([z.literal('all'), z.array(z.int())]) })

export const exportJob = (kinds: readonly ExportKind[]): ExportJob =>
  defineJob({
    name: 'export.run',
    payload: Payload,
    async run(ctx, { exportId }, task) {
      try {
        return await runExport(ctx, kinds, exportId, task)
      } catch (error) {
        if (error instanceof AppError && error.status < 500)
          await update(ctx, exportId, { state: 'failed', error: JSON.stringify(describeError(error)), finishedAt: ctx.now() })
        throw error
      }
    },
  })

async function runExport(ctx: Context, kinds: readonly ExportKind[], id: number, task: Task): Promise<unknown> {
  const row = await ctx.db
    .selectFrom('exports')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const kind = findExportKind(kinds, row.what)
  const { scope, ...query } = Query.parse(row.query)
  const tenant = await ctx.db
    .selectFrom('tenants')
    .select(['timezone', 'language'])
    .where('id', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  const language = tenant.language === 'en' ? 'en' : 'zh'
  const storedPath = join('exports', String(ctx.tenantId), `${id}.${row.format}`)
  const path = join(ctx.config.dataDir, storedPath)
  await update(ctx, id, { state: 'running' })
  const asker: Context = { ...ctx, actor: { ...ctx.actor, scope } }
  const written = await writeSheet(path, row.format as 'csv' | 'xlsx', {
    headers: kind.columns.map((column) => column[language]),
    pages: kind.rows(asker, query, { revealPhone: row.revealPhone, language }),
    timezone: tenant.timezone,
    onRows: async (rows) => {
      task.signal.throwIfAborted()
      await update(ctx, id, { rows })
    },
  })
  await update(ctx, id, {
    ...written,
    state: 'done',
    storedPath,
    bytes: (await stat(path)).size,
    finishedAt: ctx.now(),
    expiresAt: new Date(ctx.now().getTime() + keptMs),
  })
  return written
}

type Change = Partial<{
  state: string
  rows: number
  truncated: boolean
  storedPath: string
  bytes: number
  error: string
  finishedAt: Date
  expiresAt: Date
}>

const update = (ctx: Context, id: number, change: Change) =>
  ctx.db.updateTable('exports').set(change).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()

async function dropExpired(installation: Installation): Promise<void> {
  const expired = await installation.databases.system
    .updateTable('exports')
    .set({ storedPath: null })
    .where('expiresAt', '<', installation.now())
    .where('storedPath', 'is not', null)
    .returning(['tenantId', 'id', 'format'])
    .execute()
  for (const { tenantId, id, format } of expired)
    await rm(join(installation.config.dataDir, 'exports', String(tenantId), `${id}.${format}`), { force: true })
}

export const exportSchedules: readonly Schedule[] = [{ name: 'export.drop_expired', everySeconds: 3600, run: dropExpired }]
