import { patch, post, remove } from '#console/api/client.ts'
import { useCommand, useResource } from '#console/api/query.ts'

export const attributeTypes = ['text', 'number', 'date', 'boolean', 'choice'] as const

export interface Attribute {
  id: string
  key: string
  name: string
  type: (typeof attributeTypes)[number]
  choices: string[]
  order: number
}

export const useAttributes = () => useResource<{ items: Attribute[] }>('attributes')

export const useSaveAttribute = () =>
  useCommand(
    ({ id, ...body }: { id?: string | undefined; name?: string; type?: string; choices?: string[] }) =>
      id ? patch(`attributes/${id}`, body) : post('attributes', body),
    ['attributes', 'customers'],
  )
export const useDeleteAttribute = () => useCommand((id: string) => remove(`attributes/${id}`), ['attributes', 'customers'])
