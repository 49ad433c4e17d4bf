import type Big from 'big.js'
import type { Context } from '../context.ts'
import { type AppError, appError } from '../errors.ts'
import type { ImportMapping } from './schema.ts'
import type { FileRow } from './source.ts'

export type ImportColumn = {
  /** `order_no`, `line.quantity`, `customer.phone`: the left side of a mapping. */
  key: string
  title: { zh: string; en: string }
  /** Headers that are known to mean this column; case, spaces and units in brackets do not matter. */
  aliases: readonly string[]
  required?: boolean
  /** A JSON value, which a JSON Lines file gives as an object. */
  json?: boolean
}

/** A column whose own titles are known headers too. */
export const importColumn = (
  key: string,
  zh: string,
  en: string,
  aliases: readonly string[],
  more: Pick<ImportColumn, 'required' | 'json'> = {},
): ImportColumn => ({ key, title: { zh, en }, aliases: [zh, en, ...aliases], ...more })

/** Something a file can hold. The engine reads, maps, counts and resumes; the kind knows what a row means. */
export type ImportKind = {
  name: string
  title: { zh: string; en: string }
  columns: readonly ImportColumn[]
  /** Keys that begin so are columns too, such as `attribute.`; `prepare` knows which of them exist. */
  openPrefix?: string
  prepare(ctx: Context, setup: ImportSetup): Promise<ImportRun>
}

/** One import under way. `read` sees every row of the file once, in order, and may remember; a row whose reading throws is refused. */
export type ImportRun<Row = unknown> = {
  read(row: FileRow): Row
  /** In one transaction with the checkpoint. Must be idempotent: a chunk may come again. */
  apply(ctx: Context, rows: readonly Row[]): Promise<Applied>
  /** After the last row, also of a cancelled import; idempotent. */
  finish?(ctx: Context): Promise<void>
  /** Counters of the kind's own, for the result. */
  counts?(): { orders?: number; refunds?: number }
}

export type Applied = { imported: number; updated: number; unchanged: number; rejected?: readonly { index: number; error: AppError }[] }

/** What a kind gets to read its columns with. Readers throw with the column's key as field. */
export type ImportSetup = {
  importId: number
  dryRun: boolean
  mapping: ImportMapping
  timezone: string
  currency: string
  isMapped(key: string): boolean
  /** All mapped keys. */
  keys: readonly string[]
  /** Trimmed text, empty when the cell is empty or the column absent. */
  text(key: string, most?: number): (row: FileRow) => string
  decimal(key: string): (row: FileRow) => Big | undefined
  date(key: string): (row: FileRow) => Date | undefined
  isRefund(row: FileRow): boolean
}

export function findImportKind(kinds: readonly ImportKind[], name: string): ImportKind {
  const found = kinds.find((kind) => kind.name === name)
  if (!found)
    throw appError('import.kind_unknown', {
      message: `"${name.slice(0, 40)}" is nothing that can be imported: ${kinds.map((kind) => kind.name).join(', ')}.`,
      field: 'kind',
    })
  return found
}
