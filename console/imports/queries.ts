import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { post, remove } from '#console/api/client.ts'
import { useCommand, useList, useResource } from '#console/api/query.ts'
import { firstPart } from '#console/imports/first-part.ts'
import type { ImportKindView, ImportMapping, ImportPreview, ImportView } from '#platform/imports/schema.ts'

export type Kind = z.infer<typeof ImportKindView>

export const isUnderWay = ({ state }: ImportView): boolean => state === 'waiting' || state === 'running'

export const useImportKinds = () => useResource<{ items: Kind[] }>('imports/kinds')

export const useImports = () => useList<ImportView>('imports', {}, (rows) => (rows.some(isUnderWay) ? 1500 : false))

/** Follows one import until it is over. */
export const useImport = (id: string | undefined) =>
  useResource<ImportView>(
    `imports/${id}`,
    {},
    { enabled: id !== undefined, refetchInterval: (row) => (row && isUnderWay(row) ? 800 : false) },
  )

/** The preview of a big text file needs its beginning only; its number of rows is then an estimate. */
export function usePreview(file: File | undefined, kind: string | undefined, mapping: ImportMapping) {
  return useQuery({
    queryKey: ['import-preview', file?.name, file?.size, file?.lastModified, kind, mapping],
    enabled: file !== undefined && kind !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      if (!file || !kind) throw new Error('a preview needs a file')
      const part = await firstPart(file)
      const preview = await post<ImportPreview>('imports/preview', formOf(part, kind, mapping))
      return part === file ? preview : { ...preview, total: Math.round((preview.total * file.size) / part.size) }
    },
  })
}

export const useStartImport = () =>
  useCommand(
    ({ file, kind, mapping, dryRun }: { file: File; kind: string; mapping: ImportMapping; dryRun: boolean }) =>
      post<{ id: string }>('imports', formOf(file, kind, mapping, dryRun)),
    ['imports', 'tasks'],
  )

export const useCancelImport = () => useCommand((id: string) => remove(`imports/${id}`), ['imports', 'tasks'])

function formOf(file: File, kind: string, mapping: ImportMapping, dryRun = false): FormData {
  const form = new FormData()
  form.append('kind', kind)
  form.append('mapping', JSON.stringify(mapping))
  if (dryRun) form.append('dryRun', 'true')
  form.append('file', file, file.name)
  return form
}
