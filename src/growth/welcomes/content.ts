import { uploadImage } from '#connectors/wecom/media.ts'
import { employeeNames } from '#management/team/queries.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { type MediaFile, mediaIdOf } from '#management/wecom/media.ts'
import type { NewFriend, WelcomeAttachment, WelcomeContent } from '#management/wecom/welcome.ts'
import type { Context } from '#platform/context.ts'
import { type FileFacts, fileFacts, readFileBytes } from '#platform/files.ts'
import { filesOf, fillIn, type StoredAttachment, type StoredWelcome, type Variable } from './schema.ts'

/** The greeting for this friend. */
export async function contentFor(ctx: Context, friend: NewFriend, welcome: StoredWelcome): Promise<WelcomeContent> {
  const [names, company] = await Promise.all([employeeNames(ctx, [friend.employeeId]), corpName(ctx, friend.corp)])
  // The nickname may take a moment to become known: only asked where it is said.
  const nickname = welcome.text.includes('{nickname}') ? await friend.name() : ''
  return contentOf(ctx, friend.corp, welcome, { nickname: nickname ?? '', employee: names.get(friend.employeeId) ?? '', company })
}

const corpName = async (ctx: Context, corp: number): Promise<string> =>
  (await ctx.db.selectFrom('wecomCorps').select('name').where('tenantId', '=', ctx.tenantId).where('id', '=', corp).executeTakeFirst())
    ?.name ?? ''

/** The greeting as WeCom's lane takes it: words filled in, files ready to be sent. A file that is gone is left out. */
async function contentOf(ctx: Context, corp: number, welcome: StoredWelcome, values: Record<Variable, string>): Promise<WelcomeContent> {
  const attachments = await Promise.all(welcome.attachments.map((one) => attachmentOf(ctx, corp, one)))
  return { text: fillIn(welcome.text, values), attachments: attachments.filter((one) => one !== undefined) }
}

async function attachmentOf(ctx: Context, corp: number, attachment: StoredAttachment): Promise<WelcomeAttachment | undefined> {
  if (attachment.kind === 'link') {
    const { kind, title, url, description, picture } = attachment
    const picUrl = picture === undefined ? undefined : await pictureUrl(ctx, corp, picture)
    return { kind, title, url, ...(description && { description }), ...(picUrl && { picUrl }) }
  }
  const number = attachment.kind === 'miniprogram' ? attachment.picture : attachment.file
  const facts = await fileFacts(ctx, number)
  if (!facts) {
    ctx.log.warn({ file: number }, 'a file of a welcome is gone')
    return undefined
  }
  if (attachment.kind === 'miniprogram') {
    const { kind, title, appId, page } = attachment
    return { kind, title, appId, page, picture: mediaFile(ctx, facts, 'image') }
  }
  return { kind: attachment.kind, file: mediaFile(ctx, facts, attachment.kind) }
}

const mediaFile = (ctx: Context, facts: FileFacts, kind: 'image' | 'file'): MediaFile => ({
  key: facts.sha256,
  kind,
  name: facts.name,
  contentType: facts.contentType,
  read: () => readFileBytes(ctx, facts.id),
})

/** WeCom keeps link pictures for ever under an address of its own (doc 90256), so each is brought there once. */
async function pictureUrl(ctx: Context, corp: number, file: number): Promise<string | undefined> {
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

/** Long enough that a greeting never waits for an upload between two rounds. */
const aheadMs = 12 * 3_600_000

/** Brings every file of a greeting to WeCom before the first friend comes, and again before its three days are over. */
export async function prepareFiles(ctx: Context, corp: number, welcome: StoredWelcome): Promise<void> {
  for (const { kind, file } of filesOf(welcome)) {
    if (kind === 'picture') await pictureUrl(ctx, corp, file)
    else {
      const facts = await fileFacts(ctx, file)
      if (facts) await mediaIdOf(ctx, corp, mediaFile(ctx, facts, kind), { forMs: aheadMs })
    }
  }
}
