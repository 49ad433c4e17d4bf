import { flag, get, id, ids, list, next, nothing, number, numbers, object, page, post, read, some, text } from './define.ts'

const settings = {
  link_name: text,
  range: some({ user_list: ids, department_list: numbers }),
  skip_verify: flag,
  priority_option: some({ priority_type: number, priority_userid_list: ids }),
  mark_source: flag,
}
const link = some({ link_id: id, link_name: text, url: text, create_time: number, skip_verify: flag, mark_source: flag })
const one = object({ link_id: id })
const limits = { 'range.user_list': { items: 500 }, 'priority_option.priority_type': { atLeast: 1, atMost: 2 } } as const

/** 获客助手: docs 97297, 97298, 97375. */
export const acquisitionEndpoints = {
  'externalcontact/customer_acquisition/list_link': read(some(page), some({ link_id_list: ids, ...next }), {
    doc: 97297,
    limits: { limit: { atLeast: 1, atMost: 100 } },
  }),
  'externalcontact/customer_acquisition/get': read(
    one,
    some({ link, range: settings.range, priority_option: settings.priority_option, skip_verify: flag }),
    { doc: 97297 },
  ),
  'externalcontact/customer_acquisition/create_link': post(object({ link_name: text }, settings), some({ link }), { doc: 97297, limits }),
  /** The range replaces the old one. */
  'externalcontact/customer_acquisition/update_link': post(object({ link_id: id }, settings), nothing, {
    doc: 97297,
    repeatable: true,
    limits,
  }),
  'externalcontact/customer_acquisition/delete_link': post(one, nothing, { doc: 97297, repeatable: true }),
  /** chat_status 0 silent, 1 wrote, 2 unknown. */
  'externalcontact/customer_acquisition/customer': read(
    object({ link_id: id }, page),
    some({ customer_list: list(object({ external_userid: id }, { userid: id, chat_status: number, state: text })), ...next }),
    { doc: 97298, limits: { limit: { atLeast: 1, atMost: 1000 } } },
  ),
  'externalcontact/customer_acquisition/statistic': read(
    object({ link_id: id, start_time: number, end_time: number }),
    some({ click_link_customer_cnt: number, new_customer_cnt: number }),
    { doc: 97375, span: { from: 'start_time', to: 'end_time', days: 30, whole: true } },
  ),
  'externalcontact/customer_acquisition_quota': get(
    nothing,
    some({ total: number, balance: number, quota_list: list(some({ expire_date: number, balance: number })) }),
    { doc: 97375 },
  ),
  'externalcontact/customer_acquisition/get_chat_info': read(
    object({ chat_key: text }),
    some({ userid: id, external_userid: id, chat_info: some({ recv_msg_cnt: number, link_id: id, state: text }) }),
    { doc: 97299 },
  ),
  'externalcontact/customer_acquisition_app/get_permit': get(
    nothing,
    some({ user_list: ids, department_list: numbers, tag_list: numbers }),
  ),
}
