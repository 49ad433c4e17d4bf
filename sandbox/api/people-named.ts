// People and departments that a call names: they must be there, in the app's sight, and (for customers) able to serve.
import { type Employee, findEmployee, listDepartments, visibleEmployees, visibleParties } from '../state/directory.ts'
import { type Call, refuse } from './protocol.ts'

export function visibleNamed({ world, agent }: Call, userId: string): Employee {
  const member = findEmployee(world, agent.corpId, userId) ?? refuse(60111)
  return visibleEmployees(world, agent).some((it) => it.userId === member.userId) ? member : refuse(60011)
}

/** Activated and with the customer-contact function. */
export function servingNamed(call: Call, userId: string): Employee {
  const member = visibleNamed(call, userId)
  if (member.status === 4) return refuse(41054)
  return member.contact ? member : refuse(84083)
}

export function checkDepartments({ world, agent }: Call, ids: number[]): void {
  const parties = visibleParties(world, agent)
  const known = new Set(listDepartments(world, agent.corpId).map((it) => it.id))
  for (const id of ids) {
    if (!known.has(id)) refuse(60123)
    if (!parties.has(id)) refuse(60011)
  }
}
