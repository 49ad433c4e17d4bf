import type * as z from 'zod'
import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'
import type { externalContact, followUser } from './endpoints/contacts.ts'
import { isWecomError } from './errors.ts'
import { chunks, pages } from './paging.ts'

export type ExternalContact = z.output<typeof externalContact>
export type FollowUser = z.output<typeof followUser>
export type FollowedContact = NonNullable<ResponseOf<'externalcontact/batch/get_by_user'>['external_contact_list']>[number]

export const contactLimits = { membersPerBatch: 100, contactsPerPage: 100, remarkChars: 20, descriptionChars: 150 } as const

/** doc 92571: members with the customer contact function, inside the app's visible range. */
export async function listFollowUsers(app: WecomApp, options?: CallOptions): Promise<string[]> {
  return (await callWecom(app, 'externalcontact/get_follow_user_list', {}, options)).follow_user ?? []
}

/** doc 92113; a member without customers answers 84061, which is the empty list. */
export async function listContactIds(app: WecomApp, userid: string, options?: CallOptions): Promise<string[]> {
  try {
    return (await callWecom(app, 'externalcontact/list', { query: { userid } }, options)).external_userid ?? []
  } catch (error) {
    if (isWecomError(error, 84061)) return []
    throw error
  }
}

/** doc 92114: the customer with all who follow them; more than 500 followers come in pages. */
export async function getContact(
  app: WecomApp,
  externalUserId: string,
  options?: CallOptions,
): Promise<{ contact: ExternalContact | undefined; follows: FollowUser[] }> {
  let contact: ExternalContact | undefined
  const follows: FollowUser[] = []
  const read = async (cursor: string | undefined) => {
    const query = { external_userid: externalUserId, ...(cursor && { cursor }) }
    const answer = await callWecom(app, 'externalcontact/get', { query }, options)
    contact ??= answer.external_contact
    return { items: answer.follow_user ?? [], next: answer.next_cursor }
  }
  for await (const follow of pages(read)) follows.push(follow)
  return { contact, follows }
}

/** doc 92994: every customer of these members with that member's own remarks; tags are ids of corp tags only. */
export async function* listContacts(app: WecomApp, userIds: readonly string[], options?: CallOptions): AsyncGenerator<FollowedContact> {
  for (const userid_list of chunks(userIds, contactLimits.membersPerBatch))
    yield* pages(async (cursor) => {
      const body = { userid_list, limit: contactLimits.contactsPerPage, ...(cursor && { cursor }) }
      return readBatch(app, body, options)
    })
}

/** 84061 for members none of whom has a customer. */
async function readBatch(app: WecomApp, body: RequestOf<'externalcontact/batch/get_by_user'>, options?: CallOptions) {
  try {
    const answer = await callWecom(app, 'externalcontact/batch/get_by_user', { body }, options)
    return { items: answer.external_contact_list ?? [], next: answer.next_cursor }
  } catch (error) {
    if (isWecomError(error, 84061)) return { items: [], next: undefined }
    throw error
  }
}

/** doc 92115: at least one field; phone numbers replace the old ones, `['']` removes them. */
export async function remarkContact(app: WecomApp, remark: RequestOf<'externalcontact/remark'>, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/remark', { body: remark }, options)
}
