import { appError } from '#platform/errors.ts'
import { type CallOptions, callWecom, type Download, downloadWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { Upload } from './multipart.ts'

export type MediaType = 'image' | 'voice' | 'video' | 'file'

const megabyte = 1024 * 1024

/** doc 90253: more than five bytes, at most these. */
export const mediaLimits: Record<MediaType, number> = {
  image: 10 * megabyte,
  voice: 2 * megabyte,
  video: 10 * megabyte,
  file: 20 * megabyte,
}
/** doc 90256 */
export const imageLimits = { bytes: 2 * megabyte, perDay: 1000, perMonth: 3000 } as const
/** A media id ends after three days. */
export const mediaLifetimeMs = 3 * 86_400_000

export type StoredMedia = { mediaId: string; createdAt: number | undefined }

/** For messages; every app of the corp may use the id (doc 90253). */
export async function uploadMedia(app: WecomApp, type: MediaType, upload: Upload, options?: CallOptions): Promise<StoredMedia> {
  checkSize(upload, mediaLimits[type])
  const answer = await callWecom(app, 'media/upload', { query: { type }, multipart: upload }, options)
  return { mediaId: answer.media_id, createdAt: answer.created_at }
}

/** For moments (1) and product albums (2), which take no other media id (doc 95098). */
export async function uploadAttachment(
  app: WecomApp,
  type: 'image' | 'video' | 'file',
  scene: 1 | 2,
  upload: Upload,
  options?: CallOptions,
): Promise<StoredMedia> {
  checkSize(upload, mediaLimits[type])
  const answer = await callWecom(
    app,
    'media/upload_attachment',
    { query: { media_type: type, attachment_type: scene }, multipart: upload },
    options,
  )
  return { mediaId: answer.media_id, createdAt: answer.created_at }
}

/** A picture under a lasting address (doc 90256). */
export async function uploadImage(app: WecomApp, upload: Upload, options?: CallOptions): Promise<string> {
  checkSize(upload, imageLimits.bytes)
  return (await callWecom(app, 'media/uploadimg', { multipart: upload }, options)).url
}

/** doc 90254; an expired id is 40007. */
export function downloadMedia(app: WecomApp, mediaId: string, options?: CallOptions): Promise<Download> {
  return downloadWecom(app, 'media/get', { media_id: mediaId }, options)
}

function checkSize(upload: Upload, most: number): void {
  const bytes = upload.bytes.length
  if (bytes > 5 && bytes <= most) return
  throw appError('wecom.bad_request', {
    message: `The file must have more than 5 and at most ${most} bytes, this one has ${bytes}.`,
    field: 'file',
  })
}
