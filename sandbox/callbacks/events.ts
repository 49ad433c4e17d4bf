// What WeCom tells a receiver, as the XML it would send, put into the durable queue.
import { appAgentId, findCorp } from '../state/corps.ts'
import { nowSeconds, publish, type World } from '../state/world.ts'

type Field = string | number | string[] | { inner: string } | undefined
/**
 * Text is wrapped in CDATA, numbers stand bare, a list is a row of Items, undefined is left out: that is how the real pushes look.
 * `inner` is XML already.
 */
export type Fields = Record<string, Field>

export type Event = {
  name: string
  fields: Fields
  /** Pushes about the same thing keep their order unless a fault says otherwise. */
  lane: string
  /** Empty for the customer-contact and directory receivers. */
  agentId?: number
  from?: string
}

export const externalContactEvent = (changeType: string, userId: string, externalUserId: string, more: Fields = {}): Event => ({
  name: `change_external_contact.${changeType}`,
  fields: {
    MsgType: 'event',
    Event: 'change_external_contact',
    ChangeType: changeType,
    UserID: userId,
    ExternalUserID: externalUserId,
    ...more,
  },
  lane: externalUserId,
})

/** With the state of the friendship, as the official sample has it. */
export const editEvent = (it: { userId: string; externalUserId: string; state: string }): Event =>
  externalContactEvent('edit_external_contact', it.userId, it.externalUserId, { State: it.state || undefined })

export const externalTagEvent = (
  changeType: 'create' | 'update' | 'delete' | 'shuffle',
  id: string,
  tagType: 'tag' | 'tag_group',
  strategyId = 0,
): Event => ({
  name: `change_external_tag.${changeType}`,
  fields: {
    MsgType: 'event',
    Event: 'change_external_tag',
    Id: id,
    TagType: changeType === 'shuffle' ? undefined : tagType,
    ChangeType: changeType,
    StrategyId: strategyId > 0 ? strategyId : undefined,
  },
  lane: 'tags',
})

export const groupChatEvent = (changeType: 'create' | 'update' | 'dismiss', chatId: string, more: Fields = {}): Event => ({
  name: `change_external_chat.${changeType}`,
  fields: { MsgType: 'event', Event: 'change_external_chat', ChatId: chatId, ChangeType: changeType, ...more },
  lane: chatId,
})

export const directoryEvent = (changeType: string, fields: Fields): Event => ({
  name: `change_contact.${changeType}`,
  fields: { MsgType: 'event', Event: 'change_contact', ChangeType: changeType, ...fields },
  lane: 'directory',
})

export type AgentAct = 'subscribe' | 'unsubscribe' | 'enter_agent' | 'click' | 'view'

/** `key` is of the menu: what stands behind the button. */
export const agentEvent = (event: AgentAct, userId: string, key = ''): Event => ({
  name: event,
  fields: { MsgType: 'event', Event: event, EventKey: event.endsWith('subscribe') ? undefined : key, AgentID: appAgentId },
  lane: userId,
  agentId: appAgentId,
  from: userId,
})

export const textMessage = (userId: string, text: string, messageId: number): Event => ({
  name: 'message.text',
  fields: { MsgType: 'text', Content: text, MsgId: 7_000_000_000_000_000 + messageId, AgentID: appAgentId },
  lane: userId,
  agentId: appAgentId,
  from: userId,
})

/** A corp without a receiver loses its events, as in reality. */
export function emit(world: World, corpId: string, event: Event): void {
  const xml = toXml({ ToUserName: corpId, FromUserName: event.from ?? 'sys', CreateTime: nowSeconds(world), ...event.fields })
  push(world, corpId, { name: event.name, xml, lane: event.lane, agentId: event.agentId ?? 0 })
}

export type Push = { name: string; xml: string; lane: string; agentId: number }

/** Into the queue, with what the faults do to it; the number of the (last) entry. */
export function push(world: World, corpId: string, it: Push): number {
  const { callbacks } = world.settings.faults
  const receiver = findCorp(world, corpId)?.callback
  const dropped = Math.random() < callbacks.drop
  const state = !receiver ? 'no_receiver' : dropped ? 'dropped' : 'waiting'
  const copies = state === 'waiting' && Math.random() < callbacks.duplicate ? 2 : 1
  const at = Date.now()
  let id = 0
  for (let copy = 0; copy < copies; copy++) {
    const shuffled = Math.random() < callbacks.reorder
    // A reordered push leaves its lane and waits a little, so later ones overtake it.
    const lane = shuffled ? `${it.lane}#${Math.random()}` : it.lane
    const dueAt = at + callbacks.delayMs + (shuffled ? 100 + Math.floor(Math.random() * 900) : 0)
    id = world.store.run(
      'INSERT INTO callbacks (corp_id, lane, agent_id, name, xml, state, created_at, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      corpId,
      lane,
      it.agentId,
      it.name,
      it.xml,
      state,
      at,
      dueAt,
    ).lastId
  }
  publish(world, { kind: 'callback' })
  setImmediate(() => world.wakeCallbacks())
  return id
}

export function toXml(fields: Fields): string {
  const elements = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`<${name}>${elementText(value)}</${name}>`],
  )
  return `<xml>${elements.join('')}</xml>`
}

const elementText = (value: string | number | string[] | { inner: string }): string => {
  if (typeof value === 'number') return String(value)
  if (typeof value === 'object' && 'inner' in value) return value.inner
  return typeof value === 'string' ? cdata(value) : value.map((item) => `<Item>${cdata(item)}</Item>`).join('')
}

export const cdata = (text: string): string => `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
