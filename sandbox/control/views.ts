// How people and their messages look to a phone.
import { avatarUrl } from '../company/avatar.ts'
import { listCorps } from '../state/corps.ts'
import { type Customer, type Follow, type FollowRow, findCustomer, findFollow, followsOfCustomer, toFollow } from '../state/customers.ts'
import { type Employee, findEmployee } from '../state/directory.ts'
import { taskOf } from '../state/friendships.ts'
import type { Message } from '../state/messages.ts'
import { tagsOfFollow } from '../state/tags.ts'
import type { World } from '../state/world.ts'
import { contentView } from './content.ts'
import { manyTasksOf } from './mass-messages.ts'

export function inboxItem(world: World, it: Message) {
  const employee = findEmployee(world, it.corpId, it.userId)
  return {
    id: String(it.id),
    at: new Date(it.at).toISOString(),
    kind: it.kind,
    mine: it.sender === 'customer',
    sender: it.sender,
    source: it.source,
    userId: it.userId,
    employee: employee?.name ?? it.userId,
    avatar: avatarUrl(world, it.userId),
    ...contentView(world, it.kind, it.content),
  }
}

export const customerView = (world: World, it: Customer) => ({
  externalUserId: it.externalUserId,
  corpId: it.corpId,
  name: it.name,
  avatar: avatarUrl(world, it.externalUserId),
  type: it.type,
  gender: it.gender,
  unionId: it.unionId,
  createdAt: new Date(it.createdAt).toISOString(),
})

export const employeeView = (world: World, it: Employee) => ({
  userId: it.userId,
  name: it.name,
  avatar: avatarUrl(world, it.userId),
  position: it.position,
  departments: it.departments,
  contact: it.contact,
  status: it.status,
  adminWelcome: it.adminWelcome,
})

export type Relation = 'friends' | 'waiting' | 'requested' | 'deleted_by_employee' | 'deleted_by_customer' | 'ended'

export function relationOf(it: Follow): Relation {
  if (it.request === 'half') return 'waiting'
  if (it.request === 'pending') return 'requested'
  if (it.memberSide && it.customerSide) return 'friends'
  if (it.memberSide) return 'deleted_by_customer'
  return it.customerSide ? 'deleted_by_employee' : 'ended'
}

type Last = { userid: string; external_userid: string; kind: string; content: string; at: number }

/** Whom the customer's phone shows: friends, requests on their way, and nobody the customer deleted. */
export function friendsOf(world: World, customer: Customer) {
  const corps = new Map(listCorps(world).map((it) => [it.corpId, it.name]))
  const lasts = world.store.all<Last>(
    `SELECT userid, external_userid, kind, content, at FROM messages WHERE id IN (SELECT max(id) FROM messages WHERE external_userid = ? GROUP BY userid)`,
    customer.externalUserId,
  )
  const chats = followsOfCustomer(world, customer.externalUserId)
    .filter((it) => it.customerSide || it.request === 'pending')
    .map((it) => ({ userId: it.userId, at: it.createdAt, relation: relationOf(it) as string }))
  // Temporary chats have talk but no friendship.
  const strangers = lasts
    .filter((it) => !chats.some((chat) => chat.userId === it.userid) && isTemporary(world, customer, it.userid))
    .map((it) => ({ userId: it.userid, at: it.at, relation: 'temporary' }))
  return [...chats, ...strangers]
    .map((chat) => {
      const employee = findEmployee(world, customer.corpId, chat.userId)
      const last = lasts.find((it) => it.userid === chat.userId)
      return {
        userId: chat.userId,
        name: employee?.name ?? chat.userId,
        avatar: avatarUrl(world, chat.userId),
        position: employee?.position ?? '',
        corp: corps.get(customer.corpId) ?? '',
        relation: chat.relation,
        last: last ? preview(last) : '',
        at: new Date(Math.max(last?.at ?? 0, chat.at)).toISOString(),
      }
    })
    .sort((a, b) => b.at.localeCompare(a.at))
}

const isTemporary = (world: World, customer: Customer, userId: string): boolean =>
  world.store.get(
    'SELECT 1 FROM temp_chats WHERE corp_id = ? AND userid = ? AND external_userid = ? AND closed_at IS NULL',
    customer.corpId,
    userId,
    customer.externalUserId,
  ) !== undefined

type Shown = { limit: number; q?: string | undefined }

/** Whom the employee's phone shows, lately met or talked to first; the customers deleted by the employee are gone from it. */
export function contactsOf(world: World, corpId: string, employee: Employee, { limit, q }: Shown) {
  const lasts = new Map(lastTalks(world, corpId, employee.userId, limit + 1).map((it) => [it.external_userid, it]))
  const talked = q === undefined ? [...lasts.keys()].flatMap((id) => findFollow(world, corpId, employee.userId, id) ?? []) : []
  const found = new Map([...friendsFound(world, corpId, employee.userId, { limit, q }), ...talked].map((it) => [it.id, it]))
  const contacts = [...found.values()]
    .filter((it) => it.memberSide || it.request !== undefined)
    .map((follow) => ({ follow, at: Math.max(follow.createdAt, lasts.get(follow.externalUserId)?.at ?? 0) }))
    .sort((a, b) => b.at - a.at)
    .slice(0, limit)
    .map(({ follow, at }) => {
      const last = lasts.get(follow.externalUserId)
      const name = findCustomer(world, follow.externalUserId)?.name ?? ''
      return {
        externalUserId: follow.externalUserId,
        name,
        remark: follow.remark,
        avatar: avatarUrl(world, follow.externalUserId),
        relation: relationOf(follow),
        state: follow.state,
        tags: tagsOfFollow(world, follow.id),
        last: last ? preview(last) : '',
        at: new Date(at).toISOString(),
      }
    })
  const app = lastFromApp(world, corpId, employee.userId)
  return { contacts, app: { last: app ? preview(app) : '', at: app ? new Date(app.at).toISOString() : undefined } }
}

/** The newest word of each talk, newest talks first. */
const lastTalks = (world: World, corpId: string, userId: string, limit: number): Last[] =>
  world.store.all<Last>(
    `SELECT userid, external_userid, kind, content, at FROM messages WHERE id IN
       (SELECT max(id) FROM messages WHERE corp_id = ? AND userid = ? AND external_userid <> '' GROUP BY external_userid ORDER BY max(id) DESC LIMIT ?)`,
    corpId,
    userId,
    limit,
  )

const lastFromApp = (world: World, corpId: string, userId: string): Last | undefined =>
  world.store.get<Last>(
    `SELECT userid, external_userid, kind, content, at FROM messages WHERE corp_id = ? AND userid = ? AND external_userid = '' ORDER BY id DESC LIMIT 1`,
    corpId,
    userId,
  )

const friendsFound = (world: World, corpId: string, userId: string, { limit, q }: Shown): Follow[] =>
  world.store
    .all<FollowRow>(
      `SELECT follows.* FROM follows JOIN customers USING (external_userid) WHERE follows.corp_id = ?1 AND userid = ?2 AND (member_side = 1 OR request IS NOT NULL)
         AND (?3 IS NULL OR instr(lower(customers.name), lower(?3)) > 0 OR instr(lower(remark), lower(?3)) > 0) ORDER BY follows.created_at DESC LIMIT ?4`,
      corpId,
      userId,
      q ?? null,
      limit,
    )
    .map(toFollow)

const requestsTo = (world: World, corpId: string, userId: string): Follow[] =>
  world.store
    .all<FollowRow>('SELECT * FROM follows WHERE corp_id = ? AND userid = ? AND request IS NOT NULL ORDER BY id', corpId, userId)
    .map(toFollow)

/** What an employee has to confirm by hand: friend requests, mass messages, moments. */
export function tasksOf(world: World, employee: Employee, corpId: string) {
  const requests = requestsTo(world, corpId, employee.userId).map((it) => ({
    id: taskOf(it),
    kind: 'friend_request' as const,
    externalUserId: it.externalUserId,
    name: findCustomer(world, it.externalUserId)?.name ?? '',
    state: it.state,
    at: new Date(it.createdAt).toISOString(),
  }))
  return [...requests, ...manyTasksOf(world, corpId, employee.userId)]
}

function preview(it: Last): string {
  const content = JSON.parse(it.content) as { text?: string; title?: string; fileName?: string }
  const words: Record<string, string> = {
    image: '[图片]',
    video: '[视频]',
    voice: '[语音]',
    file: '[文件]',
    link: '[链接]',
    miniprogram: '[小程序]',
    news: '[图文]',
    card: '[卡片]',
    template_card: '[卡片]',
  }
  const kind = words[it.kind]
  return kind ? `${kind} ${content.title ?? content.fileName ?? ''}`.trim() : (content.text ?? '')
}
