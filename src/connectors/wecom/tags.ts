import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'

export type TagGroup = NonNullable<ResponseOf<'externalcontact/get_corp_tag_list'>['tag_group']>[number]

/** All corp tags, or those of these groups, or these tags (groups win). */
export async function listTagGroups(
  app: WecomApp,
  filter: { tagIds?: string[]; groupIds?: string[] } = {},
  options?: CallOptions,
): Promise<TagGroup[]> {
  const body = { ...(filter.tagIds && { tag_id: filter.tagIds }), ...(filter.groupIds && { group_id: filter.groupIds }) }
  return (await callWecom(app, 'externalcontact/get_corp_tag_list', { body }, options)).tag_group ?? []
}

/** A group of an existing name gets the tags added; a name the group already has is made once. */
export async function addTags(
  app: WecomApp,
  request: RequestOf<'externalcontact/add_corp_tag'>,
  options?: CallOptions,
): Promise<TagGroup | undefined> {
  return (await callWecom(app, 'externalcontact/add_corp_tag', { body: request }, options)).tag_group
}

/** A tag or a group, by its id. */
export async function editTag(app: WecomApp, change: RequestOf<'externalcontact/edit_corp_tag'>, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/edit_corp_tag', { body: change }, options)
}

/** A group takes its tags along; the last tag takes its group along. */
export async function deleteTags(app: WecomApp, which: { tagIds?: string[]; groupIds?: string[] }, options?: CallOptions): Promise<void> {
  const body = { ...(which.tagIds && { tag_id: which.tagIds }), ...(which.groupIds && { group_id: which.groupIds }) }
  await callWecom(app, 'externalcontact/del_corp_tag', { body }, options)
}

/** doc 92118: one customer as one member sees them; without the friendship it is 84061. */
export async function markTags(app: WecomApp, marks: RequestOf<'externalcontact/mark_tag'>, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/mark_tag', { body: marks }, options)
}
