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

/** doc 96219: WeCom fetches the file itself, in pieces, so the address must bear Range. */
export const uploadByUrlLimits = { bytes: 200 * megabyte, fileNameBytes: 128, urlBytes: 2048, jobMinutes: 60 } as const

/** doc 96219: video or file only, `md5` in hex. Answers a job; the event `upload_media_job_finish` tells when it is over. */
export async function uploadByUrl(
  app: WecomApp,
  file: { type: 'video' | 'file'; fileName: string; url: string; md5: string },
  options?: CallOptions,
): Promise<string> {
  const body = { scene: 1, type: file.type, filename: file.fileName, url: file.url, md5: file.md5 }
  return (await callWecom(app, 'media/upload_by_url', { body }, options)).jobid
}

export type UploadJob = { state: 'running' } | { state: 'done'; media: StoredMedia } | { state: 'failed'; errcode: number; errmsg: string }

/** doc 96219: kept for an hour; why a fetch failed stands in its own code (40058 for most), not in an error of this call. */
export async function readUploadJob(app: WecomApp, jobId: string, options?: CallOptions): Promise<UploadJob> {
  const { status, detail = {} } = await callWecom(app, 'media/get_upload_by_url_result', { body: { jobid: jobId } }, options)
  if (status === 2 && detail.media_id) return { state: 'done', media: { mediaId: detail.media_id, createdAt: detail.created_at } }
  return status === 3 ? { state: 'failed', errcode: detail.errcode ?? -1, errmsg: detail.errmsg ?? '' } : { state: 'running' }
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
