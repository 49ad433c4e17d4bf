// Conversions between the names of one person (section 16).
import { z } from 'zod'
import { findAgent } from '../state/corps.ts'
import { type Customer, findCustomer, findCustomerByUnionId, followsOfCustomer } from '../state/customers.ts'
import { findEmployee, listEmployees } from '../state/directory.ts'
import { isOpenToApi } from '../state/friendships.ts'
import { seededId } from '../state/world.ts'
import { type Call, type Endpoint, endpoint, refuse } from './protocol.ts'

const UnionId = z.object({ unionid: z.string().min(1), openid: z.string().min(1), subject_type: z.int().min(0).max(1).default(0) })

export const idEndpoints: Endpoint[] = [
  endpoint({
    path: 'idconvert/unionid_to_external_userid',
    permission: 'customers',
    input: UnionId,
    handle: (call, { unionid }) => {
      const customer = findCustomerByUnionId(call.world, call.agent.corpId, unionid)
      // Not (yet) a customer: an id to wait with for ninety days.
      return customer && isFriend(call, customer) ? { external_userid: customer.externalUserId } : { pending_id: pendingId(call, unionid) }
    },
  }),
  endpoint({
    path: 'externalcontact/unionid_to_external_userid',
    permission: 'customers',
    input: z.object({ unionid: z.string().min(1), openid: z.string().optional() }),
    handle: (call, { unionid }) => {
      const customer = findCustomerByUnionId(call.world, call.agent.corpId, unionid)
      return customer && isFriend(call, customer) ? { external_userid: customer.externalUserId } : refuse(84061)
    },
  }),
  endpoint({
    path: 'idconvert/batch/external_userid_to_pending_id',
    permission: 'customers',
    empty: { result: [] },
    input: z.object({ external_userid: z.array(z.string()).min(1).max(100), chat_id: z.string().optional() }),
    handle: (call, { external_userid }) => ({
      result: external_userid.flatMap((id) => {
        const customer = findCustomer(call.world, id)
        return customer?.corpId === call.agent.corpId ? [{ external_userid: id, pending_id: pendingId(call, customer.unionId) }] : []
      }),
    }),
  }),
  endpoint({
    path: 'externalcontact/convert_to_openid',
    permission: 'customers',
    input: z.object({ external_userid: z.string().min(1) }),
    handle: (call, { external_userid }) => {
      const customer = findCustomer(call.world, external_userid)
      return customer?.corpId === call.agent.corpId && customer.type === 1 ? { openid: customer.openId } : refuse(40096)
    },
  }),
  endpoint({
    path: 'externalcontact/to_service_external_userid',
    permission: 'customers',
    input: z.object({ external_userid: z.string().min(1) }),
    handle: (call, { external_userid }) => {
      const customer = findCustomer(call.world, external_userid)
      return customer?.corpId === call.agent.corpId ? { external_userid: turned(customer.externalUserId, 1) } : refuse(40096)
    },
  }),
  endpoint({
    path: 'externalcontact/from_service_external_userid',
    permission: 'customers',
    input: z.object({ external_userid: z.string().min(1), source_agentid: z.int() }),
    handle: ({ world, agent }, { external_userid, source_agentid }) => {
      if (!findAgent(world, agent.corpId, source_agentid)) refuse(40056)
      const customer = findCustomer(world, turned(external_userid, -1))
      return customer?.corpId === agent.corpId ? { external_userid: customer.externalUserId } : refuse(40096)
    },
  }),
  endpoint({
    path: 'user/convert_to_openid',
    permission: 'directory',
    input: z.object({ userid: z.string().min(1) }),
    handle: ({ world, agent }, { userid }) => ({ openid: (findEmployee(world, agent.corpId, userid) ?? refuse(60111)).openId }),
  }),
  endpoint({
    path: 'user/convert_to_userid',
    permission: 'directory',
    input: z.object({ openid: z.string().min(1) }),
    handle: ({ world, agent }, { openid }) => ({
      userid: (listEmployees(world, agent.corpId).find((it) => it.openId === openid) ?? refuse(60111)).userId,
    }),
  }),
  endpoint({
    path: 'batch/userid_to_openuserid',
    permission: 'directory',
    empty: { open_userid_list: [], invalid_userid_list: [] },
    input: z.object({ userid_list: z.array(z.string()).min(1).max(1000) }),
    handle: ({ world, agent }, { userid_list }) => {
      const found = userid_list.map((userId) => ({ userId, employee: findEmployee(world, agent.corpId, userId) }))
      return {
        open_userid_list: found.flatMap(({ employee }) =>
          employee ? [{ userid: employee.userId, open_userid: employee.openUserId }] : [],
        ),
        invalid_userid_list: found.filter(({ employee }) => !employee).map(({ userId }) => userId),
      }
    },
  }),
  endpoint({
    path: 'batch/openuserid_to_userid',
    permission: 'directory',
    empty: { userid_list: [], invalid_open_userid_list: [] },
    input: z.object({ open_userid_list: z.array(z.string()).min(1).max(1000), source_agentid: z.int() }),
    handle: ({ world, agent }, { open_userid_list, source_agentid }) => {
      if (!findAgent(world, agent.corpId, source_agentid)) refuse(40056)
      const byOpenId = new Map(listEmployees(world, agent.corpId).map((it) => [it.openUserId, it.userId]))
      return {
        userid_list: open_userid_list.flatMap((id) => {
          const userid = byOpenId.get(id)
          return userid === undefined ? [] : [{ userid, open_userid: id }]
        }),
        invalid_open_userid_list: open_userid_list.filter((id) => !byOpenId.has(id)),
      }
    },
  }),
]

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** A service provider knows the same person by another id: each sign moved along the alphabet, so that the way back needs no table. */
const turned = (id: string, direction: 1 | -1): string =>
  id.slice(0, 2) + [...id.slice(2)].map((sign) => alphabet.at((alphabet.indexOf(sign) + direction * 17) % alphabet.length) ?? sign).join('')

const isFriend = ({ world }: Call, customer: Customer): boolean => followsOfCustomer(world, customer.externalUserId).some(isOpenToApi)
const pendingId = ({ agent }: Call, unionId: string): string => seededId('p', agent.corpId, 'pending', unionId)
