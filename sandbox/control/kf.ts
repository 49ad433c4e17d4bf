// Customer service from both sides: customers who come in and talk, and the people who answer.
import { Hono } from 'hono'
import { z } from 'zod'
import { kfAvatar, servicerNamed } from '../api/kf.ts'
import { customerInCorp } from '../state/customers.ts'
import { findKfAccount, findKfWay, type KfAccount, kfUrl, listKfAccounts, listKfWays, setServicerStatus } from '../state/kf.ts'
import {
  addKfEvent,
  addKfMessage,
  customerWrites,
  enterKf,
  findKfMessage,
  findKfSession,
  issueKfCode,
  type KfMessage,
  type KfSession,
  kfOrigins,
  kfTalk,
  saveKfSession,
  sessionsOfCustomer,
} from '../state/kf-talks.ts'
import { findMedia, mediaUrl } from '../state/media.ts'
import type { World } from '../state/world.ts'
import { corpOf, customerOf, fail, Limit, readBody, readQuery } from './errors.ts'

const Id = z.string().min(1)
const Both = z.object({ openKfId: Id, externalUserId: Id })

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
      state: session.state,
      items: kfTalk(world, openKfId, externalUserId, limit)
        .filter((it) => it.msgtype !== 'event')
        .map((it) => shown(world, it)),
    })
  })

  routes.post('/kf/say', async (c) => {
    const input = await readBody(c, Both.extend({ text: z.string().min(1).max(4000), menuId: z.string().optional() }))
    const { account, session } = conversation(world, input.openKfId, input.externalUserId)
    const body = { content: input.text, ...(input.menuId && { menu_id: input.menuId }) }
    return c.json({ msgId: customerWrites(world, account, session, 'text', body) })
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
  servicerActs(world, routes)
  return routes
}

/** What the people who answer do in their client; unlike the API's changes, these are told as events. */
function servicerActs(world: World, routes: Hono): void {
  routes.post('/kf/servicer', async (c) => {
    const input = await readBody(
      c,
      Both.extend({ userId: Id, act: z.enum(['accept', 'say', 'end']), text: z.string().min(1).max(2048).optional() }),
    )
    const { account, session } = conversation(world, input.openKfId, input.externalUserId)
    const servicer =
      servicerNamed(world, account, input.userId) ?? fail(409, 'kf.not_servicer', 'This member does not answer here.', 'userId')
    if (input.act === 'say') return c.json({ msgId: servicerSays(world, account, session, servicer, input.text ?? '…') })
    if (input.act === 'accept' && session.state !== 2) return fail(409, 'kf.not_waiting', 'The customer is not waiting.')
    if (input.act === 'end' && session.servicer !== servicer) return fail(409, 'kf.not_theirs', 'Somebody else talks to this customer.')
    const isEnd = input.act === 'end'
    saveKfSession(world, { ...session, state: isEnd ? 4 : 3, servicer: isEnd ? '' : servicer })
    addKfEvent(world, account, session.externalUserId, {
      event_type: 'session_status_change',
      external_userid: session.externalUserId,
      change_type: isEnd ? 3 : 1,
      ...(isEnd ? { old_servicer_userid: servicer } : { new_servicer_userid: servicer }),
      msg_code: issueKfCode(world, 'state', account, session.externalUserId),
    })
    return c.json({ state: isEnd ? 4 : 3 })
  })

  routes.post('/kf/status', async (c) => {
    const input = await readBody(c, z.object({ openKfId: Id, userId: Id, working: z.boolean() }))
    const account = findKfAccount(world, input.openKfId) ?? fail(404, 'kf.unknown', 'There is no such account.', 'openKfId')
    const servicer =
      servicerNamed(world, account, input.userId) ?? fail(409, 'kf.not_servicer', 'This member does not answer here.', 'userId')
    setServicerStatus(world, account.openKfId, servicer, input.working ? 0 : 1)
    // The list says 0 and 1, the event 1 and 2: so it is.
    addKfEvent(world, account, '', { event_type: 'servicer_status_change', servicer_userid: servicer, status: input.working ? 1 : 2 })
    return c.json({})
  })
}

function servicerSays(world: World, account: KfAccount, session: KfSession, servicer: string, content: string): string {
  if (session.state !== 3 || session.servicer !== servicer) return fail(409, 'kf.not_theirs', 'Somebody else talks to this customer.')
  const { externalUserId } = session
  return addKfMessage(world, account, { externalUserId, origin: kfOrigins.servicer, servicer, msgtype: 'text', body: { content } })
}

function conversation(world: World, openKfId: string, externalUserId: string): { account: KfAccount; session: KfSession } {
  const account = findKfAccount(world, openKfId) ?? fail(404, 'kf.unknown', 'There is no such account.', 'openKfId')
  const session =
    findKfSession(world, openKfId, externalUserId) ?? fail(404, 'kf.never_came', 'This customer never came here.', 'externalUserId')
  return { account, session }
}

/** Chats with accounts as the customer's list shows them. */
export function kfChatsOf(world: World, externalUserId: string) {
  return sessionsOfCustomer(world, externalUserId).flatMap((it) => {
    const account = findKfAccount(world, it.openKfId)
    const said = kfTalk(world, it.openKfId, externalUserId, 20).filter((one) => one.msgtype !== 'event')
    const last = said.at(-1)
    return account
      ? [
          {
            openKfId: it.openKfId,
            name: account.name,
            avatar: kfAvatar(world, account),
            last: last ? preview(last) : '',
            at: new Date(last?.at ?? it.enteredAt).toISOString(),
          },
        ]
      : []
  })
}

const preview = (it: KfMessage): string => String(it.body.content ?? it.body.head_content ?? it.body.title ?? `[${it.msgtype}]`)

/** The same form as other messages on the phone; a menu stays what it is. */
function shown(world: World, it: KfMessage) {
  const media = findMedia(world, String(it.body.media_id ?? it.body.thumb_media_id ?? ''))
  const kinds: Record<string, string> = { msgmenu: 'msgmenu', business_card: 'text', ca_link: 'link', location: 'text' }
  const text = it.msgtype === 'location' ? `${it.body.name ?? ''} ${it.body.address ?? ''}`.trim() : (it.body.content ?? it.body.userid)
  return {
    id: it.msgId,
    at: new Date(it.at).toISOString(),
    mine: it.origin === kfOrigins.customer,
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
