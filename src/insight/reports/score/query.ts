import { z } from 'zod'
import { publicId } from '#platform/ids.ts'
import { addDays, dayOf, dayRange } from '#platform/time.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings } from '../sql.ts'
import { type LoyaltyRules, partsOf, type RelationshipRules, type ScoreKind, type ScoreRules } from './rules.ts'
import type { ScoreReport, ScoreResult } from './schema.ts'
import { scoredSql } from './scored.ts'

/** The facts behind the parts, in the order in which the SQL tells them. */
const factNames = {
  relationship: ['turns', 'replied', 'asked', 'content', 'groups', 'tenureDays'],
  loyalty: ['repurchases', 'inTime', 'expected', 'referrals', 'nps', 'tenureDays'],
} as const

export async function runScore(scope: Scope, report: ScoreReport): Promise<ScoreResult> {
  const asOf = report.asOf ?? dayOf(scope.ctx.now(), scope.calendar.timezone)
  const rules = rulesOf(scope, report)
  const days = daysOf(asOf, report.trend)
  const summed = await readSums(scope, report, rules, days)
  const now = summed.find(({ key }) => key === asOf)
  const own = rules[report.score]
  const weights: Record<string, { weight: number }> = own.parts
  return {
    score: report.score,
    asOf,
    customers: now?.people ?? 0,
    mean: now?.mean ?? null,
    rules: own,
    parts: partsOf[report.score].map((part, i) => ({
      part,
      weight: weights[part]?.weight ?? 0,
      mean: now?.means[i] ?? null,
      known: now?.known[i] ?? 0,
      fed: (now?.known[i] ?? 0) > 0,
    })),
    bands: [0, 1, 2, 3, 4].map((band) => ({ from: band * 20, to: band * 20 + 20, count: now?.bands[band] ?? 0 })),
    ...(report.trend ? { trend: days.map((day) => pointOf(day, summed)) } : {}),
    rows: report.limit === 0 ? [] : await readRows(scope, report, rules, asOf),
    ...(report.persons ? { persons: await readPersons(scope, report, rules, asOf, report.persons) } : {}),
  }
}

export function rulesOf(scope: Scope, { score, rules }: Pick<ScoreReport, 'score' | 'rules'>): ScoreRules {
  const { relationship, loyalty } = scope.settings.scores
  return score === 'relationship'
    ? { loyalty, relationship: (rules as RelationshipRules | undefined) ?? relationship }
    : { relationship, loyalty: (rules as LoyaltyRules | undefined) ?? loyalty }
}

const pointOf = (day: string, summed: readonly Sums[]) => {
  const found = summed.find(({ key }) => key === day)
  return { day, customers: found?.people ?? 0, mean: found?.mean ?? null }
}

/** The day itself last. */
function daysOf(asOf: string, trend: ScoreReport['trend']): string[] {
  const step = trend?.every === 'day' ? 1 : 7
  return Array.from({ length: trend?.points ?? 1 }, (_, i) => addDays(asOf, -i * step)).reverse()
}

type Asked = Pick<ScoreReport, 'score' | 'where' | 'byEmployee'>

/** Scores at the ends of days; the key of a moment is its day. */
function scoredAt(bind: Bindings, scope: Scope, report: Asked, rules: ScoreRules, days: readonly string[]): string {
  const ends = days.map((day) => ({ day, to: dayRange(day, day, scope.calendar.timezone).to }))
  const moments = `[${ends.map(({ day, to }) => `(toInt64(${bind.integer(to.getTime())}), ${bind.text(day)})`).join(', ')}]`
  const until = new Date(Math.max(...ends.map(({ to }) => to.getTime())))
  return scoredSql({ bind, scope, report, moments, until, byEmployee: report.byEmployee }, report.score, rules)
}

const Sums = z.object({
  key: z.string(),
  people: z.number(),
  mean: z.number().nullable(),
  means: z.array(z.number().nullable()),
  known: z.array(z.number()),
  bands: z.array(z.number()),
})
type Sums = z.infer<typeof Sums>

function readSums(scope: Scope, report: ScoreReport, rules: ScoreRules, days: readonly string[]): Promise<Sums[]> {
  const bind = bindings()
  // Counted in persons also where rows are friendships: everybody once, by the whole of what they have with the company.
  const source = scoredAt(bind, scope, { ...report, byEmployee: false }, rules, days)
  const each = (sql: (place: number) => string) => `[${partsOf[report.score].map((_, i) => sql(i + 1)).join(', ')}]`
  return scope.ask({
    params: bind.params,
    row: Sums,
    sql: `select moment.2 as key, count() as people, avg(s.score) as mean, ${each((i) => `avg(s.percents[${i}])`)} as means,
        ${each((i) => `countIf(s.percents[${i}] is not null)`)} as known,
        [${[0, 1, 2, 3, 4].map((band) => `countIf(least(intDiv(toUInt8(assumeNotNull(s.score)), 20), 4) = ${band})`).join(', ')}] as bands
      from ${source} as s where s.score is not null group by key`,
  })
}

const Row = z.object({
  who: z.number(),
  employee: z.string(),
  score: z.number(),
  percents: z.array(z.number().nullable()),
  facts: z.array(z.number().nullable()),
})

async function readRows(scope: Scope, report: ScoreReport, rules: ScoreRules, asOf: string): Promise<ScoreResult['rows']> {
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: Row,
    sql: `select who, employee, score, percents, facts from ${scoredAt(bind, scope, report, rules, [asOf])} where score is not null
      order by score ${report.order === 'high' ? 'desc' : 'asc'}, who, employee limit ${bind.integer(report.limit)}`,
  })
  const names = report.byEmployee ? await employeeNames(scope) : undefined
  return rows.map(({ who, employee, ...row }) => ({
    person: scope.nameOf(who),
    ...(names ? { employee: names(employee) } : {}),
    ...toldOf(report.score, row),
  }))
}

/** Parts and facts by their names. */
export function toldOf(kind: ScoreKind, { score, percents, facts }: Pick<z.infer<typeof Row>, 'score' | 'percents' | 'facts'>) {
  const named = (names: readonly string[], values: readonly (number | null)[]) =>
    Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]))
  return { score, parts: named(partsOf[kind], percents), facts: named(factNames[kind], facts) }
}

async function employeeNames({ ctx }: Scope): Promise<(id: string) => { id: string; name: string } | null> {
  const rows = await ctx.db.selectFrom('employees').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).execute()
  const names = new Map(rows.map(({ id, name }) => [String(id), name]))
  return (id) => (names.has(id) ? { id: publicId(ctx, 'emp', Number(id)), name: names.get(id) ?? '' } : id === '' ? null : { id, name: id })
}

async function readPersons(
  scope: Scope,
  report: ScoreReport,
  rules: ScoreRules,
  asOf: string,
  { from, to }: NonNullable<ScoreReport['persons']>,
): Promise<string[]> {
  const bind = bindings()
  const number = (value: number) => `toFloat64(${bind.text(String(value))})`
  const end = to === 100 ? '' : `and score < ${number(to)}`
  const source = scoredAt(bind, scope, { ...report, byEmployee: false }, rules, [asOf])
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ who: z.number() }),
    sql: `select who from ${source} where score >= ${number(from)} ${end} order by score ${report.order === 'high' ? 'desc' : 'asc'}, who`,
  })
  return rows.map(({ who }) => scope.nameOf(who))
}

/** What one person has, at an instant; null for whom there is no score. */
export async function scoreOf(scope: Scope, kind: ScoreKind, person: number, at: Date) {
  const bind = bindings()
  const among = { ...scope, scan: (report: Parameters<Scope['scan']>[0]) => ({ ...scope.scan(report), among: [person] }) }
  const [row] = await scope.ask({
    params: bind.params,
    row: Row,
    sql: `select who, employee, score, percents, facts from ${scoredOnce(bind, among, kind, at)} where score is not null`,
  })
  return row ? toldOf(kind, row) : null
}

/** Everybody's score at an instant. */
export function scoredOnce(bind: Bindings, scope: Scope, kind: ScoreKind, at: Date): string {
  const moments = `[(toInt64(${bind.integer(at.getTime())}), '')]`
  return scoredSql({ bind, scope, report: {}, moments, until: at }, kind, scope.settings.scores)
}
