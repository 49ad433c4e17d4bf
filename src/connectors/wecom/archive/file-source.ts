import { createReadStream } from 'node:fs'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { appError } from '#platform/errors.ts'
import type { ArchiveRow, ArchiveSource } from './source.ts'

/**
 * Messages that were taken out elsewhere: a file with one plain message a line, and beside it, if there is one, a folder with the
 * files under their `md5sum` or `sdkfileid`. A message without `seq` has the number of its line.
 */
export function fileSource(path: string, mediaFolder?: string): ArchiveSource {
  return {
    pull: async (after, limit) => {
      const rows: ArchiveRow[] = []
      const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY })
      let number = 0
      for await (const line of lines) {
        number += 1
        const plain = line.replace(/^\uFEFF/, '').trim()
        if (plain === '') continue
        const row = rowOf(plain, number)
        if (row.seq > after) rows.push(row)
        if (rows.length >= limit) break
      }
      lines.close()
      return rows
    },
    open: async () => {
      throw appError('wecom.archive_not_sealed', { status: 500, message: 'A file holds plain messages only.' })
    },
    media: async function* (sdkFileId) {
      // Only a name inside the folder, whatever the message says.
      if (!mediaFolder || basename(sdkFileId) !== sdkFileId || sdkFileId.startsWith('.'))
        throw appError('wecom.archive_no_media', { status: 404, message: 'The import has no such file.' })
      yield* createReadStream(join(mediaFolder, sdkFileId)) as AsyncIterable<Buffer>
    },
  }
}

/** A line that is no message keeps its number, so that the reader can say which one it was. */
function rowOf(plain: string, number: number): ArchiveRow {
  try {
    const { seq, msgid } = JSON.parse(plain) as { seq?: unknown; msgid?: unknown }
    return { seq: typeof seq === 'number' ? seq : number, msgid: typeof msgid === 'string' ? msgid : `line-${number}`, plain }
  } catch {
    return { seq: number, msgid: `line-${number}`, plain }
  }
}
