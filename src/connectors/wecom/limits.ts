import type { EndpointName } from './endpoints/catalogue.ts'

/** Welcome messages must never wait behind a synchronisation: they go first and a part of every budget is theirs. */
export type Lane = 'first' | 'bulk'

export type WindowName = 'minute' | 'hour' | 'day'
export type Bounds = Partial<Record<WindowName, number>>

export const windowMs: Record<WindowName, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** Per corp and api, and per address and api (doc 90454, text of August 2023). */
export const corpBounds: Bounds = { minute: 10_000, hour: 150_000 }
export const addressBounds: Bounds = { minute: 20_000, hour: 600_000 }

/** Apis with their own bounds; the source is beside each. */
const special: Partial<Record<EndpointName, Bounds>> = {
  // doc 90454, 2023-08; the tighter of the bounds per app and per corp
  get_jsapi_ticket: { hour: 100 },
  'ticket/get': { hour: 100 },
  // doc 90256, 2023-08
  'media/uploadimg': { day: 1000 },
  // doc 95900, secondary source, 2026-11
  'idconvert/unionid_to_external_userid': { hour: 100_000, day: 480_000 },
  // doc 95094, secondary source, 2026-11
  'externalcontact/add_moment_task': { minute: 10 },
}

export function boundsOf(endpoint: EndpointName): Bounds {
  return { ...corpBounds, ...special[endpoint] }
}

/** Of every window this part is kept for the first lane. */
const reserve = 0.1

export function share(bound: number, lane: Lane): number {
  return lane === 'first' ? bound : Math.max(1, Math.floor(bound * (1 - reserve)))
}

/** Calls of one api by one corp side by side. WeCom tells no number for most; some apis bear five. */
export const parallelCalls = 5

/** How long a call may wait for its budget before it is refused with a time to come back. */
export const longestWaitMs: Record<Lane, number> = { first: 15_000, bulk: 5_000 }
