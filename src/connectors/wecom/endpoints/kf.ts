import { flag, get, id, ids, list, next, nothing, number, numbers, object, page, post, read, some, text } from './define.ts'
import { kfBodies, kfMessage } from './kf-messages.ts'

const account = object({ open_kfid: id })
const servicers = object({ open_kfid: id }, { userid_list: ids, department_id_list: numbers })
const changed = some({ result_list: list(some({ userid: id, department_id: number, errcode: number, errmsg: text })) })
const conversation = { open_kfid: id, external_userid: id }
const state = { service_state: number, servicer_userid: id }
const messageId = some({ msgid: id })
const month = { from: 'start_time', to: 'end_time', days: 31, whole: true } as const
const hundred = { userid_list: { items: 100 }, department_id_list: { items: 20 } } as const

const customer = some({
  external_userid: id,
  nickname: text,
  avatar: text,
  gender: number,
  unionid: id,
  enter_session_context: some({
    scene: text,
    scene_param: text,
    wechat_channels: some({ nickname: text, shop_nickname: text, scene: number }),
  }),
})

const messageLimits = {
  msgid: { chars: 32, pattern: /^[0-9a-zA-Z_-]+$/ },
  'text.content': { bytes: 2048 },
  'msgmenu.list': { items: 10 },
} as const

/** Customer service accounts: docs 94661 to 94677, 95122, 95159, 95489, 95490. */
export const kfEndpoints = {
  'kf/account/add': post(object({ name: text }, { media_id: id }), account, { doc: 94662, limits: { name: { chars: 16 } } }),
  'kf/account/del': post(account, nothing, { doc: 94663, repeatable: true }),
  'kf/account/update': post(object({ open_kfid: id }, { name: text, media_id: id }), nothing, {
    doc: 94664,
    repeatable: true,
    limits: { name: { chars: 16 } },
  }),
  'kf/account/list': read(
    some({ offset: number, limit: number }),
    some({ account_list: list(object({ open_kfid: id }, { name: text, avatar: text, manage_privilege: flag })) }),
    { doc: 94661, limits: { limit: { atLeast: 1, atMost: 100 } } },
  ),
  'kf/add_contact_way': post(object({ open_kfid: id }, { scene: text }), object({ url: text }), {
    doc: 94665,
    limits: { scene: { bytes: 32, pattern: /^[0-9a-zA-Z_-]*$/ } },
  }),
  'kf/servicer/add': post(servicers, changed, { doc: 94646, repeatable: true, limits: hundred }),
  'kf/servicer/del': post(servicers, changed, { doc: 94647, repeatable: true, limits: hundred }),
  'kf/servicer/list': get(
    account,
    some({ servicer_list: list(some({ userid: id, status: number, stop_type: number, department_id: number })) }),
    { doc: 94645 },
  ),
  'kf/service_state/get': read(object(conversation), some(state), { doc: 94669 }),
  'kf/service_state/trans': post(object({ ...conversation, service_state: number }, { servicer_userid: id }), some({ msg_code: text }), {
    doc: 94669,
    limits: { service_state: { atLeast: 0, atMost: 4 } },
  }),
  'kf/sync_msg': read(
    some({ cursor: text, token: text, limit: number, voice_format: number, open_kfid: id }),
    some({ has_more: number, msg_list: list(kfMessage), ...next }),
    { doc: 94670, limits: { limit: { atLeast: 1, atMost: 1000 }, voice_format: { atLeast: 0, atMost: 1 } } },
  ),
  'kf/send_msg': post(object({ touser: id, open_kfid: id, msgtype: text }, { msgid: id, ...kfBodies }), messageId, {
    doc: 94677,
    limits: messageLimits,
  }),
  'kf/send_msg_on_event': post(object({ code: text, msgtype: text }, { msgid: id, ...kfBodies }), messageId, {
    doc: 95122,
    limits: messageLimits,
  }),
  'kf/customer/batchget': read(
    object({ external_userid_list: ids }, { need_enter_session_context: number }),
    some({ customer_list: list(customer), invalid_external_userid: ids }),
    { doc: 95159, limits: { external_userid_list: { items: 100 } } },
  ),
  'kf/customer/get_upgrade_service_config': get(
    nothing,
    some({
      member_range: some({ userid_list: ids, department_id_list: numbers }),
      groupchat_range: some({ chat_id_list: ids }),
    }),
    { doc: 94674 },
  ),
  'kf/customer/upgrade_service': post(
    object(conversation, { type: number, member: some({ userid: id, wording: text }), groupchat: some({ chat_id: id, wording: text }) }),
    nothing,
    { doc: 94674, repeatable: true },
  ),
  'kf/customer/cancel_upgrade_service': post(object(conversation), nothing, { doc: 94674, repeatable: true }),
  'kf/get_corp_qualification': get(nothing, some({ wechat_channels_binding: flag })),
  'kf/get_corp_statistic': read(object({ start_time: number, end_time: number }, { open_kfid: id }), statistics(), {
    doc: 95489,
    span: month,
  }),
  'kf/get_servicer_statistic': read(
    object({ start_time: number, end_time: number }, { open_kfid: id, servicer_userid: id }),
    statistics(),
    {
      doc: 95490,
      span: month,
    },
  ),
  'kf/knowledge/add_group': post(object({ name: text }), object({ group_id: id })),
  'kf/knowledge/del_group': post(object({ group_id: id }), nothing, { repeatable: true }),
  'kf/knowledge/mod_group': post(object({ group_id: id }, { name: text }), nothing, { repeatable: true }),
  'kf/knowledge/list_group': read(
    some({ group_id: id, ...page }),
    some({ has_more: number, group_list: list(some({ group_id: id, name: text, is_default: number })), ...next }),
  ),
  'kf/knowledge/add_intent': post(
    some({ group_id: id, question: some({}), similar_questions: some({}), answers: list(some({})) }),
    some({ intent_id: id }),
  ),
  'kf/knowledge/del_intent': post(object({ intent_id: id }), nothing, { repeatable: true }),
  'kf/knowledge/mod_intent': post(
    object({ intent_id: id }, { question: some({}), similar_questions: some({}), answers: list(some({})) }),
    nothing,
    { repeatable: true },
  ),
  'kf/knowledge/list_intent': read(
    some({ group_id: id, intent_id: id, ...page }),
    some({ has_more: number, intent_list: list(some({ group_id: id, intent_id: id })), ...next }),
  ),
}

/** One row a day; the named counts differ between corp and servicer, all of them are numbers. */
function statistics() {
  return some({
    statistic_list: list(
      object(
        { stat_time: number },
        {
          statistic: some({
            session_cnt: number,
            customer_cnt: number,
            customer_msg_cnt: number,
            reply_rate: number,
            first_reply_average_sec: number,
            upgrade_service_customer_cnt: number,
            msg_rejected_customer_cnt: number,
          }),
        },
      ),
    ),
  })
}
