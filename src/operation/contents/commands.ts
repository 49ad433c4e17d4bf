import { imageLimits } from '#connectors/wecom/media.ts'
import type { Context } from '#platform/context.ts'
import { AppError, appError } from '#platform/errors.ts'
import { type FileFacts, fileFacts } from '#platform/files.ts'
import { internalId } from '#platform/ids.ts'
import { type Attachment, type Content, contentBounds, type StoredAttachment, type StoredContent, storeAttachments } from './schema.ts'

/** Writes down what will be said; the row is never changed, so a change of mind is another row. Returns its number. */
export async function createContent(ctx: Context, content: Content, path: readonly (string | number)[] = []): Promise<number> {
  const stored: StoredContent = { text: content.text, attachments: await storedAttachments(ctx, content.attachments, path) }
  const { id } = await ctx.db
    .insertInto('contents')
    .values({
      tenantId: ctx.tenantId,
      text: stored.text,
      attachments: JSON.stringify(stored.attachments),
      createdAt: ctx.now(),
      createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Attachments as they are kept: every file is known, of a kind WeCom takes, and not too big. `path` leads to them in the request. */
export async function storedAttachments(
  ctx: Context,
  attachments: readonly Attachment[],
  path: readonly (string | number)[],
): Promise<StoredAttachment[]> {
  const [wrong] = await wrongFiles(ctx, attachments, path)
  if (wrong) throw wrong
  return storeAttachments(attachments, (text, at) => fileNumber(ctx, text, [...path, ...at].join('.')))
}

/** What is wrong with the files of attachments, one complaint a file, each with its field. */
export async function wrongFiles(
  ctx: Context,
  attachments: readonly Attachment[],
  path: readonly (string | number)[] = [],
): Promise<AppError[]> {
  const wrong: AppError[] = []
  for (const [at, one] of attachments.entries())
    for (const key of ['file', 'picture'] as const) {
      const text = (one as { file?: string; picture?: string | undefined })[key]
      const refusal =
        text === undefined ? undefined : await refusalOf(ctx, text, kindOfUse(one), [...path, 'attachments', at, key].join('.'))
      if (refusal) wrong.push(refusal)
    }
  return wrong
}

async function refusalOf(ctx: Context, text: string, use: Use, field: string): Promise<AppError | undefined> {
  try {
    checkFile(await fileFacts(ctx, fileNumber(ctx, text, field)), use, field)
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
}

export type Use = 'image' | 'video' | 'file' | 'link_picture'

function kindOfUse({ kind }: Attachment): Use {
  if (kind === 'file' || kind === 'video') return kind
  return kind === 'link' ? 'link_picture' : 'image'
}

export function fileNumber(ctx: Context, text: string, field: string): number {
  try {
    return internalId(ctx, 'fil', text)
  } catch (error) {
    if (error instanceof AppError) throw appError('file.not_found', { message: 'No such file; upload it first.', field })
    throw error
  }
}

const pictures = ['image/png', 'image/jpeg']

const most: Record<Use, number> = {
  image: contentBounds.imageBytes,
  video: contentBounds.videoBytes,
  file: contentBounds.fileBytes,
  link_picture: imageLimits.bytes,
}

export function checkFile(facts: Pick<FileFacts, 'contentType' | 'bytes'> | undefined, use: Use, field: string): void {
  if (!facts) throw appError('file.not_found', { message: 'No such file; upload it first.', field })
  if ((use === 'image' || use === 'link_picture') && !pictures.includes(facts.contentType))
    throw appError('welcome.not_a_picture', { message: 'WeCom takes pictures as JPG or PNG.', field })
  if (use === 'video' && facts.contentType !== 'video/mp4')
    throw appError('content.not_a_video', { message: 'WeCom takes videos as MP4.', field })
  if (facts.bytes <= 5 || facts.bytes > most[use])
    throw appError('welcome.file_size', {
      message: `WeCom takes files of more than 5 bytes and at most ${most[use] / 1024 / 1024} MB here.`,
      field,
    })
}
