// Welcome templates for customer groups: what a group shows when a customer joins.
import { z } from 'zod'
import { type Document, documents } from './documents.ts'
import { Content, type Kind } from './messages.ts'
import { freshId, type World } from './world.ts'

/** The template as it was given, and what the group's phones will show for its attachment. */
const TemplateBody = z.object({
  text: z.string(),
  given: z.record(z.string(), z.unknown()),
  attachment: z.object({ kind: z.string().transform((kind) => kind as Kind), content: Content }).optional(),
})
export type TemplateBody = z.infer<typeof TemplateBody>
export type GroupTemplate = Document<TemplateBody, 'templateId'>

const templates = documents({ table: 'group_templates', column: 'template_id', name: 'templateId', body: TemplateBody, kind: 'group' })

export const createGroupTemplate = (world: World, corpId: string, agentId: number, body: TemplateBody): GroupTemplate =>
  templates.add(world, corpId, freshId('msg'), body, { agent_id: agentId })
export const { own: findGroupTemplate, list: listGroupTemplates, change: updateGroupTemplate } = templates

export const makerOfGroupTemplate = (world: World, { id }: GroupTemplate): number =>
  world.store.get<{ agent_id: number }>('SELECT agent_id FROM group_templates WHERE id = ?', id)?.agent_id ?? 0

/** Groups that used it greet no more. */
export function deleteGroupTemplate(world: World, template: GroupTemplate): void {
  templates.remove(world, template)
  world.store.run(`UPDATE group_chats SET template_id = '' WHERE template_id = ?`, template.templateId)
}
