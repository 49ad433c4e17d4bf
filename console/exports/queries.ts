import { useList, useResource } from '#console/api/query.ts'

/** An export as the server lists it. */
export interface ExportRow {
  id: string
  what: string
  format: 'csv' | 'xlsx'
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  rows: number
  truncated: boolean
  bytes: number | null
  error: { code: string; message: string } | null
  createdAt: string
  finishedAt: string | null
  expiresAt: string | null
}

export const useExports = () =>
  useList<ExportRow>('exports', {}, (rows) => (rows.some(({ state }) => state === 'waiting' || state === 'running') ? 1500 : false))

export const useExportKinds = () => useResource<{ items: { name: string; title: { zh: string; en: string } }[] }>('exports/kinds')
