import type { z } from 'zod'

/** A declared event. Names are `noun.verb_past`; the properties' schema is what emitters are held to. */
export type EventDefinition<Properties extends z.ZodObject = z.ZodObject> = {
  name: string
  version: number
  title: { zh: string; en: string }
  properties: Properties
  /** True when the customer did it: acts of the customer's own make a customer active. */
  own: boolean
  /** True for what only consumers and webhooks hear: it is no behaviour, so ClickHouse and with it reports and rules never have it. */
  logOnly: boolean
}

export const defineEvent = <Properties extends z.ZodObject>(
  name: string,
  facts: { version?: number; title: { zh: string; en: string }; own?: boolean; logOnly?: boolean; properties: Properties },
): EventDefinition<Properties> => {
  if (!isEventName(name)) throw new Error(`${name} is not noun.verb_past`)
  const { version = 1, title, own = false, logOnly = false, properties } = facts
  return { name, version, title, own, logOnly, properties }
}

/** Words joined by dots, underscores or spaces, at most 100 letters. Ours are `noun.verb_past`; senders may have older habits. */
export const isEventName = (name: string): boolean => /^[\p{L}$_][\p{L}\p{N}$_.:/ -]*$/u.test(name) && name.length <= 100
