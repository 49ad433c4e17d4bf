import { createContext, type Installation, systemActor } from '#platform/context.ts'
import type { Schedule } from '#platform/jobs.ts'
import { judgeAlerts } from './alerts.ts'

export const metricSchedules: readonly Schedule[] = [
  {
    name: 'metrics.judge',
    everySeconds: 60,
    async run(installation) {
      const tenants = await installation.databases.system
        .selectFrom('metricAlerts')
        .select('tenantId')
        .distinct()
        .where('active', '=', true)
        .execute()
      for (const { tenantId } of tenants) await judgeOf(installation, tenantId)
    },
  },
]

const judgeOf = (installation: Installation, tenantId: number): Promise<void> =>
  judgeAlerts(createContext(installation, tenantId, systemActor, `metrics-${tenantId}`))
