import { membersWithContact } from '#growth/live-codes/contact-function.ts'
import { channelOf, referred } from '#growth/live-codes/input.ts'
import { storedWelcome } from '#growth/welcomes/commands.ts'
import { employeeNames, presentAccounts } from '#management/team/queries.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { type AcquisitionLinkChange, mostPeople } from './schema.ts'

/**
 * Employees by the names WeCom knows them by. WeCom refuses the whole link for one who may not have customers (84083, 41054),
 * so that is found out before; while WeCom does not answer the link is kept anyway.
 */
async function usersOf(ctx: Context, corp: number, ids: readonly string[], path: string): Promise<string[]> {
  const accounts = new Map([...(await presentAccounts(ctx, corp))].map(([userId, employee]) => [employee, userId]))
  const able = ids.length > 0 ? await membersWithContact(ctx, corp) : undefined
  const users = new Set<string>()
  for (const [at, text] of ids.entries()) {
    const field = `${path}.${at}`
    const employee = referred(ctx, 'emp', text, field)
    const userId = accounts.get(employee)
    if (!userId)
      throw appError('acquisition_link.employee_not_in_corp', {
        message: `${await nameOf(ctx, employee)} is not a member of this corp.`,
        field,
      })
    if (able && !able.has(userId))
      throw appError('acquisition_link.employee_without_contact', {
        message: `${await nameOf(ctx, employee)} may not have customers in WeCom: give the customer-contact function (客户联系 → 权限配置) and the app's visible range first.`,
        field,
      })
    users.add(userId)
  }
  return [...users].sort()
}

const nameOf = async (ctx: Context, employee: number): Promise<string> =>
  (await employeeNames(ctx, [employee])).get(employee) || 'This employee'

/** Departments by WeCom's numbers; those made by hand are not known there. */
async function departmentsOf(ctx: Context, corp: number, ids: readonly string[]): Promise<number[]> {
  const wanted = ids.map((text, at) => referred(ctx, 'dep', text, `departmentIds.${at}`))
  if (wanted.length === 0) return []
  const rows = await ctx.db
    .selectFrom('departments')
    .select(['id', 'wecomId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corpId', '=', corp)
    .where('id', 'in', wanted)
    .execute()
  const known = new Map(rows.map(({ id, wecomId }) => [id, wecomId]))
  const numbers = wanted.map((id, at) => {
    const wecomId = known.get(id)
    if (wecomId === undefined || wecomId === null)
      throw appError('acquisition_link.department_not_in_corp', {
        message: 'This department is none of this corp.',
        field: `departmentIds.${at}`,
      })
    return wecomId
  })
  return [...new Set(numbers)].sort((a, b) => a - b)
}

export type Range = { userIds: string[]; departmentIds: number[] }

/** Columns of what a change names; tags lie in a table of their own. Lists are kept in order, so that they can be compared with WeCom's. */
export async function columnsOf(
  ctx: Context,
  corp: number,
  change: AcquisitionLinkChange,
  before: (Range & { priority: string | null }) | undefined,
) {
  const { name, channelId, employeeIds, departmentIds, skipVerify, markSource, priority, welcome } = change
  const userIds = employeeIds && (await usersOf(ctx, corp, employeeIds, 'employeeIds'))
  const departments = departmentIds && (await departmentsOf(ctx, corp, departmentIds))
  checkRange({ userIds: userIds ?? before?.userIds ?? [], departmentIds: departments ?? before?.departmentIds ?? [] })
  if (priority === null && before?.priority)
    throw appError('acquisition_link.priority_stays', {
      message: 'WeCom gives no way to take this away again: choose the other kind, or make a new link.',
      field: 'priority',
    })
  return {
    ...(name !== undefined && { name }),
    ...(channelId !== undefined && { channelId: channelId === null ? null : await channelOf(ctx, channelId) }),
    ...(userIds && { userIds }),
    ...(departments && { departmentIds: departments }),
    ...(skipVerify !== undefined && { skipVerify }),
    ...(markSource !== undefined && { markSource }),
    ...(priority && {
      priority: priority.kind,
      priorityUserIds: priority.kind === 'listed' ? await usersOf(ctx, corp, priority.employeeIds, 'priority.employeeIds') : [],
    }),
    ...(welcome !== undefined && { welcome: welcome === null ? null : JSON.stringify(await storedWelcome(ctx, welcome, ['welcome'])) }),
  }
}

function checkRange({ userIds, departmentIds }: Range): void {
  if (userIds.length + departmentIds.length === 0)
    throw appError('acquisition_link.nobody', {
      message: 'Name at least one employee or department who gets the customers.',
      field: 'employeeIds',
    })
  if (userIds.length > mostPeople)
    throw appError('acquisition_link.too_many', { message: `WeCom allows ${mostPeople} people behind a link.`, field: 'employeeIds' })
}

/** What stands in WeCom's link too. */
export const concernsWecom = (change: AcquisitionLinkChange): boolean =>
  ['name', 'employeeIds', 'departmentIds', 'skipVerify', 'markSource', 'priority'].some(
    (key) => change[key as keyof AcquisitionLinkChange] !== undefined,
  )
