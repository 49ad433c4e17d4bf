import type { z } from 'zod'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { publicId, randomToken } from '#platform/ids.ts'
import { checkSignature } from '#platform/signature.ts'
import type { Shop } from './schema.ts'

/** Shop names of a file → ids; a name nobody has heard of becomes a shop. No name is the company's own: 0. */
export async function ensureShops(ctx: Context, names: ReadonlySet<string>): Promise<Map<string, number>> {
  const named = [...names].filter((name) => name !== '').sort()
  if (named.length === 0) return new Map()
  await ctx.db
    .insertInto('shops')
    .values(named.map((name) => ({ tenantId: ctx.tenantId, name, source: 'import', createdAt: ctx.now() })))
    .onConflict((conflict) => conflict.columns(['tenantId', 'name']).doNothing())
    .execute()
  const found = await ctx.db
    .selectFrom('shops')
    .select(['id', 'name'])
    .where('tenantId', '=', ctx.tenantId)
    .where('name', 'in', named)
    .execute()
  return new Map(found.map(({ id, name }) => [name, id]))
}

export async function listShops(ctx: Context): Promise<z.infer<typeof Shop>[]> {
  const rows = await ctx.db
    .selectFrom('shops')
    .select((eb) => ['id', 'name', 'source', 'createdAt', eb('secret', 'is not', null).as('hasSecret')])
    .where('tenantId', '=', ctx.tenantId)
    .where('archivedAt', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map(({ id, createdAt, hasSecret, ...row }) => ({
    ...row,
    id: publicId(ctx, 'shp', id),
    hookUrl: hookUrl(ctx, id),
    hasSecret: Boolean(hasSecret),
    createdAt: new Date(createdAt).toISOString(),
  }))
}

const hookUrl = (ctx: Context, id: number): string => `${ctx.config.publicUrl}/hooks/orders/${publicId(ctx, 'shp', id)}`

/** The secret is told once, here. */
export const createShop = (ctx: Context, name: string): Promise<{ id: number; secret: string }> =>
  inTransaction(ctx, async (ctx) => {
    const made = await ctx.db
      .insertInto('shops')
      .values({ tenantId: ctx.tenantId, name, source: 'webhook', createdAt: ctx.now() })
      .onConflict((conflict) => conflict.columns(['tenantId', 'name']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!made) throw appError('shop.name_taken', { status: 409, message: 'There is a shop of this name already.', field: 'name' })
    const secret = await newSecret(ctx, made.id)
    await audit(ctx, 'shop.created', ['shp', made.id], { name })
    return { id: made.id, secret }
  })

/** Renames, puts away, or gives a new secret; the old one stays good for a day, so that the shop can change over. */
export const changeShop = (
  ctx: Context,
  id: number,
  change: { name?: string | undefined; rotateSecret?: true | undefined; archived?: boolean | undefined },
): Promise<{ secret?: string }> =>
  inTransaction(ctx, async (ctx) => {
    const found = await ctx.db
      .selectFrom('shops')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!found) throw notFound('shop')
    if (change.name !== undefined || change.archived !== undefined)
      await ctx.db
        .updateTable('shops')
        .set({
          ...(change.name === undefined ? {} : { name: change.name }),
          ...(change.archived === undefined ? {} : { archivedAt: change.archived ? ctx.now() : null }),
        })
        .where('tenantId', '=', ctx.tenantId)
        .where('id', '=', id)
        .execute()
        .catch((cause) => {
          if ((cause as { code?: string }).code === '23505')
            throw appError('shop.name_taken', { status: 409, message: 'There is a shop of this name already.', field: 'name', cause })
          throw cause
        })
    const secret = change.rotateSecret ? await newSecret(ctx, id) : undefined
    await audit(ctx, 'shop.changed', ['shp', id], { ...change })
    return secret === undefined ? {} : { secret }
  })

const overlapMs = 24 * 3600_000

async function newSecret(ctx: Context, id: number): Promise<string> {
  const secret = randomToken()
  await ctx.db
    .updateTable('shops')
    .set((eb) => ({
      secret: ctx.secrets.seal(secret, ownerOf(ctx.tenantId, id)),
      previousSecret: eb.ref('secret'),
      previousSecretUntil: new Date(ctx.now().getTime() + overlapMs),
    }))
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .execute()
  return secret
}

const ownerOf = (tenantId: number, id: number): string => `shop ${tenantId} ${id}`

/** Throws unless `t=UNIX,v1=HEX` was made with this shop's secret over exactly this body, within five minutes. */
export async function checkShopSignature(ctx: Context, shopId: number, header: string | undefined, body: string): Promise<void> {
  const shop = await ctx.db
    .selectFrom('shops')
    .select(['secret', 'previousSecret', 'previousSecretUntil'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', shopId)
    .where('archivedAt', 'is', null)
    .executeTakeFirst()
  if (!shop?.secret) throw notFound('shop')
  const previous =
    shop.previousSecret && shop.previousSecretUntil && new Date(shop.previousSecretUntil) > ctx.now() ? [shop.previousSecret] : []
  const secrets = [shop.secret, ...previous].map((sealed) => ctx.secrets.open(sealed, ownerOf(ctx.tenantId, shopId)))
  checkSignature(secrets, header, body, ctx.now())
}
