import { channelLine } from '#growth/channels/queries.ts'
import { contentFor } from '#growth/welcomes/content.ts'
import { StoredWelcome } from '#growth/welcomes/schema.ts'
import type { WelcomeDecider } from '#management/wecom/welcome.ts'
import type { Context } from '#platform/context.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { slotsAt } from './schedule.ts'
import { StoredRota } from './stored.ts'

/** What to say to somebody who came through a live code. */
export const greetByLiveCode: WelcomeDecider = async (ctx, friend) => {
  if (!friend.state) return undefined
  const code = await ctx.db
    .selectFrom('liveCodes')
    .select(['id', 'schedule', 'welcome', 'channelId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', friend.state)
    .where('corp', '=', friend.corp)
    .executeTakeFirst()
  if (!code) return undefined
  const chosen = await chooseWelcome(ctx, code, friend.at)
  if (!chosen) return undefined
  return contentFor(ctx, friend, chosen.welcome)
}

type CodeWelcome = { schedule: unknown; welcome: unknown; channelId: number | null }

/** The greeting of the time slot goes before the code's own, that before the one of its channel, or of the nearest channel above. */
export async function chooseWelcome(
  ctx: Context,
  code: CodeWelcome,
  at: Date,
): Promise<{ welcome: StoredWelcome; from: 'slot' | 'code' | 'channel' } | undefined> {
  const slots = slotsAt(StoredRota.parse(code.schedule), at, await timezoneOf(ctx)) ?? []
  const ofSlot = slots.find(({ welcome }) => welcome)?.welcome
  if (ofSlot) return { welcome: ofSlot, from: 'slot' }
  if (code.welcome) return { welcome: StoredWelcome.parse(code.welcome), from: 'code' }
  if (code.channelId === null) return undefined
  const ofChannel = (await channelLine(ctx, code.channelId)).find(({ welcome }) => welcome)?.welcome
  return ofChannel && { welcome: ofChannel, from: 'channel' }
}

/** Every greeting that this code may say at some time. */
export async function greetingsOf(ctx: Context, id: number): Promise<{ corp: number; welcomes: StoredWelcome[] } | undefined> {
  const code = await ctx.db
    .selectFrom('liveCodes')
    .select(['corp', 'schedule', 'welcome', 'channelId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (!code) return undefined
  const { weekly, dates } = StoredRota.parse(code.schedule)
  const ofChannels = code.channelId === null ? [] : (await channelLine(ctx, code.channelId)).map(({ welcome }) => welcome)
  const all = [
    ...[...weekly, ...dates.flatMap(({ slots }) => slots)].map(({ welcome }) => welcome),
    code.welcome ? StoredWelcome.parse(code.welcome) : undefined,
    ...ofChannels,
  ]
  return { corp: code.corp, welcomes: all.filter((one) => one !== undefined && one !== null) }
}
