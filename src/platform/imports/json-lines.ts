import { type AppError, appError } from '../errors.ts'
import type { FileRow } from './source.ts'

const longestLine = 1_000_000
const deepest = 12
/** A column of this key is the whole object, for kinds whose objects have more shapes than columns. */
const wholeLine = '$'

/** One object a line; nested keys are columns with dots. Numbers keep their digits: an id of 19 digits comes out as it went in. */
export async function* readJsonLines(
  texts: AsyncIterable<string>,
  keys: readonly string[],
  json: readonly string[],
): AsyncGenerator<FileRow[]> {
  for await (const lines of linesOf(texts)) {
    const rows = lines.flatMap(({ line, text }) => (text.trim() === '' ? [] : [rowOf(line, text, keys, json)]))
    if (rows.length > 0) yield rows
  }
}

export async function flatKeys(texts: AsyncIterable<string>, json: readonly string[]): Promise<string[]> {
  const keys = new Set<string>()
  let seen = 0
  for await (const lines of linesOf(texts)) {
    for (const { text } of lines) {
      if (text.trim() === '') continue
      const parsed = parseLine(text)
      if ('flat' in parsed) for (const key of flatten(parsed.flat, json).keys()) keys.add(key)
      if (++seen === 1000) return [...keys]
    }
  }
  return [...keys]
}

function rowOf(line: number, text: string, keys: readonly string[], json: readonly string[]): FileRow {
  const parsed = parseLine(text)
  if ('error' in parsed) return { line, cells: [text.slice(0, 2000)], error: parsed.error }
  const flat = flatten(parsed.flat, json)
  return { line, cells: keys.map((key) => flat.get(key) ?? '') }
}

function parseLine(text: string): { flat: Record<string, unknown> } | { error: AppError } {
  if (text.length > longestLine) return { error: appError('json.too_large', { message: 'A line may have a million letters.' }) }
  try {
    const value = JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { flat: value }
    return { error: appError('json.not_object', { message: 'Each line must be one JSON object.' }) }
  } catch {
    return { error: appError('json.malformed', { message: 'This line is not JSON.' }) }
  }
}

/** A number whose digits a JavaScript number cannot keep stays text. */
function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  return Number.isSafeInteger(value) || (Number.isFinite(value) && context.source.length < 16) ? value : context.source
}

function flatten(
  value: Record<string, unknown>,
  json: readonly string[],
  prefix = '',
  into = new Map<string, string>(),
  depth = 0,
): Map<string, string> {
  if (depth === 0 && json.includes(wholeLine)) into.set(wholeLine, JSON.stringify(value))
  for (const [name, one] of Object.entries(value)) {
    const key = prefix + name
    if (one === null || one === undefined) continue
    if (typeof one === 'object' && !json.includes(key) && !Array.isArray(one) && depth < deepest)
      flatten(one as Record<string, unknown>, json, `${key}.`, into, depth + 1)
    else into.set(key, typeof one === 'object' ? JSON.stringify(one) : String(one))
  }
  return into
}

async function* linesOf(texts: AsyncIterable<string>): AsyncGenerator<{ line: number; text: string }[]> {
  let rest = ''
  let line = 0
  for await (const chunk of texts) {
    const pieces = (rest + chunk).split('\n')
    rest = pieces.pop() ?? ''
    yield pieces.map((text) => ({ line: ++line, text }))
  }
  if (rest !== '') yield [{ line: line + 1, text: rest }]
}
