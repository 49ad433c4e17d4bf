import { createHash, randomUUID } from 'node:crypto'
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Context } from './context.ts'
import { appError, notFound } from './errors.ts'
import { safeFileName } from './http/upload.ts'

/** A stored file. Its bytes lie below the data folder under the hash of their content, once however often they were uploaded. */
export type FileFacts = { id: number; name: string; contentType: string; bytes: number; sha256: string }

/** What may be stored, told by its first bytes, and how large it may be: pictures as WeCom takes them, tables as people have them. */
const types: readonly { contentType: string; mostBytes: number; is(bytes: Buffer, name: string): boolean }[] = [
  { contentType: 'image/png', mostBytes: 10_000_000, is: (bytes) => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')) },
  { contentType: 'image/jpeg', mostBytes: 10_000_000, is: (bytes) => bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')) },
  { contentType: 'image/gif', mostBytes: 10_000_000, is: (bytes) => /^GIF8[79]a/.test(bytes.toString('latin1', 0, 6)) },
  {
    contentType: 'image/webp',
    mostBytes: 10_000_000,
    is: (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP',
  },
  { contentType: 'application/pdf', mostBytes: 20_000_000, is: (bytes) => bytes.toString('latin1', 0, 5) === '%PDF-' },
  { contentType: 'video/mp4', mostBytes: 100_000_000, is: (bytes) => bytes.toString('latin1', 4, 8) === 'ftyp' },
  {
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    mostBytes: 50_000_000,
    is: (bytes) => bytes.toString('latin1', 0, 4) === 'PK\x03\x04' && bytes.includes('xl/workbook.xml'),
  },
  { contentType: 'text/csv', mostBytes: 50_000_000, is: (bytes, name) => /\.(csv|tsv)$/i.test(name) && !bytes.includes(0) },
]

export const mostFileBytes = Math.max(...types.map(({ mostBytes }) => mostBytes))

const anything = { contentType: 'application/octet-stream', mostBytes: 100_000_000 }

/**
 * Keeps a file under what its bytes are, whatever its name or sender say. `anyType`: what none of ours is, is kept as bytes to be
 * saved and never shown, for files that WeCom has and nobody uploads.
 */
export async function storeFile(ctx: Context, given: { name: string; bytes: Buffer }, { anyType = false } = {}): Promise<FileFacts> {
  const name = safeFileName(given.name)
  const type = types.find(({ is }) => is(given.bytes, name)) ?? (anyType ? anything : undefined)
  if (!type)
    throw appError('file.type_unknown', {
      status: 415,
      message: 'This file is none of PNG, JPEG, GIF, WebP, PDF, MP4, XLSX, CSV.',
      field: 'file',
    })
  if (given.bytes.length > type.mostBytes)
    throw appError('file.too_large', {
      status: 413,
      message: `A file of this kind may have ${type.mostBytes / 1_000_000} MB.`,
      field: 'file',
    })
  const sha256 = createHash('sha256').update(given.bytes).digest('hex')
  await keepBytes(pathOf(ctx, sha256), given.bytes)
  return ctx.db
    .insertInto('files')
    .values({ tenantId: ctx.tenantId, name, contentType: type.contentType, bytes: given.bytes.length, sha256, createdAt: ctx.now() })
    .returning(['id', 'name', 'contentType', 'bytes', 'sha256'])
    .executeTakeFirstOrThrow()
}

/** Written beside and moved into place: a crash leaves no half file under a whole file's name. */
async function keepBytes(path: string, bytes: Buffer): Promise<void> {
  if (
    await access(path).then(
      () => true,
      () => false,
    )
  )
    return
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const beside = `${path}.${randomUUID()}`
  await writeFile(beside, bytes, { mode: 0o600, flush: true })
  await rename(beside, path)
}

export const fileFacts = (ctx: Context, id: number): Promise<FileFacts | undefined> =>
  ctx.db
    .selectFrom('files')
    .select(['id', 'name', 'contentType', 'bytes', 'sha256'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()

export async function readFileBytes(ctx: Context, id: number): Promise<Buffer> {
  const facts = await fileFacts(ctx, id)
  if (!facts) throw notFound('file')
  return readFile(pathOf(ctx, facts.sha256))
}

const pathOf = (ctx: Context, sha256: string): string => join(ctx.config.dataDir, 'files', String(ctx.tenantId), sha256.slice(0, 2), sha256)
