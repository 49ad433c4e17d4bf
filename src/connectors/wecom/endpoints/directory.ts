import { flag, get, id, ids, list, next, nothing, number, numbers, object, page, post, read, some, text } from './define.ts'

const department = some({
  id: number,
  name: text,
  name_en: text,
  department_leader: ids,
  parentid: number,
  order: number,
})

const attributes = list(
  some({
    type: number,
    name: text,
    text: some({ value: text }),
    web: some({ url: text, title: text }),
    miniprogram: some({ appid: text, pagepath: text, title: text }),
  }),
)

const memberFields = {
  name: text,
  department: numbers,
  order: numbers,
  position: text,
  mobile: text,
  gender: number,
  email: text,
  biz_mail: text,
  is_leader_in_dept: numbers,
  direct_leader: ids,
  avatar: text,
  thumb_avatar: text,
  telephone: text,
  alias: text,
  address: text,
  open_userid: id,
  main_department: number,
  status: number,
  enable: number,
  qr_code: text,
  external_position: text,
  extattr: some({ attrs: attributes }),
  external_profile: some({
    external_corp_name: text,
    wechat_channels: some({ nickname: text, status: number }),
    external_attr: attributes,
  }),
}

/** Mobile, e-mail, avatar and QR code are absent for apps made after June 2022 (doc 90196). */
export const member = object({ userid: id }, memberFields)

const userId = object({ userid: id })
const tagChange = object({ tagid: number }, { userlist: ids, partylist: numbers })
const tagged = some({ invalidlist: text, invalidparty: numbers })
const importFile = object({ media_id: id }, { to_invite: flag, callback: some({ url: text, token: text, encodingaeskey: text }) })
const job = object({ jobid: id })

export const directoryEndpoints = {
  'department/list': get(some({ id: number }), some({ department: list(department) }), { doc: 90208 }),
  'department/simplelist': get(some({ id: number }), some({ department_id: list(some({ id: number, parentid: number, order: number })) }), {
    doc: 95350,
  }),
  'department/get': get(object({ id: number }), some({ department }), { doc: 95351 }),
  'department/create': post(department, some({ id: number }), { doc: 90205 }),
  'department/update': post(department, nothing, { doc: 90206, repeatable: true }),
  'department/delete': get(object({ id: number }), nothing, { doc: 90207 }),
  'user/get': get(userId, some({ userid: id, ...memberFields }), { doc: 90196 }),
  'user/create': post(member, some({ created_department: some({ department_info: list(department) }) }), { doc: 90195 }),
  'user/update': post(member, nothing, { doc: 90197, repeatable: true }),
  'user/delete': get(userId, nothing, { doc: 90198 }),
  'user/batchdelete': post(object({ useridlist: ids }), nothing, { doc: 90199, limits: { useridlist: { items: 200 } } }),
  'user/simplelist': get(object({ department_id: number }, { fetch_child: number }), some({ userlist: list(member) }), { doc: 90200 }),
  'user/list': get(object({ department_id: number }, { fetch_child: number }), some({ userlist: list(member) }), { doc: 90201 }),
  'user/list_id': read(some(page), some({ ...next, dept_user: list(object({ userid: id }, { open_userid: id, department: number })) }), {
    doc: 96067,
    limits: { limit: { atLeast: 1, atMost: 10_000 } },
  }),
  'user/getuserid': read(object({ mobile: text }), userId, { doc: 95402 }),
  'user/get_userid_by_email': read(object({ email: text }, { email_type: number }), userId, {
    doc: 95895,
    limits: { email_type: { atLeast: 1, atMost: 2 } },
  }),
  'user/convert_to_openid': read(userId, object({ openid: id }), { doc: 90202 }),
  'user/convert_to_userid': read(object({ openid: id }), userId, { doc: 90202 }),
  'user/authsucc': get(userId, nothing, { doc: 90203 }),
  'user/list_member_auth': read(some(page), some({ ...next, member_auth_list: list(some({ userid: id, open_userid: id })) })),
  'user/check_member_auth': read(object({ open_userid: id }), some({ is_member_auth: flag })),
  'user/get_active_stat': read(some({ date: text }), some({ active_cnt: number }), { doc: 92714 }),
  'user/get_mobile_hashcode': read(object({ mobile: text }, { state: text }), some({ hashcode: text })),
  'corp/get_join_qrcode': get(some({ size_type: number }), some({ join_qrcode: text }), { doc: 91714 }),
  'batch/invite': post(
    some({ user: ids, party: numbers, tag: numbers }),
    some({ invaliduser: ids, invalidparty: numbers, invalidtag: numbers }),
    {
      doc: 90975,
    },
  ),
  'batch/syncuser': post(importFile, job, { doc: 90980 }),
  'batch/replaceuser': post(importFile, job, { doc: 90981 }),
  'batch/replaceparty': post(importFile, job, { doc: 90982 }),
  'batch/getresult': get(
    object({ jobid: id }),
    some({ status: number, type: text, total: number, percentage: number, result: list(some({ errcode: number, errmsg: text })) }),
    {
      doc: 90983,
    },
  ),
  'batch/userid_to_openuserid': read(
    object({ userid_list: ids }),
    some({ open_userid_list: list(object({ userid: id }, { open_userid: id })), invalid_userid_list: ids }),
    { limits: { userid_list: { items: 1000 } } },
  ),
  'batch/openuserid_to_userid': read(
    object({ open_userid_list: ids }, { source_agentid: number }),
    some({ userid_list: list(some({ userid: id, open_userid: id })), invalid_open_userid_list: ids }),
    { limits: { open_userid_list: { items: 1000 } } },
  ),
  'tag/create': post(object({ tagname: text }, { tagid: number }), some({ tagid: number }), {
    doc: 90210,
    limits: { tagname: { chars: 32 } },
  }),
  'tag/update': post(object({ tagid: number, tagname: text }), nothing, {
    doc: 90211,
    repeatable: true,
    limits: { tagname: { chars: 32 } },
  }),
  'tag/delete': get(object({ tagid: number }), nothing, { doc: 90212 }),
  'tag/get': get(object({ tagid: number }), some({ tagname: text, userlist: list(member), partylist: numbers }), { doc: 90213 }),
  'tag/addtagusers': post(tagChange, tagged, {
    doc: 90214,
    repeatable: true,
    limits: { userlist: { items: 1000 }, partylist: { items: 100 } },
  }),
  'tag/deltagusers': post(tagChange, tagged, {
    doc: 90215,
    repeatable: true,
    limits: { userlist: { items: 1000 }, partylist: { items: 100 } },
  }),
  'tag/list': get(nothing, some({ taglist: list(some({ tagid: number, tagname: text })) }), { doc: 90216 }),
  'export/simple_user': post(some({ encoding_aeskey: text, block_size: number }), job),
  'export/user': post(some({ encoding_aeskey: text, block_size: number }), job),
  'export/department': post(some({ encoding_aeskey: text, block_size: number }), job),
  'export/taguser': post(some({ tagid: number, encoding_aeskey: text, block_size: number }), job),
  'export/get_result': get(object({ jobid: id }), some({ status: number, data_list: list(some({ url: text, size: number, md5: text })) })),
}
