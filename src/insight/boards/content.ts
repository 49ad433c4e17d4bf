import type { Context } from '#platform/context.ts'
import { internalId } from '#platform/ids.ts'
import { addDays, dayOf } from '#platform/time.ts'
import { readValues } from '../metrics/queries.ts'
import { getReport } from '../reports/queries.ts'
import { runReport } from '../reports/run.ts'
import type { TrendResult } from '../reports/trend/schema.ts'
import { builtInBoards, layoutOf } from './built-in.ts'
import { getBoard } from './queries.ts'
import type { Layout, Subject } from './schema.ts'
import { changeOf, type Line, lineOf, textOf } from './words.ts'

export type Content = { title: string; text: string; rows: Line[]; url: string; dateFrom: string; dateTo: string }

/** A board or report as words: its figures of the last whole days, each beside what it was before. */
export async function contentOf(ctx: Context, subject: Subject): Promise<Content> {
  const tenant = await ctx.db
    .selectFrom('tenants')
    .select(['timezone', 'language'])
    .where('id', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  const language = tenant.language === 'en' ? 'en' : 'zh'
  const { name, layout } = await subjectOf(ctx, subject, language)
  const dateTo = addDays(dayOf(ctx.now(), tenant.timezone), -1)
  const dates = { dateFrom: addDays(dateTo, 1 - layout.days), dateTo }
  const rows = (await Promise.all([metricLines(ctx, layout, dates, language), reportLines(ctx, layout, dates, language)])).flat()
  const url = new URL(subject.kind === 'board' ? `/boards/${subject.id}` : `/reports/${subject.id}`, ctx.config.publicUrl).href
  const title = `${name}　${dates.dateFrom === dateTo ? dateTo : `${dates.dateFrom} – ${dateTo}`}`
  return { title, rows, url, ...dates, text: textOf(title, rows, url, language) }
}

type Language = 'zh' | 'en'
type Dates = { dateFrom: string; dateTo: string }

/** Also says 404 for what is not there, so that nobody plans to send it. */
export async function subjectOf(ctx: Context, { kind, id }: Subject, language: Language): Promise<{ name: string; layout: Layout }> {
  const builtIn = builtInBoards.find((board) => board.id === id)
  if (kind === 'board' && builtIn) return { name: builtIn[language], layout: layoutOf(builtIn) }
  if (kind === 'board') return getBoard(ctx, internalId(ctx, 'brd', id))
  const { name } = await getReport(ctx, internalId(ctx, 'rep', id))
  return { name, layout: { days: 30, cards: [{ kind: 'report', report: id, size: 'full' }] } }
}

async function metricLines(ctx: Context, { cards }: Layout, dates: Dates, language: Language): Promise<Line[]> {
  const keys = cards.flatMap((card) => (card.kind === 'metric' ? [card.metric] : []))
  if (keys.length === 0) return []
  const { items } = await readValues(ctx, { ...dates, keys, interval: 'period', compare: 'previous_period' })
  return items.flatMap(({ result, target }) => (result ? [lineOf(result, target, language)] : []))
}

async function reportLines(ctx: Context, { cards }: Layout, dates: Dates, language: Language): Promise<Line[]> {
  const ids = cards.flatMap((card) => (card.kind === 'report' ? [card.report] : []))
  return (await Promise.all(ids.map((id) => linesOfReport(ctx, id, dates, language)))).flat()
}

/** A trend says its whole of the days, a metric its number, a funnel its steps; other types are named and opened in the console. */
async function linesOfReport(ctx: Context, id: string, dates: Dates, language: Language): Promise<Line[]> {
  const { name, type, report } = await getReport(ctx, internalId(ctx, 'rep', id))
  const line = (title: string, value: string, change = ''): Line => ({ name: title, value, change, target: '' })
  const shown = (value: number | null | undefined) => value?.toLocaleString('en-US', { maximumFractionDigits: 2 }) ?? '—'
  const asked = { ...report, ...dates }
  if (type === 'trend') {
    const { cumulative: _, persons: __, ...rest } = asked as Record<string, unknown>
    const { result } = await runReport(ctx, { ...rest, interval: 'period', compare: 'previous_period' })
    return (result as TrendResult).series.map(({ name: series, value, values, compare }) =>
      line(`${name} · ${value ?? series}`, shown(values[0]), changeOf(values[0] ?? null, compare?.[0] ?? null, language)),
    )
  }
  if (type === 'funnel') {
    const { result } = await runReport(ctx, asked)
    return (result as { steps: { count: number }[] }).steps.map(({ count }, i) => line(`${name} · ${i + 1}`, shown(count)))
  }
  return [line(name, language === 'zh' ? '见报表' : 'see the report')]
}
