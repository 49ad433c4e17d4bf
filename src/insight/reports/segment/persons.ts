import type { Context } from '#platform/context.ts'
import { readStores } from '../../stores/dirty.ts'
import { idsOf } from './bits.ts'
import { membersOf } from './members.ts'
import type { Node } from './node.ts'
import { momentOf, type Resolving, resolveRule, resolveSaved } from './resolve.ts'
import type { Rule } from './rule.ts'

type Names = { personOf(name: string, field: string): number }

/** Who is in a saved segment now, whoever asks; what the asker may see is for the report to say. */
export const segmentPersons = (ctx: Context, id: string, zone: string, names: Names, field: string): Promise<number[]> =>
  personsOf(ctx, zone, names, (resolving) => resolveSaved(resolving, id, field))

/** Whom a rule holds for now, likewise. */
export const rulePersons = (ctx: Context, rule: Rule, zone: string, names: Names): Promise<number[]> =>
  personsOf(ctx, zone, names, (resolving) => resolveRule(resolving, rule, 'people'))

async function personsOf(ctx: Context, zone: string, names: Names, resolve: (resolving: Resolving) => Promise<Node>): Promise<number[]> {
  const { currency } = await ctx.db.selectFrom('tenants').select('currency').where('id', '=', ctx.tenantId).executeTakeFirstOrThrow()
  const moment = momentOf(ctx, zone, currency, undefined)
  const node = await resolve({ ctx, moment, personOf: names.personOf, within: [] })
  return idsOf(await membersOf({ ctx, moment, stores: await readStores(ctx) }, node))
}
