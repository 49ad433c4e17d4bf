// Customer service from both sides: customers who come in and talk, and the people who answer.
import { Hono } from 'hono'
import { z } from 'zod'
import { kfAvatar } from '../api/kf.ts'
import { emit } from '../callbacks/events.ts'
import { kfAuthEvent } from '../callbacks/service-events.ts'
import { avatarUrl } from '../company/avatar.ts'
import { type Customer, customerInCorp, findCustomer } from '../state/customers.ts'
import { findEmployee } from '../state/directory.ts'
import { approach } from '../state/friendships.ts'
import { findGroupChat } from '../state/group-chats.ts'
import { scanGroupCode } from '../state/group-life.ts'
import { addKfAccount, deleteKfAccount, findKfAccount, findKfWay, type KfAccount, kfUrl, listKfAccounts, listKfWays } from '../state/kf.ts'
import { isToBeRated, rateLastSitting } from '../state/kf-sittings.ts'
import {
  addKfEvent,
  customerWrites,
  enterKf,
  findKfMessage,
  findKfSession,
  type KfMessage,
  type KfSession,
  kfOrigins,
  kfTalk,
  lastKfWord,
  saveKfSession,
  sessionsOfCustomer,
} from '../state/kf-talks.ts'
import { acceptUpgrade, openUpgrade, type Upgrade } from '../state/kf-upgrades.ts'
import { findMedia, mediaUrl } from '../state/media.ts'
import { now, publish, type World } from '../state/world.ts'
import { corpOf, customerOf, employeeOf, fail, Limit, readBody, readQuery } from './errors.ts'

const Id = z.string().min(1)
export const Both = z.object({ openKfId: Id, externalUserId: Id })

/** As sync_msg tells it, with the body under its own name: kinds that the phone cannot say. */
const AnyMessage = z
  .looseObject({ msgtype: z.string().regex(/^[a-z_]{1,40}$/) })
  .refine((it) => typeof it[it.msgtype] === 'object' && it.msgtype !== 'event', 'a body under the name of the msgtype')

export function kfRoutes(world: World): Hono {
  const routes = new Hono()
  routes.get('/kf', (c) => {
    const { corpId } = corpOf(world, c.req.query('corp'))
    const ways = listKfWays(world, corpId)
    return c.json({
      items: listKfAccounts(world, corpId).map((it) => ({
        openKfId: it.openKfId,
        name: it.name,
        avatar: kfAvatar(world, it),
        urls: ways.filter((way) => way.openKfId === it.openKfId).map((way) => ({ scene: way.scene, url: kfUrl(world, way) })),
      })),
    })
  })

  // The administrator makes an account and lets the app manage it, or takes it away; what the app makes itself raises nothing.
  routes.post('/kf', async (c) => {
    const input = await readBody(c, z.object({ name: z.string().trim().min(1).max(16), corp: z.string().optional() }))
    const { corpId } = corpOf(world, input.corp)
    const openKfId = addKfAccount(world, corpId, input.name, '')
    emit(world, corpId, kfAuthEvent(openKfId, true))
    return c.json({ openKfId, name: input.name }, 201)
  })
  routes.delete('/kf/:openKfId', (c) => {
    const account = findKfAccount(world, c.req.param('openKfId')) ?? fail(404, 'kf.unknown', 'There is no such account.')
    deleteKfAccount(world, account.openKfId)
    emit(world, account.corpId, kfAuthEvent(account.openKfId, false))
    publish(world, { kind: 'code' })
    return c.json({ openKfId: account.openKfId })
  })

  // Opening a link: who follows it comes in.
  routes.post('/kf/open', async (c) => {
    const input = await readBody(c, z.object({ url: Id, customer: Id }))
    const way = findKfWay(world, /\/kf\/([0-9a-zA-Z]+)/.exec(input.url)?.[1] ?? '')
    const account = way && findKfAccount(world, way.openKfId)
    if (!account) return fail(404, 'kf.unknown', 'This link leads to no account (any more).', 'url')
    const customer = customerInCorp(world, account.corpId, customerOf(world, input.customer, 'customer'))
    // At most 128 bytes of what was put behind the link.
    const param = URL.canParse(input.url) ? (new URL(input.url).searchParams.get('scene_param') ?? '') : ''
    enterKf(world, account, customer.externalUserId, way.scene, Buffer.from(param).subarray(0, 128).toString())
    return c.json({ openKfId: account.openKfId, externalUserId: customer.externalUserId })
  })

  routes.get('/kf/talk', (c) => {
    const { openKfId, externalUserId, limit } = readQuery(c, Both.extend({ limit: Limit }))
    const { account, session } = conversation(world, openKfId, externalUserId)
    return c.json({
      name: account.name,
      avatar: kfAvatar(world, account),
      customer: findCustomer(world, externalUserId)?.name ?? externalUserId,
      state: session.state,
      servicer: session.servicer,
      rejected: session.rejectedAt !== undefined,
      canRate: isToBeRated(world, openKfId, externalUserId),
      upgrade: upgradeView(world, openKfId, externalUserId),
      items: kfTalk(world, openKfId, externalUserId, limit)
        .filter((it) => it.msgtype !== 'event')
        .map((it) => shown(world, it)),
    })
  })

  routes.post('/kf/say', async (c) => {
    const input = await readBody(
      c,
      Both.extend({ text: z.string().min(1).max(4000).default('…'), menuId: z.string().optional(), message: AnyMessage.optional() }),
    )
    const { account, session } = conversation(world, input.openKfId, input.externalUserId)
    const kind = input.message?.msgtype ?? 'text'
    const body = input.message?.[kind] ?? { content: input.text, ...(input.menuId && { menu_id: input.menuId }) }
    return c.json({ msgId: customerWrites(world, account, session, kind, z.record(z.string(), z.unknown()).parse(body)) })
  })

  routes.post('/kf/recall', async (c) => {
    const { msgId } = await readBody(c, z.object({ msgId: Id }))
    const message = findKfMessage(world, msgId)
    const account = message && findKfAccount(world, message.openKfId)
    if (!message || !account || message.origin === kfOrigins.system) return fail(404, 'kf.no_message', 'There is no such message.', 'msgId')
    const { externalUserId, servicer } = message
    const kind = servicer ? 'servicer_recall_msg' : 'user_recall_msg'
    addKfEvent(world, account, externalUserId, {
      event_type: kind,
      external_userid: externalUserId,
      recall_msgid: msgId,
      ...(servicer && { servicer_userid: servicer }),
    })
    return c.json({})
  })
  customerActs(world, routes)
  return routes
}

/** What else the customer can do: want no more messages, take up a recommendation, say how it was. */
function customerActs(world: World, routes: Hono): void {
  routes.post('/kf/reject', async (c) => {
    const input = await readBody(c, Both.extend({ on: z.boolean().default(true) }))
    const { session } = conversation(world, input.openKfId, input.externalUserId)
    saveKfSession(world, { ...session, rejectedAt: input.on ? (session.rejectedAt ?? now(world)) : undefined })
    publish(world, { kind: 'message', externalUserId: session.externalUserId })
    return c.json({ rejected: input.on })
  })

  routes.post('/kf/upgrade', async (c) => {
    const { openKfId, externalUserId } = await readBody(c, Both)
    conversation(world, openKfId, externalUserId)
    const upgrade = openUpgrade(world, openKfId, externalUserId) ?? fail(404, 'kf.no_upgrade', 'Nobody is recommended here.')
    const customer = customerOf(world, externalUserId)
    const reached = world.store.transaction(() => takeUp(world, upgrade, customer))
    return c.json(reached)
  })

  routes.post('/kf/rate', async (c) => {
    const input = await readBody(c, Both.extend({ rating: z.enum(['satisfied', 'middling', 'dissatisfied']) }))
    conversation(world, input.openKfId, input.externalUserId)
    if (!rateLastSitting(world, input.openKfId, input.externalUserId, input.rating))
      return fail(409, 'kf.nothing_to_rate', 'No conversation with a person has ended here, or the last one was rated.')
    return c.json({})
  })
}

/** A member becomes a friend without asking; the documents name no add_way for it, so it is 0. */
function takeUp(world: World, upgrade: Upgrade, customer: Customer) {
  acceptUpgrade(world, upgrade)
  if (upgrade.userId) {
    const employee = employeeOf(world, upgrade.corpId, upgrade.userId)
    const { userId, relation } = approach(world, { corpId: upgrade.corpId, employee, customer, skipVerify: true, addWay: 0, state: '' })
    return { userId, relation }
  }
  const chat = findGroupChat(world, upgrade.chatId)
  if (!chat || chat.dismissedAt !== undefined) return fail(409, 'group.dismissed', 'The group was dismissed.')
  const joined = scanGroupCode(world, chat, customer)
  if ('refused' in joined) return fail(409, joined.refused, 'The group is full.')
  return { chatId: joined.chat.chatId, relation: joined.relation }
}

function upgradeView(world: World, openKfId: string, externalUserId: string) {
  const upgrade = openUpgrade(world, openKfId, externalUserId)
  if (!upgrade) return null
  const member = upgrade.userId ? findEmployee(world, upgrade.corpId, upgrade.userId) : undefined
  const chat = upgrade.chatId ? findGroupChat(world, upgrade.chatId) : undefined
  return {
    userId: upgrade.userId || undefined,
    chatId: upgrade.chatId || undefined,
    name: member?.name ?? chat?.name ?? '',
    avatar: upgrade.userId ? avatarUrl(world, upgrade.userId) : undefined,
    wording: upgrade.wording,
    accepted: upgrade.acceptedAt !== undefined,
  }
}

export function conversation(world: World, openKfId: string, externalUserId: string): { account: KfAccount; session: KfSession } {
  const account = findKfAccount(world, openKfId) ?? fail(404, 'kf.unknown', 'There is no such account.', 'openKfId')
  const session =
    findKfSession(world, openKfId, externalUserId) ?? fail(404, 'kf.never_came', 'This customer never came here.', 'externalUserId')
  return { account, session }
}

/** Chats with accounts as the customer's list shows them. */
export function kfChatsOf(world: World, externalUserId: string) {
  return sessionsOfCustomer(world, externalUserId).flatMap((it) => {
    const account = findKfAccount(world, it.openKfId)
    const last = lastKfWord(world, it.openKfId, externalUserId)
    return account
      ? [
          {
            openKfId: it.openKfId,
            name: account.name,
            avatar: kfAvatar(world, account),
            last: last ? kfPreview(last) : '',
            at: new Date(last?.at ?? it.enteredAt).toISOString(),
          },
        ]
      : []
  })
}

export const kfPreview = (it: KfMessage): string => String(it.body.content ?? it.body.head_content ?? it.body.title ?? `[${it.msgtype}]`)

/** The same form as other messages on the phone; a menu stays what it is. */
function shown(world: World, it: KfMessage) {
  const media = findMedia(world, String(it.body.media_id ?? it.body.thumb_media_id ?? ''))
  const kinds: Record<string, string> = { msgmenu: 'msgmenu', business_card: 'text', ca_link: 'link', location: 'text' }
  const text = it.msgtype === 'location' ? `${it.body.name ?? ''} ${it.body.address ?? ''}`.trim() : (it.body.content ?? it.body.userid)
  return {
    id: it.msgId,
    at: new Date(it.at).toISOString(),
    mine: it.origin === kfOrigins.customer,
    servicer: it.servicer || undefined,
    kind: kinds[it.msgtype] ?? it.msgtype,
    text,
    title: it.body.title,
    description: it.body.desc,
    url: it.body.url ?? it.body.link_url,
    appId: it.body.appid,
    page: it.body.pagepath,
    ...(it.msgtype === 'msgmenu' && { menu: it.body }),
    ...(media && {
      fileName: media.fileName,
      size: media.size,
      [media.type === 'image' ? 'imageUrl' : 'fileUrl']: mediaUrl(world, media.mediaId),
    }),
  }
}
