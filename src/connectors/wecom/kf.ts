import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'
import { chunks, type Page, type PageAt } from './paging.ts'

/**
 * WeChat customer service, docs 94661 to 94677, 95122, 95159, 95489, 95490. To one word of a customer five messages within 48
 * hours (95001, 95002); a welcome code lives 20 seconds; the token of an event ten minutes; statistics 31 days, 180 back.
 */
export const kfLimits = {
  nameChars: 16,
  accountsPerPage: 100,
  sceneBytes: 32,
  sceneParamBytes: 128,
  servicers: 100,
  servicerDepartments: 20,
  messagesPerPull: 1000,
  menuItems: 10,
  textBytes: 2048,
  messagesPerWord: 5,
  replyHours: 48,
  welcomeSeconds: 20,
  tokenMinutes: 10,
  customers: 100,
  statisticDays: 31,
} as const

export type KfAccount = NonNullable<ResponseOf<'kf/account/list'>['account_list']>[number]

/** doc 94662: the avatar is a media id. Not repeated after an unknown end: ask `findKfAccount`. */
export async function addKfAccount(
  app: WecomApp,
  account: { name: string; avatar?: string | undefined },
  options?: CallOptions,
): Promise<string> {
  return (await callWecom(app, 'kf/account/add', { body: { name: account.name, media_id: account.avatar } }, options)).open_kfid
}

/** doc 94664 */
export async function updateKfAccount(
  app: WecomApp,
  openKfId: string,
  changes: { name?: string | undefined; avatar?: string | undefined },
  options?: CallOptions,
): Promise<void> {
  await callWecom(app, 'kf/account/update', { body: { open_kfid: openKfId, name: changes.name, media_id: changes.avatar } }, options)
}

/** doc 94663: an unknown one is 95004. */
export async function deleteKfAccount(app: WecomApp, openKfId: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'kf/account/del', { body: { open_kfid: openKfId } }, options)
}

/** doc 94661: WeCom counts from an offset here; the next one is the cursor. `manage_privilege`: whether the API may answer for it. */
export async function listKfAccounts(app: WecomApp, at: PageAt = {}, options?: CallOptions): Promise<Page<KfAccount>> {
  const { limit = kfLimits.accountsPerPage, cursor } = at
  const offset = Number(cursor ?? 0)
  const { account_list: items = [] } = await callWecom(app, 'kf/account/list', { body: { offset, limit } }, options)
  return { items, next: items.length < limit ? undefined : String(offset + items.length) }
}

/** An account of this name that nobody has written down yet; WeCom does not say when one was made. */
export async function findKfAccount(
  app: WecomApp,
  made: { name: string; known: readonly string[] },
  options?: CallOptions,
): Promise<string | undefined> {
  for (let cursor: string | undefined; ; ) {
    const page = await listKfAccounts(app, { cursor }, options)
    const found = page.items.find((one) => one.name === made.name && !made.known.includes(one.open_kfid))
    if (found || page.next === undefined) return found?.open_kfid
    cursor = page.next
  }
}

/** doc 94665: where customers come in; the scene comes back with `enter_session`, and so does a parameter put on the address. */
export async function kfLink(
  app: WecomApp,
  { openKfId, scene, parameter }: { openKfId: string; scene?: string | undefined; parameter?: string | undefined },
  options?: CallOptions,
): Promise<string> {
  const url = new URL((await callWecom(app, 'kf/add_contact_way', { body: { open_kfid: openKfId, scene } }, options)).url)
  if (parameter !== undefined) url.searchParams.set('scene_param', parameter)
  return url.href
}

export type ServicerResult = NonNullable<ResponseOf<'kf/servicer/add'>['result_list']>[number]
export type KfServicer = NonNullable<ResponseOf<'kf/servicer/list'>['servicer_list']>[number]
type People = { openKfId: string; users?: string[] | undefined; departments?: number[] | undefined }

/** doc 94646: each has an answer of their own, 0 is good. */
export async function addServicers(app: WecomApp, people: People, options?: CallOptions): Promise<ServicerResult[]> {
  return (await callWecom(app, 'kf/servicer/add', { body: peopleOf(people) }, options)).result_list ?? []
}

/** doc 94647: whoever was none is 0 and `ignored`. */
export async function removeServicers(app: WecomApp, people: People, options?: CallOptions): Promise<ServicerResult[]> {
  return (await callWecom(app, 'kf/servicer/del', { body: peopleOf(people) }, options)).result_list ?? []
}

/** doc 94645: members and departments; status 0 receives, 1 has stopped. */
export async function listServicers(app: WecomApp, openKfId: string, options?: CallOptions): Promise<KfServicer[]> {
  return (await callWecom(app, 'kf/servicer/list', { query: { open_kfid: openKfId } }, options)).servicer_list ?? []
}

export type KfState = 'new' | 'bot' | 'pool' | 'human' | 'ended'
const stateNames: readonly KfState[] = ['new', 'bot', 'pool', 'human', 'ended']
export type KfConversation = { openKfId: string; externalUserId: string }

/** doc 94669; a state of later days is undefined. */
export async function readKfState(
  app: WecomApp,
  conversation: KfConversation,
  options?: CallOptions,
): Promise<{ state: KfState | undefined; servicer: string | undefined }> {
  const answer = await callWecom(app, 'kf/service_state/get', { body: conversationOf(conversation) }, options)
  return { state: stateNames[answer.service_state ?? -1], servicer: answer.servicer_userid }
}

/**
 * doc 94669: 95016 where the state may not follow, 95014 when the member is no servicer of the account. Answers the code with
 * which a message may accompany the change (`answerKfEvent`). After an unknown end `readKfState` tells whether it happened.
 */
export async function moveKfConversation(
  app: WecomApp,
  conversation: KfConversation,
  to: { state: KfState; servicer?: string | undefined },
  options?: CallOptions,
): Promise<string | undefined> {
  const body = { ...conversationOf(conversation), service_state: stateNames.indexOf(to.state), servicer_userid: to.servicer }
  return (await callWecom(app, 'kf/service_state/trans', { body }, options)).msg_code
}

export type KfMessage = NonNullable<ResponseOf<'kf/sync_msg'>['msg_list']>[number]
export type KfPull = {
  openKfId?: string | undefined
  /** Where the last pull ended; from three days ago without it. */
  cursor?: string | undefined
  /** Of the event that told of news; without it, or after ten minutes (95007), pulls are few. */
  token?: string | undefined
  limit?: number | undefined
}

/**
 * doc 94670: page after page until there is no more. A page may be empty and not the last. Keep `cursor` together with what was
 * done about `messages`: who dies in between gets the page once more, each message under the same id.
 */
export async function* pullKfMessages(
  app: WecomApp,
  pull: KfPull,
  options?: CallOptions,
): AsyncGenerator<{ messages: KfMessage[]; cursor: string | undefined }> {
  const { openKfId, token, limit = kfLimits.messagesPerPull } = pull
  for (let { cursor } = pull; ; ) {
    const body = { open_kfid: openKfId, token, limit, ...(cursor && { cursor }) }
    const answer = await callWecom(app, 'kf/sync_msg', { body }, options)
    const isStuck = answer.next_cursor === undefined || answer.next_cursor === cursor
    cursor = answer.next_cursor ?? cursor
    yield { messages: answer.msg_list ?? [], cursor }
    if (answer.has_more !== 1 || isStuck) return
  }
}

export type KfContent = Omit<RequestOf<'kf/send_msg'>, 'touser' | 'open_kfid' | 'msgid'>
export type KfAnswer = Omit<RequestOf<'kf/send_msg_on_event'>, 'code' | 'msgid'>

/**
 * doc 94677: 95013 after the end, 95018 while a person answers, 95001 and 95002 beyond five messages or 48 hours. With an id of
 * ours (letters, digits, `_`, `-`; 32 at most) a message that arrived is not sent twice: the second is 40058.
 */
export async function sendKfMessage(
  app: WecomApp,
  to: KfConversation & { messageId?: string | undefined },
  content: KfContent,
  options?: CallOptions,
): Promise<string | undefined> {
  const body = { touser: to.externalUserId, open_kfid: to.openKfId, ...(to.messageId && { msgid: to.messageId }), ...content }
  return (await callWecom(app, 'kf/send_msg', { body }, options)).msgid
}

/** doc 95122: text or menu only; a code is good once, a welcome code for 20 seconds. */
export async function answerKfEvent(app: WecomApp, code: string, content: KfAnswer, options?: CallOptions): Promise<string | undefined> {
  return (await callWecom(app, 'kf/send_msg_on_event', { body: { code, ...content } }, { lane: 'first', ...options })).msgid
}

export type KfCustomer = NonNullable<ResponseOf<'kf/customer/batchget'>['customer_list']>[number]

/** doc 95159: who came in the last 48 hours, with what they came in by; others are `unknown`. A hundred at a time. */
export async function readKfCustomers(
  app: WecomApp,
  externalUserIds: readonly string[],
  options?: CallOptions,
): Promise<{ customers: KfCustomer[]; unknown: string[] }> {
  const customers: KfCustomer[] = []
  const unknown: string[] = []
  for (const external_userid_list of chunks(externalUserIds, kfLimits.customers)) {
    const body = { external_userid_list, need_enter_session_context: 1 }
    const answer = await callWecom(app, 'kf/customer/batchget', { body }, options)
    customers.push(...(answer.customer_list ?? []))
    unknown.push(...(answer.invalid_external_userid ?? []))
  }
  return { customers, unknown }
}

export type KfUpgradeRange = { users: string[]; departments: number[]; groups: string[] }

/** doc 94674: who may be offered; an administrator sets it. */
export async function readKfUpgradeRange(app: WecomApp, options?: CallOptions): Promise<KfUpgradeRange> {
  const { member_range, groupchat_range } = await callWecom(app, 'kf/customer/get_upgrade_service_config', {}, options)
  return {
    users: member_range?.userid_list ?? [],
    departments: member_range?.department_id_list ?? [],
    groups: groupchat_range?.chat_id_list ?? [],
  }
}

export type KfUpgrade = ({ userId: string } | { chatId: string }) & { wording?: string | undefined }

/** doc 94674: offers the customer a member or a group; the last offer stands until it is taken back. */
export async function offerKfUpgrade(app: WecomApp, to: KfConversation, offer: KfUpgrade, options?: CallOptions): Promise<void> {
  const { wording } = offer
  const what =
    'userId' in offer ? { type: 1, member: { userid: offer.userId, wording } } : { type: 2, groupchat: { chat_id: offer.chatId, wording } }
  await callWecom(app, 'kf/customer/upgrade_service', { body: { ...conversationOf(to), ...what } }, options)
}

/** doc 94674 */
export async function withdrawKfUpgrade(app: WecomApp, from: KfConversation, options?: CallOptions): Promise<void> {
  await callWecom(app, 'kf/customer/cancel_upgrade_service', { body: conversationOf(from) }, options)
}

/** Whether the corp's channels account (视频号) is bound to customer service. */
export async function isKfBoundToChannels(app: WecomApp, options?: CallOptions): Promise<boolean> {
  return (await callWecom(app, 'kf/get_corp_qualification', {}, options)).wechat_channels_binding ?? false
}

export type KfFigures = NonNullable<ResponseOf<'kf/get_corp_statistic'>['statistic_list']>[number]
export type KfPeriod = { from: number; to: number; openKfId?: string | undefined }

/** doc 95489: one row a day, one account or all of them; unix seconds. */
export async function kfStatistics(app: WecomApp, { from, to, openKfId }: KfPeriod, options?: CallOptions): Promise<KfFigures[]> {
  const body = { start_time: from, end_time: to, open_kfid: openKfId }
  return (await callWecom(app, 'kf/get_corp_statistic', { body }, options)).statistic_list ?? []
}

/** doc 95490: the same of those who answer, one of them or all. */
export async function kfServicerStatistics(
  app: WecomApp,
  { from, to, openKfId, servicer }: KfPeriod & { servicer?: string | undefined },
  options?: CallOptions,
): Promise<KfFigures[]> {
  const body = { start_time: from, end_time: to, open_kfid: openKfId, servicer_userid: servicer }
  return (await callWecom(app, 'kf/get_servicer_statistic', { body }, options)).statistic_list ?? []
}

const peopleOf = ({ openKfId, users, departments }: People) => ({
  open_kfid: openKfId,
  userid_list: users,
  department_id_list: departments,
})
const conversationOf = ({ openKfId, externalUserId }: KfConversation) => ({ open_kfid: openKfId, external_userid: externalUserId })
