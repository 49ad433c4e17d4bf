import { sql } from 'kysely'
import { z } from 'zod'
import { type AcquisitionQuota, acquisitionQuota } from '#connectors/wecom/acquisition.ts'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { WecomError } from '#connectors/wecom/errors.ts'
import {
  acquisitionQuotaExhausted,
  acquisitionQuotaExpiryAnnounced,
  acquisitionQuotaIncreased,
  acquisitionQuotaRanLow,
} from '#growth/events.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'
import type { Quota } from './schema.ts'

/** WeCom warns below so many (doc 97299). */
const lowBelow = 20
const soonMs = 14 * 86_400_000

const levelOf = (balance: number | null): Quota['level'] =>
  balance === null ? 'unknown' : balance <= 0 ? 'exhausted' : balance < lowBelow ? 'low' : 'fine'

export type QuotaReading = { askedAt: Date } & ({ quota: AcquisitionQuota } | { problem: WecomError })

/** What WeCom says of the quota; a refusal that somebody has to see to is an answer too. */
export async function askQuota(ctx: Context, app: WecomApp, signal?: AbortSignal): Promise<QuotaReading> {
  const askedAt = ctx.now()
  try {
    return { askedAt, quota: await acquisitionQuota(app, { requestId: ctx.requestId, ...(signal && { signal }) }) }
  } catch (error) {
    if (isRefusal(error)) return { askedAt, problem: error }
    throw error
  }
}

/** Nothing that time alone makes better: the app may not use links, or WeCom does not offer them to this corp. */
export const isRefusal = (error: unknown): error is WecomError =>
  error instanceof WecomError && ['configure', 'tell', 'fix_request', 'skip_item'].includes(error.reaction)

/** Keeps the reading, unless a later one was quicker, and tells of what changed since the last one. The first one tells nothing. */
export const applyQuota = (ctx: Context, corp: number, reading: QuotaReading, at = ctx.now()): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const before = await lockQuota(ctx, corp)
    const { askedAt } = reading
    if (before.readAt && before.readAt > askedAt) return
    if ('problem' in reading) {
      const { errcode, message } = reading.problem
      await save(ctx, corp, { problem: JSON.stringify({ errcode, message }), problemAt: askedAt })
      return
    }
    const { total, balance, lots } = reading.quota
    await save(ctx, corp, { total, balance, lots: JSON.stringify(lots), readAt: askedAt, problem: null, problemAt: null })
    const [was, is] = [levelOf(before.balance), levelOf(balance)]
    if (was === 'unknown' || was === is) return
    const definition =
      is === 'exhausted'
        ? acquisitionQuotaExhausted
        : is === 'low' && was === 'fine'
          ? acquisitionQuotaRanLow
          : was === 'exhausted'
            ? acquisitionQuotaIncreased
            : undefined
    if (definition) emit(ctx, definition, { customerId: null, at, properties: { corp, corpName: before.corpName, balance } })
  })

/** WeCom warns 14, 7, 3, 2 and 1 days ahead; told once a warning. */
export const noteExpiry = (ctx: Context, corp: number, warning: { at: Date; expiresAt: Date; expiring: number }): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const { warnedAt, corpName } = await lockQuota(ctx, corp)
    if (warnedAt && warnedAt >= warning.at) return
    await save(ctx, corp, { warnedAt: warning.at })
    emit(ctx, acquisitionQuotaExpiryAnnounced, {
      customerId: null,
      at: warning.at,
      properties: { corp, corpName, expiresAt: warning.expiresAt.toISOString(), expiring: warning.expiring },
    })
  })

type Locked = { balance: number | null; readAt: Date | null; warnedAt: Date | null; corpName: string }

async function lockQuota(ctx: Context, corp: number): Promise<Locked> {
  await ctx.db
    .insertInto('acquisitionQuotas')
    .values({ tenantId: ctx.tenantId, corp })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { rows } = await sql<Locked>`
    select q.balance, q.read_at, q.warned_at, coalesce((select w.name from wecom_corps w where w.tenant_id = q.tenant_id and w.id = q.corp), '') as corp_name
    from acquisition_quotas q where q.tenant_id = ${ctx.tenantId} and q.corp = ${corp} for update`.execute(ctx.db)
  return rows[0] ?? { balance: null, readAt: null, warnedAt: null, corpName: '' }
}

const save = (ctx: Context, corp: number, values: Record<string, unknown>): Promise<unknown> =>
  ctx.db
    .updateTable('acquisitionQuotas')
    .set(values as never)
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .execute()

const Lots = z.array(z.object({ expiresAt: z.number().optional(), balance: z.number() }))
const Problem = z.object({ errcode: z.number(), message: z.string() })

/** One line a connected corp, also for those whose quota was never read. */
export async function listQuotas(ctx: Context): Promise<Quota[]> {
  const rows = await ctx.db
    .selectFrom('wecomCorps as w')
    .leftJoin('acquisitionQuotas as q', (join) => join.onRef('q.tenantId', '=', 'w.tenantId').onRef('q.corp', '=', 'w.id'))
    .select(['w.id', 'w.name', 'q.total', 'q.balance', 'q.lots', 'q.readAt', 'q.problem'])
    .where('w.tenantId', '=', ctx.tenantId)
    .where('w.state', '=', 'active')
    .orderBy('w.id')
    .execute()
  return rows.map(({ id, name, total, balance, lots, readAt, problem }) => {
    const standing = Lots.catch([])
      .parse(lots ?? [])
      .filter((lot) => lot.balance > 0)
    return {
      corp: { id: publicId(ctx, 'cor', id), name },
      total,
      balance,
      level: problem ? 'unknown' : levelOf(balance),
      lots: standing.map((lot) => ({ expiresAt: lot.expiresAt ? timeOf(lot.expiresAt).toISOString() : null, balance: lot.balance })),
      expiring: expiringOf(standing, ctx.now()),
      readAt: readAt?.toISOString() ?? null,
      problem: problem ? Problem.parse(problem) : null,
    }
  })
}

const timeOf = (seconds: number): Date => new Date(seconds * 1000)

function expiringOf(lots: z.infer<typeof Lots>, now: Date): Quota['expiring'] {
  const soon = lots.flatMap(({ expiresAt, balance }) => {
    const at = expiresAt && timeOf(expiresAt)
    return at && at > now && at.getTime() - now.getTime() <= soonMs ? [{ at, balance }] : []
  })
  if (soon.length === 0) return null
  const first = soon.reduce((one, other) => (other.at < one.at ? other : one))
  return { at: first.at.toISOString(), balance: soon.reduce((sum, { balance }) => sum + balance, 0) }
}
