// 规则组 of customers and of moments (section 7; pages 94883, 94890).
import { z } from 'zod'
import { findEmployee, listDepartments, visibleEmployees, visibleParties } from '../state/directory.ts'
import {
  createStrategy,
  deleteStrategy,
  findStrategy,
  hasChildren,
  pageStrategies,
  type RangeItem,
  type Strategy,
  type StrategyBody,
  type StrategyKind,
  updateStrategy,
} from '../state/strategies.ts'
import { deleteTagGroup, listTagGroups } from '../state/tags.ts'
import { toSeconds } from '../state/world.ts'
import { pageOf } from './paging.ts'
import { type Call, type Endpoint, endpoint, refuse, refuseParameter } from './protocol.ts'

const StrategyId = z.object({ strategy_id: z.int().min(1) })
const Page = { cursor: z.string().optional(), limit: z.int().min(1).max(1000).default(1000) }
const Range = z.array(z.object({ type: z.int().min(1).max(2), userid: z.string().optional(), partyid: z.int().optional() }))
const Privilege = z.record(z.string(), z.boolean())
const Admins = z.array(z.string())

export const strategyEndpoints: Endpoint[] = [...endpointsOf('customer'), ...endpointsOf('moment')]

function endpointsOf(kind: StrategyKind): Endpoint[] {
  const area = `externalcontact/${kind}_strategy`
  return [
    endpoint({
      path: `${area}/list`,
      permission: 'customers',
      empty: { strategy: [] },
      input: z.object(Page),
      handle: (call, input) => {
        const { world, agent } = call
        const rows = (after: number, limit: number) => pageStrategies(world, agent.corpId, kind, after, limit)
        const { page, next } = pageOf(call, `${area}/list`, input, (it: Strategy) => it.strategyId, rows)
        return { strategy: page.map((it) => ({ strategy_id: it.strategyId })), ...next }
      },
    }),
    endpoint({
      path: `${area}/get`,
      permission: 'customers',
      input: StrategyId,
      handle: (call, { strategy_id }) => {
        const { range: _, ...body } = ownStrategy(call, kind, strategy_id).body
        const { parentId, createdAt } = ownStrategy(call, kind, strategy_id)
        return { strategy: { strategy_id, parent_id: parentId, create_time: toSeconds(createdAt), ...body } }
      },
    }),
    endpoint({
      path: `${area}/get_range`,
      permission: 'customers',
      empty: { range: [] },
      input: StrategyId.extend(Page),
      handle: (call, { strategy_id, ...input }) => {
        const numbered = ownStrategy(call, kind, strategy_id).body.range.map((it, index) => ({ it, number: index + 1 }))
        const rows = (after: number, limit: number) => numbered.slice(after, after + limit)
        const { page, next } = pageOf(call, `${area}/get_range/${strategy_id}`, input, (row) => row.number, rows)
        return { range: page.map((row) => row.it), ...next }
      },
    }),
    endpoint({
      path: `${area}/create`,
      permission: 'customers',
      input: z.object({
        parent_id: z.int().min(0).default(0),
        strategy_name: z.string().min(1),
        admin_list: Admins.min(1),
        privilege: Privilege.default({}),
        range: Range.min(1),
      }),
      handle: (call, { parent_id, ...body }) => {
        if (parent_id > 0) ownStrategy(call, kind, parent_id, 'parent_id')
        checkBody(call, body)
        return { strategy_id: createStrategy(call.world, call.agent.corpId, kind, parent_id, body) }
      },
    }),
    endpoint({
      path: `${area}/edit`,
      permission: 'customers',
      input: StrategyId.extend({
        strategy_name: z.string().min(1).optional(),
        admin_list: Admins.min(1).optional(),
        privilege: Privilege.optional(),
        range_add: Range.default([]),
        range_del: Range.default([]),
      }),
      handle: (call, input) => {
        const strategy = ownStrategy(call, kind, input.strategy_id)
        const before = strategy.body
        const gone = new Set(input.range_del.map(keyOf))
        const kept = [...before.range, ...input.range_add].filter((it) => !gone.has(keyOf(it)))
        const body: StrategyBody = {
          strategy_name: input.strategy_name ?? before.strategy_name,
          admin_list: input.admin_list ?? before.admin_list,
          // What is not named stays as it was.
          privilege: { ...before.privilege, ...input.privilege },
          range: [...new Map(kept.map((it) => [keyOf(it), it])).values()],
        }
        if (body.range.length === 0) refuseParameter('range_del', 'leaves an empty range')
        checkBody(call, { ...body, range: input.range_add })
        updateStrategy(call.world, strategy, body)
        return {}
      },
    }),
    endpoint({
      path: `${area}/del`,
      permission: 'customers',
      input: StrategyId,
      handle: (call, { strategy_id }) => {
        const strategy = ownStrategy(call, kind, strategy_id)
        const { world, agent } = call
        if (hasChildren(world, strategy)) refuseParameter('strategy_id', 'has strategies below it')
        if (kind === 'customer') for (const it of listTagGroups(world, agent.corpId, strategy_id)) deleteTagGroup(world, agent.corpId, it)
        deleteStrategy(world, strategy)
        return {}
      },
    }),
  ]
}

export const ownStrategy = ({ world, agent }: Call, kind: StrategyKind, strategyId: number, field = 'strategy_id'): Strategy =>
  findStrategy(world, agent.corpId, kind, strategyId) ?? refuseParameter(field, 'not found')

const keyOf = (it: RangeItem): string => (it.type === 1 ? `user|${it.userid}` : `party|${it.partyid}`)

function checkBody(call: Call, { admin_list, range }: StrategyBody): void {
  const { world, agent } = call
  const visible = new Set(visibleEmployees(world, agent).map((it) => it.userId))
  const parties = visibleParties(world, agent)
  const known = new Set(listDepartments(world, agent.corpId).map((it) => it.id))
  const checkUser = (userId: string) => {
    const member = findEmployee(world, agent.corpId, userId) ?? refuse(60111)
    if (!visible.has(member.userId)) refuse(60011)
  }
  for (const userId of admin_list) checkUser(userId)
  for (const it of range) {
    if (it.type === 1) checkUser(it.userid ?? refuseParameter('range.userid', 'missing'))
    else {
      const id = it.partyid ?? refuseParameter('range.partyid', 'missing')
      if (!known.has(id)) refuse(60123)
      if (!parties.has(id)) refuse(60011)
    }
  }
}
