import { sql } from 'kysely'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import type { Databases } from '#platform/database.ts'
import { inTransaction } from '#platform/events/emit.ts'
import type { PersonReference, ResolvePersons } from '#platform/events/loader.ts'
import { identifyMany } from './commands.ts'
import { takeCustomerIds } from './customer-ids.ts'
import type { Identity } from './schema.ts'

/** Originals of references never change, so what was read once may be kept as long as there is room. */
const mostKnown = 500_000

type Kind = 'person' | 'device'

const caches = new WeakMap<Databases, Map<string, number>>()

/**
 * The loader's question: who are these? Known references come from memory, unknown ones are made set by set. A reference
 * with person and device is the person; the device's visitor becomes that person if nobody else is it yet.
 */
export const resolvePersons =
  (installation: Installation): ResolvePersons =>
  async (tenantId, asked) => {
    const references = asked.map(tidy)
    const cache = caches.get(installation.databases) ?? new Map<string, number>()
    caches.set(installation.databases, cache)
    const ctx = createContext(installation, tenantId, systemActor, 'loader')
    await learn(ctx, cache, 'person', unknown(cache, tenantId, 'person', references))
    await attachDevices(ctx, cache, references)
    await learn(
      ctx,
      cache,
      'device',
      unknown(
        cache,
        tenantId,
        'device',
        references.filter(({ person }) => person === undefined),
      ),
    )
    const ids = references.map(({ person, device }) => {
      const [kind, value]: [Kind, string | undefined] = person === undefined ? ['device', device] : ['person', person]
      return value === undefined ? 0 : (cache.get(cacheKey(tenantId, kind, value)) ?? 0)
    })
    forget(cache)
    return ids
  }

/** As the identities table keeps them; an empty name names nobody. */
function tidy({ person, device }: PersonReference): PersonReference {
  const [p, d] = [person, device].map((text) => text?.trim().slice(0, 200).toWellFormed())
  return { ...(p ? { person: p } : {}), ...(d ? { device: d } : {}) }
}

const cacheKey = (tenantId: number, kind: Kind | 'both', value: string): string => `${tenantId} ${kind} ${value}`

const unknown = (cache: Map<string, number>, tenantId: number, kind: Kind, references: readonly PersonReference[]): string[] => [
  ...new Set(
    references.flatMap((reference) =>
      reference[kind] === undefined || cache.has(cacheKey(tenantId, kind, reference[kind])) ? [] : [reference[kind]],
    ),
  ),
]

/** One statement a set: whoever is there is read, the rest is made; a maker who was quicker is read afterwards. */
async function learn(ctx: Context, cache: Map<string, number>, kind: Kind, values: readonly string[]): Promise<void> {
  if (values.length === 0) return
  let missing = values
  const found = new Map<string, number>()
  while (missing.length > 0) {
    for (const [value, id] of await read(ctx, kind, missing)) found.set(value, id)
    missing = missing.filter((value) => !found.has(value))
    if (missing.length > 0) for (const [value, id] of await create(ctx, kind, missing)) found.set(value, id)
    missing = missing.filter((value) => !found.has(value))
  }
  for (const [value, id] of found) cache.set(cacheKey(ctx.tenantId, kind, value), id)
}

async function read(ctx: Context, kind: Kind, values: readonly string[]): Promise<[string, number][]> {
  const { rows } = await sql<{ value: string; customerId: number }>`
    select i.value, i.customer_id from unnest(${values}::text[]) as asked(value)
    join identities i on i.tenant_id = ${ctx.tenantId} and i.kind = ${kind} and i.value = asked.value and i.scope = ''`.execute(ctx.db)
  return rows.map((row) => [row.value, row.customerId])
}

async function create(ctx: Context, kind: Kind, values: readonly string[]): Promise<[string, number][]> {
  const ids = await takeCustomerIds(ctx, values.length)
  const { rows } = await inTransaction(ctx, (ctx) =>
    sql<{ value: string; customerId: number }>`
      with named as (
        insert into identities (tenant_id, kind, value, customer_id, created_at)
        select ${ctx.tenantId}, ${kind}, value, id, ${ctx.now()} from unnest(${values}::text[], ${ids}::int[]) as n(value, id) order by value
        on conflict do nothing returning value, customer_id
      ),
      made as (
        insert into customers (tenant_id, id, canonical_id, created_at, added_at, listed)
        select ${ctx.tenantId}, customer_id, customer_id, ${ctx.now()}, ${ctx.now()}, ${kind === 'person'} from named
      )
      select value, customer_id from named`.execute(ctx.db),
  )
  return rows.map((row) => [row.value, row.customerId])
}

/** Devices somebody logged in on; each pair is looked at once. */
async function attachDevices(ctx: Context, cache: Map<string, number>, references: readonly PersonReference[]): Promise<void> {
  const pairs = new Map<string, Identity[]>()
  for (const { person, device } of references) {
    if (person === undefined || device === undefined) continue
    const key = cacheKey(ctx.tenantId, 'both', `${person}\u0000${device}`)
    if (!cache.has(key))
      pairs.set(key, [
        { kind: 'person', value: person },
        { kind: 'device', value: device },
      ])
  }
  if (pairs.size === 0) return
  await identifyMany(
    ctx,
    [...pairs.values()].map((identities) => ({ identities })),
    'events',
  )
  for (const key of pairs.keys()) cache.set(key, 1)
}

/** The oldest entries go first; the map keeps the order of insertion. */
function forget(cache: Map<string, number>): void {
  for (const key of cache.keys()) {
    if (cache.size <= mostKnown) break
    cache.delete(key)
  }
}
