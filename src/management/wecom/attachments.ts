import type { Context } from '#platform/context.ts'
import { type MediaFile, type MediaOptions, mediaIdOf } from './media.ts'

/** An attachment of a greeting or a mass message whose files can be read. */
export type ReadyAttachment =
  | { kind: 'image' | 'video' | 'file'; file: MediaFile }
  | { kind: 'link'; title: string; url: string; picUrl?: string; description?: string }
  | { kind: 'miniprogram'; title: string; appId: string; page: string; picture: MediaFile }

/** As WeCom takes it in greetings (doc 92137) and mass messages (doc 92135): files are brought there first. */
export async function attachmentForWecom(ctx: Context, corp: number, attachment: ReadyAttachment, options: MediaOptions) {
  const media = (file: MediaFile) => mediaIdOf(ctx, corp, file, options)
  if (attachment.kind === 'link')
    return {
      msgtype: 'link',
      link: {
        title: attachment.title,
        url: attachment.url,
        ...(attachment.picUrl && { picurl: attachment.picUrl }),
        ...(attachment.description && { desc: attachment.description }),
      },
    }
  if (attachment.kind === 'miniprogram')
    return {
      msgtype: 'miniprogram',
      miniprogram: {
        title: attachment.title,
        appid: attachment.appId,
        page: attachment.page,
        pic_media_id: await media(attachment.picture),
      },
    }
  return { msgtype: attachment.kind, [attachment.kind]: { media_id: await media(attachment.file) } }
}
