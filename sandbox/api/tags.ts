// Corp tags (section 7).
import { z } from 'zod'
import { editEvent, emit } from '../callbacks/events.ts'
import type { Agent } from '../state/corps.ts'
import {
  countTags,
  deleteTag,
  deleteTagGroup,
  findTag,
  findTagGroup,
  listTagGroups,
  listTags,
  markTags,
  newTag,
  newTagGroup,
  saveTag,
  saveTagGroup,
  strategiesAll,
  type Tag,
  type TagGroup,
} from '../state/tags.ts'
import { freshId, publish, toSeconds, type World } from '../state/world.ts'
import { openFollow } from './external-contacts.ts'
import { type Call, type Endpoint, endpoint, refuse, refuseParameter, words } from './protocol.ts'

const tagsMost = 10_000
export const Order = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
export const Ids = z.array(z.string()).max(1000)
const nameMost = 30
/** An empty name is a missing parameter (40058); too long a one has a code of its own (40072, see checkNames). */
export const TagName = words(nameMost * 100, 1)
export const AddTags = z.object({
  group_id: z.string().optional(),
  group_name: words(nameMost * 100).optional(),
  order: Order.optional(),
  tag: z.array(z.object({ name: TagName, order: Order.optional() })).min(1),
  agentid: z.int().optional(),
})

export const tagEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/get_corp_tag_list',
    permission: 'customers',
    empty: { tag_group: [] },
    input: z.object({ tag_id: Ids.default([]), group_id: Ids.default([]) }),
    handle: ({ world, agent }, { tag_id, group_id }) => ({ tag_group: selectGroups(world, agent.corpId, tag_id, group_id) }),
  }),
  endpoint({
    path: 'externalcontact/add_corp_tag',
    permission: 'customers',
    input: AddTags,
    handle: (call, input) => addTags(call, input),
  }),
  endpoint({
    path: 'externalcontact/edit_corp_tag',
    permission: 'customers',
    input: z.object({ id: z.string().min(1), name: TagName.optional(), order: Order.optional(), agentid: z.int().optional() }),
    handle: (call, input) => editTag(call, input),
  }),
  endpoint({
    path: 'externalcontact/del_corp_tag',
    permission: 'customers',
    input: z.object({ tag_id: Ids.default([]), group_id: Ids.default([]), agentid: z.int().optional() }),
    handle: (call, input) => {
      if (input.tag_id.length + input.group_id.length === 0) refuseParameter('tag_id', 'and group_id missing')
      return deleteTags(call, input)
    },
  }),
  endpoint({
    path: 'externalcontact/mark_tag',
    permission: 'customers',
    input: z.object({
      userid: z.string().min(1),
      external_userid: z.string().min(1),
      add_tag: Ids.default([]),
      remove_tag: Ids.default([]),
    }),
    handle: (call, input) => {
      const { world, agent } = call
      if (input.add_tag.length + input.remove_tag.length === 0) refuseParameter('add_tag', 'and remove_tag missing')
      const follow = openFollow(call, input.userid, input.external_userid)
      for (const id of [...input.add_tag, ...input.remove_tag]) liveTag(world, agent.corpId, id)
      const changed = markTags(world, follow.id, input.add_tag, input.remove_tag)
      if (changed && world.settings.habits.apiEdits) emit(world, agent.corpId, editEvent(follow))
      if (changed) publish(world, { kind: 'friend', externalUserId: follow.externalUserId, userId: follow.userId })
      return {}
    },
  }),
]

/** Asked for ids, deleted ones are shown as deleted; asked for all, they are left out. Groups win over tags. */
export function selectGroups(world: World, corpId: string, tagIds: string[], groupIds: string[], strategyId = 0) {
  const asked = tagIds.length + groupIds.length > 0
  const wantsTag = (tag: Tag) => groupIds.length > 0 || tagIds.length === 0 || tagIds.includes(tag.tagId)
  const tags = listTags(world, corpId, strategyId).filter((tag) => wantsTag(tag) && (asked || !tag.deleted))
  return listTagGroups(world, corpId, strategyId)
    .filter((group) => (asked || !group.deleted) && (groupIds.length === 0 || groupIds.includes(group.groupId)))
    .map((group) => ({ group, tags: tags.filter((tag) => tag.groupId === group.groupId) }))
    .filter(({ tags }) => groupIds.length > 0 || tagIds.length === 0 || tags.length > 0)
    .map(({ group, tags }) => ({
      ...groupBody(group),
      ...(group.strategyId > 0 ? { strategy_id: group.strategyId } : {}),
      deleted: group.deleted,
      tag: tags.map((tag) => ({ ...tagBody(tag), deleted: tag.deleted })),
    }))
}

export function addTags({ world, agent }: Call, input: z.infer<typeof AddTags>, strategyId = 0) {
  const { corpId } = agent
  checkNames(input.group_name, ...input.tag.map((it) => it.name))
  const groups = listTagGroups(world, corpId, strategyId).filter((it) => !it.deleted)
  const known = input.group_id ? liveGroup(world, corpId, input.group_id, strategyId) : groups.find((it) => it.name === input.group_name)
  if (!known && !input.group_name) refuseParameter('group_name', 'missing')
  const names = new Set(input.tag.map((it) => it.name))
  const live = listTags(world, corpId, strategyId).filter((it) => !it.deleted)
  if (countTags(world, corpId) + names.size > tagsMost) refuseParameter('tag', `exceed max count ${tagsMost}`)
  const group = known ?? newTagGroup(world, freshId('et'), input.group_name ?? '', input.order ?? 0, agent.agentId, strategyId)
  saveTagGroup(world, corpId, { ...group, order: input.order ?? group.order })
  const inGroup = live.filter((it) => it.groupId === group.groupId)
  // The same name twice, in the call or in the group, is one tag.
  const made = input.tag
    .filter(
      (it, index, all) => all.findIndex((other) => other.name === it.name) === index && !inGroup.some((other) => other.name === it.name),
    )
    .map((it) => newTag(world, freshId('et'), group.groupId, it.name, it.order ?? 0))
  for (const tag of made) saveTag(world, corpId, tag)
  publish(world, { kind: 'company' })
  const answered = [...made, ...inGroup.filter((it) => names.has(it.name))].sort((a, b) => b.order - a.order)
  return { tag_group: { ...groupBody({ ...group, order: input.order ?? group.order }), tag: answered.map(tagBody) } }
}

type EditTag = { id: string; name?: string | undefined; order?: number | undefined }

/** `wanted`: the rule groups whose tags are meant; corp tags when nobody says. */
export function editTag({ world, agent }: Call, input: EditTag, wanted = 0) {
  const { corpId } = agent
  checkNames(input.name)
  const tag = findTag(world, corpId, input.id)
  if (tag && !tag.deleted) {
    const home = liveGroup(world, corpId, tag.groupId, wanted)
    checkOwner(agent, home)
    const twin = listTags(world, corpId, home.strategyId).find(
      (it) => !it.deleted && it.groupId === tag.groupId && it.name === input.name && it.tagId !== tag.tagId,
    )
    if (twin) refuse(40071)
    saveTag(world, corpId, { ...tag, name: input.name ?? tag.name, order: input.order ?? tag.order })
  } else {
    const group = liveGroup(world, corpId, input.id, wanted)
    checkOwner(agent, group)
    const twin = listTagGroups(world, corpId, group.strategyId).find(
      (it) => !it.deleted && it.name === input.name && it.groupId !== group.groupId,
    )
    if (twin) refuse(40071)
    saveTagGroup(world, corpId, { ...group, name: input.name ?? group.name, order: input.order ?? group.order })
  }
  publish(world, { kind: 'company' })
  return {}
}

export function deleteTags({ world, agent }: Call, { tag_id, group_id }: { tag_id: string[]; group_id: string[] }, strategyId = 0) {
  const tags = tag_id.map((id) => liveTag(world, agent.corpId, id))
  const groups = group_id.map((id) => liveGroup(world, agent.corpId, id, strategyId))
  for (const id of [...tags, ...groups].map((it) => it.groupId)) checkOwner(agent, liveGroup(world, agent.corpId, id, strategyId))
  for (const tag of tags) deleteTag(world, agent.corpId, tag)
  for (const group of groups) deleteTagGroup(world, agent.corpId, group)
  publish(world, { kind: 'company' })
  return {}
}

export function liveTag(world: World, corpId: string, id: string): Tag {
  const tag = findTag(world, corpId, id)
  return tag && !tag.deleted ? tag : refuse(40068)
}

/** A tag of a rule group is unknown where corp tags are meant, and the other way round. */
function liveGroup(world: World, corpId: string, id: string, strategyId = 0): TagGroup {
  const group = findTagGroup(world, corpId, id)
  const isMeant = strategyId === strategiesAll ? (group?.strategyId ?? 0) > 0 : group?.strategyId === strategyId
  return group && !group.deleted && isMeant ? group : refuse(40068)
}

function checkNames(...names: (string | undefined)[]): void {
  if (names.some((name) => [...(name ?? '')].length > nameMost)) refuse(40072)
}

/** An app may change only what it made itself; the old customer-contact secret may change everything. */
function checkOwner(agent: Agent, group: TagGroup): void {
  if (agent.kind === 'app' && group.agentId !== agent.agentId) refuse(81011)
}

const groupBody = (it: TagGroup) => ({ group_id: it.groupId, group_name: it.name, create_time: toSeconds(it.createdAt), order: it.order })
const tagBody = (it: Tag) => ({ id: it.tagId, name: it.name, create_time: toSeconds(it.createdAt), order: it.order })
