import { sql } from 'kysely'
import type { Database } from '#platform/database.ts'
import type { SecretBox } from '#platform/secrets.ts'
import { isFresh, singleFlight, type Token, type TokenKey, type TokenStore } from './tokens.ts'

type Row = { sealed: Buffer | null; expiresAt: Date | null }

/**
 * Tokens of all processes of an installation: the row's lock lets one of them fetch, the others read what it fetched. Each
 * process remembers what it read: a remembered token that was replaced elsewhere fails once and is then read anew.
 */
export function sharedTokens(system: Database, secrets: SecretBox): TokenStore {
  const remembered = new Map<string, Token>()
  const remember = (key: TokenKey, token: Token) => {
    remembered.set(owner(key), token)
    return token
  }
  const opened = (key: TokenKey, row: Row | undefined): Token | undefined =>
    row?.sealed && row.expiresAt ? { token: secrets.open(row.sealed, owner(key)), expiresAt: row.expiresAt } : undefined
  return {
    async read(key) {
      const known = remembered.get(owner(key)) ?? opened(key, await select(system, key, false))
      return known && remember(key, known)
    },
    renew: singleFlight((key, failed, now, fetchToken) =>
      system.transaction().execute(async (transaction) => {
        await sql`insert into wecom_tokens (tenant_id, corp_id, secret_hash) values (${key.tenantId}, ${key.corpId}, ${key.secretHash}) on conflict do nothing`.execute(
          transaction,
        )
        const current = opened(key, await select(transaction, key, true))
        if (isFresh(current, now()) && current.token !== failed) return remember(key, current)
        const fetched = await fetchToken()
        await sql`update wecom_tokens set sealed = ${secrets.seal(fetched.token, owner(key))}, expires_at = ${fetched.expiresAt} where ${sameKey(key)}`.execute(
          transaction,
        )
        return remember(key, fetched)
      }),
    ),
  }
}

async function select(database: Database, key: TokenKey, lock: boolean): Promise<Row | undefined> {
  const found = await sql<Row>`select sealed, expires_at from wecom_tokens where ${sameKey(key)} ${lock ? sql`for update` : sql``}`.execute(
    database,
  )
  return found.rows[0]
}

const sameKey = (key: TokenKey) => sql`tenant_id = ${key.tenantId} and corp_id = ${key.corpId} and secret_hash = ${key.secretHash}`

const owner = (key: TokenKey) => `wecom_token:${key.tenantId}:${key.corpId}:${key.secretHash}`
