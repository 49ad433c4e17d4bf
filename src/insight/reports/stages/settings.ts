import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { defaultSettings } from './defaults.ts'
import { type StageSettings, stageSettings } from './schema.ts'

/** As documents that were sent: filters are kept as they were written. */
export type WrittenSettings = Record<string, unknown>

/** The company's own settings, or the product's. A saved document that no longer fits is as good as none. */
export async function readStageSettings(
  ctx: Context,
): Promise<{ settings: StageSettings; written: WrittenSettings; changedAt: Date | null }> {
  const row = await ctx.db
    .selectFrom('stageRules')
    .select(['document', 'changedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .executeTakeFirst()
  const saved = stageSettings.safeParse(row?.document)
  return row && saved.success
    ? { settings: saved.data, written: row.document as WrittenSettings, changedAt: row.changedAt }
    : { settings: defaultSettings, written: defaultSettings, changedAt: null }
}

export const saveStageSettings = (ctx: Context, written: WrittenSettings): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const facts = {
      document: JSON.stringify(written),
      changedBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
      changedAt: ctx.now(),
    }
    await ctx.db
      .insertInto('stageRules')
      .values({ tenantId: ctx.tenantId, ...facts })
      .onConflict((conflict) => conflict.column('tenantId').doUpdateSet(facts))
      .execute()
    await audit(ctx, 'stage_rules.changed', undefined, {})
  })
