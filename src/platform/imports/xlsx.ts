import { readFile } from 'node:fs/promises'
import { readSheet } from 'read-excel-file/node'
import { appError } from '../errors.ts'
import type { FileRow } from './source.ts'
import { checkZip, unpackWhole } from './unpack.ts'

/**
 * The first sheet as texts. The format keeps shared texts at its end and no reader of it streams, so the whole sheet is
 * held in memory; `checkZip` has made sure that it fits.
 */
export async function readSpreadsheet(path: string, packed: boolean): Promise<FileRow[]> {
  const zip = packed ? await unpackWhole(path) : await readFile(path)
  await checkZip(zip)
  try {
    const rows = await readSheet(zip)
    return rows.flatMap((cells, i) => (cells.every((cell) => cell === null) ? [] : [{ line: i + 1, cells: cells.map(textOf) }]))
  } catch (cause) {
    throw appError('import.spreadsheet_broken', {
      message: 'The spreadsheet cannot be read. Open it, save it again as .xlsx, and try once more.',
      field: 'file',
      cause,
    })
  }
}

/** Dates in a spreadsheet know no zone: their wall clock is given as text, to be read in the mapping's zone. */
function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) return wallClock(cell)
  if (typeof cell === 'number') return numberText(cell)
  return String(cell)
}

/** Fifteen digits, as the spreadsheet itself shows them: 19.989999999999998 in the file was typed as 19.99. */
const numberText = (value: number): string => (Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(15))))

/** A day is a number there and its seconds are fractions: 18:30:00 comes out as 18:29:59.999 unless it is rounded. */
const wallClock = (at: Date): string => new Date(Math.round(at.getTime() / 1000) * 1000).toISOString().slice(0, 19).replace('T', ' ')
