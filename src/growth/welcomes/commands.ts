import { imageLimits } from '#connectors/wecom/media.ts'
import type { Context } from '#platform/context.ts'
import { AppError, appError } from '#platform/errors.ts'
import { type FileFacts, fileFacts } from '#platform/files.ts'
import { internalId } from '#platform/ids.ts'
import { type StoredWelcome, storeWelcome, type Welcome, welcomeBounds } from './schema.ts'

/** The greeting as it is kept: every file is known, of a kind WeCom takes, and not too big. `path` leads to it in the request. */
export async function storedWelcome(ctx: Context, welcome: Welcome, path: readonly (string | number)[]): Promise<StoredWelcome> {
  const used: { file: number; field: string; use: Use }[] = []
  const stored = storeWelcome(welcome, (text, at) => {
    const field = [...path, ...at].join('.')
    const file = fileNumber(ctx, text, field)
    used.push({ file, field, use: useOf(welcome, at) })
    return file
  })
  for (const { file, field, use } of used) checkFile(await fileFacts(ctx, file), use, field)
  return stored
}

export type Use = 'image' | 'file' | 'link_picture'

function useOf({ attachments }: Welcome, at: readonly (string | number)[]): Use {
  const kind = attachments[Number(at[1])]?.kind
  if (kind === 'file') return 'file'
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

const most: Record<Use, number> = { image: welcomeBounds.imageBytes, file: welcomeBounds.fileBytes, link_picture: imageLimits.bytes }

export function checkFile(facts: Pick<FileFacts, 'contentType' | 'bytes'> | undefined, use: Use, field: string): void {
  if (!facts) throw appError('file.not_found', { message: 'No such file; upload it first.', field })
  if (use !== 'file' && !pictures.includes(facts.contentType))
    throw appError('welcome.not_a_picture', { message: 'WeCom takes pictures as JPG or PNG.', field })
  if (facts.bytes <= 5 || facts.bytes > most[use])
    throw appError('welcome.file_size', {
      message: `WeCom takes files of more than 5 bytes and at most ${most[use] / 1024 / 1024} MB here.`,
      field,
    })
}
