import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { DB } from './database.generated.ts'
import { remember } from './remember.ts'

export type Database = Kysely<DB>

/** Two doors into one PostgreSQL: `tenant(id)` sees that tenant's rows only, `system` crosses tenants. Neither owns a table. */
export type Databases = {
  tenant(tenantId: number): Database
  system: Database
  /** Connections as liuliang_system for what Kysely has no words for. */
  systemPool: pg.Pool
  close(): Promise<void>
}

// Counts and identities fit a JavaScript number; what may not is declared text or numeric.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text)

export function openDatabases(url: string, options: { max?: number } = {}): Databases {
  const app = pool(url, 'liuliang_app', options.max ?? 12)
  const systemPool = pool(url, 'liuliang_system', options.max ?? 12)
  const tenants = new Map<number, Database>()
  return {
    tenant: (tenantId) => remember(tenants, tenantId, () => kysely(tenantPool(app, tenantId))),
    system: kysely(systemPool),
    systemPool,
    close: async () => {
      await Promise.all([app.end(), systemPool.end()])
    },
  }
}

/** The role is part of the connection's start, so there is no moment without it. */
const pool = (url: string, role: string, max: number): pg.Pool => {
  const made = new pg.Pool({
    connectionString: url,
    max,
    options: `-c role=${role}`,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    application_name: role,
  })
  // A connection that breaks while idle is replaced at the next use; without a listener it would end the process.
  made.on('error', () => undefined)
  // So is one that breaks in somebody's hands between two queries; the next query says so.
  made.on('connect', (client) => client.on('error', () => undefined))
  return made
}

/** Results and column names in camelCase; keys inside jsonb stay as they were written. */
export const kysely = (source: PoolLike): Kysely<DB> =>
  new Kysely<DB>({
    dialect: new PostgresDialect({ pool: source as pg.Pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  })

type PoolLike = Pick<pg.Pool, 'connect' | 'end'>

const lastTenant = new WeakMap<object, number>()

/** A pooled connection remembers its tenant, so most queries need no extra round trip to say it. */
function tenantPool(source: pg.Pool, tenantId: number): PoolLike {
  const connect = async (): Promise<pg.PoolClient> => {
    const client = await source.connect()
    if (lastTenant.get(client) === tenantId) return client
    try {
      await client.query("select set_config('app.tenant', $1, false)", [String(tenantId)])
      lastTenant.set(client, tenantId)
      return client
    } catch (error) {
      client.release(true)
      throw error
    }
  }
  return { connect: connect as pg.Pool['connect'], end: async () => undefined }
}
