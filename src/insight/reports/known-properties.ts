import type { Context } from '#platform/context.ts'
import { type AppError, appError } from '#platform/errors.ts'
import type { NamedProperty } from '#platform/events/where.ts'
import { planOf } from '../tracking/plan-queries.ts'
import { toldProperties } from '../tracking/queries.ts'
import { declaredProperties } from './acts.ts'
import { propertiesNamed } from './named-properties.ts'
import { nearTo } from './near-names.ts'
import { lineProperties } from './order-lines.ts'

/** Written by the loader, and known of everybody. */
const ofAnyEvent = ['$device']
const ofAnybody = ['gender', 'kind']

type Told = Awaited<ReturnType<typeof toldProperties>>

/** `isOpen`: nobody declared or told anything yet, so whatever is asked for may still come. */
type Known = { names: ReadonlySet<string>; isOpen: boolean }

/** Refuses a document that names a property which no such event has, and says where. */
export async function requireKnownProperties(
  ctx: Context,
  written: unknown,
  read: { type?: string | undefined } = {},
  prefix = '',
): Promise<void> {
  const [refusal] = await unknownProperties(
    ctx,
    propertiesNamed(written, read).map((named) => (prefix ? { ...named, path: [prefix, ...named.path] } : named)),
  )
  if (refusal) throw refusal
}

/**
 * A refusal for each property that no such event has: neither declared by the product or the company nor ever told. An event that
 * nobody declared or told yet may have any. Asks nobody where the product's own declarations suffice, and one question where
 * everything was told.
 */
export async function unknownProperties(ctx: Context, named: readonly NamedProperty[]): Promise<AppError[]> {
  const doubtful = named.filter((one) => !isDeclared(one))
  if (doubtful.length === 0) return []
  const isAny = doubtful.some(({ scope, events }) => scope === 'event' && events === undefined)
  const told = await toldProperties(ctx, isAny ? undefined : [...new Set(doubtful.flatMap(({ events }) => events ?? []))])
  const untold = doubtful.filter((one) => !isTold(told, one))
  if (untold.length === 0) return []
  const knownTo = await knowledge(ctx, told)
  return untold.flatMap((one) => {
    const { names, isOpen } = knownTo(one)
    return isOpen || names.has(one.property) ? [] : [unknown(one, [...names])]
  })
}

const isDeclared = ({ scope, events, property }: NamedProperty): boolean =>
  scope === 'person'
    ? ofAnybody.includes(property)
    : ofAnyEvent.includes(property) ||
      (events ?? [...declaredProperties.keys()]).some((name) => declaredProperties.get(name)?.includes(property))

const isTold = (told: Told, { scope, events, property }: NamedProperty): boolean =>
  scope === 'person'
    ? told.person.includes(property)
    : (events ?? [...told.events.keys()]).some((name) => told.events.get(name)?.includes(property))

async function knowledge(ctx: Context, told: Told): Promise<(named: NamedProperty) => Known> {
  const [plan, attributes] = await Promise.all([planOf(ctx), attributeKeys(ctx)])
  const ofEvent = (name: string): string[] => [
    ...(declaredProperties.get(name) ?? []),
    ...(plan.events.get(name)?.properties.map((one) => one.name) ?? []),
    ...(told.events.get(name) ?? []),
  ]
  const isOpen = (name: string) => !told.events.has(name) && ofEvent(name).length === 0
  const every = () => [...declaredProperties.keys(), ...plan.events.keys(), ...told.events.keys()]
  return ({ scope, events }) => {
    if (scope === 'person') return { names: new Set([...ofAnybody, ...attributes, ...told.person]), isOpen: false }
    if (events === undefined) return { names: new Set([...lineProperties, ...every().flatMap(ofEvent)]), isOpen: told.events.size === 0 }
    return { names: new Set(events.flatMap(ofEvent)), isOpen: events.some(isOpen) }
  }
}

const attributeKeys = async (ctx: Context): Promise<string[]> =>
  (await ctx.db.selectFrom('attributes').select('key').where('tenantId', '=', ctx.tenantId).execute()).map(({ key }) => key)

function unknown({ property, scope, events, path }: NamedProperty, names: readonly string[]): AppError {
  const near = nearTo(property, names).join(', ')
  const name = property.slice(0, 40)
  const nobody = scope === 'person' ? 'Nobody has a property' : 'No event has a property'
  const lacks = events && scope === 'event' ? `${events.map((event) => `"${event}"`).join(' or ')} has no property` : nobody
  return appError('report.property_unknown', {
    message: `${lacks} "${name}"${near ? `; near it: ${near}` : ''}.`,
    field: path.join('.'),
    details: { property: name, near },
  })
}
