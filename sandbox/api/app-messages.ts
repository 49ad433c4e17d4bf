// Messages of the app to employees (section 15).
import { z } from 'zod'
import { listDepartments, listEmployees, subtree, visibleEmployees } from '../state/directory.ts'
import { findLiveMedia } from '../state/media.ts'
import { addMessage, type Content, type Kind } from '../state/messages.ts'
import { freshSecret, now } from '../state/world.ts'
import { byteText, type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'

const Text = z.object({ content: z.string().min(1) })
const WithMedia = z.object({ media_id: z.string().min(1), title: z.string().optional(), description: z.string().optional() })
const Article = z.object({
  title: byteText(128, 1),
  description: byteText(512).optional(),
  url: z.string().optional(),
  picurl: z.string().optional(),
})
const Input = z.object({
  touser: z.string().default(''),
  toparty: z.string().default(''),
  totag: z.string().default(''),
  msgtype: z.string().min(1),
  agentid: z.int(),
  text: Text.optional(),
  markdown: Text.optional(),
  image: WithMedia.optional(),
  voice: WithMedia.optional(),
  video: WithMedia.optional(),
  file: WithMedia.optional(),
  textcard: z
    .object({ title: byteText(128, 1), description: byteText(512, 1), url: byteText(2048, 1), btntxt: z.string().optional() })
    .optional(),
  news: z.object({ articles: z.array(Article).min(1).max(8) }).optional(),
  mpnews: z
    .object({
      articles: z
        .array(z.object({ title: byteText(128, 1), thumb_media_id: z.string().min(1), content: z.string(), digest: z.string().optional() }))
        .min(1)
        .max(8),
    })
    .optional(),
  miniprogram_notice: z
    .object({ appid: z.string().min(1), page: z.string().optional(), title: z.string().min(1), description: z.string().optional() })
    .optional(),
  template_card: z
    .object({
      card_type: z.string().min(1),
      main_title: z.object({ title: z.string().optional(), desc: z.string().optional() }).optional(),
    })
    .optional(),
})
type Input = z.infer<typeof Input>

export const appMessageEndpoints: Endpoint[] = [endpoint({ path: 'message/send', permission: 'message', input: Input, handle: send })]

function send(call: Call, input: Input) {
  const { world, agent } = call
  if (input.agentid !== agent.agentId) refuse(40056)
  const parts = contentOf(call, input)
  const { receivers, invalidUsers, invalidParties } = receiversOf(call, input)
  if (receivers.size === 0) refuse(81013)
  for (const userId of receivers) {
    // What a member gets beyond thirty a minute is dropped without a word.
    if (sentLastMinute(call, userId) >= world.settings.limits.memberMessagesPerMinute) continue
    for (const part of parts) {
      addMessage(world, { corpId: agent.corpId, userId, externalUserId: '', agentId: agent.agentId, sender: 'app', source: 'app', ...part })
    }
  }
  return {
    msgid: freshSecret(64),
    ...(invalidUsers.length > 0 ? { invaliduser: invalidUsers.join('|') } : {}),
    ...(invalidParties.length > 0 ? { invalidparty: invalidParties.join('|') } : {}),
    ...(input.totag ? { invalidtag: input.totag } : {}),
    ...(input.msgtype === 'template_card' ? { response_code: freshSecret(64) } : {}),
  }
}

const sentLastMinute = ({ world, agent }: Call, userId: string): number =>
  world.store.get<{ n: number }>(
    `SELECT count(*) AS n FROM messages WHERE corp_id = ? AND userid = ? AND sender = 'app' AND at > ?`,
    agent.corpId,
    userId,
    now(world) - 60_000,
  )?.n ?? 0

const split = (list: string): string[] =>
  list
    .split('|')
    .map((it) => it.trim())
    .filter((it) => it !== '')

function receiversOf({ world, agent }: Call, input: Input) {
  const visible = visibleEmployees(world, agent)
  if (input.touser === '@all') return { receivers: new Set(visible.map((it) => it.userId)), invalidUsers: [], invalidParties: [] }
  const users = split(input.touser)
  const parties = split(input.toparty)
  if (users.length + parties.length + split(input.totag).length === 0) refuse(82001)
  if (users.length > 1000) refuseParameter('touser', 'exceed max array size 1000')
  if (parties.length > 100) refuseParameter('toparty', 'exceed max array size 100')
  const departments = listDepartments(world, agent.corpId)
  const inside = subtree(departments, parties.map(Number))
  const inParties = listEmployees(world, agent.corpId).filter(
    (it) => it.departments.some((id) => inside.has(id)) && visible.some((seen) => seen.userId === it.userId),
  )
  const known = (userId: string) => visible.find((it) => it.userId.toLowerCase() === userId.toLowerCase())?.userId
  return {
    receivers: new Set([...users.flatMap((it) => known(it) ?? []), ...inParties.map((it) => it.userId)]),
    invalidUsers: users.filter((it) => known(it) === undefined),
    invalidParties: parties.filter((id) => !departments.some((it) => String(it.id) === id)),
  }
}

type Part = { kind: Kind; content: Content }
function contentOf(call: Call, input: Input): Part[] {
  const missing = (): never => refuseParameter(input.msgtype, 'missing')
  switch (input.msgtype) {
    case 'text':
    case 'markdown': {
      const text = (input[input.msgtype] ?? missing()).content
      if (Buffer.byteLength(text) > 2048) refuse(45002)
      return [{ kind: input.msgtype, content: { text } }]
    }
    case 'image':
    case 'voice':
    case 'video':
    case 'file': {
      const it = input[input.msgtype] ?? missing()
      const media = findLiveMedia(call.world, call.agent.corpId, it.media_id) ?? refuse(40007)
      return [
        {
          kind: input.msgtype,
          content: { mediaId: media.mediaId, fileName: media.fileName, size: media.size, title: it.title, description: it.description },
        },
      ]
    }
    case 'textcard': {
      const it = input.textcard ?? missing()
      return [{ kind: 'card', content: { title: it.title, description: it.description, url: it.url } }]
    }
    case 'news': {
      const { articles } = input.news ?? missing()
      return [
        {
          kind: 'news',
          content: { items: articles.map((it) => ({ title: it.title, description: it.description, url: it.url, imageUrl: it.picurl })) },
        },
      ]
    }
    case 'mpnews': {
      const { articles } = input.mpnews ?? missing()
      for (const it of articles) if (!findLiveMedia(call.world, call.agent.corpId, it.thumb_media_id)) refuse(40007)
      return [{ kind: 'news', content: { items: articles.map((it) => ({ title: it.title, description: it.digest })) } }]
    }
    case 'miniprogram_notice': {
      const it = input.miniprogram_notice ?? missing()
      return [{ kind: 'miniprogram', content: { title: it.title, description: it.description, appId: it.appid, page: it.page } }]
    }
    case 'template_card': {
      const it = input.template_card ?? missing()
      return [{ kind: 'card', content: { title: it.main_title?.title, description: it.main_title?.desc } }]
    }
    default:
      return refuseParameter('msgtype', 'invalid')
  }
}
