// 获客助手 (section 14; pages 97297, 97298, 97299, 97375).
import { z } from 'zod'
import {
  type Acquired,
  balanceOf,
  countBetween,
  countLinks,
  createLink,
  deleteLink,
  findByChatKey,
  findLink,
  type Link,
  type LinkBody,
  linkUrl,
  pageAcquired,
  pageLinks,
  quotasOf,
  updateLink,
} from '../state/acquisition.ts'
import { membersBehind } from '../state/contact-ways.ts'
import { beijingMidnight, dayMs, now, toSeconds, type World } from '../state/world.ts'
import { pageOf } from './paging.ts'
import { checkDepartments, servingNamed } from './people-named.ts'
import { type Call, type Endpoint, endpoint, Nothing, refuse, refuseParameter } from './protocol.ts'

const peopleMost = 500
const daysBackMost = 180
const daysMost = 30
const area = 'externalcontact/customer_acquisition'

const LinkId = z.object({ link_id: z.string().min(1) })
const Range = z.object({ user_list: z.array(z.string()).default([]), department_list: z.array(z.int()).default([]) })
const Priority = z.object({ priority_type: z.int().min(1).max(2), priority_userid_list: z.array(z.string()).default([]) })
const Settings = z.object({
  link_name: z.string().min(1).optional(),
  range: Range.optional(),
  skip_verify: z.boolean().optional(),
  priority_option: Priority.optional(),
  mark_source: z.boolean().optional(),
})

export const acquisitionEndpoints: Endpoint[] = [
  endpoint({
    path: `${area}/list_link`,
    permission: 'customers',
    list: true,
    empty: { link_id_list: [] },
    input: z.object({ limit: z.int().min(1).max(100).default(50), cursor: z.string().optional() }),
    handle: (call, input) => {
      const { world, agent } = ofApp(call)
      const rows = (after: number, limit: number) => pageLinks(world, agent.corpId, agent.agentId, after, limit)
      const { page, next } = pageOf(call, 'list_link', input, (it: Link) => it.id, rows)
      return { link_id_list: page.map((it) => it.linkId), ...next }
    },
  }),
  endpoint({
    path: `${area}/get`,
    permission: 'customers',
    input: LinkId,
    handle: (call, { link_id }) => {
      const link = ownLink(call, link_id)
      const { skip_verify, mark_source, range, priority_option } = link.body
      return { link: { ...linkBody(call.world, link), skip_verify, mark_source }, range, ...(priority_option && { priority_option }) }
    },
  }),
  endpoint({
    path: `${area}/create_link`,
    permission: 'customers',
    input: Settings.extend({ link_name: z.string().min(1) }),
    handle: (call, input) => {
      const { world, agent } = ofApp(call)
      const body: LinkBody = {
        link_name: input.link_name,
        range: input.range ?? { user_list: [], department_list: [] },
        skip_verify: input.skip_verify ?? true,
        mark_source: input.mark_source ?? true,
        ...(input.priority_option && { priority_option: input.priority_option }),
      }
      checkBody(call, body)
      if (countLinks(world, agent.corpId) >= world.settings.limits.acquisitionLinks) refuse(41095)
      const link = createLink(world, agent.corpId, agent.agentId, body)
      return { link: { link_id: link.linkId, ...linkBody(world, link) } }
    },
  }),
  endpoint({
    path: `${area}/update_link`,
    permission: 'customers',
    input: Settings.extend({ link_id: z.string().min(1) }),
    handle: (call, { link_id, ...input }) => {
      const link = ownLink(call, link_id)
      const changes = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
      const body = { ...link.body, ...changes }
      checkBody(call, body)
      updateLink(call.world, link, body)
      return {}
    },
  }),
  endpoint({
    path: `${area}/delete_link`,
    permission: 'customers',
    input: LinkId,
    handle: (call, { link_id }) => {
      deleteLink(call.world, ownLink(call, link_id))
      return {}
    },
  }),
  endpoint({
    path: `${area}/customer`,
    permission: 'customers',
    list: true,
    empty: { customer_list: [] },
    input: LinkId.extend({ limit: z.int().min(1).max(1000).default(500), cursor: z.string().optional() }),
    handle: (call, { link_id, ...input }) => {
      const link = ownLink(call, link_id)
      const rows = (after: number, limit: number) => pageAcquired(call.world, link.linkId, after, limit)
      const { page, next } = pageOf(call, `customer/${link_id}`, input, (it: Acquired) => it.id, rows)
      return {
        customer_list: page.map(({ external_userid, userid, said, state }) => ({
          external_userid,
          userid,
          chat_status: said > 0 ? 1 : 0,
          state,
        })),
        ...next,
      }
    },
  }),
  endpoint({
    path: `${area}/statistic`,
    permission: 'customers',
    input: LinkId.extend({ start_time: z.int(), end_time: z.int() }),
    handle: (call, input) => {
      const link = ownLink(call, input.link_id)
      const { from, to } = daysOf(call.world, input)
      const { clicked, added } = countBetween(call.world, link.linkId, from, to)
      return { click_link_customer_cnt: clicked, new_customer_cnt: added }
    },
  }),
  endpoint({
    path: 'externalcontact/customer_acquisition_quota',
    method: 'GET',
    permission: 'customers',
    input: Nothing,
    empty: { quota_list: [] },
    handle: (call) => {
      const { world, agent } = ofApp(call)
      const quotas = quotasOf(world, agent.corpId)
      return {
        total: quotas.reduce((sum, it) => sum + it.total, 0),
        balance: balanceOf(world, agent.corpId),
        quota_list: quotas.map((it) => ({ expire_date: toSeconds(it.expires_at), balance: it.balance })),
      }
    },
  }),
  endpoint({
    path: `${area}/get_chat_info`,
    permission: 'customers',
    input: z.object({ chat_key: z.string().min(1) }),
    handle: (call, { chat_key }) => {
      const { world, agent } = ofApp(call)
      const it = findByChatKey(world, agent.corpId, chat_key) ?? refuseParameter('chat_key', 'unknown or expired')
      const { userid, external_userid, said, link_id, state } = it
      return { userid, external_userid, chat_info: { recv_msg_cnt: said, link_id, state } }
    },
  }),
  endpoint({
    path: 'externalcontact/customer_acquisition_app/get_permit',
    method: 'GET',
    permission: 'customers',
    input: Nothing,
    empty: { user_list: [], department_list: [], tag_list: [] },
    handle: (call) => {
      const { agent } = ofApp(call)
      return { user_list: agent.visibleUsers, department_list: agent.visibleParties, tag_list: [] }
    },
  }),
]

/** The old customer-contact secret may not call any of these. */
const ofApp = (call: Call): Call => (call.agent.kind === 'app' ? call : refuse(48002))

/** An app knows its own links only. */
function ownLink(call: Call, linkId: string): Link {
  const { world, agent } = ofApp(call)
  const link = findLink(world, linkId)
  return link && link.corpId === agent.corpId && link.agentId === agent.agentId ? link : refuseParameter('link_id', 'not found')
}

const linkBody = (world: World, it: Link) => ({
  link_name: it.body.link_name,
  url: linkUrl(world, it),
  create_time: toSeconds(it.createdAt),
})

function checkBody(call: Call, { range, priority_option }: LinkBody): void {
  const { world, agent } = call
  if (range.user_list.length + range.department_list.length === 0) refuseParameter('range', 'missing user_list and department_list')
  for (const userId of [...range.user_list, ...(priority_option?.priority_userid_list ?? [])]) servingNamed(call, userId)
  checkDepartments(call, range.department_list)
  const people = membersBehind(world, agent.corpId, { user: range.user_list, party: range.department_list })
  if (people.length > peopleMost) refuseParameter('range', `exceed max array size ${peopleMost} after expanding department_list`)
  if (priority_option?.priority_type === 2 && priority_option.priority_userid_list.length === 0)
    refuseParameter('priority_option.priority_userid_list', 'missing')
}

function daysOf(world: World, input: { start_time: number; end_time: number }): { from: number; to: number } {
  const today = beijingMidnight(now(world))
  const from = beijingMidnight(input.start_time * 1000)
  const to = beijingMidnight(input.end_time * 1000) + dayMs
  const isAllowed = to > from && to <= today + dayMs && from >= today - daysBackMost * dayMs && to - from <= daysMost * dayMs
  return isAllowed ? { from, to } : refuse(600018)
}
