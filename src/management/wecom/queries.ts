import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { flushCalls } from './calls.ts'
import { withNames } from './named.ts'

export type Page = { cursor?: string | undefined; limit: number }

/** Newest first by their running number; the cursor is the last number seen. */
const before = (cursor: string | undefined): number => {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER
  if (!/^\d{1,15}$/.test(cursor)) throw appError('cursor.invalid', { message: 'This is no cursor of this list.', field: 'cursor' })
  return Number(cursor)
}

const nextOf = (rows: readonly { id: number }[], limit: number): string | null =>
  rows.length === limit ? String(rows.at(-1)?.id ?? '') : null

const iso = (at: Date | null): string | null => at?.toISOString() ?? null

/** The callbacks as they came, with what became of them. */
export async function listCallbacks(
  ctx: Context,
  corp: number,
  { cursor, limit, state, type }: Page & { state?: string | undefined; type?: string | undefined },
) {
  let query = ctx.db
    .selectFrom('wecomInbox')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('id', '<', before(cursor))
    .orderBy('id', 'desc')
    .limit(limit)
  if (state) query = query.where('state', '=', state)
  if (type) query = query.where('type', '=', type)
  const rows = await query.execute()
  const counted = await ctx.db
    .selectFrom('wecomInbox')
    .select((eb) => ['state', eb.fn.countAll<number>().as('n')])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .groupBy('state')
    .execute()
  return {
    items: rows.map((row) => ({
      id: String(row.id),
      type: row.type,
      lane: row.lane,
      at: row.at.toISOString(),
      receivedAt: row.receivedAt.toISOString(),
      state: row.state,
      attempts: row.attempts,
      repeats: row.repeats,
      error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? '' },
      processedAt: iso(row.processedAt),
      // The code in it opens a conversation for twenty seconds and is nobody's business afterwards.
      body: row.body.replace(/(<WelcomeCode>(?:<!\[CDATA\[)?).*?((?:\]\]>)?<\/WelcomeCode>)/s, '$1…$2'),
      requestId: row.requestId,
    })),
    next: nextOf(rows, limit),
    counts: Object.fromEntries(counted.map(({ state, n }) => [state, Number(n)])),
  }
}

export async function listCalls(
  ctx: Context,
  corp: number,
  { cursor, limit, failed, endpoint }: Page & { failed?: boolean | undefined; endpoint?: string | undefined },
) {
  await flushCalls(ctx)
  let query = ctx.db
    .selectFrom('wecomCalls as c')
    .innerJoin('wecomCorps as w', (join) => join.onRef('w.tenantId', '=', 'c.tenantId').onRef('w.corpId', '=', 'c.corpId'))
    .select(['c.id', 'c.at', 'c.endpoint', 'c.errcode', 'c.milliseconds', 'c.message', 'c.requestId'])
    .where('c.tenantId', '=', ctx.tenantId)
    .where('w.id', '=', corp)
    .where('c.id', '<', before(cursor))
    .orderBy('c.id', 'desc')
    .limit(limit)
  if (failed !== undefined) query = query.where(sql<boolean>`coalesce(c.errcode, -1) <> 0`, '=', failed)
  if (endpoint) query = query.where('c.endpoint', '=', endpoint)
  const rows = await query.execute()
  return { items: rows.map(({ id, at, ...row }) => ({ id: String(id), at: at.toISOString(), ...row })), next: nextOf(rows, limit) }
}

type RepairFilter = { kind?: string | undefined; run?: string | undefined; from?: string | undefined; to?: string | undefined }

export async function listRepairs(ctx: Context, corp: number, { cursor, limit, kind, run, from, to }: Page & RepairFilter) {
  let query = ctx.db
    .selectFrom('wecomRepairs')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('id', '<', before(cursor))
    .orderBy('id', 'desc')
    .limit(limit)
  if (kind) query = query.where('kind', '=', kind)
  if (run) query = query.where('run', '=', internalId(ctx, 'job', run))
  const zone = from || to ? await timezoneOf(ctx) : ''
  if (from) query = query.where('at', '>=', dayRange(from, from, zone).from)
  if (to) query = query.where('at', '<', dayRange(to, to, zone).to)
  const rows = await query.execute()
  return {
    items: rows.map((row) => ({
      id: String(row.id),
      at: row.at.toISOString(),
      kind: row.kind,
      externalUserId: row.externalUserid,
      userId: row.userId,
      customer: row.customerId === null ? null : publicId(ctx, 'cus', row.customerId),
      details: row.details as Record<string, unknown>,
    })),
    next: nextOf(rows, limit),
  }
}

export async function listWelcomes(ctx: Context, corp: number, { cursor, limit }: Page) {
  const rows = await ctx.db
    .selectFrom('wecomWelcomes')
    .select(['id', 'externalUserid', 'userId', 'status', 'reason', 'attempts', 'receivedAt', 'finishedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('id', '<', before(cursor))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  const items = rows.map((row) => ({
    id: String(row.id),
    externalUserId: row.externalUserid,
    userId: row.userId,
    status: row.status,
    reason: row.reason,
    attempts: row.attempts,
    receivedAt: row.receivedAt.toISOString(),
    finishedAt: iso(row.finishedAt),
    milliseconds: row.finishedAt ? row.finishedAt.getTime() - row.receivedAt.getTime() : null,
  }))
  return { items: await withNames(ctx, corp, items), next: nextOf(rows, limit) }
}

/** The last syncs of a corp, running one first. */
export async function listSyncs(ctx: Context, corp: number) {
  const rows = await ctx.db
    .selectFrom('jobs')
    .select(['id', 'state', 'payload', 'progress', 'error', 'startedAt', 'finishedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', 'wecom.sync')
    .where('key', '=', `corp ${corp}`)
    .orderBy('id', 'desc')
    .limit(20)
    .execute()
  const repaired = await repairsByRun(
    ctx,
    corp,
    rows.map(({ id }) => id),
  )
  return {
    items: rows.map((row) => ({
      job: publicId(ctx, 'job', row.id),
      state: row.state,
      why: (row.payload as { why?: string }).why ?? 'asked',
      isFirst: (row.progress as { first?: boolean } | null)?.first === true,
      finished: (row.progress as { finished?: string[] } | null)?.finished ?? [],
      repairs: repaired.filter(({ run }) => run === row.id).map(({ kind, count }) => ({ kind, count })),
      progress: shownProgress(row.progress),
      error: row.error as { code: string; message: string } | null,
      startedAt: iso(row.startedAt),
      finishedAt: iso(row.finishedAt),
    })),
    next: null,
  }
}

async function repairsByRun(ctx: Context, corp: number, runs: number[]): Promise<{ run: number; kind: string; count: number }[]> {
  if (runs.length === 0) return []
  const rows = await ctx.db
    .selectFrom('wecomRepairs')
    .select((eb) => ['run', 'kind', eb.fn.countAll<number>().as('count')])
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('run', 'in', runs)
    .groupBy(['run', 'kind'])
    .orderBy('kind')
    .execute()
  return rows.map(({ count, ...row }) => ({ ...row, count: Number(count) }))
}

function shownProgress(saved: unknown) {
  if (saved === null) return null
  const { step, done, total, repaired } = saved as { step?: string; done?: number; total?: number; repaired?: number }
  return { step: step ?? '', done: done ?? 0, total: total ?? 0, repaired: repaired ?? 0 }
}
