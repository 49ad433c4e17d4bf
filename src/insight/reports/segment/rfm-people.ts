import { appError } from '#platform/errors.ts'
import { readStores } from '../../stores/dirty.ts'
import { runRfm } from '../rfm/query.ts'
import { rfmGroups } from '../rfm/rfm.ts'
import { rfmReport } from '../rfm/schema.ts'
import type { Scope } from '../scope.ts'
import { readSettings } from '../settings/settings.ts'
import type { LeafOf } from './leaves.ts'
import type { Resolving } from './resolve.ts'

/**
 * Who stands in these groups. Scores are ranks among all buyers, so nobody's group can be told from their own orders alone: the
 * report itself is asked, whoever asks, and its people are a list.
 */
export async function rfmPeople(resolving: Resolving, asked: LeafOf<'rfm'>, path: string): Promise<number[]> {
  const known = new Set<string>(rfmGroups.map(({ name }) => name))
  const wrong = asked.groups.findIndex((group) => !known.has(group))
  if (wrong >= 0)
    throw appError('segment.no_such_group', {
      message: `The groups are ${rfmGroups.map(({ name }) => name).join(', ')}.`,
      field: `${path}.groups.${wrong}`,
    })
  const { windowDays, currency = resolving.moment.currency } = asked
  const report = rfmReport.parse({ type: 'rfm', asOf: resolving.moment.today, rows: true, currency, ...(windowDays ? { windowDays } : {}) })
  const { rows = [] } = await runRfm(await rfmScope(resolving), report)
  return rows.filter(({ group }) => asked.groups.includes(group)).map(({ person }) => Number(person))
}

/** Everybody, called by their numbers. */
export async function rfmScope({ ctx, moment }: Pick<Resolving, 'ctx' | 'moment'>): Promise<Scope> {
  return {
    ctx,
    calendar: { timezone: moment.zone, weekStart: 'monday' },
    stores: await readStores(ctx),
    settings: await readSettings(ctx),
    answeredBy: () => undefined,
    currency: moment.currency,
    ask: (question) => ctx.clickhouse.ask(question),
    scan: ({ where }) => ({ tenantId: ctx.tenantId, where }),
    nameOf: String,
    personOf: Number,
  }
}
