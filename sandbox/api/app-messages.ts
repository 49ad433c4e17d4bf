// Messages of the app to employees (section 15).
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { addAppMessage, countReached, findAppMessage, gotTheSame, issueCardCode, isTaskKnown } from '../state/app-messages.ts'
import { listEmployees } from '../state/directory.ts'
import { findLiveMedia } from '../state/media.ts'
import { addMessage, type Content, type Kind } from '../state/messages.ts'
import { beijingMidnight, dayMs, now } from '../state/world.ts'
import { receiversOf } from './app-receivers.ts'
import { byteText, type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'
import { isInteractive, TemplateCard } from './template-cards.ts'

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
  template_card: TemplateCard.optional(),
  safe: z.int().min(0).max(2).default(0),
  enable_duplicate_check: z.int().min(0).max(1).default(0),
  duplicate_check_interval: z
    .int()
    .min(1)
    .max(4 * 3600)
    .default(1800),
})
type Input = z.infer<typeof Input>

export const appMessageEndpoints: Endpoint[] = [endpoint({ path: 'message/send', permission: 'message', input: Input, handle: send })]

function send(call: Call, input: Input) {
  const { world, agent } = call
  if (input.agentid !== agent.agentId) refuse(40056)
  const parts = contentOf(call, input)
  const { receivers, invalidUsers, invalidParties } = receiversOf(call, input)
  if (receivers.size === 0) refuse(81013)
  checkDay(call, receivers.size)
  const card = input.msgtype === 'template_card' ? input.template_card : undefined
  const taskId = card?.task_id ?? ''
  if (taskId && isTaskKnown(world, agent.corpId, agent.agentId, taskId)) refuseParameter('task_id', 'already exists')
  const made = { corpId: agent.corpId, agentId: agent.agentId, digest: digestOf(input), taskId }
  // Whoever has just got the same is left out without a word.
  const already =
    input.enable_duplicate_check === 1 ? gotTheSame(world, made, now(world) - input.duplicate_check_interval * 1000) : undefined
  const msgId = addAppMessage(world, made)
  for (const userId of receivers) {
    if (already?.has(userId) || isCrowded(call, userId)) continue
    for (const part of parts)
      addMessage(world, {
        corpId: agent.corpId,
        userId,
        externalUserId: '',
        agentId: agent.agentId,
        sender: 'app',
        source: 'app',
        msgId,
        ...part,
      })
  }
  const sent = findAppMessage(world, msgId)
  return {
    msgid: msgId,
    ...(invalidUsers.length > 0 ? { invaliduser: invalidUsers.join('|') } : {}),
    ...(invalidParties.length > 0 ? { invalidparty: invalidParties.join('|') } : {}),
    ...(input.totag ? { invalidtag: input.totag } : {}),
    ...(card && sent && isInteractive(card) ? { response_code: issueCardCode(world, sent) } : {}),
  }
}

const digestOf = ({ touser: _, toparty: __, totag: ___, ...content }: Input): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('base64url')

/** An app reaches two hundred people a day for each head of the company (90236). */
function checkDay({ world, agent }: Call, people: number): void {
  const from = beijingMidnight(now(world))
  const most = world.settings.limits.appMessagesPerHead * listEmployees(world, agent.corpId).length
  if (countReached(world, agent.corpId, agent.agentId, from, from + dayMs) + people > most) refuse(45009)
}

/** What a member gets beyond thirty a minute or a thousand an hour is dropped without a word. */
function isCrowded(call: Call, userId: string): boolean {
  const { memberMessagesPerMinute, memberMessagesPerHour } = call.world.settings.limits
  return sentSince(call, userId, 60_000) >= memberMessagesPerMinute || sentSince(call, userId, 3600_000) >= memberMessagesPerHour
}

const sentSince = ({ world, agent }: Call, userId: string, ms: number): number =>
  world.store.get<{ n: number }>(
    `SELECT count(*) AS n FROM messages WHERE corp_id = ? AND userid = ? AND sender = 'app' AND agent_id = ? AND at > ?`,
    agent.corpId,
    userId,
    agent.agentId,
    now(world) - ms,
  )?.n ?? 0

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
      return [
        {
          kind: 'template_card',
          content: {
            title: it.main_title?.title || it.sub_title_text,
            description: it.main_title?.desc,
            url: it.card_action?.url,
            card: it,
          },
        },
      ]
    }
    default:
      return refuseParameter('msgtype', 'invalid')
  }
}
