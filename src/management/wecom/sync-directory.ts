import { isDeepStrictEqual } from 'node:util'
import { listDepartments, listMembers, type Member } from '#connectors/wecom/directory.ts'
import { chunks } from '#connectors/wecom/paging.ts'
import { noteTagEdits } from '#management/tags/corp-tags.ts'
import { departmentFacts, departmentsByWecomId, directoryFacts, presentAccounts } from '#management/team/queries.ts'
import { applyDepartment, applyMember, leaveMember, readMember, removeDepartment } from './members.ts'
import { patiently, repairing, type Sync } from './sync-state.ts'
import { applyTagGroups, readTagGroups } from './tags.ts'

const perTransaction = 50

type Facts = Record<string, unknown>

/** Of what was there before: each fact that is another now, with what it was. */
function differences<Id>(before: ReadonlyMap<Id, Facts>, after: ReadonlyMap<Id, Facts>): [Id, Facts][] {
  return [...before].flatMap(([id, old]) => {
    const now = after.get(id) ?? old
    const changed = Object.keys(old).filter((name) => !isDeepStrictEqual(old[name], now[name]))
    return changed.length > 0 ? [[id, Object.fromEntries(changed.map((name) => [name, [old[name], now[name]]]))]] : []
  })
}

export async function syncDepartments(sync: Sync): Promise<void> {
  const { ctx, corp, app, saved } = sync
  const departments = await patiently(sync, () => listDepartments(app, undefined, { requestId: ctx.requestId }))
  saved.total = departments.length
  const known = await departmentsByWecomId(ctx, corp)
  await repairing(sync, async (ctx) => {
    const before = await departmentFacts(ctx, corp)
    for (const department of departments) await applyDepartment(ctx, corp, department)
    const changed = differences(before, await departmentFacts(ctx, corp))
    const missing = departments.filter(({ id }) => id !== undefined && !known.has(id))
    // An empty answer says more about our permissions than about the company.
    const gone = departments.length === 0 ? [] : [...known.keys()].filter((id) => !departments.some((one) => one.id === id))
    for (const id of gone) await removeDepartment(ctx, corp, id)
    return [
      ...missing.map(({ id, name }) => ({ kind: 'department_missing', details: { id, name } })),
      ...changed.map(([id, details]) => ({ kind: 'department_details', details: { id, ...details } })),
      ...gone.map((id) => ({ kind: 'department_gone', details: { id } })),
    ]
  })
  saved.done = departments.length
}

export async function syncMembers(sync: Sync): Promise<void> {
  const { ctx, corp, app, saved, task } = sync
  const members = new Map<string, Member>()
  for (const id of (await departmentsByWecomId(ctx, corp)).keys()) {
    task.signal.throwIfAborted()
    for (const member of await patiently(sync, () => listMembers(app, id, { requestId: ctx.requestId })))
      if (member.userid) members.set(member.userid, member)
  }
  const known = await presentAccounts(ctx, corp)
  saved.total = members.size
  for (const some of chunks([...members.values()], perTransaction)) {
    task.signal.throwIfAborted()
    await repairing(sync, async (ctx) => {
      const present = some.flatMap(({ userid }) => (userid && known.has(userid) ? [userid] : []))
      const before = await directoryFacts(ctx, corp, present)
      for (const member of some) await applyMember(ctx, corp, member)
      const changed = differences(before, await directoryFacts(ctx, corp, present))
      const missing = some.filter(({ userid, status }) => userid && status !== 5 && !known.has(userid))
      return [
        ...missing.map(({ userid, name }) => ({ kind: 'employee_missing', userId: userid, details: { name } })),
        ...changed.map(([userId, details]) => ({ kind: 'employee_details', userId, details })),
      ]
    })
    saved.done += some.length
    await task.save(saved)
  }
  if (members.size > 0)
    await leaveAbsent(
      sync,
      [...known.keys()].filter((userId) => !members.has(userId)),
    )
}

/** Not in any list: asked once more by name, because a department may have moved while we were reading. */
async function leaveAbsent(sync: Sync, userIds: readonly string[]): Promise<void> {
  const { ctx, corp, app } = sync
  for (const userId of userIds) {
    const member = await patiently(sync, () => readMember(app, userId, ctx.requestId))
    await repairing(sync, async (ctx) => {
      if (member) await applyMember(ctx, corp, member)
      else await leaveMember(ctx, corp, userId)
      return member ? [] : [{ kind: 'employee_gone', userId, details: {} }]
    })
  }
}

export async function syncTags(sync: Sync): Promise<void> {
  const { ctx, corp, app, saved } = sync
  const groups = await patiently(sync, () => readTagGroups(app, ctx.requestId))
  saved.total = groups.length
  await repairing(sync, async (ctx) => {
    const { made, renamed, removed } = await applyTagGroups(ctx, corp, groups)
    // What was changed here and never arrived there goes out now.
    await noteTagEdits(ctx)
    return made + renamed + removed > 0 ? [{ kind: 'tags_of_corp', details: { made, renamed, removed } }] : []
  })
  saved.done = groups.length
}
