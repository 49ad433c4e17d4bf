import { get, id, ids, list, number, object, read, some, text } from './define.ts'

/** The official spelling of the customer's id is `exteranalopenid`. */
const person = some({ userid: id, exteranalopenid: id })
const agreements = some({
  agreeinfo: list(some({ userid: id, exteranalopenid: id, agree_status: text, status_change_time: number })),
})

/** The part of the archive that speaks HTTP: docs 91614, 91782, 92951. Needs the archive's own secret. */
export const archiveEndpoints = {
  'msgaudit/get_permit_user_list': read(some({ type: number }), some({ ids }), {
    doc: 91614,
    limits: { type: { atLeast: 1, atMost: 3 } },
  }),
  'msgaudit/check_single_agree': read(object({ info: list(person) }), agreements, {
    doc: 91782,
    limits: { info: { items: 100, fewest: 1 } },
  }),
  'msgaudit/check_room_agree': read(object({ roomid: id }), agreements, { doc: 91782 }),
  /** Inner groups only: a customer group answers 301059. */
  'msgaudit/groupchat/get': read(
    object({ roomid: id }),
    some({
      roomname: text,
      creator: id,
      room_create_time: number,
      notice: text,
      members: list(some({ memberid: id, jointime: number })),
    }),
    { doc: 92951 },
  ),
  'msgaudit/get_robot_info': get(object({ robot_id: id }), some({ data: some({ robot_id: id, name: text, creator_userid: id }) }), {
    doc: 91774,
  }),
}

/** What the native library hands out: still encrypted, one row a message. */
export const archiveEnvelope = some({
  errcode: number,
  errmsg: text,
  chatdata: list(object({ seq: number, msgid: id }, { publickey_ver: number, encrypt_random_key: text, encrypt_chat_msg: text })),
})
