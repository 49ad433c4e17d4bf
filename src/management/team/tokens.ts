import { createHash } from 'node:crypto'
import { randomToken } from '#platform/ids.ts'

/**
 * Sessions and keys name their tenant in front, so that looking one up is a lookup within the tenant; what follows is
 * 256 bits of chance, and only its hash is stored.
 */
export type TokenKind = 'ses' | 'llk' | 'llp'

export const makeToken = (kind: TokenKind, tenantId: number, secret = randomToken()): string => `${kind}_${tenantId.toString(36)}_${secret}`

export function readToken(text: string): { kind: TokenKind; tenantId: number; hash: string } | undefined {
  const match = /^(ses|llk|llp)_([0-9a-z]{1,6})_[\w-]{32,64}$/.exec(text)
  if (!match) return undefined
  const tenantId = Number.parseInt(String(match[2]), 36)
  return tenantId <= 0x7fffffff ? { kind: match[1] as TokenKind, tenantId, hash: hashToken(text) } : undefined
}

export const hashToken = (text: string): string => createHash('sha256').update(text).digest('base64url')
