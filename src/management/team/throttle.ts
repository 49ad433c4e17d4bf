import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Installation } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'

const windowSeconds = 15 * 60

/** Attempts within a quarter of an hour. The pair stops a guesser early and leaves the owner of the account alone elsewhere. */
const limits = { pair: 8, account: 60, address: 120 }

type Attempt = { login: string; ip: string | undefined }

/** Counts the attempt before the password is looked at, so a thousand at once get no more tries than one after another. */
export async function countAttempt({ databases, now }: Installation, attempt: Attempt): Promise<void> {
  const keys = keysOf(attempt)
  const { rows } = await sql<{ key: string; attempts: number; windowStart: Date }>`
    insert into login_attempts as a (key, attempts, window_start)
    select key, 1, ${now()} from unnest(${Object.values(keys).sort()}::text[]) as key
    on conflict (key) do update set
      attempts = case when a.window_start <= excluded.window_start - make_interval(secs => ${windowSeconds}) then 1 else a.attempts + 1 end,
      window_start = case when a.window_start <= excluded.window_start - make_interval(secs => ${windowSeconds}) then excluded.window_start else a.window_start end
    returning key, attempts, window_start`.execute(databases.system)
  for (const [kind, key] of Object.entries(keys)) {
    const row = rows.find((one) => one.key === key)
    if (row && row.attempts > limits[kind as keyof typeof limits]) {
      const waitSeconds = Math.max(1, Math.ceil((row.windowStart.getTime() + windowSeconds * 1000 - now().getTime()) / 1000))
      throw appError('session.throttled', {
        status: 429,
        message: `Too many attempts. Try again in ${Math.ceil(waitSeconds / 60)} minutes.`,
        details: { waitSeconds },
      })
    }
  }
}

/** The right password takes back what the account's attempts have used up. */
export async function forgiveAttempts({ databases }: Installation, attempt: Attempt): Promise<void> {
  const { pair, account, address } = keysOf(attempt)
  await databases.system.deleteFrom('loginAttempts').where('key', 'in', [pair, account]).execute()
  await databases.system.updateTable('loginAttempts').set({ attempts: sql`greatest(attempts - 1, 0)` }).where('key', '=', address).execute()
}

/** Hashed: what people type as login is sometimes their password. */
function keysOf({ login, ip = 'unknown' }: Attempt): Record<keyof typeof limits, string> {
  const account = createHash('sha256').update(login).digest('base64url')
  return { pair: `pair:${account}:${ip}`, account: `account:${account}`, address: `address:${ip}` }
}
