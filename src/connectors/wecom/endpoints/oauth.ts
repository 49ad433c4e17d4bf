import { get, id, number, object, read, some, text } from './define.ts'

/** Old and new door of the same thing: the old one answers with capitals. */
const identity = some({
  userid: id,
  user_ticket: text,
  openid: id,
  external_userid: id,
  UserId: id,
  DeviceId: text,
  OpenId: id,
  expires_in: number,
})
const detail = some({
  userid: id,
  name: text,
  gender: number,
  avatar: text,
  qr_code: text,
  mobile: text,
  email: text,
  biz_mail: text,
  address: text,
})
/** A code works once, for five minutes, so nothing here is repeated after an unknown end. */
const once = { repeatable: false }

export const oauthEndpoints = {
  'auth/getuserinfo': get(object({ code: text }), identity, { doc: 91023, ...once, limits: { code: { bytes: 512 } } }),
  'user/getuserinfo': get(object({ code: text }), identity, { doc: 91023, ...once }),
  'auth/getuserdetail': read(object({ user_ticket: text }), detail, { doc: 95833 }),
  'user/getuserdetail': read(object({ user_ticket: text }), detail, { doc: 95833 }),
  'user/get_tfa_info': read(object({ code: text }), some({ userid: id, tfa_code: text })),
  'user/tfa_succ': read(object({ userid: id, tfa_code: text }), some({})),
}
