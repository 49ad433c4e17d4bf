import { number, object, text, word } from './fields.ts'

const tag = object({ id: text, tagType: word(['tag', 'tag_group']).optional(), strategyId: number.optional() })

/** Corp and strategy tags: doc 92130. Ids are text although some look like numbers; deleting a group tells only of the group. */
export const tagEvents = {
  'change_external_tag.create': tag,
  'change_external_tag.update': tag,
  'change_external_tag.delete': tag,
  /** Orders changed: `id` is the group and may be absent, then every order must be read again. */
  'change_external_tag.shuffle': object({ id: text.optional(), tagType: text.optional(), strategyId: number.optional() }),
}
