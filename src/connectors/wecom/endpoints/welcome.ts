import { attachmentLimits, attachments, content, kinds } from './attachments.ts'
import { id, nothing, number, object, post, read, some } from './define.ts'

const template = { ...kinds, agentid: number, notify: number }
const limits = {
  'text.content': { bytes: 3000 },
  'link.title': { bytes: 128 },
  'link.desc': { bytes: 512 },
  'link.url': { bytes: 2048 },
  'miniprogram.title': { bytes: 64 },
} as const

/** The greeting of a new customer (92137) and of a group (92366). */
export const welcomeEndpoints = {
  'externalcontact/send_welcome_msg': post(object({ welcome_code: id }, { text: content, attachments }), nothing, {
    doc: 92137,
    limits: { 'text.content': { bytes: 4000 }, ...attachmentLimits },
  }),
  'externalcontact/group_welcome_template/add': post(some(template), object({ template_id: id }), { doc: 92366, limits }),
  'externalcontact/group_welcome_template/edit': post(object({ template_id: id }, template), nothing, {
    doc: 92366,
    repeatable: true,
    limits,
  }),
  'externalcontact/group_welcome_template/get': read(object({ template_id: id }), some(kinds), { doc: 92366 }),
  'externalcontact/group_welcome_template/del': post(object({ template_id: id }, { agentid: number }), nothing, {
    doc: 92366,
    repeatable: true,
  }),
}
