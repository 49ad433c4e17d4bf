// Messages of customer service accounts: pulling, sending, states (section 17; pages 94670, 94677, 95122, 94669).
import { z } from 'zod'
import { findEmployee } from '../state/directory.ts'
import { isKfToken, issueKfCode, redeemKfCode } from '../state/kf-codes.ts'
import {
  companyWrites,
  findKfMessage,
  findKfSession,
  type KfMessage,
  type KfSession,
  type KfState,
  kfMessagesAfter,
  kfOrigins,
  kfWindowMs,
  moveKfSession,
  saveKfSession,
} from '../state/kf-talks.ts'
import { findLiveMedia } from '../state/media.ts'
import { dayMs, now, toSeconds, type World } from '../state/world.ts'
import { Account, accountNamed, servicerNamed } from './kf.ts'
import { byteText, type Call, type Endpoint, endpoint, readCursor, refuse, refuseParameter, writeCursor } from './protocol.ts'

const keptMs = 3 * dayMs
const sendsMost = 5
const menuMost = 10

const MsgId = z.string().regex(/^[0-9a-zA-Z_-]{1,32}$/)
const WithMedia = z.object({ media_id: z.string().min(1) })
const MenuItem = z.looseObject({ type: z.enum(['click', 'view', 'miniprogram', 'text']) })
const Menu = z.object({
  head_content: byteText(1024).optional(),
  list: z.array(MenuItem).optional(),
  tail_content: byteText(1024).optional(),
})
const bodies = {
  text: z.looseObject({ content: byteText(2048, 1) }),
  image: WithMedia,
  voice: WithMedia,
  video: WithMedia,
  file: WithMedia,
  link: z.object({ title: byteText(128, 1), desc: byteText(512).optional(), url: byteText(2048, 1), thumb_media_id: z.string().min(1) }),
  miniprogram: z.object({
    appid: z.string().min(1),
    title: byteText(64).optional(),
    thumb_media_id: z.string().min(1),
    pagepath: z.string().min(1),
  }),
  msgmenu: Menu,
  location: z.object({ name: z.string().optional(), address: z.string().optional(), latitude: z.number(), longitude: z.number() }),
  business_card: z.object({ userid: z.string().min(1) }),
  ca_link: z.object({ link_url: z.string().min(1) }),
}
type Msgtype = keyof typeof bodies
const optional = Object.fromEntries(Object.entries(bodies).map(([name, body]) => [name, body.optional()]))
const Send = z.object({ touser: z.string().min(1), msgid: MsgId.optional(), msgtype: z.string(), ...optional }).extend(Account.shape)
const Answer = z.object({ code: z.string().min(1), msgid: MsgId.optional(), msgtype: z.string(), ...optional })
const Conversation = Account.extend({ external_userid: z.string().min(1) })

/** What may follow what; an ended conversation only begins anew with the customer's word (94669). */
const moves: Record<KfState, KfState[]> = { 0: [1, 2, 3, 4], 1: [2, 3, 4], 2: [3, 4], 3: [4], 4: [] }

export const kfMessageEndpoints: Endpoint[] = [
  endpoint({
    path: 'kf/sync_msg',
    permission: 'kf',
    empty: { msg_list: [] },
    input: z.object({
      cursor: z.string().optional(),
      token: z.string().optional(),
      limit: z.int().min(1).max(1000).default(1000),
      voice_format: z.int().min(0).max(1).default(0),
      open_kfid: z.string().min(1).optional(),
    }),
    handle: (call, input) => {
      const { world, agent } = call
      const account = input.open_kfid ? accountNamed(call, input.open_kfid) : undefined
      if (input.token ? !isKfToken(world, agent.corpId, input.token) : false) refuse(95007)
      if (!input.token && isTooOften(world, agent.corpId)) refuse(45009)
      const api = `kf/sync_msg|${account?.openKfId ?? ''}`
      const after = Number(readCursor(api, input.cursor)?.key[0] ?? 0)
      const rows = kfMessagesAfter(world, agent.corpId, account?.openKfId, after, now(world) - keptMs, input.limit + 1)
      const page = rows.slice(0, input.limit)
      return {
        next_cursor: writeCursor(api, [page.at(-1)?.id ?? after], now(world)),
        has_more: rows.length > input.limit ? 1 : 0,
        // The app's own messages are left out here, so that a page may be shorter than asked while there is more.
        msg_list: page.filter((it) => it.origin !== kfOrigins.api).map(messageBody),
      }
    },
  }),
  endpoint({
    path: 'kf/send_msg',
    permission: 'kf',
    input: Send,
    handle: (call, input) => {
      const { world } = call
      const account = accountNamed(call, input.open_kfid)
      const session = findKfSession(world, account.openKfId, input.touser) ?? refuse(40096)
      const body = bodyOf(call, input)
      if (session.state === 4) refuse(95013)
      if (session.state === 2 || session.state === 3) refuse(95018)
      if (session.wroteAt === undefined || now(world) - session.wroteAt > kfWindowMs) refuse(95002)
      if (session.sent >= sendsMost) refuse(95001)
      const message = { ...named(world, input), body }
      saveKfSession(world, { ...session, sent: session.sent + 1 })
      return { msgid: companyWrites(world, account, session, message) }
    },
  }),
  endpoint({
    path: 'kf/send_msg_on_event',
    permission: 'kf',
    input: Answer,
    handle: (call, input) => {
      const { world, agent } = call
      if (input.msgtype !== 'text' && input.msgtype !== 'msgmenu') refuseParameter('msgtype', 'invalid')
      const body = bodyOf(call, input)
      const { account, externalUserId } = redeemKfCode(world, agent.corpId, input.code) ?? refuseParameter('code', 'invalid')
      const session = findKfSession(world, account.openKfId, externalUserId) ?? refuse(40096)
      return { msgid: companyWrites(world, account, session, { ...named(world, input), body }) }
    },
  }),
  endpoint({
    path: 'kf/service_state/get',
    permission: 'kf',
    input: Conversation,
    handle: (call, input) => {
      const session = sessionOf(call, input)
      return { service_state: session.state, ...(session.state === 3 && { servicer_userid: session.servicer }) }
    },
  }),
  endpoint({
    path: 'kf/service_state/trans',
    permission: 'kf',
    input: Conversation.extend({ service_state: z.int().min(0).max(4), servicer_userid: z.string().optional() }),
    handle: changeState,
  }),
]

function sessionOf(call: Call, input: z.infer<typeof Conversation>): KfSession {
  const account = accountNamed(call, input.open_kfid)
  return findKfSession(call.world, account.openKfId, input.external_userid) ?? refuse(40096)
}

function changeState(call: Call, input: z.infer<typeof Conversation> & { service_state: number; servicer_userid?: string | undefined }) {
  const { world } = call
  const account = accountNamed(call, input.open_kfid)
  const session = sessionOf(call, input)
  const state = input.service_state as KfState
  if (!moves[session.state].includes(state)) refuse(95016)
  if (state === 3 && !input.servicer_userid) refuseParameter('servicer_userid', 'missing')
  const servicer = state === 3 ? (servicerNamed(world, account, input.servicer_userid ?? '') ?? refuse(95014)) : ''
  moveKfSession(world, session, state, servicer)
  // A word may go with waiting, being taken up and ending.
  return state === 1 ? {} : { msg_code: issueKfCode(world, 'state', account, session.externalUserId) }
}

function bodyOf(call: Call, input: { msgtype: string } & Record<string, unknown>): Record<string, unknown> {
  const { world, agent } = call
  if (!(input.msgtype in bodies)) refuseParameter('msgtype', 'invalid')
  const type = input.msgtype as Msgtype
  const body = (input[type] ?? refuseParameter(type, 'missing')) as Record<string, unknown>
  for (const key of ['media_id', 'thumb_media_id'])
    if (typeof body[key] === 'string' && !findLiveMedia(world, agent.corpId, body[key])) refuse(40007)
  if (type === 'business_card' && !findEmployee(world, agent.corpId, String(body.userid))) refuse(60111)
  if (type === 'msgmenu') {
    const { list = [], head_content, tail_content } = Menu.parse(body)
    if (list.length > menuMost) refuse(95008)
    if (list.length === 0 && !head_content && !tail_content) refuseParameter('msgmenu', 'empty')
  }
  return body
}

function named(world: World, input: { msgid?: string | undefined; msgtype: string }) {
  if (input.msgid && findKfMessage(world, input.msgid)) refuseParameter('msgid', 'already exists')
  return { msgtype: input.msgtype, msgId: input.msgid }
}

const messageBody = (it: KfMessage) => ({
  msgid: it.msgId,
  send_time: toSeconds(it.at),
  origin: it.origin,
  msgtype: it.msgtype,
  ...(it.msgtype === 'event' ? {} : { open_kfid: it.openKfId, external_userid: it.externalUserId }),
  ...(it.servicer ? { servicer_userid: it.servicer } : {}),
  [it.msgtype]: it.body,
})

const pulls = new WeakMap<World, Map<string, number[]>>()
/** Whoever pulls without a callback's token is held short. The documents give no figure. */
function isTooOften(world: World, corpId: string): boolean {
  const known = pulls.get(world) ?? new Map<string, number[]>()
  pulls.set(world, known)
  const lately = (known.get(corpId) ?? []).filter((at) => at > now(world) - 60_000)
  known.set(corpId, [...lately, now(world)])
  return lately.length >= world.settings.limits.kfPullsWithoutToken
}
