import type { WecomApp } from '#connectors/wecom/connection.ts'
import { type Department, getDepartment, getMember, type Member } from '#connectors/wecom/directory.ts'
import { isWecomError } from '#connectors/wecom/errors.ts'
import {
  markEmployeeLeft,
  removeDepartmentFromWecom,
  renameAccount,
  upsertDepartmentFromWecom,
  upsertEmployeeFromWecom,
} from '#management/team/commands.ts'
import { employeesByAccount, findEmployeeByAccount } from '#management/team/queries.ts'
import type { Context } from '#platform/context.ts'

/** The employee behind a member. Somebody the directory has not told of yet gets a row that the next news completes. */
export const employeeOf = async (ctx: Context, corp: number, userId: string): Promise<number> =>
  (await findEmployeeByAccount(ctx, corp, userId)) ?? upsertEmployeeFromWecom(ctx, corp, { userId })

/** The same for many, by member id. */
export async function employeesOf(ctx: Context, corp: number, userIds: readonly string[]): Promise<Map<string, number>> {
  const found = await employeesByAccount(ctx, corp, userIds)
  for (const userId of new Set(userIds)) if (!found.has(userId)) found.set(userId, await upsertEmployeeFromWecom(ctx, corp, { userId }))
  return found
}

/** Undefined for whoever lies outside our visible range (any more). */
export async function readMember(app: WecomApp, userId: string, requestId: string): Promise<Member | undefined> {
  // An event without a member is about nobody; asking for nobody is refused for ever.
  if (userId === '') return undefined
  try {
    return await getMember(app, userId, { lane: 'first', requestId })
  } catch (error) {
    if (isWecomError(error, 60111, 60011, 40003)) return undefined
    throw error
  }
}

export async function readDepartment(app: WecomApp, id: number, requestId: string): Promise<Department | undefined> {
  try {
    return await getDepartment(app, id, { lane: 'first', requestId })
  } catch (error) {
    if (isWecomError(error, 60123, 60011, 60003)) return undefined
    throw error
  }
}

/** `formerId`: the id this member had until now; the person stays the same, here and in the friendships. */
export async function applyMember(ctx: Context, corp: number, member: Member | undefined, formerId?: string): Promise<void> {
  if (!member?.userid) return
  if (formerId) {
    await renameAccount(ctx, corp, formerId, member.userid)
    await ctx.db
      .updateTable('wecomFollows')
      .set({ userId: member.userid })
      .where('tenantId', '=', ctx.tenantId)
      .where('corp', '=', corp)
      .where('userId', '=', formerId)
      .execute()
  }
  await upsertEmployeeFromWecom(ctx, corp, {
    userId: member.userid,
    name: member.name,
    avatar: member.avatar,
    position: member.position,
    mobile: member.mobile,
    departments: member.department,
    status: member.status,
  })
}

export const leaveMember = (ctx: Context, corp: number, userId: string): Promise<void> => markEmployeeLeft(ctx, corp, userId)

export async function applyDepartment(ctx: Context, corp: number, { id, name, parentid, order }: Department): Promise<void> {
  if (id !== undefined) await upsertDepartmentFromWecom(ctx, corp, { id, name, parentId: parentid, order })
}

export const removeDepartment = (ctx: Context, corp: number, id: number): Promise<void> => removeDepartmentFromWecom(ctx, corp, id)
