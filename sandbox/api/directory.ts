// Departments and members (section 3). Reading follows the app's visible range; writing belongs to the directory-sync secret.
import { z } from 'zod'
import {
  type Department,
  type Employee,
  findEmployee,
  listDepartments,
  listEmployees,
  newEmployee,
  removeDepartment,
  removeEmployee,
  saveDepartment,
  saveEmployee,
  subtree,
  visibleEmployees,
  visibleParties,
} from '../state/directory.ts'
import { now, publish } from '../state/world.ts'
import { type Call, type Endpoint, endpoint, numberText, readCursor, refuse, words, writeCursor } from './protocol.ts'

const OptionalId = z.object({ id: numberText.optional() })
const Id = z.object({ id: numberText })
const UserId = z.object({ userid: z.string().min(1) })
const DepartmentId = z.object({ department_id: numberText, fetch_child: numberText.optional() })

const departmentEndpoints: Endpoint[] = [
  endpoint({
    path: 'department/list',
    method: 'GET',
    permission: 'directory',
    input: OptionalId,
    empty: { department: [] },
    handle: (call, { id }) => ({ department: departmentsBelow(call, id).map(fullDepartment) }),
  }),
  endpoint({
    path: 'department/simplelist',
    method: 'GET',
    permission: 'directory',
    input: OptionalId,
    empty: { department_id: [] },
    handle: (call, { id }) => ({
      department_id: departmentsBelow(call, id).map((it) => ({ id: it.id, parentid: it.parentId, order: it.order })),
    }),
  }),
  endpoint({
    path: 'department/get',
    method: 'GET',
    permission: 'directory',
    input: Id,
    handle: (call, { id }) => ({ department: fullDepartment(visibleDepartment(call, id)) }),
  }),
  endpoint({
    path: 'department/create',
    permission: 'directory-write',
    input: z.object({
      name: words(64, 1),
      name_en: words(64).default(''),
      parentid: z.int(),
      order: z.int().min(0).default(0),
      id: z.int().min(1).optional(),
    }),
    handle: ({ world, agent }, input) => {
      const all = listDepartments(world, agent.corpId)
      if (!all.some((it) => it.id === input.parentid)) refuse(60004)
      if (all.some((it) => it.id === input.id || (it.parentId === input.parentid && it.name === input.name))) refuse(60008)
      const id = input.id ?? Math.max(...all.map((it) => it.id)) + 1
      saveDepartment(world, agent.corpId, {
        id,
        name: input.name,
        nameEn: input.name_en,
        parentId: input.parentid,
        order: input.order,
        leaders: [],
      })
      publish(world, { kind: 'company' })
      return { errmsg: 'created', id }
    },
  }),
  endpoint({
    path: 'department/update',
    permission: 'directory-write',
    input: z.object({
      id: z.int(),
      name: words(64, 1).optional(),
      name_en: words(64).optional(),
      parentid: z.int().optional(),
      order: z.int().min(0).optional(),
    }),
    handle: ({ world, agent }, input) => {
      const all = listDepartments(world, agent.corpId)
      const known = all.find((it) => it.id === input.id) ?? refuse(60003)
      if (input.parentid !== undefined && !all.some((it) => it.id === input.parentid)) refuse(60004)
      if (input.parentid !== undefined && subtree(all, [known.id]).has(input.parentid))
        refuse(60004, 'parent department is below the department')
      saveDepartment(world, agent.corpId, {
        ...known,
        name: input.name ?? known.name,
        nameEn: input.name_en ?? known.nameEn,
        parentId: input.parentid ?? known.parentId,
        order: input.order ?? known.order,
      })
      publish(world, { kind: 'company' })
      return { errmsg: 'updated' }
    },
  }),
  endpoint({
    path: 'department/delete',
    method: 'GET',
    permission: 'directory-write',
    input: Id,
    handle: ({ world, agent }, { id }) => {
      const all = listDepartments(world, agent.corpId)
      if (!all.some((it) => it.id === id)) refuse(60003)
      if (all.some((it) => it.parentId === id)) refuse(60006)
      if (listEmployees(world, agent.corpId).some((it) => it.departments.includes(id))) refuse(60005)
      removeDepartment(world, agent.corpId, id)
      publish(world, { kind: 'company' })
      return { errmsg: 'deleted' }
    },
  }),
]

const memberEndpoints: Endpoint[] = [
  endpoint({
    path: 'user/get',
    method: 'GET',
    permission: 'directory',
    input: UserId,
    handle: (call, { userid }) => fullMember(visibleMember(call, userid)),
  }),
  endpoint({
    path: 'user/simplelist',
    method: 'GET',
    permission: 'directory',
    input: DepartmentId,
    empty: { userlist: [] },
    handle: (call, input) => ({
      userlist: membersOf(call, input).map((it) => ({
        userid: it.userId,
        name: it.name,
        department: it.departments,
        open_userid: it.openUserId,
      })),
    }),
  }),
  endpoint({
    path: 'user/list',
    method: 'GET',
    permission: 'directory',
    input: DepartmentId,
    empty: { userlist: [] },
    handle: (call, input) => ({ userlist: membersOf(call, input).map(fullMember) }),
  }),
  endpoint({
    path: 'user/list_id',
    permission: 'directory-write',
    list: true,
    empty: { dept_user: [] },
    input: z.object({ cursor: z.string().optional(), limit: z.int().min(1).max(10_000).default(10_000) }),
    handle: ({ world, agent }, { cursor, limit }) => {
      const from = Number(readCursor('user/list_id', cursor)?.key[0] ?? 0)
      const pairs = listEmployees(world, agent.corpId).flatMap((it) =>
        it.departments.map((department) => ({ userid: it.userId, department })),
      )
      const next = from + limit < pairs.length ? writeCursor('user/list_id', [from + limit], now(world)) : ''
      return { next_cursor: next, dept_user: pairs.slice(from, from + limit) }
    },
  }),
  endpoint({
    path: 'user/getuserid',
    permission: 'directory',
    input: z.object({ mobile: z.string().min(1) }),
    handle: (call, { mobile }) => ({
      userid: (visibleEmployees(call.world, call.agent).find((it) => it.mobile === mobile) ?? refuse(60111)).userId,
    }),
  }),
  endpoint({
    path: 'user/get_userid_by_email',
    permission: 'directory',
    input: z.object({ email: z.string().min(1), email_type: z.int().min(1).max(2).default(1) }),
    handle: (call, { email }) => ({
      userid: (visibleEmployees(call.world, call.agent).find((it) => it.email === email) ?? refuse(60111)).userId,
    }),
  }),
]

const MemberFields = z.object({
  name: words(64, 1).optional(),
  alias: words(64).optional(),
  mobile: z.string().max(32).optional(),
  email: z.string().max(64).optional(),
  position: words(128).optional(),
  gender: z.enum(['0', '1', '2']).optional(),
  department: z.array(z.int()).min(1).max(100).optional(),
  order: z.array(z.int().min(0)).optional(),
  is_leader_in_dept: z.array(z.int().min(0).max(1)).optional(),
  direct_leader: z.array(z.string()).max(1).optional(),
  main_department: z.int().optional(),
  telephone: z.string().max(32).optional(),
  enable: z.int().min(0).max(1).optional(),
})
const NewUserId = z.string().superRefine((text, context) => {
  if (!/^[A-Za-z0-9][A-Za-z0-9_\-@.]{0,63}$/.test(text))
    context.addIssue({ code: 'custom', message: 'exceed max length 64 or holds a forbidden character' })
})

const memberWrites: Endpoint[] = [
  endpoint({
    path: 'user/create',
    permission: 'directory-write',
    input: MemberFields.extend({ userid: NewUserId, name: words(64, 1) }),
    handle: (call, input) => {
      if (findEmployee(call.world, call.agent.corpId, input.userid)) refuse(60102)
      saveMember(call, newEmployee(call.agent.corpId, input.userid, input.name), input)
      return { errmsg: 'created' }
    },
  }),
  endpoint({
    path: 'user/update',
    permission: 'directory-write',
    input: MemberFields.extend({ userid: z.string().min(1) }),
    handle: (call, input) => {
      saveMember(call, findEmployee(call.world, call.agent.corpId, input.userid) ?? refuse(60111), input)
      return { errmsg: 'updated' }
    },
  }),
  endpoint({
    path: 'user/delete',
    method: 'GET',
    permission: 'directory-write',
    input: UserId,
    handle: ({ world, agent }, { userid }) => {
      const employee = findEmployee(world, agent.corpId, userid) ?? refuse(60111)
      removeEmployee(world, agent.corpId, employee.userId)
      publish(world, { kind: 'company' })
      return { errmsg: 'deleted' }
    },
  }),
]

export const directoryEndpoints: Endpoint[] = [...departmentEndpoints, ...memberEndpoints, ...memberWrites]

function saveMember({ world, agent }: Call, known: Employee, input: z.infer<typeof MemberFields>): void {
  const departments = input.department ?? known.departments
  const existing = new Set(listDepartments(world, agent.corpId).map((it) => it.id))
  if (departments.some((id) => !existing.has(id))) refuse(60123)
  const others = listEmployees(world, agent.corpId).filter((it) => it.userId !== known.userId)
  if (input.mobile && others.some((it) => it.mobile === input.mobile)) refuse(60104)
  if (input.email && others.some((it) => it.email === input.email)) refuse(60106)
  const main = input.main_department ?? known.mainDepartment
  saveEmployee(world, agent.corpId, {
    ...known,
    name: input.name ?? known.name,
    alias: input.alias ?? known.alias,
    mobile: input.mobile ?? known.mobile,
    email: input.email ?? known.email,
    position: input.position ?? known.position,
    gender: Number(input.gender ?? known.gender),
    departments,
    orders: departments.map((_, index) => (input.order ?? known.orders)[index] ?? 0),
    leads: departments.map((_, index) => (input.is_leader_in_dept ?? known.leads)[index] ?? 0),
    directLeader: input.direct_leader ?? known.directLeader,
    mainDepartment: departments.includes(main) ? main : (departments[0] ?? 1),
    telephone: input.telephone ?? known.telephone,
    status: input.enable === 0 ? 2 : input.enable === 1 ? 1 : known.status,
  })
  publish(world, { kind: 'company' })
}

function departmentsBelow({ world, agent }: Call, id: number | undefined): Department[] {
  const all = listDepartments(world, agent.corpId)
  const visible = visibleParties(world, agent)
  if (id !== undefined && !all.some((it) => it.id === id)) refuse(60003)
  if (id !== undefined && !visible.has(id)) refuse(60011)
  const wanted = id === undefined ? visible : subtree(all, [id])
  return all.filter((it) => wanted.has(it.id) && visible.has(it.id))
}

function visibleDepartment({ world, agent }: Call, id: number): Department {
  const department = listDepartments(world, agent.corpId).find((it) => it.id === id) ?? refuse(60003)
  return visibleParties(world, agent).has(id) ? department : refuse(60011)
}

function visibleMember({ world, agent }: Call, userId: string): Employee {
  const employee = findEmployee(world, agent.corpId, userId) ?? refuse(60111)
  return visibleEmployees(world, agent).some((it) => it.userId === employee.userId) ? employee : refuse(60011)
}

function membersOf(call: Call, input: z.infer<typeof DepartmentId>): Employee[] {
  visibleDepartment(call, input.department_id)
  const parties =
    input.fetch_child === 1
      ? subtree(listDepartments(call.world, call.agent.corpId), [input.department_id])
      : new Set([input.department_id])
  return visibleEmployees(call.world, call.agent).filter((it) => it.departments.some((id) => parties.has(id)))
}

const fullDepartment = (it: Department) => ({
  id: it.id,
  name: it.name,
  name_en: it.nameEn,
  department_leader: it.leaders,
  parentid: it.parentId,
  order: it.order,
})

/** Mobile, e-mail, avatar and QR code stay out: apps made after 2022-06-20 get them by OAuth only. */
const fullMember = (it: Employee) => ({
  userid: it.userId,
  name: it.name,
  department: it.departments,
  order: it.orders,
  position: it.position,
  is_leader_in_dept: it.leads,
  direct_leader: it.directLeader,
  main_department: it.mainDepartment,
  status: it.status,
  alias: it.alias,
  telephone: it.telephone,
  open_userid: it.openUserId,
  isleader: Math.max(0, ...it.leads),
  enable: it.status === 2 ? 0 : 1,
  extattr: { attrs: [] },
  hide_mobile: 0,
  external_position: it.position,
  external_profile: { external_corp_name: '', external_attr: [] },
})
