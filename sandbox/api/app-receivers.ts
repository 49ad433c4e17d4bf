// Whom an app's message reaches: named members, the people of departments, everybody in sight.
import { listDepartments, listEmployees, subtree, visibleEmployees } from '../state/directory.ts'
import { type Call, refuse, refuseParameter } from './protocol.ts'

type Input = { touser: string; toparty: string; totag: string }

const split = (list: string): string[] =>
  list
    .split('|')
    .map((it) => it.trim())
    .filter((it) => it !== '')

export function receiversOf(call: Call, input: Input) {
  const { world, agent } = call
  const visible = visibleEmployees(world, agent)
  if (input.touser === '@all') return { receivers: new Set(visible.map((it) => it.userId)), invalidUsers: [], invalidParties: [] }
  const users = split(input.touser)
  const parties = split(input.toparty)
  const tags = split(input.totag)
  if (users.length + parties.length + tags.length === 0) refuse(82001)
  if (users.length > 1000) refuseParameter('touser', 'exceed max array size 1000')
  if (parties.length > 100) refuseParameter('toparty', 'exceed max array size 100')
  if (tags.length > 100) refuseParameter('totag', 'exceed max array size 100')
  const departments = listDepartments(world, agent.corpId)
  const known = (userId: string) => visible.some((it) => it.userId.toLowerCase() === userId.toLowerCase())
  return {
    receivers: membersIn(call, users, parties.map(Number)),
    invalidUsers: users.filter((it) => !known(it)),
    invalidParties: parties.filter((id) => !departments.some((it) => String(it.id) === id)),
  }
}

/** Members by name and by department, as far as the app sees them. */
export function membersIn({ world, agent }: Call, users: string[], parties: number[]): Set<string> {
  const visible = new Map(visibleEmployees(world, agent).map((it) => [it.userId.toLowerCase(), it.userId]))
  const inside = subtree(listDepartments(world, agent.corpId), parties)
  const inParties = listEmployees(world, agent.corpId).filter(
    (it) => it.departments.some((id) => inside.has(id)) && visible.has(it.userId.toLowerCase()),
  )
  return new Set([...users.flatMap((it) => visible.get(it.toLowerCase()) ?? []), ...inParties.map((it) => it.userId)])
}
