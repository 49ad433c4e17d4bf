import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import * as z from 'zod'
import { AppError, appError, describeError } from '#platform/errors.ts'
import { readArchiveMessage } from './archive/messages.ts'
import { archiveEnvelope } from './endpoints/archive.ts'
import { findEndpoint } from './endpoints/catalogue.ts'
import { errorCode } from './error-codes.ts'
import { readCallback } from './events/read-callback.ts'
import { readLeniently, withOdd } from './lenient.ts'
import { guessHint, guessShape } from './parse-guess.ts'
import { readVector } from './parse-vector.ts'
import { withoutNull } from './without-null.ts'

export type SampleHint = { kind?: string | undefined; endpoint?: string | undefined; file?: string | undefined }
export type Sample = { kind: string; type: string; known: boolean; value: unknown }
export type SampleLine = Sample & { file: string }

const indexRow = z.looseObject({ file: z.string(), kind: z.string().optional(), endpoint: z.string().optional() })
const indexFile = z.array(indexRow)
type Index = Map<string, z.output<typeof indexRow>>

/** One sample as its typed model. What no model takes comes back as it is, with `known` false; only unreadable text throws. */
export function parseSample(text: string, hint: SampleHint = {}): Sample {
  const source = text.replace(/^\uFEFF/, '').trim()
  if (source.startsWith('<')) return parseXmlSample(source)
  const value = parseJson(source)
  const { kind, endpoint } = { ...guessShape(value), ...withoutAbsent(guessHint(hint.file)), ...withoutAbsent(hint) }
  return parseJsonSample(kind ?? 'unknown', endpoint, value)
}

/** `liuliang wecom parse`: a line per file, kind and endpoint from the index, beside the file when none is named. */
export async function* parseWecomFiles(paths: readonly string[], indexPath?: string): AsyncGenerator<SampleLine> {
  const indexes = new Map<string, Index>()
  for (const path of paths) {
    const place = indexPath ?? join(dirname(path), 'index.json')
    if (path === place || (basename(path) === 'index.json' && indexPath === undefined)) continue
    const index = indexes.get(place) ?? (await readIndex(place, indexPath !== undefined))
    indexes.set(place, index)
    yield parseFile(path, await readText(path), index.get(basename(path)))
  }
}

/** The same over texts at hand. */
export function* parseFiles(
  files: Iterable<{ file: string; text: string }>,
  index: Iterable<z.input<typeof indexRow>> = [],
): Generator<SampleLine> {
  const rows = new Map([...index].map((row) => [row.file, row]))
  for (const { file, text } of files) yield parseFile(file, text, rows.get(basename(file)))
}

function parseFile(path: string, text: string, row: SampleHint | undefined): SampleLine {
  const file = basename(path)
  try {
    return { file, ...parseSample(text, { kind: row?.kind, endpoint: row?.endpoint, file }) }
  } catch (error) {
    // One broken file among many gets its own line; a mistake of ours must not hide behind it.
    if (!(error instanceof AppError)) throw error
    return { file, kind: 'unreadable', type: 'unknown', known: false, value: { error: describeError(error), text } }
  }
}

function parseXmlSample(source: string): Sample {
  const value = readCallback(source)
  return { kind: value.suiteId === undefined ? 'event' : 'event-suite', type: value.type, known: value.known, value }
}

function parseJsonSample(kind: string, endpoint: string | undefined, value: unknown): Sample {
  if (kind === 'msgaudit-plaintext') {
    const message = readArchiveMessage(value)
    return { kind, type: `msgaudit.message.${message.type}`, known: message.known, value: message.value }
  }
  if (kind === 'msgaudit-envelope') return { kind, type: 'msgaudit/getchatdata', ...taken(archiveEnvelope, value) }
  if (kind === 'crypto-vector') return { kind, ...readVector(value) }
  if (kind === 'api-error') return { kind, type: endpointType(endpoint), ...parseError(value) }
  const found = endpoint === undefined ? undefined : findEndpoint(endpoint)
  const model = kind === 'api-request' ? found?.endpoint.request : kind === 'api-response' ? found?.endpoint.response : undefined
  return { kind, type: endpointType(endpoint), ...taken(model, value) }
}

/** Errors look alike everywhere, so the model does not depend on the endpoint; its empty lists stay. */
const failure = z.looseObject({ errcode: z.number(), errmsg: z.string() })

function parseError(value: unknown) {
  const parsed = failure.safeParse(value)
  if (!parsed.success) return { known: false, value }
  const { meaning, reaction, fix } = errorCode(parsed.data.errcode)
  return { known: true, value: { ...parsed.data, meaning, reaction, ...(fix && { fix }) } }
}

function taken(model: z.ZodType | undefined, value: unknown) {
  const read = model && readLeniently(model, withoutNull(value))
  return read ? { known: true, value: withOdd(read) } : { known: false, value }
}

const endpointType = (endpoint: string | undefined) => endpoint?.replace(/^\/?(cgi-bin\/)?/, '') ?? 'unknown'

function withoutAbsent<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>
}

async function readIndex(path: string, required: boolean): Promise<Index> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined && !required) return new Map()
  if (text === undefined) throw appError('wecom_sample.index_missing', { message: `No index at ${path}.`, field: 'index' })
  const rows = indexFile.safeParse(parseJson(text))
  if (!rows.success && required)
    throw appError('wecom_sample.index_invalid', { message: `${path} is no list of {file, kind, endpoint}.`, field: 'index' })
  return new Map((rows.data ?? []).map((row) => [basename(row.file), row]))
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw appError('wecom_sample.file_missing', { message: `Cannot read ${path}.`, field: path, cause: error })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw appError('wecom_sample.not_json', { message: 'Neither XML nor JSON.', cause: error })
  }
}
