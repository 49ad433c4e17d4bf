import { chatInfo } from '#connectors/wecom/acquisition.ts'
import { WecomError, WecomUnreachable } from '#connectors/wecom/errors.ts'
import { acquisitionLinkOpened, acquisitionLinkRequested } from '#growth/events.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { momentOf, type Place } from '#management/wecom/handlers.ts'
import type { WecomPart } from '#management/wecom/parts.ts'
import type { Context } from '#platform/context.ts'
import { emit } from '#platform/events/emit.ts'
import { syncAcquisitionLinks } from './comparison.ts'
import { friendshipsOf, noteChats, recordFriends } from './friends.ts'
import { readSoon } from './jobs.ts'
import { applyQuota, askQuota, noteExpiry } from './quota.ts'
import { noteGone, noteUnavailable } from './states.ts'
import { linkOfState, linkOfWecom, propertiesOf } from './stored.ts'

type Apply = (ctx: Context) => Promise<void>
type Timed = { at?: number }

/** What acquisition links add to the life of a corp. */
export const acquisitionLinksOfWecom: WecomPart = {
  handlers: {
    'customer_acquisition.open_profile': (_ctx, event, place) => visited(event, place, acquisitionLinkOpened),
    'customer_acquisition.friend_request': (_ctx, event, place) => visited(event, place, acquisitionLinkRequested),
    'customer_acquisition.customer_start_chat': (ctx, event, place) => wrote(ctx, event, place),
    'customer_acquisition.message_from_customer': (ctx, event, place) => wrote(ctx, event, place),
    'customer_acquisition.link_unavailable': ofLink((ctx, link, at) => noteUnavailable(ctx, link, at)),
    'customer_acquisition.delete_link': ofLink(async (ctx, link, at) => void (await noteGone(ctx, [link], at))),
    'customer_acquisition.balance_low': balance,
    'customer_acquisition.balance_exhausted': balance,
    'customer_acquisition.balance_increased': balance,
    'customer_acquisition.quota_expire_soon': async (ctx, event, place) => {
      const apply = await balance(ctx, event, place)
      return async (ctx) => {
        const { expireTime, expireQuotaNum = 0 } = event
        await apply(ctx)
        if (expireTime !== undefined)
          await noteExpiry(ctx, place.corp, { at: momentOf(ctx, event), expiresAt: new Date(expireTime * 1000), expiring: expireQuotaNum })
      }
    },
  },
  steps: [{ name: 'acquisition_links', work: syncAcquisitionLinks }],
}

/** Somebody is there, and WeCom does not say who: only the fact is kept. A link nobody knows yet is read first. */
async function visited(
  event: Timed & { linkId: string; state?: string | undefined },
  { corp }: Place,
  definition: typeof acquisitionLinkOpened,
): Promise<Apply> {
  return async (ctx) => {
    const link = await linkOfWecom(ctx, corp, event.linkId, event.state)
    if (!link) return void (await readSoon(ctx, corp))
    emit(ctx, definition, { customerId: null, at: momentOf(ctx, event), properties: propertiesOf(link) })
  }
}

function ofLink(work: (ctx: Context, link: number, at: Date) => Promise<void>) {
  return async (_ctx: Context, event: Timed & { linkId: string }, { corp }: Place): Promise<Apply> =>
    async (ctx) => {
      const link = await linkOfWecom(ctx, corp, event.linkId)
      if (link) await work(ctx, link.id, momentOf(ctx, event))
    }
}

/** The number itself is asked for: WeCom's events come late and twice, and say nothing but that it changed. */
async function balance(ctx: Context, event: Timed, { corp }: Place): Promise<Apply> {
  const app = await wecomApp(ctx, corp)
  const reading = await askQuota(ctx, app)
  return (ctx) => applyQuota(ctx, corp, reading, momentOf(ctx, event))
}

type Wrote = Timed & {
  userId: string
  externalUserId: string
  linkId?: string | undefined
  chatSeq?: number | undefined
  chatKey?: string | undefined
}

/** The callback may be here before the friendship it speaks of: then that is written down first, or WeCom's list is read. */
async function wrote(ctx: Context, event: Wrote, { corp }: Place): Promise<Apply> {
  const { userId, externalUserId: externalUserid } = event
  const talk = event.chatKey ? await askTalk(ctx, corp, event.chatKey) : undefined
  const linkId = event.linkId ?? talk?.linkId
  return async (ctx) => {
    const messages = Math.max(talk?.received ?? 0, event.chatSeq ?? 0)
    const chat = { externalUserid, userId, wroteAt: momentOf(ctx, event), messages }
    const link = linkId ? await linkOfWecom(ctx, corp, linkId) : undefined
    if (link) {
      const friends = await friendshipsOf(ctx, corp, [chat])
      const state = friends[0]?.state || talk?.state
      const place = state ? await linkOfState(ctx, state) : undefined
      await recordFriends(ctx, place?.id === link.id ? place : link, friends)
    }
    const { known } = await noteChats(ctx, { corp, link: link?.id }, [chat])
    if (known === 0) await readSoon(ctx, corp)
  }
}

/** The counts of the talk; a key lives thirty minutes, and without it the event still says that they wrote. */
async function askTalk(ctx: Context, corp: number, chatKey: string) {
  try {
    return await chatInfo(await wecomApp(ctx, corp), chatKey, {
      requestId: ctx.requestId,
      lane: 'first',
      signal: AbortSignal.timeout(3_000),
    })
  } catch (error) {
    if (error instanceof WecomError || error instanceof WecomUnreachable || (error as Error).name === 'TimeoutError') return undefined
    throw error
  }
}
