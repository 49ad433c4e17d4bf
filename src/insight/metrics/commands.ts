import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { findMetric } from '../reports/metric/find.ts'
import type { AlertRule, TargetBody } from './schema.ts'

/** Alerts, sendings and costs are of everybody, so whoever sees only some customers may not write them. Throws `permission.scope`. */
export function requireAllCustomers(ctx: Context): void {
  if (ctx.actor.scope !== 'all')
    throw appError('permission.scope', { status: 403, message: 'This needs the data scope of all customers.', details: { scope: 'all' } })
}

export async function setTarget(ctx: Context, { metric, period, since, value }: TargetBody): Promise<void> {
  await findMetric(ctx, metric)
  await inTransaction(ctx, async (ctx) => {
    if (value === null)
      await ctx.db
        .deleteFrom('metricTargets')
        .where('tenantId', '=', ctx.tenantId)
        .where('metric', '=', metric)
        .where('period', '=', period)
        .where('since', '=', since)
        .execute()
    else
      await ctx.db
        .insertInto('metricTargets')
        .values({
          tenantId: ctx.tenantId,
          metric,
          period,
          since,
          value,
          setBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
          setAt: ctx.now(),
        })
        .onConflict((conflict) => conflict.columns(['tenantId', 'metric', 'period', 'since']).doUpdateSet({ value, setAt: ctx.now() }))
        .execute()
    await audit(ctx, 'metric.target_set', metric, { period, since, value })
  })
}

export async function createAlert(
  ctx: Context,
  { metric, rule, active }: { metric: string; rule: AlertRule; active: boolean },
): Promise<number> {
  requireAllCustomers(ctx)
  await findMetric(ctx, metric)
  return inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('metricAlerts')
      .values({
        tenantId: ctx.tenantId,
        metric,
        rule: JSON.stringify(rule),
        active,
        createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        createdAt: ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(ctx, 'metric_alert.created', ['mal', id], { metric, ...rule })
    return id
  })
}

export const changeAlert = (
  ctx: Context,
  id: number,
  { rule, active }: { rule?: AlertRule | undefined; active?: boolean | undefined },
): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    requireAllCustomers(ctx)
    const changed = await ctx.db
      .updateTable('metricAlerts')
      // A changed rule judges the last period anew; what was told of it stays told. What went by while it was off is not told later.
      .set({
        ...(rule ? { rule: JSON.stringify(rule) } : {}),
        ...(rule || active ? { judgedUntil: null } : {}),
        ...(active === undefined ? {} : { active }),
      })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('metric')
      .executeTakeFirst()
    if (!changed) throw notFound('metric_alert')
    await audit(ctx, 'metric_alert.changed', ['mal', id], { metric: changed.metric })
  })

export const deleteAlert = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    requireAllCustomers(ctx)
    const gone = await ctx.db
      .deleteFrom('metricAlerts')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('metric')
      .executeTakeFirst()
    if (!gone) throw notFound('metric_alert')
    await audit(ctx, 'metric_alert.deleted', ['mal', id], { metric: gone.metric })
  })
