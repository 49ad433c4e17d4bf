import { attachmentLimits, attachments, content } from './attachments.ts'
import { flag, id, ids, list, next, nothing, number, object, page, post, read, some, text } from './define.ts'

const message = object({ msgid: id })

/**
 * Mass messages, docs 92135 and 93338. Creating one only asks the members: each must confirm before anything is delivered.
 * Task status is 0 unsent or 2 sent; a result's status is 0 unsent, 1 sent, 2 no friend, 3 had enough mass messages already.
 */
export const groupMessageEndpoints = {
  'externalcontact/add_msg_template': post(
    some({
      chat_type: text,
      external_userid: ids,
      chat_id_list: ids,
      tag_filter: some({ group_list: list(some({ tag_list: ids })) }),
      sender: id,
      allow_select: flag,
      text: content,
      attachments,
    }),
    some({ msgid: id, fail_list: ids }),
    {
      doc: 92135,
      limits: { external_userid: { items: 10_000 }, chat_id_list: { items: 2000 }, 'text.content': { bytes: 4000 }, ...attachmentLimits },
    },
  ),
  'externalcontact/remind_groupmsg_send': post(message, nothing, { doc: 97610 }),
  'externalcontact/cancel_groupmsg_send': post(message, nothing, { doc: 97611, repeatable: true }),
  'externalcontact/get_groupmsg_list_v2': read(
    object({ chat_type: text, start_time: number, end_time: number }, { creator: id, filter_type: number, ...page }),
    some({
      group_msg_list: list(object({ msgid: id }, { creator: id, create_time: number, create_type: number, text: content, attachments })),
      ...next,
    }),
    {
      doc: 93338,
      limits: { limit: { atLeast: 1, atMost: 100 }, filter_type: { atLeast: 0, atMost: 2 } },
      span: { from: 'start_time', to: 'end_time', days: 31 },
    },
  ),
  'externalcontact/get_groupmsg_task': read(
    object({ msgid: id }, page),
    some({ task_list: list(object({ userid: id }, { status: number, send_time: number })), ...next }),
    { doc: 93338, limits: { limit: { atLeast: 1, atMost: 1000 } } },
  ),
  'externalcontact/get_groupmsg_send_result': read(
    object({ msgid: id, userid: id }, page),
    some({
      send_list: list(some({ external_userid: id, chat_id: id, userid: id, status: number, send_time: number })),
      ...next,
    }),
    { doc: 93338, limits: { limit: { atLeast: 1, atMost: 1000 } } },
  ),
}
