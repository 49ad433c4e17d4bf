// Corp tags and where they hang.
import { now, type World } from './world.ts'

export type TagGroup = {
  groupId: string
  name: string
  createdAt: number
  order: number
  deleted: boolean
  agentId: number
  strategyId: number
}
export type Tag = { tagId: string; groupId: string; name: string; createdAt: number; order: number; deleted: boolean }

type GroupRow = { group_id: string; name: string; created_at: number; ord: number; deleted: number; agent_id: number; strategy_id: number }
type TagRow = { tag_id: string; group_id: string; name: string; created_at: number; ord: number; deleted: number }

/** Corp tags belong to no rule group; the other one stands for every rule group. */
const corpTags = 0
export const strategiesAll = -1

/** Larger order first; WeCom shows older ones first among equals. */
export const listTagGroups = (world: World, corpId: string, strategyId = corpTags): TagGroup[] =>
  world.store
    .all<GroupRow>(
      'SELECT * FROM tag_groups WHERE corp_id = ?1 AND (strategy_id = ?2 OR (?2 = -1 AND strategy_id > 0)) ORDER BY ord DESC, rowid',
      corpId,
      strategyId,
    )
    .map(toGroup)

export const listTags = (world: World, corpId: string, strategyId = corpTags): Tag[] =>
  world.store
    .all<TagRow>(
      `SELECT tags.* FROM tags JOIN tag_groups USING (corp_id, group_id)
       WHERE tags.corp_id = ?1 AND (strategy_id = ?2 OR (?2 = -1 AND strategy_id > 0)) ORDER BY tags.ord DESC, tags.rowid`,
      corpId,
      strategyId,
    )
    .map(toTag)

/** Corp tags and those of rule groups share one bound. */
export const countTags = (world: World, corpId: string): number =>
  world.store.get<{ n: number }>('SELECT count(*) AS n FROM tags WHERE corp_id = ? AND deleted = 0', corpId)?.n ?? 0

export function findTagGroup(world: World, corpId: string, groupId: string): TagGroup | undefined {
  const row = world.store.get<GroupRow>('SELECT * FROM tag_groups WHERE corp_id = ? AND group_id = ?', corpId, groupId)
  return row && toGroup(row)
}

export function findTag(world: World, corpId: string, tagId: string): Tag | undefined {
  const row = world.store.get<TagRow>('SELECT * FROM tags WHERE corp_id = ? AND tag_id = ?', corpId, tagId)
  return row && toTag(row)
}

export function saveTagGroup(world: World, corpId: string, it: TagGroup): void {
  world.store.run(
    `INSERT INTO tag_groups (corp_id, group_id, name, created_at, ord, deleted, agent_id, strategy_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (corp_id, group_id) DO UPDATE SET name = excluded.name, ord = excluded.ord, deleted = excluded.deleted`,
    corpId,
    it.groupId,
    it.name,
    it.createdAt,
    it.order,
    Number(it.deleted),
    it.agentId,
    it.strategyId,
  )
}

export function saveTag(world: World, corpId: string, it: Tag): void {
  world.store.run(
    `INSERT INTO tags (corp_id, tag_id, group_id, name, created_at, ord, deleted) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (corp_id, tag_id) DO UPDATE SET name = excluded.name, ord = excluded.ord, deleted = excluded.deleted`,
    corpId,
    it.tagId,
    it.groupId,
    it.name,
    it.createdAt,
    it.order,
    Number(it.deleted),
  )
}

/** The tag disappears from every customer; a group without tags disappears too. Says whether the group went with it. */
export function deleteTag(world: World, corpId: string, tag: Tag): boolean {
  saveTag(world, corpId, { ...tag, deleted: true })
  world.store.run('DELETE FROM follow_tags WHERE tag_id = ?', tag.tagId)
  const left =
    world.store.get<{ n: number }>('SELECT count(*) AS n FROM tags WHERE corp_id = ? AND group_id = ? AND deleted = 0', corpId, tag.groupId)
      ?.n ?? 0
  const group = left === 0 ? findTagGroup(world, corpId, tag.groupId) : undefined
  if (group) saveTagGroup(world, corpId, { ...group, deleted: true })
  return group !== undefined
}

export function deleteTagGroup(world: World, corpId: string, group: TagGroup): void {
  for (const tag of listTags(world, corpId, group.strategyId))
    if (tag.groupId === group.groupId && !tag.deleted) deleteTag(world, corpId, tag)
  saveTagGroup(world, corpId, { ...group, deleted: true })
}

export const tagsOfFollow = (world: World, followId: number): string[] =>
  world.store
    .all<{ tag_id: string }>('SELECT tag_id FROM follow_tags WHERE follow_id = ? ORDER BY tag_id', followId)
    .map((row) => row.tag_id)

/** Says whether anything changed: a tag set twice is the same as once. */
export function markTags(world: World, followId: number, add: string[], remove: string[]): boolean {
  let changes = 0
  for (const tagId of add)
    changes += world.store.run('INSERT OR IGNORE INTO follow_tags (follow_id, tag_id) VALUES (?, ?)', followId, tagId).changes
  for (const tagId of remove)
    changes += world.store.run('DELETE FROM follow_tags WHERE follow_id = ? AND tag_id = ?', followId, tagId).changes
  return changes > 0
}

export const newTagGroup = (
  world: World,
  groupId: string,
  name: string,
  order: number,
  agentId: number,
  strategyId = corpTags,
): TagGroup => ({
  groupId,
  name,
  createdAt: now(world),
  order,
  deleted: false,
  agentId,
  strategyId,
})
export const newTag = (world: World, tagId: string, groupId: string, name: string, order: number): Tag => ({
  tagId,
  groupId,
  name,
  createdAt: now(world),
  order,
  deleted: false,
})

const toGroup = (row: GroupRow): TagGroup => ({
  groupId: row.group_id,
  name: row.name,
  createdAt: row.created_at,
  order: row.ord,
  deleted: row.deleted === 1,
  agentId: row.agent_id,
  strategyId: row.strategy_id,
})
const toTag = (row: TagRow): Tag => ({
  tagId: row.tag_id,
  groupId: row.group_id,
  name: row.name,
  createdAt: row.created_at,
  order: row.ord,
  deleted: row.deleted === 1,
})
