// Tickets for the JS-SDK and WeCom's own addresses (sections 2 of the protocol notes).
import { z } from 'zod'
import { type Endpoint, endpoint, Nothing } from './protocol.ts'
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
]
