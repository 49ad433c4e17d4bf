// Welcome templates for customer groups (section 6, page 92366).
import { z } from 'zod'
import { activeMembers } from '../state/directory.ts'
import {
  createGroupTemplate,
  deleteGroupTemplate,
  findGroupTemplate,
  type GroupTemplate,
  listGroupTemplates,
  makerOfGroupTemplate,
  type TemplateBody,
  updateGroupTemplate,
} from '../state/group-templates.ts'
import { mediaUrl } from '../state/media.ts'
import { addMessage } from '../state/messages.ts'
import { type Attachment, readAttachment } from './attachments.ts'
import { byteText, type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'

const templatesMost = 100

const WithMedia = z.object({ media_id: z.string().min(1) })
const Given = z.object({
  text: z.object({ content: byteText(3000).default('') }).optional(),
  image: z.object({ media_id: z.string().optional(), pic_url: z.string().optional() }).optional(),
  link: z
    .object({ title: byteText(128, 1), picurl: byteText(2048).optional(), desc: byteText(512).optional(), url: byteText(2048, 1) })
    .optional(),
  // Unlike in single welcome messages the page needs no .html: the official sample has none.
  miniprogram: z
    .object({ title: byteText(64, 1), pic_media_id: z.string().min(1), appid: z.string().min(1), page: z.string().min(1) })
    .optional(),
  file: WithMedia.optional(),
  video: WithMedia.optional(),
  agentid: z.int().optional(),
  notify: z.int().min(0).max(1).default(1),
})
type Given = z.infer<typeof Given>
const TemplateId = z.object({ template_id: z.string().min(1), agentid: z.int().optional() })

export const groupWelcomeEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/group_welcome_template/add',
    permission: 'customers',
    input: Given,
    handle: (call, input) => {
      const { world, agent } = call
      const body = readTemplate(call, input)
      if (listGroupTemplates(world, agent.corpId).length >= templatesMost) refuse(41055)
      const { templateId } = createGroupTemplate(world, agent.corpId, agent.agentId, body)
      if (input.notify === 1) tellMembers(call, body)
      return { template_id: templateId }
    },
  }),
  endpoint({
    path: 'externalcontact/group_welcome_template/edit',
    permission: 'customers',
    input: Given.extend({ template_id: z.string().min(1) }),
    handle: (call, { template_id, ...input }) => {
      const template = madeHere(call, ownTemplate(call, template_id))
      updateGroupTemplate(call.world, template, readTemplate(call, input))
      return {}
    },
  }),
  // Two SDKs post, one source says GET: both are answered.
  endpoint({
    path: 'externalcontact/group_welcome_template/get',
    method: 'ANY',
    permission: 'customers',
    input: z.object({ template_id: z.string().min(1) }),
    handle: (call, { template_id }) => templateBody(call, ownTemplate(call, template_id)),
  }),
  endpoint({
    path: 'externalcontact/group_welcome_template/del',
    permission: 'customers',
    input: TemplateId,
    handle: (call, { template_id }) => {
      deleteGroupTemplate(call.world, madeHere(call, ownTemplate(call, template_id)))
      return {}
    },
  }),
]

/** Everybody who may own a customer group hears of a new template from the customer-contact helper. */
function tellMembers({ world, agent }: Call, body: TemplateBody): void {
  const text = `管理员配置了新的入群欢迎语素材${body.text ? `：${body.text}` : ''}`
  for (const { userId } of activeMembers(world, agent.corpId))
    addMessage(world, {
      corpId: agent.corpId,
      userId,
      externalUserId: '',
      agentId: agent.agentId,
      sender: 'app',
      source: 'app',
      kind: 'text',
      content: { text },
    })
}

/** Of several attachments only the first in this order is used. */
function readTemplate(call: Call, input: Given): TemplateBody {
  const attachment = attachmentOf(input)
  const text = input.text?.content ?? ''
  if (!text && !attachment) return refuseParameter('text', 'and attachments missing')
  const given = attachment ? { [attachment.msgtype]: input[attachment.msgtype] } : {}
  return { text, given, ...(attachment ? { attachment: readAttachment(call, attachment) } : {}) }
}

function attachmentOf({ image, link, miniprogram, file, video }: Given): Attachment | undefined {
  if (image) return { msgtype: 'image', image }
  if (link) return { msgtype: 'link', link }
  if (miniprogram) return { msgtype: 'miniprogram', miniprogram }
  if (file) return { msgtype: 'file', file }
  return video && { msgtype: 'video', video }
}

function templateBody({ world }: Call, { body }: GroupTemplate) {
  const picture = body.attachment?.kind === 'image' ? body.attachment.content.mediaId : undefined
  return {
    ...(body.text ? { text: { content: body.text } } : {}),
    ...(picture ? { image: { pic_url: mediaUrl(world, picture) } } : body.given),
  }
}

const ownTemplate = ({ world, agent }: Call, templateId: string): GroupTemplate =>
  findGroupTemplate(world, agent.corpId, templateId) ?? refuseParameter('template_id', 'not found')

/** Only the app that made a template may change it. */
const madeHere = ({ world, agent }: Call, template: GroupTemplate): GroupTemplate =>
  makerOfGroupTemplate(world, template) === agent.agentId ? template : refuse(41058)
