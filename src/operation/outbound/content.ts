import type { MassAttachment, MassContent } from '#connectors/wecom/mass-messages.ts'
import { attachmentForWecom } from '#management/wecom/attachments.ts'
import { readyAttachments } from '#operation/contents/media.ts'
import { readContent } from '#operation/contents/queries.ts'
import type { Context } from '#platform/context.ts'

/** The content as WeCom takes it for mass messages; `again`: WeCom refused the ids of its files. A file that is gone is left out. */
export async function massContent(ctx: Context, corp: number, id: number, again = false): Promise<MassContent> {
  const { text, attachments } = await readContent(ctx, id)
  const made: MassAttachment[] = []
  for (const one of await readyAttachments(ctx, corp, attachments))
    made.push((await attachmentForWecom(ctx, corp, one, { again })) as MassAttachment)
  return { ...(text.trim() && { text }), ...(made.length > 0 && { attachments: made }) }
}
