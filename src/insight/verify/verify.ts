import { mirrorOrderLines } from '#conversion/orders/mirror.ts'
import { verifyAudit } from '#platform/audit.ts'
import { createContext, type Installation, systemActor } from '#platform/context.ts'
import { markDirtyDays } from '#platform/events/dirty-days.ts'
import { forgetTrails } from '#platform/events/trail-marks.ts'
import { differingDays } from '../stores/compare.ts'
import { checkEvents, checkSpine } from './events.ts'
import { differingLines, queueLines } from './lines.ts'
import { type Check, checkState } from './postgres.ts'

export type Verified = {
  ok: boolean
  tenants: { tenant: string; audit: Awaited<ReturnType<typeof verifyAudit>>; checks: Check[] }[]
  spine: Check[]
}

/**
 * Marks the days whose stores differ, so that reports read the events of these days until the loader has rebuilt them, and has trails
 * that differ built anew; returns how many days differed.
 */
export async function repairStores(installation: Installation): Promise<number> {
  let marked = 0
  for (const { id } of await installation.databases.system.selectFrom('tenants').select('id').orderBy('id').execute()) {
    const { active, personDay, trails } = await differingDays(createContext(installation, id, systemActor, 'repair'))
    const days = [...new Set([...active, ...personDay])]
    await markDirtyDays(
      installation.databases.systemPool,
      days.map((day) => ({ tenant: id, day })),
    )
    if (trails.length > 0) await forgetTrails(installation.databases.systemPool, id)
    marked += new Set([...days, ...trails]).size
  }
  return marked
}

/** Has the mirror write lines anew that differ from PostgreSQL's; returns of how many orders and refunds. */
export async function repairLines(installation: Installation): Promise<number> {
  let queued = 0
  for (const { id } of await installation.databases.system.selectFrom('tenants').select('id').orderBy('id').execute()) {
    const ctx = createContext(installation, id, systemActor, 'repair')
    for (const document of ['order', 'refund'] as const) {
      const differing = await differingLines(ctx, document)
      await queueLines(ctx, document, differing)
      queued += differing.length
    }
  }
  await mirrorOrderLines(installation)
  return queued
}

/** Looks at everything that is derived from something else; changes nothing. What waits should have been moved before. */
export async function verify(installation: Installation, consumers: readonly string[]): Promise<Verified> {
  const tenants: Verified['tenants'] = []
  for (const { id, name } of await installation.databases.system.selectFrom('tenants').select(['id', 'name']).orderBy('id').execute()) {
    const ctx = createContext(installation, id, systemActor, 'verify')
    tenants.push({ tenant: name, audit: await verifyAudit(ctx), checks: [...(await checkState(ctx)), ...(await checkEvents(ctx))] })
  }
  const spine = await checkSpine(installation, consumers)
  const ok = tenants.every(({ audit, checks }) => audit.ok && checks.every((one) => one.ok)) && spine.every((one) => one.ok)
  return { ok, tenants, spine }
}
