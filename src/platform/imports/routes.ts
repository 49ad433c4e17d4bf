import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { z } from 'zod'
import { appError } from '../errors.ts'
import { parseJson } from '../http/json.ts'
import { PageQuery } from '../http/paging.ts'
import { allow, describe, query, router } from '../http/router.ts'
import { fileHeaders, readUpload, saveUpload } from '../http/upload.ts'
import { internalId, publicId } from '../ids.ts'
import type { Job } from '../jobs.ts'
import { cancelImport, startImport } from './commands.ts'
import { rejectedPath } from './engine.ts'
import { findImportKind, type ImportKind } from './kind.ts'
import { findImport, listImports, previewFile } from './queries.ts'
import { ImportKindView, ImportPreview, ImportView } from './schema.ts'

/** Bytes of an uploaded file; larger ones go through the command line, which reads them in place. */
const mostBytes = 200_000_000

const ImportList = z.object({ items: z.array(ImportView), next: z.string().nullable() })

export const imports = (kinds: readonly ImportKind[], job: Job<z.ZodType>) =>
  router()
    .get('/', allow('imports.read', 'tenant'), describe('List imports, newest first', ImportList), query(PageQuery), async (c) =>
      c.json(await listImports(c.var.ctx, c.req.valid('query'))),
    )
    .get(
      '/kinds',
      allow('imports.read', 'tenant'),
      describe('What can be imported, with its columns and the headers it knows', z.object({ items: z.array(ImportKindView) })),
      (c) =>
        c.json({
          items: kinds.map(({ name, title, columns }) => ({
            name,
            title,
            columns: columns.map(({ key, title, required, aliases }) => ({
              key,
              title,
              required: required ?? false,
              aliases: [...aliases],
            })),
          })),
        }),
    )
    .post(
      '/preview',
      allow('imports.write', 'tenant'),
      describe('Look at a file: its first rows, a guessed mapping and what stands against it', ImportPreview),
      async (c) => {
        const { file, fields } = await readUpload(c, mostBytes)
        const kind = findImportKind(kinds, fields.kind ?? '')
        const path = join(tmpdir(), `liuliang-preview-${randomUUID()}`)
        await saveUpload(file, path)
        try {
          return c.json(await previewFile(c.var.ctx, kind, path, mappingOf(fields.mapping)))
        } finally {
          await rm(path, { force: true })
        }
      },
    )
    .post(
      '/',
      allow('imports.write', 'tenant'),
      describe('Import a file in the background', z.object({ id: z.string() }), 202),
      async (c) => {
        const { file, fields } = await readUpload(c, mostBytes)
        const kind = findImportKind(kinds, fields.kind ?? '')
        const id = await startImport(c.var.ctx, job, { kind, file, mapping: mappingOf(fields.mapping), dryRun: fields.dryRun === 'true' })
        return c.json({ id: publicId(c.var.ctx, 'imp', id) }, 202)
      },
    )
    .get('/:id', allow('imports.read', 'tenant'), describe('One import: state, progress, counts', ImportView), async (c) =>
      c.json(await findImport(c.var.ctx, internalId(c.var.ctx, 'imp', c.req.param('id')))),
    )
    .delete('/:id', allow('imports.write', 'tenant'), describe('Stop an import; what is in stays in', undefined, 204), async (c) => {
      await cancelImport(c.var.ctx, internalId(c.var.ctx, 'imp', c.req.param('id')))
      return c.body(null, 204)
    })
    .get('/:id/rejected', allow('imports.read', 'tenant'), describe('The refused rows with the reason of each, as CSV'), async (c) => {
      const id = internalId(c.var.ctx, 'imp', c.req.param('id'))
      const { fileName } = await findImport(c.var.ctx, id)
      const path = rejectedPath(c.var.ctx, id)
      const found = await stat(path).catch(() => undefined)
      if (!found) throw appError('import.nothing_rejected', { status: 404, message: 'No row of this import was refused.' })
      return c.body(
        Readable.toWeb(createReadStream(path)) as ReadableStream,
        200,
        fileHeaders(`${fileName}.rejected.csv`, 'text/csv; charset=utf-8', found.size),
      )
    })

const mappingOf = (text: string | undefined): unknown => (text === undefined || text === '' ? {} : parseJson(text))
