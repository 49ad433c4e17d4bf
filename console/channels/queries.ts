import { patch, post, remove } from '#console/api/client.ts'
import { useCommand, useResource } from '#console/api/query.ts'
import type { Channel } from '#growth/channels/schema.ts'

export const useChannels = () => useResource<{ items: Channel[] }>('channels')

export const useSaveChannel = () =>
  useCommand(
    ({ id, ...body }: { id?: string | undefined } & Record<string, unknown>) =>
      id ? patch<Channel>(`channels/${id}`, body) : post<Channel>('channels', body),
    touched,
  )
export const useDeleteChannel = () => useCommand((id: string) => remove(`channels/${id}`), touched)

const touched = ['channels', 'live-codes', 'customers']

/** Channels as choices of a filter, each named with its parents. */
export function useChannelNames(): { value: string; label: string }[] {
  const channels = useResource<{ items: Pick<Channel, 'id' | 'name' | 'parentId'>[] }>('channels')
  return channelPaths(channels.data?.items ?? [])
}

/** The server lists parents before their children. */
export function channelPaths(channels: Pick<Channel, 'id' | 'name' | 'parentId'>[]): { value: string; label: string }[] {
  const paths = new Map<string, string>()
  for (const { id, name, parentId } of channels) {
    const above = parentId ? paths.get(parentId) : undefined
    paths.set(id, above ? `${above} / ${name}` : name)
  }
  return [...paths].map(([value, label]) => ({ value, label }))
}
