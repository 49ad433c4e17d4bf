import { number, object, text } from './fields.ts'

const balance = object({})
const link = object({ linkId: text })
const visit = object({ linkId: text, state: text.optional() })

/** Customer acquisition links (获客助手): doc 97299. */
export const acquisitionEvents = {
  'customer_acquisition.balance_low': balance,
  'customer_acquisition.balance_exhausted': balance,
  'customer_acquisition.balance_increased': balance,
  'customer_acquisition.quota_expire_soon': object({ expireTime: number.optional(), expireQuotaNum: number.optional() }),
  'customer_acquisition.link_unavailable': link,
  'customer_acquisition.delete_link': link,
  'customer_acquisition.open_profile': visit,
  'customer_acquisition.friend_request': visit,
  'customer_acquisition.customer_start_chat': object({
    userId: text,
    externalUserId: text,
    linkId: text.optional(),
    state: text.optional(),
  }),
  /** `chatKey` opens the counts of the conversation for 30 minutes. */
  'customer_acquisition.message_from_customer': object({
    userId: text,
    externalUserId: text,
    linkId: text.optional(),
    chatSeq: number.optional(),
    chatKey: text.optional(),
  }),
}
