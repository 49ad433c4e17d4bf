// Uploaded files: three days under a media_id, or for ever as a picture with an address.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { now, type World } from './world.ts'

export type MediaType = 'image' | 'voice' | 'video' | 'file'
/** "message" from media/upload, "moment" and "album" from upload_attachment, "picture" from uploadimg. */
export type MediaScene = 'message' | 'moment' | 'album' | 'picture'
export type Media = {
  mediaId: string
  corpId: string
  type: MediaType
  scene: MediaScene
  fileName: string
  contentType: string
  size: number
  createdAt: number
  expiresAt: number | undefined
}
type Row = {
  media_id: string
  corp_id: string
  type: MediaType
  scene: MediaScene
  file_name: string
  content_type: string
  size: number
  created_at: number
  expires_at: number | null
}

export const mediaLifeMs = 3 * 24 * 3600_000

export function saveMedia(world: World, it: Media, bytes: Buffer): void {
  // The file first: a row never points to nothing, and a file without a row is harmless.
  writeFileSync(mediaPath(world, it.mediaId), bytes)
  world.store.run(
    'INSERT INTO media (media_id, corp_id, type, scene, file_name, content_type, size, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    it.mediaId,
    it.corpId,
    it.type,
    it.scene,
    it.fileName,
    it.contentType,
    it.size,
    it.createdAt,
    it.expiresAt ?? null,
  )
}

export function findMedia(world: World, mediaId: string): Media | undefined {
  const row = world.store.get<Row>('SELECT * FROM media WHERE media_id = ?', mediaId)
  return row && toMedia(row)
}

/** media_ids belong to the corp, whichever app uploaded them, and end after three days. */
export function findLiveMedia(world: World, corpId: string, mediaId: string): Media | undefined {
  const media = findMedia(world, mediaId)
  if (!media || media.corpId !== corpId) return undefined
  return media.expiresAt !== undefined && media.expiresAt <= now(world) ? undefined : media
}

export const readMedia = (world: World, media: Media): Buffer => readFileSync(mediaPath(world, media.mediaId))

export const picturesSince = (world: World, corpId: string, sinceMs: number): number =>
  world.store.get<{ n: number }>(
    `SELECT count(*) AS n FROM media WHERE corp_id = ? AND scene = 'picture' AND created_at >= ?`,
    corpId,
    sinceMs,
  )?.n ?? 0

export const mediaUrl = (world: World, mediaId: string): string => `${world.url}/media/${mediaId}`

/** The picture behind an address that uploadimg gave out, however often the sandbox has changed its port since. */
export const pictureIdOf = (url: string): string | undefined => /\/media\/([\w-]+)$/.exec(url)?.[1]

const mediaPath = (world: World, mediaId: string) => join(world.dataDir, 'media', mediaId)

/** By content, never by name: WeCom looks into the file too. */
export function kindOf(bytes: Buffer): string | undefined {
  if (bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png'
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  if (bytes.subarray(4, 8).toString('latin1') === 'ftyp') return 'video/mp4'
  if (bytes.subarray(0, 5).toString('latin1') === '#!AMR') return 'audio/amr'
  if (bytes.subarray(0, 4).toString('latin1') === '%PDF') return 'application/pdf'
  return undefined
}

const toMedia = (row: Row): Media => ({
  mediaId: row.media_id,
  corpId: row.corp_id,
  type: row.type,
  scene: row.scene,
  fileName: row.file_name,
  contentType: row.content_type,
  size: row.size,
  createdAt: row.created_at,
  expiresAt: row.expires_at ?? undefined,
})
