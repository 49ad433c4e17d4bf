import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { type Content, StoredContent, showAttachments } from './schema.ts'

/** What is said, with the numbers of its files. */
export async function readContent(ctx: Context, id: number): Promise<StoredContent> {
  const row = await ctx.db
    .selectFrom('contents')
    .select(['text', 'attachments'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound('content')
  return StoredContent.parse(row)
}

/** The same as the outside sees it. */
export async function showContent(ctx: Context, id: number): Promise<Content> {
  const { text, attachments } = await readContent(ctx, id)
  return { text, attachments: showAttachments(attachments, (file) => publicId(ctx, 'fil', file)) }
}
