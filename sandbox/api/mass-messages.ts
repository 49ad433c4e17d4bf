// Mass messages (section 10, pages 92135, 93338, 97610, 97611).
import { z } from 'zod'
import { findEmployee, visibleEmployees, visibleLeavers } from '../state/directory.ts'
import { isBeingDispatched, type Plan, planCustomers, planGroups } from '../state/mass-life.ts'
import {
  type ChatType,
  cancelMassMessage,
  createMassMessage,
  findMassMessage,
  type MassMessage,
  type MassResult,
  type MassTask,
  massMessagesBetween,
  remindOfMassMessage,
  resultsOfTask,
  tasksOfMassMessage,
} from '../state/mass-messages.ts'
import { mediaUrl } from '../state/media.ts'
import { dayMs, now, toSeconds, type World } from '../state/world.ts'
import { Attachment, readAttachment } from './attachments.ts'
import { type PageInput, pageOf } from './paging.ts'
import { byteText, type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'
import { liveTag } from './tags.ts'

const groupMost = 2000
const customersMost = 10_000
const spanMostSeconds = 31 * 24 * 3600

const ChatTypes = z.enum(['single', 'group'])
const Template = z.object({
  chat_type: ChatTypes.default('single'),
  external_userid: z.array(z.string()).max(customersMost).optional(),
  chat_id_list: z.array(z.string()).max(groupMost).optional(),
  tag_filter: z.object({ group_list: z.array(z.object({ tag_list: z.array(z.string()).max(100).default([]) })).default([]) }).optional(),
  sender: z.string().optional(),
  allow_select: z.boolean().default(false),
  text: z.object({ content: byteText(4000).default('') }).optional(),
  attachments: z.array(Attachment).max(9).default([]),
})
const MsgId = z.object({ msgid: z.string().min(1) })
export const page = (most: number, usual: number) => ({ limit: z.int().min(1).max(most).default(usual), cursor: z.string().optional() })

export const massMessageEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/add_msg_template',
    permission: 'customers',
    empty: { fail_list: [] },
    input: Template,
    handle: addTemplate,
  }),
  endpoint({ path: 'externalcontact/remind_groupmsg_send', permission: 'customers', input: MsgId, handle: remind }),
  endpoint({ path: 'externalcontact/cancel_groupmsg_send', permission: 'customers', input: MsgId, handle: cancel }),
  endpoint({
    path: 'externalcontact/get_groupmsg_list_v2',
    permission: 'customers',
    list: true,
    empty: { group_msg_list: [] },
    input: z.object({
      chat_type: ChatTypes,
      start_time: z.int(),
      end_time: z.int(),
      creator: z.string().optional(),
      filter_type: z.int().min(0).max(2).default(2),
      ...page(100, 50),
    }),
    handle: listMessages,
  }),
  endpoint({
    path: 'externalcontact/get_groupmsg_task',
    permission: 'customers',
    list: true,
    empty: { task_list: [] },
    input: MsgId.extend(page(1000, 500)),
    handle: listTasks,
  }),
  endpoint({
    path: 'externalcontact/get_groupmsg_send_result',
    permission: 'customers',
    list: true,
    empty: { send_list: [] },
    input: MsgId.extend({ userid: z.string().min(1), ...page(1000, 500) }),
    handle: listResults,
  }),
]

function addTemplate(call: Call, input: z.infer<typeof Template>) {
  const { world, agent } = call
  const text = input.text?.content ?? ''
  if (!text && input.attachments.length === 0) return refuseParameter('text', 'and attachments missing')
  const pieces = input.attachments.map((it) => readAttachment(call, it))
  const { plan, failed } = input.chat_type === 'group' ? groupsWanted(call, input) : customersWanted(call, input)
  if (plan.size === 0) return refuse(41048)
  const mass = createMassMessage(
    world,
    {
      corpId: agent.corpId,
      agentId: agent.agentId,
      chatType: input.chat_type,
      creator: undefined,
      allowSelect: input.allow_select,
      body: { text, given: input.attachments, pieces },
    },
    plan,
  )
  return { fail_list: failed, msgid: mass.msgId }
}

function groupsWanted(call: Call, input: z.infer<typeof Template>): Plan {
  const sender = senderNamed(call, input.sender || refuseParameter('sender', 'missing'))
  return planGroups(call.world, call.agent.corpId, sender, input.chat_id_list && unique(input.chat_id_list))
}

/** What is named narrows: the sender's friends, those of the list, those with the tags. */
function customersWanted(call: Call, input: z.infer<typeof Template>): Plan {
  const { world, agent } = call
  const ids = input.external_userid?.length ? unique(input.external_userid) : undefined
  const tagLists = (input.tag_filter?.group_list ?? []).map((it) => it.tag_list).filter((list) => list.length > 0)
  if (!input.sender && !ids && tagLists.length === 0) return refuseParameter('external_userid', 'sender and tag_filter missing')
  for (const tagId of tagLists.flat()) liveTag(world, agent.corpId, tagId)
  const members = visibleEmployees(world, agent).filter((it) => it.contact && it.status === 1)
  return planCustomers(world, {
    corpId: agent.corpId,
    members: new Set(members.map((it) => it.userId)),
    sender: input.sender ? senderNamed(call, input.sender) : undefined,
    externalUserIds: ids,
    tagLists,
  })
}

function senderNamed({ world, agent }: Call, userId: string): string {
  const member = findEmployee(world, agent.corpId, userId) ?? refuse(60111)
  if (!visibleEmployees(world, agent).some((it) => it.userId === member.userId)) refuse(60011)
  if (member.status === 4) refuse(41054)
  return member.contact ? member.userId : refuse(84083)
}

function remind(call: Call, { msgid }: { msgid: string }) {
  const mass = massNamed(call, msgid)
  if (mass.cancelledAt !== undefined) return refuse(41093)
  const lately = mass.remindedAt.filter((at) => at > now(call.world) - dayMs)
  if (lately.length >= call.world.settings.limits.remindersPerDay) return refuse(41094)
  remindOfMassMessage(call.world, mass)
  return {}
}

/** What was sent stays sent. */
function cancel(call: Call, { msgid }: { msgid: string }) {
  const mass = massNamed(call, msgid)
  if (mass.cancelledAt !== undefined) return refuse(41093)
  cancelMassMessage(call.world, mass)
  return {}
}

type ListInput = PageInput & {
  chat_type: ChatType
  start_time: number
  end_time: number
  creator?: string | undefined
  filter_type: number
}

function listMessages(call: Call, input: ListInput) {
  const { world, agent } = call
  checkSpan(input.start_time, input.end_time, spanMostSeconds)
  const isWanted = (it: MassMessage) =>
    (input.filter_type === 2 || (input.filter_type === 1) === (it.creator !== undefined)) &&
    (input.creator === undefined || it.creator === input.creator)
  const { page, next } = pageOf<MassMessage>(
    call,
    'get_groupmsg_list_v2',
    input,
    (it) => it.id,
    (afterId, limit) =>
      massMessagesBetween(world, agent.corpId, input.chat_type, input.start_time * 1000, input.end_time * 1000 + 999)
        .filter((it) => it.id > afterId && isWanted(it))
        .slice(0, limit),
  )
  if (page.some((it) => isBeingDispatched(world, it.createdAt))) return refuse(41063)
  return { group_msg_list: page.map((it) => messageBody(world, it)), ...next }
}

function listTasks(call: Call, input: PageInput & { msgid: string }) {
  const mass = massNamed(call, input.msgid)
  const { page, next } = pageOf<MassTask>(
    call,
    'get_groupmsg_task',
    input,
    (it) => it.id,
    (afterId, limit) => tasksOfMassMessage(call.world, mass.id, afterId, limit),
  )
  return {
    task_list: page.map(({ userId, sentAt }) =>
      sentAt === undefined ? { userid: userId, status: 0 } : { userid: userId, status: 2, send_time: toSeconds(sentAt) },
    ),
    ...next,
  }
}

function listResults(call: Call, input: PageInput & { msgid: string; userid: string }) {
  const mass = massNamed(call, input.msgid)
  const userId = memberNamed(call, input.userid)
  const { page, next } = pageOf<MassResult>(
    call,
    'get_groupmsg_send_result',
    input,
    (it) => it.id,
    (afterId, limit) => resultsOfTask(call.world, mass.id, userId, afterId, limit),
  )
  return {
    send_list: page.map((it) => ({
      [mass.chatType === 'group' ? 'chat_id' : 'external_userid']: it.target,
      userid: it.userId,
      status: it.status,
      ...(it.sentAt === undefined ? {} : { send_time: toSeconds(it.sentAt) }),
    })),
    ...next,
  }
}

/** Right after its making WeCom still hands it out to the members and says so. */
function massNamed({ world, agent }: Call, msgId: string): MassMessage {
  const mass = findMassMessage(world, agent.corpId, msgId) ?? refuseParameter('msgid', 'invalid')
  return isBeingDispatched(world, mass.createdAt) ? refuse(41063) : mass
}

/** Whoever left the company has results all the same. */
export function memberNamed({ world, agent }: Call, userId: string): string {
  const known = findEmployee(world, agent.corpId, userId)?.userId ?? userId
  const isVisible = visibleEmployees(world, agent).some((it) => it.userId === known) || visibleLeavers(world, agent).includes(known)
  if (isVisible) return known
  return findEmployee(world, agent.corpId, known) ? refuse(60011) : refuse(60111)
}

export function checkSpan(start: number, end: number, mostSeconds: number): void {
  if (end < start || end - start > mostSeconds) refuse(600018)
}

const messageBody = (world: World, it: MassMessage) => ({
  msgid: it.msgId,
  ...(it.creator === undefined ? {} : { creator: it.creator }),
  create_time: toSeconds(it.createdAt),
  create_type: it.creator === undefined ? 0 : 1,
  ...(it.body.text ? { text: { content: it.body.text } } : {}),
  attachments: it.body.given.map((given, index) => withPictureUrl(world, given, it.body.pieces[index]?.content.mediaId)),
})

/** Pictures come back with an address, however they were given. */
const withPictureUrl = (world: World, given: Record<string, unknown>, mediaId: string | undefined) =>
  given.msgtype === 'image' && mediaId ? { ...given, image: { ...Object(given.image), pic_url: mediaUrl(world, mediaId) } } : given

const unique = (ids: string[]): string[] => [...new Set(ids)]
