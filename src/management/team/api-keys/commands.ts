import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { forgetCallers } from '../authenticate.ts'
import { isPermission } from '../permissions.ts'
import { guardPermissions } from '../rank.ts'
import { hashToken, makeToken } from '../tokens.ts'

export type KeyFacts = { name: string; scopes: string[]; expiresAt?: Date | undefined; public?: boolean | undefined }

/** A key acts for whoever makes it and never may more than they may at that moment; a public one acts for nobody and only sends events. */
export function createApiKey(ctx: Context, facts: KeyFacts): Promise<{ id: number; key: string }> {
  for (const [index, scope] of facts.scopes.entries())
    if (!isPermission(scope))
      throw appError('api_key.unknown_scope', { message: `There is no permission ${scope.slice(0, 60)}.`, field: `scopes.${index}` })
  guardPermissions(ctx, facts.scopes, 'scopes')
  if (facts.public && facts.scopes.some((scope) => scope !== 'events.write'))
    throw appError('api_key.public_scope', { message: 'A public key may hold events.write only.', field: 'scopes' })
  if (facts.expiresAt && facts.expiresAt <= ctx.now())
    throw appError('api_key.expiry_past', { message: 'expiresAt lies in the past.', field: 'expiresAt' })
  const key = makeToken(facts.public ? 'llp' : 'llk', ctx.tenantId)
  return inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('apiKeys')
      .values({
        tenantId: ctx.tenantId,
        name: facts.name,
        hint: key.slice(-4),
        keyHash: hashToken(key),
        scopes: [...new Set(facts.scopes)],
        public: facts.public ?? false,
        employeeId: facts.public ? null : await employeeBehind(ctx),
        createdAt: ctx.now(),
        expiresAt: facts.expiresAt ?? null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(ctx, 'api_key.created', ['api', id], { name: facts.name, scopes: facts.scopes, public: facts.public ?? false })
    return { id, key }
  })
}

export async function deleteApiKey(ctx: Context, id: number): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const gone = await ctx.db
      .deleteFrom('apiKeys')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('name')
      .executeTakeFirst()
    if (!gone) throw notFound('api_key')
    await audit(ctx, 'api_key.deleted', ['api', id], { name: gone.name })
  })
  forgetCallers(ctx, ctx.tenantId)
}

/** A key made with a key acts for the same employee. */
async function employeeBehind(ctx: Context): Promise<number> {
  if (ctx.actor.kind === 'employee') return ctx.actor.id
  const own = await ctx.db
    .selectFrom('apiKeys')
    .select('employeeId')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', ctx.actor.id)
    .executeTakeFirst()
  if (!own?.employeeId)
    throw appError('api_key.nobody', { status: 403, message: 'Only an employee, or a key that acts for one, can make a key.' })
  return own.employeeId
}
