// Companies and the secrets that speak for them.
import type { Area } from './areas.ts'
import { seededHex, seededId, type World } from './world.ts'

export const permissions = ['base', 'directory', 'directory-write', 'customers', 'media', 'message', 'login', 'kf', 'archive'] as const
export type Permission = (typeof permissions)[number]
export type AgentKind = 'app' | 'contact' | 'directory' | 'archive'

export type Receiver = { url: string; token: string; encodingAesKey: string }
export type Corp = { corpId: string; name: string; callback: Receiver | undefined; callbackVerifiedAt: number | undefined }
export type Agent = {
  corpId: string
  agentId: number
  kind: AgentKind
  name: string
  secret: string
  permissions: Permission[]
  /** Functions taken away from it, whatever its permissions are. */
  closed: Area[]
  visibleUsers: string[]
  visibleParties: number[]
  trustedIps: string[]
  trustedDomain: string
}

/** The app a product works with; the old system secrets carry reserved ids like the real ones. */
export const appAgentId = 1000002
const agentKinds: Record<AgentKind, { agentId: number; name: string; permissions: Permission[] }> = {
  app: { agentId: appAgentId, name: '留量', permissions: ['base', 'directory', 'customers', 'media', 'message', 'login', 'kf'] },
  contact: { agentId: 2000003, name: '客户联系', permissions: ['base', 'directory', 'customers', 'media'] },
  directory: { agentId: 2000002, name: '通讯录同步', permissions: ['base', 'directory', 'directory-write', 'media'] },
  archive: { agentId: 2000004, name: '会话内容存档', permissions: ['base', 'archive'] },
}

type CorpRow = { corp_id: string; name: string; callback: string | null; callback_verified_at: number | null }
type AgentRow = {
  corp_id: string
  agent_id: number
  kind: AgentKind
  name: string
  secret: string
  permissions: string
  closed: string
  visible_users: string
  visible_parties: string
  trusted_ips: string
  trusted_domain: string
}

export const listCorps = (world: World): Corp[] => world.store.all<CorpRow>('SELECT * FROM corps ORDER BY position').map(toCorp)

export function findCorp(world: World, corpId: string): Corp | undefined {
  const row = world.store.get<CorpRow>('SELECT * FROM corps WHERE corp_id = ?', corpId)
  return row && toCorp(row)
}

export const listAgents = (world: World, corpId: string): Agent[] =>
  world.store.all<AgentRow>('SELECT * FROM agents WHERE corp_id = ? ORDER BY agent_id', corpId).map(toAgent)

export function findAgent(world: World, corpId: string, agentId: number): Agent | undefined {
  const row = world.store.get<AgentRow>('SELECT * FROM agents WHERE corp_id = ? AND agent_id = ?', corpId, agentId)
  return row && toAgent(row)
}

export function findAgentBySecret(world: World, corpId: string, secret: string): Agent | undefined {
  const row = world.store.get<AgentRow>('SELECT * FROM agents WHERE corp_id = ? AND secret = ?', corpId, secret)
  return row && toAgent(row)
}

export function createCorp(world: World, name: string, seed: string, createdAt: number): Corp {
  const corpId = `ww${seededHex(16, seed, 'corp')}`
  const position = world.store.get<{ n: number }>('SELECT count(*) AS n FROM corps')?.n ?? 0
  world.store.run('INSERT INTO corps (corp_id, name, position, created_at) VALUES (?, ?, ?, ?)', corpId, name, position, createdAt)
  for (const kind of Object.keys(agentKinds) as AgentKind[]) {
    const agent = agentKinds[kind]
    const secret = (seededId('', seed, kind, 1) + seededId('', seed, kind, 2)).slice(0, 43)
    world.store.run(
      'INSERT INTO agents (corp_id, agent_id, kind, name, secret, permissions, visible_users, visible_parties) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      corpId,
      agent.agentId,
      kind,
      agent.name,
      secret,
      JSON.stringify(agent.permissions),
      '[]',
      '[1]',
    )
  }
  return { corpId, name, callback: undefined, callbackVerifiedAt: undefined }
}

export function saveReceiver(world: World, corpId: string, receiver: Receiver, verifiedAt: number): void {
  world.store.run('UPDATE corps SET callback = ?, callback_verified_at = ? WHERE corp_id = ?', JSON.stringify(receiver), verifiedAt, corpId)
}

export const removeReceiver = (world: World, corpId: string): void => {
  world.store.run('UPDATE corps SET callback = NULL, callback_verified_at = NULL WHERE corp_id = ?', corpId)
}

export function updateAgent(world: World, agent: Agent): void {
  world.store.run(
    'UPDATE agents SET permissions = ?, closed = ?, visible_users = ?, visible_parties = ?, trusted_ips = ?, trusted_domain = ? WHERE corp_id = ? AND agent_id = ?',
    JSON.stringify(agent.permissions),
    JSON.stringify(agent.closed),
    JSON.stringify(agent.visibleUsers),
    JSON.stringify(agent.visibleParties),
    JSON.stringify(agent.trustedIps),
    agent.trustedDomain,
    agent.corpId,
    agent.agentId,
  )
}

const toCorp = (row: CorpRow): Corp => ({
  corpId: row.corp_id,
  name: row.name,
  callback: row.callback ? (JSON.parse(row.callback) as Receiver) : undefined,
  callbackVerifiedAt: row.callback_verified_at ?? undefined,
})

const toAgent = (row: AgentRow): Agent => ({
  corpId: row.corp_id,
  agentId: row.agent_id,
  kind: row.kind,
  name: row.name,
  secret: row.secret,
  permissions: JSON.parse(row.permissions) as Permission[],
  closed: JSON.parse(row.closed) as Area[],
  visibleUsers: JSON.parse(row.visible_users) as string[],
  visibleParties: JSON.parse(row.visible_parties) as number[],
  trustedIps: JSON.parse(row.trusted_ips) as string[],
  trustedDomain: row.trusted_domain,
})
