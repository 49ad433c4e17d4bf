import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'
import { type Page, type PageAt, pageBody, pages } from './paging.ts'

/**
 * Docs 92135 and 93338. A customer or group receives as many as the month has days; an administrator may make it seven a week or
 * one a day (text of November 2025; older ones said four a month). Sending to groups needs clients from 4.1.10.
 */
export const massMessageLimits = {
  customers: 10_000,
  groups: 2000,
  textBytes: 4000,
  attachments: 9,
  remindersPerDay: 3,
  daysPerList: 31,
  messagesPerPage: 100,
  tasksPerPage: 1000,
  resultsPerPage: 1000,
} as const

type Template = RequestOf<'externalcontact/add_msg_template'>
export type MassAttachment = NonNullable<Template['attachments']>[number]
export type MassContent = { text?: string | undefined; attachments?: MassAttachment[] | undefined }

/** At least one of the three; each narrows the others. */
export type MassCustomers = {
  /** Whose customers; without it each customer hears from whoever talked with them last. */
  sender?: string | undefined
  customers?: string[] | undefined
  /** Any tag of a list, every list; WeCom does not say so plainly. */
  tags?: string[][] | undefined
  /** The member may take customers off the list. */
  maySelect?: boolean | undefined
}
export type MassGroups = { sender: string; groups?: string[] | undefined; maySelect?: boolean | undefined }

/** `unsendable`: ids that WeCom does not know or cannot reach; the message goes to the rest. */
export type MassMessage = { msgId: string; unsendable: string[] }

/**
 * doc 92135: asks the members; nothing is delivered before each confirmed. Nobody who could receive it is 41048. Not repeated
 * after an unknown end: ask `findMassMessage` first.
 */
export function sendToCustomers(app: WecomApp, to: MassCustomers, content: MassContent, options?: CallOptions): Promise<MassMessage> {
  const tag_filter = to.tags && { group_list: to.tags.map((tag_list) => ({ tag_list })) }
  const body = { chat_type: 'single', sender: to.sender, external_userid: to.customers, tag_filter, allow_select: to.maySelect }
  return create(app, { ...body, ...bodyOf(content) }, options)
}

/** doc 92135: to these groups of the sender, or to all of them. */
export function sendToGroups(app: WecomApp, to: MassGroups, content: MassContent, options?: CallOptions): Promise<MassMessage> {
  const body = { chat_type: 'group', sender: to.sender, chat_id_list: to.groups, allow_select: to.maySelect }
  return create(app, { ...body, ...bodyOf(content) }, options)
}

/** doc 97610: members who have not sent see it again; three times in 24 hours (41094), never after it was cancelled (41093). */
export async function remindSenders(app: WecomApp, msgId: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/remind_groupmsg_send', { body: { msgid: msgId } }, options)
}

/** doc 97611: what was sent stays sent; cancelled already is 41093. */
export async function cancelMassMessage(app: WecomApp, msgId: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/cancel_groupmsg_send', { body: { msgid: msgId } }, options)
}

export type ListedMassMessage = NonNullable<ResponseOf<'externalcontact/get_groupmsg_list_v2'>['group_msg_list']>[number]
export type MassMessagesAsked = {
  kind: 'single' | 'group'
  /** Unix seconds; a month at most, else 600018. */
  from: number
  to: number
  creator?: string | undefined
  /** Made by the company (also through this API) or by a member for themself. */
  by?: 'company' | 'member' | undefined
}
const makers = { company: 0, member: 1, all: 2 } as const

/** doc 93338, in the order they were made. What was made through the API has no creator. */
export async function listMassMessages(
  app: WecomApp,
  asked: MassMessagesAsked,
  at: PageAt = {},
  options?: CallOptions,
): Promise<Page<ListedMassMessage>> {
  const { kind, from, to, creator, by = 'all' } = asked
  const body = { chat_type: kind, start_time: from, end_time: to, creator, filter_type: makers[by] }
  const page = pageBody(at, massMessageLimits.messagesPerPage)
  const answer = await callWecom(app, 'externalcontact/get_groupmsg_list_v2', { body: { ...body, ...page } }, options)
  return { items: answer.group_msg_list ?? [], next: answer.next_cursor || undefined }
}

export type MassTask = NonNullable<ResponseOf<'externalcontact/get_groupmsg_task'>['task_list']>[number]

/** doc 93338: who was asked; status 0 not sent, 2 sent. Right after the creation 41063: again in a moment. */
export async function listMassTasks(app: WecomApp, msgId: string, at: PageAt = {}, options?: CallOptions): Promise<Page<MassTask>> {
  const body = { msgid: msgId, ...pageBody(at, massMessageLimits.tasksPerPage) }
  const answer = await callWecom(app, 'externalcontact/get_groupmsg_task', { body }, options)
  return { items: answer.task_list ?? [], next: answer.next_cursor || undefined }
}

export type MassResult = NonNullable<ResponseOf<'externalcontact/get_groupmsg_send_result'>['send_list']>[number]

/**
 * doc 93338: of one member, customer by customer or group by group. Status 0 not sent, 1 sent, 2 no friend any more, 3 had enough
 * mass messages already; `send_time` stands with 1 only.
 */
export async function listMassResults(
  app: WecomApp,
  { msgId, sender }: { msgId: string; sender: string },
  at: PageAt = {},
  options?: CallOptions,
): Promise<Page<MassResult>> {
  const body = { msgid: msgId, userid: sender, ...pageBody(at, massMessageLimits.resultsPerPage) }
  const answer = await callWecom(app, 'externalcontact/get_groupmsg_send_result', { body }, options)
  return { items: answer.send_list ?? [], next: answer.next_cursor || undefined }
}

export type MadeMassMessage = MassContent & {
  kind: 'single' | 'group'
  /** Only messages that this member alone was asked to send. */
  sender?: string | undefined
  /** Unix seconds of WeCom's clock; without an end as far as a list goes. A list with a message that was made just now is 41063. */
  since: number
  until?: number | undefined
  /** Ids that belong to somebody already. */
  known?: readonly string[] | undefined
  /** Whether it belongs to nobody by now; asked of messages of these words only. */
  isFree?: ((msgId: string) => Promise<boolean>) | undefined
}

/** A message of this content made at or after `since` that nobody has written down yet, for a creation that ended unknown. */
export async function findMassMessage(app: WecomApp, made: MadeMassMessage, options?: CallOptions): Promise<MassMessage | undefined> {
  const { kind, since, known = [], isFree = async () => true, sender } = made
  const taken = new Set(known)
  const to = made.until ?? since + (massMessageLimits.daysPerList - 1) * 86_400
  const asked = { kind, from: since, to, by: 'company' } as const
  for await (const one of pages((cursor) => listMassMessages(app, asked, { cursor }, options)))
    if (!taken.has(one.msgid) && isSame(one, made) && (await isFree(one.msgid)))
      if (!sender || (await isOnlyFrom(app, one.msgid, sender, options))) return { msgId: one.msgid, unsendable: [] }
  return undefined
}

/** Attachments come back with other ids at times, so their kinds must do. */
function isSame(listed: ListedMassMessage, { text = '', attachments = [] }: MassContent): boolean {
  const kinds = (list: MassAttachment[]) => list.map((it) => it.msgtype).join()
  return (listed.text?.content ?? '') === text && kinds(listed.attachments ?? []) === kinds(attachments)
}

async function isOnlyFrom(app: WecomApp, msgId: string, sender: string, options?: CallOptions): Promise<boolean> {
  const { items } = await listMassTasks(app, msgId, { limit: 2 }, options)
  return items.length === 1 && items[0]?.userid === sender
}

async function create(app: WecomApp, body: Template, options?: CallOptions): Promise<MassMessage> {
  const answer = await callWecom(app, 'externalcontact/add_msg_template', { body }, options)
  return { msgId: answer.msgid ?? '', unsendable: answer.fail_list ?? [] }
}

const bodyOf = ({ text, attachments }: MassContent): Pick<Template, 'text' | 'attachments'> => ({
  text: text === undefined ? undefined : { content: text },
  attachments,
})
