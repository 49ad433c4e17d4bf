import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { type IdPrefix, publicId } from '#platform/ids.ts'
import { layerKeys } from './rules.ts'
import type { LayerPlan, LayerPlans, NamedPlan } from './schema.ts'

type Of = 'journeys' | 'tags' | 'employees'
const prefixes: Record<Of, IdPrefix> = { journeys: 'jny', tags: 'tag', employees: 'emp' }

/** Everything that the plans name is there. */
export async function requirePlans(ctx: Context, plans: LayerPlans): Promise<void> {
  const names = await namesIn(ctx, Object.values(plans))
  for (const key of layerKeys) {
    const { journey = '', tags = [], owner = '' } = plans[key] ?? {}
    const refuse = (what: string, field: string) =>
      appError('layers.plan_unknown', { message: `There is no such ${what}.`, field: `plans.${key}.${field}` })
    if (journey && !names.has(journey)) throw refuse('journey', 'journey')
    for (const [i, tag] of tags.entries()) if (!names.has(tag)) throw refuse('tag', `tags.${i}`)
    if (owner && !names.has(owner)) throw refuse('employee', 'owner')
  }
}

/** The plans with the names of what they name; what is gone by now is left out. */
export async function namePlans(ctx: Context, plans: LayerPlans): Promise<Partial<Record<keyof LayerPlans, NamedPlan>>> {
  const names = await namesIn(ctx, Object.values(plans))
  const named = (id: string) => {
    const name = names.get(id)
    return name === undefined ? null : { id, name }
  }
  return Object.fromEntries(
    Object.entries(plans).map(([key, { journey, tags, offer, owner }]) => [
      key,
      { journey: named(journey), tags: tags.flatMap((tag) => named(tag) ?? []), offer, owner: named(owner) },
    ]),
  )
}

async function namesIn(ctx: Context, plans: readonly LayerPlan[]): Promise<ReadonlyMap<string, string>> {
  const asked: Record<Of, string[]> = {
    journeys: plans.map(({ journey }) => journey),
    tags: plans.flatMap(({ tags }) => tags),
    employees: plans.map(({ owner }) => owner),
  }
  const found = await Promise.all((['journeys', 'tags', 'employees'] as const).map((of) => namesOf(ctx, of, asked[of])))
  return new Map(found.flat())
}

async function namesOf(ctx: Context, of: Of, texts: readonly string[]): Promise<[id: string, name: string][]> {
  const ids = texts.flatMap((text) => ctx.ids.decode(ctx.tenantId, prefixes[of], text) ?? [])
  if (ids.length === 0) return []
  const rows = await ctx.db.selectFrom(of).select(['id', 'name']).where('tenantId', '=', ctx.tenantId).where('id', 'in', ids).execute()
  return rows.map(({ id, name }) => [publicId(ctx, prefixes[of], id), name])
}
