import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { ResponseOf } from './endpoints/catalogue.ts'
import { errorCode, type Reaction } from './error-codes.ts'
import { getGroup } from './groups.ts'
import { type Page, type PageAt, pages } from './paging.ts'

/**
 * On the job docs 92125, 94088, 95703; after leaving 92124, 94081, 94082, 92127. A customer on the job has 24 hours to refuse and
 * is handed over twice in 90 days at most (40128); a group on the job twice in 90 days; of one leaver 300 groups a day.
 */
export const handoverLimits = {
  customers: 100,
  messageChars: 200,
  groups: 100,
  groupsPerDay: 300,
  refusalHours: 24,
  perCustomer: { times: 2, days: 90 },
  resultsPerPage: 1000,
  unassignedPerPage: 1000,
} as const

/** `hasLeft`: the giver left the company; then other calls and other rules hold. */
export type Pair = { from: string; to: string; hasLeft?: boolean | undefined }
type Refusal = { errcode: number; reaction: Reaction; meaning: string }
export type CustomersHandedOver = { accepted: string[]; refused: ({ externalUserId: string } & Refusal)[] }

/**
 * docs 92125 and 94081: each customer has an answer of their own, the call as a whole succeeds: 40096 unknown, 40099 the taker is
 * full, 40100 on the way already, 40128 too often, 84061 no friend. 40097 refuses the whole when the giver has not left. The
 * customer reads `message` when it is done, on the job only. After an unknown end ask `listHandovers` first.
 */
export async function handOverCustomers(
  app: WecomApp,
  { from, to, hasLeft, customers, message }: Pair & { customers: string[]; message?: string | undefined },
  options?: CallOptions,
): Promise<CustomersHandedOver> {
  const body = { handover_userid: from, takeover_userid: to, external_userid: customers }
  const { customer = [] } = hasLeft
    ? await callWecom(app, 'externalcontact/resigned/transfer_customer', { body }, options)
    : await callWecom(app, 'externalcontact/transfer_customer', { body: { ...body, transfer_success_msg: message } }, options)
  const isRefused = (one: (typeof customer)[number]) => (one.errcode ?? 0) !== 0
  return {
    accepted: customer.filter((one) => !isRefused(one)).map((one) => one.external_userid),
    refused: customer.filter(isRefused).map((one) => ({ externalUserId: one.external_userid, ...refusalOf(one.errcode) })),
  }
}

export type HandoverState = 'done' | 'waiting' | 'refused' | 'taker_full' | 'no_record' | 'unknown'
export type Handover = { externalUserId: string; state: HandoverState; at: number | undefined }
const states: Record<number, HandoverState> = { 1: 'done', 2: 'waiting', 3: 'refused', 4: 'taker_full', 5: 'no_record' }

/** docs 94088 and 94082: everything ever handed over between the two; `at` in unix seconds is planned while it waits. */
export async function listHandovers(app: WecomApp, pair: Pair, at: PageAt = {}, options?: CallOptions): Promise<Page<Handover>> {
  const body = { handover_userid: pair.from, takeover_userid: pair.to, ...(at.cursor && { cursor: at.cursor }) }
  const path = pair.hasLeft ? 'externalcontact/resigned/transfer_result' : 'externalcontact/transfer_result'
  const answer = await callWecom(app, path, { body }, options)
  const items = (answer.customer ?? []).map((one) => ({
    externalUserId: one.external_userid,
    state: states[one.status ?? 0] ?? 'unknown',
    at: one.takeover_time || undefined,
  }))
  return { items, next: answer.next_cursor || undefined }
}

/**
 * Which of these customers are on their way, or over there since `since` (unix seconds): what a handover that ended unknown has
 * done. The rest may be handed over again.
 */
export async function findHandovers(
  app: WecomApp,
  made: Pair & { customers: readonly string[]; since: number },
  options?: CallOptions,
): Promise<string[]> {
  const wanted = new Set(made.customers)
  const found: string[] = []
  for await (const { externalUserId, state, at = 0 } of pages((cursor) => listHandovers(app, made, { cursor }, options)))
    if (wanted.has(externalUserId) && (state === 'waiting' || (state === 'done' && at >= made.since))) found.push(externalUserId)
  return found
}

export type UnassignedCustomer = NonNullable<ResponseOf<'externalcontact/get_unassigned_list'>['info']>[number]

/** doc 92124: customers of leavers who wait for somebody; `dimission_time` in unix seconds is when their member left. */
export async function listUnassigned(app: WecomApp, at: PageAt = {}, options?: CallOptions): Promise<Page<UnassignedCustomer>> {
  const body = { page_size: at.limit ?? handoverLimits.unassignedPerPage, ...(at.cursor && { cursor: at.cursor }) }
  const answer = await callWecom(app, 'externalcontact/get_unassigned_list', { body }, options)
  return { items: answer.info ?? [], next: answer.is_last ? undefined : answer.next_cursor || undefined }
}

/**
 * docs 92127 and 95703: answers the groups that stay where they are: 90500 the owner has not left, 90501 no customer group, 90502
 * the owner has left, 90504 the owner already, 90507 on the way or not movable, 90508 too often.
 */
export async function handOverGroups(
  app: WecomApp,
  { groups, to, hasLeft }: { groups: string[]; to: string; hasLeft?: boolean | undefined },
  options?: CallOptions,
): Promise<({ chatId: string } & Refusal)[]> {
  const path = hasLeft ? 'externalcontact/groupchat/transfer' : 'externalcontact/groupchat/onjob_transfer'
  const { failed_chat_list = [] } = await callWecom(app, path, { body: { chat_id_list: groups, new_owner: to } }, options)
  return failed_chat_list.map((one) => ({ chatId: one.chat_id, ...refusalOf(one.errcode) }))
}

/** Which of these groups belong to `to` by now. Of a leaver's group WeCom needs seconds, meanwhile asking again is 90507. */
export async function findMovedGroups(
  app: WecomApp,
  { groups, to }: { groups: readonly string[]; to: string },
  options?: CallOptions,
): Promise<string[]> {
  const moved: string[] = []
  for (const chatId of groups) if ((await getGroup(app, chatId, options))?.owner === to) moved.push(chatId)
  return moved
}

function refusalOf(errcode = -1): Refusal {
  const { reaction, meaning } = errorCode(errcode)
  return { errcode, reaction, meaning }
}
