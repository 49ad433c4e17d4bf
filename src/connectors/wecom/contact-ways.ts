import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'
import { pages } from './paging.ts'

export type NewContactWay = RequestOf<'externalcontact/add_contact_way'>
export type ContactWay = NonNullable<ResponseOf<'externalcontact/get_contact_way'>['contact_way']>

/** doc 92228. Members count after departments are expanded; the quota is shared with join ways. */
export const contactWayLimits = { perCorp: 500_000, members: 100, remarkChars: 30, stateChars: 30, temporaryDays: 14 } as const

/** The config id is the only handle: WeCom's console does not show codes made here. */
export async function addContactWay(
  app: WecomApp,
  way: NewContactWay,
  options?: CallOptions,
): Promise<{ configId: string; qrCode: string | undefined }> {
  const answer = await callWecom(app, 'externalcontact/add_contact_way', { body: way }, options)
  return { configId: answer.config_id, qrCode: answer.qr_code }
}

export async function getContactWay(app: WecomApp, configId: string, options?: CallOptions): Promise<ContactWay | undefined> {
  return (await callWecom(app, 'externalcontact/get_contact_way', { body: { config_id: configId } }, options)).contact_way
}

/** Only codes made after 2021-07-10 and none of temporary sessions; 90 days back unless told; a thousand to a page. */
export function listContactWayIds(
  app: WecomApp,
  period: { start_time?: number; end_time?: number; limit?: number } = {},
  options?: CallOptions,
): AsyncGenerator<string> {
  return pages(async (cursor) => {
    const answer = await callWecom(
      app,
      'externalcontact/list_contact_way',
      { body: { limit: 1000, ...period, ...(cursor && { cursor }) } },
      options,
    )
    return { items: (answer.contact_way ?? []).map((way) => way.config_id), next: answer.next_cursor }
  })
}

/** Members and departments replace the old ones: send all of them. */
export async function updateContactWay(
  app: WecomApp,
  way: RequestOf<'externalcontact/update_contact_way'>,
  options?: CallOptions,
): Promise<void> {
  await callWecom(app, 'externalcontact/update_contact_way', { body: way }, options)
}

export async function deleteContactWay(app: WecomApp, configId: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/del_contact_way', { body: { config_id: configId } }, options)
}

/**
 * A code of this state and remark made at or after `since` (unix seconds of WeCom's clock) that nobody has written down yet, for
 * a creation that ended unknown. Codes of temporary sessions are listed nowhere.
 */
export async function findContactWay(
  app: WecomApp,
  made: { state?: string | undefined; remark?: string | undefined; since: number; known?: readonly string[] | undefined },
  options?: CallOptions,
): Promise<ContactWay | undefined> {
  for await (const configId of listContactWayIds(app, { start_time: made.since }, options)) {
    if (made.known?.includes(configId)) continue
    const way = await getContactWay(app, configId, options)
    if ((way?.state ?? '') === (made.state ?? '') && (way?.remark ?? '') === (made.remark ?? '')) return way
  }
  return undefined
}

/** Ends a temporary session, which sends its conclusions. */
export async function closeTemporaryChat(
  app: WecomApp,
  chat: { userId: string; externalUserId: string },
  options?: CallOptions,
): Promise<void> {
  await callWecom(app, 'externalcontact/close_temp_chat', { body: { userid: chat.userId, external_userid: chat.externalUserId } }, options)
}
