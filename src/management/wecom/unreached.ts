import type { Context } from '#platform/context.ts'
import { applyNews } from './friendships.ts'

export type Unreached = { externalUserId: string; userId: string; at: Date }

/**
 * Customers whom a mass message could not reach because they are no friends (status 2 of its result). WeCom goes on showing
 * a friendship whose customer deleted the member, so when that callback was lost this is the only word of it. `message` names
 * the mass message: told again, it is no second end.
 */
export const noteUnreached = async (ctx: Context, corp: number, message: string, unreached: readonly Unreached[]): Promise<void> =>
  void (await applyNews(
    ctx,
    corp,
    unreached.map(({ externalUserId, userId, at }) => ({
      externalUserId,
      userId,
      change: { at: Math.floor(at.getTime() / 1000), what: 'ended', by: 'customer', key: `unreached ${message}` },
    })),
  ))
