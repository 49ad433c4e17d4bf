import { storable, type Talk, talkOf } from './talks.ts'
import { folded, gramsOf, textOf } from './words.ts'

/** A message as it is stored. */
export type Said = {
  msgid: string
  seq: number | null
  action: string
  type: string
  at: Date
  sender: string
  receivers: string[]
  room: string
  /** Undefined where somebody only took up or left the archive's client. */
  talk: Talk | undefined
  body: Record<string, unknown>
  words: string
  grams: string[]
  recalls: string | null
}

export type Plain = { msgid: string; seq: number | null; type: string; message: unknown }

/** What is stored of a message, whatever it looks like: `now` stands for a time that is missing or absurd. */
export function saidOf({ msgid, seq, type, message }: Plain, now: Date): Said {
  const body = storable(typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {})
  const sender = word(body.from) || word(body.user)
  const receivers = Array.isArray(body.tolist) ? body.tolist.map(word).filter((one) => one !== '') : []
  const room = word(body.roomid)
  const action = word(body.action) || 'send'
  const isTalk = action !== 'switch' && sender !== '' && (room !== '' || receivers.length > 0)
  const text = textOf(body)
  const pre = type === 'revoke' ? word((body.revoke as Record<string, unknown> | undefined)?.pre_msgid) : ''
  return {
    msgid: storable(msgid).slice(0, 300),
    seq,
    action,
    type: storable(type).slice(0, 100),
    at: momentOf(body.msgtime) ?? momentOf(body.time) ?? now,
    sender,
    receivers,
    room,
    talk: isTalk ? talkOf({ sender, receivers, room }) : undefined,
    body,
    words: folded(text),
    grams: gramsOf(text),
    recalls: pre || null,
  }
}

const word = (value: unknown): string => (typeof value === 'string' ? value.trim().slice(0, 200) : '')

const earliest = Date.UTC(2000, 0, 1)
const latest = Date.UTC(2200, 0, 1)

/** Milliseconds; some exports have seconds. */
function momentOf(value: unknown): Date | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  const milliseconds = value < 100_000_000_000 ? value * 1000 : value
  return milliseconds > earliest && milliseconds < latest ? new Date(milliseconds) : undefined
}

export type Answer = { externalUserId: string; userId: string; status: 'agreed' | 'refused'; at: Date }

/** A customer's yes or no that came as a message: doc 91774, types agree and disagree. */
export function answerOf({ type, body, receivers, room, at }: Said): Answer[] {
  if ((type !== 'agree' && type !== 'disagree') || room) return []
  const inner = (body[type] ?? {}) as Record<string, unknown>
  const externalUserId = word(inner.userid) || word(body.from)
  const status = type === 'agree' ? 'agreed' : 'refused'
  const given = [inner.disagree_time, inner.agree_time].map(momentOf).find((one) => one !== undefined)
  return receivers.filter((one) => one !== externalUserId).map((userId) => ({ externalUserId, userId, status, at: given ?? at }))
}
