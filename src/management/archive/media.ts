import { createHash } from 'node:crypto'
import { archiveLimits } from '#connectors/wecom/archive/msgaudit.ts'
import type { ArchiveSource } from '#connectors/wecom/archive/source.ts'
import { isWecomError } from '#connectors/wecom/errors.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { type FileFacts, fileFacts, storeFile } from '#platform/files.ts'
import { publicId } from '#platform/ids.ts'
import { talkVisible } from './people.ts'
import type { MessageItem } from './schema.ts'
import { openSource, readSource } from './sources.ts'
import { type MediaItem, mediaOf } from './talks.ts'

const keptMs = archiveLimits.mediaDaysKept * 86_400_000
const mostBytes = 100_000_000

/** sdkfileids are long and open the file to whoever holds the secret: kept as what they hash to. */
const keyOf = ({ sdkFileId }: MediaItem): string => createHash('sha256').update(sdkFileId).digest('hex')

type Holder = { id: number; corp: number; body: unknown; at: Date }

/** The files of these messages that are here, by corp and key. */
export async function storedMedia(ctx: Context, rows: readonly Holder[]): Promise<Set<string>> {
  const keys = [...new Set(rows.flatMap(({ body }) => mediaOf(body).map(keyOf)))]
  if (keys.length === 0) return new Set()
  const found = await ctx.db
    .selectFrom('archiveMedia')
    .select(['corp', 'key'])
    .where('tenantId', '=', ctx.tenantId)
    .where('key', 'in', keys)
    .execute()
  return new Set(found.map(({ corp, key }) => `${corp} ${key}`))
}

export function mediaShown(ctx: Context, { id, corp, body, at }: Holder, stored: ReadonlySet<string>): MessageItem['media'] {
  const until = new Date(at.getTime() + keptMs)
  return mediaOf(body).map((item, place) => {
    const isStored = stored.has(`${corp} ${keyOf(item)}`)
    return {
      url: `/api/v1/archive/messages/${publicId(ctx, 'arm', id)}/media/${place}`,
      name: item.name,
      bytes: item.bytes,
      state: isStored ? ('stored' as const) : until > ctx.now() ? ('open' as const) : ('gone' as const),
      until: isStored ? null : until.toISOString(),
    }
  })
}

/** The file at a place of a message: ours, or fetched now and kept. WeCom has it for three days. */
export async function openMedia(ctx: Context, message: number, place: number): Promise<FileFacts> {
  const row = await ctx.db
    .selectFrom('archiveMessages')
    .select(['id', 'corp', 'body', 'at'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', message)
    .where(talkVisible(ctx, 'archiveMessages.talkId'))
    .executeTakeFirst()
  if (!row) throw notFound('archive_message')
  const item = mediaOf(row.body)[place]
  if (!item) throw appError('archive_media.not_found', { status: 404, message: 'This message has no such file.' })
  return (await stored(ctx, row.corp, keyOf(item))) ?? (await fetchMedia(ctx, row, item))
}

async function stored(ctx: Context, corp: number, key: string): Promise<FileFacts | undefined> {
  const row = await ctx.db
    .selectFrom('archiveMedia')
    .select('fileId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('key', '=', key)
    .executeTakeFirst()
  return row && fileFacts(ctx, row.fileId)
}

async function fetchMedia(ctx: Context, row: Holder, item: MediaItem): Promise<FileFacts> {
  const settings = await readSource(ctx, row.corp)
  const source = settings && (await openSource(ctx, settings))
  if (!source)
    throw appError('archive_media.no_source', { status: 409, message: 'Files come from the archive’s process, and none is set up.' })
  const bytes = await download(ctx, source, row, item)
  const file = await storeFile(ctx, { name: item.name || `${item.md5 || 'file'}`.slice(0, 40), bytes }, { anyType: true })
  await ctx.db
    .insertInto('archiveMedia')
    .values({ tenantId: ctx.tenantId, corp: row.corp, key: keyOf(item), fileId: file.id, fetchedAt: ctx.now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return file
}

/** Refusals of the library: the file is unknown there, or its time is over. */
const goneCodes = [10005, 10009, 10010]

async function download(ctx: Context, source: ArchiveSource, { at }: Holder, { sdkFileId }: MediaItem): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of source.media(sdkFileId)) {
      size += piece.length
      if (size > mostBytes) throw appError('archive_media.too_large', { status: 413, message: 'Files of more than 100 MB are not kept.' })
      pieces.push(piece)
    }
  } catch (error) {
    if (!isWecomError(error, ...goneCodes)) throw error
    throw appError('archive_media.gone', {
      status: 410,
      message:
        ctx.now().getTime() - at.getTime() > keptMs
          ? 'WeCom keeps files of the archive for three days, and nobody opened this one in time.'
          : 'WeCom does not have this file.',
      cause: error,
    })
  }
  return Buffer.concat(pieces)
}
