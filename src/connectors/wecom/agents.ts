import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { ResponseOf } from './endpoints/catalogue.ts'

export type Agent = ResponseOf<'agent/get'>
export type ListedAgent = NonNullable<ResponseOf<'agent/list'>['agentlist']>[number]

/** doc 90227: the app's name, visible range and trusted domain. Another app's is 301002, an unknown one 40056. */
export function getAgent(app: WecomApp, agentId: number, options?: CallOptions): Promise<Agent> {
  return callWecom(app, 'agent/get', { query: { agentid: agentId } }, options)
}

/** doc 90227: the apps this secret speaks for. */
export async function listAgents(app: WecomApp, options?: CallOptions): Promise<ListedAgent[]> {
  return (await callWecom(app, 'agent/list', {}, options)).agentlist ?? []
}

/** doc 90930: where callbacks come from, for a firewall; read it daily. Old answers hold patterns such as `101.226.103.*`. */
export async function listCallbackAddresses(app: WecomApp, options?: CallOptions): Promise<string[]> {
  return (await callWecom(app, 'getcallbackip', {}, options)).ip_list ?? []
}

/** doc 92520: where the api answers from. */
export async function listApiAddresses(app: WecomApp, options?: CallOptions): Promise<string[]> {
  return (await callWecom(app, 'get_api_domain_ip', {}, options)).ip_list ?? []
}
