import { sql } from 'kysely'
import type { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { readStores } from '../stores/dirty.ts'
import { runAttribution } from './attribution/query.ts'
import { attributionReport } from './attribution/schema.ts'
import { runBalance } from './balance/query.ts'
import { balanceReport } from './balance/schema.ts'
import { runBasket } from './basket/query.ts'
import { basketReport } from './basket/schema.ts'
import { runClv } from './clv/query.ts'
import { clvReport } from './clv/schema.ts'
import { runCohortRevenue } from './cohort-revenue/query.ts'
import { cohortRevenueReport } from './cohort-revenue/schema.ts'
import { runDistribution } from './distribution/query.ts'
import { distributionReport } from './distribution/schema.ts'
import { runEconomics } from './economics/query.ts'
import { economicsReport } from './economics/schema.ts'
import { runEffect } from './effect/query.ts'
import { effectReport } from './effect/schema.ts'
import { runExperiment } from './experiment/query.ts'
import { experimentReport } from './experiment/schema.ts'
import { runFunnel } from './funnel/query.ts'
import { funnelReport } from './funnel/schema.ts'
import { runHeatmap } from './heatmap/query.ts'
import { heatmapReport } from './heatmap/schema.ts'
import { runHighValue } from './high-value/query.ts'
import { highValueReport } from './high-value/schema.ts'
import { runInfluence } from './influence/query.ts'
import { influenceReport } from './influence/schema.ts'
import { runInterval } from './interval/query.ts'
import { intervalReport } from './interval/schema.ts'
import { requireKnownProperties } from './known-properties.ts'
import { runLayers } from './layers/query.ts'
import { layersReport } from './layers/schema.ts'
import { runLifecycle } from './lifecycle/query.ts'
import { lifecycleReport } from './lifecycle/schema.ts'
import { runMetric } from './metric/query.ts'
import { metricReport } from './metric/schema.ts'
import { runNorthStar } from './north-star/query.ts'
import { northStarReport } from './north-star/schema.ts'
import { runPages } from './pages/query.ts'
import { pagesReport } from './pages/schema.ts'
import { runPaths } from './paths/query.ts'
import { pathsReport } from './paths/schema.ts'
import { runPortrait } from './portrait/query.ts'
import { portraitReport } from './portrait/schema.ts'
import { runProducts } from './products/query.ts'
import { productsReport } from './products/schema.ts'
import { runQuadrant } from './quadrant/query.ts'
import { quadrantReport } from './quadrant/schema.ts'
import { runRepurchase } from './repurchase/query.ts'
import { repurchaseReport } from './repurchase/schema.ts'
import { runRetention } from './retention/query.ts'
import { retentionReport } from './retention/schema.ts'
import { runReview } from './review/query.ts'
import { reviewReport } from './review/schema.ts'
import { runRfm } from './rfm/query.ts'
import { rfmReport } from './rfm/schema.ts'
import type { Route } from './route.ts'
import { type ReportType, reportTypes } from './schema.ts'
import type { Scope } from './scope.ts'
import { runScore } from './score/query.ts'
import { scoreReport } from './score/schema.ts'
import { rulePersons, segmentPersons } from './segment/persons.ts'
import { runSegment } from './segment/query.ts'
import { type Rule, readRule } from './segment/rule.ts'
import { segmentReport } from './segment/schema.ts'
import { readSettings } from './settings/settings.ts'
import { runStages } from './stages/query.ts'
import { stagesReport } from './stages/schema.ts'
import { runStickiness } from './stickiness/query.ts'
import { stickinessReport } from './stickiness/schema.ts'
import { runTrade } from './trade/query.ts'
import { tradeReport } from './trade/schema.ts'
import { runTrend } from './trend/query.ts'
import { trendReport } from './trend/schema.ts'
import { visiblePersons } from './visible.ts'
import { runWaste } from './waste/query.ts'
import { wasteReport } from './waste/schema.ts'

/** How people are called outside: public ids, or the ids of a file that is analysed. */
export type PersonNames = { nameOf(person: number): string; personOf(name: string, field: string): number }

export type Answer = { result: unknown; computedAt: string; asOf: string; route: string; milliseconds: number }

type Runner = { schema: z.ZodType; run(scope: Scope, report: never): Promise<unknown> }

const runners: Record<ReportType, Runner> = {
  funnel: { schema: funnelReport, run: runFunnel },
  trend: { schema: trendReport, run: runTrend },
  retention: { schema: retentionReport, run: runRetention },
  lifecycle: { schema: lifecycleReport, run: runLifecycle },
  stickiness: { schema: stickinessReport, run: runStickiness },
  paths: { schema: pathsReport, run: runPaths },
  rfm: { schema: rfmReport, run: runRfm },
  segment: { schema: segmentReport, run: runSegment },
  portrait: { schema: portraitReport, run: runPortrait },
  pages: { schema: pagesReport, run: runPages },
  heatmap: { schema: heatmapReport, run: runHeatmap },
  distribution: { schema: distributionReport, run: runDistribution },
  attribution: { schema: attributionReport, run: runAttribution },
  clv: { schema: clvReport, run: runClv },
  basket: { schema: basketReport, run: runBasket },
  metric: { schema: metricReport, run: runMetric },
  economics: { schema: economicsReport, run: runEconomics },
  experiment: { schema: experimentReport, run: runExperiment },
  trade: { schema: tradeReport, run: runTrade },
  interval: { schema: intervalReport, run: runInterval },
  repurchase: { schema: repurchaseReport, run: runRepurchase },
  cohort_revenue: { schema: cohortRevenueReport, run: runCohortRevenue },
  stages: { schema: stagesReport, run: runStages },
  influence: { schema: influenceReport, run: runInfluence },
  products: { schema: productsReport, run: runProducts },
  north_star: { schema: northStarReport, run: runNorthStar },
  balance: { schema: balanceReport, run: runBalance },
  review: { schema: reviewReport, run: runReview },
  quadrant: { schema: quadrantReport, run: runQuadrant },
  waste: { schema: wasteReport, run: runWaste },
  layers: { schema: layersReport, run: runLayers },
  high_value: { schema: highValueReport, run: runHighValue },
  score: { schema: scoreReport, run: runScore },
  effect: { schema: effectReport, run: runEffect },
}

/** Runs a report document. What is wrong with it is said with the field at fault. */
export async function runReport(ctx: Context, document: unknown, names: PersonNames = publicNames(ctx)): Promise<Answer> {
  const started = performance.now()
  const report = readReport(document)
  await requireKnownProperties(ctx, document, report)
  let route: Route = 'events'
  const { scope, asOf } = await openScope(ctx, report, names, (store) => {
    route = store
  })
  const result = await runners[report.type].run(scope, report as never)
  const segments = report.segments && (await askEach(ctx, report, report.segments, names))
  return {
    result: segments ? { ...(result as object), segments } : result,
    computedAt: ctx.now().toISOString(),
    asOf: asOf.toISOString(),
    route,
    milliseconds: Math.round(performance.now() - started),
  }
}

/** The same question of each segment by itself, neither divided nor over time. */
async function askEach(ctx: Context, report: AnyReport, segments: readonly string[], names: PersonNames): Promise<object[]> {
  const { segments: _, persons: _people, trend: _trend, breakdown: _breakdown, ...alone } = report
  const answers: object[] = []
  for (const [i, segment] of segments.entries()) {
    const { scope } = await openScope(ctx, { ...alone, segment }, names, undefined, `segments.${i}`)
    answers.push({ segment, ...((await runners[report.type].run(scope, alone as never)) as object) })
  }
  return answers
}

/** What a report may use, and up to when its facts are there. Several reports about the same people may share one. */
export async function openScope(
  ctx: Context,
  report: Omit<AnyReport, 'type'>,
  names: PersonNames = publicNames(ctx),
  answeredBy: Scope['answeredBy'] = () => undefined,
  segmentField = 'segment',
): Promise<{ scope: Scope; asOf: Date }> {
  const [tenant, asOf, visible, stores, settings] = await Promise.all([
    ctx.db.selectFrom('tenants').select(['timezone', 'currency', 'weekStart']).where('id', '=', ctx.tenantId).executeTakeFirstOrThrow(),
    loadedUntil(ctx),
    visiblePersons(ctx),
    readStores(ctx),
    readSettings(ctx),
  ])
  const asked = intersect(
    report.among?.map((name, i) => names.personOf(name, `among.${i}`)),
    visible,
  )
  const timezone = report.timezone ?? tenant.timezone
  const [inSegment, people] = await Promise.all([
    report.segment === undefined ? undefined : segmentPersons(ctx, report.segment, timezone, names, segmentField),
    report.people === undefined ? undefined : rulePersons(ctx, readPeople(report.people), timezone, names),
  ])
  const among = intersect(intersect(inSegment, people), asked)
  const scope: Scope = {
    ctx,
    stores,
    settings,
    answeredBy,
    calendar: { timezone, weekStart: report.weekStart ?? (tenant.weekStart === 'sunday' ? 'sunday' : 'monday') },
    currency: tenant.currency,
    ask: (question) => ctx.clickhouse.ask(question),
    scan: ({ where }) => ({ tenantId: ctx.tenantId, where, among }),
    nameOf: (person) => names.nameOf(person),
    personOf: (name, field) => names.personOf(name, field),
  }
  return { scope, asOf }
}

/** What the actor may see bounds every report: numbers are of the own customers only. */
function intersect(asked: number[] | undefined, visible: number[] | undefined): number[] | undefined {
  if (!asked || !visible) return asked ?? visible
  const seen = new Set(visible)
  return asked.filter((one) => seen.has(one))
}

type AnyReport = {
  type: ReportType
  timezone?: string
  weekStart?: 'monday' | 'sunday'
  dateFrom?: string
  dateTo?: string
  among?: string[]
  segment?: string
  people?: unknown
  segments?: string[]
  persons?: unknown
  trend?: unknown
  breakdown?: unknown
}

/** Parses a document of any type, or throws `report.…` with the field. */
export function readReport(document: unknown): AnyReport {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw appError('report.invalid', { message: 'A report is a JSON object.' })
  const { type } = document as { type?: unknown }
  const known = reportTypes.find((one) => one === type)
  if (!known) throw appError('report.type_unknown', { message: `A report's type is one of ${reportTypes.join(', ')}.`, field: 'type' })
  const parsed = runners[known].schema.safeParse(document)
  if (parsed.success) {
    const report = parsed.data as AnyReport
    if (report.dateFrom && report.dateTo && report.dateTo < report.dateFrom)
      throw appError('date.range_backwards', { message: 'dateTo lies before dateFrom.', field: 'dateTo' })
    if (report.segment && report.segments)
      throw appError('report.invalid', { message: 'Segments are compared with everybody, not with another segment.', field: 'segments' })
    if (report.people !== undefined) readPeople(report.people)
    return report
  }
  const [issue] = parsed.error.issues
  throw appError('report.invalid', { message: issue?.message ?? 'The report is not valid.', ...fieldOf(issue) })
}

function readPeople(value: unknown): Rule {
  const read = readRule(value)
  if ('rule' in read) return read.rule
  throw appError('report.invalid', { message: read.message, field: ['people', ...read.path].join('.') })
}

function fieldOf(issue: z.core.$ZodIssue | undefined): { field?: string } {
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].map(String)
  return path.length > 0 ? { field: path.join('.') } : {}
}

const publicNames = (ctx: Context): PersonNames => ({
  nameOf: (person) => publicId(ctx, 'cus', person),
  personOf: (name, field) => {
    try {
      return internalId(ctx, 'cus', name)
    } catch {
      throw appError('customer.not_found', { status: 404, message: 'No such customer.', field })
    }
  },
})

/** Facts up to this moment are in ClickHouse: the oldest one still waiting, or now. */
async function loadedUntil(ctx: Context): Promise<Date> {
  const waiting = await ctx.db
    .selectFrom('eventInbox')
    .select(sql<Date | null>`min(received_at)`.as('oldest'))
    .where('tenantId', '=', ctx.tenantId)
    .executeTakeFirst()
  return waiting?.oldest ?? ctx.now()
}
