import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'
import { type Page, type PageAt, pageBody, pages } from './paging.ts'

/**
 * 获客助手, docs 97297 to 97299 and 97375. People count after departments are expanded (the text of 2023 said 100); statistics
 * go 30 days at a time and 180 back; a chat key lives 30 minutes; the channel in the link's address is cut at 64 bytes.
 * Only for apps of the corp: the old customer-contact secret is answered 48002.
 */
export const acquisitionLimits = {
  linksPerPage: 100,
  customersPerPage: 1000,
  people: 500,
  statisticDays: 30,
  statisticDaysBack: 180,
  chatKeyMinutes: 30,
  channelBytes: 64,
} as const

export type AcquisitionLink = NonNullable<ResponseOf<'externalcontact/customer_acquisition/create_link'>['link']>
export type AcquisitionLinkDetail = ResponseOf<'externalcontact/customer_acquisition/get'>
export type AcquiredCustomer = NonNullable<ResponseOf<'externalcontact/customer_acquisition/customer'>['customer_list']>[number]

export type LinkSettings = {
  name: string
  /** Members and departments who get the customers; at least one of either. */
  users?: string[] | undefined
  departments?: number[] | undefined
  /** True unless told: the customer need not be confirmed. */
  skipVerify?: boolean | undefined
  /** True unless told: the remark shows where the customer came from. */
  markSource?: boolean | undefined
  /** `corp`: whom the customer knows already, anywhere in the corp; a list: these first. */
  priority?: 'corp' | string[] | undefined
}

/** doc 97297: a page of ids; this app's own links only, whoever lost an id finds it here. A bad cursor is 50100. */
export async function listLinks(app: WecomApp, at: PageAt = {}, options?: CallOptions): Promise<Page<string>> {
  const body = pageBody(at, acquisitionLimits.linksPerPage)
  const answer = await callWecom(app, 'externalcontact/customer_acquisition/list_link', { body }, options)
  return { items: answer.link_id_list ?? [], next: answer.next_cursor || undefined }
}

/** doc 97297: settings stand beside the link. An unknown id, or another app's, is 40058. */
export function getLink(app: WecomApp, linkId: string, options?: CallOptions): Promise<AcquisitionLinkDetail> {
  return callWecom(app, 'externalcontact/customer_acquisition/get', { body: { link_id: linkId } }, options)
}

/**
 * doc 97297. 41095 when there are too many links, 84083 and 41054 for members who cannot take customers. Not repeated after an
 * unknown end: ask `findLink` first.
 */
export async function createLink(app: WecomApp, settings: LinkSettings, options?: CallOptions): Promise<AcquisitionLink> {
  const body = { link_name: settings.name, ...bodyOf(settings) }
  return (await callWecom(app, 'externalcontact/customer_acquisition/create_link', { body }, options)).link ?? {}
}

/** doc 97297: what is absent stays; members and departments replace the old ones, so send all of them. */
export async function updateLink(app: WecomApp, linkId: string, changes: Partial<LinkSettings>, options?: CallOptions): Promise<void> {
  const body = { link_id: linkId, link_name: changes.name, ...bodyOf(changes) }
  await callWecom(app, 'externalcontact/customer_acquisition/update_link', { body }, options)
}

/** doc 97297: its address leads nowhere afterwards; the event `delete_link` follows. */
export async function deleteLink(app: WecomApp, linkId: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/customer_acquisition/delete_link', { body: { link_id: linkId } }, options)
}

/** doc 97298: who came through the link. chat_status 0 silent, 1 wrote, 2 unknown; state is the address's customer_channel. */
export async function listLinkCustomers(
  app: WecomApp,
  linkId: string,
  at: PageAt = {},
  options?: CallOptions,
): Promise<Page<AcquiredCustomer>> {
  const body = { link_id: linkId, ...pageBody(at, acquisitionLimits.customersPerPage) }
  const answer = await callWecom(app, 'externalcontact/customer_acquisition/customer', { body }, options)
  return { items: answer.customer_list ?? [], next: answer.next_cursor || undefined }
}

/** doc 97375: unix seconds, whole days of Beijing, both ends included; a bad range is 600018. */
export async function linkStatistics(
  app: WecomApp,
  asked: { linkId: string; from: number; to: number },
  options?: CallOptions,
): Promise<{ clicked: number; added: number }> {
  const body = { link_id: asked.linkId, start_time: asked.from, end_time: asked.to }
  const answer = await callWecom(app, 'externalcontact/customer_acquisition/statistic', { body }, options)
  return { clicked: answer.click_link_customer_cnt ?? 0, added: answer.new_customer_cnt ?? 0 }
}

export type AcquisitionQuota = { total: number; balance: number; lots: { expiresAt: number | undefined; balance: number }[] }

/** doc 97375: how many customers may still come, the corp's links together; each lot with its end in unix seconds. */
export async function acquisitionQuota(app: WecomApp, options?: CallOptions): Promise<AcquisitionQuota> {
  const { total = 0, balance = 0, quota_list = [] } = await callWecom(app, 'externalcontact/customer_acquisition_quota', {}, options)
  return { total, balance, lots: quota_list.map((lot) => ({ expiresAt: lot.expire_date, balance: lot.balance ?? 0 })) }
}

export type AcquisitionChat = {
  userId: string | undefined
  externalUserId: string | undefined
  linkId: string | undefined
  state: string | undefined
  /** How often the customer wrote. */
  received: number
}

/** doc 97299: the key comes with the event `message_from_customer` and lives 30 minutes; later it is 40058. */
export async function chatInfo(app: WecomApp, chatKey: string, options?: CallOptions): Promise<AcquisitionChat> {
  const body = { chat_key: chatKey }
  const answer = await callWecom(app, 'externalcontact/customer_acquisition/get_chat_info', { body }, options)
  const { link_id, state, recv_msg_cnt = 0 } = answer.chat_info ?? {}
  return { userId: answer.userid, externalUserId: answer.external_userid, linkId: link_id, state, received: recv_msg_cnt }
}

/** Whom this app may put behind a link: members, departments and the directory's tags. */
export async function acquisitionPermit(
  app: WecomApp,
  options?: CallOptions,
): Promise<{ users: string[]; departments: number[]; tags: number[] }> {
  const answer = await callWecom(app, 'externalcontact/customer_acquisition_app/get_permit', {}, options)
  return { users: answer.user_list ?? [], departments: answer.department_list ?? [], tags: answer.tag_list ?? [] }
}

/**
 * A link of this name made at or after `since` (unix seconds of WeCom's clock) that nobody has written down yet, for a creation
 * that ended unknown. Names need not be unique, therefore `known`: the ids that belong to somebody.
 */
export async function findLink(
  app: WecomApp,
  made: { name: string; since: number; known?: readonly string[] | undefined },
  options?: CallOptions,
): Promise<AcquisitionLink | undefined> {
  for await (const linkId of pages((cursor) => listLinks(app, { cursor }, options))) {
    if (made.known?.includes(linkId)) continue
    const { link } = await getLink(app, linkId, options)
    if (link?.link_name === made.name && (link.create_time ?? 0) >= made.since) return { ...link, link_id: linkId }
  }
  return undefined
}

type Settings = Omit<RequestOf<'externalcontact/customer_acquisition/update_link'>, 'link_id' | 'link_name'>

function bodyOf({ users, departments, skipVerify, markSource, priority }: Partial<LinkSettings>): Settings {
  return {
    skip_verify: skipVerify,
    mark_source: markSource,
    ...((users || departments) && { range: { user_list: users, department_list: departments } }),
    ...(priority && {
      priority_option: priority === 'corp' ? { priority_type: 1 } : { priority_type: 2, priority_userid_list: priority },
    }),
  }
}
