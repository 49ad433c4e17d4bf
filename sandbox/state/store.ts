// One SQLite file holds the whole sandbox, so a killed process finds its company again.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { schemaSteps } from './schema.ts'

const waitMs = 2000

export type Param = SQLInputValue

export type Store = {
  get<Row>(sql: string, ...params: Param[]): Row | undefined
  all<Row>(sql: string, ...params: Param[]): Row[]
  run(sql: string, ...params: Param[]): { changes: number; lastId: number }
  /** All or nothing; a transaction inside another one joins it. */
  transaction<T>(work: () => T): T
  /** Grows with every rollback: what was remembered from inside is then no longer true. */
  rollbacks(): number
  /** For what was put off and comes when the sandbox has already stopped. */
  closed(): boolean
  close(): void
}

export function openStore(dataDir: string): Store {
  mkdirSync(join(dataDir, 'media'), { recursive: true })
  const database = openAlone(dataDir)
  migrate(database)
  const statements = new Map<string, StatementSync>()
  const prepare = (sql: string) => {
    const known = statements.get(sql)
    if (known) return known
    const fresh = database.prepare(sql)
    statements.set(sql, fresh)
    return fresh
  }
  let inside = false
  let rollbacks = 0
  let closed = false
  return {
    rollbacks: () => rollbacks,
    closed: () => closed,
    get: <Row>(sql: string, ...params: Param[]) => prepare(sql).get(...params) as Row | undefined,
    all: <Row>(sql: string, ...params: Param[]) => prepare(sql).all(...params) as Row[],
    run: (sql, ...params) => {
      const done = prepare(sql).run(...params)
      return { changes: Number(done.changes), lastId: Number(done.lastInsertRowid) }
    },
    transaction: (work) => {
      if (inside) return work()
      database.exec('BEGIN IMMEDIATE')
      inside = true
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (error) {
        database.exec('ROLLBACK')
        rollbacks += 1
        throw error
      } finally {
        inside = false
      }
    },
    close: () => {
      closed = true
      statements.clear()
      database.close()
    },
  }
}

/**
 * One process for one folder: two would answer from what each remembers. The operating system holds the lock for SQLite and lets go
 * when the process ends, also by kill -9; the wait is for one that is just going.
 */
function openAlone(dataDir: string): DatabaseSync {
  const database = new DatabaseSync(join(dataDir, 'sandbox.sqlite'))
  try {
    // WAL with NORMAL keeps every committed transaction over kill -9; only a power cut could take the last ones.
    database.exec(`PRAGMA busy_timeout = ${waitMs}; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; BEGIN EXCLUSIVE; COMMIT;
      PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -131072`)
    return database
  } catch (error) {
    database.close()
    if (!(error instanceof Error && /locked|busy/i.test(error.message))) throw error
    throw new Error(`Another sandbox is running on the folder ${dataDir}. Stop it, or name another folder with --data.`)
  }
}

function migrate(database: DatabaseSync): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0)
  if (found > schemaSteps.length)
    throw new Error(`The sandbox folder was written by a newer version (${found}); this one knows ${schemaSteps.length}.`)
  for (const [index, step] of schemaSteps.entries()) {
    if (index >= found) database.exec(`BEGIN; ${step} PRAGMA user_version = ${index + 1}; COMMIT`)
  }
}
