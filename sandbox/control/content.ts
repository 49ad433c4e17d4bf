// What a phone gets to show a piece of a message: its words, and the address of its file.
import { mediaUrl } from '../state/media.ts'
import type { Content } from '../state/messages.ts'
import type { World } from '../state/world.ts'

const pictured = new Set(['image', 'miniprogram', 'link'])

export function contentView(world: World, kind: string, { mediaId, ...content }: Content) {
  return { ...content, ...(mediaId ? { [pictured.has(kind) ? 'imageUrl' : 'fileUrl']: mediaUrl(world, mediaId) } : {}) }
}
