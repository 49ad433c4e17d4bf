import { sql } from 'kysely'
import { listPermittedUsers } from '#connectors/wecom/archive/msgaudit.ts'
import { employeeNames, employeesByAccount } from '#management/team/queries.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import type { CorpArchive, RecordedMembers } from './schema.ts'
import { archiveApp, readSource } from './sources.ts'

type Row = {
  id: number
  name: string
  corpId: string
  kind: CorpArchive['kind'] | null
  url: string | null
  hasSecret: boolean | null
  seq: number | null
  dueAt: Date | null
  pulledAt: Date | null
  caughtUpAt: Date | null
  failures: number | null
  errorCode: string | null
  errorMessage: string | null
  messages: number
  lastMessageAt: Date | null
  keys: { version: number; publicKey: string; savedAt: string; savedBy: string }[]
  unread: CorpArchive['unread']
  gaps: { fromAt: string; toAt: string; notedAt: string }[]
}

/** Every corp with its source, its keys, how far it was taken and what is missing. */
export async function listCorpArchives(ctx: Context, corp?: number): Promise<CorpArchive[]> {
  const { rows } = await sql<Row>`
    select c.id, c.name, c.corp_id, s.kind, s.url, s.secret is not null as has_secret, s.seq, s.due_at, s.pulled_at, s.caught_up_at, s.failures, s.error_code, s.error_message,
      (select coalesce(sum(t.messages), 0)::int from archive_talks t where t.tenant_id = c.tenant_id and t.corp = c.id) as messages,
      (select max(t.last_at) from archive_talks t where t.tenant_id = c.tenant_id and t.corp = c.id) as last_message_at,
      (select coalesce(jsonb_agg(jsonb_build_object('version', k.version, 'publicKey', k.public_key, 'savedAt', k.saved_at, 'savedBy', k.saved_by) order by k.version desc), '[]')
        from archive_keys k where k.tenant_id = c.tenant_id and k.corp = c.id) as keys,
      (select coalesce(jsonb_agg(jsonb_build_object('version', u.version, 'reason', u.reason, 'messages', u.messages) order by u.version desc), '[]')
        from (select version, reason, count(*) as messages from archive_sealed z where z.tenant_id = c.tenant_id and z.corp = c.id group by version, reason) u) as unread,
      (select coalesce(jsonb_agg(jsonb_build_object('fromAt', g.from_at, 'toAt', g.to_at, 'notedAt', g.noted_at) order by g.id desc), '[]')
        from (select * from archive_gaps g where g.tenant_id = c.tenant_id and g.corp = c.id order by g.id desc limit 50) g) as gaps
    from wecom_corps c left join archive_sources s on s.tenant_id = c.tenant_id and s.corp = c.id
    where c.tenant_id = ${ctx.tenantId} and (${corp ?? null}::int is null or c.id = ${corp ?? null}) order by c.id`.execute(ctx.db)
  return rows.map((row) => archiveView(ctx, row))
}

const iso = (at: Date | string | null): string | null => (at === null ? null : new Date(at).toISOString())
const moment = (at: string): string => new Date(at).toISOString()

const archiveView = (ctx: Context, row: Row): CorpArchive => ({
  corp: { id: publicId(ctx, 'cor', row.id), name: row.name, corpId: row.corpId },
  kind: row.kind ?? 'none',
  url: row.url ?? '',
  hasSecret: row.hasSecret ?? false,
  seq: row.seq ?? 0,
  messages: row.messages,
  lastMessageAt: iso(row.lastMessageAt),
  pulledAt: iso(row.pulledAt),
  caughtUpAt: iso(row.caughtUpAt),
  failures: row.failures ?? 0,
  error: row.errorCode === null ? null : { code: row.errorCode, message: row.errorMessage ?? '' },
  nextAt: row.kind === 'sidecar' ? iso(row.dueAt) : null,
  keys: row.keys.map((key) => ({
    ...key,
    savedAt: moment(key.savedAt),
    unread: row.unread.filter(({ version }) => version === key.version).reduce((sum, { messages }) => sum + messages, 0),
  })),
  unread: row.unread,
  gaps: row.gaps.map(({ fromAt, toAt, notedAt }) => ({ fromAt: moment(fromAt), toAt: moment(toAt), notedAt: moment(notedAt) })),
})

/** Whom WeCom keeps at this moment; the list is made in WeCom's admin page. */
export async function recordedMembers(ctx: Context, corp: number): Promise<RecordedMembers> {
  const source = await readSource(ctx, corp)
  const app = source && (await archiveApp(ctx, source))
  if (!app)
    throw appError('archive_source.no_secret', { status: 409, message: 'Without the archive’s secret WeCom does not say whom it keeps.' })
  const userIds = await listPermittedUsers(app, undefined, { lane: 'first', requestId: ctx.requestId })
  const employees = await employeesByAccount(ctx, corp, userIds)
  const names = await employeeNames(ctx, [...employees.values()])
  return {
    items: userIds.map((userId) => {
      const employee = employees.get(userId)
      return {
        userId,
        name: (employee !== undefined && names.get(employee)) || userId,
        employeeId: employee === undefined ? null : publicId(ctx, 'emp', employee),
      }
    }),
  }
}
