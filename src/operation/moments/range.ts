import { sql } from 'kysely'
import { uploadAttachment } from '#connectors/wecom/media.ts'
import type { MomentContent, MomentRange } from '#connectors/wecom/moments.ts'
import { accountOf } from '#management/team/queries.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { readContent } from '#operation/contents/queries.ts'
import type { Context } from '#platform/context.ts'
import { fileFacts, readFileBytes } from '#platform/files.ts'

/** What WeCom calls these tags in this corp; those it does not have are left out. */
export async function wecomTagsOf(ctx: Context, corp: number, tagIds: readonly number[]): Promise<string[]> {
  if (tagIds.length === 0) return []
  const rows = await ctx.db
    .selectFrom('wecomTags')
    .select('tagId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('localTagId', 'in', [...tagIds])
    .execute()
  return rows.map(({ tagId }) => tagId)
}

export async function rangeOf(ctx: Context, corp: number, employeeIds: readonly number[], tagIds: readonly number[]): Promise<MomentRange> {
  const users: string[] = []
  for (const id of employeeIds) {
    const user = await accountOf(ctx, corp, id)
    if (user) users.push(user)
  }
  const tags = await wecomTagsOf(ctx, corp, tagIds)
  return { ...(employeeIds.length > 0 && { users }), ...(tags.length > 0 && { tags }) }
}

/** How many customers would see it: friends in this corp of whoever is asked to publish, with one of the tags. */
export async function countReceivers(
  ctx: Context,
  corp: number,
  employeeIds: readonly number[],
  tagIds: readonly number[],
): Promise<number> {
  const { rows } = await sql<{ people: number }>`
    select count(distinct f.canonical_id)::int as people from follows f
      join wecom_follows w on w.tenant_id = f.tenant_id and w.customer_id = f.customer_id and w.employee_id = f.employee_id and w.corp = ${corp} and w.live
    where f.tenant_id = ${ctx.tenantId} and f.ended_at is null and (${employeeIds.length === 0} or f.employee_id = any(${[...employeeIds]}::int[]))
      and (${tagIds.length === 0} or exists (select from customers m join customer_tags t on t.tenant_id = m.tenant_id and t.customer_id = m.id
        where m.tenant_id = f.tenant_id and m.canonical_id = f.canonical_id and t.tag_id = any(${[...tagIds]}::int[])))`.execute(ctx.db)
  return rows[0]?.people ?? 0
}

/** doc 95098: files of moments are brought to WeCom for moments, and no other id does. */
export async function momentContent(ctx: Context, corp: number, contentId: number): Promise<MomentContent> {
  const { text, attachments } = await readContent(ctx, contentId)
  const app = await wecomApp(ctx, corp)
  const upload = async (file: number, kind: 'image' | 'video'): Promise<string | undefined> => {
    const facts = await fileFacts(ctx, file)
    if (!facts) return undefined
    const given = { fileName: facts.name, contentType: facts.contentType, bytes: await readFileBytes(ctx, file) }
    return (await uploadAttachment(app, kind, 1, given, { requestId: ctx.requestId })).mediaId
  }
  const made: NonNullable<MomentContent['attachments']> = []
  for (const one of attachments) {
    if (one.kind === 'image' || one.kind === 'video') {
      const mediaId = await upload(one.file, one.kind)
      if (mediaId) made.push({ msgtype: one.kind, [one.kind]: { media_id: mediaId } })
    } else if (one.kind === 'link') {
      const mediaId = one.picture === undefined ? undefined : await upload(one.picture, 'image')
      made.push({ msgtype: 'link', link: { title: one.title, url: one.url, ...(mediaId && { media_id: mediaId }) } })
    }
  }
  return { ...(text.trim() && { text }), ...(made.length > 0 && { attachments: made }) }
}
