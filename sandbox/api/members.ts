// Members (section 3). Reading follows the app's visible range.
import { z } from 'zod'
import { activeOn, type Employee, findEmployee, listDepartments, listEmployees, subtree, visibleEmployees } from '../state/directory.ts'
import { beijingMidnight, dayMs, now } from '../state/world.ts'
import { visibleDepartment } from './departments.ts'
import { type Call, type Endpoint, endpoint, numberText, readCursor, refuse, writeCursor } from './protocol.ts'

const UserId = z.object({ userid: z.string().min(1) })
const DepartmentId = z.object({ department_id: numberText, fetch_child: numberText.optional() })
const activeDaysMost = 30

export const memberEndpoints: Endpoint[] = [
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
  endpoint({
    path: 'user/get_active_stat',
    permission: 'directory',
    input: z.object({ date: z.iso.date() }),
    handle: ({ world, agent }, { date }) => {
      const day = Date.parse(`${date}T00:00:00+08:00`)
      const today = beijingMidnight(now(world))
      if (day >= today || day < today - activeDaysMost * dayMs) refuse(600018)
      return { active_cnt: activeOn(world, agent.corpId, day) }
    },
  }),
]

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
