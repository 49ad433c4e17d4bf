import { DateTime } from 'luxon'
import { createContext, type Installation, systemActor } from '#platform/context.ts'
import type { Schedule } from '#platform/jobs.ts'
import { forgetOldCalls } from './calls.ts'
import { checkRights } from './doctor.ts'
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

/** Each corp once a night, by the tenant's own clock: all of them begin to compare before the first is asked for its rights. */
async function reconcileAtNight(installation: Installation): Promise<void> {
  const corps = await installation.databases.system
    .selectFrom('wecomCorps as c')
    .innerJoin('tenants as t', 't.id', 'c.tenantId')
    .select(['c.tenantId', 'c.id', 't.timezone'])
    .where('c.state', '=', 'active')
    .execute()
  const due = corps
    .filter(({ timezone }) => DateTime.fromJSDate(installation.now(), { zone: timezone }).hour === nightHour)
    .map(({ tenantId, id }) => ({ id, ctx: createContext(installation, tenantId, systemActor, `nightly-${id}`) }))
  for (const { ctx, id } of due) await startSync(ctx, id, 'nightly')
  // What was switched off over there by day is known here in the morning; a corp that cannot be asked keeps no other from its turn.
  for (const { ctx, id } of due)
    await checkRights(ctx, id).catch((error) => installation.log.warn({ err: error, corp: id }, 'rights of a corp not checked'))
}
