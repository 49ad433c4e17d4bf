import { cleanLog } from '../events/consumers.ts'
import type { Schedule } from '../jobs.ts'

/** How long an id that a sender gave to its event is remembered. */
const eventIdDays = 7

/** Removes what has served (passed log rows, old ids, answered requests, finished jobs) and keeps the planner's statistics fresh. */
export const housekeeping: readonly Schedule[] = [
  { name: 'event_log.clean', everySeconds: 10, run: async (installation) => void (await cleanLog(installation)) },
  // What grew is planned for at its new size before somebody waits for a list.
  {
    name: 'statistics.refresh',
    everySeconds: 10,
    run: async ({ databases: { systemPool } }) => void (await systemPool.query('select refresh_statistics()')),
  },
  {
    name: 'records.clean',
    everySeconds: 3600,
    run: async ({ databases: { systemPool } }) => {
      await systemPool.query('delete from event_ids where received_on < current_date - $1::int', [eventIdDays])
      await systemPool.query("delete from idempotency_keys where created_at < now() - interval '24 hours'")
      await systemPool.query("delete from jobs where state in ('done', 'cancelled') and finished_at < now() - interval '30 days'")
    },
  },
]
