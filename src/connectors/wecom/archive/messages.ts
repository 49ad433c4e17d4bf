import * as z from 'zod'
import { flag, id, ids, list, number, object, some, text } from '../endpoints/define.ts'
import { readLeniently, withOdd } from '../lenient.ts'
import { withoutNull } from '../without-null.ts'

const stored = { md5sum: text, filesize: number, sdkfileid: text }

/** Parts of mixed messages and chat records carry their body as JSON inside a text. */
const inner = z.preprocess(parseInner, z.unknown())
const part = some({ type: text, msgtime: number, content: inner, from_chatroom: flag })

const demo = some({ filename: text, demooperator: id, starttime: number, endtime: number })
const share = some({ share: id, starttime: number, endtime: number })

/** Where the body of a type lies (mostly under the type's own name) and what is in it: doc 91774. */
const bodies = {
  text: { text: some({ content: text }) },
  image: { image: some(stored) },
  revoke: { revoke: some({ pre_msgid: id }) },
  agree: { agree: some({ userid: id, agree_time: number }) },
  disagree: { disagree: some({ userid: id, agree_time: number, disagree_time: number }) },
  voice: { voice: some({ ...stored, voice_size: number, play_length: number }) },
  video: { video: some({ ...stored, play_length: number }) },
  card: { card: some({ corpname: text, userid: id }) },
  location: { location: some({ longitude: number, latitude: number, address: text, title: text, zoom: number }) },
  emotion: { emotion: some({ type: number, width: number, height: number, imagesize: number, md5sum: text, sdkfileid: text }) },
  file: { file: some({ ...stored, filename: text, fileext: text }) },
  link: { link: some({ title: text, description: text, link_url: text, image_url: text }) },
  weapp: { weapp: some({ title: text, description: text, username: text, displayname: text }) },
  chatrecord: { chatrecord: some({ title: text, item: list(part) }) },
  todo: { todo: some({ title: text, content: text }) },
  vote: { vote: some({ votetitle: text, voteitem: list(text), votetype: number, voteid: id }) },
  collect: {
    collect: some({
      room_name: text,
      creator: id,
      /** Beijing wall time as text, unlike every other time. */
      create_time: text,
      title: text,
      details: list(some({ id: number, ques: text, type: text })),
    }),
  },
  redpacket: { redpacket: some({ type: number, wish: text, totalcnt: number, totalamount: number }) },
  external_redpacket: { redpacket: some({ type: number, wish: text, totalcnt: number, totalamount: number }) },
  meeting: {
    meeting: some({
      topic: text,
      starttime: number,
      endtime: number,
      address: text,
      remarks: text,
      meetingtype: number,
      meetingid: id,
      status: number,
    }),
  },
  meeting_notification: { info: some({ meeting_id: id, notification_type: number, content: text }) },
  docmsg: { doc: some({ title: text, doc_creator: id, link_url: text }) },
  markdown: { info: some({ content: text }) },
  news: { info: some({ item: list(some({ title: text, description: text, url: text, picurl: text })) }) },
  calendar: {
    calendar: some({
      title: text,
      creatorname: text,
      attendeename: list(text),
      starttime: number,
      endtime: number,
      place: text,
      remarks: text,
    }),
  },
  mixed: { mixed: some({ item: list(part) }) },
  meeting_voice_call: {
    meeting_voice_call: some({ endtime: number, sdkfileid: text, demofiledata: list(demo), sharescreendata: list(share) }),
  },
  voip_doc_share: { voip_doc_share: some({ ...stored, filename: text }) },
  sphfeed: { sphfeed: some({ feed_type: number, sph_name: text, feed_desc: text }) },
  voiptext: { info: some({ callduration: number, invitetype: number }) },
  qydiskfile: { info: some({ filename: text }) },
} as const

const head = {
  action: text,
  from: id,
  tolist: ids,
  /** Empty for a conversation of two. */
  roomid: id,
  /** Milliseconds. */
  msgtime: number,
  msgtype: text,
  voiceid: id,
  voipid: id,
}

const models = new Map(Object.entries(bodies).map(([type, body]) => [type, object({ msgid: id }, { ...head, ...body })]))
/** A member took up or left the archive's client: no sender and no receivers. */
const switched = object({ msgid: id, action: text }, { time: number, user: id })

/** A plain archive message as its typed model; unknown types keep their words and say so. */
export function readArchiveMessage(value: unknown): { type: string; known: boolean; value: unknown } {
  const { action, msgtype } = object({}, { action: text, msgtype: text }).catch({}).parse(value)
  const name = msgtype ?? action ?? 'unknown'
  const model = action === 'switch' ? switched : models.get(name)
  const read = model && readLeniently(model, withoutNull(value))
  return read ? { type: name, known: true, value: withOdd(read) } : { type: name, known: false, value }
}

function parseInner(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
