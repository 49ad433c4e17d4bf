import { sql } from 'kysely'
import { sharesOf } from '#operation/experiments/design.ts'
import { readDesign } from '#operation/experiments/queries.ts'
import type { StoredExperiment } from '#operation/experiments/stored.ts'
import type { Context } from '#platform/context.ts'
import { AppError } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import type { ExperimentResult } from '../reports/experiment/schema.ts'
import { sampleRatio } from '../reports/experiment/statistics.ts'
import { runReport } from '../reports/run.ts'
import { peopleNeeded } from './power.ts'
import type { Needed, ReadOut, ReadOutEffect } from './schema.ts'
import { verdictOf } from './verdict.ts'

/** Below this the shares are called off and everybody is told: something loses people. */
const alarming = 0.001

/** What an experiment found so far, and what may be said of it today. */
export async function readOut(ctx: Context, id: number): Promise<ReadOut> {
  const design = await readDesign(ctx, id)
  const needed = peopleNeeded({ ...design, measure: design.trialMetric.measure, better: design.trialMetric.better })
  const report = reportOf(ctx, design, needed)
  const counts = await countSides(ctx, id)
  const ran = await runReport(ctx, report).catch(unlessUnseen)
  const result = ran?.result as ExperimentResult | undefined
  const ratio = ratioOf(design, counts)
  // Before there is anything to compare, everybody who came is still open; of some people only the report knows which.
  const met = new Map(result ? result.variants.map((one) => [one.name, one]) : ctx.actor.scope === 'all' ? openOf(counts) : [])
  return {
    sides: [...sharesOf(design)].map(([key, share]) => ({
      key,
      name: design.variants.find((one) => one.key === key)?.name ?? '',
      share,
      persons: met.get(key)?.persons ?? 0,
      open: met.get(key)?.open ?? 0,
    })),
    excluded: result?.excluded.count ?? 0,
    ratio,
    needed,
    effects: result ? effectsOf(design, result, needed, ratio.ok) : [],
    report,
    asOf: ran?.asOf ?? ctx.now().toISOString(),
  }
}

const openOf = (counts: ReadonlyMap<string, number>) => [...counts].map(([key, persons]) => [key, { persons, open: persons }] as const)

/** Nobody of the control yet, in ClickHouse or among the customers that the asker sees: there is nothing to compare. */
function unlessUnseen(error: unknown): undefined {
  if (error instanceof AppError && error.code === 'experiment.variant_unseen') return undefined
  throw error
}

type Role = ReadOutEffect['role']

const metricsOf = ({ trialMetric, growthMetric, guardRails }: StoredExperiment) => [
  { role: 'trial' as Role, ...trialMetric, tolerance: null },
  { role: 'growth' as Role, ...growthMetric, tolerance: null },
  ...guardRails.map((one) => ({ role: 'guard' as Role, ...one })),
]

/** The question as a report asks it. What people did of the growth metric before they were exposed takes noise off (CUPED). */
function reportOf(ctx: Context, design: StoredExperiment, { perSide }: Needed): Record<string, unknown> {
  const { event, where, measure, own } = design.growthMetric
  return {
    type: 'experiment',
    exposure: { event: 'experiment.exposed', where: { experiment: publicId(ctx, 'xpt', design.id) }, variant: 'variant' },
    control: design.control,
    metrics: metricsOf(design).map(({ name, event, where, measure, own }) => ({
      ...{ name, event, measure },
      ...(where ? { where } : {}),
      ...(own ? { own } : {}),
    })),
    windowDays: design.windowDays,
    covariate: { event, measure, days: 28, ...(where ? { where } : {}), ...(own ? { own } : {}) },
    sequential: { persons: Math.max(10, perSide ?? 1000) },
  }
}

/** Effects stand metric by metric, in the order of the question; names may repeat. */
function effectsOf(design: StoredExperiment, { metrics }: ExperimentResult, { perSide }: Needed, ratioOk: boolean): ReadOutEffect[] {
  const asked = metricsOf(design)
  const each = metrics.length / asked.length
  return metrics.map((found, i) => {
    const { role, better, tolerance } = asked[Math.floor(i / each)] ?? { role: 'guard' as Role, better: 'less' as const, tolerance: 0 }
    return {
      ...found,
      role,
      better,
      tolerance,
      verdict: verdictOf({ better, tolerance, sequential: found.sequential, persons: found.persons, perSide, ratioOk }),
    }
  })
}

/** First exposures by variant, as they were written down. */
async function countSides(ctx: Context, id: number): Promise<Map<string, number>> {
  const { rows } = await sql<{ variant: string; persons: number }>`
    select variant, count(*)::int as persons from experiment_exposures where tenant_id = ${ctx.tenantId} and experiment_id = ${id} group by variant`.execute(
    ctx.db,
  )
  return new Map(rows.map(({ variant, persons }) => [variant, persons]))
}

/** A side that nobody came to counts too: that is how the worst losses look. Too few people say nothing. */
function ratioOf(design: StoredExperiment, counts: ReadonlyMap<string, number>): { p: number | null; ok: boolean } {
  const sides = [...sharesOf(design)].map(([key, share]) => ({ share, persons: counts.get(key) ?? 0 }))
  const all = sides.reduce((sum, { persons }) => sum + persons, 0)
  if (sides.some(({ share }) => share * all < 5)) return { p: null, ok: true }
  const { p } = sampleRatio(
    sides.map(({ persons }) => persons),
    sides.map(({ share }) => share),
  )
  return { p, ok: p === null || p >= alarming }
}

/** How likely the shares of a trial are by chance; whether that is worth an alarm. */
export const readRatio = async (ctx: Context, id: number) => ratioOf(await readDesign(ctx, id), await countSides(ctx, id))
