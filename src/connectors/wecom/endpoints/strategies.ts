import { flag, id, ids, list, next, nothing, number, object, page, post, read, some, text } from './define.ts'

/** Rights of a rule group's admins; new rights appear and are kept. */
const privilege = some({
  view_customer_list: flag,
  view_customer_data: flag,
  view_room_list: flag,
  contact_me: flag,
  join_room: flag,
  share_customer: flag,
  oper_resign_customer: flag,
  oper_resign_group: flag,
  send_customer_msg: flag,
  edit_welcome_msg: flag,
  view_behavior_data: flag,
  view_room_data: flag,
  send_group_msg: flag,
  room_deduplication: flag,
  rapid_reply: flag,
  onjob_customer_transfer: flag,
  edit_anti_spam_rule: flag,
  export_customer_list: flag,
  export_customer_data: flag,
  export_customer_group_list: flag,
  manage_customer_tag: flag,
  send_moment: flag,
  view_moment_list: flag,
  view_moment_data: flag,
})

/** type 1 a member, 2 a department. */
const range = list(some({ type: number, userid: id, partyid: number }))
const one = object({ strategy_id: number })
const settings = { strategy_name: text, admin_list: ids, privilege }
const serial = { parallel: 1 }
const paged = { ...serial, limits: { limit: { atLeast: 1, atMost: 1000 } } }

const listed = read(some(page), some({ strategy: list(one), ...next }), paged)
const opened = read(one, some({ strategy: some({ strategy_id: number, parent_id: number, create_time: number, ...settings }) }), serial)
const ranged = read(object({ strategy_id: number }, page), some({ range, ...next }), paged)
const created = post(some({ parent_id: number, range, ...settings }), one, serial)
const edited = post(object({ strategy_id: number }, { ...settings, range_add: range, range_del: range }), nothing, serial)
const deleted = post(one, nothing, { ...serial, repeatable: true })

/** 规则组: who may do what with which customers (94883) and moments (94890). WeCom asks for serial calls. */
export const strategyEndpoints = {
  'externalcontact/customer_strategy/list': listed,
  'externalcontact/customer_strategy/get': opened,
  'externalcontact/customer_strategy/get_range': ranged,
  'externalcontact/customer_strategy/create': created,
  'externalcontact/customer_strategy/edit': edited,
  'externalcontact/customer_strategy/del': deleted,
  'externalcontact/moment_strategy/list': listed,
  'externalcontact/moment_strategy/get': opened,
  'externalcontact/moment_strategy/get_range': ranged,
  'externalcontact/moment_strategy/create': created,
  'externalcontact/moment_strategy/edit': edited,
  'externalcontact/moment_strategy/del': deleted,
}
