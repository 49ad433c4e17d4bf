import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { requireAllCustomers } from '../metrics/commands.ts'
import type { SendingCostBody } from './schema.ts'

export type Sending = { source: 'message' | 'journey'; id: number }

/** Writes down what a message or journey costs, in place of what stood there. That it exists is known by whoever calls. */
export const recordCost = (ctx: Context, { source, id }: Sending, { currency, items }: SendingCostBody): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    // Whoever sees some of the customers would write over what they cannot see.
    requireAllCustomers(ctx)
    const own = await ctx.db.selectFrom('tenants').select('currency').where('id', '=', ctx.tenantId).executeTakeFirstOrThrow()
    await ctx.db
      .deleteFrom('sendingCosts')
      .where('tenantId', '=', ctx.tenantId)
      .where('source', '=', source)
      .where('sourceId', '=', id)
      .execute()
    const facts = {
      ...{ tenantId: ctx.tenantId, source, sourceId: id, currency: currency ?? own.currency },
      changedBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
      changedAt: ctx.now(),
    }
    if (items.length > 0)
      await ctx.db
        .insertInto('sendingCosts')
        .values(items.map((item) => ({ ...facts, ...item })))
        .execute()
    await audit(ctx, `${source}.cost_recorded`, [source === 'message' ? 'msg' : 'jny', id], { currency: facts.currency, items })
  })
