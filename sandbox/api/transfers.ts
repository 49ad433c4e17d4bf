// Customers handed over on the job and after leaving (section 12; pages 92125, 94088, 92124, 94081, 94082).
import { z } from 'zod'
import { findCustomer, findFollow } from '../state/customers.ts'
import { findEmployee, visibleEmployees, visibleLeavers } from '../state/directory.ts'
import { isOpenToApi } from '../state/friendships.ts'
import {
  beginTransfer,
  countCustomersOf,
  countTransfersSince,
  pageTransfers,
  pageUnassigned,
  type Transfer,
  waitingTransfers,
} from '../state/transfers.ts'
import { dayMs, now, toSeconds } from '../state/world.ts'
import { pageOf } from './paging.ts'
import { type Call, type Endpoint, endpoint, readCursor, refuse, refuseParameter, words, writeCursor } from './protocol.ts'

const resultsPerPage = 1000
const transfersMost = 2
const periodMs = 90 * dayMs
/** page_id times page_size; beyond it only a cursor leads on. */
const offsetMost = 50_000

const Pair = z.object({ handover_userid: z.string().min(1), takeover_userid: z.string().min(1) })
const Customers = z.array(z.string()).min(1).max(100)
type Kind = Transfer['kind']

export const transferEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/transfer_customer',
    permission: 'customers',
    empty: { customer: [] },
    input: Pair.extend({ external_userid: Customers, transfer_success_msg: words(200).optional() }),
    handle: (call, input) => transferEach(call, 'onjob', input, input.transfer_success_msg ?? ''),
  }),
  endpoint({
    path: 'externalcontact/resigned/transfer_customer',
    permission: 'customers',
    empty: { customer: [] },
    input: Pair.extend({ external_userid: Customers }),
    handle: (call, input) => transferEach(call, 'resigned', input, ''),
  }),
  endpoint({
    path: 'externalcontact/transfer_result',
    permission: 'customers',
    list: true,
    empty: { customer: [] },
    input: Pair.extend({ cursor: z.string().optional() }),
    handle: (call, input) => results(call, 'onjob', input),
  }),
  endpoint({
    path: 'externalcontact/resigned/transfer_result',
    permission: 'customers',
    list: true,
    empty: { customer: [] },
    input: Pair.extend({ cursor: z.string().optional() }),
    handle: (call, input) => results(call, 'resigned', input),
  }),
  endpoint({
    path: 'externalcontact/get_unassigned_list',
    permission: 'customers',
    list: true,
    empty: { info: [] },
    input: z.object({
      page_id: z.int().min(0).default(0),
      page_size: z.int().min(1).max(1000).default(1000),
      cursor: z.string().optional(),
    }),
    handle: unassigned,
  }),
]

type ItemCode = 0 | 40096 | 40099 | 40100 | 40128 | 84061

/** The call as a whole succeeds; each customer has an answer of their own. */
function transferEach(call: Call, kind: Kind, input: z.infer<typeof Pair> & { external_userid: string[] }, message: string) {
  const handover = kind === 'onjob' ? colleague(call, input.handover_userid) : leaver(call, input.handover_userid)
  const takeover = taker(call, input.takeover_userid)
  if (handover === takeover) refuseParameter('takeover_userid', 'is handover_userid')
  const customer = [...new Set(input.external_userid)].map((externalUserId) => {
    const it = { corpId: call.agent.corpId, kind, handover, takeover, externalUserId, message }
    const errcode = refusalOf(call, it)
    if (errcode === 0) beginTransfer(call.world, it)
    return { external_userid: externalUserId, errcode }
  })
  return { customer }
}

type Wanted = Pick<Transfer, 'corpId' | 'kind' | 'handover' | 'takeover' | 'externalUserId'>

function refusalOf({ world }: Call, it: Wanted): ItemCode {
  if (findCustomer(world, it.externalUserId)?.corpId !== it.corpId) return 40096
  const follow = findFollow(world, it.corpId, it.handover, it.externalUserId)
  if (!follow || !isOpenToApi(follow) || !follow.customerSide) return 84061
  if (waitingTransfers(world, it.externalUserId).some((other) => other.handover === it.handover)) return 40100
  const since = now(world) - periodMs
  if (it.kind === 'onjob' && countTransfersSince(world, it.corpId, it.handover, it.externalUserId, since) >= transfersMost) return 40128
  return countCustomersOf(world, it.corpId, it.takeover) >= world.settings.limits.memberCustomers ? 40099 : 0
}

/** 5 is for the job only: of somebody who left, an ended relation counts as refused. */
const statuses = { waiting: 2, done: 1, refused: 3, limit: 4, void: 5 } as const

function results(call: Call, kind: Kind, input: z.infer<typeof Pair> & { cursor?: string | undefined }) {
  const { world, agent } = call
  // Either may have left since; whoever never was there is a mistake.
  const pair = {
    corpId: agent.corpId,
    kind,
    handover: somebody(call, input.handover_userid),
    takeover: somebody(call, input.takeover_userid),
  }
  const rows = (after: number, limit: number) => pageTransfers(world, pair, after, limit)
  const asked = { cursor: input.cursor, limit: resultsPerPage }
  const { page, next } = pageOf(call, `transfer_result/${kind}`, asked, (it: Transfer) => it.id, rows)
  return {
    customer: page.map((it) => ({
      external_userid: it.externalUserId,
      status: kind === 'resigned' && it.status === 'void' ? statuses.refused : statuses[it.status],
      takeover_time: it.status === 'waiting' ? toSeconds(it.dueAt) : it.status === 'done' ? toSeconds(it.endedAt ?? it.dueAt) : 0,
    })),
    ...next,
  }
}

function unassigned(call: Call, input: { page_id: number; page_size: number; cursor?: string | undefined }) {
  const { world, agent } = call
  const key = readCursor('get_unassigned_list', input.cursor)?.key
  const offset = key ? 0 : input.page_id * input.page_size
  if (offset > offsetMost) refuseParameter('page_id', `exceed max value ${offsetMost} times page_size`)
  const after = key && { leftAt: Number(key[0]), id: Number(key[1]) }
  const rows = pageUnassigned(world, agent.corpId, { after, offset, limit: input.page_size + 1 })
  const page = rows.slice(0, input.page_size)
  const last = page.at(-1)
  const isLast = rows.length <= input.page_size
  const visible = new Set(visibleLeavers(world, agent))
  return {
    info: page
      .filter((row) => visible.has(row.userid))
      .map((row) => ({ handover_userid: row.userid, external_userid: row.external_userid, dimission_time: toSeconds(row.left_at) })),
    is_last: isLast,
    next_cursor: last && !isLast ? writeCursor('get_unassigned_list', [last.left_at, last.id], now(world)) : '',
  }
}

function colleague({ world, agent }: Call, userId: string): string {
  const member = findEmployee(world, agent.corpId, userId) ?? refuse(60111)
  return visibleEmployees(world, agent).some((it) => it.userId === member.userId) ? member.userId : refuse(60011)
}

function taker(call: Call, userId: string): string {
  const known = colleague(call, userId)
  const member = findEmployee(call.world, call.agent.corpId, known) ?? refuse(60111)
  if (member.status === 4) refuse(41054)
  return member.contact ? member.userId : refuse(84083)
}

function leaver(call: Call, userId: string): string {
  const { world, agent } = call
  if (findEmployee(world, agent.corpId, userId)) refuse(40097)
  const known = somebody(call, userId)
  return visibleLeavers(world, agent).includes(known) ? known : refuse(60011)
}

/** Working or gone. */
const somebody = ({ world, agent }: Call, userId: string): string =>
  world.store.get<{ userid: string }>('SELECT userid FROM employees WHERE corp_id = ? AND lower(userid) = lower(?)', agent.corpId, userId)
    ?.userid ?? refuse(60111)
