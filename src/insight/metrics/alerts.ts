import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import { dayRange } from '#platform/time.ts'
import { findMetric } from '../reports/metric/find.ts'
import type { MetricResult } from '../reports/metric/schema.ts'
import { runReport } from '../reports/run.ts'
import { metricAlerted } from './events.ts'
import { type Dates, periodsToJudge } from './periods.ts'
import { type Alert, AlertRule, type Notice } from './schema.ts'

type Row = { id: number; metric: string; rule: AlertRule; judgedUntil: string | null }

export async function listAlerts(ctx: Context): Promise<Alert[]> {
  const rows = await ctx.db.selectFrom('metricAlerts').selectAll().where('tenantId', '=', ctx.tenantId).orderBy('id', 'desc').execute()
  return rows.map(({ id, metric, rule, active, createdAt, judgedUntil }) => ({
    id: publicId(ctx, 'mal', id),
    metric,
    rule: AlertRule.parse(rule),
    active,
    createdAt: createdAt.toISOString(),
    judgedUntil: judgedUntil === null ? null : String(judgedUntil),
  }))
}

const mostNotices = 50

/** For who sees all customers: an alert speaks of everybody. What each reader has seen is their own affair. */
export async function listNotices(ctx: Context): Promise<{ items: Notice[]; unseen: number }> {
  if (ctx.actor.scope !== 'all') return { items: [], unseen: 0 }
  const rows = await ctx.db
    .selectFrom('metricNotices as n')
    .innerJoin('metricAlerts as a', (join) => join.onRef('a.tenantId', '=', 'n.tenantId').onRef('a.id', '=', 'n.alertId'))
    .leftJoin('metricNoticeReaders as r', (join) =>
      join.onRef('r.tenantId', '=', 'n.tenantId').onRef('r.noticeId', '=', 'n.id').on('r.employeeId', '=', readerOf(ctx)),
    )
    .select(['n.id', 'n.metric', 'a.rule', 'n.periodStart', 'n.value', 'n.before', 'n.toldAt', 'r.seenAt'])
    .where('n.tenantId', '=', ctx.tenantId)
    .orderBy('n.toldAt', 'desc')
    .orderBy('n.id', 'desc')
    .limit(mostNotices)
    .execute()
  const items = await Promise.all(
    rows.map(async ({ id, metric, rule, periodStart, value, before, toldAt, seenAt }) => {
      const named = await findMetric(ctx, metric).catch(() => undefined)
      return {
        id: publicId(ctx, 'mno', id),
        metric,
        name: { zh: named?.zh ?? metric, en: named?.en ?? metric },
        unit: named?.unit ?? 'number',
        rule: AlertRule.parse(rule),
        periodStart: String(periodStart),
        value: value === null ? null : Number(value),
        before: before === null ? null : Number(before),
        toldAt: toldAt.toISOString(),
        seen: seenAt !== null,
      }
    }),
  )
  return { items, unseen: items.filter(({ seen }) => !seen).length }
}

/** Programs read, and have not seen anything. */
const readerOf = ({ actor }: Context): number => (actor.kind === 'employee' ? actor.id : 0)

/** Marks what alerts said as read by this employee. */
export async function markSeen(ctx: Context): Promise<void> {
  if (readerOf(ctx) === 0) return
  await sql`
    insert into metric_notice_readers (tenant_id, notice_id, employee_id, seen_at)
    select tenant_id, id, ${readerOf(ctx)}::int, ${ctx.now()} from metric_notices where tenant_id = ${ctx.tenantId}
    on conflict do nothing`.execute(ctx.db)
}

/** Looks at every period that is over and was not looked at, once all its facts are in the answers. */
export async function judgeAlerts(ctx: Context): Promise<void> {
  const rows = await ctx.db
    .selectFrom('metricAlerts')
    .select(['id', 'metric', 'rule', 'judgedUntil'])
    .where('tenantId', '=', ctx.tenantId)
    .where('active', '=', true)
    .execute()
  const tenant = await ctx.db
    .selectFrom('tenants')
    .select(['timezone', 'weekStart'])
    .where('id', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  const calendar = { timezone: tenant.timezone, weekStart: tenant.weekStart === 'sunday' ? ('sunday' as const) : ('monday' as const) }
  for (const row of rows) {
    const alert = { ...row, rule: AlertRule.parse(row.rule), judgedUntil: row.judgedUntil === null ? null : String(row.judgedUntil) }
    const periods = periodsToJudge(calendar, alert.rule.period, ctx.now(), alert.judgedUntil)
    await judgeInOrder(ctx, alert, periods, calendar.timezone).catch((error: unknown) =>
      ctx.log.warn({ err: error, alert: alert.id }, 'a metric could not be judged'),
    )
  }
}

/** The first of which not all is known yet is where it goes on a minute later. */
async function judgeInOrder(ctx: Context, alert: Row, periods: readonly Dates[], timezone: string): Promise<void> {
  for (const dates of periods) if (!(await judge(ctx, alert, dates, timezone))) return
}

/** So long after it happened a fact may ordinarily come. */
const lateMs = 10 * 60_000

/** Whether the answers hold all of the period. */
async function judge(ctx: Context, alert: Row, dates: Dates, timezone: string): Promise<boolean> {
  const { result, asOf } = await runReport(ctx, {
    type: 'metric',
    metric: alert.metric,
    ...dates,
    interval: 'period',
    compare: 'previous_period',
  })
  if (Date.parse(asOf) < dayRange(dates.dateFrom, dates.dateTo, timezone).to.getTime() + lateMs) return false
  const { total, before = null } = result as MetricResult
  await inTransaction(ctx, async (ctx) => {
    const mine = await ctx.db
      .updateTable('metricAlerts')
      .set({ judgedUntil: dates.dateFrom })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', alert.id)
      .where(({ eb, or }) => or([eb('judgedUntil', 'is', null), eb('judgedUntil', '<', dates.dateFrom)]))
      .returning('id')
      .executeTakeFirst()
    if (mine && isCrossed(alert.rule, total, before)) await tell(ctx, alert, dates.dateFrom, total, before)
  })
  return true
}

/** Nothing is neither above nor below, and a rise from nothing has no rate. */
export function isCrossed({ kind, value: bound }: AlertRule, value: number | null, before: number | null): boolean {
  if (value === null) return false
  if (kind === 'above') return value > bound
  if (kind === 'below') return value < bound
  if (before === null || before === 0) return false
  const change = ((value - before) / Math.abs(before)) * 100
  return kind === 'rise' ? change >= bound : change <= -bound
}

/** The row, the event for whoever listens, and the mark that it was judged stand or fall together. */
async function tell(
  ctx: Context,
  { id, metric, rule }: Row,
  periodStart: string,
  value: number | null,
  before: number | null,
): Promise<void> {
  const told = await ctx.db
    .insertInto('metricNotices')
    .values({ tenantId: ctx.tenantId, alertId: id, metric, periodStart, value, before, bound: rule.value, toldAt: ctx.now() })
    .onConflict((conflict) => conflict.columns(['tenantId', 'alertId', 'periodStart']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!told) return
  const { zh } = await findMetric(ctx, metric)
  emit(ctx, metricAlerted, {
    customerId: null,
    properties: { metric, metricName: zh, rule: rule.kind, bound: rule.value, period: rule.period, periodStart, value, before },
  })
}
