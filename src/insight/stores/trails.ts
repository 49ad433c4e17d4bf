import { addDays } from '#platform/time.ts'
import { type Binder, spansSql } from './source.ts'
import { type Days, divide, firstDay, lastDay, type Span, without } from './span.ts'

/** The trails of one UTC year: the partition, the days between which it holds anything, and those that it may not hold wholly. */
export type Build = { year: number; build: number; first: string; last: string; marked: readonly string[] }

/** Grows when builds hold more: those of an earlier layout are not read, and built anew. */
export const trailLayout = 2

/** Whose amounts trails hold beside their moments. */
export const tradeNames = ['order.paid', 'order.amended', 'order.refunded'] as const

/** Days of a build that are read from it. */
type Piece = { build: Build; days: Days[] }

/**
 * A row of trails holds the moments of a whole year: whoever asks for fewer of its days is answered sooner by the events, which lie
 * by month (docs/adr/0011).
 */
const leastShare = 0.25
/** Every moment is held against every stretch of days. */
const mostStretches = 30

/** Divides a span at UTC midnights and around marked days, where trails hold enough of it to be worth asking. */
export function divideTrails(builds: readonly Build[], span: Span): { pieces: Piece[]; events: Span[] } {
  const pieces = builds.map((build) => ({ build, days: cleanDays(build, span) })).filter(isWorthwhile)
  const clean = pieces.flatMap(({ days }) => days)
  return { pieces, events: divide(span, 'UTC', without({ first: firstDay, last: lastDay }, clean)).events }
}

function cleanDays({ year, marked }: Build, { from, to }: Span): Days[] {
  const [begin, end] = [new Date(Date.UTC(year, 0, 1)), new Date(Date.UTC(year + 1, 0, 1))]
  const within = { from: from && from > begin ? from : begin, to: to && to < end ? to : end }
  if (within.to <= within.from) return []
  return divide(
    within,
    'UTC',
    marked.map((day) => ({ first: day, last: day })),
  ).days
}

function isWorthwhile({ build: { first, last }, days }: Piece): boolean {
  const held = days.flatMap((one) =>
    one.last < first || last < one.first ? [] : [lengthOf(later(one.first, first), earlier(one.last, last))],
  )
  return days.length <= mostStretches && held.reduce((sum, one) => sum + one, 0) >= leastShare * lengthOf(first, last)
}

const later = (one: string, other: string): string => (one > other ? one : other)
const earlier = (one: string, other: string): string => (one < other ? one : other)
const lengthOf = (first: string, last: string): number => (Date.parse(last) - Date.parse(first)) / 86_400_000 + 1

export type AskedTrails = {
  tenantId: number
  trails: readonly Build[]
  span: Span
  names: readonly string[] | undefined
  /** Only names of trade: also `currency` and, beside each moment, what it was about (minor units). */
  amounts?: boolean | undefined
}

/**
 * A subquery with the columns person (as they were), name and moments (milliseconds, sorted within a row), and of trade currency and
 * amounts: everything that known people did by these names within a span of instants, exactly. Somebody may have several rows of a
 * name.
 */
export function trailsSource(bind: Binder, { tenantId, trails, span, names, amounts = false }: AskedTrails): string {
  const { pieces, events } = divideTrails(trails, span)
  const which = whichSql(bind, tenantId, names)
  return `(${[
    ...pieces.map((piece) => pieceSql(bind, which, piece, amounts)),
    ...(events.length > 0
      ? [
          `select person, name, [toUnixTimestamp64Milli(at)] as moments${amounts ? ', currency, [amount] as amounts' : ''} from events where ${which} and person != 0 and ${spansSql(bind, events)}`,
        ]
      : []),
  ].join(' union all ')})`
}

const whichSql = (bind: Binder, tenantId: number, names: readonly string[] | undefined): string =>
  `tenant = ${bind.integer(tenantId)}${names ? ` and name in (${names.map((name) => bind.text(name)).join(', ')})` : ''}`

/** A build that is gone since it was said to count has no answer, rather than a smaller one. */
const standingSql = (bind: Binder, build: number): string =>
  `build = ${bind.integer(build)} and (select throwIf(count() = 0, 'trails.gone') from trails where build = ${bind.integer(build)}) = 0`

function pieceSql(bind: Binder, which: string, { build: { build, first, last }, days }: Piece, withAmounts: boolean): string {
  const isWhole = days.some((one) => one.first <= first && last <= one.last)
  const within = (column: 'moments' | 'amounts') =>
    isWhole ? `trails.${column}` : `arrayFilter((one, ms) -> ${daysSql(bind, days)}, trails.${column}, trails.moments)`
  return `select person, name, ${within('moments')} as moments${withAmounts ? `, currency, ${within('amounts')} as amounts` : ''} from trails
    where ${which} and ${standingSql(bind, build)}
    ${isWhole ? '' : 'and notEmpty(moments)'}`
}

const daysSql = (bind: Binder, days: readonly Days[]): string =>
  days
    .map(({ first, last }) => `(ms >= ${bind.integer(Date.parse(first))} and ms < ${bind.integer(Date.parse(addDays(last, 1)))})`)
    .join(' or ')
