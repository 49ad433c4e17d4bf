import type { TestEvent } from '../testing.ts'
import { figuresOf } from './figures.ts'
import type { PageFigures } from './schema.ts'

export type Act = {
  visitor: string
  ms: number
  kind: 'view' | 'click' | 'left' | 'scroll' | 'act'
  page: string
  view: string
  properties: Record<string, string>
  visit: number
  source: string
  device: string
}

const kinds: Record<string, Act['kind']> = {
  'page.viewed': 'view',
  'page.clicked': 'click',
  'page.left': 'left',
  'page.scrolled': 'scroll',
}

/** The slow and obvious reading of the definitions: one visitor after the other, one event after the other. */
export function actsOf(events: readonly TestEvent[], gapMinutes: number): Act[] {
  const visitors = Map.groupBy(events.filter(isOnPage), (event) => event.person || `$${event.properties?.$device}`)
  return [...visitors].flatMap(([visitor, own]) => {
    let visit = 0
    let first: TestEvent | undefined
    let before = Number.NEGATIVE_INFINITY
    return own
      .toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp))
      .map((event, i) => {
        const ms = Date.parse(event.timestamp)
        const kind = kinds[event.event] ?? 'act'
        const starts = kind !== 'left' && kind !== 'scroll' && ms - before >= gapMinutes * 60_000
        if (starts) visit++
        if (starts || i === 0) first = event
        before = ms
        return { visitor, ms, kind, visit, ...readingOf(event), source: sourceOf(first ?? event), device: deviceOf(first ?? event) }
      })
  })
}

const isOnPage = ({ person, properties = {} }: TestEvent): boolean =>
  (person !== '' || properties.$device !== undefined) && properties.path !== undefined

const readingOf = ({ properties = {} }: TestEvent) => {
  const texts = Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, String(value)]))
  const path = texts.path ?? ''
  return { page: path.length > 1 ? path.replace(/\/+$/, '') || '/' : path, view: texts.view ?? '', properties: texts }
}

const sourceOf = ({ properties = {} }: TestEvent): string => String(properties.source ?? properties.utm_source ?? 'direct')
const deviceOf = ({ properties = {} }: TestEvent): string => String(properties.deviceKind ?? 'unknown')

/** What an act counts under: its page, its visit's source … */
export type NameIn = (act: Act) => string

export function countSlowly(acts: readonly Act[], nameIn: NameIn, value: string, target: string | undefined): PageFigures {
  const here = (act: Act) => nameIn(act) === value
  const visits = [...Map.groupBy(acts, ({ visitor, visit }) => `${visitor} ${visit}`).values()].map((own) => ({
    own,
    views: own.filter(({ kind }) => kind === 'view'),
  }))
  const of = (kind: Act['kind']) => acts.filter((act) => act.kind === kind && here(act))
  const entered = visits.filter(({ views: [first] }) => first && here(first))
  return figuresOf({
    visitors: new Set(of('view').map(({ visitor }) => visitor)).size,
    views: of('view').length,
    visits: visits.filter(({ views }) => views.some(here)).length,
    clicks: of('click').length,
    clickers: new Set(of('click').map(({ visitor }) => visitor)).size,
    entries: entered.length,
    bounces: entered.filter(({ own, views }) => views.length === 1 && own.every(({ kind }) => kind !== 'click' && kind !== 'act')).length,
    exits: visits.filter(({ views }) => views.length > 0 && here(views[views.length - 1] as Act)).length,
    jumps: visits.filter(({ views }) => {
      const first = views.findIndex(here)
      return first >= 0 && views.slice(first + 1).some(({ page }) => (target === undefined ? page !== views[first]?.page : page === target))
    }).length,
    medianStaySeconds: medianOf(staysOf(acts, nameIn, value)),
  })
}

function staysOf(acts: readonly Act[], nameIn: NameIn, value: string): number[] {
  const told = acts.filter(({ kind, properties }) => kind === 'left' && properties.seconds !== undefined && Number(properties.seconds) >= 0)
  const views = Map.groupBy(told, (act) => (act.view === '' ? act : `${act.visitor} ${act.visit} ${act.view}`))
  return [...views.values()]
    .filter(([first]) => first && nameIn(first) === value)
    .map((own) => own.reduce((sum, { properties }) => sum + Number(properties.seconds), 0))
}

export function medianOf(numbers: readonly number[]): number | null {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}
