import { createHash } from 'node:crypto'
import type * as z from 'zod'
import { readLeniently } from '../lenient.ts'
import { parseXml, textAt, type XmlTree } from '../xml.ts'
import { acquisitionEvents } from './acquisition.ts'
import { appEvents, archiveEvents, kfEvents, suiteEvents } from './apps.ts'
import { chatEvents } from './chats.ts'
import { contactEvents } from './contacts.ts'
import { directoryEvents } from './directory.ts'
import { camelCased } from './fields.ts'
import { messageModels } from './messages.ts'
import { tagEvents } from './tags.ts'

const eventModels = {
  ...contactEvents,
  ...chatEvents,
  ...tagEvents,
  ...acquisitionEvents,
  ...directoryEvents,
  ...appEvents,
  ...kfEvents,
  ...archiveEvents,
  ...suiteEvents,
}

type EventModels = typeof eventModels
type MessageModels = typeof messageModels

/** What every callback has, whether it came to an own app or, in other words, to a third-party suite. */
export type CallbackHead = {
  corpId?: string
  suiteId?: string
  /** Unix seconds. */
  at?: number
  from?: string
  agentId?: number
  raw: XmlTree
}

type EventNames = { event: string; changeType?: string }

export type KnownEvent = {
  [Type in keyof EventModels]: CallbackHead & EventNames & z.output<EventModels[Type]> & { kind: 'event'; type: Type; known: true }
}[keyof EventModels]
export type UnknownEvent = CallbackHead & EventNames & { kind: 'event'; type: string; known: false }

export type KnownMessage = {
  [Type in keyof MessageModels]: CallbackHead &
    z.output<MessageModels[Type]> & { kind: 'message'; type: `message.${Type}`; msgId?: string; known: true }
}[keyof MessageModels]
export type UnknownMessage = CallbackHead & { kind: 'message'; type: string; msgId?: string; known: false }

export type Callback = KnownEvent | UnknownEvent | KnownMessage | UnknownMessage

/** Models by name; WeCom's own pages differ in case for a few (`LOCATION`, `CLICK`), so the look-up does not care. */
const eventTypes = new Map(Object.entries(eventModels).map(([type, model]) => [type.toLowerCase(), { type, model }]))
const messageTypes = new Map(Object.entries(messageModels).map(([type, model]) => [type, model]))

/** A decrypted callback as its typed event or message. Throws only when the XML itself cannot be read. */
export function readCallback(xml: string): Callback {
  const raw = parseXml(xml)
  const isMessage = !('InfoType' in raw) && textAt(raw, 'MsgType') !== 'event' && textAt(raw, 'MsgType') !== undefined
  return (isMessage ? readMessage(raw) : readEvent(raw)) as Callback
}

/**
 * The key under which a callback counts once: WeCom's own hint (sender and second) merges two customers scanning in the same
 * second, and a retry may be encrypted anew, so events are known by their whole content and messages by their id.
 */
export function callbackKey({ raw }: Pick<Callback, 'raw'>): string {
  const msgId = textAt(raw, 'MsgId')
  if (msgId && textAt(raw, 'MsgType') !== 'event') return `message:${textAt(raw, 'AgentID') ?? ''}:${msgId}`
  return `event:${createHash('sha256')
    .update(JSON.stringify(sorted(raw)))
    .digest('hex')}`
}

function readEvent(raw: XmlTree) {
  const event = textAt(raw, 'Event') ?? textAt(raw, 'InfoType') ?? ''
  const changeType = textAt(raw, 'ChangeType') || undefined
  const written = changeType ? `${event}.${changeType}` : event
  const known = eventTypes.get(written.toLowerCase())
  const names = { kind: 'event', event, ...(changeType && { changeType }) }
  return typed(raw, known?.model, { ...names, type: known?.type ?? written })
}

function readMessage(raw: XmlTree) {
  const msgType = textAt(raw, 'MsgType') ?? ''
  return typed(raw, messageTypes.get(msgType), { kind: 'message', type: `message.${msgType}` })
}

/** Fields first, names of the head over them: what the model does not know stays in as text. */
function typed(raw: XmlTree, model: z.ZodType | undefined, names: object) {
  const fields = camelCased(raw) as Record<string, unknown>
  for (const name of headFields) delete fields[name]
  const read = model && readLeniently(model, fields)
  return withoutAbsent({ ...head(raw), ...names, known: read !== undefined, ...(read?.value as object), raw })
}

const headFields = [
  'toUserName',
  'authCorpId',
  'suiteId',
  'createTime',
  'timeStamp',
  'fromUserName',
  'agentId',
  'event',
  'infoType',
  'changeType',
]

function head(raw: XmlTree) {
  const seconds = Number(textAt(raw, 'CreateTime') ?? textAt(raw, 'TimeStamp') ?? Number.NaN)
  const agentId = Number(textAt(raw, 'AgentID') || Number.NaN)
  return {
    corpId: textAt(raw, 'AuthCorpId') ?? textAt(raw, 'ToUserName'),
    suiteId: textAt(raw, 'SuiteId'),
    at: Number.isFinite(seconds) ? seconds : undefined,
    from: textAt(raw, 'FromUserName'),
    agentId: Number.isFinite(agentId) ? agentId : undefined,
  }
}

function withoutAbsent(value: object) {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, child]) => [name, sorted(child)]),
  )
}
