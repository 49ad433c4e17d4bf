import type { z } from 'zod'

/** A declared event. Names are `noun.verb_past`; the properties' schema is what emitters are held to. */
export type EventDefinition<Properties extends z.ZodObject = z.ZodObject> = {
  name: string
  version: number
  title: { zh: string; en: string }
  properties: Properties
  /** True when the customer did it: acts of the customer's own make a customer active. */
  own: boolean
}

export const defineEvent = <Properties extends z.ZodObject>(
  name: string,
  facts: { version?: number; title: { zh: string; en: string }; own?: boolean; properties: Properties },
): EventDefinition<Properties> => {
  if (!isEventName(name)) throw new Error(`${name} is not noun.verb_past`)
  return { name, version: facts.version ?? 1, title: facts.title, own: facts.own ?? false, properties: facts.properties }
}

/** Lower-case words joined by dots and underscores, at most 100 letters; also what the events door asks of senders. */
export const isEventName = (name: string): boolean =>
  /^[\p{Ll}\p{Lo}$][\p{Ll}\p{Lo}\p{N}_$-]*([. ][\p{Ll}\p{Lo}\p{N}_$-]+)*$/u.test(name) && name.length <= 100
