import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { ResponseOf } from './endpoints/catalogue.ts'
import { type Page, type PageAt, pageBody } from './paging.ts'

/** doc 99434: cursors and temporary ids live four hours, later 99434 and 99445: begin anew. */
export const contactListLimits = { perPage: 2000, lifetimeHours: 4 } as const

export type ListedContact = NonNullable<ResponseOf<'externalcontact/contact_list'>['info_list']>[number]

/**
 * doc 99434: everybody from outside whom the app's members serve or share a group with, one row for each member or group. Whoever
 * is no customer yet has no external id but a temporary one.
 */
export async function listServedContacts(app: WecomApp, at: PageAt = {}, options?: CallOptions): Promise<Page<ListedContact>> {
  const body = pageBody(at, contactListLimits.perPage)
  const answer = await callWecom(app, 'externalcontact/contact_list', { body }, options)
  return { items: answer.info_list ?? [], next: answer.next_cursor || undefined }
}
