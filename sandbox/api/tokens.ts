// Access tokens: one per secret, two hours, sometimes taken back early.
import { type Agent, findAgent, findAgentBySecret, findCorp } from '../state/corps.ts'
import { freshSecret, now, type World } from '../state/world.ts'
import { refuse } from './protocol.ts'
import { admit, isBlocked, type Traffic } from './traffic.ts'

export const tokenLifeSeconds = 7200
type Kind = 'access' | 'corp_ticket' | 'agent_ticket'

export function getToken(world: World, traffic: Traffic, ip: string, corpId: string, secret: string): Record<string, unknown> {
  const wrongCalls = `${ip}|wrong secrets`
  if (isBlocked(world, traffic, wrongCalls)) refuse(45009)
  const agent = findAgentBySecret(world, corpId, secret)
  if (!agent) {
    admit(world, traffic, wrongCalls, undefined, world.settings.limits.wrongSecretsPerHour)
    return refuse(findCorp(world, corpId) ? 40001 : 40013)
  }
  const { token, expiresIn } = issue(world, agent, 'access')
  return { access_token: token, expires_in: expiresIn }
}

export function ticket(world: World, agent: Agent, kind: 'corp_ticket' | 'agent_ticket'): Record<string, unknown> {
  const { token, expiresIn } = issue(world, agent, kind)
  return { ticket: token, expires_in: expiresIn }
}

/** Asking again within the validity gives the same one. */
function issue(world: World, agent: Agent, kind: Kind): { token: string; expiresIn: number } {
  const at = now(world)
  const known = world.store.get<{ token: string; expires_at: number }>(
    'SELECT token, expires_at FROM tokens WHERE corp_id = ? AND agent_id = ? AND kind = ? AND revoked = 0 AND expires_at > ? ORDER BY expires_at DESC LIMIT 1',
    agent.corpId,
    agent.agentId,
    kind,
    at,
  )
  if (known) return { token: known.token, expiresIn: Math.ceil((known.expires_at - at) / 1000) }
  const token = freshSecret(kind === 'access' ? 214 : 86)
  world.store.run(
    'INSERT INTO tokens (token, corp_id, agent_id, kind, expires_at) VALUES (?, ?, ?, ?, ?)',
    token,
    agent.corpId,
    agent.agentId,
    kind,
    at + tokenLifeSeconds * 1000,
  )
  world.store.run('DELETE FROM tokens WHERE expires_at < ?', at - 24 * 3600_000)
  return { token, expiresIn: tokenLifeSeconds }
}

/** Early, as WeCom may: access tokens, tickets for pages, or both. */
export const revokeTokens = (world: World, corpId: string | undefined, what: 'tokens' | 'tickets' | 'all' = 'all'): number =>
  world.store.run(
    `UPDATE tokens SET revoked = 1 WHERE revoked = 0 AND (?1 IS NULL OR corp_id = ?1) AND (?2 = 'all' OR (kind = 'access') = (?2 = 'tokens'))`,
    corpId ?? null,
    what,
  ).changes

type TokenRow = { corp_id: string; agent_id: number; expires_at: number; revoked: number }
const findToken = (world: World, token: string): TokenRow | undefined =>
  world.store.get<TokenRow>(`SELECT corp_id, agent_id, expires_at, revoked FROM tokens WHERE token = ? AND kind = 'access'`, token)

/** Whose it is or was. */
export function agentOf(world: World, token: string | undefined): Agent | undefined {
  const row = token ? findToken(world, token) : undefined
  return row && findAgent(world, row.corp_id, row.agent_id)
}

let turn = 0
/** A dead token answers 40014 and 42001 in turn: real servers do either (lesson 3). */
export function authenticate(world: World, token: string | undefined): Agent {
  if (!token) return refuse(41001)
  const row = findToken(world, token)
  if (!row) return refuse(40014)
  if (row.revoked === 1 || row.expires_at <= now(world)) return refuse(turn++ % 2 === 0 ? 40014 : 42001)
  return findAgent(world, row.corp_id, row.agent_id) ?? refuse(40014)
}
