import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { maskText } from '#platform/log.ts'
import { dayRange } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { flushCalls, keptDays } from './calls.ts'
import { probePrefix } from './capability-checks.ts'
import { readCorp } from './corps.ts'
import { callbacksKeptDays } from './inbox.ts'
import type { LogQuery, LogRow } from './integration-schema.ts'
import { type Named, withNames } from './named.ts'

/** Calls and callbacks of a corp in one list, the newest first, for whoever has to explain to support what happened. */
export async function searchLog(ctx: Context, corp: number, query: LogQuery) {
  await flushCalls(ctx)
  const { corpId } = await readCorp(ctx, corp)
  const { from, to } = await periodOf(ctx, query)
  const { limit, way } = query
  const older = placeOf(query.cursor)
  const out = way === 'in' ? sql`` : sql`(${outgoing(ctx, corpId, { ...query, from, to, older })})`
  const inside = way === 'out' ? sql`` : sql`(${incoming(ctx, corp, { ...query, from, to, older })})`
  const both = way === undefined ? sql` union all ` : sql``
  const { rows } =
    await sql<Row>`select * from (${out}${both}${inside}) as l order by at desc, way desc, number desc limit ${limit}`.execute(ctx.db)
  const last = rows.length === limit ? rows.at(-1) : undefined
  return {
    items: await withNames(ctx, corp, rows.map(shown)),
    next: last ? `${new Date(last.at).toISOString()}_${last.way}_${last.number}` : null,
    keptDays: { out: keptDays, in: callbacksKeptDays },
  }
}

type Row = Omit<LogRow, 'id' | 'at' | 'externalUserId' | keyof Named> & { number: number; at: Date; externalUserid: string | null }
type Place = { at: string; way: string; number: number }
type Asked = Pick<LogQuery, 'q' | 'result' | 'limit'> & { from: Date | undefined; to: Date | undefined; older: Place | undefined }

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined || cursor === '') return undefined
  const [, at, way, number] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)_(in|out)_(\d{1,15})$/.exec(cursor) ?? []
  if (!at || !way) throw appError('cursor.invalid', { message: 'This is no cursor of this list.', field: 'cursor' })
  return { at, way, number: Number(number) }
}

async function periodOf(ctx: Context, { from, to }: LogQuery): Promise<{ from: Date | undefined; to: Date | undefined }> {
  if (!from && !to) return { from: undefined, to: undefined }
  const zone = await timezoneOf(ctx)
  return { from: from && dayRange(from, from, zone).from, to: to && dayRange(to, to, zone).to } as {
    from: Date | undefined
    to: Date | undefined
  }
}

const within = (at: ReturnType<typeof sql.ref>, way: 'in' | 'out', { from, to, older }: Asked) => sql`
  ${from ? sql`and ${at} >= ${from}` : sql``} ${to ? sql`and ${at} < ${to}` : sql``}
  ${older ? sql`and (date_trunc('milliseconds', ${at}), ${way}::text, x.id) < (${older.at}::timestamptz, ${older.way}, ${older.number})` : sql``}`

const isCode = (q: string) => /^-?\d{1,9}$/.test(q)

function outgoing(ctx: Context, corpId: string, asked: Asked) {
  const { q, result, limit } = asked
  const refused = sql`coalesce(x.errcode, -1) <> 0`
  const probe = sql`starts_with(coalesce(x.request_id, ''), ${probePrefix})`
  return sql`
    select 'out' as way, x.id as number, date_trunc('milliseconds', x.at) as at, x.endpoint as what, case when not ${refused} then 'ok' when ${probe} then 'checked' else 'failed' end as result, x.errcode::text as code,
      x.message, x.milliseconds, x.external_userid, x.user_id, x.request_id, null::text as body, null::int as attempts
    from wecom_calls x where x.tenant_id = ${ctx.tenantId} and x.corp_id = ${corpId} ${within(sql.ref('x.at'), 'out', asked)}
      ${result === 'failed' ? sql`and ${refused} and not ${probe}` : result ? sql`and x.errcode = 0 and ${result} = 'ok'` : sql``}
      ${
        q
          ? sql`and (x.request_id = ${q} or x.external_userid = ${q} or x.user_id = ${q} or strpos(x.endpoint, ${q}) > 0
              ${isCode(q) ? sql`or x.errcode = ${Number(q)}` : sql``} or strpos(x.message, ${q}) > 0)`
          : sql``
      }
    order by x.at desc, x.id desc limit ${limit}`
}

/** Ids stand in the body, whatever the type. */
function incoming(ctx: Context, corp: number, asked: Asked) {
  const { q, result, limit } = asked
  return sql`
    select 'in' as way, x.id as number, date_trunc('milliseconds', x.received_at) as at, x.type as what,
      case when x.state = 'dead' then 'failed' when x.state = 'waiting' then 'waiting' else 'ok' end as result, x.error_code as code,
      x.error_message as message, (extract(epoch from x.processed_at - x.received_at) * 1000)::int as milliseconds, null::text as external_userid, null::text as user_id,
      x.request_id, x.body, x.attempts
    from wecom_inbox x where x.tenant_id = ${ctx.tenantId} and x.corp = ${corp} ${within(sql.ref('x.received_at'), 'in', asked)}
      ${result === 'failed' ? sql`and x.state = 'dead'` : result === 'ok' ? sql`and x.state in ('done', 'ignored')` : result ? sql`and x.state = 'waiting'` : sql``}
      ${q ? sql`and (x.request_id = ${q} or x.lane = ${q} or strpos(x.type, ${q}) > 0 or x.error_code = ${q} or strpos(x.body, ${q}) > 0)` : sql``}
    order by x.received_at desc, x.id desc limit ${limit}`
}

function shown({ number, at, body, externalUserid, userId, ...row }: Row): Omit<LogRow, keyof Named> {
  return {
    ...row,
    id: `${row.way}-${number}`,
    at: new Date(at).toISOString(),
    message: row.message === null ? null : maskText(row.message),
    externalUserId: externalUserid ?? (body === null ? null : textOf(body, 'ExternalUserID')),
    userId: userId ?? (body === null ? null : textOf(body, 'UserID')),
    body: body === null ? null : coveredBody(body),
  }
}

const textOf = (body: string, name: string): string | null =>
  new RegExp(`<${name}>\\s*(?:<!\\[CDATA\\[)?([^<\\]]*)`).exec(body)?.[1]?.trim() || null

/** What opens a door for a while, and phone numbers: nobody's business afterwards. */
export const coveredBody = (body: string): string =>
  maskText(
    body.replace(/(<(WelcomeCode|Token|ChatKey|ResponseCode|Email|BizMail|Address)>(?:<!\[CDATA\[)?).*?((?:\]\]>)?<\/\2>)/gs, '$1…$3'),
  )
