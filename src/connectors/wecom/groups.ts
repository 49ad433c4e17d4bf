import type * as z from 'zod'
import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { ResponseOf } from './endpoints/catalogue.ts'
import type { groupMember } from './endpoints/groups.ts'
import type { Page } from './paging.ts'

export type GroupChat = NonNullable<ResponseOf<'externalcontact/groupchat/get'>['group_chat']>
export type GroupMember = z.output<typeof groupMember>

export const groupLimits = { groupsPerPage: 1000, ownersPerCall: 100 } as const

/** doc 92120: a page of ids. Without owners it is refused (81017) when more than 1000 members are in sight. */
export async function listGroupIds(
  app: WecomApp,
  { owners, cursor }: { owners?: readonly string[] | undefined; cursor?: string | undefined },
  options?: CallOptions,
): Promise<Page<string>> {
  const body = {
    limit: groupLimits.groupsPerPage,
    ...(owners && { owner_filter: { userid_list: [...owners] } }),
    ...(cursor && { cursor }),
  }
  const answer = await callWecom(app, 'externalcontact/groupchat/list', { body }, options)
  return { items: (answer.group_chat_list ?? []).map(({ chat_id }) => chat_id), next: answer.next_cursor || undefined }
}

/** doc 92122: the group with everybody in it and their names. */
export async function getGroup(app: WecomApp, chatId: string, options?: CallOptions): Promise<GroupChat | undefined> {
  const body = { chat_id: chatId, need_name: 1 }
  return (await callWecom(app, 'externalcontact/groupchat/get', { body }, options)).group_chat
}
