import { sql } from 'kysely'
import { customerCreated } from '#management/events.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { claimForCorps, withCorps } from './corp-scopes.ts'
import { takeCustomerIds } from './customer-ids.ts'
import { lockGroups, mergeAll, readGroups, readReviewedPairs, refreshCustomers } from './groups.ts'
import { groupsAtStake, type Known, type Plan, type PlanRow, planIdentities } from './plan.ts'
import type { CustomerFacts, Identity, IdentityKind } from './schema.ts'
import { identityKey, type StoredIdentity, sealPhone, storedIdentities } from './values.ts'

export type Identified = {
  identities: readonly Identity[]
  facts?: CustomerFacts
  /** When the source says that somebody new came; now when it does not say. */
  since?: Date
  /** Of which kind the identity is that the row is about, where the others may turn out to be somebody else's. */
  about?: IdentityKind
}

/**
 * Finds or makes the customer whom these identities name, strongest first, and tells it what the source knows. The id is the
 * original's: facts stored under it stay with this person whatever is merged or undone later.
 */
export async function identify(
  ctx: Context,
  identities: readonly Identity[],
  facts: CustomerFacts = {},
  source = 'system',
): Promise<number> {
  const [id = 0] = await identifyMany(ctx, [{ identities, facts }], source)
  return id
}

/** The same for many at once, set by set; the result has the order of the list. Rows without identities get a customer of their own. */
export async function identifyMany(ctx: Context, list: readonly Identified[], source = 'system'): Promise<number[]> {
  const named = await withCorps(ctx, list)
  const rows = named.map(({ identities, about }) => ({ identities: storedIdentities(ctx, identities), about }))
  return inTransaction(ctx, async (ctx) => {
    await claimForCorps(
      ctx,
      rows.flatMap(({ identities }) => identities),
    )
    const { customers, created } = await carryOut(
      ctx,
      rows,
      list.map(({ facts }) => facts ?? {}),
    )
    for (const { id, facts } of created) {
      const since = list[customers.indexOf(id)]?.since
      const at = since && since < ctx.now() ? { at: since } : {}
      emit(ctx, customerCreated, { customerId: id, ...at, properties: { source, ...(facts.name ? { name: facts.name } : {}) } })
    }
    return customers
  })
}

type Created = { id: number; facts: CustomerFacts; identities: StoredIdentity[] }

/** Plans on what is stored and carries the plan out, again from the start whenever somebody else was quicker. */
async function carryOut(
  ctx: Context,
  rows: readonly PlanRow[],
  facts: readonly CustomerFacts[],
): Promise<{ customers: number[]; created: Created[] }> {
  const locked = new Set<number>()
  for (;;) {
    const plan = await makePlan(ctx, rows)
    const unlocked = [...plan.changed].filter((group) => !locked.has(group))
    if (unlocked.length > 0) {
      await lockGroups(ctx, unlocked)
      for (const group of unlocked) locked.add(group)
      continue
    }
    const numbered = withIds(plan, await takeCustomerIds(ctx, plan.created))
    await sql`savepoint identities`.execute(ctx.db)
    if (await insertIdentities(ctx, numbered.attached))
      return { customers: numbered.rows, created: await write(ctx, numbered, factsByCustomer(numbered.rows, facts)) }
    await sql`rollback to savepoint identities`.execute(ctx.db)
  }
}

type NumberedPlan = Omit<Plan, 'created'> & { created: number[] }

function withIds(plan: Plan, created: number[]): NumberedPlan {
  const idOf = (planned: number): number => (planned > 0 ? planned : (created[-1 - planned] ?? 0))
  return {
    ...plan,
    created,
    rows: plan.rows.map(idOf),
    attached: plan.attached.map(({ identity, customer }) => ({ identity, customer: idOf(customer) })),
    merges: plan.merges.map((one) => ({ ...one, keep: idOf(one.keep), merge: idOf(one.merge) })),
    reviews: plan.reviews.map((one) => ({ ...one, first: idOf(one.first), second: idOf(one.second) })),
  }
}

async function makePlan(ctx: Context, rows: readonly PlanRow[]): Promise<Plan> {
  const known = await findKnown(
    ctx,
    rows.flatMap(({ identities }) => identities),
  )
  const groups = await readGroups(ctx, [...groupsAtStake(rows, known)])
  const reviewed = await readReviewedPairs(
    ctx,
    groups.flatMap(({ members }) => members),
  )
  return planIdentities(rows, known, groups, reviewed)
}

async function findKnown(ctx: Context, identities: readonly StoredIdentity[]): Promise<Map<string, Known>> {
  if (identities.length === 0) return new Map()
  const { rows } = await sql<{ kind: string; scope: string; value: string; original: number; canonical: number }>`
    select i.kind, i.scope, i.value, i.customer_id as original, c.canonical_id as canonical
    from unnest(${column(identities, 'kind')}::text[], ${column(identities, 'scope')}::text[], ${column(identities, 'value')}::text[]) as asked(kind, scope, value)
    join identities i on i.tenant_id = ${ctx.tenantId} and i.kind = asked.kind and i.value = asked.value and i.scope = asked.scope
    join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id`.execute(ctx.db)
  return new Map(rows.map((row) => [identityKey(row), { original: row.original, canonical: row.canonical }]))
}

async function write(ctx: Context, plan: NumberedPlan, facts: ReadonlyMap<number, CustomerFacts>): Promise<Created[]> {
  const identities = Map.groupBy(plan.attached, ({ customer }) => customer)
  const created = plan.created.map((id) => ({
    id,
    facts: facts.get(id) ?? {},
    identities: (identities.get(id) ?? []).map(({ identity }) => identity),
  }))
  await insertCustomers(ctx, created)
  const changed = await tellFacts(ctx, facts)
  if (plan.reviews.length > 0) await insertReviews(ctx, plan.reviews)
  await mergeAll(ctx, plan.merges)
  const fresh = new Set(plan.created)
  await refreshCustomers(
    ctx,
    [...changed, ...identities.keys()].filter((id) => !fresh.has(id)),
  )
  return created
}

/** New rows are written with what they show, as refresh_customers() would find it. */
async function insertCustomers(ctx: Context, created: readonly Created[]): Promise<void> {
  if (created.length === 0) return
  const rows = created.map(({ id, facts, identities }) => {
    const search = searchText(facts, identities)
    return {
      id,
      listed: identities.some(({ kind }) => kind !== 'device') || Object.keys(facts).length > 0,
      ...facts,
      attributes: facts.attributes ?? {},
      phone: identities.some(({ kind }) => kind === 'phone'),
      search,
      pairs: letterPairs(search),
    }
  })
  await sql`
    with made as (
      insert into customers (tenant_id, id, canonical_id, created_at, added_at, listed, name, avatar, gender, kind, company, position, attributes, has_phone, search, search_pairs)
      select ${ctx.tenantId}, id, id, ${ctx.now()}, ${ctx.now()}, listed, name, avatar, gender, coalesce(kind, 'person'), company, position, attributes, phone, search, pairs
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as n(id int, listed boolean, name text, avatar text, gender text, kind text, company text, position text, attributes jsonb, phone boolean, search text, pairs text)
      returning id, attributes, gender, kind
    )
    insert into person_changes (tenant_id, customer_id) select ${ctx.tenantId}, id from made where attributes <> '{}' or gender is not null or kind <> 'person'`.execute(
    ctx.db,
  )
}

const searchText = ({ name, company }: CustomerFacts, identities: readonly StoredIdentity[]): string =>
  [name, company, ...identities.map(({ kind, masked }) => (kind === 'phone' ? masked?.slice(-4) : undefined))]
    .filter(Boolean)
    .join(' ')
    .toLowerCase()

/** The same as letter_pairs() in SQL, in any order. */
function letterPairs(text: string): string {
  const letters = [...text].slice(0, 2000)
  return [...new Set(letters.slice(1).map((letter, i) => `${letters[i]}${letter}`))].join('\u0001')
}

/** In one order for everybody, so that two writers of the same identities wait for each other instead of deadlocking. */
async function insertIdentities(ctx: Context, attached: readonly { identity: StoredIdentity; customer: number }[]): Promise<boolean> {
  if (attached.length === 0) return true
  const identities = attached.map(({ identity }) => identity)
  const { numAffectedRows } = await sql`
    insert into identities (tenant_id, kind, scope, value, customer_id, sealed, masked, created_at)
    select ${ctx.tenantId}, kind, scope, value, customer, sealed, masked, ${ctx.now()}
    from unnest(${column(identities, 'kind')}::text[], ${column(identities, 'scope')}::text[], ${column(identities, 'value')}::text[],
      ${attached.map(({ customer }) => customer)}::int[], ${identities.map(({ secret }) => (secret === null ? null : sealPhone(ctx, secret)))}::bytea[], ${column(identities, 'masked')}::text[]) as n(kind, scope, value, customer, sealed, masked)
    order by kind, value, scope
    on conflict do nothing`.execute(ctx.db)
  return Number(numAffectedRows) === attached.length
}

const column = <Key extends keyof StoredIdentity>(identities: readonly StoredIdentity[], key: Key): StoredIdentity[Key][] =>
  identities.map((identity) => identity[key])

const insertReviews = (ctx: Context, reviews: Plan['reviews']) =>
  ctx.db
    .insertInto('mergeReviews')
    .values(
      reviews.map(({ first, second, reason }) => ({
        tenantId: ctx.tenantId,
        firstId: Math.min(first, second),
        secondId: Math.max(first, second),
        reason,
        createdAt: ctx.now(),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()

/** The last row about the same customer wins, field by field. Empty values say nothing. */
function factsByCustomer(customers: readonly number[], told: readonly CustomerFacts[]): Map<number, CustomerFacts> {
  const found = new Map<number, CustomerFacts>()
  customers.forEach((customer, row) => {
    const said: CustomerFacts = Object.fromEntries(
      Object.entries(told[row] ?? {}).filter(([, value]) => value !== undefined && value !== ''),
    )
    if (Object.keys(said).length === 0) return
    const before = found.get(customer)
    found.set(customer, {
      ...before,
      ...said,
      ...(before?.attributes || said.attributes ? { attributes: { ...before?.attributes, ...said.attributes } } : {}),
    })
  })
  return found
}

/** Returns those about whom this was news. */
async function tellFacts(ctx: Context, facts: ReadonlyMap<number, CustomerFacts>): Promise<number[]> {
  if (facts.size === 0) return []
  const rows = [...facts].sort(([a], [b]) => a - b).map(([customer, said]) => ({ customer, ...said, attributes: said.attributes ?? {} }))
  const changed = await sql<{ customerId: number }>`
    insert into customer_facts as f (tenant_id, customer_id, name, avatar, gender, kind, company, position, attributes, at)
    select ${ctx.tenantId}, n.customer, n.name, n.avatar, n.gender, n.kind, n.company, n.position, n.attributes, ${ctx.now()}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(customer int, name text, avatar text, gender text, kind text, company text, position text, attributes jsonb)
    on conflict (tenant_id, customer_id) do update set
      name = coalesce(excluded.name, f.name), avatar = coalesce(excluded.avatar, f.avatar), gender = coalesce(excluded.gender, f.gender), kind = coalesce(excluded.kind, f.kind),
      company = coalesce(excluded.company, f.company), position = coalesce(excluded.position, f.position), attributes = f.attributes || excluded.attributes, at = excluded.at
    where (coalesce(excluded.name, f.name), coalesce(excluded.avatar, f.avatar), coalesce(excluded.gender, f.gender), coalesce(excluded.kind, f.kind),
      coalesce(excluded.company, f.company), coalesce(excluded.position, f.position), f.attributes || excluded.attributes)
      is distinct from (f.name, f.avatar, f.gender, f.kind, f.company, f.position, f.attributes)
    returning customer_id`.execute(ctx.db)
  return changed.rows.map((row) => row.customerId)
}
