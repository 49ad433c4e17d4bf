import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { type ActOf, type Missed, missedBy } from './acts.ts'
import type { MissedReason } from './missed.ts'

// What became of greetings, for those who stand at a welcome step.

/** Whose greeting is over, by whatever end, or never was. */
export async function settledGreetings(ctx: Context, customers: readonly number[]): Promise<ReadonlySet<number>> {
  const { rows } = await sql<{ id: number }>`
    select distinct o.id from customers o ${welcomes} where o.tenant_id = ${ctx.tenantId} and o.id = any(${[...customers]}::int[])
      and w.status in ('pending', 'sending')`.execute(ctx.db)
  const open = new Set(rows.map(({ id }) => id))
  return new Set(customers.filter((id) => !open.has(id)))
}

/** Greetings of any friendship of a customer `o`, by any original. */
const welcomes = sql`
  join customers m on m.tenant_id = o.tenant_id and m.canonical_id = o.canonical_id
  join wecom_follows f on f.tenant_id = m.tenant_id and f.customer_id = m.id
  join wecom_welcomes w on w.tenant_id = f.tenant_id and w.corp = f.corp and w.external_userid = f.external_userid and w.user_id = f.user_id`

type End = { run: number; status: string; journey: number | null; step: string | null }

/** Who was not greeted by their step, and why. Greetings of the friendship that somebody came in by are those around their coming. */
export async function missedGreetings(ctx: Context, acts: readonly ActOf<'welcome'>[]): Promise<Missed[]> {
  if (acts.length === 0) return []
  const { rows } = await sql<End>`
    select r.id::int as run, w.status, (w.content -> 'by' ->> 'journey')::int as journey, w.content -> 'by' ->> 'step' as step
    from journey_runs r join customers o on o.tenant_id = r.tenant_id and o.id = r.customer_id ${welcomes}
    where r.tenant_id = ${ctx.tenantId} and r.id = any(${acts.map(({ run }) => run)}::bigint[]) and w.received_at > r.entered_at - interval '2 minutes'
    order by w.id`.execute(ctx.db)
  const byRun = Map.groupBy(rows, ({ run }) => run)
  return acts.flatMap((act) => {
    const reason = reasonOf(act, byRun.get(act.run) ?? [])
    return reason ? [missedBy(act, reason)] : []
  })
}

/** One friendship may bring two codes, of which the second is skipped when the first has greeted. */
function reasonOf({ version, effect }: ActOf<'welcome'>, ends: readonly End[]): MissedReason | undefined {
  const tried = ends.filter(({ status }) => status !== 'skipped')
  const own = tried.filter(({ journey, step }) => journey === version.journey && step === effect.id)
  if (own.some(({ status }) => status === 'sent')) return undefined
  if (own.length > 0) return own.every(({ status }) => status === 'failed') ? 'greeting_failed' : 'greeting_unknown'
  return tried.length > 0 ? 'greeted_otherwise' : 'no_greeting'
}
