// How people become friends and stop being friends, with what WeCom tells about it.
import { editEvent, emit, externalContactEvent } from '../callbacks/events.ts'
import { countAcquired } from './acquisition.ts'
import { type ContactWay, isContactWayUsed, markContactWayUsed, membersBehind } from './contact-ways.ts'
import {
  beginFollow,
  type Channels,
  type Customer,
  type Follow,
  findCustomer,
  findFollow,
  followsOfCustomer,
  updateFollow,
} from './customers.ts'
import { type Employee, findEmployee } from './directory.ts'
import { addMessage } from './messages.ts'
import { issueWelcomeCode } from './welcome.ts'
import { now, publish, type World } from './world.ts'

export const addWays = { unknown: 0, qrCode: 1, mobileSearch: 2, nameCard: 3, groupChat: 4, acquisitionLink: 16 } as const

export type Refusal = { refused: 'code.nobody_behind' | 'code.not_for_you' | 'code.used_or_expired' }
/** `task`: what the employee has to confirm, of a request. */
export type Scanned = { userId: string; relation: 'new' | 'friends' | 'requested' | 'temporary'; task?: string }

/** `chosen`: whom of those behind the code WeCom offers; by chance when nobody says. */
export function scanContactWay(world: World, way: ContactWay, customer: Customer, chosen?: string): Scanned | Refusal {
  return world.store.transaction(() => (way.body.is_temp ? openTempChat(world, way, customer) : befriend(world, way, customer, chosen)))
}

function befriend(world: World, way: ContactWay, customer: Customer, chosen: string | undefined): Scanned | Refusal {
  const employee = pickEmployee(world, way, customer, chosen)
  if (!employee) return { refused: 'code.nobody_behind' }
  const { skip_verify: skipVerify, state } = way.body
  return approach(world, { corpId: way.corpId, employee, customer, skipVerify, addWay: addWays.qrCode, state })
}

type Approach = { corpId: string; employee: Employee; customer: Customer; skipVerify: boolean; addWay: number; state: string }

/** The customer asks to be a friend: at once where nobody needs to agree. */
export function approach(world: World, { corpId, employee, customer, skipVerify, addWay, state }: Approach): Scanned {
  const known = findFollow(world, corpId, employee.userId, customer.externalUserId)
  if (known?.customerSide && known.request !== 'pending') {
    // The member may have deleted this customer: then the old friend comes back as a new one.
    if (known.memberSide || known.request === 'half') return { userId: employee.userId, relation: 'friends' }
  }
  const follow = beginFollow(world, {
    corpId,
    userId: employee.userId,
    externalUserId: customer.externalUserId,
    memberSide: known?.memberSide ?? false,
    customerSide: skipVerify,
    request: skipVerify ? 'half' : 'pending',
    addWay,
    operUserId: customer.externalUserId,
    state,
    createdAt: now(world),
  })
  publish(world, { kind: 'friend', externalUserId: customer.externalUserId, userId: employee.userId })
  if (!skipVerify) return { userId: employee.userId, relation: 'requested', task: taskOf(follow) }
  const welcome = issueWelcomeCode(world, follow, customer.type)
  emit(
    world,
    corpId,
    externalContactEvent('add_half_external_contact', employee.userId, customer.externalUserId, {
      State: follow.state || undefined,
      WelcomeCode: welcome,
    }),
  )
  if (world.settings.habits.confirm === 'auto') confirmFollow(world, follow)
  return { userId: employee.userId, relation: 'new' }
}

export const taskOf = ({ id }: Follow): string => `friend-${id}`

/** The member accepts: both are friends now. */
export function confirmFollow(world: World, waiting: Follow): void {
  const customer = findCustomer(world, waiting.externalUserId)
  if (!customer) return
  world.store.transaction(() => {
    // Accepting a request is the moment of adding; a half friend was added when the code was scanned.
    const createdAt = waiting.request === 'pending' ? now(world) : waiting.createdAt
    const follow: Follow = { ...waiting, memberSide: true, customerSide: true, request: undefined, createdAt }
    updateFollow(world, follow)
    if (follow.addWay === addWays.acquisitionLink) countAcquired(world, follow)
    greet(world, follow)
    const welcome = issueWelcomeCode(world, follow, customer.type)
    emit(
      world,
      follow.corpId,
      externalContactEvent('add_external_contact', follow.userId, follow.externalUserId, {
        State: follow.state || undefined,
        WelcomeCode: welcome,
      }),
    )
    publish(world, { kind: 'friend', externalUserId: follow.externalUserId, userId: follow.userId })
  })
}

/** The employee finds the customer by phone number or name card and the customer accepts. */
export function addByEmployee(world: World, employee: Employee, customer: Customer, addWay: number, channels?: Channels): Follow {
  return world.store.transaction(() => {
    const known = findFollow(world, customer.corpId, employee.userId, customer.externalUserId)
    if (known?.memberSide && known.customerSide) return known
    const follow = beginFollow(world, {
      corpId: customer.corpId,
      userId: employee.userId,
      externalUserId: customer.externalUserId,
      memberSide: true,
      customerSide: true,
      request: undefined,
      addWay,
      operUserId: employee.userId,
      state: '',
      channels,
      createdAt: now(world),
    })
    greet(world, follow)
    const welcome = issueWelcomeCode(world, follow, customer.type)
    emit(world, follow.corpId, externalContactEvent('add_external_contact', follow.userId, follow.externalUserId, { WelcomeCode: welcome }))
    publish(world, { kind: 'friend', externalUserId: follow.externalUserId, userId: follow.userId })
    return follow
  })
}

/** The customer deletes the member: the member still has the customer, and the API goes on one-way. */
export function deletedByCustomer(world: World, follow: Follow): void {
  world.store.transaction(() => {
    const wasRequest = follow.request === 'pending'
    updateFollow(world, { ...follow, customerSide: false, request: undefined })
    // Members are judged by it: a customer's going away is their "negative feedback".
    if (!wasRequest) world.store.run('UPDATE follows SET customer_left_at = ? WHERE id = ?', now(world), follow.id)
    if (!wasRequest) emit(world, follow.corpId, externalContactEvent('del_follow_user', follow.userId, follow.externalUserId))
    publish(world, { kind: 'friend', externalUserId: follow.externalUserId, userId: follow.userId })
  })
}

/** The member deletes the customer: gone from the API; tags and remarks go, the customer's phone does not notice. */
export function deletedByEmployee(world: World, follow: Follow): void {
  world.store.transaction(() => {
    updateFollow(world, {
      ...follow,
      memberSide: false,
      request: undefined,
      remark: '',
      description: '',
      remarkMobiles: [],
      remarkCorpName: '',
      remarkPic: '',
      personalTags: [],
    })
    world.store.run('DELETE FROM follow_tags WHERE follow_id = ?', follow.id)
    emit(world, follow.corpId, externalContactEvent('del_external_contact', follow.userId, follow.externalUserId))
    publish(world, { kind: 'friend', externalUserId: follow.externalUserId, userId: follow.userId })
  })
}

/** Remark or corp tags changed by hand in the member's client. */
export function editedByEmployee(world: World, follow: Follow): void {
  emit(world, follow.corpId, editEvent(follow))
  publish(world, { kind: 'friend', externalUserId: follow.externalUserId, userId: follow.userId })
}

export const isOpenToApi = (follow: Follow): boolean => follow.memberSide && follow.request === undefined

/** Like the real code: anybody of its members who can take customers; an exclusive code keeps to the first one. */
function pickEmployee(world: World, way: ContactWay, customer: Customer, chosen?: string): Employee | undefined {
  const members = membersBehind(world, way.corpId, way.body).filter((it) => it.status === 1 && it.contact)
  const named = members.find((it) => it.userId === chosen)
  if (named) return named
  if (way.body.is_exclusive) {
    const friends = followsOfCustomer(world, customer.externalUserId).filter((it) => it.customerSide)
    const first = friends.map((follow) => members.find((it) => it.userId === follow.userId)).find((it) => it !== undefined)
    if (first) return first
  }
  return members[Math.floor(Math.random() * members.length)]
}

function greet(world: World, follow: Follow): void {
  const employee = findEmployee(world, follow.corpId, follow.userId)
  addMessage(world, {
    corpId: follow.corpId,
    userId: follow.userId,
    externalUserId: follow.externalUserId,
    agentId: 0,
    sender: 'system',
    source: 'system',
    kind: 'system',
    content: { text: `你已添加了${employee?.name ?? follow.userId}，现在可以开始聊天了。` },
  })
}

/** One scan, one conversation, no friendship. */
function openTempChat(world: World, way: ContactWay, customer: Customer): Scanned | Refusal {
  const at = now(world)
  if (isContactWayUsed(world, way) || at >= way.createdAt + way.body.expires_in * 1000) return { refused: 'code.used_or_expired' }
  if (way.body.unionid && way.body.unionid !== customer.unionId) return { refused: 'code.not_for_you' }
  const employee = pickEmployee(world, way, customer)
  if (!employee) return { refused: 'code.nobody_behind' }
  markContactWayUsed(world, way)
  world.store.run(
    'INSERT INTO temp_chats (corp_id, userid, external_userid, config_id, started_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
    way.corpId,
    employee.userId,
    customer.externalUserId,
    way.configId,
    at,
    at + way.body.chat_expires_in * 1000,
  )
  addMessage(world, {
    corpId: way.corpId,
    userId: employee.userId,
    externalUserId: customer.externalUserId,
    agentId: 0,
    sender: 'system',
    source: 'system',
    kind: 'system',
    content: { text: `与${employee.name}的临时会话已开始。` },
  })
  return { userId: employee.userId, relation: 'temporary' }
}

export type TempChat = { id: number; configId: string }
export function findTempChat(world: World, corpId: string, userId: string, externalUserId: string): TempChat | undefined {
  const row = world.store.get<{ id: number; config_id: string }>(
    'SELECT id, config_id FROM temp_chats WHERE corp_id = ? AND userid = ? AND external_userid = ? AND closed_at IS NULL AND expires_at > ? ORDER BY id DESC LIMIT 1',
    corpId,
    userId,
    externalUserId,
    now(world),
  )
  return row && { id: row.id, configId: row.config_id }
}

export const closeTempChat = (world: World, chat: TempChat): void => {
  world.store.run('UPDATE temp_chats SET closed_at = ? WHERE id = ?', now(world), chat.id)
}
