import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Context as HonoContext } from 'hono'
import { appError } from '../errors.ts'
import type { AppEnv } from './router.ts'

export type Upload = { file: File; fields: Record<string, string> }

/** A multipart form with one file in `file`. Its length must be said beforehand, so that nothing oversized is read at all. */
export async function readUpload(c: HonoContext<AppEnv>, mostBytes: number): Promise<Upload> {
  if (!c.req.header('content-type')?.startsWith('multipart/form-data'))
    throw appError('upload.not_multipart', { status: 415, message: 'Send a multipart form with the file in "file".' })
  const length = Number(c.req.header('content-length') ?? Number.NaN)
  if (!Number.isFinite(length))
    throw appError('upload.length_required', { status: 411, message: 'Say the length of the upload (Content-Length).' })
  if (length > mostBytes)
    throw appError('upload.too_large', { status: 413, message: `A file may have ${Math.round(mostBytes / 1_000_000)} MB.`, field: 'file' })
  const form = await c.req.raw.formData().catch((cause: unknown) => {
    throw appError('upload.unreadable', { message: 'The multipart form cannot be read to its end.', cause })
  })
  const file = form.get('file')
  if (!(file instanceof File)) throw appError('upload.no_file', { message: 'The form has no file in "file".', field: 'file' })
  const fields = Object.fromEntries([...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])))
  return { file, fields }
}

/** A name for people, never a path: no folders, no control letters, at most 200 letters. */
export const safeFileName = (name: string): string =>
  name
    .normalize('NFC')
    .replace(/^.*[/\\]/s, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
    .replace(/[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069"]/g, '')
    .trim()
    .slice(-200) || 'file'

export async function saveUpload(file: Blob, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await pipeline(Readable.fromWeb(file.stream() as never), createWriteStream(path, { mode: 0o600 }))
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

/** Files from strangers are saved, not shown, unless the type is a picture; never guessed at by the browser, never run. */
export const fileHeaders = (name: string, contentType: string, bytes: number): Record<string, string> => ({
  'Content-Type': contentType,
  'Content-Length': String(bytes),
  'Content-Disposition': `${/^(image\/(png|jpeg|gif|webp)|video\/mp4)$/.test(contentType) ? 'inline' : 'attachment'}; filename="${safeFileName(name).replace(/[^\x20-\x7e]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(safeFileName(name))}`,
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cache-Control': 'private, max-age=3600',
})
