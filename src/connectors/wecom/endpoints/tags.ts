import { flag, id, ids, list, nothing, number, object, post, read, some, text } from './define.ts'

const tag = object({ id }, { name: text, create_time: number, order: number, deleted: flag })
const group = object(
  { group_id: id },
  { group_name: text, create_time: number, order: number, deleted: flag, strategy_id: number, tag: list(tag) },
)
const newTags = list(object({ name: text }, { order: number }))
const groups = some({ tag_group: list(group) })
const one = some({ tag_group: group })

const order = { atLeast: 0, atMost: 2 ** 32 - 1 } as const
const addLimits = {
  tag: { items: 10_000, fewest: 1 },
  group_name: { chars: 30 },
  'tag.*.name': { chars: 30 },
  order,
  'tag.*.order': order,
} as const
const editLimits = { name: { chars: 30 }, order } as const

/** Corp tags (92117, 92118) and strategy tags (94882). An app edits and deletes only its own. */
export const tagEndpoints = {
  'externalcontact/get_corp_tag_list': read(some({ tag_id: ids, group_id: ids }), groups, { doc: 92117 }),
  'externalcontact/add_corp_tag': post(object({ tag: newTags }, { group_id: id, group_name: text, order: number, agentid: number }), one, {
    doc: 92117,
    // A name the group already has is made once, so asking twice is like asking once.
    repeatable: true,
    limits: addLimits,
  }),
  'externalcontact/edit_corp_tag': post(object({ id }, { name: text, order: number, agentid: number }), nothing, {
    doc: 92117,
    repeatable: true,
    limits: editLimits,
  }),
  'externalcontact/del_corp_tag': post(some({ tag_id: ids, group_id: ids, agentid: number }), nothing, { doc: 92117, repeatable: true }),
  'externalcontact/mark_tag': post(object({ userid: id, external_userid: id }, { add_tag: ids, remove_tag: ids }), nothing, {
    doc: 92118,
    repeatable: true,
  }),
  'externalcontact/get_strategy_tag_list': read(some({ strategy_id: number, tag_id: ids, group_id: ids }), groups, { doc: 94882 }),
  'externalcontact/add_strategy_tag': post(
    object({ tag: newTags }, { strategy_id: number, group_id: id, group_name: text, order: number }),
    one,
    { doc: 94882, repeatable: true, limits: addLimits },
  ),
  'externalcontact/edit_strategy_tag': post(object({ id }, { name: text, order: number }), nothing, {
    doc: 94882,
    repeatable: true,
    limits: editLimits,
  }),
  'externalcontact/del_strategy_tag': post(some({ tag_id: ids, group_id: ids }), nothing, { doc: 94882, repeatable: true }),
}
