import { join } from 'node:path'
import { sql } from 'kysely'
import type { Context } from '../context.ts'
import { AppError, appError, describeError } from '../errors.ts'
import { inTransaction } from '../events/emit.ts'
import { type Chunk, readChunks } from './chunks.ts'
import type { Applied, ImportKind, ImportRun } from './kind.ts'
import { findTable, parseMapping, setUp, type Table, tenantDefaults } from './mapping.ts'
import type { Language } from './reasons.ts'
import { type Rejection, writeRejected } from './rejected.ts'
import type { ImportMapping, ImportProgress, ImportResult } from './schema.ts'
import { openSource } from './source.ts'

export type ImportRequest = {
  kind: ImportKind
  path: string
  fileName?: string
  /** The mapping document as it was given. */
  mapping?: unknown
  dryRun?: boolean
  signal?: AbortSignal
  onProgress?: (progress: ImportProgress) => void
}

/** Imports a file of this machine, now. The same as a job does, without a worker: for the command line and throw-away workspaces. */
export async function importFile(ctx: Context, request: ImportRequest): Promise<ImportResult> {
  const mapping = parseMapping(request.mapping)
  const { id } = await ctx.db
    .insertInto('imports')
    .values({
      tenantId: ctx.tenantId,
      kind: request.kind.name,
      fileName: request.fileName ?? request.path.split('/').at(-1) ?? 'file',
      mapping: JSON.stringify(mapping),
      dryRun: request.dryRun ?? false,
      createdAt: ctx.now(),
      createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  try {
    return await runImport(ctx, { ...request, importId: id })
  } catch (error) {
    await fail(ctx, id, error)
    throw error
  }
}

type Run = { kind: ImportKind; importId: number; path: string; signal?: AbortSignal; onProgress?: (progress: ImportProgress) => void }

type State = {
  fence: number
  mapping: ImportMapping
  dryRun: boolean
  rowsDone: number
  rejectedBytes: number
  imported: number
  updated: number
  unchanged: number
  rejected: number
}

/** Runs an import from where its row says it stands. Whoever ran it before finds the fence moved and stops. */
export async function runImport(ctx: Context, request: Run): Promise<ImportResult> {
  const started = performance.now()
  const state = await takeOver(ctx, request.importId)
  const source = await openSource(request.path, {
    encoding: state.mapping.encoding,
    json: request.kind.columns.filter(({ json }) => json).map(({ key }) => key),
  })
  const table = await findTable(source, request.kind, state.mapping)
  const defaults = await tenantDefaults(ctx)
  const setup = setUp(defaults, {
    importId: request.importId,
    dryRun: state.dryRun,
    kind: request.kind,
    mapping: state.mapping,
    table,
    source,
  })
  const run = await request.kind.prepare(ctx, setup)
  const total = Math.max(0, source.lines - table.headerLine)
  await setTotal(ctx, request.importId, total)
  const before = state.rowsDone
  const tell = () => request.onProgress?.(progressOf(state, total, state.rowsDone - before, (performance.now() - started) / 1000))
  const language = defaults.language === 'en' ? 'en' : 'zh'
  const chunks = readChunks(source, table, run, state.rowsDone)
  const outcome = await applyAll(ctx, request, { state, table, run, chunks, language }, tell)
  if (!state.dryRun) await run.finish?.(ctx)
  const result = resultOf(ctx, request, state, run, (performance.now() - started) / 1000)
  await end(ctx, request.importId, state, outcome, result)
  return result
}

async function takeOver(ctx: Context, id: number): Promise<State> {
  const row = await ctx.db
    .updateTable('imports')
    .set({ state: 'running', fence: sql`fence + 1`, startedAt: sql`coalesce(started_at, ${ctx.now()})` })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .returning(['fence', 'mapping', 'dryRun', 'rowsDone', 'rejectedBytes', 'imported', 'updated', 'unchanged', 'rejected'])
    .executeTakeFirstOrThrow()
  return { ...row, mapping: parseMapping(row.mapping) }
}

const setTotal = (ctx: Context, id: number, total: number) =>
  ctx.db.updateTable('imports').set({ totalRows: total }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()

type Work = { state: State; table: Table; run: ImportRun; chunks: AsyncGenerator<Chunk>; language: Language }

/** While the database works on one chunk, the next is read. */
async function applyAll(ctx: Context, request: Run, work: Work, tell: () => void): Promise<'done' | 'cancelled'> {
  let upcoming = work.chunks.next()
  try {
    for (;;) {
      const { value: chunk, done } = await upcoming
      if (done) return 'done'
      request.signal?.throwIfAborted()
      upcoming = work.chunks.next()
      // A failure of reading ahead is met when its turn comes, not as an unhandled rejection.
      upcoming.catch(() => undefined)
      const { cancelled } = await applyChunk(ctx, request, work, chunk)
      tell()
      if (cancelled) return 'cancelled'
    }
  } finally {
    await work.chunks.return(undefined).catch(() => undefined)
  }
}

class Undone extends Error {}

async function applyChunk(
  ctx: Context,
  request: Run,
  { state, table, run, language }: Work,
  chunk: Chunk,
): Promise<{ cancelled: boolean }> {
  const readable = chunk.items.filter(({ error }) => error === undefined)
  let next = state
  let cancelled = false
  const apply = async (ctx: Context): Promise<void> => {
    const applied = await applyRows(
      ctx,
      run,
      readable.map(({ value }) => value),
    )
    const rejected = rejections(chunk, readable, applied)
    // A dry run changes nothing but leaves its error file: finding the ill rows is what it is for.
    next = {
      ...advance(state, applied, rejected.length, chunk.items.length),
      rejectedBytes: await writeRejected(rejectedPath(ctx, request.importId), state.rejectedBytes, rejected, {
        headers: table.headers,
        language,
      }),
    }
    if (state.dryRun) throw new Undone()
    cancelled = await checkpoint(ctx, request.importId, next)
  }
  try {
    await inTransaction(ctx, apply)
  } catch (error) {
    if (!(error instanceof Undone)) throw error
    cancelled = await checkpoint(ctx, request.importId, next)
  }
  Object.assign(state, next)
  return { cancelled }
}

/** A value that only the database refuses costs its row, not its chunk: the chunk is halved until the row stands alone. */
async function applyRows(ctx: Context, run: ImportRun, rows: readonly unknown[]): Promise<Applied> {
  if (rows.length === 0) return { imported: 0, updated: 0, unchanged: 0 }
  const told = ctx.pending?.length ?? 0
  await sql`savepoint chunk`.execute(ctx.db)
  try {
    const applied = await run.apply(ctx, rows)
    await sql`release savepoint chunk`.execute(ctx.db)
    return applied
  } catch (error) {
    if (!isRefusal(error)) throw error
    await sql`rollback to savepoint chunk`.execute(ctx.db)
    ctx.pending?.splice(told)
    if (rows.length === 1) return { imported: 0, updated: 0, unchanged: 0, rejected: [{ index: 0, error: refused(error) }] }
    const half = rows.length >> 1
    const first = await applyRows(ctx, run, rows.slice(0, half))
    const second = await applyRows(ctx, run, rows.slice(half))
    return {
      imported: first.imported + second.imported,
      updated: first.updated + second.updated,
      unchanged: first.unchanged + second.unchanged,
      rejected: [...(first.rejected ?? []), ...(second.rejected ?? []).map(({ index, error }) => ({ index: index + half, error }))],
    }
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof AppError ? error.status < 500 : /^2[23]/.test((error as { code?: string }).code ?? '')

const refused = (error: unknown): AppError =>
  error instanceof AppError ? error : appError('import.row_refused', { message: 'A value of this row cannot be stored.', cause: error })

function rejections(chunk: Chunk, readable: Chunk['items'], applied: Applied): Rejection[] {
  const late = new Map((applied.rejected ?? []).map(({ index, error }) => [readable[index], error]))
  return chunk.items.flatMap((item) => {
    const error = item.error ?? late.get(item)
    return error ? [{ row: item.row, error }] : []
  })
}

const advance = (state: State, applied: Applied, rejected: number, rows: number): State => ({
  ...state,
  rowsDone: state.rowsDone + rows,
  imported: state.imported + applied.imported,
  updated: state.updated + applied.updated,
  unchanged: state.unchanged + applied.unchanged,
  rejected: state.rejected + rejected,
})

/** Counters and effects commit together; true when somebody wants the import to stop. */
async function checkpoint(
  ctx: Context,
  id: number,
  { fence, rowsDone, rejectedBytes, imported, updated, unchanged, rejected }: State,
): Promise<boolean> {
  const held = await ctx.db
    .updateTable('imports')
    .set({ rowsDone, rejectedBytes, imported, updated, unchanged, rejected })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('fence', '=', fence)
    .returning('cancelRequested')
    .executeTakeFirst()
  if (!held) throw appError('import.taken_over', { status: 409, message: 'Another process goes on with this import.' })
  return held.cancelRequested
}

function progressOf(state: State, total: number, rows: number, seconds: number): ImportProgress {
  const rowsPerSecond = Math.round(rows / Math.max(seconds, 0.001))
  return {
    read: state.rowsDone,
    total,
    rejected: state.rejected,
    rowsPerSecond,
    remainingSeconds: rowsPerSecond > 0 ? Math.max(0, Math.round((total - state.rowsDone) / rowsPerSecond)) : null,
  }
}

const resultOf = (ctx: Context, { kind, importId }: Run, state: State, run: ImportRun, seconds: number): ImportResult => ({
  kind: kind.name,
  read: state.rowsDone,
  imported: state.imported,
  updated: state.updated,
  unchanged: state.unchanged,
  rejected: state.rejected,
  ...run.counts?.(),
  rejectedFile: state.rejectedBytes > 0 ? rejectedPath(ctx, importId) : null,
  seconds: Math.round(seconds * 1000) / 1000,
  ...(state.dryRun ? { dryRun: true as const } : {}),
})

const end = (ctx: Context, id: number, { fence }: State, state: 'done' | 'cancelled', result: ImportResult) =>
  ctx.db
    .updateTable('imports')
    .set({ state, result: JSON.stringify(result), finishedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('fence', '=', fence)
    .execute()

export const fail = (ctx: Context, id: number, error: unknown) =>
  ctx.db
    .updateTable('imports')
    .set({ state: 'failed', error: JSON.stringify(describeError(error)), finishedAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'running'])
    .execute()

export const rejectedPath = (ctx: Context, id: number): string =>
  join(ctx.config.dataDir, 'imports', String(ctx.tenantId), `${id}.rejected.csv`)
