import { controlSides } from '#operation/experiments/control-queries.ts'
import { appError } from '#platform/errors.ts'
import { dayRange } from '#platform/time.ts'
import { minorFactor } from '../money.ts'
import type { Scope } from '../scope.ts'
import { adjust } from './cuped.ts'
import { type Asked, type Measured, readDaily, readExcluded, readMeasures, readPersons, readVariants, type Variant } from './read.ts'
import { type ExperimentReport, type ExperimentResult, isShare } from './schema.ts'
import { followLooks, type Gathered, together } from './sequential.ts'
import { compareMeans, compareShares, detectableLift, neededPersons, sampleRatio } from './statistics.ts'

/** Everybody counts for the variant they met first, whatever happened afterwards (intent to treat). */
export async function runExperiment(scope: Scope, asked: ExperimentReport): Promise<ExperimentResult> {
  const { report, expected } = await withSides(scope, asked)
  const variants = await readVariants(scope, report)
  checkNames(report, variants)
  const measured = await Promise.all(report.metrics.map((_, i) => readMeasures(scope, report, i)))
  const looks = await Promise.all(report.metrics.map((_, i) => readLooks(scope, report, i, measured[i]?.currency)))
  return {
    variants: variants.map(({ name, persons, open }) => ({ name, persons, open })),
    excluded: await readExcluded(scope, report),
    srm: sampleRatio(
      variants.map(({ persons }) => persons),
      variants.map(({ name }) => expected?.[name] ?? 1),
    ),
    metrics: report.metrics.flatMap((metric, i) => effects(report, metric, measured[i] ?? { rows: new Map() }, variants, looks[i])),
    ...(report.persons ? { persons: await readPersons(scope, report, report.persons) } : {}),
  }
}

/** Who was on which side of the control group, where the report is about it; shares of those who never changed sides. */
async function withSides(scope: Scope, report: ExperimentReport): Promise<{ report: Asked; expected: ExperimentReport['expected'] }> {
  const { controlGroup, dateFrom, dateTo } = report
  if (!controlGroup || !dateFrom || !dateTo) return { report, expected: report.expected }
  const { from, to } = dayRange(dateFrom, dateTo, scope.calendar.timezone)
  const { share, ...sides } = await controlSides(scope.ctx, from, to)
  const { among } = scope.scan(report)
  const seen = among && new Set(among)
  const visible = (ids: readonly number[]) => (seen ? ids.filter((id) => seen.has(id)) : ids)
  return {
    report: {
      ...report,
      controlled: { from, to, heldOut: visible(sides.heldOut), others: visible(sides.others), mixed: visible(sides.mixed) },
    },
    expected: { held_out: share.heldOut, others: share.others },
  }
}

function checkNames({ control, expected, persons, metrics }: ExperimentReport, variants: readonly Variant[]): void {
  const known = new Set(variants.map(({ name }) => name))
  const refuse = (field: string, name: string): never => {
    throw appError('experiment.variant_unseen', { message: `Nobody was exposed to "${name.slice(0, 40)}".`, field })
  }
  if (persons?.metric !== undefined && persons.metric >= metrics.length)
    throw appError('report.invalid', { message: 'There is no such metric.', field: 'persons.metric' })
  if (variants.length === 0) return
  if (!known.has(control)) refuse('control', control)
  for (const name of Object.keys(expected ?? {})) if (!known.has(name)) refuse(`expected.${name}`, name)
  for (const { name } of variants)
    if (expected && expected[name] === undefined)
      throw appError('experiment.share_missing', { message: `"${name.slice(0, 40)}" has no expected share.`, field: 'expected' })
}

type Rows = ExperimentResult['metrics']

function effects(
  report: ExperimentReport,
  metric: ExperimentReport['metrics'][number],
  measured: Measured,
  variants: readonly Variant[],
  looks: Looks | undefined,
): Rows {
  const compare = isShare(metric.measure) ? compareShares : compareMeans
  const { confidence, plan } = report
  const nobody = { n: 0, mean: 0, variance: 0, xMean: 0, xVariance: 0, covariance: 0 }
  const control = measured.rows.get(report.control) ?? nobody
  return variants
    .filter(({ name }) => name !== report.control)
    .map(({ name }) => {
      const treatment = measured.rows.get(name) ?? nobody
      return {
        name: metric.name,
        variant: name,
        persons: { control: control.n, treatment: treatment.n },
        ...compare(control, treatment, confidence),
        detectable: detectableLift(control, treatment, confidence),
        ...(report.covariate ? { cuped: adjust(control, treatment, confidence) } : {}),
        ...(looks ? { sequential: looksOf(looks, report, name, isShare(metric.measure)) } : {}),
        ...(plan ? { needed: neededPersons(control, plan.lift, { share: isShare(metric.measure), power: plan.power, confidence }) } : {}),
        ...(measured.currency ? { currency: measured.currency } : {}),
      }
    })
}

type Looks = { day: string; sides: Map<string, Gathered> }[]

/** Each day adds those whose window ended on it to everybody before. */
async function readLooks(scope: Scope, report: Asked, index: number, currency?: string): Promise<Looks | undefined> {
  if (!report.sequential) return undefined
  const factor = currency ? minorFactor(currency) : 1
  const sides = new Map<string, Gathered>()
  return [...Map.groupBy(await readDaily(scope, report, index), ({ day }) => day)].map(([day, rows]) => {
    for (const { variant, n, mean, variance, did } of rows)
      sides.set(
        variant,
        together(sides.get(variant) ?? nobodyYet, { n, mean: mean / factor, variance: (variance ?? 0) / factor ** 2, did }),
      )
    return { day, sides: new Map(sides) }
  })
}

const nobodyYet: Gathered = { n: 0, mean: 0, variance: 0, did: 0 }

const looksOf = (looks: Looks, { control, confidence, sequential }: ExperimentReport, variant: string, share: boolean) =>
  followLooks(
    looks.map(({ day, sides }) => ({ day, control: sides.get(control) ?? nobodyYet, treatment: sides.get(variant) ?? nobodyYet })),
    { share, persons: sequential?.persons ?? 0, confidence },
  )
