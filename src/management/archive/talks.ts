import { createHash } from 'node:crypto'
import type { MemberKind, TalkKind } from './schema.ts'

// Who is who in a message, and to which talk it belongs. Pure.

/** doc 91774 and the protocol's ids: customers begin with wm or wo, robots with wb; everybody else is a member. */
export function kindOf(member: string): MemberKind {
  if (/^w[mo][\w-]{8,}$/.test(member)) return 'customer'
  return /^wb[\w-]{8,}$/.test(member) ? 'robot' : 'employee'
}

export type Talk = { kind: TalkKind; key: string }

const longestKey = 300

/** A room, two people whoever of them speaks, or several without a room. */
export function talkOf({ sender, receivers, room }: { sender: string; receivers: readonly string[]; room: string }): Talk {
  if (room) return { kind: 'room', key: room }
  const people = [...new Set([sender, ...receivers])].filter((one) => one !== '').sort()
  const key = people.join('|')
  return {
    kind: people.length <= 2 ? 'pair' : 'several',
    key: key.length <= longestKey ? key : createHash('sha256').update(key).digest('hex'),
  }
}

/** What a message holds of files, in the order in which they stand in it. */
export type MediaItem = { sdkFileId: string; name: string; bytes: number | null; md5: string }

export function mediaOf(message: unknown, found: MediaItem[] = [], depth = 0): MediaItem[] {
  if (typeof message !== 'object' || message === null || depth > 8) return found
  const one = message as Record<string, unknown>
  if (typeof one.sdkfileid === 'string' && one.sdkfileid !== '')
    found.push({
      sdkFileId: one.sdkfileid,
      name: text(one.filename) || text(one.title),
      bytes: [one.filesize, one.imagesize, one.voice_size].find((size) => typeof size === 'number') ?? null,
      md5: text(one.md5sum),
    })
  for (const inner of Object.values(one)) mediaOf(inner, found, depth + 1)
  return found
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** PostgreSQL's text holds neither NUL nor half of a surrogate pair, wherever in a message it stands. */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed() as T
  if (Array.isArray(value)) return value.map(storable) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [storable(key), storable(one)])) as T
}
