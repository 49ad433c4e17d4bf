import type { Context } from '#platform/context.ts'
import { internalId } from '#platform/ids.ts'
import { addDays, dayOf } from '#platform/time.ts'
import { readValues } from '../metrics/queries.ts'
import { getReport } from '../reports/queries.ts'
import { runReport } from '../reports/run.ts'
import type { TrendResult } from '../reports/trend/schema.ts'
import { builtInBoards, layoutOf } from './built-in.ts'
import { type Figure, type Language, line, metricFigure, shown, told, trendFigure } from './figures.ts'
import { overDays } from './over-days.ts'
import { getBoard } from './queries.ts'
import type { Layout, Subject } from './schema.ts'
import { changeOf, type Line, lineOf, textOf } from './words.ts'

export type Content = {
  title: string
  text: string
  rows: Line[]
  /** What the picture draws below its table. */
  figures: Figure[]
  url: string
  dateFrom: string
  dateTo: string
}

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
  const parts = await Promise.all([metricPart(ctx, layout, dates, language), reportPart(ctx, layout, dates, language)])
  const rows = parts.flatMap(({ lines }) => lines)
  const url = new URL(subject.kind === 'board' ? `/boards/${subject.id}` : `/reports/${subject.id}`, ctx.config.publicUrl).href
  const title = `${name}　${dates.dateFrom === dateTo ? dateTo : `${dates.dateFrom} – ${dateTo}`}`
  return { title, rows, figures: parts.flatMap(({ figures }) => figures), url, ...dates, text: textOf(title, rows, url, language) }
}

type Dates = { dateFrom: string; dateTo: string }

/** Also says 404 for what is not there, so that nobody plans to send it. */
export async function subjectOf(ctx: Context, { kind, id }: Subject, language: Language): Promise<{ name: string; layout: Layout }> {
  const builtIn = builtInBoards.find((board) => board.id === id)
  if (kind === 'board' && builtIn) return { name: builtIn[language], layout: layoutOf(builtIn) }
  if (kind === 'board') return getBoard(ctx, internalId(ctx, 'brd', id))
  const { name } = await getReport(ctx, internalId(ctx, 'rep', id))
  return { name, layout: { days: 30, cards: [{ kind: 'report', report: id, size: 'full' }] } }
}

type Part = { lines: Line[]; figures: Figure[] }

/** Metrics as lines in the order of their cards, the first few with their run by day. */
async function metricPart(ctx: Context, { cards, days }: Layout, dates: Dates, language: Language): Promise<Part> {
  const keys = cards.flatMap((card) => (card.kind === 'metric' ? [card.metric] : []))
  if (keys.length === 0) return { lines: [], figures: [] }
  const { items } = await readValues(ctx, { ...dates, keys, interval: days > 1 ? 'day' : 'period', compare: 'previous_period' })
  const known = items.flatMap(({ result, target }) => (result ? [{ result, target }] : []))
  return {
    lines: known.map(({ result, target }) => lineOf(result, target, language)),
    figures: known.slice(0, drawnMetrics).flatMap(({ result }) => metricFigure(result, language)),
  }
}

/** More runs than these are no longer looked at in a message. */
const drawnMetrics = 3

async function reportPart(ctx: Context, { cards }: Layout, dates: Dates, language: Language): Promise<Part> {
  const ids = cards.flatMap((card) => (card.kind === 'report' ? [card.report] : []))
  const parts = await Promise.all(ids.map((id) => partOfReport(ctx, id, dates, language)))
  return { lines: parts.flatMap(({ lines }) => lines), figures: parts.flatMap(({ figures }) => figures) }
}

/** A trend says its whole of the days, others what they count; what a message cannot hold is named and opened in the console. */
async function partOfReport(ctx: Context, id: string, dates: Dates, language: Language): Promise<Part> {
  const { name, type, report } = await getReport(ctx, internalId(ctx, 'rep', id))
  if (type === 'trend') return partOfTrend(ctx, name, report, dates, language)
  const known = tellable.has(type) ? told(type, name, (await runReport(ctx, overDays(report, dates))).result, language) : undefined
  if (!known) return { lines: [line(name, language === 'zh' ? '见报表' : 'see the report')], figures: [] }
  return { lines: known.lines, figures: known.figure ? [known.figure] : [] }
}

const tellable: ReadonlySet<string> = new Set(['funnel', 'rfm', 'quadrant', 'layers', 'score'])

async function partOfTrend(ctx: Context, name: string, report: object, dates: Dates, language: Language): Promise<Part> {
  const { cumulative: _, persons: __, compare: ___, ...rest } = { ...report, ...dates } as Record<string, unknown>
  const [whole, run] = await Promise.all([
    runReport(ctx, { ...rest, interval: 'period', compare: 'previous_period' }),
    runReport(ctx, { ...rest, ...(rest.interval === 'period' ? { interval: 'day' } : {}) }),
  ])
  return {
    lines: (whole.result as TrendResult).series.map(({ name: series, value, values, compare }) =>
      line(`${name} · ${value ?? series}`, shown(values[0]), changeOf(values[0] ?? null, compare?.[0] ?? null, language)),
    ),
    figures: [trendFigure(name, run.result as TrendResult)],
  }
}
