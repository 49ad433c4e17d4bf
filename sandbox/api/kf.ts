// Customer service accounts, their people and links (section 17; pages 94661 to 94665, 94645 to 94647, 95159).
import { z } from 'zod'
import { avatarUrl } from '../company/avatar.ts'
import { findCustomer } from '../state/customers.ts'
import { type Employee, findEmployee, listDepartments, listEmployees, subtree, visibleEmployees } from '../state/directory.ts'
import {
  addKfAccount,
  addKfWay,
  addServicer,
  deleteKfAccount,
  findKfAccount,
  type KfAccount,
  kfUrl,
  listKfAccounts,
  listServicers,
  removeServicer,
  updateKfAccount,
} from '../state/kf.ts'
import { kfWindowMs, sessionsOfCustomer } from '../state/kf-talks.ts'
import { findLiveMedia, mediaUrl } from '../state/media.ts'
import { now, type World } from '../state/world.ts'
import { type Call, type Endpoint, endpoint, refuse, texts, words } from './protocol.ts'

export const Account = z.object({ open_kfid: z.string().min(1) })
const Servicers = Account.extend({
  userid_list: z.array(z.string()).max(100).default([]),
  department_id_list: z.array(z.int()).max(20).default([]),
})

export const kfEndpoints: Endpoint[] = [
  endpoint({
    path: 'kf/account/add',
    permission: 'kf',
    input: z.object({ name: words(16, 1), media_id: z.string().optional() }),
    handle: (call, { name, media_id }) => ({ open_kfid: addKfAccount(call.world, call.agent.corpId, name, picture(call, media_id)) }),
  }),
  endpoint({
    path: 'kf/account/del',
    permission: 'kf',
    input: Account,
    handle: (call, { open_kfid }) => {
      deleteKfAccount(call.world, accountNamed(call, open_kfid).openKfId)
      return {}
    },
  }),
  endpoint({
    path: 'kf/account/update',
    permission: 'kf',
    input: Account.extend({ name: words(16, 1).optional(), media_id: z.string().optional() }),
    handle: (call, { open_kfid, name, media_id }) => {
      const account = accountNamed(call, open_kfid)
      updateKfAccount(call.world, {
        ...account,
        name: name ?? account.name,
        mediaId: media_id ? picture(call, media_id) : account.mediaId,
      })
      return {}
    },
  }),
  endpoint({
    path: 'kf/account/list',
    permission: 'kf',
    empty: { account_list: [] },
    input: z.object({ offset: z.int().min(0).default(0), limit: z.int().min(1).max(100).default(100) }),
    handle: ({ world, agent }, { offset, limit }) => ({
      account_list: listKfAccounts(world, agent.corpId)
        .slice(offset, offset + limit)
        .map((it) => ({ open_kfid: it.openKfId, name: it.name, avatar: kfAvatar(world, it), manage_privilege: true })),
    }),
  }),
  endpoint({
    path: 'kf/add_contact_way',
    permission: 'kf',
    input: Account.extend({
      scene: z
        .string()
        .regex(/^[0-9a-zA-Z_-]{0,32}$/)
        .default(''),
    }),
    handle: (call, { open_kfid, scene }) => ({
      url: kfUrl(call.world, addKfWay(call.world, accountNamed(call, open_kfid).openKfId, scene)),
    }),
  }),
  endpoint({
    path: 'kf/servicer/add',
    permission: 'kf',
    input: Servicers,
    empty: { result_list: [] },
    handle: changeServicers(addServicer),
  }),
  endpoint({
    path: 'kf/servicer/del',
    permission: 'kf',
    input: Servicers,
    empty: { result_list: [] },
    handle: changeServicers(removeServicer),
  }),
  endpoint({
    path: 'kf/servicer/list',
    method: 'GET',
    permission: 'kf',
    input: Account,
    empty: { servicer_list: [] },
    handle: (call, { open_kfid }) => ({
      servicer_list: listServicers(call.world, accountNamed(call, open_kfid).openKfId).map((it) =>
        it.departmentId > 0 ? { department_id: it.departmentId } : { userid: it.userId, status: it.status },
      ),
    }),
  }),
  endpoint({
    path: 'kf/customer/batchget',
    permission: 'kf',
    empty: { customer_list: [], invalid_external_userid: [] },
    input: z.object({
      external_userid_list: z.array(z.string()).min(1).max(100),
      need_enter_session_context: z.int().min(0).max(1).default(0),
    }),
    handle: batchGet,
  }),
]

export function accountNamed({ world, agent }: Call, openKfId: string): KfAccount {
  const account = findKfAccount(world, openKfId)
  return account?.corpId === agent.corpId ? account : refuse(95004)
}

/** The members who answer for the account, by name or through a department. */
export function servicersOf(world: World, account: KfAccount): Employee[] {
  const named = listServicers(world, account.openKfId)
  const departments = subtree(
    listDepartments(world, account.corpId),
    named.map((it) => it.departmentId).filter((id) => id > 0),
  )
  return listEmployees(world, account.corpId).filter(
    (it) => named.some((one) => one.userId === it.userId) || it.departments.some((id) => departments.has(id)),
  )
}

export function servicerNamed(world: World, account: KfAccount, userId: string): string | undefined {
  const employee = findEmployee(world, account.corpId, userId)
  return employee && servicersOf(world, account).find((it) => it.userId === employee.userId)?.userId
}

export const kfAvatar = (world: World, it: KfAccount): string =>
  it.mediaId ? mediaUrl(world, it.mediaId) : `${world.url}/assets/home/icon.svg`

function picture(call: Call, mediaId: string | undefined): string {
  if (!mediaId) return ''
  const media = findLiveMedia(call.world, call.agent.corpId, mediaId)
  return media?.type === 'image' ? media.mediaId : refuse(40007)
}

type Change = (world: World, openKfId: string, userId: string, departmentId: number) => boolean
type Result = { userid?: string; department_id?: number; errcode: number; errmsg: string }

function changeServicers(change: Change) {
  return (call: Call, input: z.infer<typeof Servicers>) => {
    const { world, agent } = call
    const account = accountNamed(call, input.open_kfid)
    if (input.userid_list.length + input.department_id_list.length === 0) refuse(40058, 'userid_list missing. invalid Request Parameter')
    const visible = new Map(visibleEmployees(world, agent).map((it) => [it.userId.toLowerCase(), it.userId]))
    const known = new Set(listDepartments(world, agent.corpId).map((it) => it.id))
    const outcome = (changed: boolean) => ({ errcode: 0, errmsg: changed ? 'success' : 'ignored' })
    const users = input.userid_list.map((userid): Result => {
      const member = visible.get(userid.toLowerCase())
      return { userid, ...(member ? outcome(change(world, account.openKfId, member, 0)) : { errcode: 60111, errmsg: texts[60111] }) }
    })
    const departments = input.department_id_list.map(
      (id): Result => ({
        department_id: id,
        ...(known.has(id) ? outcome(change(world, account.openKfId, '', id)) : { errcode: 60123, errmsg: texts[60123] }),
      }),
    )
    return { result_list: [...users, ...departments] }
  }
}

/** Customers who came to an account within the last two days. */
function batchGet({ world, agent }: Call, input: { external_userid_list: string[]; need_enter_session_context: number }) {
  const since = now(world) - kfWindowMs
  const found = input.external_userid_list.map((id) => {
    const customer = findCustomer(world, id)
    const last = sessionsOfCustomer(world, id)
      .filter((it) => Math.max(it.enteredAt, it.wroteAt ?? 0) >= since)
      .sort((a, b) => b.enteredAt - a.enteredAt)[0]
    return { id, customer: customer?.corpId === agent.corpId ? customer : undefined, last }
  })
  return {
    customer_list: found.flatMap(({ customer, last }) =>
      customer && last
        ? [
            {
              external_userid: customer.externalUserId,
              nickname: customer.name,
              avatar: avatarUrl(world, customer.externalUserId),
              gender: customer.gender,
              unionid: customer.unionId,
              ...(input.need_enter_session_context === 1 && { enter_session_context: { scene: last.scene, scene_param: last.sceneParam } }),
            },
          ]
        : [],
    ),
    invalid_external_userid: found.filter(({ customer, last }) => !customer || !last).map(({ id }) => id),
  }
}
