import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import type { Change } from './relation.ts'

export type Pair = { externalUserId: string; userId: string }

export const nameOf = ({ externalUserId, userId }: Pair): string => `${externalUserId} ${userId}`

/** A friendship as it is stored: its story, and what WeCom showed of it last. */
export type Row = {
  customerId: number | null
  employeeId: number | null
  live: boolean
  half: boolean
  history: Change[]
  /** Sorted. */
  tagIds: string[]
  addWay: number | null
  state: string | null
  remark: string | null
  description: string | null
  changedAt: Date
}

/**
 * The rows of these friendships by name, locked until the end of the transaction. Who is new gets an empty row first, so that
 * a callback and a sync that hear of somebody in the same moment tell one story after the other.
 */
export async function lockRows(ctx: Context, corp: number, pairs: readonly Pair[]): Promise<Map<string, Row>> {
  const asked = [...new Map(pairs.map((pair) => [nameOf(pair), pair])).values()]
  const rows = await lock(ctx, corp, asked)
  const missing = asked.filter((pair) => !rows.has(nameOf(pair)))
  if (missing.length === 0) return rows
  const made = await insertEmpty(ctx, corp, missing)
  const overtaken = missing.filter((pair) => !made.has(nameOf(pair)))
  return overtaken.length === 0 ? rows : new Map([...rows, ...(await lock(ctx, corp, overtaken))])
}

const columns = (pairs: readonly Pair[]) =>
  sql`unnest(${pairs.map(({ externalUserId }) => externalUserId)}::text[], ${pairs.map(({ userId }) => userId)}::text[]) as asked(external_userid, user_id)`

async function lock(ctx: Context, corp: number, pairs: readonly Pair[]): Promise<Map<string, Row>> {
  if (pairs.length === 0) return new Map()
  const { rows } = await sql<Row & { externalUserid: string; userId: string }>`
    select f.external_userid, f.user_id, f.customer_id, f.employee_id, f.live, f.half, f.history, f.tag_ids, f.add_way, f.state, f.remark, f.description, f.changed_at
    from ${columns(pairs)}
    join wecom_follows f on f.tenant_id = ${ctx.tenantId} and f.corp = ${corp} and f.external_userid = asked.external_userid and f.user_id = asked.user_id
    order by f.external_userid, f.user_id for update of f`.execute(ctx.db)
  return new Map(rows.map(({ externalUserid, userId, ...row }) => [nameOf({ externalUserId: externalUserid, userId }), row]))
}

async function insertEmpty(ctx: Context, corp: number, pairs: readonly Pair[]): Promise<Set<string>> {
  const { rows } = await sql<{ externalUserid: string; userId: string }>`
    insert into wecom_follows (tenant_id, corp, external_userid, user_id, live, changed_at)
    select ${ctx.tenantId}, ${corp}, asked.external_userid, asked.user_id, false, ${ctx.now()} from ${columns(pairs)}
    order by asked.external_userid, asked.user_id
    on conflict do nothing returning external_userid, user_id`.execute(ctx.db)
  return new Set(rows.map(({ externalUserid, userId }) => nameOf({ externalUserId: externalUserid, userId })))
}

export type Saving = Pair & Row

/** Writes locked rows. `run`: the sync that saw them. */
export async function saveRows(ctx: Context, corp: number, rows: readonly Saving[], run: number | undefined): Promise<void> {
  if (rows.length === 0) return
  const values = rows.map((row) => ({
    external_userid: row.externalUserId,
    user_id: row.userId,
    customer: row.customerId,
    employee: row.employeeId,
    live: row.live,
    half: row.half,
    history: row.history,
    tag_ids: row.tagIds,
    add_way: row.addWay,
    state: row.state,
    remark: row.remark,
    description: row.description,
    changed_at: row.changedAt,
  }))
  await sql`
    update wecom_follows f set customer_id = n.customer, employee_id = n.employee, live = n.live, half = n.half, history = n.history, tag_ids = n.tag_ids,
      add_way = n.add_way, state = n.state, remark = n.remark, description = n.description, changed_at = n.changed_at, seen_in = coalesce(${run ?? null}::bigint, f.seen_in)
    from jsonb_to_recordset(${JSON.stringify(values)}::jsonb)
      as n(external_userid text, user_id text, customer int, employee int, live boolean, half boolean, history jsonb, tag_ids text[], add_way int, state text, remark text, description text, changed_at timestamptz)
    where f.tenant_id = ${ctx.tenantId} and f.corp = ${corp} and f.external_userid = n.external_userid and f.user_id = n.user_id`.execute(
    ctx.db,
  )
}

/** Nothing was news about them, but the sync `run` has seen them. */
export async function markSeen(ctx: Context, corp: number, pairs: readonly Pair[], run: number | undefined): Promise<void> {
  if (pairs.length === 0 || run === undefined) return
  await sql`
    update wecom_follows f set seen_in = ${run} from ${columns(pairs)}
    where f.tenant_id = ${ctx.tenantId} and f.corp = ${corp} and f.external_userid = asked.external_userid and f.user_id = asked.user_id`.execute(
    ctx.db,
  )
}
