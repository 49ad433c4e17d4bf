// The pages an app put beside the chats of employees.
import type { World } from './world.ts'

export type SidebarPage = { id: number; corpId: string; agentId: number; name: string; url: string }
type Row = { id: number; corp_id: string; agent_id: number; name: string; url: string }

export const listSidebarPages = (world: World, corpId: string): SidebarPage[] =>
  world.store
    .all<Row>('SELECT * FROM sidebar_pages WHERE corp_id = ? ORDER BY id', corpId)
    .map((row) => ({ id: row.id, corpId: row.corp_id, agentId: row.agent_id, name: row.name, url: row.url }))

export function replaceSidebarPages(world: World, corpId: string, pages: Pick<SidebarPage, 'agentId' | 'name' | 'url'>[]): void {
  world.store.transaction(() => {
    world.store.run('DELETE FROM sidebar_pages WHERE corp_id = ?', corpId)
    for (const it of pages)
      world.store.run('INSERT INTO sidebar_pages (corp_id, agent_id, name, url) VALUES (?, ?, ?, ?)', corpId, it.agentId, it.name, it.url)
  })
}
