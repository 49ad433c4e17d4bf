import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { forgetCallers } from '../authenticate.ts'
import { isPermission } from '../permissions.ts'
import { type DataScope, presets } from '../presets.ts'
import { guardPermissions, guardScope } from '../rank.ts'

export type RoleFacts = {
  name?: string | undefined
  description?: string | null | undefined
  permissions?: string[] | undefined
  home?: string | undefined
  scope?: DataScope | undefined
}

export function createRole(ctx: Context, facts: RoleFacts & { name: string; permissions: string[] }): Promise<number> {
  return inTransaction(ctx, async (ctx) => {
    const permissions = checkFacts(ctx, facts)
    const { id } = await orNameTaken(
      ctx.db
        .insertInto('roles')
        .values({
          tenantId: ctx.tenantId,
          name: facts.name,
          description: facts.description ?? null,
          permissions: permissions ?? [],
          home: facts.home ?? '/',
          scope: facts.scope ?? 'self',
        })
        .returning('id')
        .executeTakeFirstOrThrow(),
    )
    await audit(ctx, 'role.created', ['rol', id], { name: facts.name, permissions })
    return id
  })
}

export async function updateRole(ctx: Context, id: number, facts: RoleFacts): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const before = await findCustom(ctx, id)
    // Who may not hold what the role holds may not take it from others either.
    guardPermissions(ctx, before.permissions, 'permissions')
    const permissions = checkFacts(ctx, facts)
    const change = Object.fromEntries(Object.entries({ ...facts, permissions }).filter(([, value]) => value !== undefined))
    if (Object.keys(change).length === 0) return
    await orNameTaken(
      ctx.db
        .updateTable('roles')
        .set({ ...change, updatedAt: ctx.now() })
        .where('tenantId', '=', ctx.tenantId)
        .where('id', '=', id)
        .execute(),
    )
    await audit(ctx, 'role.updated', ['rol', id], {
      name: before.name,
      ...(permissions
        ? {
            added: permissions.filter((one) => !before.permissions.includes(one)),
            removed: before.permissions.filter((one) => !permissions.includes(one)),
          }
        : {}),
      fields: Object.keys(change),
    })
  })
  forgetCallers(ctx, ctx.tenantId)
}

export function deleteRole(ctx: Context, id: number): Promise<void> {
  return inTransaction(ctx, async (ctx) => {
    const { name } = await findCustom(ctx, id)
    const holder = await ctx.db
      .selectFrom('employees')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('roleId', '=', id)
      .limit(1)
      .executeTakeFirst()
    if (holder) throw appError('role.in_use', { status: 409, message: 'Somebody has this role. Give them another one first.' })
    await ctx.db.deleteFrom('roles').where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    await audit(ctx, 'role.deleted', ['rol', id], { name })
  })
}

async function findCustom(ctx: Context, id: number): Promise<{ name: string | null; permissions: string[] }> {
  const found = await ctx.db
    .selectFrom('roles')
    .select(['preset', 'name', 'permissions'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (!found) throw notFound('role')
  if (found.preset !== null)
    throw appError('role.preset_fixed', { status: 409, message: 'Presets cannot be changed; copy this one to a new role.' })
  return found
}

/** → the permissions without repetition. */
function checkFacts(ctx: Context, facts: RoleFacts): string[] | undefined {
  if (facts.name !== undefined && presetNames.has(facts.name)) throw nameTaken()
  if (facts.scope !== undefined) guardScope(ctx, facts.scope)
  if (!facts.permissions) return undefined
  for (const [index, name] of facts.permissions.entries())
    if (!isPermission(name))
      throw appError('role.unknown_permission', { message: `There is no permission ${name.slice(0, 60)}.`, field: `permissions.${index}` })
  guardPermissions(ctx, facts.permissions, 'permissions')
  return [...new Set(facts.permissions)]
}

const presetNames = new Set<string>(Object.values(presets).flatMap(({ zh, en }) => [zh, en]))

const nameTaken = (cause?: unknown) =>
  appError('role.name_taken', { status: 409, message: 'There is a role of this name.', field: 'name', cause })

async function orNameTaken<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if ((error as { constraint?: string }).constraint === 'roles_name') throw nameTaken(error)
    throw error
  }
}
