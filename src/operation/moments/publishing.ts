import { sql } from 'kysely'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { cancelMoment, createMoment, findMoment, listMomentTasks, readMomentJob, readMomentReactions } from '#connectors/wecom/moments.ts'
import { pages } from '#connectors/wecom/paging.ts'
import { createOnce, isUnknownEnd } from '#connectors/wecom/unknown-ends.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { employeesOf } from '#management/wecom/members.ts'
import { standingStops } from '#operation/outbound/policy.ts'
import { isStopped } from '#operation/outbound/stopping.ts'
import type { Context } from '#platform/context.ts'
import { describeError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { momentContent, rangeOf } from './range.ts'
import type { momentStates } from './schema.ts'

/** A moment in this worker's hands. */
export type Held = {
  id: number
  fence: number
  corp: number
  corpId: string
  contentId: number
  employeeIds: number[]
  tagIds: number[]
  state: (typeof momentStates)[number]
  jobId: string | null
  momentId: string | null
  calledAt: Date | null
  publishedAt: Date | null
  attempts: number
  cancelWanted: boolean
  sourceJourney: number | null
}

const day = 86_400_000
/** Longer than asking, looking twice and asking again may take; by the database's clock, which is one for all workers. */
const leaseSeconds = 150

export async function claimMoments(ctx: Context, limit: number): Promise<Held[]> {
  const now = ctx.now()
  const { rows } = await sql<Held>`
    update moments m set fence = fence + 1, lease_until = now() + make_interval(secs => ${leaseSeconds}) from wecom_corps w
    where w.tenant_id = m.tenant_id and w.id = m.corp and m.tenant_id = ${ctx.tenantId} and m.id in (
      select id from moments where tenant_id = ${ctx.tenantId} and next_at <= ${now} and (lease_until is null or lease_until < now())
      order by next_at, id limit ${limit} for update skip locked)
    returning m.id, m.fence, m.corp, w.corp_id, m.content_id, m.employee_ids, m.tag_ids, m.state, m.job_id, m.moment_id, m.called_at, m.published_at, m.attempts, m.cancel_wanted, m.source_journey`.execute(
    ctx.db,
  )
  return rows
}

/** What is next for this moment: asked of WeCom once, its job waited for, its members and reactions read, or taken back. */
export async function doMoment(ctx: Context, held: Held): Promise<void> {
  try {
    const app = await wecomApp(ctx, held.corp)
    if (held.state === 'published') await follow(ctx, app, held)
    else if (held.state === 'creating') await awaitJob(ctx, app, held)
    else await ask(ctx, app, held)
  } catch (error) {
    await putOff(ctx, held, error)
  }
}

async function ask(ctx: Context, app: WecomApp, held: Held): Promise<void> {
  const content = await momentContent(ctx, held.corp, held.contentId)
  const range = await rangeOf(ctx, held.corp, held.employeeIds, held.tagIds)
  const calledAt = held.calledAt ?? ctx.now()
  const find = async () => {
    const made = {
      ...content,
      users: range.users,
      since: Math.floor(calledAt.getTime() / 1000) - 300,
      known: await knownMoments(ctx, held),
      patienceMs: 20_000,
    }
    const momentId = await findMoment(app, made)
    return momentId === undefined ? undefined : { momentId }
  }
  const found = held.state === 'scheduled' ? undefined : await find()
  const isHeld = isStopped(await standingStops(ctx), { ...sourceOf(held), corp: held.corp })
  if (!found && (isHeld || held.cancelWanted))
    return end(ctx, held, { state: 'cancelled', error: isHeld ? { code: 'send.stopped', message: 'An emergency stop stands.' } : null })
  if (!found && !(await change(ctx, held, { state: 'calling', calledAt, attempts: held.attempts + 1 }))) return
  const create = async () => ({ jobId: await createMoment(app, content, range, { requestId: ctx.requestId }) })
  const made = found ?? (await createOnce<{ jobId: string } | { momentId: string }>(create, find))
  if ('momentId' in made) await published(ctx, held, made.momentId)
  else await change(ctx, held, { state: 'creating', jobId: made.jobId, error: null }, new Date(ctx.now().getTime() + 1_000))
}

/** A journey is stopped with its moments; one that somebody planned only with the company or the corp. */
const sourceOf = ({ id, sourceJourney }: Held) =>
  sourceJourney === null ? { sourceKind: 'moment', sourceId: id } : { sourceKind: 'journey', sourceId: sourceJourney }

const knownMoments = async (ctx: Context, { corp, id }: Held): Promise<string[]> => {
  const rows = await ctx.db
    .selectFrom('moments')
    .select('momentId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('id', '<>', id)
    .where('momentId', 'is not', null)
    .execute()
  return rows.flatMap(({ momentId }) => (momentId ? [momentId] : []))
}

async function awaitJob(ctx: Context, app: WecomApp, held: Held): Promise<void> {
  const job = await readMomentJob(app, held.jobId ?? '', { requestId: ctx.requestId })
  if (job.state !== 'done') return void (await change(ctx, held, {}, new Date(ctx.now().getTime() + 2_000)))
  if (job.momentId) return published(ctx, held, job.momentId)
  await end(ctx, held, { state: 'failed', error: { code: 'moment.nobody_asked', message: `WeCom asked nobody (${job.errcode}).` } })
}

const published = async (ctx: Context, held: Held, momentId: string): Promise<void> =>
  void (await change(ctx, held, { state: 'published', momentId, publishedAt: ctx.now(), error: null }, ctx.now()))

/** Reactions come in for a month. */
const longestMs = 30 * day
const beingDispatched = 41079

async function follow(ctx: Context, app: WecomApp, held: Held): Promise<void> {
  const momentId = held.momentId ?? ''
  if (held.cancelWanted) await cancelMoment(app, momentId, { requestId: ctx.requestId })
  const asked: { userId: string; isPublished: boolean }[] = []
  for await (const { userid, publish_status } of pages((cursor) => listMomentTasks(app, momentId, { cursor })))
    asked.push({ userId: userid, isPublished: publish_status === 1 })
  const reactions: Reaction[] = []
  for (const { userId, isPublished } of asked) if (isPublished) reactions.push(...(await reactionsOf(app, momentId, userId)))
  await inTransaction(ctx, (ctx) => saveFollowed(ctx, held, asked, reactions))
  const age = ctx.now().getTime() - (held.publishedAt ?? ctx.now()).getTime()
  if (held.cancelWanted) await end(ctx, held, { state: 'cancelled', error: null })
  else if (age > longestMs) await change(ctx, held, { finishedAt: ctx.now() }, null)
  else await change(ctx, held, { error: null }, new Date(ctx.now().getTime() + Math.min(30 * 60_000, Math.max(3_000, age / 20))))
}

type Reaction = { userId: string; kind: 'like' | 'comment'; actor: string; at: string }

async function reactionsOf(app: WecomApp, momentId: string, userId: string): Promise<Reaction[]> {
  const { likes, comments } = await readMomentReactions(app, { momentId, userId })
  const rows = (list: typeof likes, kind: Reaction['kind']) =>
    list.map((one) => ({
      userId,
      kind,
      actor: one.external_userid ?? one.userid ?? '',
      at: new Date((one.create_time ?? 0) * 1000).toISOString(),
    }))
  return [...rows(likes, 'like'), ...rows(comments, 'comment')]
}

/** What is read now is what there is: a like taken back is gone here too. */
async function saveFollowed(
  ctx: Context,
  held: Held,
  asked: readonly { userId: string; isPublished: boolean }[],
  reactions: readonly Reaction[],
): Promise<void> {
  const employees = await employeesOf(
    ctx,
    held.corp,
    asked.map(({ userId }) => userId),
  )
  const rows = asked.map(({ userId, isPublished }) => ({
    user_id: userId,
    employee: employees.get(userId),
    published: isPublished,
    ...countsOf(reactions, userId),
  }))
  await sql`
    insert into moment_tasks as t (tenant_id, moment, user_id, employee_id, published_at, likes, comments)
    select ${ctx.tenantId}, ${held.id}, n.user_id, n.employee, case when n.published then ${ctx.now()}::timestamptz end, n.likes, n.comments
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n(user_id text, employee int, published boolean, likes int, comments int)
    on conflict (tenant_id, moment, user_id) do update set published_at = coalesce(t.published_at, excluded.published_at), likes = excluded.likes, comments = excluded.comments`.execute(
    ctx.db,
  )
  await ctx.db.deleteFrom('momentReactions').where('tenantId', '=', ctx.tenantId).where('moment', '=', held.id).execute()
  await sql`
    insert into moment_reactions (tenant_id, moment, user_id, kind, actor, at, customer_id)
    select ${ctx.tenantId}, ${held.id}, n."userId", n.kind, n.actor, n.at, i.customer_id
    from jsonb_to_recordset(${JSON.stringify(reactions)}::jsonb) as n("userId" text, kind text, actor text, at timestamptz)
      left join identities i on i.tenant_id = ${ctx.tenantId} and i.kind = 'wecom_external_userid' and i.scope = ${held.corpId} and i.value = n.actor
    on conflict do nothing`.execute(ctx.db)
}

const countsOf = (reactions: readonly Reaction[], userId: string) => ({
  likes: reactions.filter((one) => one.userId === userId && one.kind === 'like').length,
  comments: reactions.filter((one) => one.userId === userId && one.kind === 'comment').length,
})

type Change = Record<string, unknown> & { error?: { code: string; message: string } | null }

/** Changes a moment that is still this worker's; with a time it is put down until then. */
async function change(ctx: Context, { id, fence }: Held, { error, ...columns }: Change, nextAt?: Date | null): Promise<boolean> {
  const { numUpdatedRows } = await ctx.db
    .updateTable('moments')
    .set({
      ...columns,
      ...(error === undefined ? {} : { error: error && JSON.stringify(error) }),
      ...(nextAt === undefined
        ? {}
        : {
            nextAt: nextAt && sql<Date>`case when cancel_wanted then ${ctx.now()}::timestamptz else ${nextAt}::timestamptz end`,
            leaseUntil: null,
          }),
    })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('fence', '=', fence)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

const end = async (ctx: Context, held: Held, outcome: Change): Promise<void> =>
  void (await change(ctx, held, { ...outcome, finishedAt: ctx.now() }, null))

/** A refusal of the making ends it with its words; what nobody knows is looked for before it is asked again. */
async function putOff(ctx: Context, held: Held, error: unknown): Promise<void> {
  const { code, message } = describeError(error)
  const words = { code, message: code === 'internal.error' ? String((error as Error).message).slice(0, 300) : message }
  const isCreation = error instanceof WecomError && error.endpoint === 'externalcontact/add_moment_task' && !isUnknownEnd(error)
  const isPassing = error instanceof WecomError && ['back_off', 'slow_down', 'retry', 'configure'].includes(error.reaction)
  if (isCreation && !isPassing) return end(ctx, held, { state: 'failed', error: words })
  if (!isWecomError(error, beingDispatched)) ctx.log.warn({ err: error, moment: held.id }, 'a moment is put off')
  const waitMs = error instanceof WecomError ? (error.retryAfterMs ?? 5_000) : 10_000
  const isAsking = held.state !== 'creating' && held.state !== 'published'
  // Refused for now, and never heard of before: as scheduled as it was.
  const state =
    isCreation && held.state === 'scheduled'
      ? { state: 'scheduled', calledAt: null }
      : isAsking && (await isCalled(ctx, held))
        ? { state: 'unknown' }
        : {}
  await change(ctx, held, { ...state, error: words }, new Date(ctx.now().getTime() + waitMs))
}

async function isCalled(ctx: Context, { id }: Held): Promise<boolean> {
  const row = await ctx.db
    .selectFrom('moments')
    .select('calledAt')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.calledAt != null
}
