import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import iconv from 'iconv-lite'
import { type AppError, appError } from '../errors.ts'
import { readCsv, sniffDelimiter } from './csv.ts'
import { flatKeys, readJsonLines } from './json-lines.ts'
import { unpack } from './unpack.ts'
import { readSpreadsheet } from './xlsx.ts'

export type FileRow = {
  /** The line of the file it starts on, from 1. */
  line: number
  cells: readonly string[]
  /** What is wrong with the row as a whole. */
  error?: AppError
}

/** A file that has been looked through once and can be read from its start any number of times. */
export type Source = {
  format: 'csv' | 'xlsx' | 'jsonl'
  encoding: string
  /** Lines, counted in the first look; rows with line breaks inside count more than once. */
  lines: number
  /** JSON Lines have no header row: the keys of the first thousand objects. */
  keys: readonly string[] | undefined
  rows(): AsyncIterable<FileRow[]>
}

type Wanted = { encoding?: string | undefined /** Keys whose values stay JSON. */; json?: readonly string[] }

/** Looks through a file: what it is, how it is encoded, how long it is, and that it does not unpack to something monstrous. */
export async function openSource(path: string, wanted: Wanted = {}): Promise<Source> {
  const head = await readHead(path)
  const packed = head[0] === 0x1f && head[1] === 0x8b
  const start = packed ? await firstBytes(unpack(path)) : head
  if (start.subarray(0, 4).equals(Buffer.from('PK\x03\x04'))) return openSpreadsheet(path, packed)
  refuseBinary(start)
  const bytes = () => (packed ? unpack(path) : createReadStream(path, { highWaterMark: 256 * 1024 }))
  const survey = await lookThrough(bytes())
  const encoding = decideEncoding(survey, wanted.encoding)
  const texts = () => decode(bytes(), encoding)
  const sample = await firstText(texts())
  const isJson = /^\s*\{/.test(sample)
  if (/^\s*\[\s*[{[]/.test(sample))
    throw appError('import.json_array', { message: 'This is one JSON array. Give JSON Lines: one object a line.' })
  const keys = isJson ? await flatKeys(texts(), wanted.json ?? []) : undefined
  const delimiter = sniffDelimiter(sample)
  return {
    format: isJson ? 'jsonl' : 'csv',
    encoding,
    lines: survey.lines,
    keys,
    rows: () => (keys ? readJsonLines(texts(), keys, wanted.json ?? []) : readCsv(texts(), delimiter)),
  }
}

async function openSpreadsheet(path: string, packed: boolean): Promise<Source> {
  const rows = await readSpreadsheet(path, packed)
  return {
    format: 'xlsx',
    encoding: 'utf-8',
    lines: rows.length,
    keys: undefined,
    rows: async function* () {
      yield rows
    },
  }
}

async function readHead(path: string): Promise<Buffer> {
  const size = await stat(path).then(
    ({ size }) => size,
    () => {
      throw appError('import.file_missing', { status: 404, message: 'There is no file at this path.', field: 'file' })
    },
  )
  if (size === 0) throw appError('import.file_empty', { message: 'The file is empty.', field: 'file' })
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function firstBytes(stream: Readable): Promise<Buffer> {
  for await (const chunk of stream) return chunk as Buffer
  throw appError('import.file_empty', { message: 'The file is empty.', field: 'file' })
}

async function firstText(texts: AsyncIterable<string>): Promise<string> {
  for await (const text of texts) if (text.trim() !== '') return text.slice(0, 65_536)
  throw appError('import.file_empty', { message: 'The file is empty.', field: 'file' })
}

function refuseBinary(start: Buffer): void {
  if (start.subarray(0, 4).equals(Buffer.from([0xd0, 0xcf, 0x11, 0xe0])))
    throw appError('import.xls_old', { message: 'This is the old .xls format. Save it as .xlsx or CSV.', field: 'file' })
  const utf16 = start[0] === 0xff && start[1] === 0xfe
  if (!utf16 && start.subarray(0, 512).filter((byte) => byte === 0).length > 4)
    throw appError('import.not_text', { message: 'This is neither CSV, XLSX nor JSON Lines.', field: 'file' })
}

type Survey = { lines: number; utf8: boolean; utf16: boolean }

async function lookThrough(bytes: Readable): Promise<Survey> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const survey: Survey = { lines: 0, utf8: true, utf16: false }
  let last = 10
  let first = true
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    if (first) survey.utf16 = chunk[0] === 0xff && chunk[1] === 0xfe
    first = false
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) survey.lines++
    last = chunk.at(-1) ?? last
    if (survey.utf8) survey.utf8 = decodes(decoder, chunk)
  }
  if (survey.utf8) survey.utf8 = decodes(decoder, undefined)
  return { ...survey, lines: survey.lines + (last === 10 ? 0 : 1) }
}

function decodes(decoder: TextDecoder, chunk: Buffer | undefined): boolean {
  try {
    decoder.decode(chunk, { stream: chunk !== undefined })
    return true
  } catch {
    return false
  }
}

/** What is said counts; otherwise UTF-8 where every byte agrees, and GB18030 (which contains GBK and GB2312) where not. */
function decideEncoding(survey: Survey, said: string | undefined): string {
  if (survey.utf16) return 'utf-16le'
  if (said === 'utf-8' || said === 'utf8') {
    if (!survey.utf8)
      throw appError('import.encoding_wrong', {
        message: 'The file is not UTF-8. Leave the encoding out to have it found.',
        field: 'encoding',
      })
    return 'utf-8'
  }
  if (said) return said.startsWith('gb') ? 'gb18030' : said
  return survey.utf8 ? 'utf-8' : 'gb18030'
}

async function* decode(bytes: Readable, encoding: string): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding === 'utf-16le' ? 'utf16-le' : encoding)
  let first = true
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    const text = decoder.write(chunk)
    yield first && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    if (text !== '') first = false
  }
  const rest = decoder.end()
  if (rest) yield rest
}
