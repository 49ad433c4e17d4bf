import type { Context } from '#platform/context.ts'
import { readStores } from '../../stores/dirty.ts'
import { idsOf } from './bits.ts'
import { membersOf } from './members.ts'
import { momentOf, resolveSaved } from './resolve.ts'

type Names = { personOf(name: string, field: string): number }

/** Who is in a saved segment now, whoever asks; what the asker may see is for the report to say. */
export async function segmentPersons(ctx: Context, id: string, zone: string, names: Names, field: string): Promise<number[]> {
  const { currency } = await ctx.db.selectFrom('tenants').select('currency').where('id', '=', ctx.tenantId).executeTakeFirstOrThrow()
  const moment = momentOf(ctx, zone, currency, undefined)
  const node = await resolveSaved({ ctx, moment, personOf: names.personOf, within: [] }, id, field)
  return idsOf(await membersOf({ ctx, moment, stores: await readStores(ctx) }, node))
}
