import { employeeNames } from '#management/team/queries.ts'
import type { NewFriend, WelcomeContent } from '#management/wecom/welcome.ts'
import { readyAttachments } from '#operation/contents/media.ts'
import type { Context } from '#platform/context.ts'
import { fillIn, type StoredWelcome, type Variable } from './schema.ts'

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
  return { text: fillIn(welcome.text, values), attachments: await readyAttachments(ctx, corp, welcome.attachments) }
}
