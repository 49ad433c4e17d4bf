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
