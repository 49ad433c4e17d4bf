import { AppError, appError } from '../errors.ts'
import type { ImportRun } from './kind.ts'
import type { Table } from './mapping.ts'
import type { FileRow, Source } from './source.ts'

export type Chunk = { items: { row: FileRow; value?: unknown; error?: AppError }[] }

/** Big enough for set-based statements, small enough for a transaction well under a second. */
const chunkRows = 2500

/**
 * Rows below the header, read by the kind, in chunks. Rows of an earlier run are read too, because the kind counts equal
 * rows over the whole file, but not given again.
 */
export async function* readChunks(source: Source, table: Table, run: ImportRun, done: number): AsyncGenerator<Chunk, void> {
  let seen = 0
  let items: Chunk['items'] = []
  for await (const rows of source.rows()) {
    for (const row of rows) {
      if (row.line <= table.headerLine || isBlank(row)) continue
      const item = read(run, row, table.headers.length)
      if (++seen <= done) continue
      items.push(item)
      if (items.length === chunkRows) {
        yield { items }
        items = []
      }
    }
  }
  if (items.length > 0) yield { items }
}

const isBlank = (row: FileRow): boolean => !row.error && row.cells.every((cell) => cell.trim() === '')

function read(run: ImportRun, row: FileRow, width: number): Chunk['items'][number] {
  if (row.error) return { row, error: row.error }
  if (row.cells.length > width && row.cells.slice(width).some((cell) => cell.trim() !== ''))
    return {
      row,
      error: appError('row.too_many_cells', {
        message: `The row has ${row.cells.length} cells, the header ${width}. A comma inside a text needs quotation marks around the text.`,
      }),
    }
  try {
    return { row, value: run.read(row) }
  } catch (error) {
    if (error instanceof AppError) return { row, error }
    throw error
  }
}
