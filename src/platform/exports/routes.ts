import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { audit } from '../audit.ts'
import type { Context } from '../context.ts'
import { appError, notFound } from '../errors.ts'
import { decodeCursor, PageQuery, toPage } from '../http/paging.ts'
import { allow, body, describe, may, query, router } from '../http/router.ts'
import { fileHeaders } from '../http/upload.ts'
import { internalId, publicId } from '../ids.ts'
import { actorName, type ExportJob, startExport } from './commands.ts'
import type { ExportKind } from './kind.ts'

const ExportView = z.object({
  id: z.string(),
  what: z.string(),
  format: z.enum(['csv', 'xlsx']),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
  rows: z.int(),
  truncated: z.boolean(),
  bytes: z.int().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
})

const types = { csv: 'text/csv; charset=utf-8', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' }

export const exports = (kinds: readonly ExportKind[], job: ExportJob) =>
  router()
    .get(
      '/',
      allow('exports.read', 'self'),
      describe('Own exports, newest first', z.object({ items: z.array(ExportView), next: z.string().nullable() })),
      query(PageQuery),
      async (c) => {
        const { ctx } = c.var
        const { limit, cursor } = c.req.valid('query')
        const before = decodeCursor(z.int(), cursor)
        const rows = await own(ctx)
          .$if(before !== undefined, (asked) => asked.where('id', '<', before ?? 0))
          .orderBy('id', 'desc')
          .limit(limit + 1)
          .execute()
        const { items, next } = toPage(rows, limit, ({ id }) => id)
        return c.json({ items: items.map((row) => viewOf(ctx, row)), next })
      },
    )
    .get(
      '/kinds',
      allow('exports.read', 'tenant'),
      describe(
        'What can be exported',
        z.object({ items: z.array(z.object({ name: z.string(), title: z.object({ zh: z.string(), en: z.string() }) })) }),
      ),
      (c) => c.json({ items: kinds.map(({ name, title }) => ({ name, title })) }),
    )
    .post(
      '/',
      allow('exports.write', 'self'),
      describe('Export a list as the asker sees it', z.object({ id: z.string() }), 202),
      body(
        z.object({ what: z.string(), format: z.enum(['csv', 'xlsx']), filter: z.unknown().optional(), q: z.string().max(100).optional() }),
      ),
      async (c) => c.json({ id: publicId(c.var.ctx, 'exp', await startExport(c.var.ctx, kinds, job, c.req.valid('json'))) }, 202),
    )
    .get('/:id', allow('exports.read', 'self'), describe('One export', ExportView), async (c) =>
      c.json(viewOf(c.var.ctx, await find(c.var.ctx, c.req.param('id')))),
    )
    .get('/:id/file', allow('exports.read', 'self'), describe('The file, for a week'), async (c) => {
      const { ctx } = c.var
      const row = await find(ctx, c.req.param('id'))
      if (row.expiresAt && new Date(row.expiresAt) < ctx.now())
        throw appError('export.expired', { status: 410, message: 'This file was kept for a week and is gone. Export again.' })
      if (row.storedPath === null || row.bytes === null)
        throw appError('export.not_ready', { status: 409, message: 'The file is not ready yet.' })
      await audit(ctx, 'export.downloaded', ['exp', row.id], { what: row.what, rows: row.rows })
      const format = row.format as keyof typeof types
      return c.body(
        Readable.toWeb(createReadStream(join(ctx.config.dataDir, row.storedPath))) as ReadableStream,
        200,
        fileHeaders(`${row.what}.${format}`, types[format], row.bytes),
      )
    })

/** A file shows what its asker may see, so it is the asker's alone; the owner sees everything anyway. */
const own = (ctx: Context) => {
  const all = ctx.db.selectFrom('exports').selectAll().where('tenantId', '=', ctx.tenantId)
  return may(ctx, '*') ? all : all.where('actor', '=', actorName(ctx))
}

async function find(ctx: Context, id: string) {
  const row = await own(ctx)
    .where('id', '=', internalId(ctx, 'exp', id))
    .executeTakeFirst()
  if (!row) throw notFound('export')
  return row
}

const viewOf = (ctx: Context, row: Awaited<ReturnType<typeof find>>): z.infer<typeof ExportView> => ({
  id: publicId(ctx, 'exp', row.id),
  what: row.what,
  format: row.format as 'csv' | 'xlsx',
  state: row.state as z.infer<typeof ExportView>['state'],
  rows: row.rows,
  truncated: row.truncated,
  bytes: row.bytes,
  error: row.error as z.infer<typeof ExportView>['error'],
  createdAt: new Date(row.createdAt).toISOString(),
  finishedAt: row.finishedAt ? new Date(row.finishedAt).toISOString() : null,
  expiresAt: row.expiresAt ? new Date(row.expiresAt).toISOString() : null,
})
