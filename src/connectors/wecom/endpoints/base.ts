import { get, id, list, nothing, number, object, post, some, text } from './define.ts'

const ticket = object({ ticket: text }, { expires_in: number })
const addresses = some({ ip_list: list(text) })

/** Tokens, tickets and addresses. A ticket for wx.config and one for agentConfig are different things (docs 90506, 94313). */
export const baseEndpoints = {
  gettoken: get(object({ corpid: id, corpsecret: text }), object({ access_token: text }, { expires_in: number }), { doc: 91039 }),
  get_jsapi_ticket: get(nothing, ticket, { doc: 90506 }),
  'ticket/get': get(some({ type: text }), ticket, { doc: 94313 }),
  getcallbackip: get(nothing, addresses, { doc: 90930 }),
  get_api_domain_ip: get(nothing, addresses, { doc: 92520 }),
  'agent/get': get(
    object({ agentid: number }),
    some({
      agentid: number,
      name: text,
      square_logo_url: text,
      description: text,
      allow_userinfos: some({ user: list(some({ userid: id })) }),
      allow_partys: some({ partyid: list(number) }),
      allow_tags: some({ tagid: list(number) }),
      close: number,
      redirect_domain: text,
      report_location_flag: number,
      isreportenter: number,
      home_url: text,
      customized_publish_status: number,
    }),
    { doc: 90227 },
  ),
  'agent/list': get(nothing, some({ agentlist: list(some({ agentid: number, name: text, square_logo_url: text })) }), { doc: 90227 }),
  'agent/set': post(object({ agentid: number }), nothing, { doc: 90228, repeatable: true }),
  'menu/create': post(some({ button: list(some({ type: text, name: text, key: text, url: text })) }), nothing, {
    doc: 90231,
    repeatable: true,
  }),
  'menu/get': get(some({ agentid: number }), some({ button: list(some({ name: text })) }), { doc: 90232 }),
  'menu/delete': get(some({ agentid: number }), nothing, { doc: 90233 }),
}
