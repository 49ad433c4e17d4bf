import { channelLine } from '#growth/channels/queries.ts'
import { contentFor } from '#growth/welcomes/content.ts'
import { StoredWelcome } from '#growth/welcomes/schema.ts'
import type { WelcomeDecider } from '#management/wecom/welcome.ts'
import type { Context } from '#platform/context.ts'
import { linkOfState, linksOf } from './stored.ts'

/** What to say to somebody who came through an acquisition link. */
export const greetByAcquisitionLink: WelcomeDecider = async (ctx, friend) => {
  const link = friend.state ? await linkOfState(ctx, friend.state) : undefined
  if (!link || link.corp !== friend.corp) return undefined
  const chosen = await chooseWelcome(ctx, link)
  return chosen && contentFor(ctx, friend, chosen.welcome)
}

/** The link's own greeting, or the one of its channel, or of the nearest channel above. */
export async function chooseWelcome(
  ctx: Context,
  { welcome, channelId }: { welcome: unknown; channelId: number | null },
): Promise<{ welcome: StoredWelcome; from: 'link' | 'channel' } | undefined> {
  if (welcome) return { welcome: StoredWelcome.parse(welcome), from: 'link' }
  if (channelId === null) return undefined
  const ofChannel = (await channelLine(ctx, channelId)).find((one) => one.welcome)?.welcome
  return ofChannel && { welcome: ofChannel, from: 'channel' }
}

/** Every greeting that this link may say, for its files to be brought to WeCom ahead. */
export async function greetingsOf(ctx: Context, id: number): Promise<{ corp: number; welcomes: StoredWelcome[] } | undefined> {
  const link = (await linksOf(ctx, [id])).get(id)
  if (!link || link.deletedAt || link.goneAt) return undefined
  const variants = await ctx.db
    .selectFrom('acquisitionVariants')
    .select('channelId')
    .where('tenantId', '=', ctx.tenantId)
    .where('linkId', '=', id)
    .where('deletedAt', 'is', null)
    .execute()
  const channels = new Set(variants.map(({ channelId }) => channelId ?? link.channelId))
  const chosen = await Promise.all([...channels].map((channelId) => chooseWelcome(ctx, { welcome: link.welcome, channelId })))
  return { corp: link.corp, welcomes: chosen.flatMap((one) => one?.welcome ?? []) }
}
