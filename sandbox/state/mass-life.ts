// The rules of mass messages: who writes to whom, what happens when a member confirms, how much a customer may get.
import { type Follow, type FollowRow, findFollow, followsOfCustomer, toFollow } from './customers.ts'
import { isOpenToApi } from './friendships.ts'
import { findGroupChat, listGroupChats } from './group-chats.ts'
import { addGroupMessage } from './group-messages.ts'
import {
  findMassMessageById,
  type MassMessage,
  type MassResult,
  type MassStatus,
  type MassTask,
  markTaskSent,
  massStatuses,
  receivedSince,
  resultsOfTask,
  setMassResult,
} from './mass-messages.ts'
import { addMessage } from './messages.ts'
import { beijingMidnight, dayMs, now, type World } from './world.ts'

export type Plan = { plan: Map<string, string[]>; failed: string[] }
export type Wanted = {
  corpId: string
  /** The members who can write at all. */
  members: Set<string>
  sender: string | undefined
  externalUserIds: string[] | undefined
  /** A friend needs one tag out of every list. */
  tagLists: string[][]
}

/** Each customer is written to by one member; whoever was named and cannot be reached is told. */
export function planCustomers(world: World, it: Wanted): Plan {
  const hasTags = tagFilter(world, it.tagLists)
  const isCandidate = (follow: Follow) =>
    follow.corpId === it.corpId &&
    isOpenToApi(follow) &&
    it.members.has(follow.userId) &&
    (it.sender === undefined || follow.userId === it.sender) &&
    hasTags(follow)
  const byCustomer = new Map<string, Follow[]>()
  if (it.externalUserIds) for (const id of it.externalUserIds) byCustomer.set(id, followsOfCustomer(world, id).filter(isCandidate))
  else
    for (const follow of openFollows(world, it.corpId, it.sender).filter(isCandidate)) {
      const known = byCustomer.get(follow.externalUserId)
      if (known) known.push(follow)
      else byCustomer.set(follow.externalUserId, [follow])
    }
  const plan = new Map<string, string[]>()
  const failed: string[] = []
  for (const [externalUserId, follows] of byCustomer) {
    const follow = lastToTalk(world, follows)
    if (follow) addTo(plan, follow.userId, externalUserId)
    else failed.push(externalUserId)
  }
  return { plan, failed }
}

/** A member writes to groups of their own; without a list, to all of them. */
export function planGroups(world: World, corpId: string, sender: string, chatIds: string[] | undefined): Plan {
  const isOwn = (chatId: string) => {
    const chat = findGroupChat(world, chatId)
    return chat?.corpId === corpId && chat.owner === sender && chat.dismissedAt === undefined
  }
  const wanted =
    chatIds ??
    listGroupChats(world, corpId)
      .filter((chat) => chat.owner === sender)
      .map((chat) => chat.chatId)
  const reachable = wanted.filter(isOwn)
  const plan = new Map<string, string[]>(reachable.length > 0 ? [[sender, reachable]] : [])
  return { plan, failed: wanted.filter((chatId) => !reachable.includes(chatId)) }
}

/** The member sends: every customer then has a result of their own. `chosen` is what the member kept of the list. */
export function confirmMassTask(world: World, task: MassTask, chosen?: string[]): void {
  const mass = findMassMessageById(world, task.massId)
  if (!mass) throw new Error('a task without its mass message')
  world.store.transaction(() => {
    const kept = mass.allowSelect && chosen ? new Set(chosen) : undefined
    const limit = receiveLimit(world)
    for (const result of resultsOfTask(world, mass.id, task.userId, 0, -1)) {
      if (kept && !kept.has(result.target)) continue
      const status = fateOf(world, mass, result, limit)
      setMassResult(world, result, status)
      if (status === massStatuses.sent) deliver(world, mass, result)
    }
    markTaskSent(world, task)
  })
}

function fateOf(world: World, mass: MassMessage, { userId, target }: MassResult, limit: ReceiveLimit): MassStatus {
  if (!isReachable(world, mass, userId, target)) return massStatuses.notFriend
  // A member's own message is not the company's: only the latter are counted.
  if (mass.creator === undefined && receivedSince(world, target, limit.sinceMs) >= limit.most) return massStatuses.hadEnough
  return massStatuses.sent
}

function isReachable(world: World, mass: MassMessage, userId: string, target: string): boolean {
  if (mass.chatType === 'group') {
    const chat = findGroupChat(world, target)
    return chat !== undefined && chat.dismissedAt === undefined && chat.owner === userId
  }
  const follow = findFollow(world, mass.corpId, userId, target)
  return follow !== undefined && isOpenToApi(follow) && follow.customerSide
}

function deliver(world: World, mass: MassMessage, { userId, target }: MassResult): void {
  const { text, pieces } = mass.body
  const parts = [...(text ? [{ kind: 'text' as const, content: { text } }] : []), ...pieces]
  for (const part of parts) {
    if (mass.chatType === 'group') addGroupMessage(world, { chatId: target, sender: userId, source: 'mass', ...part })
    else
      addMessage(world, {
        corpId: mass.corpId,
        userId,
        externalUserId: target,
        agentId: mass.agentId,
        sender: 'employee',
        source: 'mass',
        ...part,
      })
  }
}

export type ReceiveLimit = { sinceMs: number; most: number }

/** As many as the period has days, unless the settings name a number; days, weeks and months are Beijing's. */
export function receiveLimit(world: World): ReceiveLimit {
  const { per, most } = world.settings.limits.massReceive
  const midnight = beijingMidnight(now(world))
  const there = new Date(midnight + 8 * 3600_000)
  if (per === 'day') return { sinceMs: midnight, most: most ?? 1 }
  if (per === 'week') return { sinceMs: midnight - ((there.getUTCDay() + 6) % 7) * dayMs, most: most ?? 7 }
  const daysInMonth = new Date(Date.UTC(there.getUTCFullYear(), there.getUTCMonth() + 1, 0)).getUTCDate()
  return { sinceMs: midnight - (there.getUTCDate() - 1) * dayMs, most: most ?? daysInMonth }
}

export const isBeingDispatched = (world: World, createdAt: number): boolean => now(world) < createdAt + world.settings.habits.dispatchMs

const openFollows = (world: World, corpId: string, sender: string | undefined): Follow[] =>
  world.store
    .all<FollowRow>(
      'SELECT * FROM follows WHERE corp_id = ?1 AND (?2 IS NULL OR userid = ?2) AND member_side = 1 AND request IS NULL ORDER BY id',
      corpId,
      sender ?? null,
    )
    .map(toFollow)

/** The member who talked with the customer last; among the silent ones, the newest friend. */
function lastToTalk(world: World, follows: Follow[]): Follow | undefined {
  if (follows.length < 2) return follows[0]
  const rank = (follow: Follow): [number, number] => [
    world.store.get<{ id: number | null }>(
      `SELECT max(id) AS id FROM messages WHERE external_userid = ? AND userid = ? AND source = 'chat'`,
      follow.externalUserId,
      follow.userId,
    )?.id ?? 0,
    follow.createdAt,
  ]
  return follows
    .map((follow) => ({ follow, rank: rank(follow) }))
    .sort((a, b) => b.rank[0] - a.rank[0] || b.rank[1] - a.rank[1])
    .at(0)?.follow
}

export function tagFilter(world: World, lists: string[][]): (follow: Follow) => boolean {
  if (lists.length === 0) return () => true
  const sets = lists.map(
    (tagIds) =>
      new Set(
        world.store
          .all<{ follow_id: number }>(
            'SELECT DISTINCT follow_id FROM follow_tags WHERE tag_id IN (SELECT value FROM json_each(?))',
            JSON.stringify(tagIds),
          )
          .map((row) => row.follow_id),
      ),
  )
  return (follow) => sets.every((set) => set.has(follow.id))
}

function addTo(plan: Map<string, string[]>, userId: string, target: string): void {
  const known = plan.get(userId)
  if (known) known.push(target)
  else plan.set(userId, [target])
}
