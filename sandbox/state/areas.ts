// Functions that an administrator gives to an app or takes from it one by one, by the paths they cover.
const paths = {
  contact_ways: /^externalcontact\/(\w+_contact_way|close_temp_chat)$/,
  welcome: /^externalcontact\/send_welcome_msg$/,
  tags: /^externalcontact\/(\w+_corp_tag(_list)?|mark_tag)$/,
  groups: /^externalcontact\/(groupchat\/(?!statistic)|opengid_to_chatid$|group_welcome_template\/)/,
  mass_messages: /^externalcontact\/(add_msg_template|\w*groupmsg\w*)$/,
  moments: /^externalcontact\/(add|get|cancel)_moment_/,
  handover: /^externalcontact\/(resigned\/)?(transfer_\w+|get_unassigned_list)$/,
  acquisition: /^externalcontact\/customer_acquisition/,
  album: /^externalcontact\/\w+_product_album(_list)?$/,
  words: /^externalcontact\/\w+_intercept_rule(_list)?$/,
  figures: /^externalcontact\/(get_user_behavior_data|groupchat\/statistic\w*)$/,
  strategies: /^externalcontact\/(\w+_strategy\/|\w+_strategy_tag(_list)?$)/,
  ids: /^(idconvert\/|externalcontact\/(unionid_to_external_userid|convert_to_openid|(to|from)_service_external_userid)$)/,
} as const

export type Area = keyof typeof paths
export const areas = Object.keys(paths) as [Area, ...Area[]]

/** Whether the path belongs to a function that was taken away. */
export const isClosed = (closed: readonly Area[], path: string): boolean => closed.some((area) => paths[area].test(path))
