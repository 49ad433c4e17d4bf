import { id, list, number, object, some, text } from './define.ts'

/** Parts of a message to customers, with their bounds: docs 92137, 92135, 92366. */
export const content = some({ content: text })
export const image = some({ media_id: id, pic_url: text })
export const link = some({ title: text, picurl: text, desc: text, url: text, media_id: id })
export const miniprogram = some({ title: text, pic_media_id: id, appid: text, page: text })
export const video = some({ media_id: id, thumb_media_id: id })
export const file = some({ media_id: id })

export const attachment = object({ msgtype: text }, { image, link, miniprogram, video, file })
export const attachments = list(attachment)

/** What a temporary session sends at its end, and what a group greets with. */
export const kinds = { text: content, image, link, miniprogram, file, video }

export const attachmentLimits = {
  attachments: { items: 9 },
  'attachments.*.link.title': { bytes: 128 },
  'attachments.*.link.desc': { bytes: 512 },
  'attachments.*.link.url': { bytes: 2048 },
  'attachments.*.link.picurl': { bytes: 2048 },
  'attachments.*.miniprogram.title': { bytes: 64 },
} as const

/** Products use `type` where messages use `msgtype`. */
export const productAttachments = list(object({ type: text }, { image }))

export const statistics = {
  new_chat_cnt: number,
  chat_total: number,
  chat_has_msg: number,
  new_member_cnt: number,
  member_total: number,
  member_has_msg: number,
  msg_total: number,
  migrate_trainee_chat_cnt: number,
}
