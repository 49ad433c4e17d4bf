import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { lockGroups } from './groups.ts'
import type { Identity } from './schema.ts'
import type { StoredIdentity } from './values.ts'

// External user ids are unique within a corp only. Whoever has one from WeCom knows the corp and says it as scope (the CorpID);
// a shop or a file does not.

const kind = 'wecom_external_userid'

/** Identities with the corp of external user ids found out: the one that knows the id, else the tenant's only one. */
export async function withCorps<Row extends { identities: readonly Identity[] }>(ctx: Context, list: readonly Row[]): Promise<Row[]> {
  const isBare = (identity: Identity) => identity.kind === kind && !identity.scope
  const bare = [...new Set(list.flatMap(({ identities }) => identities.filter(isBare).map(({ value }) => value.trim())))]
  if (bare.length === 0) return [...list]
  const scopes = await scopesOf(ctx, bare)
  return list.map((row) => ({
    ...row,
    identities: row.identities.map((identity) =>
      isBare(identity) ? { ...identity, scope: scopes.get(identity.value.trim()) ?? '' } : identity,
    ),
  }))
}

/** Ids that two corps know stay without: nobody can say whose was meant. */
async function scopesOf(ctx: Context, values: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ value: string; scope: string | null }>`
    select asked.value, coalesce(k.scope, case when k.corps is null then sole.corp_id end) as scope
    from unnest(${values}::text[]) as asked(value)
    left join lateral (
      select count(*) as corps, case when count(*) = 1 then min(i.scope) end as scope from identities i
      where i.tenant_id = ${ctx.tenantId} and i.kind = ${kind} and i.value = asked.value and i.scope <> '' having count(*) > 0
    ) k on true
    left join (select min(corp_id) as corp_id from wecom_corps where tenant_id = ${ctx.tenantId} having count(*) = 1) sole on true`.execute(
    ctx.db,
  )
  return new Map(rows.flatMap(({ value, scope }) => (scope === null ? [] : [[value, scope]])))
}

/**
 * An id that an order named before its corp was known here belongs to the first corp that shows it, unless that person already
 * has another id there.
 */
export async function claimForCorps(ctx: Context, identities: readonly StoredIdentity[]): Promise<void> {
  const asked = identities.filter((identity) => identity.kind === kind && identity.scope !== '')
  if (asked.length === 0) return
  const values = sql`unnest(${asked.map(({ scope }) => scope)}::text[], ${asked.map(({ value }) => value)}::text[]) as asked(scope, value)`
  const unclaimed = sql`
    select distinct on (asked.value) asked.scope, asked.value, i.customer_id, c.canonical_id from ${values}
    join identities i on i.tenant_id = ${ctx.tenantId} and i.kind = ${kind} and i.value = asked.value and i.scope = ''
    join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    where not exists (select from identities o where o.tenant_id = i.tenant_id and o.kind = i.kind and o.value = i.value and o.scope <> '')
      and not exists (select from customers m join identities o on o.tenant_id = m.tenant_id and o.customer_id = m.id and o.kind = i.kind and o.scope = asked.scope
        where m.tenant_id = i.tenant_id and m.canonical_id = c.canonical_id)
    order by asked.value`
  const { rows } = await sql<{ canonicalId: number }>`${unclaimed}`.execute(ctx.db)
  if (rows.length === 0) return
  await lockGroups(
    ctx,
    rows.map(({ canonicalId }) => canonicalId),
  )
  await sql`
    insert into identities (tenant_id, kind, scope, value, customer_id, created_at)
    select ${ctx.tenantId}, ${kind}, u.scope, u.value, u.customer_id, ${ctx.now()} from (${unclaimed}) u on conflict do nothing`.execute(
    ctx.db,
  )
}
