// The attachments that welcome and mass messages share, checked as WeCom checks them.
import { z } from 'zod'
import { findLiveMedia, findMedia, type MediaType, pictureIdOf } from '../state/media.ts'
import type { Content, Kind } from '../state/messages.ts'
import { byteText, type Call, refuse, refuseParameter } from './protocol.ts'

const Page = z.string().superRefine((page, context) => {
  // The official text demands it: "注意小程序路径必须以.html为后缀".
  if (!/\.html(\?|$)/.test(page)) context.addIssue({ code: 'custom', message: 'must end with .html' })
})

const WithMedia = z.object({ media_id: z.string().min(1) })
export const Attachment = z.discriminatedUnion('msgtype', [
  z.object({ msgtype: z.literal('image'), image: z.object({ media_id: z.string().optional(), pic_url: z.string().optional() }) }),
  z.object({
    msgtype: z.literal('link'),
    link: z.object({ title: byteText(128, 1), picurl: byteText(2048).optional(), desc: byteText(512).optional(), url: byteText(2048, 1) }),
  }),
  z.object({
    msgtype: z.literal('miniprogram'),
    miniprogram: z.object({ title: byteText(64, 1), pic_media_id: z.string().min(1), appid: z.string().min(1), page: Page }),
  }),
  z.object({ msgtype: z.literal('video'), video: WithMedia }),
  z.object({ msgtype: z.literal('file'), file: WithMedia }),
])
export type Attachment = z.infer<typeof Attachment>

/** What the phone will show for it; refuses media that are gone or of another kind. */
export function readAttachment(call: Call, it: Attachment): { kind: Kind; content: Content } {
  if (it.msgtype === 'image') return readImage(call, it.image)
  if (it.msgtype === 'link')
    return { kind: 'link', content: { title: it.link.title, description: it.link.desc, url: it.link.url, imageUrl: it.link.picurl } }
  if (it.msgtype === 'miniprogram') {
    const { title, pic_media_id, appid, page } = it.miniprogram
    return { kind: 'miniprogram', content: { title, mediaId: liveMedia(call, pic_media_id, 'image').mediaId, appId: appid, page } }
  }
  const media = liveMedia(call, it.msgtype === 'video' ? it.video.media_id : it.file.media_id, it.msgtype)
  return { kind: it.msgtype, content: { mediaId: media.mediaId, fileName: media.fileName, size: media.size } }
}

function readImage(call: Call, image: { media_id?: string | undefined; pic_url?: string | undefined }): { kind: Kind; content: Content } {
  if (image.media_id) return { kind: 'image', content: { mediaId: liveMedia(call, image.media_id, 'image').mediaId } }
  if (!image.pic_url) return refuseParameter('image.media_id', 'and pic_url missing')
  const picture = findMedia(call.world, pictureIdOf(image.pic_url) ?? '')
  if (picture?.scene !== 'picture' || picture.corpId !== call.agent.corpId) return refuseParameter('image.pic_url', 'not from uploadimg')
  return { kind: 'image', content: { mediaId: picture.mediaId } }
}

function liveMedia(call: Call, mediaId: string, type: MediaType) {
  const media = findLiveMedia(call.world, call.agent.corpId, mediaId)
  // A moment's or album's upload cannot be sent as a message, nor one kind as another.
  return media && media.type === type && media.scene === 'message' ? media : refuse(40007)
}
