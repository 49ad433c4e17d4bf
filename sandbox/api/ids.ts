// Conversions between the names of one person (section 16).
import { z } from 'zod'
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
]

const isFriend = ({ world }: Call, customer: Customer): boolean => followsOfCustomer(world, customer.externalUserId).some(isOpenToApi)
const pendingId = ({ agent }: Call, unionId: string): string => seededId('p', agent.corpId, 'pending', unionId)
