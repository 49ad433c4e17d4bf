import { createReadStream } from 'node:fs'
import { type Readable, Transform, type TransformCallback } from 'node:stream'
import { createGunzip, createInflateRaw } from 'node:zlib'
import { appError } from '../errors.ts'

/** Real tables shrink to a tenth, very dull ones to a hundredth; what shrinks further past the first megabytes was made to hurt. */
const harmlessBytes = 64 * 1024 * 1024
const mostRatio = 200
const mostBytes = 8 * 1024 * 1024 * 1024
/** A spreadsheet is read whole, so it must fit into memory. */
const mostSpreadsheetBytes = 512 * 1024 * 1024

const bomb = () =>
  appError('import.archive_bomb', { message: 'The file unpacks to something far too large for its size.', field: 'file', status: 413 })
const broken = (cause: unknown) =>
  appError('import.archive_broken', { message: 'The packed file cannot be unpacked to its end.', field: 'file', cause })

/** The bytes of a gzip file, as far as they are believable. */
export function unpack(path: string): Readable {
  const raw = createReadStream(path, { highWaterMark: 256 * 1024 })
  const guard = new Guard(() => raw.bytesRead)
  const gunzip = createGunzip({ chunkSize: 256 * 1024 })
  raw.on('error', (cause) => guard.destroy(cause))
  gunzip.on('error', (cause) => guard.destroy(broken(cause)))
  guard.on('close', () => {
    raw.destroy()
    gunzip.destroy()
  })
  return raw.pipe(gunzip).pipe(guard)
}

export async function unpackWhole(path: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of unpack(path) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostSpreadsheetBytes) throw bomb()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

class Guard extends Transform {
  readonly #packed: () => number
  #bytes = 0
  constructor(packed: () => number) {
    super()
    this.#packed = packed
  }
  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length
    const dull = this.#bytes > harmlessBytes && this.#bytes > this.#packed() * mostRatio
    if (dull || this.#bytes > mostBytes) done(bomb())
    else done(null, chunk)
  }
}

/** Unpacks every entry of a zip once, counting only: sizes written in an archive are claims. */
export async function checkZip(zip: Buffer): Promise<void> {
  let total = 0
  for (const entry of entriesOf(zip)) {
    if (entry.method === 0) total += entry.data.length
    else {
      const inflate = createInflateRaw()
      inflate.end(entry.data)
      try {
        for await (const chunk of inflate as AsyncIterable<Buffer>) {
          total += chunk.length
          if (isMonstrous(total, zip.length)) throw bomb()
        }
      } catch (cause) {
        if ((cause as { code?: string }).code === 'import.archive_bomb') throw cause
        throw broken(cause)
      }
    }
    if (isMonstrous(total, zip.length)) throw bomb()
  }
}

const isMonstrous = (bytes: number, packed: number) => bytes > mostSpreadsheetBytes || (bytes > harmlessBytes && bytes > packed * mostRatio)

/** Entries by the directory at the archive's end (APPNOTE.TXT 4.3). */
function* entriesOf(zip: Buffer): Generator<{ method: number; data: Buffer }> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'))
  if (end < 0 || end + 22 > zip.length) throw broken('no directory')
  let at = zip.readUInt32LE(end + 16)
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (at + 46 > zip.length || zip.readUInt32LE(at) !== 0x02014b50) throw broken('directory')
    const local = zip.readUInt32LE(at + 42)
    if (local + 30 > zip.length || zip.readUInt32LE(local) !== 0x04034b50) throw broken('entry')
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    yield { method: zip.readUInt16LE(at + 10), data: zip.subarray(start, start + zip.readUInt32LE(at + 20)) }
    at += 46 + zip.readUInt16LE(at + 28) + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
}
