import { type RawBuilder, sql } from 'kysely'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { taskLock } from './commands.ts'
import type { SourceKind } from './schema.ts'

export type StopScope = { scope: 'company' } | { scope: 'corp'; corp: number } | { scope: 'source'; kind: SourceKind; id: number }

/**
 * Stops every send of the scope at once: from this commit on the gate lets nothing of it through, what waits is suppressed, and mass
 * messages that members have not confirmed are called back. Returns the stop; one that stands already is given back as it is.
 */
export const stopSends = (ctx: Context, scope: StopScope, why: string): Promise<number> =>
  inTransaction(ctx, async (ctx) => {
    // No wish is put into a task, and no task is begun to be asked for, between what is counted and what is stopped.
    await sql`select pg_advisory_xact_lock(${taskLock}, ${ctx.tenantId})`.execute(ctx.db)
    const columns = columnsOf(scope)
    const standing = await findStanding(ctx, scope)
    if (standing !== undefined) return standing
    const met = await countMet(ctx, scope)
    const { id } = await ctx.db
      .insertInto('sendStops')
      .values({ tenantId: ctx.tenantId, ...columns, ...met, why, stoppedAt: ctx.now(), stoppedBy: ctx.actor.name })
      .returning('id')
      .executeTakeFirstOrThrow()
    await sql`
      update mass_tasks t set cancel_wanted = 'stopped', next_at = ${ctx.now()}
      where t.tenant_id = ${ctx.tenantId} and t.state in ('planned', 'calling', 'unknown', 'asked') and ${within(scope, 't')}`.execute(
      ctx.db,
    )
    // Whatever waits comes to the gate now, which says why it goes no further.
    await sql`
      update sends t set due_at = ${ctx.now()}, state = case when reason = 'task' then 'intended' else state end, reason = case when reason = 'task' then null else reason end, tasked_at = null
      where t.tenant_id = ${ctx.tenantId} and t.state in ('intended', 'waiting') and (t.corp is not null or ${scope.scope !== 'corp'}) and ${within(scope, 't')}`.execute(
      ctx.db,
    )
    await audit(ctx, 'sends.stopped', ['stp', id], { ...columns, why, ...met })
    return id
  })

/** From now on the scope is sent to again. What the stop suppressed stays suppressed. */
export const liftStop = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const lifted = await ctx.db
      .updateTable('sendStops')
      .set({ liftedAt: ctx.now(), liftedBy: ctx.actor.name })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .where('liftedAt', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!lifted) {
      if (!(await isKnown(ctx, id))) throw notFound('send_stop')
      throw appError('send_stop.lifted', { status: 409, message: 'This stop was lifted already.' })
    }
    await audit(ctx, 'sends.released', ['stp', id])
  })

const isKnown = async (ctx: Context, id: number): Promise<boolean> =>
  (await ctx.db.selectFrom('sendStops').select('id').where('tenantId', '=', ctx.tenantId).where('id', '=', id).executeTakeFirst()) !==
  undefined

const columnsOf = (scope: StopScope) => ({
  scope: scope.scope,
  corp: scope.scope === 'corp' ? scope.corp : null,
  sourceKind: scope.scope === 'source' ? scope.kind : null,
  sourceId: scope.scope === 'source' ? scope.id : null,
})

async function findStanding(ctx: Context, scope: StopScope): Promise<number | undefined> {
  const { scope: name, corp, sourceKind, sourceId } = columnsOf(scope)
  const { rows } = await sql<{ id: number }>`
    select id from send_stops where tenant_id = ${ctx.tenantId} and lifted_at is null and scope = ${name} and corp is not distinct from ${corp}
      and source_kind is not distinct from ${sourceKind} and source_id is not distinct from ${sourceId}`.execute(ctx.db)
  return rows[0]?.id
}

function within(scope: StopScope, alias: 't' | 's'): RawBuilder<boolean> {
  if (scope.scope === 'company') return sql<boolean>`true`
  if (scope.scope === 'corp') return sql<boolean>`${sql.ref(`${alias}.corp`)} = ${scope.corp}`
  return sql<boolean>`(${sql.ref(`${alias}.source_kind`)} = ${scope.kind} and ${sql.ref(`${alias}.source_id`)} = ${scope.id})`
}

/** What a stop of this scope meets: wishes that wait, people in tasks that members have not confirmed, people reached in the last day. */
export async function countMet(ctx: Context, scope: StopScope): Promise<{ held: number; recalled: number; gone: number }> {
  const yesterday = new Date(ctx.now().getTime() - 86_400_000)
  const { rows } = await sql<{ held: number; recalled: number; gone: number }>`
    select count(*) filter (where s.state in ('intended', 'waiting'))::int as held, count(*) filter (where s.state in ('tasked', 'unknown'))::int as recalled,
      count(*) filter (where s.state = 'sent' and s.sent_at >= ${yesterday})::int as gone
    from sends s where s.tenant_id = ${ctx.tenantId} and (s.state in ('intended', 'waiting', 'tasked', 'unknown') or s.sent_at >= ${yesterday}) and ${within(scope, 's')}`.execute(
    ctx.db,
  )
  return rows[0] ?? { held: 0, recalled: 0, gone: 0 }
}
