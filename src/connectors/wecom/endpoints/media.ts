import { get, id, nothing, number, object, post, read, some, text } from './define.ts'

const stored = object({ media_id: id }, { type: text, created_at: number })

/** Files: docs 90253 to 90256, 95098, 96219. Uploads go as multipart; a media id lives three days. */
export const mediaEndpoints = {
  'media/upload': post(some({ type: text }), stored, { doc: 90253, repeatable: true }),
  'media/uploadimg': post(nothing, object({ url: text }), { doc: 90256 }),
  'media/upload_attachment': post(some({ media_type: text, attachment_type: number }), stored, {
    doc: 95098,
    repeatable: true,
    limits: { attachment_type: { atLeast: 1, atMost: 2 } },
  }),
  'media/upload_by_url': post(object({ type: text, url: text }, { scene: number, filename: text, md5: text }), object({ jobid: id }), {
    doc: 96219,
    limits: { filename: { bytes: 128 }, url: { bytes: 2048 }, md5: { chars: 32, pattern: /^[0-9a-fA-F]{32}$/ } },
  }),
  'media/get_upload_by_url_result': read(
    object({ jobid: id }),
    some({ status: number, detail: some({ errcode: number, errmsg: text, media_id: id, created_at: number }) }),
    { doc: 96219 },
  ),
  /** Answers bytes; JSON only for an error. */
  'media/get': get(object({ media_id: id }), nothing, { doc: 90254 }),
  'media/get/jssdk': get(object({ media_id: id }), nothing, { doc: 90255 }),
}
