import { appError } from '../errors.ts'
import type { FileRow } from './source.ts'

/** A record longer than this was never meant: a quote was left open. */
const longestRecord = 256 * 1024

/**
 * Splits CSV text into rows as it comes. A quote that is never closed costs its own line, not the rest of the file, and
 * every row knows the line it starts on — the two things a stock parser does not give together.
 */
export async function* readCsv(chunks: AsyncIterable<string>, delimiter: string): AsyncGenerator<FileRow[]> {
  let text = ''
  let line = 1
  for await (const chunk of chunks) {
    const cut = splitRows(text + chunk, line, delimiter, false)
    if (cut.rows.length > 0) yield cut.rows
    text = cut.rest
    line = cut.line
  }
  const last = splitRows(text, line, delimiter, true)
  if (last.rows.length > 0) yield last.rows
}

type Cut = { rows: FileRow[]; rest: string; line: number }

function splitRows(text: string, firstLine: number, delimiter: string, final: boolean): Cut {
  const rows: FileRow[] = []
  let at = 0
  let line = firstLine
  while (at < text.length) {
    const record = readRecord(text, at, delimiter, final)
    const open = record === undefined && (final || text.length - at > longestRecord)
    if (record === undefined && !open) break
    const found = record ?? brokenLine(text, at)
    if (found.cells.length > 1 || found.cells[0] !== '') rows.push({ line, cells: found.cells, ...(open ? { error: openQuote() } : {}) })
    line += found.lines
    at = found.next
  }
  return { rows, rest: text.slice(at), line }
}

type Record = { cells: string[]; next: number; lines: number }

/** Undefined when the text ends before the record does. */
function readRecord(text: string, start: number, delimiter: string, final: boolean): Record | undefined {
  const separator = delimiter.charCodeAt(0)
  const cells: string[] = []
  let at = start
  let lines = 1
  for (;;) {
    let cell = ''
    if (text.charCodeAt(at) === 34) {
      const quoted = readQuoted(text, at + 1, final)
      if (!quoted) return undefined
      cell = quoted.value
      lines += quoted.lines
      at = quoted.next
    }
    let end = at
    let code = text.charCodeAt(end)
    // Past the end of the text the code is NaN.
    while (end < text.length && code !== separator && code !== 10 && code !== 13) code = text.charCodeAt(++end)
    if (end === text.length && !final) return undefined
    cells.push(end === at ? cell : cell + text.slice(at, end))
    if (end === text.length) return { cells, next: end, lines }
    if (code === separator) {
      at = end + 1
      continue
    }
    // The second half of a CR LF may still be on its way.
    if (code === 13 && end + 1 === text.length && !final) return undefined
    return { cells, next: end + (code === 13 && text.charCodeAt(end + 1) === 10 ? 2 : 1), lines }
  }
}

function readQuoted(text: string, start: number, final: boolean): { value: string; next: number; lines: number } | undefined {
  let value = ''
  let at = start
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0 || (quote + 1 === text.length && !final)) return undefined
    if (text.charCodeAt(quote + 1) === 34) {
      value += text.slice(at, quote + 1)
      at = quote + 2
      continue
    }
    value += text.slice(at, quote)
    return { value, next: quote + 1, lines: value.split('\n').length - 1 }
  }
}

function brokenLine(text: string, start: number): Record {
  const end = text.indexOf('\n', start)
  const next = end < 0 ? text.length : end + 1
  return { cells: [text.slice(start, next).trimEnd()], next, lines: 1 }
}

const openQuote = () => appError('csv.quote_open', { message: 'A quotation mark in this line is never closed.' })

/** The separator that the first lines agree on. */
export function sniffDelimiter(sample: string): string {
  const lines = sample.split(/\r?\n/, 20).filter((line) => line !== '')
  const counts = [',', '\t', ';', '|'].map((delimiter) => ({
    delimiter,
    fields: lines.reduce((sum, line) => sum + line.split(delimiter).length - 1, 0),
  }))
  return counts.sort((a, b) => b.fields - a.fields)[0]?.delimiter ?? ','
}
