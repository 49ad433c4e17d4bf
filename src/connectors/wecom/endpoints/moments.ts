import { attachments, content, image, link, video } from './attachments.ts'
import { get, id, ids, list, next, nothing, number, numbers, object, page, post, read, some, text } from './define.ts'

const location = some({ latitude: text, longitude: text, name: text })
const moment = object(
  { moment_id: id },
  {
    creator: id,
    create_time: number,
    create_type: number,
    visible_type: number,
    text: content,
    image: list(image),
    video,
    link,
    location,
  },
)

/** Either a customer or a member; the text of a comment is not told. */
const reaction = some({ external_userid: id, userid: id, create_time: number })
const ofMember = object({ moment_id: id, userid: id }, page)
const invalid = { user_list: ids, department_list: numbers, tag_list: ids }

/** Moments, docs 95094 and 93333. Publishing is a job: the moment's id comes with its result. */
export const momentEndpoints = {
  'externalcontact/add_moment_task': post(
    some({
      text: content,
      attachments,
      visible_range: some({
        sender_list: some({ user_list: ids, department_list: numbers }),
        external_contact_list: some({ tag_list: ids }),
      }),
    }),
    object({ jobid: id }),
    {
      doc: 95094,
      limits: {
        'text.content': { chars: 2000, bytes: 4000 },
        attachments: { items: 9 },
        'attachments.*.link.title': { bytes: 64 },
        'attachments.*.link.url': { bytes: 2048 },
        'visible_range.sender_list.user_list': { items: 100_000 },
      },
    },
  ),
  'externalcontact/get_moment_task_result': get(
    object({ jobid: id }),
    some({
      status: number,
      type: text,
      result: some({
        errcode: number,
        errmsg: text,
        moment_id: id,
        invalid_sender_list: some(invalid),
        invalid_external_contact_list: some(invalid),
      }),
    }),
    { doc: 95094 },
  ),
  'externalcontact/cancel_moment_task': post(object({ moment_id: id }), nothing, { doc: 97612, repeatable: true }),
  'externalcontact/get_moment_list': read(
    object({ start_time: number, end_time: number }, { creator: id, filter_type: number, ...page }),
    some({ moment_list: list(moment), ...next }),
    {
      doc: 93333,
      limits: { limit: { atLeast: 1, atMost: 20 }, filter_type: { atLeast: 0, atMost: 2 } },
      span: { from: 'start_time', to: 'end_time', days: 30 },
    },
  ),
  'externalcontact/get_moment_task': read(
    object({ moment_id: id }, page),
    some({ task_list: list(object({ userid: id }, { publish_status: number })), ...next }),
    { doc: 93333, limits: { limit: { atLeast: 1, atMost: 1000 } } },
  ),
  'externalcontact/get_moment_customer_list': read(
    ofMember,
    some({ customer_list: list(object({ external_userid: id }, { userid: id })), ...next }),
    { doc: 93333, limits: { limit: { atLeast: 1, atMost: 1000 } } },
  ),
  'externalcontact/get_moment_send_result': read(ofMember, some({ customer_list: list(object({ external_userid: id })), ...next }), {
    doc: 93333,
    limits: { limit: { atLeast: 1, atMost: 5000 } },
  }),
  'externalcontact/get_moment_comments': read(
    object({ moment_id: id, userid: id }),
    some({ comment_list: list(reaction), like_list: list(reaction) }),
    { doc: 93333 },
  ),
}
