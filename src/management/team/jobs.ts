import type { Schedule } from '#platform/jobs.ts'

/** Removes what has run out: sessions, logins begun and not finished, windows of attempts. */
export const accessSchedules: readonly Schedule[] = [
  {
    name: 'access.clean',
    everySeconds: 3600,
    run: async ({ databases: { systemPool } }) => {
      await systemPool.query('delete from sessions where expires_at < now()')
      await systemPool.query('delete from login_states where expires_at < now()')
      await systemPool.query("delete from login_attempts where window_start < now() - interval '1 hour'")
    },
  },
]
