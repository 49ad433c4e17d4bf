// Departments and employees, and who of them an app may see.
import type { Agent } from './corps.ts'
import { dayMs, now, seededId, type World } from './world.ts'

export type Department = { id: number; name: string; nameEn: string; parentId: number; order: number; leaders: string[] }
export type Employee = {
  userId: string
  name: string
  alias: string
  position: string
  mobile: string
  email: string
  gender: number
  departments: number[]
  orders: number[]
  leads: number[]
  directLeader: string[]
  mainDepartment: number
  telephone: string
  status: number
  openUserId: string
  openId: string
  /** The customer-contact function is switched on for this member. */
  contact: boolean
  /** An admin-side welcome message applies, so no welcome code is issued. */
  adminWelcome: boolean
}

type DepartmentRow = { id: number; name: string; name_en: string; parentid: number; ord: number; leaders: string }
type EmployeeRow = {
  userid: string
  name: string
  alias: string
  position: string
  mobile: string
  email: string
  gender: number
  departments: string
  orders: string
  leads: string
  direct_leader: string
  main_department: number
  telephone: string
  status: number
  open_userid: string
  openid: string
  contact: number
  admin_welcome: number
}

type Remembered = { rollbacks: number; departments: Map<string, Department[]>; employees: Map<string, Employee[]> }
const remembered = new WeakMap<World, Remembered>()

/** Every customer call asks who is visible, and the directory seldom changes: it is read once and forgotten on each change. */
function memory(world: World): Remembered {
  const known = remembered.get(world)
  if (known?.rollbacks === world.store.rollbacks()) return known
  const fresh: Remembered = { rollbacks: world.store.rollbacks(), departments: new Map(), employees: new Map() }
  remembered.set(world, fresh)
  return fresh
}

const forget = (world: World): void => {
  remembered.delete(world)
}

export function listDepartments(world: World, corpId: string): Department[] {
  const known = memory(world).departments.get(corpId)
  if (known) return known
  const departments = world.store.all<DepartmentRow>('SELECT * FROM departments WHERE corp_id = ? ORDER BY id', corpId).map(toDepartment)
  memory(world).departments.set(corpId, departments)
  return departments
}

export function saveDepartment(world: World, corpId: string, department: Department): void {
  forget(world)
  world.store.run(
    `INSERT INTO departments (corp_id, id, name, name_en, parentid, ord, leaders) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (corp_id, id) DO UPDATE SET name = excluded.name, name_en = excluded.name_en, parentid = excluded.parentid, ord = excluded.ord, leaders = excluded.leaders`,
    corpId,
    department.id,
    department.name,
    department.nameEn,
    department.parentId,
    department.order,
    JSON.stringify(department.leaders),
  )
}

export const removeDepartment = (world: World, corpId: string, id: number): void => {
  forget(world)
  world.store.run('DELETE FROM departments WHERE corp_id = ? AND id = ?', corpId, id)
}

/** The department itself and everything below it. */
export function subtree(departments: Department[], roots: number[]): Set<number> {
  const inside = new Set(roots.filter((id) => departments.some((department) => department.id === id)))
  for (let grown = true; grown; ) {
    grown = false
    for (const department of departments) {
      if (inside.has(department.id) || !inside.has(department.parentId)) continue
      inside.add(department.id)
      grown = true
    }
  }
  return inside
}

export function listEmployees(world: World, corpId: string): Employee[] {
  const known = memory(world).employees.get(corpId)
  if (known) return known
  const rows = world.store.all<EmployeeRow>(
    'SELECT * FROM employees WHERE corp_id = ? AND left_at IS NULL ORDER BY created_at, userid',
    corpId,
  )
  const employees = rows.map(toEmployee)
  memory(world).employees.set(corpId, employees)
  return employees
}

/** Who can take customers, by id: in the order of their making, two starts of the same company would differ. */
export const activeMembers = (world: World, corpId: string): Employee[] =>
  listEmployees(world, corpId)
    .filter((it) => it.contact && it.status === 1)
    .sort((a, b) => (a.userId < b.userId ? -1 : 1))

export function findEmployee(world: World, corpId: string, userId: string): Employee | undefined {
  // WeCom's userids are case-insensitive.
  const wanted = userId.toLowerCase()
  return listEmployees(world, corpId).find((it) => it.userId.toLowerCase() === wanted)
}

export function saveEmployee(world: World, corpId: string, employee: Employee): void {
  forget(world)
  world.store.run(
    `INSERT INTO employees (corp_id, userid, name, alias, position, mobile, email, gender, departments, orders, leads, direct_leader, main_department, telephone,
       status, open_userid, openid, contact, admin_welcome, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (corp_id, userid) DO UPDATE SET name = excluded.name, alias = excluded.alias, position = excluded.position, mobile = excluded.mobile,
       email = excluded.email, gender = excluded.gender, departments = excluded.departments, orders = excluded.orders, leads = excluded.leads,
       direct_leader = excluded.direct_leader, main_department = excluded.main_department, telephone = excluded.telephone, status = excluded.status,
       contact = excluded.contact, admin_welcome = excluded.admin_welcome, left_at = NULL`,
    corpId,
    employee.userId,
    employee.name,
    employee.alias,
    employee.position,
    employee.mobile,
    employee.email,
    employee.gender,
    JSON.stringify(employee.departments),
    JSON.stringify(employee.orders),
    JSON.stringify(employee.leads),
    JSON.stringify(employee.directLeader),
    employee.mainDepartment,
    employee.telephone,
    employee.status,
    employee.openUserId,
    employee.openId,
    Number(employee.contact),
    Number(employee.adminWelcome),
    now(world),
  )
}

/** Follows stay: the customers of somebody who left wait to be handed over. */
export const removeEmployee = (world: World, corpId: string, userId: string): void => {
  forget(world)
  world.store.run('UPDATE employees SET left_at = ? WHERE corp_id = ? AND userid = ?', now(world), corpId, userId)
}

export const newEmployee = (corpId: string, userId: string, name: string): Employee => ({
  userId,
  name,
  alias: '',
  position: '',
  mobile: '',
  email: '',
  gender: 0,
  departments: [1],
  orders: [0],
  leads: [0],
  directLeader: [],
  mainDepartment: 1,
  telephone: '',
  status: 1,
  openUserId: seededId('wo', corpId, userId),
  openId: seededId('oE', corpId, userId),
  contact: true,
  adminWelcome: false,
})

type Places = { orders?: number[] | undefined; leads?: number[] | undefined; main?: number | undefined }

/** Order and leadership go by the place of a department; the main one stays while it is among them. */
export function placedIn(
  it: Employee,
  departments: number[],
  { orders = it.orders, leads = it.leads, main = it.mainDepartment }: Places = {},
): Employee {
  return {
    ...it,
    departments,
    orders: departments.map((_, place) => orders[place] ?? 0),
    leads: departments.map((_, place) => leads[place] ?? 0),
    mainDepartment: departments.includes(main) ? main : (departments[0] ?? 1),
  }
}

/** Members who wrote something on that day. */
export const activeOn = (world: World, corpId: string, day: number): number =>
  world.store.get<{ n: number }>(
    `SELECT count(DISTINCT userid) AS n FROM messages WHERE corp_id = ? AND sender = 'employee' AND at >= ? AND at < ?`,
    corpId,
    day,
    day + dayMs,
  )?.n ?? 0

/** The members inside an app's visible range; the directory secret sees everybody. */
export function visibleEmployees(world: World, agent: Agent): Employee[] {
  const everybody = listEmployees(world, agent.corpId)
  if (agent.kind !== 'app') return everybody
  const parties = visibleParties(world, agent)
  return everybody.filter((employee) => agent.visibleUsers.includes(employee.userId) || employee.departments.some((id) => parties.has(id)))
}

/** Whoever left is still seen where the last department is seen: the groups left behind wait to be handed over. */
export function visibleLeavers(world: World, agent: Agent): string[] {
  const left = world.store
    .all<EmployeeRow>('SELECT * FROM employees WHERE corp_id = ? AND left_at IS NOT NULL', agent.corpId)
    .map(toEmployee)
  const parties = visibleParties(world, agent)
  return left
    .filter((it) => agent.kind !== 'app' || agent.visibleUsers.includes(it.userId) || it.departments.some((id) => parties.has(id)))
    .map((it) => it.userId)
}

export const visibleParties = (world: World, agent: Agent): Set<number> => {
  const departments = listDepartments(world, agent.corpId)
  return subtree(departments, agent.kind === 'app' ? agent.visibleParties : [1])
}

const toDepartment = (row: DepartmentRow): Department => ({
  id: row.id,
  name: row.name,
  nameEn: row.name_en,
  parentId: row.parentid,
  order: row.ord,
  leaders: JSON.parse(row.leaders) as string[],
})

const toEmployee = (row: EmployeeRow): Employee => ({
  userId: row.userid,
  name: row.name,
  alias: row.alias,
  position: row.position,
  mobile: row.mobile,
  email: row.email,
  gender: row.gender,
  departments: JSON.parse(row.departments) as number[],
  orders: JSON.parse(row.orders) as number[],
  leads: JSON.parse(row.leads) as number[],
  directLeader: JSON.parse(row.direct_leader) as string[],
  mainDepartment: row.main_department,
  telephone: row.telephone,
  status: row.status,
  openUserId: row.open_userid,
  openId: row.openid,
  contact: row.contact === 1,
  adminWelcome: row.admin_welcome === 1,
})
