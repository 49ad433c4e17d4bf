import type { WecomApp } from '#connectors/wecom/connection.ts'
import { isWecomError, WecomError, WecomUnreachable } from '#connectors/wecom/errors.ts'
import { type GroupChat, type GroupMember, getGroup } from '#connectors/wecom/groups.ts'
import type { Lane } from '#connectors/wecom/limits.ts'
import type { JoinScene } from './schema.ts'
import type { Shown } from './stays.ts'

/** A group as WeCom shows it. */
export type Answer = {
  chatId: string
  name: string
  notice: string
  owner: string
  admins: string[]
  createdAt: Date | undefined
  members: Shown[]
  version: string
  askedAt: Date
}

/** `gone`: dismissed, or no customer group any more. `hidden`: nothing can be said, its owner is outside our visible range. */
export type Reading = Answer | 'gone' | 'hidden' | 'unreadable'

type Asking = { now: () => Date; lane?: Lane; timeoutMs?: number; requestId: string }

/** Reads a group. Trouble on the way is an answer too: what a callback tells may be applied without details, which come later. */
export async function readGroup(app: WecomApp, chatId: string, asking: Asking): Promise<Reading> {
  const { now, lane = 'first', timeoutMs = 5_000, requestId } = asking
  const askedAt = now()
  try {
    const chat = await getGroup(app, chatId, { lane, requestId, signal: AbortSignal.timeout(timeoutMs) })
    return chat?.member_list ? answerOf(chat, askedAt) : 'unreadable'
  } catch (error) {
    const said = refusal(error)
    if (said) return said
    if (error instanceof WecomError || error instanceof WecomUnreachable || isTimeout(error)) return 'unreadable'
    throw error
  }
}

/** What an error says about the group; undefined for trouble of any other kind. */
export function refusal(error: unknown): 'gone' | 'hidden' | undefined {
  if (isWecomError(error, 90501)) return 'gone'
  return isWecomError(error, 60011, 60111) ? 'hidden' : undefined
}

const isTimeout = (error: unknown): boolean => error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError')

export const answerOf = (chat: GroupChat, askedAt: Date): Answer => ({
  chatId: chat.chat_id,
  name: storable(chat.name),
  notice: storable(chat.notice),
  owner: chat.owner ?? '',
  admins: (chat.admin_list ?? []).map(({ userid }) => userid),
  createdAt: momentOf(chat.create_time),
  members: (chat.member_list ?? []).map(shownOf),
  version: chat.member_version ?? '',
  askedAt,
})

const shownOf = (member: GroupMember): Shown => ({
  member: member.userid,
  kind: member.type === 2 ? 'customer' : 'employee',
  name: storable(member.name),
  nickname: storable(member.group_nickname),
  joinScene: sceneOf(member.join_scene),
  state: storable(member.state),
  inviterUserid: member.invitor?.userid ?? '',
  joinedAt: momentOf(member.join_time),
  unionid: member.unionid || undefined,
})

/** doc 92122; callbacks count the scenes differently. */
const sceneOf = (scene: number | undefined): JoinScene | null =>
  scene === 1 ? 'invited' : scene === 2 ? 'link' : scene === 3 ? 'code' : null

const momentOf = (seconds: number | undefined): Date | undefined => (seconds ? new Date(seconds * 1000) : undefined)

/** PostgreSQL's text holds neither NUL nor half of a surrogate pair. */
const storable = (text: string | undefined): string => (text ?? '').replaceAll('\0', '').toWellFormed()
