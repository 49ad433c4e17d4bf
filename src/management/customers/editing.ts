import { sql } from 'kysely'
import type { z } from 'zod'
import { customerUpdated } from '#management/events.ts'
import { identify } from '#management/identity/commands.ts'
import { refreshCustomers } from '#management/identity/groups.ts'
import type { Identity } from '#management/identity/schema.ts'
import { storedIdentity } from '#management/identity/values.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { checkAttributes } from './attributes.ts'
import type { CustomerPatch, NewCustomer, NewLink } from './schema.ts'

/** A customer by hand. A phone or member number that somebody has already is refused rather than merged. */
export const createCustomer = (
  ctx: Context,
  { phone, memberNo, attributes = {}, ...facts }: z.infer<typeof NewCustomer>,
): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    const values = await checkAttributes(ctx, attributes)
    const identities: Identity[] = [
      ...(phone ? [{ kind: 'phone' as const, value: phone }] : []),
      ...(memberNo ? [{ kind: 'member_no' as const, value: memberNo }] : []),
    ]
    for (const identity of identities) await refuseTaken(ctx, identity)
    const known = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined && value !== ''))
    return identify(ctx, identities, { ...known, attributes: values as Record<string, string | number | boolean> }, 'manual')
  })

async function refuseTaken(ctx: Context, identity: Identity): Promise<void> {
  const { kind, value, scope } = storedIdentity(ctx, identity)
  const taken = await ctx.db
    .selectFrom('identities')
    .select('customerId')
    .where('tenantId', '=', ctx.tenantId)
    .where('kind', '=', kind)
    .where('value', '=', value)
    .where('scope', '=', scope)
    .executeTakeFirst()
  if (taken)
    throw appError('customer.exists', {
      status: 409,
      message: 'A customer with this number exists already.',
      field: kind === 'phone' ? 'phone' : 'memberNo',
    })
}

/** What an employee says about a customer stands above what sources say about those merged into it. Null clears. */
export const updateCustomer = (ctx: Context, canonical: number, { attributes = {}, ...patch }: CustomerPatch): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const values = await checkAttributes(ctx, attributes)
    const fields = Object.entries(patch).filter(([, value]) => value !== undefined)
    if (fields.length + Object.keys(values).length === 0) return
    const set = Object.fromEntries(fields.map(([key, value]) => [key, value ?? '']))
    await sql`insert into customer_facts (tenant_id, customer_id, at) values (${ctx.tenantId}, ${canonical}, ${ctx.now()}) on conflict do nothing`.execute(
      ctx.db,
    )
    await ctx.db
      .updateTable('customerFacts')
      .set({ ...set, attributes: sql`attributes || ${JSON.stringify(values)}::jsonb`, at: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('customerId', '=', canonical)
      .execute()
    await refreshCustomers(ctx, [canonical])
    const names = [...fields.map(([key]) => key), ...Object.keys(values).map((key) => `attributes.${key}`)]
    emit(ctx, customerUpdated, { customerId: canonical, properties: { fields: names, by: ctx.actor.name } })
    await audit(ctx, 'customers.update', ['cus', canonical], { fields: names })
  })

/** The same attributes said about many at once, by something that keeps its own record of why. Null clears. */
export const setAttributes = (
  ctx: Context,
  customerIds: readonly number[],
  attributes: NonNullable<CustomerPatch['attributes']>,
): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const values = await checkAttributes(ctx, attributes)
    const { rows } = await sql<{ customerId: number }>`
      insert into customer_facts as f (tenant_id, customer_id, attributes, at)
      select distinct ${ctx.tenantId}::int, c.canonical_id, ${JSON.stringify(values)}::jsonb, ${ctx.now()}::timestamptz
      from customers c where c.tenant_id = ${ctx.tenantId} and c.id = any(${[...customerIds]}::int[]) order by 2
      on conflict (tenant_id, customer_id) do update set attributes = f.attributes || excluded.attributes, at = excluded.at
        where f.attributes || excluded.attributes is distinct from f.attributes
      returning customer_id`.execute(ctx.db)
    const changed = rows.map(({ customerId }) => customerId)
    await refreshCustomers(ctx, changed)
    const fields = Object.keys(values).map((key) => `attributes.${key}`)
    for (const customerId of changed) emit(ctx, customerUpdated, { customerId, properties: { fields, by: ctx.actor.name } })
  })

/** Companies with their people, households with their members. Linking twice is the same as once. */
export const linkCustomers = (
  ctx: Context,
  { fromId, toId, kind, note }: Omit<z.infer<typeof NewLink>, 'to'> & { fromId: number; toId: number },
): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    if (fromId === toId) throw appError('customer.link_to_self', { message: 'A customer cannot be linked with itself.', field: 'to' })
    await ctx.db
      .insertInto('customerLinks')
      .values({ tenantId: ctx.tenantId, fromId, toId, kind, note: note ?? null })
      .onConflict((conflict) => conflict.columns(['tenantId', 'fromId', 'toId', 'kind']).doUpdateSet({ note: note ?? null }))
      .execute()
  })

export const unlinkCustomers = (
  ctx: Context,
  { from, to, kind }: { from: readonly number[]; to: readonly number[]; kind: string },
): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { numAffectedRows } = await sql`
      delete from customer_links where tenant_id = ${ctx.tenantId} and kind = ${kind} and from_id = any(${[...from]}::int[]) and to_id = any(${[...to]}::int[])`.execute(
      ctx.db,
    )
    if (Number(numAffectedRows) === 0) throw notFound('customer_link')
  })
