import { z } from 'zod'
import type { Context } from '../context.ts'
import { appError, notFound } from '../errors.ts'
import { type Consumer, replayDeadLetter } from '../events/consumers.ts'
import { allow, describe, query, router } from '../http/router.ts'
import { internalId, publicId } from '../ids.ts'
import { readLags } from './lags.ts'
import { type DeadLetter, DeadLetterList, DeadLetterQuery, JobList, type JobView, JobView as JobViewSchema, Operations } from './schema.ts'

/** What runs, what waits, what went wrong. The consumers are given, because only the app knows them. */
export const operations = (consumers: readonly Consumer[]) =>
  router()
    .get('/operations', allow('operations.read', 'tenant'), describe('Lags, consumers, jobs and processes', Operations), async (c) => {
      const { installation } = c.var
      const [lags, reachable] = await Promise.all([readLags(installation), installation.clickhouse.ping().catch(() => false)])
      const asOf = new Date(installation.now().getTime() - lags.loaderLagSeconds * 1000).toISOString()
      return c.json({ ...lags, analysis: { reachable, asOf } })
    })
    .get(
      '/dead-letters',
      allow('operations.read', 'tenant'),
      describe('Events that a consumer could not handle', DeadLetterList),
      query(DeadLetterQuery),
      async (c) => c.json(await listDeadLetters(c.var.ctx, c.req.valid('query'))),
    )
    .post('/dead-letters/:id/replay', allow('operations.write', 'tenant'), describe('Hand the event to its consumer again'), async (c) => {
      const { ctx } = c.var
      const id = internalId(ctx, 'ded', c.req.param('id'))
      const letter = await findDeadLetter(ctx, id)
      if (letter.replayedAt) throw appError('dead_letter.replayed', { status: 409, message: 'This event was handled already.' })
      try {
        await replayDeadLetter(ctx, consumers, id)
      } catch (cause) {
        throw appError('dead_letter.failed_again', { status: 409, message: `It failed again: ${(cause as Error).message}`, cause })
      }
      return c.body(null, 204)
    })
    .delete('/dead-letters/:id', allow('operations.write', 'tenant'), describe('Give the event up'), async (c) => {
      const { ctx } = c.var
      const id = internalId(ctx, 'ded', c.req.param('id'))
      await findDeadLetter(ctx, id)
      await ctx.db.deleteFrom('deadLetters').where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
      return c.body(null, 204)
    })
    .get(
      '/jobs',
      allow('session', 'self'),
      describe('Long work, newest first', JobList),
      query(z.object({ limit: z.coerce.number().int().min(1).max(200).default(20) })),
      async (c) => {
        const { ctx } = c.var
        const rows = await jobsOf(ctx).orderBy('id', 'desc').limit(c.req.valid('query').limit).execute()
        return c.json({ items: rows.map((row) => viewOf(ctx, row)), next: null })
      },
    )
    .get('/jobs/:id', allow('session', 'self'), describe('One piece of long work', JobViewSchema), async (c) => {
      const { ctx } = c.var
      const row = await jobsOf(ctx)
        .where('id', '=', internalId(ctx, 'job', c.req.param('id')))
        .executeTakeFirst()
      if (!row) throw notFound('job')
      return c.json(viewOf(ctx, row))
    })
    .delete('/jobs/:id', allow('session', 'self'), describe('Ask long work to stop'), async (c) => {
      const { ctx } = c.var
      const id = internalId(ctx, 'job', c.req.param('id'))
      if (!(await jobsOf(ctx).where('id', '=', id).executeTakeFirst())) throw notFound('job')
      await ctx.db.updateTable('jobs').set({ cancelRequested: true }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
      // One that nobody has begun ends here.
      await ctx.db
        .updateTable('jobs')
        .set({ state: 'cancelled', finishedAt: ctx.now() })
        .where('tenantId', '=', ctx.tenantId)
        .where('id', '=', id)
        .where('state', '=', 'waiting')
        .execute()
      return c.body(null, 204)
    })

async function listDeadLetters(ctx: Context, asked: z.infer<typeof DeadLetterQuery>) {
  let rows = ctx.db.selectFrom('deadLetters').selectAll().where('tenantId', '=', ctx.tenantId)
  if (asked.state !== 'all') rows = rows.where('replayedAt', asked.state === 'waiting' ? 'is' : 'is not', null)
  if (asked.consumer) rows = rows.where('consumer', '=', asked.consumer)
  if (asked.cursor) rows = rows.where('id', '<', internalId(ctx, 'ded', asked.cursor))
  const found = await rows
    .orderBy('id', 'desc')
    .limit(asked.limit + 1)
    .execute()
  const page = found.slice(0, asked.limit)
  const last = page.at(-1)
  return {
    items: page.map((row): DeadLetter => {
      const { customerId, ...event } = row.event as unknown as DeadLetter['event'] & { customerId: number | null }
      return {
        id: publicId(ctx, 'ded', row.id),
        consumer: row.consumer,
        event,
        customerId: customerId === null ? null : publicId(ctx, 'cus', customerId),
        code: row.errorCode,
        message: row.errorMessage,
        failedAt: row.failedAt.toISOString(),
        attempts: row.attempts,
        replayedAt: row.replayedAt?.toISOString() ?? null,
      }
    }),
    next: found.length > asked.limit && last ? publicId(ctx, 'ded', last.id) : null,
  }
}

async function findDeadLetter(ctx: Context, id: number) {
  const letter = await ctx.db
    .selectFrom('deadLetters')
    .select(['id', 'replayedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!letter) throw notFound('dead_letter')
  return letter
}

/** People see their own work, whoever watches operations sees all. */
function jobsOf(ctx: Context) {
  const rows = ctx.db
    .selectFrom('jobs')
    .select(['id', 'name', 'state', 'progress', 'result', 'error', 'createdAt', 'startedAt', 'finishedAt'])
    .where('tenantId', '=', ctx.tenantId)
  const seesAll = ctx.actor.kind !== 'employee' || ctx.actor.permissions.has('*') || ctx.actor.permissions.has('operations.read')
  return seesAll ? rows : rows.where('createdBy', '=', ctx.actor.id)
}

type JobRow = Awaited<ReturnType<ReturnType<typeof jobsOf>['executeTakeFirstOrThrow']>>

const viewOf = (ctx: Context, row: JobRow): JobView => ({
  id: publicId(ctx, 'job', row.id),
  name: row.name,
  state: row.state as JobView['state'],
  progress: row.progress as JobView['progress'],
  result: row.result,
  error: row.error as JobView['error'],
  createdAt: row.createdAt.toISOString(),
  startedAt: row.startedAt?.toISOString() ?? null,
  finishedAt: row.finishedAt?.toISOString() ?? null,
})
