import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DateTime } from 'luxon'
import writeXlsx from 'write-excel-file/node'
import { csvLine, guardFormula } from './csv.ts'
import type { Cell } from './kind.ts'

export type Sheet = {
  headers: readonly string[]
  pages: AsyncIterable<Cell[][]>
  timezone: string
  onRows: (rows: number) => Promise<void> | void
}

/** A spreadsheet is built in memory; CSV is not. */
const mostRows = { csv: 1_000_000, xlsx: 100_000 }

export type Written = { rows: number; truncated: boolean }

/** Writes the pages as they come, up to the cap. */
export async function writeSheet(path: string, format: 'csv' | 'xlsx', sheet: Sheet): Promise<Written> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const written: Written = { rows: 0, truncated: false }
  const rows = capped(sheet, mostRows[format], written)
  if (format === 'csv') await pipeline(Readable.from(csvText(sheet, rows)), createWriteStream(path, { mode: 0o600 }))
  else await writeFile(path, await spreadsheet(sheet, rows), { mode: 0o600 })
  return written
}

async function* capped(sheet: Sheet, most: number, written: Written): AsyncGenerator<Cell[][]> {
  for await (const page of sheet.pages) {
    const kept = page.slice(0, most - written.rows)
    written.rows += kept.length
    if (kept.length > 0) yield kept
    await sheet.onRows(written.rows)
    if (kept.length < page.length) {
      written.truncated = true
      return
    }
  }
}

/** With a byte order mark: without it spreadsheet programs take UTF-8 for the local encoding. */
async function* csvText({ headers, timezone }: Sheet, pages: AsyncIterable<Cell[][]>): AsyncGenerator<string> {
  yield `\uFEFF${csvLine(headers)}`
  for await (const page of pages) yield page.map((row) => csvLine(row.map((cell) => plainCell(cell, timezone)))).join('')
}

async function spreadsheet({ headers, timezone }: Sheet, pages: AsyncIterable<Cell[][]>): Promise<Buffer> {
  const rows: unknown[][] = [headers.map((value) => ({ value, fontWeight: 'bold' as const }))]
  for await (const page of pages) for (const row of page) rows.push(row.map((cell) => sheetCell(plainCell(cell, timezone))))
  return (await writeXlsx(rows as never).toBuffer()) as Buffer
}

const sheetCell = (cell: string | number | null) =>
  cell === null ? null : typeof cell === 'number' ? { value: cell, type: Number } : { value: guardFormula(cell), type: String }

/** Times as the tenant's wall clock. */
const plainCell = (cell: Cell, timezone: string): string | number | null =>
  cell instanceof Date ? DateTime.fromJSDate(cell, { zone: timezone }).toFormat('yyyy-MM-dd HH:mm:ss') : cell
