// 「联系我」 codes (section 5, page 92228).
import { z } from 'zod'
import {
  type Conclusions,
  type ContactWay,
  type ContactWayBody,
  codeQrUrl,
  codeQuota,
  countCodes,
  createContactWay,
  deleteContactWay,
  findContactWay,
  membersBehind,
  pageContactWays,
  updateContactWay,
} from '../state/contact-ways.ts'
import { closeTempChat, findTempChat } from '../state/friendships.ts'
import { findLiveMedia, mediaUrl } from '../state/media.ts'
import { addMessage } from '../state/messages.ts'
import { now, nowSeconds, type World } from '../state/world.ts'
import { checkDepartments, servingNamed } from './people-named.ts'
import { byteText, type Call, type Endpoint, endpoint, readCursor, refuse, refuseParameter, words, writeCursor } from './protocol.ts'

const fortnight = 14 * 24 * 3600

const ConclusionsInput = z.object({
  text: z.object({ content: byteText(4000) }).optional(),
  image: z.object({ media_id: z.string().min(1) }).optional(),
  link: z
    .object({ title: byteText(128, 1), picurl: byteText(2048).optional(), desc: byteText(512).optional(), url: byteText(2048, 1) })
    .optional(),
  miniprogram: z
    .object({ title: byteText(64, 1), pic_media_id: z.string().min(1), appid: z.string().min(1), page: z.string().min(1) })
    .optional(),
})
const Shared = z.object({
  style: z.int().min(1).max(3).optional(),
  remark: words(30).optional(),
  skip_verify: z.boolean().optional(),
  state: words(30).optional(),
  user: z.array(z.string()).max(100).optional(),
  party: z.array(z.int()).max(100).optional(),
  expires_in: z.int().min(1).max(fortnight).optional(),
  chat_expires_in: z.int().min(1).max(fortnight).optional(),
  unionid: z.string().optional(),
  mark_source: z.boolean().optional(),
  conclusions: ConclusionsInput.optional(),
})
const Added = Shared.extend({
  type: z.int().min(1).max(2),
  scene: z.int().min(1).max(2),
  is_temp: z.boolean().default(false),
  is_exclusive: z.boolean().default(false),
})
const ConfigId = z.object({ config_id: z.string().min(1) })

export const contactWayEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/add_contact_way',
    permission: 'customers',
    input: Added,
    handle: (call, input) => {
      const { world, agent } = call
      const body: ContactWayBody = {
        type: input.type,
        scene: input.scene,
        style: input.style ?? 1,
        remark: input.remark ?? '',
        skip_verify: input.skip_verify ?? true,
        state: input.state ?? '',
        user: input.user ?? [],
        party: input.party ?? [],
        is_temp: input.is_temp,
        expires_in: input.expires_in ?? 7 * 24 * 3600,
        chat_expires_in: input.chat_expires_in ?? 24 * 3600,
        unionid: input.unionid ?? '',
        is_exclusive: input.is_exclusive,
        mark_source: input.mark_source ?? true,
        conclusions: input.conclusions,
      }
      checkBody(call, body)
      if (!body.is_temp && countCodes(world, agent.corpId) >= codeQuota) refuseParameter('contact_way', `exceed max count ${codeQuota}`)
      const way = createContactWay(world, agent.corpId, agent.agentId, body)
      return { config_id: way.configId, ...(body.scene === 2 ? { qr_code: codeQrUrl(world, way.configId) } : {}) }
    },
  }),
  endpoint({
    path: 'externalcontact/get_contact_way',
    permission: 'customers',
    input: ConfigId,
    handle: (call, { config_id }) => ({ contact_way: wayBody(call.world, ownWay(call, config_id)) }),
  }),
  endpoint({
    path: 'externalcontact/list_contact_way',
    permission: 'customers',
    list: true,
    empty: { contact_way: [] },
    input: z.object({
      start_time: z.int().optional(),
      end_time: z.int().optional(),
      cursor: z.string().optional(),
      limit: z.int().min(1).max(1000).default(100),
    }),
    handle: ({ world, agent }, input) => {
      const from = (input.start_time ?? nowSeconds(world) - 90 * 24 * 3600) * 1000
      const to = input.end_time === undefined ? Number.MAX_SAFE_INTEGER : input.end_time * 1000 + 999
      const after = Number(readCursor('list_contact_way', input.cursor)?.key[0] ?? 0)
      const rows = pageContactWays(world, agent.corpId, from, to, after, input.limit + 1)
      const page = rows.slice(0, input.limit)
      const last = page.at(-1)
      const next = last && rows.length > input.limit ? writeCursor('list_contact_way', [last.id], now(world)) : ''
      return { contact_way: page.map((way) => ({ config_id: way.configId })), next_cursor: next }
    },
  }),
  endpoint({
    path: 'externalcontact/update_contact_way',
    permission: 'customers',
    input: Shared.extend({ config_id: z.string().min(1) }),
    handle: (call, input) => {
      const way = ownWay(call, input.config_id)
      const { config_id: _, ...given } = input
      const changes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      const body = { ...way.body, ...changes }
      checkBody(call, body)
      updateContactWay(call.world, way, body)
      return {}
    },
  }),
  endpoint({
    path: 'externalcontact/del_contact_way',
    permission: 'customers',
    input: ConfigId,
    handle: (call, { config_id }) => {
      deleteContactWay(call.world, ownWay(call, config_id))
      return {}
    },
  }),
  endpoint({
    path: 'externalcontact/close_temp_chat',
    permission: 'customers',
    input: z.object({ userid: z.string().min(1), external_userid: z.string().min(1) }),
    handle: ({ world, agent }, input) => {
      const chat = findTempChat(world, agent.corpId, input.userid, input.external_userid) ?? refuse(84061)
      closeTempChat(world, chat)
      conclude(world, agent.corpId, input.userid, input.external_userid, findContactWay(world, chat.configId)?.body.conclusions)
      return {}
    },
  }),
]

function ownWay({ world, agent }: Call, configId: string): ContactWay {
  const way = findContactWay(world, configId)
  return way && way.corpId === agent.corpId ? way : refuseParameter('config_id', 'not found')
}

function checkBody(call: Call, body: ContactWayBody): void {
  const { world, agent } = call
  if (body.type === 1 && (body.user.length !== 1 || body.party.length > 0)) refuseParameter('user', 'must be exactly one for type 1')
  if (body.type === 2 && body.user.length + body.party.length === 0) refuseParameter('user', 'and party missing')
  if (body.type === 2 && (body.style ?? 1) > 2) refuseParameter('style', 'exceed max value 2')
  for (const userId of body.user) servingNamed(call, userId)
  checkDepartments(call, body.party)
  if (membersBehind(world, agent.corpId, body).length > 100) refuseParameter('user', 'exceed max array size 100 after expanding party')
  if (body.conclusions?.image?.media_id && !findLiveMedia(world, agent.corpId, body.conclusions.image.media_id)) refuse(40007)
  if (body.conclusions?.miniprogram && !findLiveMedia(world, agent.corpId, body.conclusions.miniprogram.pic_media_id)) refuse(40007)
}

function wayBody(world: World, way: ContactWay) {
  const { conclusions, is_temp, expires_in, chat_expires_in, unionid, ...body } = way.body
  const temporary = is_temp ? { expires_in, chat_expires_in, unionid } : {}
  const picture = conclusions?.image?.media_id ? { image: { pic_url: mediaUrl(world, conclusions.image.media_id) } } : {}
  return {
    config_id: way.configId,
    ...body,
    is_temp,
    ...temporary,
    ...(body.scene === 2 ? { qr_code: codeQrUrl(world, way.configId) } : {}),
    ...(conclusions ? { conclusions: { ...conclusions, ...picture } } : {}),
  }
}

/** At most one thing beside the text goes out: image before link before mini program. */
function conclude(world: World, corpId: string, userId: string, externalUserId: string, it: Conclusions | undefined): void {
  const send = (kind: 'text' | 'image' | 'link' | 'miniprogram', content: Parameters<typeof addMessage>[1]['content']) =>
    addMessage(world, { corpId, userId, externalUserId, agentId: 0, sender: 'employee', source: 'conclusion', kind, content })
  if (it?.text?.content) send('text', { text: it.text.content })
  if (it?.image?.media_id) send('image', { mediaId: it.image.media_id })
  else if (it?.link) send('link', { title: it.link.title, description: it.link.desc, url: it.link.url, imageUrl: it.link.picurl })
  else if (it?.miniprogram)
    send('miniprogram', {
      title: it.miniprogram.title,
      mediaId: it.miniprogram.pic_media_id,
      appId: it.miniprogram.appid,
      page: it.miniprogram.page,
    })
}
