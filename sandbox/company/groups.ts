// Lively customer groups out of a seed: people who came by invitation and by code, a notice, a little talk.
import { type Random, seededRandom } from '#platform/random.ts'
import { emit, groupChatEvent } from '../callbacks/events.ts'
import { activeMembers, type Employee } from '../state/directory.ts'
import { findGroupChat, insertGroupChat, insertGroupMember } from '../state/group-chats.ts'
import { dayMs, now, publish, seededId, toSeconds, type World } from '../state/world.ts'

const kinds = ['福利群', '会员群', '体验课交流群', '新品尝鲜群', '老客答疑群', '周末活动群']
const places = ['朝阳', '海淀', '浦东', '天河', '西湖', '武侯', '江汉', '南山', '鼓楼', '雁塔']
const notices = ['文明聊天，禁止广告。每周五晚 8 点发福利。', '课程回放在群文件里，有问题请 @ 群主。', '新品每周三上架，群内先到先得。', '']
const fromStaff = [
  '早上好，今天的福利已经上架啦',
  '本周五晚 8 点直播，记得来',
  '有问题随时 @ 我',
  '资料已经发到群里了，大家查收',
  '感谢支持，礼品明天统一寄出',
]
const fromCustomers = [
  '收到，谢谢',
  '请问还有名额吗？',
  '已下单～',
  '什么时候发货呀',
  '上次买的很好用',
  '可以推荐一款吗',
  '👍',
  '孩子很喜欢',
  '我也想要一份',
]

/** Customers in a group, at least and at most. */
export type GroupSize = { least: number; most: number }
type GroupOrder = { groups: number; size: GroupSize; seed: string; events: boolean }

/** Adds groups made from the seed; the same order again adds none. */
export function addGroups(world: World, corpId: string, order: GroupOrder): number {
  const owners = activeMembers(world, corpId)
  if (order.groups === 0 || owners.length === 0) return 0
  const everybody = world.store
    .all<{ external_userid: string }>('SELECT external_userid FROM customers WHERE corp_id = ? ORDER BY external_userid', corpId)
    .map((row) => row.external_userid)
  const friends = friendsByOwner(world, corpId)
  let added = 0
  for (let index = 0; index < order.groups; index++) {
    const chatId = seededId('wr', corpId, order.seed, 'group', index)
    if (findGroupChat(world, chatId)) continue
    const owner = owners[index % owners.length]
    if (!owner) continue
    // Each group has a chance of its own, so that one that exists already changes nothing for the next.
    const random = seededRandom(`${order.seed}|${corpId}|group|${index}`)
    addGroup(world, corpId, { chatId, index, owner, owners, mine: friends.get(owner.userId) ?? [], everybody }, order, random)
    if (order.events) emit(world, corpId, groupChatEvent('create', chatId))
    added += 1
  }
  publish(world, { kind: 'group' })
  return added
}

type Plan = { chatId: string; index: number; owner: Employee; owners: Employee[]; mine: string[]; everybody: string[] }

function addGroup(world: World, corpId: string, plan: Plan, order: GroupOrder, random: Random): void {
  const { chatId, owner } = plan
  const today = Math.floor(now(world) / dayMs) * dayMs
  const createdAt = today - (2 + Math.floor(random.next() ** 2 * 200)) * dayMs + 9 * 3600_000 + random.below(8 * 3600_000)
  const helper = random.pick(plan.owners)
  insertGroupChat(world, {
    corpId,
    chatId,
    name: `${random.pick(places)}${random.pick(kinds)}${plan.index + 1}`,
    owner: owner.userId,
    admins: helper === owner ? [] : [helper.userId],
    notice: random.pick(notices),
    createdAt,
  })
  const join = (member: string, type: 1 | 2, joinScene: number, joinedAt: number, state = '') =>
    insertGroupMember(world, {
      chatId,
      member,
      type,
      joinScene,
      state,
      invitor: joinScene === 1 && member !== owner.userId ? owner.userId : '',
      nickname: '',
      joinedAt,
    })
  join(owner.userId, 1, 1, createdAt)
  if (helper !== owner) join(helper.userId, 1, 1, createdAt + 60_000)
  const { least, most } = order.size
  const wanted = Math.min(least + random.below(most - least + 1), plan.everybody.length)
  const inside = new Set<string>()
  const span = Math.max(1, today - createdAt)
  for (let turn = 0; turn < wanted * 6 && inside.size < wanted; turn++) {
    const isFriend = plan.mine.length > 0 && random.chance(0.6)
    const customer = random.pick(isFriend ? plan.mine : plan.everybody)
    if (inside.has(customer)) continue
    inside.add(customer)
    const joinedAt = createdAt + Math.floor(random.next() * span)
    if (isFriend) join(customer, 2, 1, joinedAt)
    else join(customer, 2, 3, joinedAt, random.pick(['poster', 'moments', 'store', '']))
  }
  const staff = helper === owner ? [owner.userId] : [owner.userId, helper.userId]
  addTalk(world, chatId, staff, [...inside], today, random)
}

/** The last days' talk; straight into the table, because a big company has thousands of groups. */
function addTalk(world: World, chatId: string, staff: string[], customers: string[], today: number, random: Random): void {
  const lines = 4 + random.below(8)
  const times = Array.from({ length: lines }, () => today - random.below(3 * dayMs)).sort((a, b) => a - b)
  for (const at of times) {
    const isStaff = customers.length === 0 || random.chance(0.35)
    world.store.run(
      `INSERT INTO group_messages (chat_id, sender, source, kind, content, at) VALUES (?, ?, 'chat', 'text', ?, ?)`,
      chatId,
      random.pick(isStaff ? staff : customers),
      JSON.stringify({ text: random.pick(isStaff ? fromStaff : fromCustomers) }),
      toSeconds(at) * 1000,
    )
  }
}

function friendsByOwner(world: World, corpId: string): Map<string, string[]> {
  const rows = world.store.all<{ userid: string; external_userid: string }>(
    'SELECT userid, external_userid FROM follows WHERE corp_id = ? AND member_side = 1 AND customer_side = 1 ORDER BY userid, external_userid',
    corpId,
  )
  const friends = new Map<string, string[]>()
  for (const row of rows) {
    const known = friends.get(row.userid)
    if (known) known.push(row.external_userid)
    else friends.set(row.userid, [row.external_userid])
  }
  return friends
}
