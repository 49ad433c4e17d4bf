import { conditionsOf, type NamedProperty } from '#platform/events/where.ts'
import type { Awaited, Definition, Step } from './definition.ts'
import { toldAs } from './listeners.ts'

type Path = NamedProperty['path']

/**
 * Every property of an event that a drawing asks for outside the rules of segments, which are asked about on their own. Whoever is
 * let in by hand or by a schedule brings anything or nothing: what branches ask of that is nobody's to know.
 */
export function eventPropertiesIn(definition: Definition): NamedProperty[] {
  const { entry, reentry, exits, goal, steps } = definition
  const came = entry.by === 'event' || entry.by === 'segment' ? [toldAs(entry)] : []
  const happened = [...new Set(steps.flatMap((step) => (step.type === 'wait_for' ? step.happens.flatMap(eventsOf) : [])))]
  return [
    ...happening(entry, ['entry']),
    ...(reentry.policy === 'each' ? known(came, [{ property: reentry.property, scope: 'event', path: ['reentry', 'property'] }]) : []),
    ...exits.flatMap((one, i) => happening(one, ['exits', i])),
    ...(goal?.when ?? []).flatMap((one, i) => happening(one, ['goal', 'when', i])),
    ...steps.flatMap((step, i) => stepProperties(step, { came, happened }, ['steps', i])),
  ]
}

function stepProperties(step: Step, { came, happened }: { came: readonly string[]; happened: readonly string[] }, path: Path) {
  if (step.type === 'wait_for') return step.happens.flatMap((one, i) => happening(one, [...path, 'happens', i]))
  if (step.type !== 'branch') return []
  return step.paths.flatMap(({ when }, i) => {
    const at = [...path, 'paths', i, 'when']
    if ('entry' in when) return known(came, conditionsOf(when.entry, [...at, 'entry']))
    return 'happened' in when ? known(happened, conditionsOf(when.happened, [...at, 'happened'])) : []
  })
}

const happening = (one: object, path: Path): NamedProperty[] =>
  'event' in one && 'where' in one ? known([String(one.event)], conditionsOf(one.where, [...path, 'where'])) : []

/** What of these events is asked for; nothing where they are not known. */
const known = (events: readonly string[], named: readonly Omit<NamedProperty, 'events'>[]): NamedProperty[] =>
  events.length === 0 ? [] : named.map((one) => ({ ...one, events }))

/** A rule holds without anything happening. */
const eventsOf = (one: Awaited): string[] => ('rule' in one ? [] : [toldAs(one)])
