import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import { chunks } from './paging.ts'

/**
 * Names of one person in different places, doc 95900 and beside it. Union ids: verified corps only (610016), 100,000 an hour,
 * 480,000 a day and 7.5 million a month (secondary source); a pending id is good for 90 days and for nothing but waiting.
 */
export const idLimits = {
  unionIdsPerHour: 100_000,
  unionIdsPerDay: 480_000,
  pendingPerCall: 100,
  pendingDays: 90,
  membersPerCall: 1000,
} as const

export type UnionIdentity = {
  unionId: string
  /** Of the same mini program or account as the union id. */
  openId: string
  /** Whose mini program or account it is: the corp's, or its service provider's. */
  subject?: 'corp' | 'provider' | undefined
}

/** doc 95900: a customer, or an id to wait with until the person becomes one (then the same pending id is told of them). */
export async function customerOfUnionId(
  app: WecomApp,
  { unionId, openId, subject = 'corp' }: UnionIdentity,
  options?: CallOptions,
): Promise<{ externalUserId: string } | { pendingId: string } | undefined> {
  const body = { unionid: unionId, openid: openId, subject_type: subject === 'corp' ? 0 : 1 }
  const answer = await callWecom(app, 'idconvert/unionid_to_external_userid', { body }, options)
  if (answer.external_userid) return { externalUserId: answer.external_userid }
  return answer.pending_id ? { pendingId: answer.pending_id } : undefined
}

/** The older door of the same: nobody's union id is 84061, and nothing is pending. */
export async function customerOfUnionIdNow(
  app: WecomApp,
  { unionId, openId }: { unionId: string; openId?: string | undefined },
  options?: CallOptions,
): Promise<string | undefined> {
  const body = { unionid: unionId, openid: openId }
  return (await callWecom(app, 'externalcontact/unionid_to_external_userid', { body }, options)).external_userid
}

/** Which pending ids these customers had, a hundred at a time; strangers are left out. People seen in a group only need its id. */
export async function pendingIdsOf(
  app: WecomApp,
  externalUserIds: readonly string[],
  chatId?: string,
  options?: CallOptions,
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const external_userid of chunks(externalUserIds, idLimits.pendingPerCall)) {
    const body = { external_userid, chat_id: chatId }
    const { result = [] } = await callWecom(app, 'idconvert/batch/external_userid_to_pending_id', { body }, options)
    for (const one of result) if (one.external_userid && one.pending_id) found.set(one.external_userid, one.pending_id)
  }
  return found
}

/** doc 92292: WeChat users only; anybody else is 40096. */
export async function openIdOfCustomer(app: WecomApp, externalUserId: string, options?: CallOptions): Promise<string> {
  return (await callWecom(app, 'externalcontact/convert_to_openid', { body: { external_userid: externalUserId } }, options)).openid
}

/** doc 95195: the id under which a service provider's app knows the customer. */
export async function serviceIdOfCustomer(app: WecomApp, externalUserId: string, options?: CallOptions): Promise<string> {
  const body = { external_userid: externalUserId }
  return (await callWecom(app, 'externalcontact/to_service_external_userid', { body }, options)).external_userid
}

/** doc 95195: and back; the agent is the provider's app, another one's is 40056. */
export async function customerOfServiceId(
  app: WecomApp,
  { serviceId, agentId }: { serviceId: string; agentId: number },
  options?: CallOptions,
): Promise<string> {
  const body = { external_userid: serviceId, source_agentid: agentId }
  return (await callWecom(app, 'externalcontact/from_service_external_userid', { body }, options)).external_userid
}

/** Members as service providers know them, a thousand at a time. */
export async function openUserIds(
  app: WecomApp,
  userIds: readonly string[],
  options?: CallOptions,
): Promise<{ found: Map<string, string>; unknown: string[] }> {
  const found = new Map<string, string>()
  const unknown: string[] = []
  for (const userid_list of chunks(userIds, idLimits.membersPerCall)) {
    const answer = await callWecom(app, 'batch/userid_to_openuserid', { body: { userid_list } }, options)
    for (const one of answer.open_userid_list ?? []) if (one.open_userid) found.set(one.userid, one.open_userid)
    unknown.push(...(answer.invalid_userid_list ?? []))
  }
  return { found, unknown }
}

/** And back; the agent is the app that the open ids belong to. */
export async function userIdsOf(
  app: WecomApp,
  openIds: readonly string[],
  agentId: number,
  options?: CallOptions,
): Promise<{ found: Map<string, string>; unknown: string[] }> {
  const found = new Map<string, string>()
  const unknown: string[] = []
  for (const open_userid_list of chunks(openIds, idLimits.membersPerCall)) {
    const body = { open_userid_list, source_agentid: agentId }
    const answer = await callWecom(app, 'batch/openuserid_to_userid', { body }, options)
    for (const one of answer.userid_list ?? []) if (one.open_userid && one.userid) found.set(one.open_userid, one.userid)
    unknown.push(...(answer.invalid_open_userid_list ?? []))
  }
  return { found, unknown }
}

/** doc 90202: a member as WeChat payments know them. */
export async function openIdOfMember(app: WecomApp, userId: string, options?: CallOptions): Promise<string> {
  return (await callWecom(app, 'user/convert_to_openid', { body: { userid: userId } }, options)).openid
}

/** doc 90202 */
export async function memberOfOpenId(app: WecomApp, openId: string, options?: CallOptions): Promise<string> {
  return (await callWecom(app, 'user/convert_to_userid', { body: { openid: openId } }, options)).userid
}
