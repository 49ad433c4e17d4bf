// Files (section 15).
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import {
  findLiveMedia,
  kindOf,
  type Media,
  type MediaScene,
  type MediaType,
  mediaLifeMs,
  mediaUrl,
  picturesSince,
  readMedia,
  saveMedia,
} from '../state/media.ts'
import { dayMs, now, toSeconds } from '../state/world.ts'
import { type Call, type Endpoint, endpoint, Nothing, refuse, type UploadedFile } from './protocol.ts'

const mega = 1024 * 1024
const biggest: Record<MediaType, number> = { image: 10 * mega, voice: 2 * mega, video: 10 * mega, file: 20 * mega }
/** uploadimg: a thousand a day, three thousand a month. */
const picturesPerDay = 1000
const picturesPerMonth = 3000

const Type = z.enum(['image', 'voice', 'video', 'file'])

export const mediaEndpoints: Endpoint[] = [
  endpoint({
    path: 'media/upload',
    permission: 'media',
    upload: true,
    input: z.object({ type: z.string().default('') }),
    handle: (call, { type }) => {
      const media = store(call, wantedType(type), 'message')
      // A string here, a number in upload_attachment: so it is.
      return { errmsg: '', type: media.type, media_id: media.mediaId, created_at: String(toSeconds(media.createdAt)) }
    },
  }),
  endpoint({
    path: 'media/upload_attachment',
    permission: 'customers',
    upload: true,
    input: z.object({ media_type: z.string().default(''), attachment_type: z.enum(['1', '2']) }),
    handle: (call, input) => {
      const type = wantedType(input.media_type)
      if (type === 'voice') refuse(40004)
      const media = store(call, type, input.attachment_type === '1' ? 'moment' : 'album')
      return { type: media.type, media_id: media.mediaId, created_at: toSeconds(media.createdAt) }
    },
  }),
  endpoint({
    path: 'media/uploadimg',
    permission: 'media',
    upload: true,
    input: Nothing,
    handle: (call) => {
      const { world, agent } = call
      const at = now(world)
      if (
        picturesSince(world, agent.corpId, at - dayMs) >= picturesPerDay ||
        picturesSince(world, agent.corpId, at - 30 * dayMs) >= picturesPerMonth
      )
        refuse(45009)
      return { url: mediaUrl(world, store(call, 'image', 'picture', 2 * mega).mediaId) }
    },
  }),
  endpoint({
    path: 'media/get',
    method: 'GET',
    permission: 'media',
    input: z.object({ media_id: z.string().min(1) }),
    handle: ({ world, agent, query }, { media_id }) =>
      fileResponse(findLiveMedia(world, agent.corpId, media_id) ?? refuse(40007), (media) => readMedia(world, media), query.range),
  }),
]

export function fileResponse(media: Media, read: (media: Media) => Buffer, range: string | undefined): Response {
  const bytes = read(media)
  // Raw UTF-8 in a header is what WeCom sends; headers are latin1 in Node, so the bytes travel as such.
  const name = Buffer.from(media.fileName.replaceAll('"', '')).toString('latin1')
  const headers = {
    'content-type': media.contentType,
    'content-disposition': `attachment; filename="${name}"`,
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
  }
  const wanted = /^bytes=(\d+)-(\d*)$/.exec(range ?? '')
  if (!wanted) return new Response(new Uint8Array(bytes), { headers })
  const from = Number(wanted[1])
  const to = Math.min(wanted[2] ? Number(wanted[2]) : bytes.length - 1, bytes.length - 1)
  if (from > to) return new Response(null, { status: 416, headers: { 'content-range': `bytes */${bytes.length}` } })
  return new Response(new Uint8Array(bytes.subarray(from, to + 1)), {
    status: 206,
    headers: { ...headers, 'content-range': `bytes ${from}-${to}/${bytes.length}` },
  })
}

const wantedType = (type: string): MediaType => {
  const parsed = Type.safeParse(type)
  return parsed.success ? parsed.data : refuse(40004)
}

function store({ world, agent, file }: Call, type: MediaType, scene: MediaScene, most = biggest[type]): Media {
  if (!file || file.fileName === '') return refuse(41005)
  if (file.bytes.length <= 5 || file.bytes.length > most) refuse(40006)
  if (!looksLike(type, file)) refuse(type === 'image' ? 40005 : 40004)
  const at = now(world)
  const media: Media = {
    mediaId: (scene === 'picture' ? 'p' : '3') + randomBytes(32).toString('base64url'),
    corpId: agent.corpId,
    type,
    scene,
    fileName: file.fileName,
    contentType: kindOf(file.bytes) ?? 'application/octet-stream',
    size: file.bytes.length,
    createdAt: at,
    expiresAt: scene === 'picture' ? undefined : at + mediaLifeMs,
  }
  saveMedia(world, media, file.bytes)
  return media
}

function looksLike(type: MediaType, file: UploadedFile): boolean {
  const kind = kindOf(file.bytes)
  if (type === 'image') return kind === 'image/png' || kind === 'image/jpeg'
  if (type === 'video') return kind === 'video/mp4'
  if (type === 'voice') return kind === 'audio/amr'
  return true
}
