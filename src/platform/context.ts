import type { ClickHouse } from './clickhouse.ts'
import type { Config } from './config.ts'
import type { Database, Databases } from './database.ts'
import type { PendingEvent } from './events/emit.ts'
import type { Claim } from './http/idempotency.ts'
import type { IdCodec } from './ids.ts'
import type { Logger } from './log.ts'
import type { SecretBox } from './secrets.ts'

/** Who acts: an employee, a program with a key, or the system itself. */
export type Actor = {
  kind: 'employee' | 'api_key' | 'system'
  /** Internal id of the employee or key; 0 for the system. */
  id: number
  name: string
  permissions: ReadonlySet<string>
  /** Employees whose customers the actor may see; `all` for everyone. */
  scope: 'all' | readonly number[]
  ip?: string
}

/** What every process opens once. */
export type Installation = {
  config: Config
  databases: Databases
  clickhouse: ClickHouse
  ids: IdCodec
  secrets: SecretBox
  log: Logger
  now: () => Date
}

/** One tenant, one actor, one request: the first argument of everything that touches data. */
export type Context = Installation & {
  tenantId: number
  actor: Actor
  requestId: string
  db: Database
  /** Inside a transaction: events to write at its end. */
  pending?: PendingEvent[]
  /** The request's Idempotency-Key: its transactions note there that they took effect. */
  claim?: Claim
}

export const systemActor: Actor = { kind: 'system', id: 0, name: 'system', permissions: new Set(['*']), scope: 'all' }

export const createContext = (installation: Installation, tenantId: number, actor: Actor, requestId: string): Context => {
  let log: Logger | undefined
  return {
    ...installation,
    tenantId,
    actor,
    requestId,
    db: installation.databases.tenant(tenantId),
    // Most requests say nothing, and a logger of one's own is dear at thousands of requests a second.
    get log() {
      log ??= installation.log.child({ requestId, tenantId })
      return log
    },
  }
}
