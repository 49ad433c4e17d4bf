import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { createContext, type Installation, systemActor } from '#platform/context.ts'
import { claimMoments, doMoment } from './publishing.ts'

const idleMs = 500
const atOnce = 4

/** Asks members to publish moments and follows them until aborted. */
export async function runMoments(installation: Installation, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let moved = 0
    const { rows } = await sql<{ id: number }>`
      select t.id from tenants t where exists (select from moments m where m.tenant_id = t.id and m.next_at <= ${installation.now()})`
      .execute(installation.databases.system)
      .catch(() => ({ rows: [] }))
    for (const { id } of rows) {
      const ctx = createContext(installation, id, systemActor, 'moments')
      const held = await claimMoments(ctx, atOnce).catch(() => [])
      moved += held.length
      await Promise.all(
        held.map((one) =>
          doMoment(ctx, one).catch((error) => ctx.log.error({ err: error, moment: one.id }, 'a moment was not looked after')),
        ),
      )
    }
    if (moved === 0) await sleep(idleMs, undefined, { signal }).catch(() => undefined)
  }
}
