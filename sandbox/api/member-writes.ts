// What the directory-sync secret does to members (section 3).
import { z } from 'zod'
import {
  type Employee,
  findEmployee,
  listDepartments,
  listEmployees,
  newEmployee,
  placedIn,
  removeEmployee,
  saveEmployee,
} from '../state/directory.ts'
import { publish } from '../state/world.ts'
import { type Call, type Endpoint, endpoint, refuse, words } from './protocol.ts'

const deletedAtOnceMost = 200

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

export const memberWriteEndpoints: Endpoint[] = [
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
    input: z.object({ userid: z.string().min(1) }),
    handle: (call, { userid }) => removed(call, [userid]),
  }),
  // All of them or none.
  endpoint({
    path: 'user/batchdelete',
    permission: 'directory-write',
    input: z.object({ useridlist: z.array(z.string().min(1)).min(1).max(deletedAtOnceMost) }),
    handle: (call, { useridlist }) => removed(call, useridlist),
  }),
]

function removed({ world, agent }: Call, userIds: string[]) {
  const members = userIds.map((userId) => findEmployee(world, agent.corpId, userId) ?? refuse(60111))
  for (const it of members) removeEmployee(world, agent.corpId, it.userId)
  publish(world, { kind: 'company' })
  return { errmsg: 'deleted' }
}

function saveMember({ world, agent }: Call, known: Employee, input: z.infer<typeof MemberFields>): void {
  const departments = input.department ?? known.departments
  const existing = new Set(listDepartments(world, agent.corpId).map((it) => it.id))
  if (departments.some((id) => !existing.has(id))) refuse(60123)
  const others = listEmployees(world, agent.corpId).filter((it) => it.userId !== known.userId)
  if (input.mobile && others.some((it) => it.mobile === input.mobile)) refuse(60104)
  if (input.email && others.some((it) => it.email === input.email)) refuse(60106)
  saveEmployee(world, agent.corpId, {
    ...placedIn(known, departments, { orders: input.order, leads: input.is_leader_in_dept, main: input.main_department }),
    name: input.name ?? known.name,
    alias: input.alias ?? known.alias,
    mobile: input.mobile ?? known.mobile,
    email: input.email ?? known.email,
    position: input.position ?? known.position,
    gender: Number(input.gender ?? known.gender),
    directLeader: input.direct_leader ?? known.directLeader,
    telephone: input.telephone ?? known.telephone,
    status: input.enable === 0 ? 2 : input.enable === 1 ? 1 : known.status,
  })
  publish(world, { kind: 'company' })
}
