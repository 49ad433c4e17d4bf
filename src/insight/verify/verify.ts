import { verifyAudit } from '#platform/audit.ts'
import { createContext, type Installation, systemActor } from '#platform/context.ts'
import { checkEvents, checkSpine } from './events.ts'
import { type Check, checkState } from './postgres.ts'

export type Verified = {
  ok: boolean
  tenants: { tenant: string; audit: Awaited<ReturnType<typeof verifyAudit>>; checks: Check[] }[]
  spine: Check[]
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
