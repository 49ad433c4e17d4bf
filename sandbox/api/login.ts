// Who stands before the page: codes from the OAuth pages, once and within five minutes (section 16).
import { z } from 'zod'
import { findCustomer } from '../state/customers.ts'
import { findEmployee } from '../state/directory.ts'
import { freshSecret, now, seededHex, type World } from '../state/world.ts'
import { type Call, type Endpoint, endpoint, refuse } from './protocol.ts'

const codeLifeMs = 5 * 60_000
const ticketLifeMs = 30 * 60_000
const Code = z.object({ code: z.string().min(1).max(512) })

type Row = {
  code: string
  corp_id: string
  agent_id: number
  userid: string
  external_userid: string
  scope: string
  kind: string
  expires_at: number
  used: number
}

export const loginEndpoints: Endpoint[] = [
  endpoint({
    path: 'auth/getuserinfo',
    method: 'GET',
    permission: 'login',
    input: Code,
    handle: (call, { code }) => {
      const row = redeem(call, code)
      if (row.external_userid)
        return { openid: findCustomer(call.world, row.external_userid)?.openId ?? '', external_userid: row.external_userid }
      if (row.scope !== 'snsapi_privateinfo') return { userid: row.userid }
      return { userid: row.userid, user_ticket: issueCode(call.world, { ...row, kind: 'ticket' }), expires_in: ticketLifeMs / 1000 }
    },
  }),
  endpoint({
    // The old form, with capitals.
    path: 'user/getuserinfo',
    method: 'GET',
    permission: 'login',
    input: Code,
    handle: (call, { code }) => {
      const row = redeem(call, code)
      if (row.external_userid)
        return { OpenId: findCustomer(call.world, row.external_userid)?.openId ?? '', DeviceId: '', external_userid: row.external_userid }
      return { UserId: row.userid, DeviceId: seededHex(32, 'device', row.userid) }
    },
  }),
  endpoint({
    path: 'auth/getuserdetail',
    permission: 'login',
    input: z.object({ user_ticket: z.string().min(1).max(512) }),
    handle: ({ world, agent }, { user_ticket }) => {
      const row = find(world, user_ticket)
      if (row?.kind !== 'ticket' || row.corp_id !== agent.corpId) return refuse(84015)
      if (row.expires_at <= now(world)) return refuse(84014)
      const it = findEmployee(world, agent.corpId, row.userid) ?? refuse(60111)
      return {
        userid: it.userId,
        gender: String(it.gender),
        avatar: `${world.url}/avatar/${encodeURIComponent(it.userId)}.svg`,
        qr_code: '',
        mobile: it.mobile,
        email: it.email,
        biz_mail: it.email,
        address: '',
      }
    },
  }),
]

export type CodeOwner = { corp_id: string; agent_id: number; userid: string; external_userid: string; scope: string; kind: string }

export function issueCode(world: World, owner: CodeOwner): string {
  const code = freshSecret(owner.kind === 'ticket' ? 64 : 43)
  world.store.run('DELETE FROM oauth_codes WHERE expires_at < ?', now(world) - 24 * 3600_000)
  world.store.run(
    'INSERT INTO oauth_codes (code, corp_id, agent_id, userid, external_userid, scope, kind, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    code,
    owner.corp_id,
    owner.agent_id,
    owner.userid,
    owner.external_userid,
    owner.scope,
    owner.kind,
    now(world) + (owner.kind === 'ticket' ? ticketLifeMs : codeLifeMs),
  )
  return code
}

const find = (world: World, code: string): Row | undefined => world.store.get<Row>('SELECT * FROM oauth_codes WHERE code = ?', code)

function redeem({ world, agent }: Call, code: string): Row {
  const row = find(world, code)
  if (row?.kind !== 'code' || row.corp_id !== agent.corpId || row.agent_id !== agent.agentId || row.expires_at <= now(world))
    return refuse(40029)
  const first = world.store.run('UPDATE oauth_codes SET used = 1 WHERE code = ? AND used = 0', code).changes > 0
  return first ? row : refuse(40029)
}
