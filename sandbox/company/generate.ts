// Companies out of a seed: the first small one, and big ones by order.

import { type Random, seededRandom } from '#platform/random.ts'
import { emit, externalContactEvent } from '../callbacks/events.ts'
import { appAgentId, type Corp, createCorp } from '../state/corps.ts'
import { type Customer, insertCustomer } from '../state/customers.ts'
import {
  activeMembers,
  type Employee,
  listDepartments,
  listEmployees,
  newEmployee,
  saveDepartment,
  saveEmployee,
} from '../state/directory.ts'
import { listTags, newTag, newTagGroup, saveTag, saveTagGroup } from '../state/tags.ts'
import { dayMs, now, publish, seededId, type World } from '../state/world.ts'
import { addGroups, type GroupSize } from './groups.ts'
import { fullName, type Gender, nickname } from './names.ts'

const usualSize: GroupSize = { least: 8, most: 60 }

const departments = [
  { id: 1, name: '留量体验公司', parentId: 0, order: 100_000_000, leaders: ['zhoumin'] },
  { id: 2, name: '销售部', parentId: 1, order: 400, leaders: ['chenjing'] },
  { id: 3, name: '门店', parentId: 1, order: 300, leaders: ['liuyang'] },
  { id: 4, name: '私域运营部', parentId: 1, order: 200, leaders: ['xuwei'] },
  { id: 5, name: '客户服务部', parentId: 1, order: 100, leaders: ['hexin'] },
]
const staff: { userId: string; name: string; position: string; departments: number[]; gender: Gender; leader?: string; leads?: boolean }[] =
  [
    { userId: 'zhoumin', name: '周敏', position: '总经理', departments: [1], gender: 2, leads: true },
    { userId: 'chenjing', name: '陈静', position: '销售主管', departments: [2], gender: 2, leader: 'zhoumin', leads: true },
    { userId: 'wanglei', name: '王磊', position: '课程顾问', departments: [2], gender: 1, leader: 'chenjing' },
    { userId: 'lina', name: '李娜', position: '课程顾问', departments: [2], gender: 2, leader: 'chenjing' },
    { userId: 'zhangwei', name: '张伟', position: '课程顾问', departments: [2], gender: 1, leader: 'chenjing' },
    { userId: 'liuyang', name: '刘洋', position: '店长', departments: [3], gender: 1, leader: 'zhoumin', leads: true },
    { userId: 'sunli', name: '孙丽', position: '导购', departments: [3], gender: 2, leader: 'liuyang' },
    { userId: 'gaofei', name: '高飞', position: '导购', departments: [3], gender: 1, leader: 'liuyang' },
    { userId: 'xuwei', name: '徐薇', position: '私域运营主管', departments: [4], gender: 2, leader: 'zhoumin', leads: true },
    { userId: 'majun', name: '马骏', position: '社群运营', departments: [4], gender: 1, leader: 'xuwei' },
    { userId: 'hexin', name: '何欣', position: '客服主管', departments: [5, 4], gender: 2, leader: 'zhoumin', leads: true },
    { userId: 'linyue', name: '林悦', position: '客服专员', departments: [5], gender: 2, leader: 'hexin' },
  ]
const tagGroups = [
  { name: '客户等级', tags: ['一般', '重要', '核心'] },
  { name: '来源渠道', tags: ['抖音', '小红书', '线下门店', '老客推荐'] },
  { name: '意向', tags: ['高意向', '待跟进', '暂无需求'] },
]

/** What an empty folder starts with: five departments, twelve employees, three tag groups, thirty customers, three customer groups. */
export function createFirstCompany(world: World): Corp {
  return world.store.transaction(() => {
    const corp = createCorp(world, '留量体验公司', 'liuliang', now(world) - 400 * dayMs)
    for (const it of departments) saveDepartment(world, corp.corpId, { ...it, nameEn: '' })
    for (const [index, it] of staff.entries()) {
      saveEmployee(world, corp.corpId, {
        ...newEmployee(corp.corpId, it.userId, it.name),
        position: it.position,
        departments: it.departments,
        orders: it.departments.map(() => 0),
        gender: it.gender,
        leads: it.departments.map((_, place) => Number(it.leads === true && place === 0)),
        directLeader: it.leader ? [it.leader] : [],
        mainDepartment: it.departments[0] ?? 1,
        mobile: `138${String(10_000_001 + index * 1111)}`,
        email: `${it.userId}@example.com`,
      })
    }
    saveTags(world, corp.corpId)
    populate(world, corp.corpId, {
      employees: 0,
      customers: 30,
      groups: 3,
      groupSize: { least: 8, most: 16 },
      seed: 'liuliang',
      events: false,
    })
    return corp
  })
}

/** Another company, with one department and the usual tags, to be filled by populate. */
export function createCompany(world: World, name: string, seed: string): Corp {
  return world.store.transaction(() => {
    const corp = createCorp(world, name, seed, now(world))
    saveDepartment(world, corp.corpId, { id: 1, name, nameEn: '', parentId: 0, order: 100_000_000, leaders: [] })
    saveTags(world, corp.corpId)
    publish(world, { kind: 'company' })
    return corp
  })
}

export type Order = {
  employees: number
  customers: number
  groups: number
  /** How many customers a group has, unless there are fewer. */
  groupSize?: GroupSize
  seed: string
  events: boolean
}
export type Populated = { employees: number; customers: number; follows: number; groups: number }

/** Adds people made from the seed; the same order again adds nobody. */
export function populate(world: World, corpId: string, order: Order): Populated {
  return world.store.transaction(() => {
    const random = seededRandom(`${order.seed}|${corpId}`)
    const employees = addEmployees(world, corpId, order, random)
    const added = addCustomers(world, corpId, order, random)
    const groups = addGroups(world, corpId, { ...order, size: order.groupSize ?? usualSize })
    publish(world, { kind: 'company' })
    return { employees, ...added, groups }
  })
}

function addEmployees(world: World, corpId: string, order: Order, random: Random): number {
  if (order.employees === 0) return 0
  const known = new Set(listEmployees(world, corpId).map((it) => it.userId))
  const rooms = listDepartments(world, corpId)
    .map((it) => it.id)
    .filter((id) => id !== 1)
  const positions = ['课程顾问', '导购', '社群运营', '客服专员', '门店顾问']
  let added = 0
  for (let index = 1; index <= order.employees; index++) {
    const gender: Gender = random.chance(0.5) ? 1 : 2
    const room = rooms.length > 0 ? random.pick(rooms) : 1
    const userId = `${order.seed.replace(/[^A-Za-z0-9]/g, '').slice(0, 20) || 'e'}.${String(index).padStart(4, '0')}`
    const employee: Employee = {
      ...newEmployee(corpId, userId, fullName(random, gender)),
      position: random.pick(positions),
      gender,
      departments: [room],
      mainDepartment: room,
      mobile: `139${String(Number.parseInt(seededId('', corpId, userId).replace(/\D/g, '').padEnd(8, '7').slice(0, 8), 10)).padStart(8, '0')}`,
      email: `${userId}@example.com`,
    }
    if (known.has(userId)) continue
    saveEmployee(world, corpId, employee)
    added += 1
  }
  return added
}

function addCustomers(world: World, corpId: string, order: Order, random: Random): { customers: number; follows: number } {
  const members = activeMembers(world, corpId)
  const tags = listTags(world, corpId).filter((it) => !it.deleted)
  let customers = 0
  let follows = 0
  const today = Math.floor(now(world) / dayMs) * dayMs
  for (let index = 0; index < order.customers; index++) {
    const customer = makeCustomer(corpId, order.seed, index, random, today)
    const isNew = insertCustomer(world, customer)
    if (isNew) customers += 1
    const times = random.chance(0.15) ? 2 : 1
    for (let turn = 0; turn < times && members.length > 0; turn++) {
      const member = random.pick(members)
      const addWay = random.pick([1, 1, 1, 1, 2, 3, 4, 16])
      const tag = random.chance(0.6) && tags.length > 0 ? random.pick(tags).tagId : undefined
      const added =
        isNew &&
        insertFollow(
          world,
          customer,
          member.userId,
          addWay,
          tag,
          random.chance(0.2) ? `${customer.name} ${random.pick(['老客', '高意向', '门店', '回访'])}` : '',
        )
      if (!added) continue
      follows += 1
      if (order.events) emit(world, corpId, externalContactEvent('add_external_contact', member.userId, customer.externalUserId))
    }
  }
  return { customers, follows }
}

function makeCustomer(corpId: string, seed: string, index: number, random: Random, today: number): Customer {
  const gender: Gender = random.chance(0.42) ? 1 : 2
  const fromWeCom = random.chance(0.04)
  const name = fromWeCom ? fullName(random, gender) : nickname(random, gender)
  // Younger days are fuller: a company grows.
  const age = Math.floor(random.next() ** 2 * 365)
  return {
    externalUserId: seededId(fromWeCom ? 'wo' : 'wm', corpId, seed, 'customer', index),
    corpId,
    person: seededId('p', seed, corpId, index),
    name,
    type: fromWeCom ? 2 : 1,
    gender: random.chance(0.1) ? 0 : gender,
    unionId: seededId('oz', corpId, seed, 'union', index),
    openId: seededId('oX', corpId, seed, 'open', index),
    position: fromWeCom ? random.pick(['采购经理', '店长', '负责人']) : '',
    corpName: fromWeCom ? random.pick(['晨光文具', '远航教育', '四季鲜果']) : '',
    corpFullName: fromWeCom ? '（示例）合作企业有限公司' : '',
    attributes: [],
    createdAt: today - age * dayMs + random.below(dayMs - 1) - dayMs,
  }
}

function insertFollow(
  world: World,
  customer: Customer,
  userId: string,
  addWay: number,
  tagId: string | undefined,
  remark: string,
): boolean {
  const done = world.store.run(
    `INSERT OR IGNORE INTO follows (corp_id, userid, external_userid, member_side, customer_side, add_way, oper_userid, remark, created_at) VALUES (?, ?, ?, 1, 1, ?, ?, ?, ?)`,
    customer.corpId,
    userId,
    customer.externalUserId,
    addWay,
    addWay === 2 ? userId : customer.externalUserId,
    [...remark].slice(0, 20).join(''),
    customer.createdAt,
  )
  if (done.changes === 0) return false
  if (tagId) world.store.run('INSERT OR IGNORE INTO follow_tags (follow_id, tag_id) VALUES (?, ?)', done.lastId, tagId)
  return true
}

/** As if the app had made them, so that it may also change them. */
function saveTags(world: World, corpId: string): void {
  for (const [index, group] of tagGroups.entries()) {
    const groupId = seededId('et', corpId, group.name)
    saveTagGroup(world, corpId, newTagGroup(world, groupId, group.name, tagGroups.length - index, appAgentId))
    for (const [place, name] of group.tags.entries())
      saveTag(world, corpId, newTag(world, seededId('et', corpId, group.name, name), groupId, name, group.tags.length - place))
  }
}
