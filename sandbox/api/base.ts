// Tickets for the JS-SDK, WeCom's own addresses, and the app as it sees itself (section 2 of the protocol notes, page 90227).
import { z } from 'zod'
import { findAgent } from '../state/corps.ts'
import { type Call, type Endpoint, endpoint, Nothing, numberText, refuse } from './protocol.ts'
import { ticket } from './tokens.ts'

export const baseEndpoints: Endpoint[] = [
  endpoint({
    path: 'get_jsapi_ticket',
    method: 'GET',
    permission: 'base',
    input: Nothing,
    handle: ({ world, agent }) => ticket(world, agent, 'corp_ticket'),
  }),
  endpoint({
    path: 'ticket/get',
    method: 'GET',
    permission: 'base',
    input: z.object({ type: z.literal('agent_config') }),
    handle: ({ world, agent }) => ticket(world, agent, 'agent_ticket'),
  }),
  // Everything here comes from loopback, so that is what a firewall has to let in.
  endpoint({
    path: 'getcallbackip',
    method: 'GET',
    permission: 'base',
    input: Nothing,
    empty: { ip_list: [] },
    handle: () => ({ ip_list: ['127.0.0.1', '127.0.0.*'] }),
  }),
  endpoint({
    path: 'get_api_domain_ip',
    method: 'GET',
    permission: 'base',
    input: Nothing,
    empty: { ip_list: [] },
    handle: () => ({ ip_list: ['127.0.0.1'] }),
  }),
  endpoint({
    path: 'agent/get',
    method: 'GET',
    permission: 'base',
    input: z.object({ agentid: numberText }),
    handle: agentSettings,
  }),
  // The list of a self-built app holds itself alone.
  endpoint({
    path: 'agent/list',
    method: 'GET',
    permission: 'base',
    input: Nothing,
    empty: { agentlist: [] },
    handle: ({ world, agent }) => ({
      agentlist: [{ agentid: agent.agentId, name: agent.name, square_logo_url: `${world.url}/assets/home/icon.svg` }],
    }),
  }),
]

/** An app may look at itself only. */
function agentSettings({ world, agent }: Call, { agentid }: { agentid: number }) {
  if (!findAgent(world, agent.corpId, agentid)) return refuse(40056)
  if (agentid !== agent.agentId) return refuse(301002)
  return {
    agentid,
    name: agent.name,
    square_logo_url: `${world.url}/assets/home/icon.svg`,
    description: '',
    allow_userinfos: { user: agent.visibleUsers.map((userid) => ({ userid })) },
    allow_partys: { partyid: agent.visibleParties },
    allow_tags: { tagid: [] },
    close: 0,
    redirect_domain: agent.trustedDomain,
    report_location_flag: 0,
    isreportenter: 0,
    home_url: '',
    customized_publish_status: 1,
  }
}
