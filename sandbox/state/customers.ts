// Customers, and the friendships between them and employees.
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
  createdAt: number
}
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

/** A `person` who was there before comes again as the same one, with the same ids everywhere. */
export function createCustomer(
  world: World,
  corpId: string,
  { name, gender = 0, person }: { name: string; gender?: number | undefined; person?: string | undefined },
): Customer {
  const id = (kind: string) => (person === undefined ? freshId(kind) : seededId(kind, corpId, person))
  const known = person === undefined ? undefined : findCustomer(world, id('wm'))
  if (known) return known
  const customer: Customer = {
    externalUserId: id('wm'),
    corpId,
    person: id('p'),
    name,
    type: 1,
    gender,
    unionId: id('oz'),
    openId: id('oX'),
    position: '',
    corpName: '',
    corpFullName: '',
    createdAt: now(world),
  }
  insertCustomer(world, customer)
  return customer
}

export const insertCustomer = (world: World, it: Customer): boolean =>
  world.store.run(
    `INSERT OR IGNORE INTO customers (external_userid, corp_id, person, name, type, gender, unionid, openid, position, corp_name, corp_full_name, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
>

/** A friendship that ended and begins again keeps the member's remarks but has a new date, way and state. */
export function beginFollow(world: World, it: NewFollow): Follow {
  world.store.run(
    `INSERT INTO follows (corp_id, userid, external_userid, member_side, customer_side, request, add_way, oper_userid, state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (corp_id, userid, external_userid) DO UPDATE SET member_side = excluded.member_side, customer_side = excluded.customer_side, request = excluded.request,
       add_way = excluded.add_way, oper_userid = excluded.oper_userid, state = excluded.state, created_at = excluded.created_at, welcomed_at = NULL`,
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
  welcomedAt: row.welcomed_at ?? undefined,
  createdAt: row.created_at,
})
