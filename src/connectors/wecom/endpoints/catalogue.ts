import type * as z from 'zod'
import { acquisitionEndpoints } from './acquisition.ts'
import { appMessageEndpoints } from './app-messages.ts'
import { archiveEndpoints } from './archive.ts'
import { baseEndpoints } from './base.ts'
import { contactWayEndpoints } from './contact-ways.ts'
import { contactEndpoints } from './contacts.ts'
import type { Endpoint } from './define.ts'
import { directoryEndpoints } from './directory.ts'
import { groupMessageEndpoints } from './group-messages.ts'
import { groupEndpoints } from './groups.ts'
import { kfEndpoints } from './kf.ts'
import { mediaEndpoints } from './media.ts'
import { momentEndpoints } from './moments.ts'
import { oauthEndpoints } from './oauth.ts'
import { interceptEndpoints, productEndpoints } from './products.ts'
import { strategyEndpoints } from './strategies.ts'
import { tagEndpoints } from './tags.ts'
import { transferEndpoints } from './transfers.ts'
import { welcomeEndpoints } from './welcome.ts'

/** Every endpoint this connector can speak to, by its path below /cgi-bin/. */
const endpoints = {
  ...baseEndpoints,
  ...directoryEndpoints,
  ...contactEndpoints,
  ...contactWayEndpoints,
  ...welcomeEndpoints,
  ...tagEndpoints,
  ...strategyEndpoints,
  ...groupEndpoints,
  ...groupMessageEndpoints,
  ...momentEndpoints,
  ...transferEndpoints,
  ...productEndpoints,
  ...interceptEndpoints,
  ...acquisitionEndpoints,
  ...appMessageEndpoints,
  ...mediaEndpoints,
  ...oauthEndpoints,
  ...kfEndpoints,
  ...archiveEndpoints,
} satisfies Record<string, Endpoint>

type Endpoints = typeof endpoints
export type EndpointName = keyof Endpoints
export type RequestOf<Name extends EndpointName> = z.input<Endpoints[Name]['request']>
export type ResponseOf<Name extends EndpointName> = z.output<Endpoints[Name]['response']>

export const endpointNames = Object.keys(endpoints) as EndpointName[]

export function endpointOf(name: EndpointName): Endpoint {
  return endpoints[name]
}

/** The endpoint of a path as it stands in a sample's index: with or without /cgi-bin/. */
export function findEndpoint(path: string): { name: EndpointName; endpoint: Endpoint } | undefined {
  const name = path.replace(/^\/?(cgi-bin\/)?/, '')
  return Object.hasOwn(endpoints, name) ? { name: name as EndpointName, endpoint: endpoints[name as EndpointName] } : undefined
}
