import type { Context } from '../context.ts'
import { appError } from '../errors.ts'

export type Cell = string | number | Date | null

export type ExportQuery = { filter?: unknown; q?: string | undefined }

/** A list that can be taken away as a file. */
export type ExportKind = {
  name: string
  title: { zh: string; en: string }
  /** Needed beside `exports.write`. */
  permission: string
  columns: readonly { zh: string; en: string }[]
  /** Throws for a filter that the list does not understand, before anything is queued. */
  check(query: ExportQuery): void
  /** Pages of rows, as far as the actor of `ctx` may see. */
  rows(ctx: Context, query: ExportQuery, options: ExportOptions): AsyncIterable<Cell[][]>
}

/** Phone numbers are whole only where `revealPhone` says so; words of ours are in the company's language. */
export type ExportOptions = { revealPhone: boolean; language: 'zh' | 'en' }

export function findExportKind(kinds: readonly ExportKind[], name: string): ExportKind {
  const found = kinds.find((kind) => kind.name === name)
  if (!found)
    throw appError('export.kind_unknown', {
      message: `"${name.slice(0, 40)}" is nothing that can be exported: ${kinds.map((kind) => kind.name).join(', ')}.`,
      field: 'what',
    })
  return found
}
