import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'
import { isUnknownEnd } from './unknown-ends.ts'

/**
 * doc 90236. A corp's apps send headcount × 200 person-messages a day each; a member receives 30 a minute and 1000 an hour of an
 * app, what is above is dropped without a word. Recalled within a day; a card's code works once within 72 hours.
 */
export const appMessageLimits = {
  members: 1000,
  departments: 100,
  tags: 100,
  textBytes: 2048,
  articles: 8,
  perHeadAndDay: 200,
  perMemberAndMinute: 30,
  perMemberAndHour: 1000,
  recallHours: 24,
  cardCodeHours: 72,
  onceSeconds: 4 * 3600,
} as const

export type Receivers = { members?: readonly string[] | 'all'; departments?: readonly number[]; tags?: readonly number[] }
type Body = RequestOf<'message/send'>
export type Message = Omit<Body, 'touser' | 'toparty' | 'totag' | 'agentid'>
export type Sent = ResponseOf<'message/send'>

/** Sends as this app. Who could not be reached comes back in lists; only when nobody could it is an error (81013, 82001). */
export function sendMessage(app: WecomApp, to: Receivers, message: Message, options?: CallOptions): Promise<Sent> {
  const body = {
    ...message,
    ...(to.members && { touser: to.members === 'all' ? '@all' : to.members.join('|') }),
    ...(to.departments && { toparty: to.departments.join('|') }),
    ...(to.tags && { totag: to.tags.join('|') }),
    ...(app.agentId !== undefined && { agentid: app.agentId }),
  } as Body
  return callWecom(app, 'message/send', { body }, options)
}

/**
 * The same, and sent again when nobody knows whether it arrived: WeCom drops the second of two equal messages within this time
 * (half an hour, four hours at most), so nobody reads it twice.
 */
export function sendMessageOnce(
  app: WecomApp,
  to: Receivers,
  message: Message,
  { withinSeconds = 1800, ...options }: CallOptions & { withinSeconds?: number } = {},
): Promise<Sent> {
  const checked = { ...message, enable_duplicate_check: 1, duplicate_check_interval: withinSeconds }
  return sendMessage(app, to, checked, options).catch((error: unknown) => {
    if (!isUnknownEnd(error)) throw error
    return sendMessage(app, to, checked, options)
  })
}

export const textMessage = (content: string): Message => ({ msgtype: 'text', text: { content } })
/** Shown to members in WeCom only; WeChat has no markdown. */
export const markdownMessage = (content: string): Message => ({ msgtype: 'markdown', markdown: { content } })
export const fileMessage = (kind: 'image' | 'voice' | 'file', mediaId: string): Message => ({
  msgtype: kind,
  [kind]: { media_id: mediaId },
})
export const videoMessage = (video: { mediaId: string; title?: string; description?: string }): Message => ({
  msgtype: 'video',
  video: { media_id: video.mediaId, title: video.title, description: video.description },
})
export const linkCardMessage = (card: { title: string; description: string; url: string; button?: string }): Message => ({
  msgtype: 'textcard',
  textcard: { title: card.title, description: card.description, url: card.url, btntxt: card.button },
})
export type Article = { title: string; description?: string; url?: string; pictureUrl?: string }
export const newsMessage = (articles: Article[]): Message => ({
  msgtype: 'news',
  news: { articles: articles.map(({ pictureUrl, ...one }) => ({ ...one, picurl: pictureUrl })) },
})
export const miniProgramMessage = (notice: {
  appId: string
  title: string
  page?: string
  description?: string
  rows?: { key: string; value: string }[]
}): Message => ({
  msgtype: 'miniprogram_notice',
  miniprogram_notice: {
    appid: notice.appId,
    title: notice.title,
    page: notice.page,
    description: notice.description,
    content_item: notice.rows,
  },
})
export type Card = NonNullable<Body['template_card']>
/** text_notice, news_notice, button_interaction, vote_interaction or multiple_interaction; the last three need a `task_id`. */
export const cardMessage = (card: Card): Message => ({ msgtype: 'template_card', template_card: card })

/** doc 94867: within a day of sending; later, or an unknown one, is 40058. */
export async function recallMessage(app: WecomApp, msgId: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'message/recall', { body: { msgid: msgId } }, options)
}

export type CardUpdate = {
  /** The code of the event or of the sending; it works once. */
  code: string
  members?: string[] | 'all' | undefined
  departments?: number[] | undefined
  tags?: number[] | undefined
  /** New words on the pressed button, or another card. */
  change: { button: string } | { card: Card }
}

/** doc 94888: answers the members whose card stays as it was. A code that was used or is older than 72 hours is 40058. */
export async function updateCard(app: WecomApp, update: CardUpdate, options?: CallOptions): Promise<string[]> {
  const body = {
    agentid: app.agentId,
    response_code: update.code,
    ...(update.members === 'all' ? { atall: 1 } : { userids: update.members }),
    partyids: update.departments,
    tagids: update.tags,
    ...('button' in update.change ? { button: { replace_name: update.change.button } } : { template_card: update.change.card }),
  }
  return (await callWecom(app, 'message/update_template_card', { body }, options)).invaliduser ?? []
}

export type MessageCount = { agentId: number | undefined; name: string | undefined; count: number }

/** doc 92369: person-messages of each app today or yesterday. */
export async function countMessages(app: WecomApp, day: 'today' | 'yesterday', options?: CallOptions): Promise<MessageCount[]> {
  const { statistics = [] } = await callWecom(app, 'message/get_statistics', { body: { time_type: day === 'today' ? 0 : 1 } }, options)
  return statistics.map((one) => ({ agentId: one.agentid, name: one.app_name, count: one.count ?? 0 }))
}
