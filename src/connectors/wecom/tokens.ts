import { createHash } from 'node:crypto'

/** Tokens live under the fingerprint of their secret; the secret itself is nobody's key. */
export type TokenKey = { tenantId: number; corpId: string; secretHash: string }
export type Token = { token: string; expiresAt: Date }

export type TokenStore = {
  read(key: TokenKey): Promise<Token | undefined>
  /**
   * The token that follows `failed`. Whoever comes first fetches, everybody else gets what it fetched: a token somebody has
   * already replaced is never fetched again, and the new one is there before the old one is gone.
   */
  renew(key: TokenKey, failed: string | undefined, now: () => Date, fetchToken: () => Promise<Token>): Promise<Token>
}

/** Clocks differ a little. More would be wrong: near its end gettoken still answers the old token, so an early renewal asks in vain. */
const marginMs = 10_000

export function tokenKey(tenantId: number, corpId: string, secret: string): TokenKey {
  return { tenantId, corpId, secretHash: createHash('sha256').update(`${corpId}\n${secret}`).digest('hex') }
}

export function isFresh(token: Token | undefined, now: Date): token is Token {
  return token !== undefined && token.expiresAt.getTime() - marginMs > now.getTime()
}

export function memoryTokens(): TokenStore {
  const tokens = new Map<string, Token>()
  const read = async (key: TokenKey) => tokens.get(nameOf(key))
  return {
    read,
    renew: singleFlight(async (key, failed, now, fetchToken) => {
      const current = await read(key)
      if (isFresh(current, now()) && current.token !== failed) return current
      const fetched = await fetchToken()
      tokens.set(nameOf(key), fetched)
      return fetched
    }),
  }
}

/**
 * One renewal per key at a time in this process. Latecomers wait for it; only if it renewed to the very token that failed
 * them do they go once more themselves.
 */
export function singleFlight(renew: TokenStore['renew']): TokenStore['renew'] {
  const flights = new Map<string, Promise<Token>>()
  return async (key, failed, now, fetchToken) => {
    const name = nameOf(key)
    const running = flights.get(name)
    if (running) {
      const token = await running
      if (token.token !== failed) return token
    }
    const again = flights.get(name)
    if (again) return again
    const flight = renew(key, failed, now, fetchToken).finally(() => flights.delete(name))
    flights.set(name, flight)
    return flight
  }
}

const nameOf = (key: TokenKey) => `${key.tenantId}|${key.corpId}|${key.secretHash}`
