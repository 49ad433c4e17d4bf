// Customers as the members' friends (section 4).
import { z } from 'zod'
import { editEvent, emit } from '../callbacks/events.ts'
import { avatarUrl } from '../company/avatar.ts'
import {
  type Customer,
  type Follow,
  type FollowRow,
  findCustomer,
  findFollow,
  followsOfCustomer,
  toFollow,
  updateFollow,
} from '../state/customers.ts'
import { findEmployee, visibleEmployees, visibleLeavers } from '../state/directory.ts'
import { isOpenToApi } from '../state/friendships.ts'
import { findLiveMedia } from '../state/media.ts'
import { findTag, findTagGroup, tagsOfFollow } from '../state/tags.ts'
import { now, publish, seededId, toSeconds, type World } from '../state/world.ts'
import { type Call, type Endpoint, endpoint, Nothing, readCursor, refuse, refuseParameter, words, writeCursor } from './protocol.ts'

const followersPerPage = 500
const contactListLifeMs = 4 * 3600_000

export const externalContactEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/get_follow_user_list',
    method: 'GET',
    permission: 'customers',
    input: Nothing,
    empty: { follow_user: [] },
    handle: ({ world, agent }) => ({
      follow_user: visibleEmployees(world, agent)
        .filter((it) => it.contact)
        .map((it) => it.userId),
    }),
  }),
  endpoint({
    path: 'externalcontact/list',
    method: 'GET',
    permission: 'customers',
    list: true,
    input: z.object({ userid: z.string().min(1) }),
    empty: { external_userid: [] },
    handle: (call, { userid }) => {
      const member = serviceMember(call, userid)
      const ids = call.world.store.all<{ external_userid: string }>(
        'SELECT external_userid FROM follows WHERE corp_id = ? AND userid = ? AND member_side = 1 AND request IS NULL ORDER BY id',
        call.agent.corpId,
        member.userId,
      )
      // A member without customers is an error in WeCom, not an empty list.
      return ids.length > 0 ? { external_userid: ids.map((row) => row.external_userid) } : refuse(84061)
    },
  }),
  endpoint({
    path: 'externalcontact/get',
    method: 'GET',
    permission: 'customers',
    empty: { follow_user: [] },
    input: z.object({ external_userid: z.string().min(1), cursor: z.string().optional() }),
    handle: getContact,
  }),
  endpoint({
    path: 'externalcontact/batch/get_by_user',
    permission: 'customers',
    list: true,
    empty: { external_contact_list: [] },
    input: z.object({ userid_list: z.array(z.string()).min(1).max(100), cursor: z.string().optional(), limit: z.int().min(1).default(50) }),
    handle: getByUsers,
  }),
  endpoint({
    path: 'externalcontact/remark',
    permission: 'customers',
    input: z.object({
      userid: z.string().min(1),
      external_userid: z.string().min(1),
      remark: words(20).optional(),
      description: words(150).optional(),
      remark_company: words(20).optional(),
      remark_mobiles: z.array(z.string()).max(5).optional(),
      remark_pic_mediaid: z.string().optional(),
    }),
    handle: remark,
  }),
  endpoint({
    path: 'externalcontact/contact_list',
    permission: 'customers',
    list: true,
    empty: { info_list: [] },
    input: z.object({ cursor: z.string().optional(), limit: z.int().min(1).max(2000).default(1000) }),
    handle: contactList,
  }),
]

/** The friendship the API may see; 84061 for strangers, half friends and customers the member deleted. */
export function openFollow(call: Call, userId: string, externalUserId: string): Follow {
  const member = serviceMember(call, userId)
  const customer = findCustomer(call.world, externalUserId)
  if (customer?.corpId !== call.agent.corpId) refuse(40096)
  const follow = findFollow(call.world, call.agent.corpId, member.userId, externalUserId)
  return follow && isOpenToApi(follow) ? follow : refuse(84061)
}

export function serviceMember({ world, agent }: Call, userId: string) {
  const member = findEmployee(world, agent.corpId, userId) ?? refuse(60111)
  if (!visibleEmployees(world, agent).some((it) => it.userId === member.userId)) refuse(60011)
  return member.contact ? member : refuse(84074)
}

function getContact({ world, agent }: Call, input: { external_userid: string; cursor?: string | undefined }) {
  const customer = findCustomer(world, input.external_userid)
  if (!customer || customer.corpId !== agent.corpId) return refuse(40096)
  const after = Number(readCursor('externalcontact/get', input.cursor)?.key[0] ?? 0)
  const visible = new Set(visibleEmployees(world, agent).map((it) => it.userId))
  const open = followsOfCustomer(world, customer.externalUserId).filter(isOpenToApi)
  if (open.length === 0) return refuse(84061)
  const inRange = open.filter((it) => visible.has(it.userId) && it.id > after)
  if (inRange.length === 0 && after === 0) return refuse(40096)
  const page = inRange.slice(0, followersPerPage)
  const last = page.at(-1)
  const more = last !== undefined && inRange.length > followersPerPage
  return {
    external_contact: contactBody(world, customer),
    follow_user: page.map((follow) => ({ ...followBody(follow), tags: tagBodies(world, follow) })),
    ...(more ? { next_cursor: writeCursor('externalcontact/get', [last.id], now(world)) } : {}),
  }
}

function getByUsers(call: Call, input: { userid_list: string[]; cursor?: string | undefined; limit: number }) {
  const { world, agent } = call
  const members = [...new Set(input.userid_list.map((userId) => serviceMember(call, userId).userId))].sort()
  const limit = Math.min(input.limit, 100)
  const [afterUser, afterId] = readCursor('batch/get_by_user', input.cursor)?.key ?? ['', 0]
  const rows: FollowRow[] = []
  for (const userId of members) {
    if (userId < String(afterUser)) continue
    rows.push(
      ...world.store.all<FollowRow>(
        'SELECT * FROM follows WHERE corp_id = ? AND userid = ? AND id > ? AND member_side = 1 AND request IS NULL ORDER BY id LIMIT ?',
        agent.corpId,
        userId,
        userId === afterUser ? Number(afterId) : 0,
        limit + 1 - rows.length,
      ),
    )
    if (rows.length > limit) break
  }
  const page = rows.slice(0, limit).map(toFollow)
  const last = page.at(-1)
  const next = last && rows.length > limit ? writeCursor('batch/get_by_user', [last.userId, last.id], now(world)) : ''
  return {
    external_contact_list: page.map((follow) => ({
      external_contact: contactBody(world, findCustomer(world, follow.externalUserId) ?? refuse(40096)),
      follow_info: { ...followBody(follow), tag_id: tagsOfFollow(world, follow.id) },
    })),
    next_cursor: next,
  }
}

type RemarkInput = {
  userid: string
  external_userid: string
  remark?: string | undefined
  description?: string | undefined
  remark_company?: string | undefined
  remark_mobiles?: string[] | undefined
  remark_pic_mediaid?: string | undefined
}
function remark(call: Call, input: RemarkInput) {
  const { world, agent } = call
  const { remark, description, remark_company, remark_mobiles, remark_pic_mediaid } = input
  if ([remark, description, remark_company, remark_mobiles, remark_pic_mediaid].every((it) => it === undefined))
    refuseParameter('remark', 'and all other fields missing')
  const follow = openFollow(call, input.userid, input.external_userid)
  if (remark_pic_mediaid && !findLiveMedia(world, agent.corpId, remark_pic_mediaid)) refuse(40007)
  const isWeChat = findCustomer(world, follow.externalUserId)?.type === 1
  const mobiles = remark_mobiles?.filter((it) => it !== '')
  const changed = {
    ...follow,
    remark: remark ?? follow.remark,
    description: description ?? follow.description,
    remarkCorpName: isWeChat ? (remark_company ?? follow.remarkCorpName) : follow.remarkCorpName,
    remarkMobiles: mobiles ?? follow.remarkMobiles,
    remarkPic: remark_pic_mediaid ?? follow.remarkPic,
  }
  updateFollow(world, changed)
  // Mobiles alone are no edit (D 92694).
  const isEdit =
    changed.remark !== follow.remark || changed.description !== follow.description || changed.remarkCorpName !== follow.remarkCorpName
  if (isEdit && world.settings.habits.apiEdits) emit(world, agent.corpId, editEvent(follow))
  publish(world, { kind: 'friend', externalUserId: follow.externalUserId, userId: follow.userId })
  return {}
}

type Served = {
  id: number
  external_userid: string
  userid: string
  name: string
  chat_id: string
  chat_name: string
  is_customer: number
  at: number
}

/** First whoever is or nearly is a friend, then whoever is in a customer group, once per group: two rows for one person are usual. */
function contactList({ world, agent }: Call, input: { cursor?: string | undefined; limit: number }) {
  const cursor = readCursor('contact_list', input.cursor)
  // Cursor and temporary ids live four hours, counted from the first page.
  if (cursor && now(world) - cursor.at > contactListLifeMs) refuse(99434)
  const startedAt = cursor?.at ?? now(world)
  const [part, after] = cursor?.key ?? ['friends', 0]
  const most = input.limit + 1
  const friends = part === 'friends' ? servedFriends(world, agent.corpId, Number(after), most) : []
  const inGroups = servedInGroups(world, agent.corpId, part === 'groups' ? Number(after) : 0, most - friends.length)
  const rows = [...friends, ...inGroups]
  const page = rows.slice(0, input.limit)
  const last = page.at(-1)
  const session = Math.floor(startedAt / contactListLifeMs)
  const visible = new Set([...visibleEmployees(world, agent).map((it) => it.userId), ...visibleLeavers(world, agent)])
  return {
    info_list: page.filter((row) => visible.has(row.userid)).map((row) => servedBody(row, session)),
    next_cursor:
      last && rows.length > input.limit ? writeCursor('contact_list', [last.chat_id ? 'groups' : 'friends', last.id], startedAt) : '',
  }
}

const servedFriends = (world: World, corpId: string, after: number, limit: number): Served[] =>
  world.store.all<Served>(
    `SELECT follows.id, external_userid, userid, customers.name, '' AS chat_id, '' AS chat_name, request IS NULL AS is_customer, follows.created_at AS at FROM follows JOIN customers USING (external_userid)
       WHERE follows.corp_id = ? AND follows.id > ? AND (member_side = 1 OR request = 'half') ORDER BY follows.id LIMIT ?`,
    corpId,
    after,
    limit,
  )

/** userid is the group's owner here: it decides who may see the group. */
const servedInGroups = (world: World, corpId: string, after: number, limit: number): Served[] =>
  world.store.all<Served>(
    `SELECT group_members.id, member AS external_userid, owner AS userid, customers.name, chat_id, group_chats.name AS chat_name, joined_at AS at,
       EXISTS (SELECT 1 FROM follows WHERE external_userid = member AND member_side = 1 AND request IS NULL) AS is_customer
     FROM group_members JOIN group_chats USING (chat_id) JOIN customers ON external_userid = member
     WHERE group_chats.corp_id = ? AND group_members.id > ? AND group_members.type = 2 AND left_at IS NULL AND dismissed_at IS NULL ORDER BY group_members.id LIMIT ?`,
    corpId,
    after,
    limit,
  )

/** Whoever is nobody's friend has no id here, half a name, and of a group its name. */
function servedBody(row: Served, session: number) {
  const shared = { tmp_openid: seededId('tm', session, row.external_userid), add_time: toSeconds(row.at) }
  if (row.is_customer === 0)
    return {
      is_customer: false,
      name: `***${[...row.name].at(-1) ?? ''}`,
      follow_userid: row.userid,
      ...(row.chat_id ? { chat_name: row.chat_name } : {}),
      ...shared,
    }
  const place = row.chat_id ? { chat_id: row.chat_id } : { follow_userid: row.userid }
  return { is_customer: true, external_userid: row.external_userid, ...place, ...shared }
}

const contactBody = (world: World, it: Customer) => ({
  external_userid: it.externalUserId,
  name: it.name,
  avatar: avatarUrl(world, it.externalUserId),
  type: it.type,
  gender: it.gender,
  ...(it.type === 1
    ? { unionid: it.unionId }
    : {
        position: it.position,
        corp_name: it.corpName,
        corp_full_name: it.corpFullName,
        external_profile: { external_attr: it.attributes },
      }),
})

const followBody = (it: Follow) => ({
  userid: it.userId,
  remark: it.remark,
  description: it.description,
  createtime: toSeconds(it.createdAt),
  add_way: it.addWay,
  oper_userid: it.operUserId,
  remark_mobiles: it.remarkMobiles,
  ...(it.remarkCorpName ? { remark_corp_name: it.remarkCorpName } : {}),
  ...(it.state ? { state: it.state } : {}),
  ...(it.channels ? { wechat_channels: it.channels } : {}),
})

function tagBodies(world: World, follow: Follow) {
  const corpTags = tagsOfFollow(world, follow.id).flatMap((tagId) => {
    const tag = findTag(world, follow.corpId, tagId)
    const group = tag && findTagGroup(world, follow.corpId, tag.groupId)
    return tag && group ? [{ group_name: group.name, tag_name: tag.name, tag_id: tag.tagId, type: group.strategyId > 0 ? 3 : 1 }] : []
  })
  return [...corpTags, ...follow.personalTags.map((name) => ({ group_name: '', tag_name: name, type: 2 }))]
}
