import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { publicId } from '#platform/ids.ts'
import type { SavedReport } from './schema.ts'

type Page = { limit: number; cursor?: string | undefined; type?: string | undefined }

const Key = z.tuple([z.string(), z.number()])

/** Saved reports, the last changed first. */
export async function listReports(ctx: Context, { limit, cursor, type }: Page): Promise<{ items: SavedReport[]; next: string | null }> {
  const after = decodeCursor(Key, cursor)
  const rows = await select(ctx)
    .$if(type !== undefined, (query) => query.where('r.type', '=', type ?? ''))
    .$if(after !== undefined, (query) =>
      query.where(({ eb, refTuple, tuple }) => eb(refTuple('r.updatedAt', 'r.id'), '<', tuple(new Date(after?.[0] ?? 0), after?.[1] ?? 0))),
    )
    .orderBy('r.updatedAt', 'desc')
    .orderBy('r.id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = toPage(rows, limit, ({ updatedAt, id }) => [updatedAt.toISOString(), id])
  return { items: page.items.map((row) => present(ctx, row)), next: page.next }
}

export async function getReport(ctx: Context, id: number): Promise<SavedReport> {
  const row = await select(ctx).where('r.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('report')
  return present(ctx, row)
}

const select = (ctx: Context) =>
  ctx.db
    .selectFrom('reports as r')
    .leftJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 'r.tenantId').onRef('e.id', '=', 'r.createdBy'))
    .select(['r.id', 'r.name', 'r.type', 'r.document', 'r.createdAt', 'r.updatedAt', 'e.id as employeeId', 'e.name as employeeName'])
    .where('r.tenantId', '=', ctx.tenantId)

type Row = Awaited<ReturnType<ReturnType<typeof select>['execute']>>[number]

const present = (ctx: Context, row: Row): SavedReport => ({
  id: publicId(ctx, 'rep', row.id),
  name: row.name,
  type: row.type as SavedReport['type'],
  report: row.document as Record<string, unknown>,
  createdBy: row.employeeId === null ? null : { id: publicId(ctx, 'emp', row.employeeId), name: row.employeeName ?? '' },
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})
