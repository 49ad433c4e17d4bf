import { flag, id, ids, list, next, number, object, post, read, some, text } from './define.ts'

const pair = { handover_userid: id, takeover_userid: id }
/** The call as a whole is 0 even when single customers were refused. */
const accepted = some({ customer: list(object({ external_userid: id }, { errcode: number, errmsg: text })) })
const results = some({ customer: list(object({ external_userid: id }, { status: number, takeover_time: number })), ...next })
const chats = object({ chat_id_list: ids, new_owner: id })
const failedChats = some({ failed_chat_list: list(object({ chat_id: id }, { errcode: number, errmsg: text })) })
const customers = { external_userid: { items: 100, fewest: 1 } } as const
const groups = { chat_id_list: { items: 100, fewest: 1 } } as const

/** Handing customers and groups over: on the job (92125, 94088, 95703) and after leaving (92124, 94081, 94082, 92127). */
export const transferEndpoints = {
  'externalcontact/transfer_customer': post(object({ ...pair, external_userid: ids }, { transfer_success_msg: text }), accepted, {
    doc: 92125,
    limits: { ...customers, transfer_success_msg: { chars: 200 } },
  }),
  'externalcontact/transfer_result': read(object(pair, { cursor: text }), results, { doc: 94088 }),
  'externalcontact/get_unassigned_list': read(
    some({ page_id: number, page_size: number, cursor: text }),
    some({
      info: list(object({ external_userid: id }, { handover_userid: id, dimission_time: number })),
      is_last: flag,
      ...next,
    }),
    { doc: 92124, limits: { page_size: { atLeast: 1, atMost: 1000 } } },
  ),
  'externalcontact/resigned/transfer_customer': post(object({ ...pair, external_userid: ids }), accepted, {
    doc: 94081,
    limits: customers,
  }),
  'externalcontact/resigned/transfer_result': read(object(pair, { cursor: text }), results, { doc: 94082 }),
  'externalcontact/groupchat/transfer': post(chats, failedChats, { doc: 92127, limits: groups }),
  'externalcontact/groupchat/onjob_transfer': post(chats, failedChats, { doc: 95703, limits: groups }),
}
