import { kinds } from './attachments.ts'
import { flag, id, ids, list, next, nothing, number, numbers, object, page, post, read, some, text } from './define.ts'

const conclusions = some(kinds)

const settings = {
  style: number,
  remark: text,
  skip_verify: flag,
  state: text,
  user: ids,
  party: numbers,
  expires_in: number,
  chat_expires_in: number,
  unionid: id,
  conclusions,
  mark_source: flag,
}

const limits = {
  type: { atLeast: 1, atMost: 2 },
  scene: { atLeast: 1, atMost: 2 },
  style: { atLeast: 1, atMost: 3 },
  remark: { chars: 30 },
  state: { chars: 30 },
  user: { items: 100 },
  expires_in: { atLeast: 1, atMost: 14 * 86_400 },
  chat_expires_in: { atLeast: 1, atMost: 14 * 86_400 },
  'conclusions.text.content': { bytes: 4000 },
} as const

const created = { type: number, scene: number, is_temp: flag, is_exclusive: flag }

/** 联系我, doc 92228. A code made here is not shown in WeCom's own console: who loses the config id loses the code. */
export const contactWayEndpoints = {
  'externalcontact/add_contact_way': post(
    object({ type: number, scene: number }, { ...settings, is_temp: flag, is_exclusive: flag }),
    object({ config_id: id }, { qr_code: text }),
    { doc: 92228, limits },
  ),
  'externalcontact/get_contact_way': read(
    object({ config_id: id }),
    some({ contact_way: object({ config_id: id }, { ...created, ...settings, qr_code: text }) }),
    { doc: 92228 },
  ),
  'externalcontact/list_contact_way': read(
    some({ start_time: number, end_time: number, ...page }),
    some({ contact_way: list(object({ config_id: id })), ...next }),
    { doc: 92228, limits: { limit: { atLeast: 1, atMost: 1000 } } },
  ),
  /** Members and departments replace the old ones; type and scene cannot change. */
  'externalcontact/update_contact_way': post(object({ config_id: id }, settings), nothing, { doc: 92228, repeatable: true, limits }),
  'externalcontact/del_contact_way': post(object({ config_id: id }), nothing, { doc: 92228, repeatable: true }),
  'externalcontact/close_temp_chat': post(object({ userid: id, external_userid: id }), nothing, { doc: 92228 }),
}
