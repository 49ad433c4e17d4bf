import type { WecomApp } from '#connectors/wecom/connection.ts'
import { type ExternalContact, type FollowUser, getContact } from '#connectors/wecom/contacts.ts'
import { isWecomError, WecomError, WecomUnreachable } from '#connectors/wecom/errors.ts'
import type { Lane } from '#connectors/wecom/limits.ts'
import type { CustomerFacts, Identity } from '#management/identity/schema.ts'
import { type AppError, appError } from '#platform/errors.ts'
import type { ServerTag } from './tags.ts'

/** What WeCom says about a customer. `gone`: nobody follows them any more, or nobody we may see. */
export type Reading = { contact: ExternalContact; follows: ServerFollow[] } | 'gone' | 'unreadable'

/** A friendship as WeCom shows it, from either of the two endpoints that do. */
export type ServerFollow = {
  userId: string
  createdAt: number
  addWay?: number | undefined
  state?: string | undefined
  operator?: string | undefined
  remark?: string | undefined
  description?: string | undefined
  mobiles?: string[] | undefined
  tags: ServerTag[]
}

type Asking = { lane?: Lane; timeoutMs?: number; requestId: string }

/** Reads a customer. Trouble on the way is an answer too: callbacks can be applied without details, which then come later. */
export async function readCustomer(
  app: WecomApp,
  externalUserId: string,
  { lane = 'first', timeoutMs = 3_000, requestId }: Asking,
): Promise<Reading> {
  try {
    const { contact, follows } = await getContact(app, externalUserId, { lane, requestId, signal: AbortSignal.timeout(timeoutMs) })
    return contact ? { contact, follows: follows.map(serverFollow) } : 'gone'
  } catch (error) {
    // No relation (any more, or not confirmed yet), or nobody inside our visible range has one.
    if (isWecomError(error, 84061, 84084, 40096, 60111)) return 'gone'
    if (error instanceof WecomError || error instanceof WecomUnreachable || isTimeout(error)) return 'unreadable'
    throw error
  }
}

/** For whoever cannot go on without the answer. */
export const unreadable = (externalUserId: string): AppError =>
  appError('wecom.unreadable', { status: 502, message: `The customer ${externalUserId} cannot be read at the moment.` })

const isTimeout = (error: unknown): boolean => error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')

const serverFollow = (follow: FollowUser): ServerFollow => ({
  ...commonFields(follow),
  tags: (follow.tags ?? []).flatMap((tag) =>
    tag.tag_id && tag.type !== 2 ? [{ id: tag.tag_id, name: tag.tag_name, group: tag.group_name }] : [],
  ),
})

type CommonFollow = Pick<
  FollowUser,
  'userid' | 'createtime' | 'add_way' | 'state' | 'oper_userid' | 'remark' | 'description' | 'remark_mobiles'
>

export const commonFields = (follow: CommonFollow): Omit<ServerFollow, 'tags'> => ({
  userId: follow.userid,
  createdAt: follow.createtime ?? 0,
  addWay: follow.add_way,
  state: cut(follow.state ?? '') || undefined,
  operator: follow.oper_userid,
  remark: follow.remark === undefined ? undefined : cut(follow.remark),
  description: follow.description === undefined ? undefined : cut(follow.description),
  mobiles: follow.remark_mobiles,
})

/** Far beyond what WeCom lets anybody write; what is longer is no name and would fill every list it stands in. */
const mostLetters = 500

const cut = (text: string): string => (text.length <= mostLetters ? text : [...text].slice(0, mostLetters).join(''))

/** The external user id belongs to one corp, the union id to the person across corps and apps. */
export const identitiesOf = (corpId: string, externalUserId: string, contact: ExternalContact | undefined): Identity[] => [
  { kind: 'wecom_external_userid', value: externalUserId, scope: corpId },
  ...(contact?.unionid ? [{ kind: 'unionid' as const, value: contact.unionid }] : []),
]

export function factsOf(contact: ExternalContact): CustomerFacts {
  const gender = contact.gender === 1 ? 'male' : contact.gender === 2 ? 'female' : undefined
  return {
    ...(contact.name && { name: cut(contact.name) }),
    ...(contact.avatar && { avatar: contact.avatar.slice(0, 2000) }),
    ...(gender && { gender }),
    ...(contact.corp_name && { company: cut(contact.corp_name) }),
    ...(contact.position && { position: cut(contact.position) }),
  }
}
