import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import type { InsightSettingsPatch } from './schema.ts'

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

export const changeInsightSettings = (ctx: Context, patch: InsightSettingsPatch): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { acts, silentDays, scores } = patch
    const changed = {
      ...(acts === undefined ? {} : { acts: json(acts) }),
      ...(silentDays === undefined ? {} : { silentDays }),
      ...(scores === undefined ? {} : { scores: json(scores) }),
      changedBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
      changedAt: ctx.now(),
    }
    await ctx.db
      .insertInto('insightSettings')
      .values({ tenantId: ctx.tenantId, ...changed })
      .onConflict((conflict) => conflict.column('tenantId').doUpdateSet(changed))
      .execute()
    await audit(ctx, 'insight_settings.changed', undefined, patch)
  })
