import { flag, get, id, ids, list, next, nothing, number, object, page, post, read, some, text } from './define.ts'

const profile = some({
  external_attr: list(
    some({
      type: number,
      name: text,
      text: some({ value: text }),
      web: some({ url: text, title: text }),
      miniprogram: some({ appid: text, pagepath: text, title: text }),
    }),
  ),
})

/** type 1 WeChat, 2 WeCom; the union id only for WeChat users of a corp with a bound developer account (doc 92114). */
export const externalContact = object(
  { external_userid: id },
  {
    name: text,
    avatar: text,
    type: number,
    gender: number,
    unionid: id,
    position: text,
    corp_name: text,
    corp_full_name: text,
    external_profile: profile,
    foreign_key: text,
    is_subscribe: number,
    subscriber_info: some({ tag_id: ids, remark: text, remark_mobiles: list(text) }),
  },
)

const follow = {
  remark: text,
  description: text,
  createtime: number,
  remark_corp_name: text,
  remark_mobiles: list(text),
  /** How they met; new ways appear, so any number is kept. */
  add_way: number,
  oper_userid: id,
  state: text,
  wechat_channels: some({ nickname: text, source: number }),
}

/** Of externalcontact/get: tags with names and groups. A personal tag (type 2) has no id. */
export const followUser = object(
  { userid: id },
  { ...follow, tags: list(some({ group_name: text, tag_name: text, tag_id: id, type: number })) },
)

/** Of batch/get_by_user: only the ids of corp tags. */
export const followInfo = object({ userid: id }, { ...follow, tag_id: ids })

const conversion = object({ external_userid: id })

export const contactEndpoints = {
  'externalcontact/get_follow_user_list': get(nothing, some({ follow_user: ids }), { doc: 92571 }),
  'externalcontact/list': get(object({ userid: id }), some({ external_userid: ids }), { doc: 92113 }),
  'externalcontact/get': get(
    object({ external_userid: id }, { cursor: text }),
    some({ external_contact: externalContact, follow_user: list(followUser), ...next }),
    { doc: 92114 },
  ),
  'externalcontact/batch/get_by_user': read(
    object({ userid_list: ids }, page),
    some({
      external_contact_list: list(object({ external_contact: externalContact }, { follow_info: followInfo })),
      fail_info: some({ unlicensed_userid_list: ids }),
      ...next,
    }),
    { doc: 92994, limits: { userid_list: { items: 100, fewest: 1 }, limit: { atLeast: 1, atMost: 100 } } },
  ),
  'externalcontact/remark': post(
    object(
      { userid: id, external_userid: id },
      { remark: text, description: text, remark_company: text, remark_mobiles: list(text), remark_pic_mediaid: id },
    ),
    nothing,
    { doc: 92115, repeatable: true, limits: { remark: { chars: 20 }, description: { chars: 150 }, remark_company: { chars: 20 } } },
  ),
  'externalcontact/contact_list': read(
    some(page),
    some({
      info_list: list(
        some({
          is_customer: flag,
          tmp_openid: id,
          external_userid: id,
          name: text,
          follow_userid: id,
          chat_id: id,
          chat_name: text,
          add_time: number,
        }),
      ),
      ...next,
    }),
    { doc: 99434, limits: { limit: { atLeast: 1, atMost: 2000 } } },
  ),
  'externalcontact/get_subscribe_qr_code': get(nothing, some({ qrcode_big: text, qrcode_middle: text, qrcode_thumb: text })),
  'externalcontact/get_subscribe_mode': get(nothing, some({ subscribe_mode: number })),
  'externalcontact/set_subscribe_mode': post(object({ subscribe_mode: number }), nothing, { repeatable: true }),
  'externalcontact/unionid_to_external_userid': read(
    object({ unionid: id }, { openid: id }),
    some({ external_userid: id, pending_id: id }),
  ),
  'externalcontact/convert_to_openid': read(conversion, object({ openid: id }), { doc: 92292 }),
  'externalcontact/to_service_external_userid': read(conversion, conversion, { doc: 95195 }),
  'externalcontact/from_service_external_userid': read(object({ external_userid: id }, { source_agentid: number }), conversion, {
    doc: 95195,
  }),
  'externalcontact/get_new_external_userid': read(
    object({ external_userid_list: ids }),
    some({ items: list(some({ external_userid: id, new_external_userid: id })) }),
  ),
  'externalcontact/finish_external_userid_migration': post(object({ corpid: id }), nothing, { repeatable: true }),
  'externalcontact/batch/external_userid_to_pending_id': read(
    object({ external_userid: ids }, { chat_id: id }),
    some({ result: list(some({ external_userid: id, pending_id: id })) }),
  ),
  'externalcontact/unionid_to_external_userid_3rd': read(
    object({ unionid: id }, { openid: id, corpid: id }),
    some({ external_userid_info: list(some({ corpid: id, external_userid: id, userid: id })) }),
  ),
  'idconvert/unionid_to_external_userid': read(
    object({ unionid: id }, { openid: id, subject_type: number }),
    some({ external_userid: id, pending_id: id }),
    { doc: 95900, limits: { subject_type: { atLeast: 0, atMost: 1 } } },
  ),
  'idconvert/batch/external_userid_to_pending_id': read(
    object({ external_userid: ids }, { chat_id: id }),
    some({ result: list(some({ external_userid: id, pending_id: id })) }),
    { limits: { external_userid: { items: 100, fewest: 1 } } },
  ),
  'idconvert/convert_tmp_external_userid': read(
    object({ tmp_external_userid_list: ids }, { business_type: number, user_type: number }),
    some({
      results: list(some({ tmp_external_userid: id, external_userid: id, corpid: id, userid: id })),
      invalid_tmp_external_userid_list: ids,
    }),
  ),
}
