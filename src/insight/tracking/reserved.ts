import type { EventDefinition } from '#platform/events/catalogue.ts'
import { trackedDeclarations } from './events.ts'

/** Facts that the product itself states: nobody outside may say that an order was paid. What pages tell is declared, and told by them. */
export const reservedNames = (declared: readonly EventDefinition[]): ReadonlySet<string> =>
  new Set(declared.map(({ name }) => name).filter((name) => !trackedDeclarations.has(name)))
