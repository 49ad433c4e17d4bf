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

/**
 * What happens to customers without their doing: everything declared that is not their own act. Whatever else comes in – from
 * trackers, programs, files – is something somebody did.
 */
export const notActs: readonly string[] = definitions.filter(({ own }) => !own).map(({ name }) => name)
