// Customers, and the friendships between them and employees.
import { z } from 'zod'
import { freshId, now, seededId, type World } from './world.ts'

export type Customer = {
  externalUserId: string
  corpId: string
  person: string
  name: string
  type: number
  gender: number
  unionId: string
  openId: string
  position: string
  corpName: string
  corpFullName: string
  /** What a WeCom user of another company shows: lines of external_profile.external_attr. */
  attributes: Attribute[]
  createdAt: number
}
const text = z.string().max(512)
export const Attribute = z.object({
  type: z.int().min(0).max(2),
  name: z.string().max(64),
  text: z.object({ value: text }).optional(),
  web: z.object({ url: text, title: text }).optional(),
  miniprogram: z.object({ appid: text, pagepath: text, title: text }).optional(),
})
export type Attribute = z.infer<typeof Attribute>
/** Where on channels somebody came from: 0 unknown, 1 the home page, 2 live, 3 a lead form. */
export const Channels = z.object({ nickname: z.string().max(64), source: z.int().min(0).default(0) })
export type Channels = z.infer<typeof Channels>
export type Follow = {
  id: number
  corpId: string
  userId: string
  externalUserId: string
  /** The member has the customer in the list: what the API sees. */
  memberSide: boolean
  /** The customer has the member as a friend: what the customer's phone sees. */
  customerSide: boolean
  /** Waiting for the member: "half" the customer may write already, "pending" a request that must be accepted first. */
  request: 'half' | 'pending' | undefined
  remark: string
  description: string
  remarkCorpName: string
  remarkMobiles: string[]
  remarkPic: string
  personalTags: string[]
  addWay: number
  operUserId: string
  state: string
  channels: Channels | undefined
  welcomedAt: number | undefined
  createdAt: number
}

type CustomerRow = {
  external_userid: string
  corp_id: string
  person: string
  name: string
  type: number
  gender: number
  unionid: string
  openid: string
  position: string
  corp_name: string
  corp_full_name: string
  attributes: string
  created_at: number
}
export type FollowRow = {
  id: number
  corp_id: string
  userid: string
  external_userid: string
  member_side: number
  customer_side: number
  request: 'half' | 'pending' | null
  remark: string
  description: string
  remark_corp_name: string
  remark_mobiles: string
  remark_pic: string
  personal_tags: string
  add_way: number
  oper_userid: string
  state: string
  channels: string | null
  welcomed_at: number | null
  created_at: number
}

export function findCustomer(world: World, externalUserId: string): Customer | undefined {
  const row = world.store.get<CustomerRow>('SELECT * FROM customers WHERE external_userid = ?', externalUserId)
  return row && toCustomer(row)
}

export function findCustomerByUnionId(world: World, corpId: string, unionId: string): Customer | undefined {
  const row = world.store.get<CustomerRow>('SELECT * FROM customers WHERE corp_id = ? AND unionid = ?', corpId, unionId)
  return row && toCustomer(row)
}

/** The same person as another corp knows them; made on first contact. */
export function customerInCorp(world: World, corpId: string, known: Customer): Customer {
  if (known.corpId === corpId) return known
  const row = world.store.get<CustomerRow>('SELECT * FROM customers WHERE corp_id = ? AND person = ?', corpId, known.person)
  if (row) return toCustomer(row)
  const copy = { ...known, corpId, externalUserId: freshId(known.type === 2 ? 'wo' : 'wm'), createdAt: now(world) }
  insertCustomer(world, copy)
  return copy
}

/** A WeCom user of another company. */
export const Colleague = z.object({
  corpName: z.string().min(1).max(64),
  corpFullName: z.string().max(128).default(''),
  position: z.string().max(64).default(''),
  attributes: z.array(Attribute).max(20).default([]),
})
export type NewCustomer = {
  name: string
  gender?: number | undefined
  person?: string | undefined
  wecom?: z.infer<typeof Colleague> | undefined
}

/** A `person` who was there before comes again as the same one, with the same ids everywhere. */
export function createCustomer(world: World, corpId: string, { name, gender = 0, person, wecom }: NewCustomer): Customer {
  const id = (kind: string) => (person === undefined ? freshId(kind) : seededId(kind, corpId, person))
  const externalUserId = id(wecom ? 'wo' : 'wm')
  const known = person === undefined ? undefined : findCustomer(world, externalUserId)
  if (known) return known
  const customer: Customer = {
    externalUserId,
    corpId,
    person: id('p'),
    name,
    type: wecom ? 2 : 1,
    gender,
    unionId: id('oz'),
    openId: id('oX'),
    position: '',
    corpName: '',
    corpFullName: '',
    attributes: [],
    ...wecom,
    createdAt: now(world),
  }
  insertCustomer(world, customer)
  return customer
}

export const insertCustomer = (world: World, it: Customer): boolean =>
  world.store.run(
    `INSERT OR IGNORE INTO customers (external_userid, corp_id, person, name, type, gender, unionid, openid, position, corp_name, corp_full_name, attributes, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    it.externalUserId,
    it.corpId,
    it.person,
    it.name,
    it.type,
    it.gender,
    it.unionId,
    it.openId,
    it.position,
    it.corpName,
    it.corpFullName,
    JSON.stringify(it.attributes),
    it.createdAt,
  ).changes > 0

export function findFollow(world: World, corpId: string, userId: string, externalUserId: string): Follow | undefined {
  const row = world.store.get<FollowRow>(
    'SELECT * FROM follows WHERE corp_id = ? AND userid = ? AND external_userid = ?',
    corpId,
    userId,
    externalUserId,
  )
  return row && toFollow(row)
}

export function findFollowById(world: World, id: number): Follow | undefined {
  const row = world.store.get<FollowRow>('SELECT * FROM follows WHERE id = ?', id)
  return row && toFollow(row)
}

export const followsOfCustomer = (world: World, externalUserId: string): Follow[] =>
  world.store.all<FollowRow>('SELECT * FROM follows WHERE external_userid = ? ORDER BY id', externalUserId).map(toFollow)

export const followsOfEmployee = (world: World, corpId: string, userId: string): Follow[] =>
  world.store.all<FollowRow>('SELECT * FROM follows WHERE corp_id = ? AND userid = ? ORDER BY id', corpId, userId).map(toFollow)

export type NewFollow = Pick<
  Follow,
  'corpId' | 'userId' | 'externalUserId' | 'memberSide' | 'customerSide' | 'request' | 'addWay' | 'operUserId' | 'state' | 'createdAt'
> & { channels?: Channels | undefined }

/** A friendship that ended and begins again keeps the member's remarks but has a new date, way and state. */
export function beginFollow(world: World, it: NewFollow): Follow {
  world.store.run(
    `INSERT INTO follows (corp_id, userid, external_userid, member_side, customer_side, request, add_way, oper_userid, state, created_at, channels) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (corp_id, userid, external_userid) DO UPDATE SET member_side = excluded.member_side, customer_side = excluded.customer_side, request = excluded.request,
       add_way = excluded.add_way, oper_userid = excluded.oper_userid, state = excluded.state, created_at = excluded.created_at, channels = excluded.channels, welcomed_at = NULL`,
    it.corpId,
    it.userId,
    it.externalUserId,
    Number(it.memberSide),
    Number(it.customerSide),
    it.request ?? null,
    it.addWay,
    it.operUserId,
    it.state,
    it.createdAt,
    it.channels ? JSON.stringify(it.channels) : null,
  )
  const follow = findFollow(world, it.corpId, it.userId, it.externalUserId)
  if (!follow) throw new Error('the follow just written is gone')
  return follow
}

export function updateFollow(world: World, it: Follow): void {
  world.store.run(
    `UPDATE follows SET member_side = ?, customer_side = ?, request = ?, remark = ?, description = ?, remark_corp_name = ?, remark_mobiles = ?, remark_pic = ?,
       personal_tags = ?, welcomed_at = ?, created_at = ? WHERE id = ?`,
    Number(it.memberSide),
    Number(it.customerSide),
    it.request ?? null,
    it.remark,
    it.description,
    it.remarkCorpName,
    JSON.stringify(it.remarkMobiles),
    it.remarkPic,
    JSON.stringify(it.personalTags),
    it.welcomedAt ?? null,
    it.createdAt,
    it.id,
  )
}

export const toCustomer = (row: CustomerRow): Customer => ({
  externalUserId: row.external_userid,
  corpId: row.corp_id,
  person: row.person,
  name: row.name,
  type: row.type,
  gender: row.gender,
  unionId: row.unionid,
  openId: row.openid,
  position: row.position,
  corpName: row.corp_name,
  corpFullName: row.corp_full_name,
  attributes: JSON.parse(row.attributes) as Attribute[],
  createdAt: row.created_at,
})

export const toFollow = (row: FollowRow): Follow => ({
  id: row.id,
  corpId: row.corp_id,
  userId: row.userid,
  externalUserId: row.external_userid,
  memberSide: row.member_side === 1,
  customerSide: row.customer_side === 1,
  request: row.request ?? undefined,
  remark: row.remark,
  description: row.description,
  remarkCorpName: row.remark_corp_name,
  remarkMobiles: JSON.parse(row.remark_mobiles) as string[],
  remarkPic: row.remark_pic,
  personalTags: JSON.parse(row.personal_tags) as string[],
  addWay: row.add_way,
  operUserId: row.oper_userid,
  state: row.state,
  channels: row.channels === null ? undefined : (JSON.parse(row.channels) as Channels),
  welcomedAt: row.welcomed_at ?? undefined,
  createdAt: row.created_at,
})
