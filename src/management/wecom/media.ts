import type { Lane } from '#connectors/wecom/limits.ts'
import { type MediaType, mediaLifetimeMs, uploadMedia } from '#connectors/wecom/media.ts'
import type { Context } from '#platform/context.ts'
import { wecomApp } from './app.ts'

/** A file of ours on its way into a message. `key` names its content, so that the same file is uploaded once in three days. */
export type MediaFile = { key: string; kind: MediaType; name: string; contentType: string; read(): Promise<Buffer> }

export type MediaOptions = {
  lane?: Lane /** WeCom refused the id we had. */
  again?: boolean /** How long the id must still live. */
  forMs?: number
}

const hour = 3_600_000

/** The media id of a file at this corp: the stored one while it lives, else a new upload. */
export async function mediaIdOf(
  ctx: Context,
  corp: number,
  file: MediaFile,
  { lane = 'bulk', again = false, forMs = hour }: MediaOptions = {},
): Promise<string> {
  const known = again ? undefined : await storedId(ctx, corp, file, forMs)
  if (known) return known
  const app = await wecomApp(ctx, corp)
  const upload = { fileName: file.name, contentType: file.contentType, bytes: await file.read() }
  const { mediaId } = await uploadMedia(app, file.kind, upload, { lane, requestId: ctx.requestId })
  const row = { mediaId, expiresAt: new Date(ctx.now().getTime() + mediaLifetimeMs - hour) }
  await ctx.db
    .insertInto('wecomMedia')
    .values({ tenantId: ctx.tenantId, corp, file: file.key, kind: file.kind, ...row })
    .onConflict((conflict) => conflict.columns(['tenantId', 'corp', 'file', 'kind']).doUpdateSet(row))
    .execute()
  return mediaId
}

async function storedId(ctx: Context, corp: number, { key, kind }: MediaFile, forMs: number): Promise<string | undefined> {
  const row = await ctx.db
    .selectFrom('wecomMedia')
    .select('mediaId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('file', '=', key)
    .where('kind', '=', kind)
    .where('expiresAt', '>', new Date(ctx.now().getTime() + forMs))
    .executeTakeFirst()
  return row?.mediaId
}
