import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { AppError } from '../errors.ts'
import { csvLine } from '../exports/csv.ts'
import { type Language, reasonOf } from './reasons.ts'
import type { FileRow } from './source.ts'

export type Rejection = { row: FileRow; error: AppError }

/**
 * Adds to the error file at the place the checkpoint names and returns the new end: after a crash the same rows are written
 * over themselves. The original columns come first, so that a corrected file can be imported as it is.
 */
export async function writeRejected(
  path: string,
  at: number,
  rejected: readonly Rejection[],
  { headers, language }: { headers: readonly string[]; language: Language },
): Promise<number> {
  if (rejected.length === 0) return at
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const head = at === 0 ? `\uFEFF${csvLine([...headers, 'line', 'code', 'field', 'message'])}` : ''
  const bytes = Buffer.from(head + rejected.map((one) => line(one, headers.length, language)).join(''))
  const file = await open(path, at === 0 ? 'w' : 'r+', 0o600)
  try {
    await file.write(bytes, 0, bytes.length, at)
    await file.truncate(at + bytes.length)
  } finally {
    await file.close()
  }
  return at + bytes.length
}

const line = ({ row, error }: Rejection, width: number, language: Language): string =>
  csvLine([
    ...Array.from({ length: width }, (_, i) => row.cells[i] ?? ''),
    row.line,
    error.code,
    error.field ?? '',
    reasonOf(error, language),
  ])
