import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { internalId } from '#platform/ids.ts'
import { defaultSettings } from './defaults.ts'
import { type StageSettings, stageSettings, stages } from './schema.ts'

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

/** The journeys that are named as SOPs are there. */
export async function requireJourneys(ctx: Context, { sops }: StageSettings): Promise<void> {
  for (const stage of stages) {
    const journey = sops[stage]?.journey
    if (journey === undefined) continue
    const found = await ctx.db
      .selectFrom('journeys')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', idOf(ctx, journey))
      .executeTakeFirst()
    if (!found) throw appError('stage_rules.journey_unknown', { message: 'No such journey.', field: `sops.${stage}.journey` })
  }
}

/** Nobody has the number nought. */
function idOf(ctx: Context, journey: string): number {
  try {
    return internalId(ctx, 'jny', journey)
  } catch {
    return 0
  }
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
