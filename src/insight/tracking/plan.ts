import { experimentExposed } from '#operation/events.ts'
import type { PlannedProperty, PropertyType } from './schema.ts'

/** What events of one name are held to. */
export type Declaration = { properties: readonly PlannedProperty[]; closed: boolean }

/** A company's plan: declared names, whether others are taken, and which experiments deal people out themselves. */
export type Plan = { events: ReadonlyMap<string, Declaration>; holdUnknown: boolean; dealt: ReadonlySet<string> }

/** What is wrong with an event, or nothing. `field` is within the event. */
export type Misfit = { reason: string; message: string; field: string }

/** `written`: a table's cells are text, so a number written out is a number. */
export function misfitOf(plan: Plan, name: string, properties: Record<string, unknown>, written = false): Misfit | undefined {
  const declared = plan.events.get(name)
  const exposure = name === experimentExposed.name ? exposureMisfit(plan, properties) : undefined
  if (declared) return exposure ?? misfitWith(declared, properties, written)
  if (!plan.holdUnknown) return undefined
  return { reason: 'undeclared', message: `"${name}" is not in the tracking plan.`, field: 'event' }
}

/**
 * Whoever could tell who met what in a trial of ours could make up its result. Trials that run elsewhere name themselves. A slip
 * (operation/experiments) is opened at the door; one that comes further is none.
 */
function exposureMisfit({ dealt }: Plan, { experiment, slip }: Record<string, unknown>): Misfit | undefined {
  if (slip !== undefined) return { reason: 'slip_unknown', message: 'This slip was not dealt here.', field: 'properties.slip' }
  if (typeof experiment !== 'string' || !dealt.has(experiment)) return undefined
  return {
    reason: 'dealt_here',
    message: 'This experiment deals people out itself, so nobody else says who met what.',
    field: 'properties.experiment',
  }
}

export function misfitWith(declared: Declaration, properties: Record<string, unknown>, written = false): Misfit | undefined {
  for (const property of declared.properties) {
    const misfit = misfitOfProperty(property, properties[property.name], written)
    if (misfit) return misfit
  }
  if (!declared.closed) return undefined
  const strange = Object.keys(properties).find((name) => !name.startsWith('$') && !declared.properties.some((one) => one.name === name))
  return strange === undefined
    ? undefined
    : { reason: 'property_undeclared', message: `"${strange}" is not declared for this event.`, field: `properties.${strange}` }
}

function misfitOfProperty({ name, type, required, values }: PlannedProperty, value: unknown, written: boolean): Misfit | undefined {
  const field = `properties.${name}`
  if (value === undefined || value === null)
    return required ? { reason: 'property_missing', message: `This event must say "${name}".`, field } : undefined
  if (!isOfType(type, value, written)) return { reason: 'property_type', message: `"${name}" is declared as ${type}.`, field }
  if (values && values.length > 0 && !values.includes(String(value)))
    return { reason: 'property_value', message: `"${name}" is none of the declared values.`, field }
  return undefined
}

const isOfType = (type: PropertyType, value: unknown, written: boolean): boolean =>
  tests[type](value) || (written && typeof value === 'string' && tests[type](readCell(type, value)))

const isoTime = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

const tests: Record<PropertyType, (value: unknown) => boolean> = {
  text: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  integer: (value) => Number.isSafeInteger(value),
  boolean: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && isoTime.test(value) && !Number.isNaN(Date.parse(value.replace(' ', 'T'))),
  list: (value) => Array.isArray(value),
}

function readCell(type: PropertyType, cell: string): unknown {
  const text = cell.trim()
  if (type === 'number' || type === 'integer') return text === '' ? text : Number(text)
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return type === 'list' && text.startsWith('[') ? [] : text
}
