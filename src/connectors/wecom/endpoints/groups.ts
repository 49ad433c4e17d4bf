import { statistics } from './attachments.ts'
import { flag, id, ids, list, next, nothing, number, object, post, read, some, text } from './define.ts'

/** type 1 employee, 2 customer; join_scene 1 direct invitation, 2 invitation link, 3 QR code (doc 92122). */
export const groupMember = object(
  { userid: id },
  {
    type: number,
    unionid: id,
    join_time: number,
    join_scene: number,
    state: text,
    invitor: some({ userid: id }),
    group_nickname: text,
    name: text,
  },
)

const joinWay = {
  scene: number,
  remark: text,
  auto_create_room: number,
  room_base_name: text,
  room_base_id: number,
  chat_id_list: ids,
  state: text,
  mark_source: flag,
}

const joinLimits = {
  scene: { atLeast: 1, atMost: 2 },
  chat_id_list: { items: 5, fewest: 1 },
  room_base_name: { chars: 40 },
  state: { chars: 30 },
} as const
const config = object({ config_id: id })
const owners = some({ userid_list: ids })
const data = some(statistics)
/** Whole days, yesterday at the latest. */
const days = { from: 'day_begin_time', to: 'day_end_time', days: 30, whole: true } as const
const hundredOwners = { 'owner_filter.userid_list': { items: 100 } } as const

export const groupEndpoints = {
  /** Without a filter and with more than 1000 visible members it answers 81017. */
  'externalcontact/groupchat/list': read(
    object({ limit: number }, { status_filter: number, owner_filter: owners, cursor: text }),
    some({ group_chat_list: list(object({ chat_id: id }, { status: number })), ...next }),
    { doc: 92120, limits: { limit: { atLeast: 1, atMost: 1000 }, status_filter: { atLeast: 0, atMost: 3 }, ...hundredOwners } },
  ),
  'externalcontact/groupchat/get': read(
    object({ chat_id: id }, { need_name: number }),
    some({
      group_chat: object(
        { chat_id: id },
        {
          name: text,
          owner: id,
          create_time: number,
          notice: text,
          member_list: list(groupMember),
          admin_list: list(object({ userid: id })),
          member_version: text,
        },
      ),
    }),
    { doc: 92122 },
  ),
  'externalcontact/opengid_to_chatid': read(object({ opengid: id }), object({ chat_id: id }), { doc: 94822 }),
  'externalcontact/groupchat/add_join_way': post(object({ scene: number }, joinWay), object({ config_id: id }, { qr_code: text }), {
    doc: 92229,
    limits: joinLimits,
  }),
  'externalcontact/groupchat/get_join_way': read(config, some({ join_way: some({ config_id: id, qr_code: text, ...joinWay }) }), {
    doc: 92229,
  }),
  'externalcontact/groupchat/update_join_way': post(object({ config_id: id }, joinWay), nothing, {
    doc: 92229,
    repeatable: true,
    limits: joinLimits,
  }),
  'externalcontact/groupchat/del_join_way': post(config, nothing, { doc: 92229, repeatable: true }),
  'externalcontact/groupchat/statistic': read(
    object(
      { day_begin_time: number },
      { day_end_time: number, owner_filter: owners, order_by: number, order_asc: number, offset: number, limit: number },
    ),
    some({ total: number, next_offset: number, items: list(object({ owner: id }, { data })) }),
    { doc: 92133, limits: { limit: { atLeast: 1, atMost: 1000 }, order_by: { atLeast: 1, atMost: 4 }, ...hundredOwners }, span: days },
  ),
  'externalcontact/groupchat/statistic_group_by_day': read(
    object({ day_begin_time: number }, { day_end_time: number, owner_filter: owners }),
    some({ items: list(object({ stat_time: number }, { data })) }),
    { doc: 92133, limits: hundredOwners, span: days },
  ),
  /** Days of Beijing; several members give one aggregate, so ask for one at a time; the day before is complete after six. */
  'externalcontact/get_user_behavior_data': read(
    object({ start_time: number, end_time: number }, { userid: ids, partyid: list(number) }),
    some({
      behavior_data: list(
        object(
          { stat_time: number },
          {
            chat_cnt: number,
            message_cnt: number,
            reply_percentage: number,
            avg_reply_time: number,
            negative_feedback_cnt: number,
            new_apply_cnt: number,
            new_contact_cnt: number,
          },
        ),
      ),
    }),
    {
      doc: 92132,
      limits: { userid: { items: 100 }, partyid: { items: 100 } },
      span: { from: 'start_time', to: 'end_time', days: 30, whole: true },
    },
  ),
  'externalcontact/groupchat/get_new_external_userid': read(
    object({ chat_id: id, external_userid_list: ids }),
    some({ items: list(some({ external_userid: id, new_external_userid: id })) }),
  ),
}
