/** How two people met, by WeCom's number (doc 92114). New numbers appear; they are kept as they are. */
const names: Record<number, string> = {
  0: 'unknown',
  1: 'qr_code',
  2: 'mobile_search',
  3: 'name_card',
  4: 'group_chat',
  5: 'phone_book',
  6: 'wechat_contact',
  8: 'third_party_service',
  9: 'email_search',
  10: 'channels',
  11: 'calendar',
  12: 'meeting',
  13: 'wechat_friend',
  14: 'smart_hardware',
  15: 'door_to_door',
  16: 'acquisition_link',
  17: 'custom_development',
  18: 'demand_reply',
  21: 'pre_sales',
  22: 'business_partner',
  24: 'wechat_account',
  201: 'shared_by_colleague',
  202: 'assigned',
}

export const addWayName = (number: number): string => names[number] ?? `way_${number}`
