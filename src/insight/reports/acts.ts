import { orderAmended, orderPaid, orderPlaced, orderRefunded } from '#conversion/events.ts'
import { growthEventDefinitions } from '#growth/events.ts'
import { customersEventDefinitions, employeeEventDefinitions, wecomEventDefinitions } from '#management/events.ts'
import { operationEventDefinitions } from '#operation/events.ts'
import { insightEventDefinitions } from '../events.ts'

const definitions = [
  orderAmended,
  orderPaid,
  orderPlaced,
  orderRefunded,
  ...growthEventDefinitions,
  ...customersEventDefinitions,
  ...employeeEventDefinitions,
  ...wecomEventDefinitions,
  ...operationEventDefinitions,
  ...insightEventDefinitions,
]

/** Becoming a friend or agreeing to something is no act that shows somebody is there. */
export const notSigns = ['customer.followed', 'live_code.added', 'acquisition_link.added', 'archive.agreed']

/** The printed list, in the words of the catalogue, what customers do first. */
export const declaredActs = definitions
  .map(({ name, title, own }) => ({ event: name, ...title, own }))
  .sort((one, other) => Number(other.own) - Number(one.own))

/** The properties of the product's own events, by name. */
export const declaredProperties: ReadonlyMap<string, readonly string[]> = new Map(
  definitions.map(({ name, properties }) => [name, Object.keys(properties.shape)]),
)

/**
 * What is no act of the customer's own, for every report alike: what is declared and happens without their doing, what shows nobody
 * is there, and what the company says. Whatever else comes in – from trackers, programs, files – is something somebody did.
 */
export const notActsOf = ({ counted, uncounted }: { counted: readonly string[]; uncounted: readonly string[] }): readonly string[] => [
  ...declaredActs.flatMap(({ event, own }) => (isAct({ event, own }, counted) ? [] : [event])),
  ...uncounted,
]

const isAct = ({ event, own }: { event: string; own: boolean }, counted: readonly string[]): boolean =>
  !notSigns.includes(event) && (own || counted.includes(event))
