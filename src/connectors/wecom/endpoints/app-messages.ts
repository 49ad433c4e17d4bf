import { flag, get, id, ids, list, nothing, number, numbers, object, pipes, post, read, some, text } from './define.ts'

const body = some({ content: text })
const media = some({ media_id: id, title: text, description: text })
const article = some({
  title: text,
  description: text,
  url: text,
  picurl: text,
  appid: text,
  pagepath: text,
  thumb_media_id: id,
  author: text,
  content_source_url: text,
  content: text,
  digest: text,
})
const pairs = list(some({ key: text, value: text }))

const options = list(some({ id, text, is_checked: flag }))

/** Cards have five kinds with many optional parts: all are kept, the parts used everywhere are typed (doc 90236). */
const card = some({
  card_type: text,
  source: some({ icon_url: text, desc: text, desc_color: number }),
  action_menu: some({ desc: text, action_list: list(some({ text, key: text })) }),
  task_id: text,
  main_title: some({ title: text, desc: text }),
  quote_area: some({ type: number, url: text, title: text, quote_text: text }),
  emphasis_content: some({ title: text, desc: text }),
  sub_title_text: text,
  horizontal_content_list: list(some({ type: number, keyname: text, value: text, url: text, media_id: id, userid: id })),
  jump_list: list(some({ type: number, title: text, url: text, appid: text, pagepath: text })),
  card_action: some({ type: number, url: text, appid: text, pagepath: text }),
  button_list: list(some({ type: number, text, style: number, key: text, url: text })),
  button_selection: some({ question_key: text, title: text, selected_id: id, option_list: options }),
  checkbox: some({ question_key: text, mode: number, disable: flag, option_list: options }),
  select_list: list(some({ question_key: text, title: text, disable: flag, selected_id: id, option_list: options })),
  submit_button: some({ text, key: text }),
  card_image: some({ url: text, aspect_ratio: number }),
  image_text_area: some({ type: number, url: text, title: text, desc: text, image_url: text }),
  vertical_content_list: list(some({ title: text, desc: text })),
  replace_text: text,
})

const kinds = {
  text: body,
  image: media,
  voice: media,
  video: media,
  file: media,
  textcard: some({ title: text, description: text, url: text, btntxt: text }),
  news: some({ articles: list(article) }),
  mpnews: some({ articles: list(article) }),
  markdown: body,
  miniprogram_notice: some({ appid: text, page: text, title: text, description: text, emphasis_first_item: flag, content_item: pairs }),
  template_card: card,
  template_msg: some({ template_id: id, url: text, content_item: pairs }),
  interactive_taskcard: some({ title: text, description: text, url: text, task_id: text, btn: list(some({ key: text, name: text })) }),
}

/** Every kind of message an app may send, and the options they share. */
export const appMessage = object(
  { msgtype: text },
  {
    touser: text,
    toparty: text,
    totag: text,
    agentid: number,
    ...kinds,
    selected_ticket_list: list(text),
    safe: number,
    enable_id_trans: number,
    enable_duplicate_check: number,
    duplicate_check_interval: number,
  },
)

const sent = some({ invaliduser: pipes, invalidparty: pipes, invalidtag: pipes, unlicenseduser: pipes, msgid: id, response_code: text })
const limits = {
  touser: { parts: 1000 },
  toparty: { parts: 100 },
  totag: { parts: 100 },
  safe: { atLeast: 0, atMost: 2 },
  'text.content': { bytes: 2048 },
  'markdown.content': { bytes: 2048 },
  'news.articles': { items: 8 },
  'mpnews.articles': { items: 8 },
  'template_card.button_list': { items: 6 },
  'template_card.checkbox.option_list': { items: 20 },
  'template_card.select_list': { items: 3 },
  duplicate_check_interval: { atLeast: 0, atMost: 4 * 3600 },
} as const

/** Messages of an app to members: docs 90236, 94867, 94888, 92369, 90244 and after. */
export const appMessageEndpoints = {
  'message/send': post(appMessage, sent, { doc: 90236, limits }),
  'message/recall': post(object({ msgid: id }), nothing, { doc: 94867, repeatable: true }),
  'message/update_template_card': post(
    some({
      userids: ids,
      partyids: numbers,
      tagids: numbers,
      atall: number,
      agentid: number,
      response_code: text,
      enable_id_trans: number,
      button: some({ replace_name: text }),
      template_card: card,
    }),
    some({ invaliduser: ids }),
    { doc: 94888 },
  ),
  'message/get_statistics': read(
    some({ time_type: number }),
    some({ statistics: list(some({ agentid: number, app_name: text, count: number })) }),
    {
      doc: 92369,
    },
  ),
  'linkedcorp/message/send': post(
    object({ msgtype: text }, { touser: ids, toparty: ids, totag: ids, toall: number, agentid: number, ...kinds, safe: number }),
    some({ invaliduser: ids, invalidparty: ids, invalidtag: ids }),
    { doc: 90250 },
  ),
  'appchat/create': post(some({ name: text, owner: id, userlist: ids, chatid: id }), some({ chatid: id }), {
    doc: 90245,
    limits: { name: { chars: 50 }, userlist: { items: 2000 } },
  }),
  'appchat/update': post(object({ chatid: id }, { name: text, owner: id, add_user_list: ids, del_user_list: ids }), nothing, {
    doc: 90246,
    repeatable: true,
  }),
  'appchat/get': get(object({ chatid: id }), some({ chat_info: some({ chatid: id, name: text, owner: id, userlist: ids }) }), {
    doc: 90247,
  }),
  'appchat/send': post(object({ chatid: id, msgtype: text }, { ...kinds, safe: number }), some({ msgid: id }), { doc: 90248, limits }),
}
