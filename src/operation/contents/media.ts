import { uploadImage } from '#connectors/wecom/media.ts'
import { wecomApp } from '#management/wecom/app.ts'
import type { ReadyAttachment } from '#management/wecom/attachments.ts'
import { type MediaFile, mediaIdOf } from '#management/wecom/media.ts'
import type { Context } from '#platform/context.ts'
import { type FileFacts, fileFacts, readFileBytes } from '#platform/files.ts'
import { filesOf, type StoredAttachment } from './schema.ts'

/** Attachments with their files ready to be sent. One whose file is gone is left out. */
export async function readyAttachments(ctx: Context, corp: number, attachments: readonly StoredAttachment[]): Promise<ReadyAttachment[]> {
  const ready = await Promise.all(attachments.map((one) => readyAttachment(ctx, corp, one)))
  return ready.filter((one) => one !== undefined)
}

async function readyAttachment(ctx: Context, corp: number, attachment: StoredAttachment): Promise<ReadyAttachment | undefined> {
  if (attachment.kind === 'link') {
    const { kind, title, url, description, picture } = attachment
    const picUrl = picture === undefined ? undefined : await pictureUrl(ctx, corp, picture)
    return { kind, title, url, ...(description && { description }), ...(picUrl && { picUrl }) }
  }
  const number = attachment.kind === 'miniprogram' ? attachment.picture : attachment.file
  const facts = await fileFacts(ctx, number)
  if (!facts) {
    ctx.log.warn({ file: number }, 'a file of a message is gone')
    return undefined
  }
  if (attachment.kind === 'miniprogram') {
    const { kind, title, appId, page } = attachment
    return { kind, title, appId, page, picture: mediaFile(ctx, facts, 'image') }
  }
  return { kind: attachment.kind, file: mediaFile(ctx, facts, attachment.kind) }
}

export const mediaFile = (ctx: Context, facts: FileFacts, kind: 'image' | 'video' | 'file'): MediaFile => ({
  key: facts.sha256,
  kind,
  name: facts.name,
  contentType: facts.contentType,
  read: () => readFileBytes(ctx, facts.id),
})

/** WeCom keeps link pictures for ever under an address of its own (doc 90256), so each is brought there once. */
export async function pictureUrl(ctx: Context, corp: number, file: number): Promise<string | undefined> {
  const known = await ctx.db
    .selectFrom('liveCodePictures')
    .select('url')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('fileId', '=', file)
    .executeTakeFirst()
  if (known) return known.url
  const facts = await fileFacts(ctx, file)
  if (!facts) return undefined
  const upload = { fileName: facts.name, contentType: facts.contentType, bytes: await readFileBytes(ctx, file) }
  const url = await uploadImage(await wecomApp(ctx, corp), upload, { lane: 'first', requestId: ctx.requestId })
  await ctx.db
    .insertInto('liveCodePictures')
    .values({ tenantId: ctx.tenantId, corp, fileId: file, url })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return url
}

/** Long enough that nobody waits for an upload between two rounds. */
const aheadMs = 12 * 3_600_000

/** Brings every file to WeCom before it is needed, and again before its three days are over. */
export async function prepareFiles(ctx: Context, corp: number, attachments: readonly StoredAttachment[]): Promise<void> {
  for (const { kind, file } of filesOf(attachments)) {
    if (kind === 'picture') await pictureUrl(ctx, corp, file)
    else {
      const facts = await fileFacts(ctx, file)
      if (facts) await mediaIdOf(ctx, corp, mediaFile(ctx, facts, kind), { forMs: aheadMs })
    }
  }
}
