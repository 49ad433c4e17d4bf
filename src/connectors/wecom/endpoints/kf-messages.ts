import { flag, id, list, number, object, some, text } from './define.ts'

const media = some({ media_id: id })
const menuItem = some({
  type: text,
  click: some({ id, content: text }),
  view: some({ url: text, content: text }),
  miniprogram: some({ appid: text, pagepath: text, content: text }),
  text: some({ content: text, no_newline: number }),
})

/** Bodies that go both ways: docs 94677 (sent) and 94670 (received). */
export const kfBodies = {
  text: some({ content: text, menu_id: id }),
  image: media,
  voice: media,
  video: media,
  file: media,
  location: some({ name: text, address: text, latitude: number, longitude: number }),
  link: some({ title: text, desc: text, url: text, pic_url: text, thumb_media_id: id }),
  miniprogram: some({ title: text, appid: text, pagepath: text, thumb_media_id: id }),
  msgmenu: some({ head_content: text, list: list(menuItem), tail_content: text }),
  business_card: some({ userid: id }),
  ca_link: some({ link_url: text }),
}

/** What happened in the conversation; `event_type` says which fields are there. */
const event = object(
  { event_type: text },
  {
    open_kfid: id,
    external_userid: id,
    scene: text,
    scene_param: text,
    welcome_code: text,
    wechat_channels: some({ nickname: text, shop_nickname: text, scene: number }),
    fail_msgid: id,
    fail_type: number,
    servicer_userid: id,
    status: number,
    stop_type: number,
    change_type: number,
    old_servicer_userid: id,
    new_servicer_userid: id,
    msg_code: text,
    recall_msgid: id,
    reject_switch: number,
  },
)

const merged = list(some({ send_time: number, msgtype: text, sender_name: text, msg_content: text }))

/** origin 3 customer, 4 system, 5 servicer. */
export const kfMessage = object(
  { msgtype: text },
  {
    msgid: id,
    open_kfid: id,
    external_userid: id,
    send_time: number,
    origin: number,
    servicer_userid: id,
    ...kfBodies,
    event,
    channels_shop_product: some({
      product_id: id,
      head_img: text,
      title: text,
      sales_price: number,
      shop_nickname: text,
      shop_head_img: text,
    }),
    channels_shop_order: some({
      order_id: id,
      product_titles: text,
      price_wording: text,
      state: text,
      image_url: text,
      shop_nickname: text,
    }),
    channels: some({ sub_type: number, nickname: text, title: text }),
    merged_msg: some({ title: text, item: merged }),
    note: some({}),
    meeting: some({}),
    schedule: some({}),
    is_from_wechat: flag,
  },
)
