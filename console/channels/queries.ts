import { useResource } from '#console/api/query.ts'
import type { Channel } from '#growth/channels/schema.ts'

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
