import { z } from 'zod'
import type { Context } from '../context.ts'
import { AppError, notFound } from '../errors.ts'
import { decodeCursor, toPage } from '../http/paging.ts'
import { publicId } from '../ids.ts'
import type { ImportKind } from './kind.ts'
import { findTable, guessColumns, parseMapping, setUp, tenantDefaults } from './mapping.ts'
import type { ImportPreview, ImportResult, ImportView } from './schema.ts'
import { openSource } from './source.ts'

const from = (ctx: Context) =>
  ctx.db
    .selectFrom('imports as i')
    .leftJoin('jobs as j', (join) => join.onRef('j.tenantId', '=', 'i.tenantId').onRef('j.id', '=', 'i.jobId'))
    .select([
      'i.id',
      'i.kind',
      'i.fileName',
      'i.dryRun',
      'i.state',
      'i.totalRows',
      'i.rowsDone',
      'i.imported',
      'i.updated',
      'i.unchanged',
      'i.rejected',
      'i.result',
      'i.error',
      'i.createdAt',
      'i.startedAt',
      'i.finishedAt',
      'j.state as jobState',
      'j.error as jobError',
      'j.progress as jobProgress',
    ])
    .where('i.tenantId', '=', ctx.tenantId)

type Row = Awaited<ReturnType<ReturnType<typeof from>['executeTakeFirstOrThrow']>>

export async function listImports(
  ctx: Context,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: ImportView[]; next: string | null }> {
  const before = decodeCursor(z.int(), cursor)
  const rows = await from(ctx)
    .$if(before !== undefined, (query) => query.where('i.id', '<', before ?? 0))
    .orderBy('i.id', 'desc')
    .limit(limit + 1)
    .execute()
  const { items, next } = toPage(rows, limit, ({ id }) => id)
  return { items: items.map((row) => viewOf(ctx, row)), next }
}

export async function findImport(ctx: Context, id: number): Promise<ImportView> {
  const row = await from(ctx).where('i.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('import')
  return viewOf(ctx, row)
}

function viewOf(ctx: Context, row: Row): ImportView {
  const result = row.result as ImportResult | null
  // A job that ran out of attempts leaves the import where it stood.
  const state = row.state === 'running' && (row.jobState === 'failed' || row.jobState === 'cancelled') ? row.jobState : row.state
  const rate =
    (row.jobProgress as { rowsPerSecond?: number } | null)?.rowsPerSecond ??
    (result?.seconds ? Math.round(row.rowsDone / result.seconds) : 0)
  const left =
    row.totalRows === null || state !== 'running' || rate === 0 ? null : Math.max(0, Math.round((row.totalRows - row.rowsDone) / rate))
  return {
    id: publicId(ctx, 'imp', row.id),
    kind: row.kind,
    fileName: row.fileName,
    dryRun: row.dryRun,
    state: state as ImportView['state'],
    progress: {
      read: row.rowsDone,
      total: state === 'done' ? row.rowsDone : row.totalRows,
      rejected: row.rejected,
      rowsPerSecond: rate,
      remainingSeconds: left,
    },
    counts: {
      read: row.rowsDone,
      imported: row.imported,
      updated: row.updated,
      unchanged: row.unchanged,
      rejected: row.rejected,
      ...(result?.orders === undefined ? {} : { orders: result.orders }),
    },
    result: result && { ...result, rejectedFile: result.rejectedFile && `/api/v1/imports/${publicId(ctx, 'imp', row.id)}/rejected` },
    error: (row.error ?? (state === 'failed' ? row.jobError : null)) as ImportView['error'],
    createdAt: new Date(row.createdAt).toISOString(),
    finishedAt: row.finishedAt ? new Date(row.finishedAt).toISOString() : null,
  }
}

const shownRows = 20
const shownProblems = 20

/** The first rows as they would be read, with the mapping that the headers suggest and what stands against it. */
export async function previewFile(ctx: Context, kind: ImportKind, path: string, given: unknown): Promise<ImportPreview> {
  const mapping = parseMapping(given)
  const source = await openSource(path, { encoding: mapping.encoding, json: kind.columns.filter(({ json }) => json).map(({ key }) => key) })
  const table = await findTable(source, kind, mapping)
  const columns = mapping.columns ?? guessColumns(kind, table.headers)
  const problems: ImportPreview['problems'] = []
  try {
    const setup = setUp(await tenantDefaults(ctx), { importId: 0, dryRun: true, kind, mapping: { ...mapping, columns }, table, source })
    const run = await kind.prepare(ctx, setup)
    for (const row of table.sample) tryRow(() => run.read(row), problems, row.line)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    problems.push(problemOf(error))
  }
  return {
    format: source.format,
    encoding: source.encoding,
    headers: [...table.headers],
    rows: table.sample.slice(0, shownRows).map(({ cells }) => table.headers.map((_, i) => (cells[i] ?? '').slice(0, 200))),
    total: Math.max(0, source.lines - table.headerLine),
    mapping: { columns },
    columns: kind.columns.map(({ key, title, required }) => ({ key, title, required: required ?? false })),
    problems: problems.slice(0, shownProblems),
  }
}

function tryRow(read: () => unknown, problems: ImportPreview['problems'], line: number): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    problems.push({ line, ...problemOf(error) })
  }
}

const problemOf = ({ code, message, field }: AppError) => ({ code, message, ...(field === undefined ? {} : { field }) })
