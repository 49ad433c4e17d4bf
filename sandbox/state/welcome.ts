// Welcome codes: twenty seconds, one success, first caller wins.
import { type Follow, findFollowById } from './customers.ts'
import { findEmployee } from './directory.ts'
import { hasTalkedSince } from './messages.ts'
import { freshSecret, now, type World } from './world.ts'

export const welcomeLifeMs = 20_000

/** undefined where the documents say that no code is issued (92137). */
export function issueWelcomeCode(world: World, follow: Follow, customerType: number): string | undefined {
  if (customerType === 2 || follow.welcomedAt !== undefined) return undefined
  // Its twenty seconds are over before anybody hears of it.
  if (world.past !== undefined) return undefined
  if (findEmployee(world, follow.corpId, follow.userId)?.adminWelcome) return undefined
  if (hasTalkedSince(world, follow.corpId, follow.userId, follow.externalUserId, follow.createdAt)) return undefined
  const code = freshSecret(43)
  const at = now(world)
  world.store.run(
    'INSERT INTO welcome_codes (code, corp_id, follow_id, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)',
    code,
    follow.corpId,
    follow.id,
    at,
    at + welcomeLifeMs,
  )
  return code
}

export type WelcomeFate = { follow: Follow } | { refused: 'unknown' | 'sending' | 'started' }

export function judgeWelcomeCode(world: World, corpId: string, code: string): WelcomeFate {
  const row = world.store.get<{ corp_id: string; follow_id: number; issued_at: number; expires_at: number }>(
    'SELECT * FROM welcome_codes WHERE code = ?',
    code,
  )
  const follow = row && findFollowById(world, row.follow_id)
  // A code from before the friendship ended belongs to nobody any more.
  if (!row || !follow || row.corp_id !== corpId || row.expires_at <= now(world) || !follow.customerSide || row.issued_at < follow.createdAt)
    return { refused: 'unknown' }
  if (follow.welcomedAt !== undefined)
    return { refused: now(world) - follow.welcomedAt < world.settings.habits.welcomeDispatchMs ? 'sending' : 'started' }
  if (hasTalkedSince(world, corpId, follow.userId, follow.externalUserId, follow.createdAt)) return { refused: 'started' }
  return { follow }
}
