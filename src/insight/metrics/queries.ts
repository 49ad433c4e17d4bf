import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { AppError } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { waitingMetrics } from '../reports/metric/catalogue/waiting.ts'
import { metricCatalogue } from '../reports/metric/catalogue.ts'
import { feedsOf, type Metric, type WaitingMetric } from '../reports/metric/definition.ts'
import { dimensionsOf } from '../reports/metric/dimensions.ts'
import { findMetric, type OwnRow, ownMetric } from '../reports/metric/find.ts'
import { presentMetric } from '../reports/metric/query.ts'
import type { MetricReport } from '../reports/metric/schema.ts'
import { spansOf } from '../reports/metric/spans.ts'
import { countParts } from '../reports/metric/together/together.ts'
import { openScope, readReport } from '../reports/run.ts'
import { bindings } from '../reports/sql.ts'
import { type Dates, type Target, targetOf } from './periods.ts'
import type { DictionaryEntry, MetricValue } from './schema.ts'

/** The dictionary with what is the company's own, what is fed and what waits. */
export async function listMetrics(ctx: Context): Promise<DictionaryEntry[]> {
  const [own, seen, targets] = await Promise.all([listOwn(ctx), seenEvents(ctx), readTargets(ctx)])
  const computed = (metric: Metric, row?: OwnRow): DictionaryEntry => ({
    ...presented(metric, seen),
    targets: targets.get(metric.key) ?? [],
    own: row !== undefined,
    owner: row?.ownerId ? { id: publicId(ctx, 'emp', row.ownerId), name: row.ownerName ?? '' } : null,
    definition: (row?.definition as Record<string, unknown> | undefined) ?? null,
  })
  return [
    ...own.map((row) => computed(ownMetric(ctx, row), row)),
    ...metricCatalogue.map((metric) => computed(metric)),
    ...waitingMetrics.map(waits),
  ]
}

function presented(metric: Metric, seen: ReadonlySet<string>): Omit<DictionaryEntry, 'targets' | 'own' | 'owner' | 'definition'> {
  const feeds = feedsOf(metric)
  const { key, zh, en, loop, unit, better, formula } = metric
  const fed = feeds.length === 0 || feeds.some((name) => name === '*' || seen.has(name))
  return {
    key,
    zh,
    en,
    loop,
    stage: metric.stage ?? null,
    unit,
    better,
    formula,
    grain: 'day',
    dimensions: dimensionsOf(metric),
    feeds,
    quick: metric.parts.every(({ rows }) => ['flow', 'spend', 'first', 'linked'].includes(rows.kind)),
    state: fed ? 'fed' : 'unfed',
    waitsFor: null,
  }
}

const waits = ({ key, zh, en, loop, stage, formula, waitsFor }: WaitingMetric): DictionaryEntry => ({
  ...{ key, zh, en, loop, formula, waitsFor, stage: stage ?? null },
  ...{
    unit: null,
    better: null,
    grain: 'day',
    dimensions: [],
    feeds: [],
    quick: false,
    state: 'waiting',
    own: false,
    owner: null,
    definition: null,
    targets: [],
  },
})

const listOwn = (ctx: Context): Promise<OwnRow[]> =>
  ctx.db
    .selectFrom('ownMetrics as m')
    .leftJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 'm.tenantId').onRef('e.id', '=', 'm.ownerId'))
    .select(['m.id', 'm.name', 'm.definition', 'm.ownerId', 'e.name as ownerName'])
    .where('m.tenantId', '=', ctx.tenantId)
    .orderBy('m.id')
    .execute()

async function seenEvents(ctx: Context): Promise<Set<string>> {
  const bind = bindings()
  const rows = await ctx.clickhouse.ask({
    params: bind.params,
    row: z.object({ name: z.string() }),
    sql: `select distinct toString(name) as name from active where tenant = ${bind.integer(ctx.tenantId)} and name in ${bind.texts([...new Set(metricCatalogue.flatMap(feedsOf))])}`,
  })
  return new Set(rows.map(({ name }) => name))
}

async function readTargets(ctx: Context): Promise<Map<string, Target[]>> {
  const rows = await ctx.db
    .selectFrom('metricTargets')
    .select(['metric', 'period', 'since', 'value'])
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('since')
    .execute()
  const targets = rows.map(({ metric, period, since, value }) => ({
    metric,
    target: { period: period as Target['period'], since: String(since), value: Number(value) },
  }))
  return new Map([...Map.groupBy(targets, ({ metric }) => metric)].map(([metric, all]) => [metric, all.map(({ target }) => target)]))
}

export type Asked = Dates & { keys: readonly string[]; interval: string; compare?: string }

/**
 * Several metrics over the same dates, each beside its target: the company's, which says nothing to who sees only some customers. One
 * that cannot be computed does not take the others along.
 */
export async function readValues(ctx: Context, { keys, ...dates }: Asked): Promise<{ items: MetricValue[]; asOf: string }> {
  const [targets, found] = await Promise.all([readTargets(ctx), Promise.all(keys.map((key) => orRefusal(findMetric(ctx, key))))])
  const metrics = found.flatMap((one) => (one instanceof AppError ? [] : [one]))
  const counting = await orRefusal(countTogether(ctx, metrics, dates))
  const readValue = async (key: string, metric: Metric | AppError): Promise<MetricValue> => {
    if (metric instanceof AppError) return refused(key, metric)
    if (counting instanceof AppError) return refused(key, counting)
    const result = await orRefusal(presentMetric(metric, counting.spans, counting.countOf))
    if (result instanceof AppError) return refused(key, result)
    const own = (ctx.actor.scope === 'all' && targets.get(key)) || []
    return { key, result, problem: null, target: own.length > 0 ? targetOf(own, addsUp(metric), dates) : null }
  }
  const items = await Promise.all(found.map((metric, i) => readValue(keys[i] ?? '', metric)))
  return { items, asOf: (counting instanceof AppError ? ctx.now() : counting.asOf).toISOString() }
}

async function countTogether(ctx: Context, metrics: readonly Metric[], dates: Omit<Asked, 'keys'>) {
  const report = readReport({ type: 'metric', metric: 'several', ...dates }) as MetricReport
  const { scope, asOf } = await openScope(ctx, report)
  const spans = spansOf(scope, report)
  return { spans, asOf, countOf: countParts({ scope, report }, spans, metrics) }
}

/** What is refused is said beside the others; what fails fails. */
const orRefusal = <Value>(asked: Promise<Value>): Promise<Value | AppError> =>
  asked.catch((error: unknown) => {
    if (error instanceof AppError && error.status < 500) return error
    throw error
  })

const refused = (key: string, { code, message }: AppError): MetricValue => ({ key, result: null, problem: { code, message }, target: null })

/** Whether the numbers of two days add up, so that half the time has half the target. */
export const addsUp = ({ parts, expression }: Metric): boolean => {
  const levels = ['live', 'members', 'valid', 'active', 'silent', 'after', 'gap', 'since', 'ever', 'friends', 'turns']
  return (
    !(expression ?? '').includes('/') &&
    parts.every(({ rows, measure }) => !levels.includes(rows.kind) && ['count', 'persons', 'sum'].includes(measure.of))
  )
}
