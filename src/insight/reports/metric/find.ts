import type { Selectable } from 'kysely'
import type { Context } from '#platform/context.ts'
import type { DB } from '#platform/database.generated.ts'
import { appError } from '#platform/errors.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { metricByKey } from './catalogue.ts'
import type { Metric } from './definition.ts'
import { OwnDefinition } from './own-schema.ts'

export type OwnRow = Pick<Selectable<DB['ownMetrics']>, 'id' | 'name' | 'definition' | 'ownerId'> & { ownerName?: string | null }

/** A metric of the dictionary by its key, or one of the company's own by its id. */
export async function findMetric(ctx: Context, key: string): Promise<Metric> {
  const known = metricByKey.get(key) ?? (key.startsWith('met_') ? await findOwn(ctx, key) : undefined)
  if (known) return known
  throw appError('metric.not_found', { status: 404, message: 'There is no such metric.', field: 'metric' })
}

async function findOwn(ctx: Context, key: string): Promise<Metric | undefined> {
  const row = await ctx.db
    .selectFrom('ownMetrics')
    .select(['id', 'name', 'definition', 'ownerId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', internalId(ctx, 'met', key))
    .executeTakeFirst()
  return row && ownMetric(ctx, row)
}

/** Computed by the same engine as the dictionary's: every part is a flow of events. */
export function ownMetric(ctx: Context, { id, name, definition }: OwnRow): Metric {
  const { parts, formula = 'A', unit, better } = OwnDefinition.parse(definition)
  return {
    key: publicId(ctx, 'met', id),
    zh: name,
    en: name,
    loop: null,
    unit,
    better,
    formula: { zh: formula, en: formula },
    parts: parts.map(({ event, where, measure, name: title }) => ({
      zh: title ?? event,
      en: title ?? event,
      rows: { kind: 'flow', events: event === '*' ? 'any' : [event], ...(where ? { where } : {}) },
      measure,
    })),
    expression: formula,
    dimensions: ['shop', 'region', 'source'],
  }
}
