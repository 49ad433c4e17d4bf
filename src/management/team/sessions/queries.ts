import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { roleFacts } from '../presets.ts'
import type { Session } from './schema.ts'

/** What the console needs to know about who is here. A key speaks as itself. */
export async function describeSession(ctx: Context): Promise<Session> {
  const [tenant, employee] = await Promise.all([
    ctx.db
      .selectFrom('tenants')
      .select(['name', 'timezone', 'currency', 'weekStart', 'language'])
      .where('id', '=', ctx.tenantId)
      .executeTakeFirstOrThrow(),
    ctx.actor.kind === 'employee' ? readEmployee(ctx) : undefined,
  ])
  const { language: tenantLanguage, ...rest } = tenant
  const language = (employee?.language ?? tenantLanguage) === 'en' ? 'en' : 'zh'
  const role = employee && roleFacts(employee, language)
  return {
    employee: {
      id: publicId(ctx, ctx.actor.kind === 'employee' ? 'emp' : 'api', ctx.actor.id),
      name: ctx.actor.name,
      avatar: employee?.avatar ?? null,
      role: employee && role ? { id: publicId(ctx, 'rol', employee.roleId), name: role.name } : null,
      permissions: [...ctx.actor.permissions],
      scope: ctx.actor.scope === 'all' ? 'all' : ctx.actor.scope.map((id) => publicId(ctx, 'emp', id)),
      home: role?.home ?? '/',
    },
    tenant: { id: publicId(ctx, 'ten', ctx.tenantId), ...rest },
    language,
  }
}

const readEmployee = (ctx: Context) =>
  ctx.db
    .selectFrom('employees as e')
    .innerJoin('roles as r', (join) => join.onRef('r.tenantId', '=', 'e.tenantId').onRef('r.id', '=', 'e.roleId'))
    .select(['e.avatar', 'e.language', 'e.roleId', 'r.preset', 'r.name', 'r.permissions', 'r.home', 'r.scope'])
    .where('e.tenantId', '=', ctx.tenantId)
    .where('e.id', '=', ctx.actor.id)
    .executeTakeFirst()
