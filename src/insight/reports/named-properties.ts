import { conditionsOf, type NamedProperty } from '#platform/events/where.ts'
import type { ReportType } from './schema.ts'

type Path = (string | number)[]
type Events = readonly string[] | undefined
type Written = Record<string, unknown>

/** Types whose events all stand in the document; the others read more than they are told. */
const spelled: readonly string[] = [
  'funnel',
  'trend',
  'retention',
  'lifecycle',
  'stickiness',
  'distribution',
  'attribution',
  'interval',
] satisfies ReportType[]

/**
 * Every property that a valid document names, as it was written: filters, measures, breakdowns and the fields of single types.
 * `read` is the same document with everything said that was left out.
 */
export function propertiesNamed(written: unknown, read: { type?: string | undefined }): NamedProperty[] {
  if (!isObject(written)) return []
  return namesWithin(written, [], spelled.includes(read.type ?? '') ? anyOf(eventsIn(read)) : undefined)
}

function namesWithin(value: unknown, path: Path, outer: Events): NamedProperty[] {
  if (Array.isArray(value)) return value.flatMap((one, i) => namesWithin(one, [...path, i], outer))
  if (!isObject(value)) return []
  const events = typeof value.event === 'string' ? anyOf([value.event]) : outer
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, key]
    const place = places[key]
    if (place) return place(inner, at, events, value)
    return key === 'persons' ? [] : namesWithin(inner, at, events)
  })
}

type Place = (value: unknown, path: Path, events: Events, beside: Written) => NamedProperty[]

const one: Place = (value, path, events) => (typeof value === 'string' ? [{ property: value, scope: 'event', events, path }] : [])
const several: Place = (value, path, events, beside) =>
  Array.isArray(value) ? value.flatMap((name, i) => one(name, [...path, i], events, beside)) : []

/** `sum(price)` → price. */
const measured: Place = (value, path, events, beside) => {
  const [, property] = /^\w+\(([\s\S]*)\)$/.exec(String(value)) ?? []
  return property === undefined ? [] : one(property.trim(), path, events, beside)
}

const divided: Place = (value, path, events, { type }) => {
  if (!isObject(value)) return []
  const scope = value.scope === 'person' || type === 'retention' ? 'person' : 'event'
  const { property, properties, dimension } = value
  return [
    ...one(property, [...path, 'property'], events, value),
    ...several(properties, [...path, 'properties'], events, value),
    ...dimensioned(dimension, [...path, 'dimension'], events, value),
  ].map((named) => ({ ...named, scope: named.path.at(-1) === 'dimension' ? named.scope : scope }))
}

/** A metric is split by `property:x` or `attribute:x`. */
const dimensioned: Place = (value, path, events, beside) => {
  const [, of, property = ''] = /^(property|attribute):([\s\S]+)$/.exec(String(value)) ?? []
  return of === undefined
    ? []
    : one(property, path, events, beside).map((named) => ({ ...named, scope: of === 'attribute' ? 'person' : 'event' }))
}

/** By the name of the field that holds them; a value is one only where the event of a conversion stands beside it. */
const places: Readonly<Record<string, Place>> = {
  where: (value, path, events) =>
    conditionsOf(value).map(({ path: within, ...named }) => ({ ...named, events, path: [...path, ...within] })),
  measure: measured,
  breakdown: divided,
  holding: several,
  property: one,
  value: (value, path, events, beside) => (typeof beside.event === 'string' ? one(value, path, events, beside) : []),
  variant: (value, path, events, beside) => (typeof beside.event === 'string' ? one(value, path, events, beside) : []),
  to: (value, path, events, beside) => (typeof beside.event === 'string' ? one(value, path, events, beside) : []),
  weight: one,
  // An attribute of a rule is looked up by the rule itself.
  attribute: () => [],
  covariate: (value, path, events, { exposure }) =>
    isObject(value)
      ? namesWithin(value, path, events)
      : one(value, path, isObject(exposure) ? anyOf([String(exposure.event)]) : events, {}),
}

/** Every event that stands in a document. */
function eventsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(eventsIn)
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'event' && typeof inner === 'string'
      ? [inner]
      : key === 'persons' || key === 'where' || key === 'people'
        ? []
        : eventsIn(inner),
  )
}

const anyOf = (events: readonly string[]): Events => (events.length === 0 || events.includes('*') ? undefined : [...new Set(events)])

const isObject = (value: unknown): value is Written => typeof value === 'object' && value !== null && !Array.isArray(value)
