import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { covers } from './permissions.ts'
import { type DataScope, roleFacts } from './presets.ts'

// Nobody raises themselves or others above what they hold: neither by giving a role, nor by editing one, nor by taking over
// the account of somebody who holds more.

export type Role = { id: number; preset: string | null; permissions: readonly string[]; scope: DataScope }

export async function findRole(ctx: Context, id: number, field?: string): Promise<Role> {
  const row = await ctx.db
    .selectFrom('roles')
    .select(['id', 'preset', 'name', 'permissions', 'home', 'scope'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw field ? appError('role.not_found', { status: 404, message: 'No such role.', field }) : notFound('role')
  return { id, preset: row.preset, ...pick(roleFacts(row)) }
}

const pick = ({ permissions, scope }: { permissions: readonly string[]; scope: DataScope }) => ({ permissions, scope })

export function guardPermissions(ctx: Context, given: Iterable<string>, field: string): void {
  if (!covers(ctx.actor.permissions, given))
    throw appError('permission.beyond_own', { status: 403, message: 'Nobody can give permissions they do not hold.', field })
}

/** Who does not see everyone cannot let anybody see more than their own customers. */
export function guardScope(ctx: Context, scope: DataScope, field = 'scope'): void {
  if (ctx.actor.scope !== 'all' && scope !== 'self')
    throw appError('scope.beyond_own', {
      status: 403,
      message: 'Only somebody who sees the whole company can give this data scope.',
      field,
    })
}

/** Refuses to touch the account of somebody who holds more. */
export async function guardAccount(ctx: Context, employeeId: number): Promise<void> {
  const row = await ctx.db
    .selectFrom('employees')
    .select('roleId')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', employeeId)
    .executeTakeFirst()
  if (!row) throw notFound('employee')
  const { permissions } = await findRole(ctx, row.roleId)
  if (!covers(ctx.actor.permissions, permissions))
    throw appError('employee.beyond_own', { status: 403, message: 'This employee holds permissions that you do not hold.' })
}
