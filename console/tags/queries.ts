import type { z } from 'zod'
import { patch, post, remove } from '#console/api/client.ts'
import { useCommand, useResource } from '#console/api/query.ts'
import type { TagGroupItem, TagHealth, TagTemplateList } from '#management/tags/schema.ts'

export type TagGroup = TagGroupItem
export type Tag = TagGroupItem['tags'][number]
export type TagTemplate = z.infer<typeof TagTemplateList>['items'][number]

export const useTagGroups = () => useResource<{ items: TagGroup[] }>('tag-groups')
export const useTagHealth = () => useResource<z.infer<typeof TagHealth>>('tags/health')
export const useTagTemplates = (enabled: boolean) => useResource<{ items: TagTemplate[] }>('tag-templates', {}, { enabled })

export const useSaveGroup = () =>
  useCommand(
    ({ id, ...body }: { id?: string; name?: string; order?: number }) => (id ? patch(`tag-groups/${id}`, body) : post('tag-groups', body)),
    touched,
  )
export const useDeleteGroup = () => useCommand((id: string) => remove(`tag-groups/${id}`), touched)
export const useSaveTag = () =>
  useCommand(
    ({ id, ...body }: { id?: string; groupId?: string; name?: string; order?: number }) =>
      id ? patch(`tags/${id}`, body) : post('tags', body),
    touched,
  )
export const useDeleteTag = () => useCommand((id: string) => remove(`tags/${id}`), touched)
export const useApplyTemplate = () => useCommand((templateId: string) => post('tag-templates', { templateId }), touched)

const touched = ['tag-groups', 'tags', 'customers']
