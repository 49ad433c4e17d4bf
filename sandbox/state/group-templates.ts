// Welcome templates for customer groups: what a group shows when a customer joins.
import { z } from 'zod'
import { Content, type Kind } from './messages.ts'
import { freshId, now, publish, type World } from './world.ts'

/** The template as it was given, and what the group's phones will show for its attachment. */
const TemplateBody = z.object({
  text: z.string(),
  given: z.record(z.string(), z.unknown()),
  attachment: z.object({ kind: z.string().transform((kind) => kind as Kind), content: Content }).optional(),
})
export type TemplateBody = z.infer<typeof TemplateBody>
export type GroupTemplate = { id: number; corpId: string; templateId: string; agentId: number; body: TemplateBody; createdAt: number }
type Row = { id: number; corp_id: string; template_id: string; agent_id: number; body: string; created_at: number }

export function createGroupTemplate(world: World, corpId: string, agentId: number, body: TemplateBody): GroupTemplate {
  const templateId = freshId('msg')
  const createdAt = now(world)
  const { lastId } = world.store.run(
    'INSERT INTO group_templates (corp_id, template_id, agent_id, body, created_at) VALUES (?, ?, ?, ?, ?)',
    corpId,
    templateId,
    agentId,
    JSON.stringify(body),
    createdAt,
  )
  publish(world, { kind: 'group' })
  return { id: lastId, corpId, templateId, agentId, body, createdAt }
}

export function findGroupTemplate(world: World, corpId: string, templateId: string): GroupTemplate | undefined {
  const row = world.store.get<Row>(
    'SELECT * FROM group_templates WHERE corp_id = ? AND template_id = ? AND deleted = 0',
    corpId,
    templateId,
  )
  return row && toTemplate(row)
}

export const listGroupTemplates = (world: World, corpId: string): GroupTemplate[] =>
  world.store.all<Row>('SELECT * FROM group_templates WHERE corp_id = ? AND deleted = 0 ORDER BY id', corpId).map(toTemplate)

export function updateGroupTemplate(world: World, template: GroupTemplate, body: TemplateBody): void {
  world.store.run('UPDATE group_templates SET body = ? WHERE id = ?', JSON.stringify(body), template.id)
  publish(world, { kind: 'group' })
}

/** Groups that used it greet no more. */
export function deleteGroupTemplate(world: World, template: GroupTemplate): void {
  world.store.run('UPDATE group_templates SET deleted = 1 WHERE id = ?', template.id)
  world.store.run(`UPDATE group_chats SET template_id = '' WHERE template_id = ?`, template.templateId)
  publish(world, { kind: 'group' })
}

const toTemplate = (row: Row): GroupTemplate => ({
  id: row.id,
  corpId: row.corp_id,
  templateId: row.template_id,
  agentId: row.agent_id,
  body: TemplateBody.parse(JSON.parse(row.body)),
  createdAt: row.created_at,
})
