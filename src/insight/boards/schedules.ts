import { findWebhook } from '#connectors/webhooks/queries.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { requireAllCustomers } from '../metrics/commands.ts'
import { subjectOf } from './content.ts'
import { nextMoment } from './moments.ts'
import { type BoardSchedule, NewSchedule, type Rhythm, type Target } from './schema.ts'

/** Whoever sees only some customers may not send out the numbers of all. */
export async function createSchedule(ctx: Context, { subject, rhythm, target }: NewSchedule): Promise<number> {
  requireAllCustomers(ctx)
  await subjectOf(ctx, subject, 'zh')
  await checkTarget(ctx, target)
  return inTransaction(ctx, async (ctx) => {
    const { id } = await ctx.db
      .insertInto('boardSchedules')
      .values({
        tenantId: ctx.tenantId,
        subject: `${subject.kind}:${subject.id}`,
        rhythm: JSON.stringify(rhythm),
        target: JSON.stringify(target),
        nextAt: nextMoment(rhythm, ctx.now(), await timezoneOf(ctx)),
        createdBy: ctx.actor.kind === 'employee' ? ctx.actor.id : null,
        createdAt: ctx.now(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(ctx, 'board.scheduled', ['bsc', id], { subject, rhythm, target })
    return id
  })
}

async function checkTarget(ctx: Context, target: Target): Promise<void> {
  if (target.kind === 'webhook') await findWebhook(ctx, internalId(ctx, 'whk', target.webhook))
  else for (const employee of target.employees) internalId(ctx, 'emp', employee)
}

export const deleteSchedule = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    requireAllCustomers(ctx)
    const gone = await ctx.db
      .deleteFrom('boardSchedules')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('subject')
      .executeTakeFirst()
    if (!gone) throw notFound('board_schedule')
    await audit(ctx, 'board.unscheduled', ['bsc', id], { subject: gone.subject })
  })

/** Sends at the next look, beside the rhythm. */
export async function sendNow(ctx: Context, id: number): Promise<void> {
  requireAllCustomers(ctx)
  const row = await ctx.db
    .selectFrom('boardSchedules')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound('board_schedule')
  await ctx.db.insertInto('boardSendings').values({ tenantId: ctx.tenantId, scheduleId: id, plannedAt: ctx.now() }).execute()
}

export async function listSchedules(ctx: Context): Promise<BoardSchedule[]> {
  const rows = await ctx.db
    .selectFrom('boardSchedules as s')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('boardSendings as d')
          .select(['d.plannedAt', 'd.state', 'd.error', 'd.problem', 'd.attempts', 'd.nextTryAt'])
          .whereRef('d.tenantId', '=', 's.tenantId')
          .whereRef('d.scheduleId', '=', 's.id')
          .orderBy('d.id', 'desc')
          .limit(1)
          .as('l'),
      (join) => join.onTrue(),
    )
    .select([
      's.id',
      's.subject',
      's.rhythm',
      's.target',
      's.active',
      's.nextAt',
      'l.plannedAt',
      'l.state',
      'l.error',
      'l.problem',
      'l.attempts',
      'l.nextTryAt',
    ])
    .where('s.tenantId', '=', ctx.tenantId)
    .orderBy('s.id', 'desc')
    .execute()
  return rows.map((row) => ({
    ...readSchedule(row),
    id: publicId(ctx, 'bsc', row.id),
    active: row.active,
    nextAt: row.nextAt.toISOString(),
    last: row.plannedAt && row.state ? lastOf({ ...row, plannedAt: row.plannedAt, state: row.state }) : null,
  }))
}

type LastRow = {
  plannedAt: Date
  state: string
  error: string | null
  problem: string | null
  attempts: number | null
  nextTryAt: Date | null
}

const lastOf = ({ plannedAt, state, error, problem, attempts, nextTryAt }: LastRow): NonNullable<BoardSchedule['last']> => ({
  plannedAt: plannedAt.toISOString(),
  state: state as 'sent',
  attempts: attempts ?? 0,
  // While the first try goes on there is nothing to wait for.
  nextTryAt: error === null ? null : (nextTryAt?.toISOString() ?? null),
  error,
  problem,
})

export function readSchedule({ subject, rhythm, target }: { subject: string; rhythm: unknown; target: unknown }): {
  subject: NewSchedule['subject']
  rhythm: Rhythm
  target: Target
} {
  const at = subject.indexOf(':')
  return NewSchedule.parse({ subject: { kind: subject.slice(0, at), id: subject.slice(at + 1) }, rhythm, target })
}
