// Codes and tokens of customer service: a callback's token lets the app pull, a welcome or state code lets it answer once.
import { findKfAccount, type KfAccount } from './kf.ts'
import { freshSecret, now, type World } from './world.ts'

const tokenLifeMs = 600_000
const kfCodeLifeMs = 20_000

export type KfCodeKind = 'token' | 'welcome' | 'state'

export function issueKfCode(world: World, kind: KfCodeKind, account: KfAccount, externalUserId = ''): string {
  const code = freshSecret(43)
  world.store.run('DELETE FROM kf_codes WHERE expires_at < ?', now(world) - 24 * 3600_000)
  world.store.run(
    'INSERT INTO kf_codes (code, kind, corp_id, open_kfid, external_userid, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
    code,
    kind,
    account.corpId,
    account.openKfId,
    externalUserId,
    now(world) + (kind === 'token' ? tokenLifeMs : kfCodeLifeMs),
  )
  return code
}

export const isKfToken = (world: World, corpId: string, token: string): boolean =>
  world.store.get(
    `SELECT 1 FROM kf_codes WHERE code = ? AND kind = 'token' AND corp_id = ? AND expires_at > ?`,
    token,
    corpId,
    now(world),
  ) !== undefined

/** Whom a code lets the app answer; once. */
export function redeemKfCode(world: World, corpId: string, code: string): { account: KfAccount; externalUserId: string } | undefined {
  const row = world.store.get<{ open_kfid: string; external_userid: string }>(
    `SELECT open_kfid, external_userid FROM kf_codes WHERE code = ? AND kind <> 'token' AND corp_id = ? AND used_at IS NULL AND expires_at > ?`,
    code,
    corpId,
    now(world),
  )
  const account = row && findKfAccount(world, row.open_kfid)
  if (!account) return undefined
  world.store.run('UPDATE kf_codes SET used_at = ? WHERE code = ?', now(world), code)
  return { account, externalUserId: row.external_userid }
}
