import { DateTime } from 'luxon'
import { createContext, type Installation, systemActor } from '#platform/context.ts'
import type { Schedule } from '#platform/jobs.ts'
import { forgetOldCalls } from './calls.ts'
import { forgetOldCallbacks } from './inbox.ts'
import { forgetOldRefusals } from './refusals.ts'
import { startSync } from './sync.ts'

/** When the tenant sleeps and yesterday is over. */
const nightHour = 3

export const wecomSchedules: readonly Schedule[] = [
  { name: 'wecom.reconcile', everySeconds: 3600, run: reconcileAtNight },
  {
    name: 'wecom.clean',
    everySeconds: 3600,
    run: async (installation) => {
      await forgetOldCallbacks(installation)
      await forgetOldCalls(installation)
      await forgetOldRefusals(installation)
    },
  },
]

/** Each corp once a night, by the tenant's own clock. */
async function reconcileAtNight(installation: Installation): Promise<void> {
  const corps = await installation.databases.system
    .selectFrom('wecomCorps as c')
    .innerJoin('tenants as t', 't.id', 'c.tenantId')
    .select(['c.tenantId', 'c.id', 't.timezone'])
    .where('c.state', '=', 'active')
    .execute()
  for (const { tenantId, id, timezone } of corps)
    if (DateTime.fromJSDate(installation.now(), { zone: timezone }).hour === nightHour)
      await startSync(createContext(installation, tenantId, systemActor, `nightly-${id}`), id, 'nightly')
}
