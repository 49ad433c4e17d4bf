import { createContext, systemActor } from '#platform/context.ts'
import type { Schedule } from '#platform/jobs.ts'
import { planSendings, sendPlanned } from './sending.ts'

export const boardSchedules: readonly Schedule[] = [
  {
    name: 'boards.send',
    everySeconds: 15,
    async run(installation) {
      const { rows } = await installation.databases.systemPool.query<{ tenant_id: number }>(
        `select tenant_id from board_schedules where active and next_at <= $1 union select tenant_id from board_sendings where state = 'planned'`,
        [installation.now()],
      )
      for (const { tenant_id } of rows) {
        const ctx = createContext(installation, tenant_id, systemActor, `boards-${tenant_id}`)
        await planSendings(ctx)
        await sendPlanned(ctx)
      }
    },
  },
]
