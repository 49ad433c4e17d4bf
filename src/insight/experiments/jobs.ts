import { alarmRatio } from '#operation/experiments/commands.ts'
import { createContext, type Installation, systemActor } from '#platform/context.ts'
import type { Schedule } from '#platform/jobs.ts'
import { readRatio } from './queries.ts'

/** Once a day: each look at p < 0.001 is one more chance to be wrong. */
export const experimentSchedules: readonly Schedule[] = [{ name: 'experiments.judge', everySeconds: 86_400, run: judgeRatios }]

export async function judgeRatios(installation: Installation): Promise<void> {
  const running = await installation.databases.system
    .selectFrom('experiments')
    .select(['tenantId', 'id'])
    .where('state', '=', 'running')
    .where('ratioAlarmedAt', 'is', null)
    .execute()
  for (const { tenantId, id } of running) {
    const ctx = createContext(installation, tenantId, systemActor, `experiment-${id}`)
    const { p, ok } = await readRatio(ctx, id)
    if (!ok) await alarmRatio(ctx, id, p ?? 0)
  }
}
