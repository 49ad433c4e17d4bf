import type { Context as HonoContext, MiddlewareHandler } from 'hono'
import { sql } from 'kysely'
import type { Context } from '../context.ts'
import { appError } from '../errors.ts'
import type { AppEnv } from './router.ts'

const keptHours = 24
/** A request that was not answered by then is taken for dead with its process. */
const patienceSeconds = 120
const longestBody = 1_000_000

/**
 * `Idempotency-Key` on every POST of somebody known: the first answer is kept for a day and given again. Only answers of success
 * are kept: what was refused or failed has changed nothing and may be tried again under the same key.
 */
export const idempotency: MiddlewareHandler<AppEnv> = async (c, next) => {
  const key = c.req.header('idempotency-key')
  const { ctx } = c.var
  if (c.req.method !== 'POST' || key === undefined || !ctx) return next()
  if (!/^[\x21-\x7e]{1,255}$/.test(key))
    throw appError('idempotency.key_invalid', {
      message: 'An Idempotency-Key is 1 to 255 visible ASCII letters.',
      field: 'Idempotency-Key',
    })
  const claim: Claim = { actor: `${ctx.actor.kind}:${ctx.actor.id}`, key }
  const earlier = await begin(ctx, claim, await hashRequest(c))
  if (earlier) {
    c.header('Idempotency-Replayed', 'true')
    return c.body(earlier.body, earlier.status as 200, { 'Content-Type': 'application/json' })
  }
  c.set('ctx', { ...ctx, claim })
  await next()
  await (isKept(c.res) ? keep(ctx, claim, c.res) : release(ctx, claim))
}

/** Whose key it is. */
export type Claim = { actor: string; key: string }

/** Within the request's own transaction: from here on it has had an effect. */
export const noteCommit = (ctx: Context, { actor, key }: Claim): Promise<unknown> =>
  sql`update idempotency_keys set committed_at = clock_timestamp() where tenant_id = ${ctx.tenantId} and actor = ${actor} and key = ${key}`.execute(
    ctx.db,
  )

/** Keyed, because a body may hold a password. Files are not read here; their length stands for them. */
async function hashRequest(c: HonoContext<AppEnv>): Promise<string> {
  const multipart = c.req.header('content-type')?.startsWith('multipart/form-data')
  const content = multipart ? `multipart ${c.req.header('content-length') ?? ''}` : await c.req.text()
  const { pathname, search } = new URL(c.req.url)
  return c.var.ctx.secrets.fingerprint(`${pathname}\n${search}\n${content}`)
}

type Kept = { request_hash: string; status: number | null; body: string | null; expired: boolean; stale: boolean; committed: boolean }

/** The earlier answer, or nothing when this request is the one to do the work. */
async function begin(ctx: Context, { actor, key }: Claim, requestHash: string): Promise<{ status: number; body: string } | undefined> {
  const db = ctx.db.withoutPlugins()
  const row = { tenant: ctx.tenantId, actor, key }
  for (let attempt = 0; attempt < 3; attempt++) {
    const mine = await sql`
      insert into idempotency_keys (tenant_id, actor, key, request_hash, created_at) values (${row.tenant}, ${row.actor}, ${row.key}, ${requestHash}, ${ctx.now()})
      on conflict do nothing returning 1`.execute(db)
    if (mine.rows.length > 0) return undefined
    const { rows } = await sql<Kept>`
      select request_hash, status, body, committed_at is not null as committed,
        created_at <= ${ctx.now()}::timestamptz - make_interval(hours => ${keptHours}) as expired,
        created_at <= ${ctx.now()}::timestamptz - make_interval(secs => ${patienceSeconds}) as stale
      from idempotency_keys where tenant_id = ${row.tenant} and actor = ${row.actor} and key = ${row.key}`.execute(db)
    const [kept] = rows
    if (!kept) continue
    if (!kept.expired) {
      if (kept.request_hash !== requestHash)
        throw appError('idempotency.key_reused', {
          status: 409,
          message: 'This Idempotency-Key was used for another request.',
          field: 'Idempotency-Key',
        })
      if (kept.status !== null)
        return { status: kept.status, body: ctx.secrets.open(Buffer.from(kept.body ?? '', 'base64'), sealedFor(ctx, key)) }
      const lost = kept.committed && (kept.stale || kept.body !== null)
      if (!kept.stale && !lost)
        throw appError('idempotency.in_progress', { status: 409, message: 'The first request with this key is still under way.' })
      if (lost)
        throw appError('idempotency.answer_lost', {
          status: 409,
          message: 'The first request with this key took effect, but its answer was lost. Look at the result and use a new key.',
        })
    }
    // Nobody works on it any more: whoever removes the row of exactly this state goes on.
    await sql`delete from idempotency_keys where tenant_id = ${row.tenant} and actor = ${row.actor} and key = ${row.key} and request_hash = ${kept.request_hash}
      and created_at <= ${ctx.now()}::timestamptz - make_interval(secs => ${patienceSeconds})`.execute(db)
  }
  throw appError('idempotency.in_progress', { status: 409, message: 'The first request with this key is still under way.' })
}

/** An answer that also gives a cookie is more than its body. */
const isKept = ({ status, headers }: Response): boolean =>
  status >= 200 && status < 300 && !headers.has('set-cookie') && (status === 204 || (headers.get('content-type') ?? '').includes('json'))

/** Sealed, because an answer may hold what is shown only once: a key, a first password. */
async function keep(ctx: Context, { actor, key }: Claim, response: Response): Promise<void> {
  const body = response.status === 204 ? '' : await response.clone().text()
  if (body.length > longestBody) return release(ctx, { actor, key })
  await ctx.db
    .updateTable('idempotencyKeys')
    .set({ status: response.status, body: ctx.secrets.seal(body, sealedFor(ctx, key)).toString('base64') })
    .where('tenantId', '=', ctx.tenantId)
    .where('actor', '=', actor)
    .where('key', '=', key)
    .execute()
}

/** Without an effect the key is free again. With one and without an answer to keep, nobody may do the same again. */
async function release(ctx: Context, { actor, key }: Claim): Promise<void> {
  await sql`
    with lost as (
      update idempotency_keys set body = ''
      where tenant_id = ${ctx.tenantId} and actor = ${actor} and key = ${key} and status is null and committed_at is not null
    )
    delete from idempotency_keys where tenant_id = ${ctx.tenantId} and actor = ${actor} and key = ${key} and status is null and committed_at is null`.execute(
    ctx.db,
  )
}

const sealedFor = (ctx: Context, key: string): string => `idempotency ${ctx.tenantId} ${key}`
