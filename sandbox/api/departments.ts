// Departments (section 3). Reading follows the app's visible range; writing belongs to the directory-sync secret.
import { z } from 'zod'
import {
  type Department,
  listDepartments,
  listEmployees,
  removeDepartment,
  saveDepartment,
  subtree,
  visibleParties,
} from '../state/directory.ts'
import { publish } from '../state/world.ts'
import { type Call, type Endpoint, endpoint, numberText, refuse, words } from './protocol.ts'

const OptionalId = z.object({ id: numberText.optional() })
const Id = z.object({ id: numberText })

export const departmentEndpoints: Endpoint[] = [
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

function departmentsBelow({ world, agent }: Call, id: number | undefined): Department[] {
  const all = listDepartments(world, agent.corpId)
  const visible = visibleParties(world, agent)
  if (id !== undefined && !all.some((it) => it.id === id)) refuse(60003)
  if (id !== undefined && !visible.has(id)) refuse(60011)
  const wanted = id === undefined ? visible : subtree(all, [id])
  return all.filter((it) => wanted.has(it.id) && visible.has(it.id))
}

export function visibleDepartment({ world, agent }: Call, id: number): Department {
  const department = listDepartments(world, agent.corpId).find((it) => it.id === id) ?? refuse(60003)
  return visibleParties(world, agent).has(id) ? department : refuse(60011)
}

const fullDepartment = (it: Department) => ({
  id: it.id,
  name: it.name,
  name_en: it.nameEn,
  department_leader: it.leaders,
  parentid: it.parentId,
  order: it.order,
})
