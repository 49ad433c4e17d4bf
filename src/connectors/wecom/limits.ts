import type { EndpointName } from './endpoints/catalogue.ts'

/** Welcome messages must never wait behind a synchronisation: they go first and a part of every budget is theirs. */
export type Lane = 'first' | 'bulk'

export type WindowName = 'minute' | 'hour' | 'day'
export type Bounds = Partial<Record<WindowName, number>>

export const windowMs: Record<WindowName, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** Per corp and api, and per address and api (doc 90454, text of August 2023). */
export const corpBounds: Bounds = { minute: 10_000, hour: 150_000 }
export const addressBounds: Bounds = { minute: 20_000, hour: 600_000 }

/**
 * An api's own bounds, where they stand and of when they are; `secondary`: not WeCom's own words. Months and what depends on the
 * size of the corp (app messages, members) only WeCom can count: its 45009 then makes the api rest.
 */
type Figures = { bounds: Bounds; perMonth?: number; doc: number; asOf: string; secondary?: true }

const special: Partial<Record<EndpointName, Figures>> = {
  // The tighter of the bounds per app and per corp (400 an hour).
  get_jsapi_ticket: { bounds: { hour: 100 }, doc: 90454, asOf: '2023-08' },
  'ticket/get': { bounds: { hour: 100 }, doc: 90454, asOf: '2023-08' },
  'media/uploadimg': { bounds: { day: 1000 }, perMonth: 3000, doc: 90256, asOf: '2023-08' },
  'appchat/create': { bounds: { day: 1000 }, doc: 90454, asOf: '2023-08' },
  'appchat/update': { bounds: { hour: 1000 }, doc: 90454, asOf: '2023-08' },
  'idconvert/unionid_to_external_userid': {
    bounds: { hour: 100_000, day: 480_000 },
    perMonth: 7_500_000,
    doc: 95900,
    asOf: '2026-11',
    secondary: true,
  },
  'externalcontact/add_moment_task': { bounds: { minute: 10 }, perMonth: 100_000, doc: 95094, asOf: '2026-11', secondary: true },
}

export function boundsOf(endpoint: EndpointName): Bounds {
  return { ...corpBounds, ...special[endpoint]?.bounds }
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
